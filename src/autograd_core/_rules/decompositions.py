"""The functions of `np.linalg` in terms of the primitives of `linalg`, with results as NumPy names them."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from .._errors import UnsupportedFunction
from .._primitive import composite, constant
from . import determinants
from . import linalg as rules
from .common import array, refuse_out

_ONE = np.eye(1)
_RESULTS: tuple[Any, ...] = tuple(
    type(f(_ONE)) for f in (np.linalg.qr, np.linalg.svd, np.linalg.slogdet, np.linalg.eigh, np.linalg.eig)
)
QR, SVD, Slogdet, Eigh, Eig = _RESULTS


def floating(a: Any) -> Any:
    """An argument as an array of floating numbers."""
    a = array(a)
    return a if a.dtype.kind in "fc" else a.astype(float)


# -- factorisations -------------------------------------------------------------------------------------------------------


@composite(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """Sign and logarithm of the size of the determinant."""
    return Slogdet(*determinants.sign_and_log(floating(a)))


@composite(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """Orthonormal columns times an upper triangle."""
    a = floating(a)
    m, n = a.shape[-2:]
    if mode not in ("reduced", "r", "complete") or (mode == "complete" and m > n):
        raise UnsupportedFunction(
            f"np.linalg.qr(mode={mode!r}) of shape {a.shape} has a result that no derivative determines; use mode='reduced'"
        )
    if m >= n:
        q, r = rules.thin_qr(a)
    else:  # the columns beyond the square part follow: R = [R1, Q^H A2]
        q, r = rules.thin_qr(a[..., :m])
        r = np.concatenate([r, q.swapaxes(-1, -2).conj() @ a[..., m:]], axis=-1)
    return r if mode == "r" else QR(q, r)


@composite(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Singular vectors and values."""
    a = floating(a)
    if hermitian and compute_uv:
        w, v = rules.symmetric_eigen(a)
        order = np.argsort(-np.abs(w), axis=-1)
        w = np.take_along_axis(w, order, axis=-1)
        v = np.take_along_axis(v, order[..., None, :], axis=-1)
        signs = np.copysign(1.0, w)  # also of a value of zero, whose vectors have length one too
        return SVD(v, np.abs(w), (v * signs[..., None, :]).swapaxes(-1, -2).conj())
    full = full_matrices and a.shape[-1] != a.shape[-2]
    made = (rules.full_svd if full else rules.thin_svd)(a)
    return SVD(*made) if compute_uv else made[1]


