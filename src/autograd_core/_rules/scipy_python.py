"""Functions that SciPy writes in Python: as `ac.special.f` only, since they do not dispatch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp  # type: ignore[import-untyped, import-not-found, unused-ignore]

from .._errors import UnsupportedFunction
from .._primitive import composite
from . import special as always
from .common import array, axes_of, is_lazy
from .quiet import quiet
from .scipy_special import hurwitz, lambert, polygamma_of


@composite(sp.polygamma)
def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of the digamma function."""
    x = array(x).astype(float)
    if np.ndim(n) == 0:
        return polygamma_of(x, order=int(n))
    orders = np.asarray(n)
    y = sum(np.where(orders == k, polygamma_of(x, order=int(k)), 0) for k in np.unique(orders))
    return np.broadcast_to(y, np.broadcast_shapes(orders.shape, x.shape))


@composite(sp.multigammaln)
def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension `d`."""
    a = array(a).astype(float)
    if d != int(d):
        raise ValueError(f"d should be a positive integer (dimension), not {d}")
    outside = a <= 0.5 * (d - 1)
    if not is_lazy(a) and bool(np.any(outside)):
        raise ValueError(f"condition a > 0.5 * (d - 1) not met for d = {d}")
    if d < 1:
        raise UnsupportedFunction(f"multigammaln of dimension {d}: it is defined from dimension 1 on")
    y = d * (d - 1) * 0.25 * math.log(math.pi) + sp.gammaln(a)
    for j in range(1, int(d)):
        y = y + sp.gammaln(a - j / 2)
    return np.where(outside, math.nan, y) if is_lazy(a) else y  # what cannot be told now is not a number later


@composite(sp.lambertw)
def lambertw(z: Any, k: int = 0, tol: float = 1e-8) -> Any:
    """Branch `k` of the inverse of w exp(w)."""
    return lambert(array(z), k=k, tol=tol)


@composite(sp.zeta)
def zeta(x: Any, q: Any = None, out: Any = None) -> Any:
    """The Hurwitz zeta function of one order `x`, differentiable in `q`."""
    if q is None or out is not None or np.ndim(x) or hasattr(x, "ndim"):
        raise UnsupportedFunction("special.zeta is differentiable in q only, with a number as x: special.zeta(2, q)")
    return hurwitz(array(q), s=float(x))


@composite(sp.logsumexp)
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """The logarithm of a sum of exponentials, weighted by `b`; with its sign on request."""
    a = array(a)
    if b is None and not return_sign:
        return always.logsumexp(a, axis=axis, keepdims=keepdims)
    weights = array(1.0 if b is None else b)
    a, weights = np.broadcast_arrays(a, weights)
    axes = axes_of(axis, a.ndim)
    counts = weights != 0
    top = np.max(np.where(counts, a, -math.inf), axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.sum(np.where(counts, weights * np.exp(np.where(counts, a, 0) - top), 0), axis=axes, keepdims=True)
    sign = np.sign(total)
    y = quiet(np.log, np.abs(total) if return_sign else total, divide="ignore") + top  # of an empty sum it is -inf
    if not keepdims:
        y, sign = np.squeeze(y, axes), np.squeeze(sign, axes)
    return (y, sign) if return_sign else y


if hasattr(sp, "softplus"):

    @composite(sp.softplus)
    def softplus(x: Any, **_more: Any) -> Any:
        """log(1 + exp(x)) without overflow."""
        return np.logaddexp(0, array(x))
