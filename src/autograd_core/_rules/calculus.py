"""Discrete calculus: differences, integrals, interpolation, convolution, and sequences between two ends."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .._errors import UnsupportedFunction
from .._primitive import composite, constant, general, primitive
from .common import array, axes_of, axis_of, holds_recorded, is_lazy, refuse_out, slab

# -- differences ----------------------------------------------------------------------------------------------------------


@composite(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue) -> Any:
    """Differences of neighbours, `n` times."""
    a = array(a)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    if n == 0:
        return a
    axis = axis_of(axis, a.ndim)

    def end(value: Any) -> list[Any]:
        if value is np._NoValue:
            return []
        value = array(value)
        return [np.broadcast_to(value, (*a.shape[:axis], 1, *a.shape[axis + 1 :])) if value.ndim == 0 else value]

    parts = [*end(prepend), a, *end(append)]
    y = np.concatenate(parts, axis=axis) if len(parts) > 1 else a
    for _ in range(n):
        right, left = y[slab(axis, 1, None)], y[slab(axis, None, -1)]
        y = right != left if y.dtype == bool else right - left
    return y


@composite(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours of the flattened elements, with ends put on."""
    flat = np.ravel(array(ary))
    y = flat[1:] - flat[:-1]
    parts = [y if x is y else np.ravel(array(x)).astype(flat.dtype) for x in (to_begin, y, to_end) if x is not None]
    return np.concatenate(parts) if len(parts) > 1 else y


def _spacings(f: Any, axes: tuple[int, ...], given: tuple[Any, ...]) -> list[Any]:
    """For each axis a number, or the differences of its coordinates, in the precision of `f`."""

    def fitted(h: Any) -> Any:
        return h if not hasattr(h, "dtype") or h.dtype.kind == "c" else h.astype(np.finfo(f.dtype).dtype)

    if not given:
        return [1.0] * len(axes)
    if len(given) == 1 and np.ndim(given[0]) == 0:
        return [fitted(given[0])] * len(axes)
    if len(given) != len(axes):
        raise TypeError(f"gradient of {len(axes)} axes takes no, one or {len(axes)} spacings, not {len(given)}")
    made = []
    for h, axis in zip(given, axes, strict=True):
        if np.ndim(h) == 0:
            made.append(fitted(h))
            continue
        x = array(h)
        if x.ndim != 1:
            raise ValueError("distances must be either scalars or 1d")
        if x.shape[0] != f.shape[axis]:
            raise ValueError("when 1d, distances must match the length of the corresponding dimension")
        d = fitted(diff(x if x.dtype.kind in "fc" else x.astype(float)))
        made.append(d[0] if not holds_recorded(d) and bool(np.all(d == d[0])) else d)
    return made


@composite(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Central differences inside and one-sided ones at the edges, with even or uneven spacing."""
    f = array(f)
    if f.dtype.kind not in "fc":
        f = f.astype(float)
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    axes = axes_of(axis, f.ndim)
    results = []
    for i, h in zip(axes, _spacings(f, axes, varargs), strict=True):
        results.append(_differentiated(np.moveaxis(f, i, -1), h, edge_order, i))
    return results[0] if len(results) == 1 else tuple(results)


def _differentiated(f: Any, h: Any, edge_order: int, axis: int) -> Any:
    if np.ndim(h) == 0:
        inner = (f[..., 2:] - f[..., :-2]) / (2.0 * h)
        before, after, first, last = h, h, h, h
        second, before_last = h, h
    else:
        before, after = h[:-1], h[1:]
        inner = (
            -after / (before * (before + after)) * f[..., :-2]
            + (after - before) / (before * after) * f[..., 1:-1]
            + before / (after * (before + after)) * f[..., 2:]
        )
        first, last = h[0], h[-1]
        second, before_last = (h[1], h[-2]) if edge_order == 2 else (first, last)
    if edge_order == 1:
        left, right = (f[..., 1] - f[..., 0]) / first, (f[..., -1] - f[..., -2]) / last
    else:
        left = _edge(f[..., 0], f[..., 1], f[..., 2], first, second)
        right = -_edge(f[..., -1], f[..., -2], f[..., -3], last, before_last)
    return np.moveaxis(np.concatenate([left[..., None], inner, right[..., None]], axis=-1), -1, axis)


def _edge(a: Any, b: Any, c: Any, h: Any, k: Any) -> Any:
    """The slope at `a` of the parabola through three points, `h` and `k` apart."""
    return -(2.0 * h + k) / (h * (h + k)) * a + (h + k) / (h * k) * b - h / (k * (h + k)) * c


# -- integrals ------------------------------------------------------------------------------------------------------------


@composite(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of the straight lines between samples."""
    y = array(y)
    d: Any = dx
    if x is not None:
        x = array(x)
        d = diff(x) if x.ndim == 1 else diff(x, axis=axis)
    place = axis_of(axis, y.ndim)
    if x is not None:
        d = d.reshape((-1,) + (1,) * (y.ndim - 1 - place)) if x.ndim == 1 else d
    # `d` may have more axes than `y`, so the sum is over the axis as it was given
    return np.sum(d * (y[slab(place, 1, None)] + y[slab(place, None, -1)]) / 2.0, axis=axis)


def _cumulative(running: Any, x: Any, axis: Any, dtype: Any, first: float | None) -> Any:
    x = np.atleast_1d(array(x))
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"axis must be given for an array of {x.ndim} axes")
        axis = 0
    y = running(x, axis=axis, dtype=dtype)
    if first is None:
        return y
    axis = axis_of(axis, x.ndim)
    one = np.full((*y.shape[:axis], 1, *y.shape[axis + 1 :]), first, y.dtype)
    return np.concatenate([one, y], axis=axis)


