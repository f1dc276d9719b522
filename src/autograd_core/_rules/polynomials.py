"""Polynomials as vectors of coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import polynomial as lowest_first

from .._errors import UnsupportedFunction
from .._primitive import composite, general, primitive
from .calculus import correlated
from .common import array, is_lazy
from .horner import valued


def _vector(p: Any) -> Any:
    """The coefficients: of a vector itself, of a number it alone."""
    if isinstance(p, np.poly1d):
        return p.coeffs
    p = np.atleast_1d(array(p))
    return p if p.dtype.kind in "fc" else p.astype(float)


@composite(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The value of a polynomial, by Horner's rule."""
    p, x = np.atleast_1d(array(p)), array(x)
    return valued(p[::-1], x) if p.shape[0] else np.zeros_like(x)


@composite(lowest_first.polyval2d)
def polyval2d(x: Any, y: Any, c: Any) -> Any:
    """The value of a polynomial of two variables, the lowest powers first."""
    x, y = array(x), array(y)
    if x.shape != y.shape:
        raise ValueError("x, y are incompatible")
    return _of_two(c, x, y, x.ndim)


@composite(lowest_first.polygrid2d)
def polygrid2d(x: Any, y: Any, c: Any) -> Any:
    """The values of a polynomial of two variables on a grid."""
    x, y = array(x), array(y)
    return _of_two(c, x.reshape(*x.shape, *(1,) * y.ndim), y, x.ndim + y.ndim)


def _of_two(c: Any, x: Any, y: Any, ndim: int) -> Any:
    c = array(c)
    c = c if c.dtype.kind in "fc" else c.astype(float)
    return valued(c.reshape(*c.shape, *(1,) * ndim), x, y)


def _aligned(a: Any, b: Any) -> tuple[Any, Any]:
    a, b = np.atleast_1d(array(a)), np.atleast_1d(array(b))
    n = max(a.shape[0], b.shape[0])
    return tuple(np.concatenate([np.zeros(n - p.shape[0], p.dtype), p]) if p.shape[0] < n else p for p in (a, b))  # type: ignore[return-value]


