"""Determinants. Their derivatives are polynomials in the elements, so singular matrices have them too, to every order."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np

from .._primitive import general, primitive, variadic
from .linalg import inverse


def _t(a: Any) -> Any:
    return a.swapaxes(-1, -2)


def _spectrum(a: Any) -> tuple[Any, Any, Any, Any]:
    """Conjugated left vectors, singular values, conjugated right vectors, and the phase that is left of the determinant."""
    u, s, vh = np.linalg.svd(a)
    return u.conj(), s, vh.conj(), (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]


def _first(a: Any) -> Any:
    """The cofactors, by products of all singular values but one."""
    u, s, vh, phase = _spectrum(a)
    others = np.stack([np.prod(np.delete(s, i, axis=-1), axis=-1) for i in range(s.shape[-1])], axis=-1)
    return phase * ((u * others[..., None, :]) @ vh)


def _second(a: Any, g: Any) -> Any:
    """The derivative of the cofactors along `g`, by products of all singular values but two.

    In the basis of singular vectors the second derivative of the determinant along E and F is the sum over i and j of
    P[i, j] (E[i, i] F[j, j] - E[i, j] F[j, i]), where P[i, j] is the product of the others.
    """
    n = a.shape[-1]
    u, s, vh, phase = _spectrum(a)
    others = np.zeros((*s.shape, n), s.dtype)
    for i in range(n):
        for j in range(i):
            others[..., i, j] = others[..., j, i] = np.prod(np.delete(s, [i, j], axis=-1), axis=-1)
    h = _t(u) @ g @ _t(vh)
    diagonal = (others @ np.diagonal(h, axis1=-2, axis2=-1)[..., None])[..., 0]
    return phase * (u @ (diagonal[..., None, :] * np.eye(n) - _t(others * h)) @ vh)


def _along(a: Any, *directions: Any) -> Any:
    """As `_second` along several directions.

    Along each it is a polynomial, so the mean of its values on a circle about the matrix, divided by where they are, is its
    derivative exactly; the circle is of the size of the matrix.
    """
    *others, last = directions
    if not others:
        return _second(a, last)
    sizes = [np.max(np.abs(x), axis=(-2, -1), keepdims=True) for x in (a, last)]
    radius = np.where(sizes[0] > 0, sizes[0], 1) / np.where(sizes[1] > 0, sizes[1], 1)
    count = max(a.shape[-1] - len(directions), 2)
    circle = (1.0, -1.0) if count == 2 else tuple(cmath.exp(2j * math.pi * k / count) for k in range(count))
    return sum(_along(a + w * radius * last, *others) / (w * count) for w in circle) / radius


@primitive
def cofactors(a: Any, *directions: Any) -> Any:
    """The derivative of the determinant, and that of itself along any number of directions."""
    kind = np.result_type(a, *directions)
    if len(directions) >= a.shape[-1]:  # a polynomial of degree n - 1 in the elements
        return np.zeros(a.shape, kind)
    y = _along(a, *directions) if directions else _first(a)
    return (y if kind.kind == "c" else np.real(y)).astype(kind)


def cofactors_rule(g: Any, _y: Any, i: int, a: Any, *directions: Any) -> Any:
    """One direction more for the matrix, another one for a direction, since derivatives do not depend on their order."""
    if i == 0:
        return cofactors(a, *directions, g)
    return cofactors(a, *directions[: i - 1], g, *directions[i:])


variadic(cofactors, cofactors_rule, words="dA = the cofactors' derivative along G")
general(np.linalg.det, lambda g, _y, a: g[..., None, None] * cofactors(a), words="dA = G times the cofactors of A")


@primitive
def sign_and_log(a: Any) -> Any:
    """Sign (or phase) of the determinant, and the logarithm of its size."""
    return tuple(np.linalg.slogdet(a))


def sign_and_log_rule(g: Any, y: Any, a: Any) -> Any:
    """With w = trace(A^-1 dA), the logarithm moves by Re w and the phase turns by Im w."""
    phase, log = g
    c: Any = 0
    if log is not None:
        c = log[..., None, None].astype(a.dtype)
    if phase is not None and a.dtype.kind == "c":
        c = c + 1j * np.imag(phase * y[0])[..., None, None]
    return c * _t(inverse(a))


general(sign_and_log, sign_and_log_rule, words="dA = G inv(A)^T")