@composite(np.cumulative_sum)
def cumulative_sum(x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False) -> Any:
    """The running sum, with a zero before it on request."""
    refuse_out("cumulative_sum", out)
    return _cumulative(np.cumsum, x, axis, dtype, 0 if include_initial else None)


@composite(np.cumulative_prod)
def cumulative_prod(x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False) -> Any:
    """The running product, with a one before it on request."""
    refuse_out("cumulative_prod", out)
    return _cumulative(np.cumprod, x, axis, dtype, 1 if include_initial else None)


# -- interpolation and sequences ------------------------------------------------------------------------------------------


@composite(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Straight lines between given points; outside them constants. At a point the line on its right has the derivative."""
    x, xp, fp = array(x), array(xp), array(fp)
    x, xp = (a if a.dtype == np.float64 else a.astype(np.float64, casting="safe") for a in (x, xp))
    fp = fp.astype(np.complex128 if fp.dtype.kind == "c" else np.float64)
    if xp.ndim != 1 or xp.shape != fp.shape:
        raise ValueError("fp and xp are not of the same length.")
    if xp.shape[0] == 0:
        raise ValueError("array of sample points is empty")
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        period, left, right = abs(period), None, None
        x, xp = x % period, xp % period
        order = np.argsort(xp)
        xp, fp = np.take(xp, order), np.take(fp, order)
        xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
        fp = np.concatenate((fp[-1:], fp, fp[:1]))
    n = xp.shape[0]
    low = x < xp[0]
    high = x > xp[-1]
    if n > 1:
        i = np.clip(np.searchsorted(xp, x, "right") - 1, 0, n - 2)
        x0, y0 = np.take(xp, i), np.take(fp, i)
        width = np.take(xp, i + 1) - x0
        inside = np.where(low, x0, x)  # so that nothing off the line enters a product
        y = y0 + (inside - x0) * ((np.take(fp, i + 1) - y0) / np.where(width == 0, 1, width))
        y = np.where(x == xp[-1], fp[-1], y)
    else:
        y = fp[0]
    y = np.where(low, fp[0] if left is None else left, y)
    return np.where(high, fp[-1] if right is None else right, y)


@composite(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Evenly spaced numbers from `start` to `stop`."""
    if (num := operator.index(num)) < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    # a Python number has no dtype of its own to promote the other end with
    kind = np.result_type(*(x if isinstance(x, int | float | complex) else array(x).dtype for x in (start, stop)), 1.0)
    start, stop = array(start).astype(kind), array(stop).astype(kind)
    parts = num - 1 if endpoint else num
    delta = stop - start
    steps = np.arange(num, dtype=kind).reshape((-1,) + (1,) * delta.ndim)
    step = delta / parts if parts > 0 else np.full_like(delta, np.nan)
    y = start + (steps * step if parts > 0 else steps * delta)
    if endpoint and num > 1:
        last = np.broadcast_to(stop, y.shape[1:])[None]
        y = np.concatenate([y[:-1], last], axis=0)
    y = np.moveaxis(y, 0, axis) if axis != 0 else y
    y = y if dtype is None else (np.floor(y) if np.dtype(dtype).kind in "iu" else y).astype(dtype)
    return (y, step) if retstep else y


@composite(np.logspace)
def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """Powers of `base` from `start` to `stop`, evenly spaced in the exponent."""
    base = base if np.ndim(base) == 0 else array(base)
    if np.ndim(base):
        start, stop = array(start), array(stop)
        ndim = max(start.ndim, stop.ndim, base.ndim)
        start, stop, base = (a.reshape((1,) * (ndim - a.ndim) + a.shape) for a in (start, stop, base))
        base = np.expand_dims(base, axis)
    exponents = np.linspace(start, stop, num, endpoint, axis=axis)
    y = np.power(base, exponents)
    return y if dtype is None else y.astype(dtype)


@composite(np.geomspace)
def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """A geometric sequence from `start` to `stop`."""
    start, stop = array(start), array(stop)
    if not is_lazy(start, stop) and (bool(np.any(start == 0)) or bool(np.any(stop == 0))):
        raise ValueError("Geometric sequence cannot include zero")
    kind = np.result_type(start.dtype, stop.dtype, np.float64)
    start, stop = start.astype(kind), stop.astype(kind)
    whole = np.log(stop / start)
    y = start * np.exp(np.linspace(array(np.zeros_like(whole)), whole, num, endpoint, axis=0))
    if endpoint and y.shape[0] > 1:
        y = np.concatenate([y[:-1], np.broadcast_to(stop, y.shape[1:])[None]], axis=0)
    y = np.moveaxis(y, 0, axis) if axis else y
    return y if dtype is None else y.astype(dtype)


# -- convolution ----------------------------------------------------------------------------------------------------------


@primitive
def convolved(a: Any, v: Any) -> Any:
    """The whole convolution of two vectors."""
    return np.convolve(a, v)


@primitive
def correlated(g: Any, v: Any) -> Any:
    """Each overlap of `v` with a longer vector, nothing conjugated: what convolution with `v` is transposed."""
    return np.convolve(g, v[::-1], "valid")


general(
    convolved,
    lambda g, _y, _a, v: correlated(g, v),
    lambda g, _y, a, _v: correlated(g, a),
    multilinear=True,
    words="dA = G correlated with V; dV = G correlated with A",
)
general(
    correlated,
    lambda g, _y, _a, v: convolved(g, v),
    lambda g, _y, a, _v: correlated(a, g),
    multilinear=True,
)


@composite(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The convolution of two vectors: whole, of the longer one's length, or where they overlap entirely."""
    a, v = np.atleast_1d(array(a)), np.atleast_1d(array(v))
    n, m = max(a.shape[0], v.shape[0]), min(a.shape[0], v.shape[0])
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    y = convolved(a, v)
    if mode == "full":
        return y
    return y[m - 1 : n] if mode == "valid" else y[(m - 1) // 2 : (m - 1) // 2 + n]


@composite(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """The correlation of two vectors, the second conjugated."""
    a, v = array(a), array(v)
    if a.shape[0] >= v.shape[0] or mode != "same":
        return convolve(a, v.conj()[::-1], mode)
    return convolve(a[::-1], v.conj(), mode)[::-1]  # NumPy swaps the two, which moves the middle of an even length


# -- phases ---------------------------------------------------------------------------------------------------------------


@primitive
def turns(p: Any, discont: Any, axis: int, period: Any) -> Any:
    """What `np.unwrap` adds: whole periods."""
    straight = np.unwrap(p, discont, axis, period=period)
    return np.where(straight == p, 0, straight - p).astype(straight.dtype)


constant(turns)


@composite(np.unwrap)
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 6.283185307179586) -> Any:
    """Take out jumps of more than half a period."""
    p = array(p)
    if holds_recorded(period):
        raise UnsupportedFunction("unwrap is not differentiable in its period; pass a number")
    return p + turns(p, discont=discont, axis=axis, period=period)
