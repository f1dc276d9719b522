"""SciPy's special functions, registered when one is first asked for.

A parameter whose derivative has no closed form (the order of a Bessel function) raises when it requires grad.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp  # type: ignore[import-untyped, import-not-found, unused-ignore]

from .._primitive import constant, elementwise, entry_of, general, primitive
from . import special as always
from .analytic import over_argument
from .powers import power_base, power_exponent
from .scipy_common import of_several, real_only, unknown

ROOT_PI, ROOT_2PI, DEGREE = math.sqrt(math.pi), math.sqrt(2 * math.pi), math.pi / 180


# -- families that need a function of their own ---------------------------------------------------------------------------


@primitive
def polygamma_of(a: Any, order: int) -> Any:
    """The derivative of that order of the digamma function."""
    if order == 0:
        return sp.psi(a)
    y = (-1.0) ** (order + 1) * math.factorial(order) * sp.zeta(order + 1, a)
    return np.asarray(y).astype(np.result_type(a), copy=False)


@primitive
def lambert(a: Any, k: int, tol: float) -> Any:
    """Branch `k` of the inverse of w exp(w)."""
    return sp.lambertw(a, k, tol)


@primitive
def hurwitz(a: Any, s: float) -> Any:
    """The Hurwitz zeta function of order `s`."""
    return sp.zeta(s, a)


elementwise(polygamma_of, lambda g, _y, a, order: g * polygamma_of(a, order=order + 1))
elementwise(lambert, lambda g, y, _a, k, tol: g * np.exp(-y) / (1 + y))
elementwise(hurwitz, lambda g, _y, a, s: g * -s * hurwitz(a, s=s + 1))

# -- error functions and the normal distribution --------------------------------------------------------------------------

for _name in ("erf", "expit", "log_expit"):
    elementwise(getattr(sp, _name), *entry_of(getattr(always, _name)).rules)
elementwise(sp.erfc, lambda g, _y, a: g * (-2 / ROOT_PI * np.exp(-a * a)))
elementwise(sp.erfcx, lambda g, y, a: g * (2 * a * y - 2 / ROOT_PI))
elementwise(sp.erfi, lambda g, _y, a: g * (2 / ROOT_PI * np.exp(a * a)))
elementwise(sp.erfinv, lambda g, y, _a: g * (ROOT_PI / 2 * np.exp(y * y)))
elementwise(sp.erfcinv, lambda g, y, _a: g * (-ROOT_PI / 2 * np.exp(y * y)))
elementwise(sp.dawsn, lambda g, y, a: g * (1 - 2 * a * y))
elementwise(sp.wofz, lambda g, y, a: g * (2j / ROOT_PI - 2 * a * y))
elementwise(sp.ndtr, lambda g, _y, a: g * (np.exp(a * a / -2) / ROOT_2PI))
elementwise(sp.log_ndtr, lambda g, y, a: g * (np.exp(a * a / -2 - y) / ROOT_2PI))
elementwise(sp.ndtri, lambda g, y, _a: g * (ROOT_2PI * np.exp(y * y / 2)))
elementwise(sp.ndtri_exp, lambda g, y, a: g * (ROOT_2PI * np.exp(a + y * y / 2)))
elementwise(sp.logit, lambda g, _y, a: g / (a * (1 - a)))
elementwise(
    sp.owens_t,
    lambda g, _y, a, b: g * (np.exp(a * a / -2) * always.erf(a * b / math.sqrt(2)) / (-2 * ROOT_2PI)),
    lambda g, _y, a, b: g * (np.exp(a * a * (1 + b * b) / -2) / (2 * math.pi * (1 + b * b))),
)

# -- gamma and beta functions ---------------------------------------------------------------------------------------------

elementwise(sp.gamma, lambda g, y, a: g * (y * sp.psi(a)))
elementwise(sp.rgamma, lambda g, y, a: g * (-y * sp.psi(a)))
for _function in (sp.gammaln, sp.loggamma):
    elementwise(_function, lambda g, _y, a: g * sp.psi(a))
elementwise(sp.psi, lambda g, _y, a: g * polygamma_of(real_only("psi", a), order=1))
elementwise(
    sp.beta,
    lambda g, y, a, b: g * (y * (sp.psi(a) - sp.psi(a + b))),
    lambda g, y, a, b: g * (y * (sp.psi(b) - sp.psi(a + b))),
)
elementwise(sp.betaln, lambda g, _y, a, b: g * (sp.psi(a) - sp.psi(a + b)), lambda g, _y, a, b: g * (sp.psi(b) - sp.psi(a + b)))
elementwise(
    sp.binom,
    lambda g, y, a, b: g * (y * (sp.psi(a + 1) - sp.psi(a - b + 1))),
    lambda g, y, a, b: g * (y * (sp.psi(a - b + 1) - sp.psi(b + 1))),
)
elementwise(
    sp.poch,
    lambda g, y, a, b: g * (y * (sp.psi(a + b) - sp.psi(a))),
    lambda g, y, a, b: g * (y * sp.psi(a + b)),
)


def gamma_density(a: Any, x: Any) -> Any:
    """Density of the gamma distribution of shape `a`, the derivative of `gammainc`."""
    return np.exp(sp.xlogy(a - 1, x) - x - sp.gammaln(a))


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """Density of the beta distribution, the derivative of `betainc`."""
    return np.exp(sp.xlogy(a - 1, x) + sp.xlog1py(b - 1, -x) - sp.betaln(a, b))


elementwise(sp.gammainc, unknown(sp.gammainc), lambda g, _y, a, b: g * gamma_density(a, b))
elementwise(sp.gammaincc, unknown(sp.gammaincc), lambda g, _y, a, b: -g * gamma_density(a, b))
elementwise(sp.gammaincinv, unknown(sp.gammaincinv), lambda g, y, a, _b: g / gamma_density(a, y))
elementwise(sp.gammainccinv, unknown(sp.gammainccinv), lambda g, y, a, _b: -g / gamma_density(a, y))
elementwise(sp.betainc, unknown(sp.betainc), unknown(sp.betainc), lambda g, _y, a, b, c: g * beta_density(a, b, c))
elementwise(sp.betaincc, unknown(sp.betaincc), unknown(sp.betaincc), lambda g, _y, a, b, c: -g * beta_density(a, b, c))
elementwise(sp.betaincinv, unknown(sp.betaincinv), unknown(sp.betaincinv), lambda g, y, a, b, _c: g / beta_density(a, b, y))
elementwise(sp.betainccinv, unknown(sp.betainccinv), unknown(sp.betainccinv), lambda g, y, a, b, _c: -g / beta_density(a, b, y))

# -- logarithms, entropies, losses ----------------------------------------------------------------------------------------


def _both_zero(a: Any, b: Any) -> Any:
    return (a == 0) & (b == 0)


elementwise(
    sp.xlogy,
    lambda g, _y, a, b: g * np.log(np.where(_both_zero(a, b), 1, b)),
    lambda g, _y, a, b: g * (a / np.where(_both_zero(a, b), 1, b)),
)
elementwise(
    sp.xlog1py,
    lambda g, _y, a, b: g * np.log1p(np.where(_both_zero(a, b + 1), 0, b)),
    lambda g, _y, a, b: g * (a / np.where(_both_zero(a, b + 1), 1, 1 + b)),
)
elementwise(sp.entr, lambda g, _y, a: -g * (np.log(a) + 1))
elementwise(sp.rel_entr, lambda g, _y, a, b: g * (np.log(a / b) + 1), lambda g, _y, a, b: -g * (a / b))
elementwise(sp.kl_div, lambda g, _y, a, b: g * np.log(a / b), lambda g, _y, a, b: g * (1 - a / b))
elementwise(
    sp.huber,
    lambda g, _y, a, b: np.where(np.abs(b) <= a, 0, g * (np.abs(b) - a)),
    lambda g, _y, a, b: g * np.where(np.abs(b) <= a, b, a * np.sign(b)),
)
elementwise(
    sp.pseudo_huber,
    lambda g, y, a, b: g * (2 * y / a - b * b / (a * np.hypot(1, b / a))),
    lambda g, _y, a, b: g * (b / np.hypot(1, b / a)),
)
elementwise(sp.exprel, lambda g, _y, a: g * over_argument(a, name="expm1", order=1))
elementwise(sp.expm1, lambda g, _y, a: g * np.exp(a))
elementwise(sp.log1p, lambda g, _y, a: g / (1 + a))
elementwise(sp.exp2, lambda g, y, _a: g * (y * math.log(2)))
elementwise(sp.exp10, lambda g, y, _a: g * (y * math.log(10)))
elementwise(sp.cbrt, lambda g, y, _a: g / (3 * y * y))
elementwise(sp.cosm1, lambda g, _y, a: -g * np.sin(a))
elementwise(sp.powm1, power_base, power_exponent)
elementwise(
    sp.boxcox,
    lambda g, _y, a, b: g * a ** (b - 1),
    lambda g, _y, a, b: g * np.log(a) ** 2 * over_argument(b * np.log(a), name="expm1", order=1),
)
elementwise(
    sp.boxcox1p,
    lambda g, _y, a, b: g * (1 + a) ** (b - 1),
    lambda g, _y, a, b: g * np.log1p(a) ** 2 * over_argument(b * np.log1p(a), name="expm1", order=1),
)
elementwise(
    sp.inv_boxcox,
    lambda g, y, a, b: g * (y / (1 + a * b)),
    lambda g, y, a, b: g * (y * (a * a) * over_argument(a * b, name="log1p", order=1)),
)
elementwise(
    sp.inv_boxcox1p,
    lambda g, y, a, b: g * ((1 + y) / (1 + a * b)),
    lambda g, y, a, b: g * ((1 + y) * (a * a) * over_argument(a * b, name="log1p", order=1)),
)
elementwise(sp.sindg, lambda g, _y, a: g * (sp.cosdg(a) * DEGREE))
elementwise(sp.cosdg, lambda g, _y, a: g * (sp.sindg(a) * -DEGREE))
elementwise(sp.tandg, lambda g, y, _a: g * ((1 + y * y) * DEGREE))
elementwise(sp.cotdg, lambda g, y, _a: g * ((1 + y * y) * -DEGREE))
elementwise(
    sp.radian,
    lambda g, _y, _a, _b, _c: g * DEGREE,
    lambda g, _y, _a, _b, _c: g * (DEGREE / 60),
    lambda g, _y, _a, _b, _c: g * (DEGREE / 3600),
)

# -- integrals ------------------------------------------------------------------------------------------------------------

elementwise(sp.expi, lambda g, _y, a: g * (np.exp(a) / a))
elementwise(sp.exp1, lambda g, _y, a: -g * (np.exp(-a) / a))
elementwise(
    sp.expn,
    unknown(sp.expn),
    lambda g, y, a, b: -g * np.where(a == 0, y * (1 + 1 / b), sp.expn(np.maximum(a - 1, 0), b)),
)
elementwise(sp.spence, lambda g, _y, a: -g * over_argument(a - 1, name="log1p"))
elementwise(sp.wrightomega, lambda g, y, _a: g * (y / (1 + y)))


general(sp.fresnel, of_several(lambda a: np.sin(a * a * (math.pi / 2)), lambda a: np.cos(a * a * (math.pi / 2))))
general(sp.sici, of_several(lambda a: over_argument(a, name="sin"), lambda a: np.cos(a) / a))
general(sp.shichi, of_several(lambda a: over_argument(a, name="sinh"), lambda a: np.cosh(a) / a))


def airy_rule(g: Any, y: Any, a: Any) -> Any:
    """Ai'' = z Ai, and so for Bi."""
    derivatives = (y[1], a * y[0], y[3], a * y[2])
    parts = [c * d for c, d in zip(g, derivatives, strict=True) if c is not None]
    return sum(parts[1:], parts[0])


def ellipj_rule(g: Any, y: Any, _a: Any, b: Any) -> Any:
    """The derivatives of sn, cn, dn and the amplitude."""
    sn, cn, dn, _ = y
    derivatives = (cn * dn, -sn * dn, -b * sn * cn, dn)
    parts = [c * d for c, d in zip(g, derivatives, strict=True) if c is not None]
    return sum(parts[1:], parts[0])


general(sp.airy, airy_rule)
general(sp.ellipj, ellipj_rule, unknown(sp.ellipj))

# -- elliptic and hypergeometric functions --------------------------------------------------------------------------------

elementwise(sp.ellipk, lambda g, _y, a: g * (math.pi / 8 * sp.hyp2f1(1.5, 1.5, 2, a)))
elementwise(sp.ellipe, lambda g, _y, a: g * (-math.pi / 8 * sp.hyp2f1(0.5, 1.5, 2, a)))
elementwise(sp.ellipkm1, lambda g, _y, a: g * (-math.pi / 8 * sp.hyp2f1(1.5, 1.5, 2, 1 - a)))
elementwise(
    sp.ellipkinc,
    lambda g, _y, a, b: g / np.sqrt(1 - b * np.sin(a) ** 2),
    lambda g, y, a, b: (
        g
        * (
            sp.ellipeinc(a, b) / (2 * b * (1 - b))
            - y / (2 * b)
            - np.sin(2 * a) / (4 * (1 - b) * np.sqrt(1 - b * np.sin(a) ** 2))
        )
    ),
)
elementwise(
    sp.ellipeinc,
    lambda g, _y, a, b: g * np.sqrt(1 - b * np.sin(a) ** 2),
    lambda g, y, a, b: g * ((y - sp.ellipkinc(a, b)) / (2 * b)),
)
elementwise(sp.hyp0f1, unknown(sp.hyp0f1), lambda g, _y, a, b: g * (sp.hyp0f1(a + 1, b) / a))
elementwise(
    sp.hyp1f1,
    unknown(sp.hyp1f1),
    unknown(sp.hyp1f1),
    lambda g, _y, a, b, c: g * (np.true_divide(a, b) * sp.hyp1f1(a + 1, b + 1, c)),
)
elementwise(sp.hyperu, unknown(sp.hyperu), unknown(sp.hyperu), lambda g, _y, a, b, c: g * (-a * sp.hyperu(a + 1, b + 1, c)))
elementwise(
    sp.hyp2f1,
    unknown(sp.hyp2f1),
    unknown(sp.hyp2f1),
    unknown(sp.hyp2f1),
    lambda g, _y, a, b, c, d: g * (np.true_divide(a * b, c) * sp.hyp2f1(a + 1, b + 1, c + 1, d)),
)

# -- orthogonal polynomials, each in terms of its neighbours --------------------------------------------------------------


def _lowered(n: Any, function: Any, *arguments: Any) -> Any:
    """A polynomial of degree one less; nothing for degree 0, where the derivative is zero."""
    return np.where(n == 0, 0, function(np.where(n == 0, 0, n - 1), *arguments))


for _function, _derivative in (
    (sp.eval_chebyt, lambda a, b: a * _lowered(a, sp.eval_chebyu, b)),
    (sp.eval_chebyu, lambda a, b: 2 * _lowered(a, sp.eval_gegenbauer, 2, b)),
    (sp.eval_legendre, lambda a, b: _lowered(a, sp.eval_gegenbauer, 1.5, b)),
    (sp.eval_hermite, lambda a, b: 2 * a * _lowered(a, sp.eval_hermite, b)),
    (sp.eval_hermitenorm, lambda a, b: a * _lowered(a, sp.eval_hermitenorm, b)),
    (sp.eval_laguerre, lambda a, b: -_lowered(a, sp.eval_genlaguerre, 1, b)),
):
    elementwise(_function, unknown(_function), lambda g, _y, a, b, d=_derivative: g * d(a, b))
for _function, _of_three in (
    (sp.eval_gegenbauer, lambda a, b, c: 2 * b * _lowered(a, sp.eval_gegenbauer, b + 1, c)),
    (sp.eval_genlaguerre, lambda a, b, c: -_lowered(a, sp.eval_genlaguerre, b + 1, c)),
):
    elementwise(_function, unknown(_function), unknown(_function), lambda g, _y, a, b, c, d=_of_three: g * d(a, b, c))
elementwise(
    sp.eval_jacobi,
    unknown(sp.eval_jacobi),
    unknown(sp.eval_jacobi),
    unknown(sp.eval_jacobi),
    lambda g, _y, a, b, c, d: g * ((a + b + c + 1) / 2 * _lowered(a, sp.eval_jacobi, b + 1, c + 1, d)),
)

constant(sp.gammasgn, sp.round)
