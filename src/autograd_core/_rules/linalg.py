"""Linear algebra: inverses, determinants and factorisations, batched over leading axes, real and complex.

Inside a walk cotangents are not conjugated (`dL = Re sum(G dY)`); the published formulas are for conj(G), so rules conjugate on
the way in and out. A singular matrix, a repeated eigenvalue or an undetermined phase gives NaN, never a plausible number.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._primitive import general, primitive


def _t(a: Any) -> Any:
    return a.swapaxes(-1, -2)


def _h(a: Any) -> Any:
    return a.swapaxes(-1, -2).conj()


def _eye(a: Any) -> Any:
    return np.eye(a.shape[-1], dtype=a.dtype)


# -- inverse and solution -------------------------------------------------------------------------------------------------


def _each(function: Any, shape: Any, a: Any, *others: Any) -> Any:
    """Apply a function of matrices to a stack; where a matrix is singular its result is NaN."""
    try:
        return function(a, *others)
    except np.linalg.LinAlgError:
        if a.ndim == 2:
            return np.full(shape, np.nan, a.dtype)
        return np.stack([_each(function, shape[1:], *(x[i] for x in (a, *others))) for i in range(a.shape[0])])


@primitive
def inverse(a: Any) -> Any:
    """The inverse of each matrix, NaN where there is none: what rules use."""
    return _each(np.linalg.inv, a.shape, a)


def _inverse_rule(g: Any, y: Any, _a: Any) -> Any:
    return -(_t(y) @ g @ _t(y))


general(inverse, _inverse_rule)
general(np.linalg.inv, _inverse_rule, words="dA = -Y^T G Y^T")


def _columns(b: Any, x: Any) -> Any:
    """A right-hand side of `solve` as a matrix: only a one-dimensional `b` is a vector."""
    return x[..., None] if b.ndim == 1 else x


@primitive
def solution(a: Any, b: Any) -> Any:
    """Solve ``a x = b``, NaN where a matrix is singular: what rules use."""
    shape = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = np.broadcast_to(a, shape + a.shape[-2:]), np.broadcast_to(b, shape + b.shape[-2:])
    return _each(np.linalg.solve, b.shape, a, b)


def solve_matrix(g: Any, y: Any, a: Any, _b: Any) -> Any:
    """Of the matrix: -dB Y^T."""
    return -(solution(_t(a), _columns(_b, g)) @ _t(_columns(_b, y)))


def solve_right(g: Any, _y: Any, a: Any, _b: Any) -> Any:
    """Of the right-hand side: the transposed system."""
    c = solution(_t(a), _columns(_b, g))
    return c[..., 0] if _b.ndim == 1 else c


for _solver in (np.linalg.solve, solution):
    general(_solver, solve_matrix, solve_right, words="dB = the solution of A^T dB = G; dA = -dB Y^T")


@primitive
def pseudo_inverse(a: Any, rtol: Any, hermitian: bool) -> Any:
    """The Moore-Penrose inverse; singular values below `rtol` times the largest count as zero."""
    return np.linalg.pinv(a, rtol, hermitian)


def pseudo_inverse_rule(g: Any, y: Any, a: Any, rtol: Any, hermitian: bool) -> Any:
    """At constant rank, without a projector of the longer side.

    References
    ----------
    G. Golub and V. Pereyra, The differentiation of pseudo-inverses and nonlinear least squares, SIAM J. Numer. Anal. 10
    (1973), equation (4.12).
    """
    gh, yh = _t(g), _h(y)
    k, m = _chain(gh, y, yh), _chain(yh, y, gh)
    return (-_chain(yh, g.conj(), yh) + (k - _chain(a, y, k)) + (m - _chain(m, y, a))).conj()


def _chain(a: Any, b: Any, c: Any) -> Any:
    """The product of three matrices of which the second is as the others transposed, by way of the smaller square."""
    return a @ (b @ c) if a.shape[-1] < a.shape[-2] else (a @ b) @ c


general(pseudo_inverse, pseudo_inverse_rule)

# -- Cholesky -------------------------------------------------------------------------------------------------------------


def _half_lower(x: Any) -> Any:
    """The lower triangle with half the diagonal."""
    weights = np.tri(x.shape[-1], dtype=x.dtype)
    return x * (weights - _eye(x) / 2)


def _cholesky_rule(g: Any, y: Any, _a: Any, upper: bool = False) -> Any:
    """The symmetrised gradient.

    References
    ----------
    I. Murray, Differentiation of the Cholesky decomposition, arXiv 1602.07527, equation (10).
    """
    low, g = (_h(y), _t(g)) if upper else (y, g.conj())
    p = _half_lower(_h(low) @ g)
    inv = inverse(low)
    s = _h(inv) @ p @ inv
    return ((s + _h(s)) / 2).conj()


general(np.linalg.cholesky, _cholesky_rule, words="dA = L^-T phi(L^T G) L^-1, symmetrised")

# -- QR -------------------------------------------------------------------------------------------------------------------


@primitive
def thin_qr(a: Any) -> Any:
    """Q and R of matrices with no more columns than rows."""
    return tuple(np.linalg.qr(a))


def thin_qr_rule(g: Any, y: Any, _a: Any) -> Any:
    """Of both factors, or of one alone.

    References
    ----------
    S. F. Walter and L. Lehmann, Algorithmic differentiation of linear algebra functions with application in optimum
    experimental design, arXiv 1001.1654, section 4.2.
    """
    q, r = y
    gq, gr = (None if x is None else x.conj() for x in g)
    m = 0
    if gr is not None:
        m = r @ _h(gr)
    if gq is not None:
        m = m - _h(gq) @ q
    low = np.tri(r.shape[-1], dtype=r.dtype)
    below = m * (low - _eye(r))
    diagonal = m * _eye(r)
    lower = below + _h(below) + (diagonal + _h(diagonal)) / 2
    c = q @ lower
    if gq is not None:
        c = c + gq
    return (c @ _h(inverse(r))).conj()


general(thin_qr, thin_qr_rule, words="dA = (dQ + Q sym(R dR^T - dQ^T Q)) R^-T")

# -- spectra --------------------------------------------------------------------------------------------------------------


def _gaps(s: Any, scale: Any) -> tuple[Any, Any]:
    """For each pair of values their difference, and whether that is only rounding; the diagonal counts as repeated."""
    gap = s[..., None, :] - s[..., :, None]
    tied = np.abs(gap) <= 4 * s.shape[-1] * np.finfo(scale.dtype).eps * scale
    return np.where(tied, 1, gap), tied


def _of_distinct(x: Any, gap: Any, tied: Any, eye: Any) -> Any:
    """Divide by the differences. Where values are repeated, 0 if nothing arrived there, else NaN, which products spread."""
    undetermined = tied & ~eye & (x != 0)
    return np.where(tied, np.where(undetermined, np.nan, 0), x / gap)


def _spread(g: Any, tied: Any, eye: Any) -> Any:
    """Cotangents of the values, on the diagonal; NaN beside it where repeated values are treated differently."""
    apart = tied & ~eye & (g[..., None, :] != g[..., :, None])
    return np.where(apart, np.nan, g[..., None, :] * eye)


def _phase_free(x: Any, d: Any) -> Any:
    """NaN where a complex result depends on phases, which LAPACK chooses: `d`, imaginary on the diagonal, is not rounding."""
    size = np.max(np.abs(x), axis=(-1, -2), initial=0)[..., None]
    bad = np.abs(d) > math.sqrt(np.finfo(d.dtype).eps) * np.maximum(size, np.finfo(d.dtype).tiny)
    return np.where(np.any(bad, axis=-1), np.nan, 0)[..., None, None]


@primitive
def symmetric_eigen(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues, ascending, and eigenvectors of symmetric or Hermitian matrices."""
    return tuple(np.linalg.eigh(a, UPLO))


