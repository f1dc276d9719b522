"""More rows of `test_numpy_functions.py`: products, linear algebra, Fourier transforms and special functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
import torch

import autograd_core as ac

from ._numpy_rows import BOTH, row

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
    ("multi_dot", lambda *a: np.linalg.multi_dot(a), lambda *a: torch.linalg.multi_dot(a), ((2, 3), (3, 2), (2, 4))),
    (
        "convolve",
        np.convolve,
        lambda a, b: torch.nn.functional.conv1d(a[None, None], b.flip(0)[None, None], padding=1)[0, 0],
        ((4,), (2,)),
    ),
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


def sizes(pair: Any) -> Any:
    return abs(pair[1]) ** 2


SQUARE, TALL = (3, 3), (4, 3)
plain = {"complex": True, "ties": False}
for name in ("inv", "det", "pinv"):
    row(f"linalg.{name}", invertible(getattr(np.linalg, name)), invertible(getattr(torch.linalg, name)), (2, 3, 3), **plain)
row(
    "linalg.slogdet",
    invertible(lambda a: np.linalg.slogdet(a)[1]),
    invertible(lambda a: torch.linalg.slogdet(a)[1]),
    SQUARE,
    **plain,
)
row("linalg.solve", invertible(np.linalg.solve), invertible(torch.linalg.solve), SQUARE, (3, 2), **plain)
row("linalg.matrix_power", lambda a: np.linalg.matrix_power(a, 3), lambda a: torch.linalg.matrix_power(a, 3), SQUARE, **plain)
row("linalg.cholesky", spd(np.linalg.cholesky), spd(torch.linalg.cholesky), SQUARE, **plain)
row("linalg.eigvalsh", spd(np.linalg.eigvalsh), spd(torch.linalg.eigvalsh), SQUARE, **plain)
row("linalg.eigh", spd(lambda a: sizes(np.linalg.eigh(a))), spd(lambda a: sizes(torch.linalg.eigh(a))), SQUARE, **plain)
row("linalg.svdvals", np.linalg.svdvals, torch.linalg.svdvals, TALL, **plain)
row(
    "linalg.svd", lambda a: abs(np.linalg.svd(a, False).U) ** 2, lambda a: abs(torch.linalg.svd(a, False).U) ** 2, TALL, **plain
)
row(
    "linalg.svd-v",
    lambda a: abs(np.linalg.svd(a, False).Vh) ** 2,
    lambda a: abs(torch.linalg.svd(a, False).Vh) ** 2,
    TALL,
    **plain,
)
row("linalg.qr", lambda a: abs(np.linalg.qr(a).R) ** 2, lambda a: abs(torch.linalg.qr(a).R) ** 2, TALL, **plain)
row("linalg.qr-q", lambda a: abs(np.linalg.qr(a).Q) ** 2, lambda a: abs(torch.linalg.qr(a).Q) ** 2, TALL, **plain)
row("linalg.qr-wide", lambda a: abs(np.linalg.qr(a).R) ** 2, lambda a: abs(torch.linalg.qr(a).R) ** 2, (2, 3), **plain)
row("linalg.lstsq", lambda a, b: np.linalg.lstsq(a, b)[0], lambda a, b: torch.linalg.lstsq(a, b)[0], TALL, (4, 2), **plain)
row("linalg.pinv-tall", np.linalg.pinv, torch.linalg.pinv, TALL, **plain)
row("linalg.tensorinv", lambda a: np.linalg.tensorinv(a, 1), lambda a: torch.linalg.tensorinv(a, 1), SQUARE, **plain)
row("linalg.cond", np.linalg.cond, torch.linalg.cond, SQUARE, ties=False)
for order in (None, "fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf):
    row(
        f"norm-{order}",
        lambda a, o=order: np.linalg.norm(a, o),
        lambda a, o=order: torch.linalg.norm(a, o),
        TALL,
        ties=order in (None, "fro"),
    )
for order in (0, 1, 2, 3, np.inf, -np.inf):
    row(
        f"vector_norm-{order}",
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

# -- special functions --------------------------------------------------------------------------------------------------------

for name in [
    "erf",
    "erfc",
    "expit",
    "log_ndtr",
    "ndtr",
    "entr",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "j0",
    "j1",
    "k0",
    "k1",
    "y0",
    "y1",
    "digamma",
    "gammaln",
    "logit",
    "erfcx",
    "erfinv",
    "ndtri",
    "zeta",
]:
    if name in ("zeta", "j0", "j1", "k0", "k1", "y0", "y1"):
        continue  # PyTorch has no derivative of these
    row(f"special.{name}", getattr(sp, name), getattr(torch.special, name), BOTH, low=0.1, high=0.9)
row("special.xlogy", sp.xlogy, torch.special.xlogy, (2, 3), (3,), low=0.25)
row("special.xlog1py", sp.xlog1py, torch.special.xlog1py, (2, 3), (3,), low=0.25)
row("special.log_softmax", lambda x: ac.special.log_softmax(x, axis=1), lambda x: torch.log_softmax(x, 1), BOTH)
row("special.softmax", lambda x: ac.special.softmax(x, axis=0), lambda x: torch.softmax(x, 0), BOTH)
row("special.logsumexp", lambda x: ac.special.logsumexp(x, axis=1), lambda x: torch.logsumexp(x, 1), BOTH)
row("special.polygamma", lambda x: ac.special.polygamma(1, x), lambda x: torch.polygamma(1, x), BOTH, low=0.25)
row(
    "special.multigammaln",
    lambda x: ac.special.multigammaln(x, 2),
    lambda x: torch.special.multigammaln(x, 2),
    BOTH,
    low=1.25,
    high=3,
)
row("special.log_expit", ac.special.log_expit, torch.nn.functional.logsigmoid, BOTH)
row("relu", ac.relu, torch.relu, BOTH)