@composite(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """Singular values."""
    return rules.thin_svd(floating(x))[1]


@composite(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues and eigenvectors of symmetric or Hermitian matrices."""
    return Eigh(*rules.symmetric_eigen(floating(a), UPLO=UPLO))


@composite(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues of symmetric or Hermitian matrices."""
    return rules.symmetric_eigen(floating(a), UPLO=UPLO)[0]


@composite(np.linalg.eig)
def eig(a: Any) -> Any:
    """Eigenvalues and eigenvectors."""
    return Eig(*rules.general_eigen(floating(a)))


@composite(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """Eigenvalues."""
    return rules.general_eigen(floating(a))[0]


# -- inverses, powers and products ----------------------------------------------------------------------------------------


@composite(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue) -> Any:
    """The Moore-Penrose inverse."""
    a = floating(a)
    rounding = max(a.shape[-2:]) * float(np.finfo(a.dtype).eps)
    if rtol is not np._NoValue:
        if rcond is not None:
            raise ValueError("`rtol` and `rcond` can't be both set.")
        rcond = rounding if rtol is None else rtol
    if rcond is not None and a.size:
        s = svdvals(a)
        top = s[..., :1]
        kept = s > np.asarray(rcond)[..., None] * top
        if bool(np.any(~kept & (s > rounding * top))):
            # cut off, not zero: the rule of the primitive holds for all of a matrix only
            u, s, v = np.linalg.svd(a, full_matrices=False)
            inverse = np.where(kept, 1 / np.where(kept, s, 1), 0)
            return np.swapaxes(v.conj(), -1, -2) @ (inverse[..., None] * np.swapaxes(u.conj(), -1, -2))
    return rules.pseudo_inverse(a, rtol=rcond, hermitian=hermitian)


@composite(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The shortest solution of least squares, its squared residuals, and the rank and singular values of the matrix."""
    a, b = floating(a), array(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or b.shape[0] != a.shape[0]:
        raise np.linalg.LinAlgError(f"Incompatible dimensions: lstsq of {a.shape} and {b.shape}")
    m, n = a.shape
    rcond = max(m, n) * float(np.finfo(a.dtype).eps) if rcond is None else rcond
    x = pinv(a, max(rcond, float(np.finfo(a.dtype).eps))) @ b
    s = svdvals(a)
    rank = np.count_nonzero(s > rcond * s[0]) if min(m, n) else 0
    if int(rank) == n < m:
        d = b - a @ x
        residuals = np.sum(np.real(d * d.conj()) if d.dtype.kind == "c" else d * d, axis=0)
        residuals = residuals.reshape(1) if b.ndim == 1 else residuals
    else:
        residuals = np.zeros(0, s.dtype)
    return x, residuals, np.int32(int(rank)), s


@composite(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """A product of `n` equal matrices, by squaring; of inverses where `n` is negative."""
    a = array(a)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError(f"matrix_power takes square matrices, not shape {a.shape}")
    n = operator.index(n)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    if n == 0:
        return np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    y = None
    while n:
        if n & 1:
            y = a if y is None else y @ a
        n >>= 1
        a = a @ a if n else a
    return y


@composite(np.linalg.multi_dot)
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """A product of several matrices, in the order of the fewest multiplications."""
    refuse_out("multi_dot", out)
    parts = [array(a) for a in arrays]
    if len(parts) < 2:
        raise ValueError("Expecting at least two arrays.")
    first, last = parts[0].ndim == 1, parts[-1].ndim == 1
    parts[0] = parts[0][None] if first else parts[0]
    parts[-1] = parts[-1][:, None] if last else parts[-1]
    if any(p.ndim != 2 for p in parts):
        raise np.linalg.LinAlgError(f"multi_dot takes matrices, not shapes {[p.shape for p in parts]}")
    sizes = [parts[0].shape[0], *(p.shape[1] for p in parts)]
    best: dict[tuple[int, int], tuple[int, int]] = {(i, i): (0, i) for i in range(len(parts))}
    for width in range(1, len(parts)):
        for i in range(len(parts) - width):
            j = i + width
            best[i, j] = min(
                (best[i, k][0] + best[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            )

    def product(i: int, j: int) -> Any:
        return parts[i] if i == j else product(i, best[i, j][1]) @ product(best[i, j][1] + 1, j)

    y = product(0, len(parts) - 1)
    y = y[0] if first else y
    return y[..., 0] if last else y


@composite(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of a linear map between tensors."""
    a = array(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    return np.linalg.inv(a.reshape(math.prod(a.shape[ind:]), -1)).reshape(*a.shape[ind:], *a.shape[:ind])


@composite(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """Solve a linear equation between tensors."""
    a, b = array(a), array(b)
    if axes is not None:
        order = list(range(a.ndim))
        for k in axes:
            order.remove(k)
            order.insert(a.ndim, k)
        a = np.transpose(a, order)
    shape = a.shape[-(a.ndim - b.ndim) :]
    n = math.prod(shape)
    if a.size != n * n:
        raise np.linalg.LinAlgError(
            "Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])"
        )
    return np.linalg.solve(a.reshape(n, n), np.ravel(b)).reshape(shape)


constant(np.linalg.matrix_rank)

# -- other names of what there is -----------------------------------------------------------------------------------------


@composite(np.linalg.cross)
def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The vector perpendicular to two vectors of three components."""
    x1, x2 = array(x1), array(x2)
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ValueError(f"Both input arrays must be (arrays of) 3-dimensional vectors, but they are {x1.shape} and {x2.shape}")
    return np.cross(x1, x2, axis=axis)


@composite(np.linalg.diagonal)
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonals of matrices in the last two axes."""
    return np.diagonal(array(x), offset, -2, -1)


@composite(np.linalg.trace)
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sums of the diagonals of matrices in the last two axes."""
    return np.trace(array(x), offset, -2, -1, dtype)


@composite(np.linalg.outer)
def outer(x1: Any, x2: Any, /) -> Any:
    """Every product of an element of one vector with one of another."""
    x1, x2 = array(x1), array(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ValueError(f"Input arrays must be one-dimensional, but they are {x1.ndim=} and {x2.ndim=}.")
    return np.outer(x1, x2)


@composite(np.linalg.matmul)
def matmul(x1: Any, x2: Any, /) -> Any:
    """The product of matrices."""
    return np.matmul(array(x1), array(x2))


@composite(np.linalg.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """Matrices with their axes swapped."""
    return np.matrix_transpose(array(x))


@composite(np.linalg.tensordot)
def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """The sum over pairs of axes."""
    return np.tensordot(array(x1), array(x2), axes)


@composite(np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The product of vectors along an axis, the first conjugated."""
    return np.vecdot(array(x1), array(x2), axis=axis)