def symmetric_eigen_rule(g: Any, y: Any, _a: Any, UPLO: str = "L") -> Any:
    """The symmetrised gradient.

    References
    ----------
    M. B. Giles, An extended collection of matrix derivative results for forward and reverse mode algorithmic
    differentiation, Oxford 2008, section 3.1.
    """
    w, v = y
    gw, gv = (None if x is None else x.conj() for x in g)
    eye = np.eye(w.shape[-1], dtype=bool)
    gap, tied = _gaps(w, np.max(np.abs(w), axis=-1, initial=0)[..., None, None])
    inner: Any = 0
    if gw is not None:
        inner = _spread(gw, tied, eye).astype(v.dtype)
    if gv is not None:
        x = _h(v) @ gv
        inner = inner + _of_distinct(x, gap, tied, eye)
        if v.dtype.kind == "c":
            inner = inner + _phase_free(x, np.imag(np.diagonal(x, axis1=-2, axis2=-1)))
    s = v @ inner @ _h(v)
    return ((s + _h(s)) / 2).conj()


general(symmetric_eigen, symmetric_eigen_rule, words="dA = V (dW + (V^T dV) / gaps) V^T, symmetrised")


@primitive
def thin_svd(a: Any) -> Any:
    """U, the singular values and V^H, as many as the shorter side."""
    return tuple(np.linalg.svd(a, full_matrices=False))


