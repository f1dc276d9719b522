"""Polynomials as vectors of coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._errors import UnsupportedFunction
from .._primitive import composite
from .common import array


def _vector(p: Any) -> Any:
    """The coefficients: of a vector itself, of a number it alone."""
    if isinstance(p, np.poly1d):
        return p.coeffs
    p = np.atleast_1d(array(p))
    return p if p.dtype.kind in "fc" else p.astype(float)


@composite(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The value of a polynomial, by Horner's rule."""
    p = np.atleast_1d(array(p))
    x = array(x)
    y = np.zeros_like(x)
    for i in range(p.shape[0]):
        y = y * x + p[i]
    return y


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


@composite(np.polydiv)
def polydiv(u: Any, v: Any) -> Any:
    """Quotient and remainder of two polynomials."""
    u, v = _vector(u), _vector(v)
    m, n = u.shape[0] - 1, v.shape[0] - 1
    kind = np.result_type(u.dtype, v.dtype)
    rest, quotient = u.astype(kind), []
    for k in range(m - n + 1):
        d = rest[k] / v[0]
        quotient.append(d)
        rest = rest - np.concatenate([np.zeros(k, kind), d * v, np.zeros(m - n - k, kind)])
    q = np.stack(quotient) if quotient else np.zeros(1, kind)
    start = 0
    while start < rest.shape[0] - 1 and bool(np.allclose(rest[start], 0, rtol=1e-14)):
        start += 1
    return q, rest[start:]


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


@composite(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The coefficients of the polynomial with given roots, or the characteristic polynomial of a matrix."""
    roots = np.atleast_1d(array(seq_of_zeros))
    if roots.ndim == 2 and roots.shape[0] == roots.shape[1] != 0:
        roots = np.linalg.eigvals(roots)
    elif roots.ndim != 1:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    a = np.ones(1, roots.dtype if roots.dtype.kind in "fc" else float)
    for i in range(roots.shape[0]):
        a = np.convolve(a, np.stack([np.ones_like(roots[i]), -roots[i]]))
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
