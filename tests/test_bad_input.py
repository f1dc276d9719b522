"""Every function on bad arguments: what NumPy computes, its exception, or one of ours; never a crash of another kind, never a
gradient of a wrong shape or dtype.

The calls of the table of cases are spoilt: another shape or dtype, NaN, infinity, huge numbers, axes and counts out of range.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_core as ac
from autograd_core._tree import flatten

from .cases import Case
from .every_case import CASES
from .test_cases import draw, same

SHAPES = ((), (0,), (1,), (3,), (2, 3), (0, 3), (3, 0), (3, 3), (2, 3, 3), (1, 1, 4))
# What NumPy raises; RuntimeError is that of np.cov for weights that do not fit.
EXPECTED = (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError, RuntimeError, np.linalg.LinAlgError)
# Whose values are not determined by their arguments (which permutation, which vectors), or which NumPy defines by its loops
UNDETERMINED = {
    "partition": "elements beside the kth may stand in any order",
    "lstsq": "solutions of overflowing systems differ in which infinity they give",
    "geomspace": "NumPy goes by way of powers of ten, and overflows elsewhere",
    "special.logsumexp of SciPy": "SciPy gives a number the shape (1,) along an axis",
    "logsumexp-sign": "SciPy drops what is not finite in another order",
    "unique_values": "NumPy leaves their order open",
    "nanpercentile": "of no elements NumPy forgets the axes of q",
    "nanquantile": "of no elements NumPy forgets the axes of q",
}
PUBLIC = [c for c in CASES if "autograd_core._rules" not in (getattr(c.function, "__module__", None) or "")]


def spoilt_array(rng: np.random.Generator) -> np.ndarray:
    x = np.asarray(rng.standard_normal(SHAPES[rng.integers(len(SHAPES))]))
    kinds = (
        lambda: x.astype(np.float32),
        lambda: x + 1j,
        lambda: (3 * x).astype(int),
        lambda: x > 0,
        lambda: np.where(x > 0.5, np.nan, x),
        lambda: np.where(x > 0.5, np.inf, np.where(x < -0.5, -np.inf, x)),
        lambda: x * 1e300,
        lambda: np.zeros_like(x),
        lambda: x,
    )
    return np.asarray(kinds[rng.integers(len(kinds))]())


def spoilt(value: Any, rng: np.random.Generator) -> Any:
    """Another value of the same kind."""
    if isinstance(value, np.ndarray):
        return spoilt_array(rng)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | np.integer):
        return int(rng.choice([0, 1, -1, 2, 5, -7, 100]))
    if isinstance(value, float):
        return float(rng.choice([0.0, -1.0, np.nan, np.inf, 1e300]))
    if isinstance(value, tuple) and value and all(isinstance(i, int) for i in value):
        return tuple(int(i) for i in rng.choice([0, 1, -1, 2, 5], rng.integers(0, 3)))
    return value


@pytest.mark.parametrize("case", PUBLIC, ids=lambda c: c.name)
def test_bad_arguments_are_refused_or_right(case: Case) -> None:
    """Compare with NumPy on the same arguments, forward and backward."""

    @settings(max_examples=4)
    @given(st.integers(0, 2**32 - 1))
    def law(seed: int) -> None:
        rng = np.random.default_rng(seed)
        call = case.calls[rng.integers(len(case.calls))]
        drawn = draw(case, call, seed)
        leaves, rebuild = flatten(list(drawn.rebuild(drawn.operands)))
        kwargs = {k: spoilt(v, rng) if rng.random() < 0.3 else v for k, v in call.kwargs.items()}
        for _ in range(rng.integers(1, 3)):
            place = int(rng.integers(len(leaves)))
            leaves[place] = spoilt(leaves[place], rng)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy warns of most of what is drawn here
            check(case, leaves, rebuild, kwargs)

    law()


def check(case: Case, leaves: list[Any], rebuild: Any, kwargs: dict[str, Any]) -> None:
    reference = case.reference or case.function
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in leaves]
    tensors = [ac.tensor(a, requires_grad=a.dtype.kind in "fc") if isinstance(a, np.ndarray) else a for a in leaves]
    try:
        expected = reference(*rebuild(copies), **kwargs)
    except EXPECTED:
        with suppress(ac.AutogradError, *EXPECTED):  # where NumPy raises, a value is as good: some of ours take more
            case.function(*rebuild(tensors), **kwargs)
        return
    try:
        actual = case.function(*rebuild(tensors), **kwargs)
    except ac.AutogradError:
        return  # loud, with its reason
    if case.name not in UNDETERMINED:
        compare(actual, expected)
    outputs = [o for o in flatten(list(actual) if isinstance(actual, tuple) else actual)[0] if isinstance(o, ac.Tensor)]
    differentiable = [o for o in outputs if o.requires_grad]
    if not differentiable:
        return
    try:
        sum(np.sum(np.real(o)) for o in differentiable).backward()
    except ac.AutogradError:
        return
    for t in tensors:
        if isinstance(t, ac.Tensor) and t.grad is not None:
            assert t.grad.shape == t.shape
            assert t.grad.dtype == t.dtype


def compare(actual: Any, expected: Any) -> None:
    if isinstance(expected, tuple | list):
        assert len(actual) == len(expected)
        for a, e in zip(actual, expected, strict=True):
            compare(a, e)
        return
    actual = actual.numpy() if isinstance(actual, ac.Tensor) else actual
    e = np.asarray(expected)
    same(actual, e, 1e-4 if e.dtype.itemsize <= 4 * (1 + (e.dtype.kind == "c")) else 1e-7, "value")