@primitive
def full_svd(a: Any) -> Any:
    """U, the singular values and V^H, both square."""
    return tuple(np.linalg.svd(a, full_matrices=True))


def _beyond(g: Any) -> Any:
    """NaN if something arrived at vectors that only complete a basis, which no derivative determines."""
    return np.where(np.any(g != 0, axis=(-1, -2)), np.nan, 0)[..., None, None]


def full_svd_rule(g: Any, y: Any, a: Any) -> Any:
    """As of the thin factors; vectors that complete the basis have no derivative."""
    gu, gs, gv = g
    u, s, vh = y
    k = s.shape[-1]
    lost = 0
    if gu is not None:
        gu, lost = gu[..., :k], lost + _beyond(gu[..., k:])
    if gv is not None:
        gv, lost = gv[..., :k, :], lost + _beyond(gv[..., k:, :])
    return thin_svd_rule((gu, gs, gv), (u[..., :k], s, vh[..., :k, :]), a) + lost


def thin_svd_rule(g: Any, y: Any, _a: Any) -> Any:
    """Of any of the three factors.

    References
    ----------
    J. Townsend, Differentiating the singular value decomposition, 2016, equations (16)-(20); for complex matrices
    Z.-Q. Wan and S.-X. Zhang, arXiv 1909.02659, equation (10).
    """
    gu, gs, gv = (None if x is None else x.conj() for x in g)
    u, s, vh = y
    v, uh = _h(vh), _h(u)
    eye = np.eye(s.shape[-1], dtype=bool)
    gap, tied = _gaps(s, np.max(s, axis=-1, initial=0)[..., None, None])
    total = s[..., None, :] + s[..., :, None]
    inner: Any = 0
    if gs is not None:
        inner = _spread(gs, tied, eye).astype(u.dtype)
    ug = uh @ gu if gu is not None else np.zeros((), u.dtype)
    vg = _h(gv @ v) if gv is not None else np.zeros((), u.dtype)
    c = 0
    if gu is not None or gv is not None:
        undetermined = tied & ~eye & ((ug != 0) | (vg != 0))
        nu = ug - _h(ug) if gu is not None else ug
        nv = vg - _h(vg) if gv is not None else vg
        turned = np.where(tied, np.where(undetermined, np.nan, 0), (nu + nv) / gap)
        inner = inner + (turned + np.where(eye, 0, (nu - nv) / np.where(eye, 1, total))) / 2
        if u.dtype.kind == "c":
            du, dv = (np.imag(np.diagonal(x, axis1=-2, axis2=-1)) if x.ndim else 0 for x in (ug, vg))
            inner = inner + (1j * du / (2 * s) - 1j * dv / (2 * s))[..., None, :] * eye
            inner = inner + _phase_free(ug if gu is not None else vg, du + dv)
    if gu is not None:
        rest = gu / s[..., None, :]
        c = c + (rest - u @ (uh @ rest)) @ vh
    if gv is not None:
        rest = _h(gv) / s[..., None, :]
        rest = rest - v @ (vh @ rest)
        c = c + u @ _h(rest)
    return (u @ inner @ vh + c).conj()


for _function, _rule in ((thin_svd, thin_svd_rule), (full_svd, full_svd_rule)):
    general(_function, _rule, words="dA = U (dS + turned parts of U^T dU and V^T dV) V^T")


@primitive
def general_eigen(a: Any) -> Any:
    """Eigenvalues and eigenvectors of length one of any square matrices."""
    return tuple(np.linalg.eig(a))


def general_eigen_rule(g: Any, y: Any, _a: Any) -> Any:
    """With eigenvectors of length one; the phase must not matter.

    References
    ----------
    C. Boeddeker et al., On the computation of complex-valued gradients with application to statistically optimum
    beamforming, arXiv 1701.00392, section 4.3.
    """
    w, v = y
    gw, gv = (None if x is None else x.conj() for x in g)
    eye = np.eye(w.shape[-1], dtype=bool)
    gap, tied = _gaps(w, np.max(np.abs(w), axis=-1, initial=0)[..., None, None])
    inner: Any = 0
    if gw is not None:
        inner = _spread(gw, tied, eye)
    vh = _h(v)
    if gv is not None:
        x = vh @ gv
        d = np.diagonal(x, axis1=-2, axis2=-1)
        inner = inner + _of_distinct(x - (vh @ v) * np.real(d)[..., None, :], gap.conj(), tied, eye)
        if v.dtype.kind == "c":
            inner = inner + _phase_free(x, np.imag(d))
    return (inverse(vh) @ inner @ vh).conj()


general(general_eigen, general_eigen_rule, words="dA = V^-T (dW + (V^T dV) / gaps) V^T")
