"""Cases of linear algebra, Fourier transforms and SciPy's special functions."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.special as sp

from autograd_core import special as public
from autograd_core._namespace import public as made
from autograd_core._rules import determinants, fft, linalg, scipy_special
from autograd_core.testing.domains import (
    above_one,
    conditioned,
    distinct,
    graded,
    inside,
    positive,
    real,
    small,
    spd,
    symmetric,
    unit,
)

from .cases import call, shaped

composed = partial(shaped, order=2)

# -- linear algebra -------------------------------------------------------------------------------------------------------


def columns(y: Any) -> Any:
    """What the phases of eigenvectors leave alone: values, and sizes of components."""
    return y[0], np.abs(y[1]) ** 2


def three(y: Any) -> Any:
    """What the phases of singular vectors leave alone."""
    u, s, v = y[0], y[1], y[2]
    k = s.shape[-1]
    return s, np.abs(u[..., :k]) ** 2, (u[..., :k] * s[..., None, :] ** 2) @ v[..., :k, :]


for inverse in (np.linalg.inv, linalg.inverse):
    shaped(inverse, call(conditioned(2, 2)), call(conditioned(2, 3, 3)))
for solve in (np.linalg.solve, linalg.solution):
    shaped(
        solve, call(conditioned(2, 2), real(2)), call(conditioned(2, 2, 2), real(2, 3)), call(conditioned(2, 2), real(2, 2, 1))
    )
shaped(np.linalg.det, call(conditioned(2, 3, 3)), call(conditioned(1, 1)))
shaped(
    determinants.cofactors,
    call(conditioned(3, 3)),
    call(conditioned(2, 3, 3), real(2, 3, 3)),
    call(real(4, 4), real(4, 4), real(4, 4)),
    call(real(1, 1), real(1, 1)),
    call(real(0, 0)),
)
shaped(determinants.sign_and_log, call(conditioned(2, 3, 3)))
composed(np.linalg.slogdet, call(conditioned(3, 3)))
shaped(np.linalg.cholesky, call(spd(3, 3)), call(spd(2, 2, 2), upper=True))
shaped(linalg.thin_qr, call(graded(3, 2)), call(conditioned(2, 2, 2)))
composed(np.linalg.qr, call(graded(2, 3)), call(graded(3, 2), mode="r"))
shaped(linalg.symmetric_eigen, call(symmetric(3, 3)), call(symmetric(2, 2, 2)), through=columns)
composed(np.linalg.eigh, call(symmetric(3, 3)), through=columns)
shaped(np.linalg.eigvalsh, call(symmetric(3, 3)))
shaped(linalg.thin_svd, call(graded(3, 2)), call(graded(2, 2, 3)), through=three)
shaped(linalg.full_svd, call(graded(3, 2)), call(graded(2, 3)), through=three)
composed(np.linalg.svd, call(graded(3, 2)), call(symmetric(2, 2), hermitian=True), call(graded(2, 3, 2)), through=three)
shaped(np.linalg.svdvals, call(graded(3, 2)))
composed(linalg.general_eigen, call(symmetric(3, 3)), call(symmetric(2, 2, 2)), through=columns, rtol=1e-5)
composed(np.linalg.eig, call(symmetric(3, 3)), through=columns, rtol=1e-5)
composed(np.linalg.eigvals, call(symmetric(3, 3)), rtol=1e-5)
shaped(
    linalg.pseudo_inverse,
    call(graded(3, 2), rtol=None, hermitian=False),
    call(graded(2, 2, 3), rtol=1e-9, hermitian=False),
    order=2,
)
composed(np.linalg.pinv, call(graded(3, 2)), call(symmetric(2, 2), hermitian=True))
composed(
    np.linalg.lstsq,
    call(graded(4, 2), real(4)),
    call(graded(2, 3), real(2, 2)),
    mixed=False,
    reference=np.linalg.lstsq,
)
composed(np.linalg.matrix_power, call(conditioned(2, 2), 3), call(conditioned(2, 2), -2), call(conditioned(2, 2), 1))
composed(np.linalg.matrix_power, call(conditioned(2, 3, 3), 0), call(conditioned(2, 2, 2), 6), name="matrix_power-stacked")
STACK = (2, 1)
for inverse in (np.linalg.inv, np.linalg.det, np.linalg.slogdet):
    composed(inverse, call(conditioned(*STACK, 2, 2)), name=f"{inverse.__name__}-stacks")
composed(np.linalg.cholesky, call(spd(*STACK, 3, 3)), name="cholesky-stacks")
composed(np.linalg.eigvalsh, call(symmetric(*STACK, 3, 3)), name="eigvalsh-stacks")
composed(np.linalg.eigh, call(symmetric(*STACK, 3, 3)), through=columns, name="eigh-stacks")
composed(np.linalg.qr, call(graded(*STACK, 3, 2)), call(graded(2, 2, 3)), name="qr-stacks")
composed(np.linalg.svd, call(graded(*STACK, 3, 2)), through=three, name="svd-stacks")
for function in (np.linalg.pinv, np.linalg.svdvals, np.linalg.cond, np.linalg.matrix_norm):
    composed(function, call(graded(*STACK, 2, 3)), name=f"{function.__name__}-stacks")
composed(np.linalg.multi_dot, call([real(2, 3), real(3)]), call([real(2), real(2, 3), real(3, 1), real(1, 2)]))
composed(np.linalg.tensorinv, call(conditioned(4, 4), 1))
composed(np.linalg.tensorsolve, call(conditioned(2, 2), real(2)))
ORDERS = (None, 2, 1, 3, 0, np.inf, -np.inf, -1)
composed(np.linalg.norm, *(call(distinct(2, 3), order, axis=1) for order in ORDERS), call(real(2, 3)), complex=False)
composed(np.linalg.norm, *(call(graded(3, 2), order) for order in ("fro", "nuc", 2, -2)), name="norm-matrix")
composed(np.linalg.norm, *(call(distinct(3, 2), order) for order in (1, -1, np.inf, -np.inf)), complex=False, name="norm-sums")
composed(np.linalg.vector_norm, call(real(2, 3)), call(real(2, 3), axis=0, keepdims=True), call(real(3), ord=4))
composed(np.linalg.matrix_norm, call(real(2, 2, 3)), call(graded(3, 2), ord="nuc", keepdims=True))
composed(np.linalg.cond, call(conditioned(2, 2), "fro"), call(graded(3, 2)), call(graded(2, 2), -2))
composed(np.linalg.cross, call(real(2, 3), real(2, 3)), name="linalg.cross")
composed(np.linalg.diagonal, call(real(2, 3, 3), offset=1), name="linalg.diagonal")
composed(np.linalg.trace, call(real(2, 3, 3)), name="linalg.trace")
composed(np.linalg.outer, call(real(2), real(3)), name="linalg.outer")
composed(np.linalg.matmul, call(real(2, 3), real(3, 2)), name="linalg.matmul")
composed(np.linalg.matrix_transpose, call(real(2, 3)), name="linalg.matrix_transpose")
composed(np.linalg.tensordot, call(real(2, 3), real(3, 2), axes=1), name="linalg.tensordot")
composed(np.linalg.vecdot, call(real(2, 3), real(3)), name="linalg.vecdot")

# -- Fourier transforms ---------------------------------------------------------------------------------------------------

for inverse in (True, False):
    shaped(
        fft.transformed, call(real(3, 2), axis=0, norm="ortho", inverse=inverse), complex=True, name=f"transformed-{inverse}"
    )
shaped(fft.half_spectrum, call(real(5), axis=0, norm=None), call(real(4, 2), axis=0, norm="forward"), complex=False)
shaped(fft.from_half, call(real(3), n=4, axis=0, norm=None), call(real(3, 2), n=5, axis=0, norm="forward"))
for f in (np.fft.fft, np.fft.ifft):
    composed(f, call(real(4)), call(real(2, 3), 5, axis=0), call(real(5), 3, norm="forward"))
for f in (np.fft.irfft, np.fft.hfft):
    composed(f, call(real(3)), call(real(4), 5), call(real(2, 3), 4, axis=0, norm="ortho"))
for f in (np.fft.rfft, np.fft.ihfft):
    composed(f, call(real(5)), call(real(2, 3), 4, axis=-1), call(real(5), 3, norm="forward"), complex=False)
for f in (np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn):
    composed(f, call(real(2, 3)), call(real(2, 2, 3), (3, 2), axes=(0, 2), norm="ortho"))
for f in (np.fft.rfft2, np.fft.rfftn):
    composed(f, call(real(2, 3)), call(real(2, 2, 3), (3, 4), axes=(0, 2)), call(real(2, 3, 3), axes=(0, 1, 2)), complex=False)
for f in (np.fft.irfft2, np.fft.irfftn):
    composed(f, call(real(2, 3)), call(real(2, 2, 3), (3, 5), axes=(0, 2)), call(real(2, 3, 3), axes=(0, 1, 2)))
composed(np.fft.fftshift, call(real(3, 4)), call(real(5), axes=0))
composed(np.fft.ifftshift, call(real(3, 4)), call(real(5), axes=0))
for f in (np.fft.fftfreq, np.fft.rfftfreq):
    composed(made(f, "autograd_core.fft"), call(5, positive()), complex=False, reference=f)

# -- special functions ----------------------------------------------------------------------------------------------------

UNIT = (
    "erfc erfcx erfi dawsn ndtr log_ndtr gammaln j0 j1 i0 i1 i0e i1e psi gamma rgamma loggamma expm1 log1p exp2 exp10 cbrt "
    "cosm1 sindg cosdg tandg cotdg exprel wrightomega expi exp1 spence erfinv erfcinv ndtri logit entr k0 k1 k0e k1e y0 y1 "
    "ellipk ellipe ellipkm1 erf expit log_expit"
)
SECOND_OF_REAL = {"gamma", "rgamma", "loggamma", "psi"}  # whose second derivative SciPy computes of real numbers only
for name in UNIT.split():
    wide = "D->D" in getattr(sp, name).types and name not in SECOND_OF_REAL
    shaped(getattr(sp, name), call(unit(3)), complex=wide, name=f"scipy.{name}", order=2, rtol=1e-5)
shaped(sp.wofz, call(inside(2)), name="wofz", order=2)
for name in ("fresnel", "sici", "shichi", "airy"):
    shaped(getattr(sp, name), call(unit(2)), order=2)
PAIRS = (
    "beta betaln binom poch owens_t xlogy xlog1py rel_entr kl_div pseudo_huber powm1 "
    "boxcox boxcox1p inv_boxcox inv_boxcox1p ellipkinc ellipeinc"
)
for name in PAIRS.split():
    wide = "DD->D" in getattr(sp, name).types
    shaped(getattr(sp, name), call(unit(2, 1), unit(2)), complex=wide, order=2, rtol=1e-5)
shaped(sp.huber, call(positive(3), small(3)), call(unit(3), above_one(3)), complex=False, order=2)
FIRST = "jv yv kv iv ive kve jve yve struve modstruve hankel1 hankel2 gammainc gammaincc gammaincinv gammainccinv hyp0f1"
for name in FIRST.split():
    wide = "dD->D" in getattr(sp, name).types and name not in {"ive", "jve", "yve"}  # scaled by the real part
    shaped(getattr(sp, name), call(np.float64(1.3), unit(2)), complex=wide, order=2, rtol=1e-4)
for name in ("yn", "kn", "expn"):
    shaped(getattr(sp, name), call(2, unit(2)), call(0, unit(2)), complex=False, order=2, rtol=1e-4)
for name in ("chebyt", "chebyu", "legendre", "hermite", "hermitenorm", "laguerre"):
    wide = "dD->D" in getattr(sp, f"eval_{name}").types
    shaped(getattr(sp, f"eval_{name}"), call(3, inside(2)), call(0, inside(2)), complex=wide, order=2)
for name in ("gegenbauer", "genlaguerre"):
    shaped(getattr(sp, f"eval_{name}"), call(3, 0.7, inside(2)), order=2)
shaped(sp.eval_jacobi, call(3, 0.7, 1.2, inside(2)), order=2)
for name in ("betainc", "betaincc", "betaincinv", "betainccinv"):
    shaped(getattr(sp, name), call(1.3, 2.1, unit(2)), complex=False, order=2, rtol=1e-4)
shaped(sp.hyp1f1, call(0.3, 1.2, inside(2)), order=2)
shaped(sp.hyp2f1, call(0.3, 1.2, 0.7, small(2)), order=2)
shaped(sp.hyperu, call(0.3, 1.2, unit(2)), complex=False, order=2, rtol=1e-4)
shaped(sp.ellipj, call(unit(2), 0.3), complex=False, order=2)


def of_negative(x: Any) -> Any:
    """The logarithm of a probability is negative."""
    return sp.ndtri_exp(-x)


of_negative.__wrapped__ = sp.ndtri_exp  # type: ignore[attr-defined]
shaped(of_negative, call(unit(2)), complex=False, order=2)
of_scipy = partial(shaped, complex=False, order=2, rtol=1e-4)
for name in ("ber", "bei", "ker", "kei", "berp", "beip", "kerp", "keip", "itstruve0", "itmodstruve0", "it2struve0"):
    of_scipy(getattr(sp, name), call(unit(2)))
for name in ("itj0y0", "iti0k0", "it2j0y0", "it2i0k0", "itairy"):
    of_scipy(getattr(sp, name), call(unit(2)))
for name in ("chdtr", "chdtrc", "pdtr", "pdtrc", "stdtr", "stdtrit"):
    of_scipy(getattr(sp, name), call(3, unit(2)))
for name in ("gdtr", "gdtrc"):
    of_scipy(getattr(sp, name), call(unit(2), 1.7, unit(2)))
for name in ("fdtr", "fdtrc", "nbdtr", "nbdtrc"):
    of_scipy(getattr(sp, name), call(2, 5, unit(2)))
shaped(sp.radian, call(real(2), real(2), real()), complex=False, order=2)
shaped(scipy_special.polygamma_of, call(unit(2), order=0), call(unit(2), order=2), complex=False, order=2, rtol=1e-5)
shaped(scipy_special.hurwitz, call(unit(2), s=2.5), complex=False, order=2, rtol=1e-5)
shaped(scipy_special.lambert, call(positive(2), k=0, tol=1e-8), order=2, complex=False, name="lambert")

# SciPy's Python functions do not dispatch, so it is ours that are tested, against SciPy's.
in_python = partial(shaped, complex=False, order=2, rtol=1e-5)
in_python(public.polygamma, call(1, unit(2)), call([0, 2], unit(2)), reference=sp.polygamma)
in_python(public.multigammaln, call(positive(2), 1), call(above_one(2), 3), reference=sp.multigammaln)
in_python(public.lambertw, call(positive(2)), reference=sp.lambertw)
in_python(public.zeta, call(2.5, unit(2)), reference=sp.zeta)
in_python(
    public.logsumexp,
    call(real(2, 3), 1, positive(3)),
    call(real(3)),
    call(real(3), keepdims=True),
    reference=sp.logsumexp,
    name="special.logsumexp of SciPy",
)
in_python(
    public.logsumexp, call(real(3), 0, np.array([1.0, -0.2, 0.1]), False, True), reference=sp.logsumexp, name="logsumexp-sign"
)
if hasattr(sp, "softplus"):
    in_python(public.softplus, call(real(3)), reference=sp.softplus)