@composite(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of two polynomials."""
    a, b = _aligned(a1, a2)
    return a + b


@composite(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """The difference of two polynomials."""
    a, b = _aligned(a1, a2)
    return a - b


def _one_axis(p: Any) -> Any:
    p = np.atleast_1d(array(p))
    if p.ndim != 1:
        raise ValueError(f"Polynomial must be 1d only, not of shape {p.shape}")
    return p


def _without_leading_zeros(p: Any) -> Any:
    p = np.trim_zeros(_one_axis(p), "f")
    return p if p.shape[0] else np.zeros(1, p.dtype)


@composite(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """The product of two polynomials."""
    return np.convolve(_without_leading_zeros(a1), _without_leading_zeros(a2))


@primitive
def divided(u: Any, v: Any) -> Any:
    """The quotient of two polynomials and, behind it, what long division leaves of `u`."""
    count = u.shape[0] - v.shape[0] + 1
    rest, scale = u.copy().astype(np.result_type(u, v)), 1.0 / v[0]
    quotient = rest[:count].copy()
    for k in range(count):
        quotient[k] = scale * rest[k]
        rest[k : k + v.shape[0]] -= quotient[k] * v
    return np.concatenate([quotient, rest])


def _transposed(g: Any, u: Any, v: Any) -> Any:
    """Solve the transpose of ``u = convolve(quotient, v) + [0, remainder]``, which is triangular: long division in reverse."""
    count = u.shape[0] - v.shape[0] + 1
    last = g[2 * count :]
    overlaps = correlated(np.concatenate([np.zeros(count, g.dtype), last]), v)
    wanted = np.concatenate([np.flip(g[:count] - overlaps), np.zeros(v.shape[0] - 1, g.dtype)])
    return np.concatenate([np.flip(divided(wanted, v)[:count]), last])


general(
    divided,
    lambda g, _y, _u, v: _transposed(g, _u, v),
    lambda g, y, _u, v: -correlated(_transposed(g, _u, v), y[: _u.shape[0] - v.shape[0] + 1]),
)


@composite(np.polydiv)
def polydiv(u: Any, v: Any) -> Any:
    """Quotient and remainder of two polynomials."""
    u, v = _vector(u), _vector(v)
    if is_lazy(u, v):
        raise UnsupportedFunction(
            f"the length of polydiv's remainder depends on which of its coefficients are zero, which is not known of arrays of "
            f"shapes {u.shape} and {v.shape} before Dask computes them; call .numpy() to do that on purpose"
        )
    count = u.shape[0] - v.shape[0] + 1
    if count < 1:
        quotient, rest = np.zeros(1, np.result_type(u, v)), u.astype(np.result_type(u, v))
    else:
        y = divided(u, v)
        quotient, rest = y[:count], y[count:]
    start = 0
    while start < rest.shape[0] - 1 and bool(np.allclose(rest[start], 0)):
        start += 1
    return quotient, rest[start:]


@composite(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    """The derivative of a polynomial, `m` times."""
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    p = _one_axis(p)
    for _ in range(int(m)):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


@composite(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The integral of a polynomial, `m` times, with constants `k`."""
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    p = _vector(p)
    constants = np.zeros(m, p.dtype) if k is None else np.atleast_1d(array(k))
    if constants.shape[0] == 1 < m:
        constants = np.broadcast_to(constants, (m,))
    if constants.shape[0] < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    for i in range(m):
        p = np.concatenate([p / np.arange(p.shape[0], 0, -1), constants[i : i + 1]])
    return p


@primitive
def from_roots(r: Any) -> Any:
    """The coefficients of the product of ``x - r[i]``."""
    y = np.ones(1, r.dtype)
    for root in r:
        y = np.convolve(y, np.stack([np.ones_like(root), -root]))
    return y


def from_roots_rule(g: Any, _y: Any, r: Any) -> Any:
    """Halve the product: each half's cotangent is `g` correlated with the other half. No root is ever divided out."""
    n = r.shape[0]
    if n < 2:
        return -g[1:]
    left, right = r[: n // 2], r[n // 2 :]
    return np.concatenate([
        from_roots_rule(correlated(g, from_roots(right)), _y, left),
        from_roots_rule(correlated(g, from_roots(left)), _y, right),
    ])  # fmt: skip


general(from_roots, from_roots_rule)


@composite(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The coefficients of the polynomial with given roots, or the characteristic polynomial of a matrix."""
    roots = np.atleast_1d(array(seq_of_zeros))
    if roots.ndim == 2 and roots.shape[0] == roots.shape[1] != 0:
        roots = np.linalg.eigvals(roots)
    elif roots.ndim != 1:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    a = from_roots(roots if roots.dtype.kind in "fc" else roots.astype(float))
    if a.dtype.kind == "c" and bool(np.all(np.sort(roots) == np.sort(roots.conj()))):
        return np.real(a)
    return a


@composite(np.roots)
def roots(p: Any) -> Any:
    """The roots, as eigenvalues of the companion matrix."""
    p = np.atleast_1d(array(p))
    if p.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    places = np.flatnonzero(p)
    if places.shape[0] == 0:
        return np.zeros(0)
    first, last = int(places[0]), int(places[-1])
    zeros = p.shape[0] - last - 1
    p = p[first : last + 1]
    p = p if p.dtype.kind in "fc" else p.astype(float)
    n = p.shape[0] - 1
    if n == 0:
        return np.zeros(zeros)
    companion = np.concatenate([(-p[1:] / p[0])[None], np.eye(n - 1, n, dtype=p.dtype)], axis=0)
    found = np.linalg.eigvals(companion)
    return np.concatenate([found, np.zeros(zeros, found.dtype)])


@composite(np.vander)
def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """The matrix of powers of a vector."""
    x = array(x)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = x.shape[0] if N is None else int(N)
    if count < 0:
        raise ValueError("negative dimensions are not allowed")
    x = x.astype(np.promote_types(x.dtype, int))
    columns = [np.ones_like(x)] if count else []
    for _ in range(count - 1):
        columns.append(columns[-1] * x)
    if not columns:
        return np.zeros((x.shape[0], 0), x.dtype)
    return np.stack(columns if increasing else columns[::-1], axis=1)


@composite(np.polyfit)
def polyfit(x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False) -> Any:
    """The polynomial of least squares through points."""
    if full or cov:
        raise UnsupportedFunction("polyfit(full=..., cov=...) has no rule; use np.linalg.lstsq on np.vander(x, deg + 1)")
    x, y = _vector(x), _vector(y)
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1 or y.ndim not in (1, 2) or x.shape[0] != y.shape[0] or x.shape[0] == 0:
        raise TypeError(f"polyfit through x of shape {x.shape} and y of shape {y.shape}: give equally many points")
    rcond = x.shape[0] * float(np.finfo(x.dtype).eps) if rcond is None else rcond
    left, right = vander(x, deg + 1), y
    if w is not None:
        w = array(w)
        left, right = left * w[:, None], right * (w[:, None] if y.ndim == 2 else w)
    scale = np.sqrt(np.sum(left * left.conj(), axis=0)).real if left.dtype.kind == "c" else np.sqrt(np.sum(left * left, axis=0))
    c = np.linalg.lstsq(left / scale, right, rcond)[0]
    return c / (scale[:, None] if y.ndim == 2 else scale)
