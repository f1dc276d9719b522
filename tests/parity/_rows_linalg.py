"""Rows of the comparison with PyTorch and JAX: products, linear algebra and Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ._rows import row

# -- products -------------------------------------------------------------------------------------------------------------

for name, ours, theirs, shapes in (
    ("matmul", np.matmul, torch.matmul, ((2, 3), (3, 2))),
    ("matmul-vector", np.matmul, torch.matmul, ((2, 3), (3,))),
    ("matmul-stack", np.matmul, torch.matmul, ((2, 1, 2, 3), (2, 3, 2))),
    ("dot", np.dot, torch.dot, ((3,), (3,))),
    ("vdot", np.vdot, torch.vdot, ((3,), (3,))),
    ("vecdot", np.vecdot, torch.linalg.vecdot, ((2, 3), (3,))),
    ("inner", np.inner, torch.inner, ((2, 3), (4, 3))),
    ("outer", np.outer, torch.outer, ((2,), (3,))),
    ("kron", np.kron, torch.kron, ((2, 2), (2, 3))),
    ("cross", np.cross, torch.linalg.cross, ((2, 3), (2, 3))),
    ("tensordot", lambda a, b: np.tensordot(a, b, 1), lambda a, b: torch.tensordot(a, b, 1), ((2, 3), (3, 2, 2))),
    ("einsum", lambda a, b: np.einsum("ij,jk->ki", a, b), lambda a, b: torch.einsum("ij,jk->ki", a, b), ((2, 3), (3, 2))),
    ("einsum-trace", lambda a: np.einsum("iij->j", a), lambda a: torch.einsum("iij->j", a), ((2, 2, 3),)),
    ("einsum-dots", lambda a, b: np.einsum("...i,i", a, b), lambda a, b: torch.einsum("...i,i", a, b), ((2, 2, 3), (3,))),
    ("linalg.multi_dot", lambda *a: np.linalg.multi_dot(a), lambda *a: torch.linalg.multi_dot(a), ((2, 3), (3, 2), (2, 4))),
    ("matvec", np.matvec, lambda a, b: a @ b, ((2, 3), (3,))),
    ("vecmat", np.vecmat, lambda a, b: a.conj() @ b, ((2,), (2, 3))),
):
    row(name, ours, theirs, *shapes, complex=True)

# -- linear algebra ---------------------------------------------------------------------------------------------------------


def spd(f: Any) -> Any:
    return lambda a: (
        f(a @ a.swapaxes(-1, -2).conj() + np.eye(3))
        if not isinstance(a, torch.Tensor)
        else f(a @ a.mH + torch.eye(3, dtype=a.dtype))
    )


def invertible(f: Any) -> Any:
    return lambda a, *b: f(a + 3 * (np.eye(3) if not isinstance(a, torch.Tensor) else torch.eye(3, dtype=a.dtype)), *b)


def tall(f: Any) -> Any:
    """Of a matrix with distinct singular values, ties among its elements or not."""
    return lambda a: (
        f(a + np.diag([4.0, 8.0, 12.0, 0.0])[: a.shape[-2], : a.shape[-1]])
        if not isinstance(a, torch.Tensor)
        else f(a + torch.diag(torch.tensor([4.0, 8.0, 12.0, 0.0]))[: a.shape[-2], : a.shape[-1]])
    )


def squared(a: Any) -> Any:
    """Squared absolute values, which do not depend on the signs of eigenvectors."""
    return (a * a.conj()).real


SQUARE, STACK, TALL, TALLS = (3, 3), (2, 3, 3), (4, 3), (2, 4, 3)
both = {"complex": True}
whole = {"complex": True, "full_rank": True}
for name in ("inv", "det", "pinv"):
    row(f"linalg.{name}", invertible(getattr(np.linalg, name)), invertible(getattr(torch.linalg, name)), STACK, **both)
row(
    "linalg.slogdet",
    invertible(lambda a: np.linalg.slogdet(a)[1]),
    invertible(lambda a: torch.linalg.slogdet(a)[1]),
    STACK,
    **both,
)
row("linalg.solve", invertible(np.linalg.solve), invertible(torch.linalg.solve), SQUARE, (3, 2), **both)
row("linalg.matrix_power", lambda a: np.linalg.matrix_power(a, 3), lambda a: torch.linalg.matrix_power(a, 3), STACK, **both)
row("linalg.cholesky", spd(np.linalg.cholesky), spd(torch.linalg.cholesky), STACK, **both)
row("linalg.eigvalsh", spd(np.linalg.eigvalsh), spd(torch.linalg.eigvalsh), STACK, **whole)
row(
    "linalg.eigh", spd(lambda a: squared(np.linalg.eigh(a)[1])), spd(lambda a: squared(torch.linalg.eigh(a)[1])), STACK, **whole
)
row("linalg.svdvals", np.linalg.svdvals, torch.linalg.svdvals, TALLS, **whole)
for name, part in (("svd", lambda f, a: f(a, False)[0]), ("svd-v", lambda f, a: f(a, False)[2])):
    row(
        f"linalg.{name}",
        tall(lambda a, part=part: squared(part(np.linalg.svd, a))),
        tall(lambda a, part=part: squared(part(torch.linalg.svd, a))),
        TALLS,
        **whole,
    )
for name, k, shape in (("qr", 1, TALLS), ("qr-q", 0, TALLS), ("qr-wide", 1, (2, 2, 3))):
    row(
        f"linalg.{name}",
        tall(lambda a, k=k: squared(np.linalg.qr(a)[k])),
        tall(lambda a, k=k: squared(torch.linalg.qr(a)[k])),
        shape,
        **whole,
    )
row(
    "linalg.eigvals",
    spd(lambda a: abs(np.linalg.eigvals(a)).sum()),
    spd(lambda a: abs(torch.linalg.eigvals(a)).sum()),
    SQUARE,
    full_rank=True,
    jax=False,
)
row("linalg.lstsq", lambda a, b: np.linalg.lstsq(a, b)[0], lambda a, b: torch.linalg.lstsq(a, b)[0], TALL, (4, 2), **whole)
row("linalg.pinv-tall", np.linalg.pinv, torch.linalg.pinv, TALLS, **whole)
row("linalg.tensorinv", lambda a: np.linalg.tensorinv(a, 1), lambda a: torch.linalg.tensorinv(a, 1), SQUARE, **whole)
row("linalg.tensorsolve", invertible(np.linalg.tensorsolve), invertible(torch.linalg.tensorsolve), SQUARE, (3,), **both)
row("linalg.cond", tall(np.linalg.cond), tall(torch.linalg.cond), STACK, full_rank=True)
row("linalg.diagonal", np.linalg.diagonal, lambda a: torch.diagonal(a, 0, -2, -1), STACK, **both)
row("linalg.trace", np.linalg.trace, lambda a: torch.diagonal(a, 0, -2, -1).sum(-1), STACK, **both)
row("linalg.matrix_transpose", np.linalg.matrix_transpose, lambda a: a.mT, STACK, **both)
row("linalg.matmul", np.linalg.matmul, torch.linalg.matmul, STACK, (3, 2), **both)
row("linalg.outer", np.linalg.outer, torch.outer, (2,), (3,), **both)
row("linalg.cross", np.linalg.cross, torch.linalg.cross, (2, 3), (2, 3), **both)
row("linalg.vecdot", np.linalg.vecdot, torch.linalg.vecdot, (2, 3), (2, 3), **both)
row(
    "linalg.tensordot",
    lambda a, b: np.linalg.tensordot(a, b, axes=1),
    lambda a, b: torch.tensordot(a, b, 1),
    (2, 3),
    (3, 2),
    **both,
)
for order in ("fro", "nuc", 2, 1, np.inf):
    row(
        f"linalg.matrix_norm-{order}",
        lambda a, o=order: np.linalg.matrix_norm(a, ord=o),
        lambda a, o=order: torch.linalg.matrix_norm(a, o),
        TALLS,
        full_rank=order in ("nuc", 2),
    )
for order in (None, "fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf):
    row(
        f"linalg.norm-{order}",
        lambda a, o=order: np.linalg.norm(a, o),
        lambda a, o=order: torch.linalg.norm(a, o),
        TALL,
        full_rank=order in ("nuc", 2, -2),
    )
for order in (0, 1, 2, 3, np.inf, -np.inf):
    row(
        f"linalg.vector_norm-{order}",
        lambda a, o=order: np.linalg.vector_norm(a, axis=1, ord=o),
        lambda a, o=order: torch.linalg.vector_norm(a, o, 1),
        (3, 4),
        complex=order == 2,
    )

# -- Fourier transforms -----------------------------------------------------------------------------------------------------

for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    of_ours, of_theirs = getattr(np.fft, name), getattr(torch.fft, name)
    for norm in ("backward", "ortho", "forward"):
        for n in (None, 3, 6):
            row(
                f"fft.{name}-{norm}-{n}",
                lambda x, f=of_ours, n=n, norm=norm: f(x, n, norm=norm),
                lambda x, f=of_theirs, n=n, norm=norm: f(x, n, norm=norm),
                (2, 5),
                complex=name not in ("rfft", "ihfft"),
            )
for name in ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "irfft2", "rfftn", "irfftn"):
    row(
        f"fft.{name}",
        getattr(np.fft, name),
        getattr(torch.fft, name),
        (2, 3, 4) if name.endswith("2") else (3, 4),
        complex="rfft" not in name[:4],
    )
for name in ("fftshift", "ifftshift"):
    row(f"fft.{name}", getattr(np.fft, name), getattr(torch.fft, name), (3, 4), complex=True)
