"""Determinants. Their derivatives are polynomials in the elements, so singular matrices have them too, up to the second."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._primitive import general, primitive
from .linalg import inverse


def _t(a: Any) -> Any:
    return a.swapaxes(-1, -2)


def _trace(a: Any) -> Any:
    return np.trace(a, axis1=-2, axis2=-1)[..., None, None]


def _spectrum(a: Any) -> tuple[Any, Any, Any, Any]:
    """Conjugated left vectors, singular values, conjugated right vectors, and the phase that is left of the determinant."""
    u, s, vh = np.linalg.svd(a)
    return u.conj(), s, vh.conj(), (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]


@primitive
def cofactors(a: Any) -> Any:
    """The derivative of the determinant, by products of all singular values but one."""
    if a.shape[-1] == 0:
        return np.array(a)
    u, s, vh, phase = _spectrum(a)
    others = np.stack([np.prod(np.delete(s, i, axis=-1), axis=-1) for i in range(s.shape[-1])], axis=-1)
    return phase * ((u * others[..., None, :]) @ vh)


@primitive
def second_cofactors(g: Any, a: Any) -> Any:
    """The derivative of the sum of `g` times the cofactors, by products of all singular values but two.

    In the basis of singular vectors the second derivative of the determinant along E and F is the sum over i and j of
    P[i, j] (E[i, i] F[j, j] - E[i, j] F[j, i]), where P[i, j] is the product of the others.
    """
    n = a.shape[-1]
    if n == 0:
        return np.array(a)
    u, s, vh, phase = _spectrum(a)
    others = np.zeros((*s.shape, n), s.dtype)
    for i in range(n):
        for j in range(i):
            others[..., i, j] = others[..., j, i] = np.prod(np.delete(s, [i, j], axis=-1), axis=-1)
    h = _t(u) @ g @ _t(vh)
    diagonal = (others @ np.diagonal(h, axis1=-2, axis2=-1)[..., None])[..., 0]
    return phase * (u @ (diagonal[..., None, :] * np.eye(n) - _t(others * h)) @ vh)


def third_rule(g: Any, _y: Any, c: Any, a: Any) -> Any:
    """Of `second_cofactors` with respect to the matrix, by its inverse: NaN where it is singular."""
    b = inverse(a)
    size = np.linalg.det(a)[..., None, None]
    x, y = b @ c, b @ g
    whole = (_trace(x) * _trace(y) - _trace(x @ y)) * b
    parts = x @ b * _trace(y) + y @ b * _trace(x) - x @ y @ b - y @ x @ b
    return size * _t(whole - parts)


general(second_cofactors, lambda g, _y, _c, a: second_cofactors(g, a), third_rule)
general(cofactors, lambda g, _y, a: second_cofactors(g, a))
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


general(sign_and_log, sign_and_log_rule, holomorphic=False, words="dA = G inv(A)^T")
