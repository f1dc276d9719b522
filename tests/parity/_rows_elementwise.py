"""Rows of the comparison with PyTorch and JAX: element-wise functions and special functions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import scipy.special as sp
import torch

import autograd_core as ac

from ._rows import row

MASK = np.array([[True, False, True], [False, True, True]])
T_MASK = torch.from_numpy(MASK)

# -- element-wise ---------------------------------------------------------------------------------------------------------

BOTH = (2, 3)
PAIR = (2, 3), (3,)
for names, low, high in (
    (
        ["sin", "cos", "exp", "exp2", "expm1", "sinh", "cosh", "tanh", "arctan", "arcsinh", "square", "negative", "positive"],
        -2,
        2,
    ),
    (["tan", "arcsin", "arccos", "arctanh"], -0.8, 0.8),
    (["sqrt", "log", "log2", "log10", "reciprocal"], 0.25, 3),
    (["abs", "deg2rad", "rad2deg", "sinc", "sign", "floor", "ceil", "trunc", "nan_to_num"], -2, 2),
):
    for name in names:
        real_only = {
            "exp2",
            "expm1",
            "arccos",
            "abs",
            "deg2rad",
            "rad2deg",
            "sinc",
            "sign",
            "floor",
            "ceil",
            "trunc",
            "nan_to_num",
        }
        row(name, getattr(np, name), getattr(torch, name), BOTH, low=low, high=high, complex=name not in real_only)
row("fabs", np.fabs, torch.abs, BOTH)
row("rint", np.rint, torch.round, BOTH)
row("round", lambda x: np.round(x, 1), lambda x: torch.round(x, decimals=1), BOTH)
row("fix", np.fix, torch.trunc, BOTH, jax=jnp.trunc)
row("log1p", np.log1p, torch.log1p, BOTH, low=-0.5)
row("arccosh", np.arccosh, torch.arccosh, BOTH, low=1.25, high=3)
row("cbrt", np.cbrt, lambda x: x ** (1 / 3), BOTH, low=0.25, high=3)
row("degrees", np.degrees, torch.rad2deg, BOTH)
row("radians", np.radians, torch.deg2rad, BOTH)
row("i0", np.i0, torch.special.i0, BOTH)
row("conjugate", np.conjugate, lambda x: torch.conj(x).resolve_conj(), BOTH, complex=True)
row("real", np.real, lambda x: torch.real(x).clone() if x.is_complex() else x * 1, BOTH, complex=True)
row("imag", np.imag, torch.imag, BOTH, complex=True, real=False)
row("absolute", np.absolute, torch.abs, BOTH, complex=True)
row("angle", np.angle, torch.angle, BOTH, low=0.3, complex=True)
row("clip", lambda x: np.clip(x, -0.5, 1.0), lambda x: torch.clamp(x, -0.5, 1.0), BOTH)
row("power-square", lambda x: x**2, lambda x: x**2, BOTH, complex=True)
row("power-cube", lambda x: x**3, lambda x: x**3, BOTH, complex=True)
row("modf", lambda x: np.modf(x)[0], torch.frac, BOTH)
row("frexp", lambda x: np.frexp(x)[0], lambda x: torch.frexp(x)[0], BOTH, low=0.25)
row("ldexp", lambda x: np.ldexp(x, 3), lambda x: torch.ldexp(x, torch.tensor(3)), BOTH)
row("add", np.add, torch.add, *PAIR, complex=True)
row("subtract", np.subtract, torch.subtract, (2, 1), (3,), complex=True)
row("multiply", np.multiply, torch.multiply, *PAIR, complex=True)
row("divide", np.divide, torch.divide, (2, 3), (2, 1), low=0.25, complex=True)
row("power", np.power, torch.pow, *PAIR, low=0.25, complex=True)
row("float_power", np.float_power, torch.float_power, *PAIR, low=0.25)
for name in ["maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2"]:
    row(name, getattr(np, name), getattr(torch, name), *PAIR)
row("hypot", np.hypot, torch.hypot, *PAIR, low=0.25)
row("arctan2", np.arctan2, torch.atan2, *PAIR, low=0.25)
row("copysign", np.copysign, torch.copysign, *PAIR, low=0.25)
row("nextafter", np.nextafter, lambda x, y: x + (torch.nextafter(x, y) - x).detach(), *PAIR, jax=False)
row("remainder", np.remainder, torch.remainder, *PAIR, low=0.5)
row("fmod", np.fmod, torch.fmod, *PAIR, low=0.5)
row("divmod", lambda x, y: np.divmod(x, y)[1], torch.remainder, *PAIR, low=0.5)
row("heaviside", np.heaviside, lambda x, y: torch.where(x == 0, y, torch.heaviside(x, y).detach()), *PAIR)
row("where", lambda x, y: np.where(MASK, x, y), lambda x, y: torch.where(T_MASK, x, y), *PAIR, complex=True)
row("where-drawn", lambda x, y: np.where(x > y, x * x, y), lambda x, y: torch.where(x > y, x * x, y), *PAIR)
row("select", lambda x, y: np.select([MASK], [x], y), lambda x, y: torch.where(T_MASK, x, y), *PAIR)
row(
    "piecewise",
    lambda x: np.piecewise(x, [x > 0, x <= 0], [np.sin, lambda t: 2 * t]),
    lambda x: torch.where(x > 0, torch.sin(x), 2 * x),
    (5,),
    jax=lambda x: jnp.piecewise(x, [x > 0, x <= 0], [jnp.sin, lambda t: 2 * t]),
)
row("scimath.sqrt", np.lib.scimath.sqrt, torch.sqrt, BOTH, low=0.25, complex=True, jax=jnp.sqrt)
row("scimath.log", np.lib.scimath.log, torch.log, BOTH, low=0.25, complex=True, jax=jnp.log)
row("relu", ac.relu, torch.relu, BOTH, jax=jax.nn.relu)

# -- special functions --------------------------------------------------------------------------------------------------------

SHARED = [
    "erf",
    "erfc",
    "erfcx",
    "expit",
    "log_ndtr",
    "ndtr",
    "entr",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "digamma",
    "gammaln",
    "logit",
    "erfinv",
    "ndtri",
]
for name in SHARED:
    row(f"special.{name}", getattr(sp, name), getattr(torch.special, name), BOTH, low=0.1, high=0.9)
for name in ["gamma", "dawsn", "expi"]:
    theirs = {"gamma": lambda x: torch.exp(torch.lgamma(x))}
    row(f"special.{name}", getattr(sp, name), theirs.get(name), BOTH, low=0.25)
row("special.spence", sp.spence, None, BOTH, low=0.1, high=0.9)
row("special.exp2", sp.exp2, torch.special.exp2, BOTH, jax=jnp.exp2)
row("special.expm1", sp.expm1, torch.special.expm1, BOTH, jax=jnp.expm1)
row("special.log1p", sp.log1p, torch.special.log1p, BOTH, low=-0.5, jax=jnp.log1p)
row("special.xlogy", sp.xlogy, torch.special.xlogy, *PAIR, low=0.25)
row("special.xlog1py", sp.xlog1py, torch.special.xlog1py, *PAIR, low=0.25)
row("special.rel_entr", sp.rel_entr, lambda x, y: x * (x / y).log(), *PAIR, low=0.25)
row("special.kl_div", sp.kl_div, lambda x, y: x * (x / y).log() - x + y, *PAIR, low=0.25)
row("special.boxcox", sp.boxcox, lambda x, y: (x**y - 1) / y, *PAIR, low=0.25)
row("special.boxcox1p", sp.boxcox1p, lambda x, y: ((1 + x) ** y - 1) / y, *PAIR, low=0.25)


def lbeta(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.lgamma(x) + torch.lgamma(y) - torch.lgamma(x + y)


row("special.betaln", sp.betaln, lbeta, *PAIR, low=0.25)
row("special.beta", sp.beta, lambda x, y: torch.exp(lbeta(x, y)), *PAIR, low=0.25)
row("special.poch", sp.poch, lambda x, m: torch.exp(torch.lgamma(x + m) - torch.lgamma(x)), *PAIR, low=0.25)
row(
    "special.binom",
    sp.binom,
    lambda n, k: torch.exp(-lbeta(1 + n - k, 1 + k)) / (n + 1),
    (2, 3),
    (3,),
    low=0.25,
    high=0.9,
    jax=False,
)
row("special.zeta", lambda q: ac.special.zeta(3.0, q), None, BOTH, low=0.25, jax=lambda q: jsp.zeta(3.0, q))
row(
    "special.gammainc",
    lambda x: sp.gammainc(1.5, x),
    lambda x: torch.special.gammainc(torch.full_like(x, 1.5), x),
    BOTH,
    low=0.25,
)
row(
    "special.gammaincc",
    lambda x: sp.gammaincc(1.5, x),
    lambda x: torch.special.gammaincc(torch.full_like(x, 1.5), x),
    BOTH,
    low=0.25,
)
row("special.betainc", lambda x: sp.betainc(1.5, 2.5, x), None, BOTH, low=0.1, high=0.9)
row("special.hyp1f1", lambda x: sp.hyp1f1(1.5, 2.5, x), None, BOTH)
row("special.owens_t", sp.owens_t, None, *PAIR)
row("special.sici", lambda x: sp.sici(x)[0], None, BOTH, low=0.25)
row("special.fresnel", lambda x: sp.fresnel(x)[0], None, BOTH, low=0.25)
row(
    "special.huber",
    lambda x: sp.huber(1.0, x),
    lambda x: torch.nn.functional.huber_loss(x, 0 * x, reduction="none"),
    BOTH,
    jax=False,
)
row(
    "special.pseudo_huber",
    lambda x: sp.pseudo_huber(1.0, x),
    lambda x: torch.sqrt(1 + x * x) - 1,
    BOTH,
    jax=lambda x: jnp.sqrt(1 + x * x) - 1,
)
row("special.exp10", sp.exp10, lambda x: 10**x, BOTH, jax=lambda x: 10**x)
row("special.exprel", sp.exprel, lambda x: torch.expm1(x) / x, BOTH, low=0.25, jax=lambda x: jnp.expm1(x) / x)
row("special.cosm1", sp.cosm1, lambda x: torch.cos(x) - 1, BOTH, jax=lambda x: jnp.cos(x) - 1)
row(
    "special.log_softmax",
    lambda x: ac.special.log_softmax(x, axis=1),
    lambda x: torch.log_softmax(x, 1),
    BOTH,
    jax=lambda x: jax.nn.log_softmax(x, 1),
)
row(
    "special.softmax",
    lambda x: ac.special.softmax(x, axis=0),
    lambda x: torch.softmax(x, 0),
    BOTH,
    jax=lambda x: jax.nn.softmax(x, 0),
)
row(
    "special.logsumexp",
    lambda x: ac.special.logsumexp(x, axis=1),
    lambda x: torch.logsumexp(x, 1),
    BOTH,
    jax=lambda x: jsp.logsumexp(x, 1),
)
row(
    "special.polygamma",
    lambda x: ac.special.polygamma(1, x),
    lambda x: torch.polygamma(1, x),
    BOTH,
    low=0.25,
    jax=lambda x: jsp.polygamma(1, x),
)
row(
    "special.multigammaln",
    lambda x: ac.special.multigammaln(x, 2),
    lambda x: torch.special.multigammaln(x, 2),
    BOTH,
    low=1.25,
    high=3,
    jax=lambda x: jsp.multigammaln(x, 2),
)
row("special.log_expit", ac.special.log_expit, torch.nn.functional.logsigmoid, BOTH, jax=jax.nn.log_sigmoid)
row("special.gelu", ac.special.gelu, torch.nn.functional.gelu, BOTH, jax=lambda x: jax.nn.gelu(x, approximate=False))
row("special.softplus", ac.special.softplus, torch.nn.functional.softplus, BOTH, jax=jax.nn.softplus)
