"""Every function and ufunc that NumPy lets others override is classified, so that a new NumPy cannot slip through."""

from __future__ import annotations

import numpy as np
import numpy.char
import numpy.fft
import numpy.lib.recfunctions
import numpy.lib.scimath
import numpy.lib.stride_tricks
import numpy.linalg
import numpy.ma
import numpy.polynomial
import numpy.strings
import pytest
from numpy.testing import overrides

import autograd_core as ac
from autograd_core._primitive import LATE, TABLE, Composite, Constant, Primitive, Refused

FUNCTIONS = sorted(overrides.get_overridable_numpy_array_functions(), key=lambda f: (f.__module__, f.__name__))
UFUNCS = sorted(overrides.get_overridable_numpy_ufuncs(), key=lambda f: f.__name__)
while LATE:  # families that are registered when first asked for
    LATE.pop()()
# `np.ones(..., like=t)` dispatches as `np.ones`, though a second function object does the dispatching
NAMES = {(getattr(f, "__module__", None), f.__name__) for f in TABLE}


def test_numpy_lets_as_much_be_overridden_as_expected() -> None:
    """An enumeration that found nothing would pass everything below."""
    assert len(FUNCTIONS) > 300
    assert len(UFUNCS) > 100


def test_every_function_is_classified() -> None:
    """Ruled, composite, constant, or refused with a reason."""
    missing = [f for f in FUNCTIONS if f not in TABLE and (f.__module__, f.__name__) not in NAMES]
    assert not missing, f"classify {', '.join(f'{f.__module__}.{f.__name__}' for f in missing)}"


def test_every_ufunc_is_classified() -> None:
    """Ruled, composite, constant, or refused with a reason."""
    missing = [f.__name__ for f in UFUNCS if f not in TABLE]
    assert not missing, f"classify {', '.join(missing)}"


def test_differentiable_functions_are_the_majority() -> None:
    """What is refused is what is not a function of numbers; what is constant has no derivative."""
    kinds = [type(TABLE[f]) for f in (*FUNCTIONS, *UFUNCS) if f in TABLE]
    assert kinds.count(Primitive) + kinds.count(Composite) > 250
    assert kinds.count(Constant) < 130
    reasons = {e.reason for e in map(TABLE.get, (*FUNCTIONS, *UFUNCS)) if isinstance(e, Refused)}
    assert all(len(reason) > 20 for reason in reasons)


def test_refused_functions_say_why() -> None:
    """The message names the function, the reason and the way out."""
    t = ac.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(
        ac.UnsupportedFunction, match=r"save is not available on Tensors: it reads or writes a file; pass t.detach"
    ):
        np.save("nowhere.npy", t)


@pytest.mark.parametrize("name", ["reduce", "accumulate", "outer", "reduceat"])
@pytest.mark.parametrize(
    "ufunc", [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.fmax, np.fmin, np.hypot,
              np.logaddexp, np.logaddexp2, np.logical_and], ids=lambda f: f.__name__
)  # fmt: skip
def test_ufunc_methods_agree_with_numpy(ufunc, name) -> None:
    """`np.add.reduce(t)` and its like compute what NumPy does, and their gradient agrees with central differences.

    Not `np.power` and `np.arctan2`: NumPy 2.4's own reductions skip elements, `np.power.reduce([2, 3, 2])` being 4.
    """
    a = np.array([[0.7, 1.9, 1.2, 0.4], [1.4, 0.5, 2.3, 0.9], [1.1, 2.6, 0.8, 1.7]])
    f = getattr(ufunc, name)
    more = {"outer": (a[0] + 0.33,), "reduceat": ([0, 2, 1],), "reduce": (), "accumulate": ()}[name]
    for axis in ({},) if name == "outer" else ({"axis": 0}, {"axis": -1}):
        expected = f(a, *more, **axis)
        y = f(ac.tensor(a, requires_grad=True), *more, **axis)
        assert y.shape == expected.shape
        assert y.dtype == expected.dtype
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-14)
        if expected.dtype.kind == "f":
            u, v, h = np.cos(np.arange(y.size)).reshape(y.shape), np.sin(np.arange(12.0)).reshape(3, 4), 1e-6
            g = ac.grad(lambda x, u=u, axis=axis: np.sum(u * f(x, *more, **axis)))(a).numpy()
            moved = np.sum(u * (f(a + h * v, *more, **axis) - f(a - h * v, *more, **axis))) / (2 * h)
            np.testing.assert_allclose(np.sum(g * v), moved, rtol=1e-7, atol=1e-8)


def test_ufunc_at_is_refused() -> None:
    """It writes into its operand, which the graph may still need."""
    with pytest.raises(ac.UnsupportedFunction, match=r"np.add.at writes into its operand.* assign with t\[index\]"):
        np.add.at(ac.tensor([1.0, 2.0]), [0], 1.0)
