"""Special functions that are always present, with SciPy or without, and numerically stable softmaxes."""

from __future__ import annotations

import importlib.util
import math
from functools import cache
from typing import Any

import numpy as np

from .._primitive import LATE, elementwise, general, primitive
from .quiet import quiet

_TWO_BY_ROOT_PI = 2 / math.sqrt(math.pi)


@cache
def _erf() -> Any:
    """SciPy's, which is vectorised, imported on first use (0.2 s); without it the standard library's, exact and slower."""
    try:
        from scipy.special import erf
    except ImportError:
        of_number = np.vectorize(math.erf, otypes=[np.float64])
        return lambda a: of_number(a).astype(np.asarray(a).dtype) if np.size(a) else np.array(a)
    return erf


@primitive
def erf(x: Any) -> Any:
    """Return the error function of `x`."""
    return _erf()(x)


def _floating(x: Any) -> Any:
    """Integers and truth values as float64, as SciPy has them."""
    return x if getattr(x, "dtype", None) is None or x.dtype.kind in "fc" else x.astype(np.float64)


@primitive
def expit(x: Any) -> Any:
    """Return the logistic sigmoid ``1 / (1 + exp(-x))``, exact in both tails."""
    x = _floating(x)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


@primitive
def log_expit(x: Any) -> Any:
    """Return ``log(expit(x))`` without overflow or loss of precision."""
    x = _floating(x)
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


elementwise(erf, lambda g, _y, a: g * (_TWO_BY_ROOT_PI * np.exp(-a * a)), words="dA = G 2/sqrt(pi) exp(-A^2)")
elementwise(expit, lambda g, y, _a: g * (y - y * y), words="dA = G Y (1 - Y)")
elementwise(log_expit, lambda g, _y, a: g * expit(-a), words="dA = G expit(-A)")


def _shifted(x: Any, axis: Any) -> tuple[Any, Any]:
    """`x` less its maximum, and that; an infinite maximum is left alone, so that no NaN arises."""
    x = _floating(x)
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf) if x.size == 0 else x.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    return x - top, top


@primitive
def softmax(x: Any, axis: Any = None) -> Any:
    """Return ``exp(x)`` divided by its sum over `axis`."""
    e = np.exp(_shifted(x, axis)[0])
    return e / e.sum(axis=axis, keepdims=True)


@primitive
def log_softmax(x: Any, axis: Any = None) -> Any:
    """Return the logarithm of `softmax`, without overflow."""
    shifted, _ = _shifted(x, axis)
    return shifted - quiet(np.log, np.exp(shifted).sum(axis=axis, keepdims=True), divide="ignore")


@primitive
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the logarithm of the sum of ``exp(x)`` over `axis`, without overflow."""
    shifted, top = _shifted(x, axis)
    total = quiet(np.log, np.exp(shifted).sum(axis=axis, keepdims=True), divide="ignore") + top
    return total if keepdims or total.ndim == 0 else total.squeeze(axis)


def logsumexp_rule(g: Any, _y: Any, a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The softmax of the operand."""
    if not keepdims:
        axes = range(a.ndim) if axis is None else [i % a.ndim for i in (axis if isinstance(axis, tuple) else (axis,))]
        g = g.reshape(tuple(1 if i in axes else n for i, n in enumerate(a.shape)))
    return g * softmax(a, axis=axis)


general(
    softmax,
    lambda g, y, _a, axis=None: y * (g - (g * y).sum(axis=axis, keepdims=True)),
    words="dA = Y (G - sum(G Y))",
)
general(
    log_softmax,
    lambda g, y, _a, axis=None: g - np.exp(y) * g.sum(axis=axis, keepdims=True),
    words="dA = G - exp(Y) sum(G)",
)
general(logsumexp, logsumexp_rule, words="dA = G softmax(A)")


def _of_scipy() -> None:
    """Register SciPy's functions, if it is installed."""
    if importlib.util.find_spec("scipy"):
        for name in ("special", "bessel", "distributions", "python"):
            importlib.import_module(f"{__package__}.scipy_{name}")


LATE.append(_of_scipy)
