"""Every public function with any input: a correct value, NumPy's own exception or one of ours; gradients of the right form.

Arguments are drawn by the names of NumPy's parameters: wrong shapes, dtypes and axes, NaN, infinity, huge numbers, empty and
zero-dimensional arrays, arrays of objects, text and dates. NumPy, or SciPy, is the oracle of each call. `test_bad_input.py`
spoils the calls of the table of cases instead, so that fewer of them fail early.
"""

import copy
import warnings

import numpy as np
import pytest
import scipy.special
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

import autograd_core as ac
from autograd_core import AutogradError, RuleError, _array_api
from autograd_core._tree import flatten

from .any_input import arguments

NOT_CALLED = {
    # they make nothing of their arguments that could be compared
    "array2string", "array_repr", "array_str", "dtype", "einsum_path", "empty", "empty_like", "errstate", "fromfunction",
    "fromiter", "isdtype", "issubdtype", "promote_types",
    # they write into their operand: `test_assignment.py`
    "copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask",
    # SciPy itself does not return, or ends the process
    "special.gammaincinv", "special.hyp0f1", "special.gammainccinv", "special.hyp1f1", "special.hyp2f1",
}  # fmt: skip
OTHER_VALUES = {
    "asarray": "a Tensor is of numbers only",
    "gradient": "complex spacing",
    "histogram": "complex weights and complex samples",
    "histogramdd": "likewise",
    "interp": "values beyond a period that overflow",
    "linalg.pinv": "of nothing",
    "nanpercentile": "dtypes of quantiles of integers and truth values",
    "nanquantile": "likewise",
    "nanstd": "dtypes of results of complex or integer dtype=",
    "nanvar": "likewise",
    "poly": "float16 stays; coefficients near zero are not cut off",
    "real": "of a Python truth value",
    "setxor1d": "a Python number beside float32 is an array of float64",
    "union1d": "likewise",
    "special.expit": "float16 stays",
    "special.log_expit": "likewise",
    "special.log_softmax": "float16 stays; infinities give the limit where SciPy gives NaN",
    "special.logsumexp": "likewise",
    "special.softmax": "likewise",
    "special.polygamma": "orders that are no integers",
    "std": "dtypes of results of complex or integer dtype=",
    "var": "likewise",
    "unique": "sorted, whether sorted=False or not",
}
"""Functions, or their first letters, whose values may be others than NumPy's for awkward arguments, and why."""
ORDINARY = (TypeError, ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError, RuntimeError)


def functions():
    for name in _array_api.names():
        theirs = getattr(np, name)
        if callable(theirs) and not isinstance(theirs, type) and name not in ac._OF_VIZ:
            yield name, theirs
    for module, source in (("linalg", np.linalg), ("fft", np.fft), ("special", scipy.special)):
        for name in dir(getattr(ac, module)):
            theirs = getattr(source, name, None)
            if callable(theirs) and not name.startswith("_") and not isinstance(theirs, type):
                yield f"{module}.{name}", theirs


FUNCTIONS = [(name, theirs) for name, theirs in functions() if name not in NOT_CALLED]


def outcome(call):
    """What a call does: its value, or the exception it raises."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call(), None
        except Exception as error:  # noqa: BLE001  (which one is what is tested)
            return None, error


def as_tensors(x, grad):
    if isinstance(x, np.ndarray) and x.dtype.kind in "biufc":
        return ac.tensor(x, requires_grad=grad and x.dtype.kind in "fc")
    return [as_tensors(v, grad) for v in x] if type(x) is list else x


def check_value(ours, theirs, name):
    if any(name.startswith(prefix) for prefix in OTHER_VALUES):
        return
    if isinstance(theirs, tuple | list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            check_value(a, b, name)
        return
    if not isinstance(theirs, np.ndarray | np.generic) or not isinstance(ours, ac.Tensor):
        return
    theirs = np.asarray(theirs)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    if theirs.dtype.kind not in "fc":
        np.testing.assert_array_equal(ours.numpy(), theirs)
        return
    finite = np.isfinite(ours.numpy()) & np.isfinite(theirs)
    with np.errstate(all="ignore"):
        size = np.abs(theirs[finite]).max(initial=0.0)
        tolerance = float(np.finfo(theirs.dtype).eps) ** 0.6
        off = np.abs(ours.numpy()[finite] / 2 - theirs[finite] / 2) > tolerance * size + 1e-30
    assert not off.any()


@pytest.mark.parametrize(("name", "theirs"), FUNCTIONS, ids=[name for name, _ in FUNCTIONS])
@settings(
    max_examples=max(settings.default.max_examples // 25, 1),
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32 - 1), grad=st.booleans())
def test_a_value_numpy_s_exception_or_one_of_ours(name, theirs, seed, grad):
    args, kwargs = arguments(theirs, np.random.default_rng(seed))
    note(f"{name}(*{args}, **{kwargs})")
    module, _, attribute = name.rpartition(".")
    ours = getattr(getattr(ac, module) if module else ac, attribute)
    operands = [as_tensors(a, grad) for a in args]
    expected, its_error = outcome(lambda: theirs(*copy.deepcopy(args), **copy.deepcopy(kwargs)))
    value, error = outcome(lambda: ours(*operands, **kwargs))
    if error is not None:
        if isinstance(error, AutogradError):
            return
        assert its_error is not None, f"NumPy gives a value, and this raises {error!r}"
        assert isinstance(error, (*ORDINARY, type(its_error))), f"{error!r} for {its_error!r}"
        return
    if its_error is None:
        check_value(value, expected, name)
    for y in flatten(value)[0]:
        if isinstance(y, ac.Tensor) and y.requires_grad:
            _, error = outcome(lambda y=y: y.backward(np.ones(y.shape, y.dtype), retain_graph=True))
            assert not isinstance(error, RuleError), error
            assert error is None or isinstance(error, (AutogradError, *ORDINARY)), error
    for x in flatten(operands)[0]:
        if isinstance(x, ac.Tensor) and x.grad is not None:
            assert (x.grad.shape, x.grad.dtype) == (x.shape, x.dtype)


def test_every_exception_for_other_values_has_a_function():
    """The list holds no prefix that nothing starts with."""
    for prefix in OTHER_VALUES:
        assert any(name.startswith(prefix) for name, _ in FUNCTIONS), prefix
