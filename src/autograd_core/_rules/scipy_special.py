"""SciPy's special functions, registered when one is first asked for.

A parameter whose derivative has no closed form (the order of a Bessel function) raises when it requires grad.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp  # type: ignore[import-untyped, import-not-found, unused-ignore]

from .._errors import UnsupportedFunction
from .._primitive import composite, constant, elementwise, entry_of, general, primitive
from . import special as always
from .analytic import over_argument
from .common import array, axes_of

ROOT_PI, ROOT_2PI, DEGREE = math.sqrt(math.pi), math.sqrt(2 * math.pi), math.pi / 180


def _unknown(name: str, arity: int) -> Any:
    """A rule that raises, for a parameter in which there is no closed form."""

    def refuse() -> Any:
        raise UnsupportedFunction(
            f"scipy.special.{name} is not differentiable here in the parameter that requires grad; "
            "pass that parameter as t.detach()"
        )

    return {
        2: lambda g, _y, _a, _b: refuse(),
        3: lambda g, _y, _a, _b, _c: refuse(),
        4: lambda g, _y, _a, _b, _c, _d: refuse(),
    }[arity]


def _real_only(name: str, a: Any) -> Any:
    """For functions whose derivative SciPy computes of real numbers only, or that are not holomorphic."""
    if a.dtype.kind == "c":
        raise UnsupportedFunction(f"scipy.special.{name} of complex numbers has no derivative rule; take its real part first")
    return a


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
elementwise(sp.psi, lambda g, _y, a: g * polygamma_of(_real_only("psi", a), order=1))
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


def _gamma_density(a: Any, x: Any) -> Any:
    return np.exp(sp.xlogy(a - 1, x) - x - sp.gammaln(a))


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    return np.exp(sp.xlogy(a - 1, x) + sp.xlog1py(b - 1, -x) - sp.betaln(a, b))


elementwise(sp.gammainc, _unknown("gammainc", 2), lambda g, _y, a, b: g * _gamma_density(a, b))
elementwise(sp.gammaincc, _unknown("gammaincc", 2), lambda g, _y, a, b: -g * _gamma_density(a, b))
elementwise(sp.gammaincinv, _unknown("gammaincinv", 2), lambda g, y, a, _b: g / _gamma_density(a, y))
elementwise(sp.gammainccinv, _unknown("gammainccinv", 2), lambda g, y, a, _b: -g / _gamma_density(a, y))
_OF_BETA = (_unknown("betainc", 3),) * 2
elementwise(sp.betainc, *_OF_BETA, lambda g, _y, a, b, c: g * _beta_density(a, b, c))
elementwise(sp.betaincc, *_OF_BETA, lambda g, _y, a, b, c: -g * _beta_density(a, b, c))
elementwise(sp.betaincinv, *_OF_BETA, lambda g, y, a, b, _c: g / _beta_density(a, b, y))
elementwise(sp.betainccinv, *_OF_BETA, lambda g, y, a, b, _c: -g / _beta_density(a, b, y))

# -- Bessel functions -----------------------------------------------------------------------------------------------------

elementwise(sp.j0, lambda g, _y, a: -g * sp.j1(a))
elementwise(sp.j1, lambda g, _y, a: g * (sp.j0(a) - sp.jv(2, a)) / 2)
elementwise(sp.y0, lambda g, _y, a: -g * sp.y1(a))
elementwise(sp.y1, lambda g, _y, a: g * (sp.y0(a) - sp.yv(2, a)) / 2)
elementwise(sp.i0, lambda g, _y, a: g * sp.i1(a))
elementwise(sp.i1, lambda g, _y, a: g * (sp.i0(a) + sp.iv(2, a)) / 2)
elementwise(sp.i0e, lambda g, y, a: g * (sp.i1e(a) - np.sign(a) * y))
elementwise(sp.i1e, lambda g, y, a: g * ((sp.i0e(a) + sp.ive(2, a)) / 2 - np.sign(a) * y))
elementwise(sp.k0, lambda g, _y, a: -g * sp.k1(a))
elementwise(sp.k1, lambda g, _y, a: -g * (sp.k0(a) + sp.kv(2, a)) / 2)
elementwise(sp.k0e, lambda g, y, a: g * (y - sp.k1e(a)))
elementwise(sp.k1e, lambda g, y, a: g * (y - (sp.k0e(a) + sp.kve(2, a)) / 2))
for _function in (sp.jv, sp.yv, sp.hankel1, sp.hankel2, sp.yn):
    elementwise(
        _function,
        _unknown(_function.__name__, 2),
        lambda g, _y, a, b, f=_function: g * (f(a - 1, b) - f(a + 1, b)) / 2,
    )
for _function in (sp.kv, sp.kn):
    elementwise(
        _function,
        _unknown(_function.__name__, 2),
        lambda g, _y, a, b, f=_function: -g * (f(abs(a - 1), b) + f(a + 1, b)) / 2,
    )
elementwise(sp.iv, _unknown("iv", 2), lambda g, _y, a, b: g * (sp.iv(a - 1, b) + sp.iv(a + 1, b)) / 2)
elementwise(sp.kve, _unknown("kve", 2), lambda g, y, a, b: g * (y - (sp.kve(a - 1, b) + sp.kve(a + 1, b)) / 2))


elementwise(
    sp.ive,
    _unknown("ive", 2),
    lambda g, y, a, b: g * ((sp.ive(a - 1, b) + sp.ive(a + 1, b)) / 2 - np.sign(_real_only("ive", b)) * y),
)
for _function in (sp.jve, sp.yve):
    elementwise(
        _function,
        _unknown(_function.__name__, 2),
        lambda g, _y, a, b, f=_function: g * (f(a - 1, _real_only(f.__name__, b)) - f(a + 1, b)) / 2,
    )


def _struve_part(a: Any, b: Any) -> Any:
    return (b / 2) ** a / (ROOT_PI * sp.gamma(a + 1.5))


elementwise(
    sp.struve,
    _unknown("struve", 2),
    lambda g, _y, a, b: g * (sp.struve(a - 1, b) - sp.struve(a + 1, b) + _struve_part(a, b)) / 2,
)
elementwise(
    sp.modstruve,
    _unknown("modstruve", 2),
    lambda g, _y, a, b: g * (sp.modstruve(a - 1, b) + sp.modstruve(a + 1, b) + _struve_part(a, b)) / 2,
)

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
elementwise(
    sp.powm1,
    lambda g, _y, a, b: g * (b * a ** (b - 1 + (b == 0))),
    lambda g, y, a, _b: g * ((y + 1) * np.log(np.where(a == 0, 1, a))),
)
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
    _unknown("expn", 2),
    lambda g, y, a, b: -g * np.where(a == 0, y * (1 + 1 / b), sp.expn(np.maximum(a - 1, 0), b)),
)
elementwise(sp.spence, lambda g, _y, a: -g * over_argument(a - 1, name="log1p"))
elementwise(sp.wrightomega, lambda g, y, _a: g * (y / (1 + y)))


def _of_two(first: Any, second: Any) -> Any:
    """The rule of a function of two results, from the derivatives of both."""

    def rule(g: Any, _y: Any, a: Any) -> Any:
        parts = [c * f(a) for c, f in zip(g, (first, second), strict=True) if c is not None]
        return sum(parts[1:], parts[0])

    return rule


general(sp.fresnel, _of_two(lambda a: np.sin(a * a * (math.pi / 2)), lambda a: np.cos(a * a * (math.pi / 2))))
general(sp.sici, _of_two(lambda a: over_argument(a, name="sin"), lambda a: np.cos(a) / a))
general(sp.shichi, _of_two(lambda a: over_argument(a, name="sinh"), lambda a: np.cosh(a) / a))


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
general(sp.ellipj, ellipj_rule, _unknown("ellipj", 2))

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
elementwise(sp.hyp0f1, _unknown("hyp0f1", 2), lambda g, _y, a, b: g * (sp.hyp0f1(a + 1, b) / a))
elementwise(
    sp.hyp1f1, *(_unknown("hyp1f1", 3),) * 2, lambda g, _y, a, b, c: g * (np.true_divide(a, b) * sp.hyp1f1(a + 1, b + 1, c))
)
elementwise(sp.hyperu, *(_unknown("hyperu", 3),) * 2, lambda g, _y, a, b, c: g * (-a * sp.hyperu(a + 1, b + 1, c)))
elementwise(
    sp.hyp2f1,
    *(_unknown("hyp2f1", 4),) * 3,
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
    elementwise(_function, _unknown(_function.__name__, 2), lambda g, _y, a, b, d=_derivative: g * d(a, b))
for _function, _of_three in (
    (sp.eval_gegenbauer, lambda a, b, c: 2 * b * _lowered(a, sp.eval_gegenbauer, b + 1, c)),
    (sp.eval_genlaguerre, lambda a, b, c: -_lowered(a, sp.eval_genlaguerre, b + 1, c)),
):
    elementwise(_function, *(_unknown(_function.__name__, 3),) * 2, lambda g, _y, a, b, c, d=_of_three: g * d(a, b, c))
elementwise(
    sp.eval_jacobi,
    *(_unknown("eval_jacobi", 4),) * 3,
    lambda g, _y, a, b, c, d: g * ((a + b + c + 1) / 2 * _lowered(a, sp.eval_jacobi, b + 1, c + 1, d)),
)

constant(sp.gammasgn, sp.round)

# -- functions that SciPy writes in Python: as `ac.special.f` only, since they do not dispatch ----------------------------


@composite(sp.polygamma)
def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of the digamma function."""
    x = array(x).astype(float)
    if np.ndim(n) == 0:
        return polygamma_of(x, order=int(n))
    orders = np.asarray(n)
    y = sum(np.where(orders == k, polygamma_of(x, order=int(k)), 0) for k in np.unique(orders))
    return np.broadcast_to(y, np.broadcast_shapes(orders.shape, x.shape))


@composite(sp.multigammaln)
def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension `d`."""
    a = array(a).astype(float)
    if d != int(d):
        raise ValueError(f"d should be a positive integer (dimension), not {d}")
    if bool(np.any(a <= 0.5 * (d - 1))):
        raise ValueError(f"condition a > 0.5 * (d - 1) not met for d = {d}")
    y = d * (d - 1) * 0.25 * math.log(math.pi) + sp.gammaln(a)
    for j in range(1, int(d)):
        y = y + sp.gammaln(a - j / 2)
    return y


@composite(sp.lambertw)
def lambertw(z: Any, k: int = 0, tol: float = 1e-8) -> Any:
    """Branch `k` of the inverse of w exp(w)."""
    z = array(z)
    return lambert(z if z.dtype.kind == "c" else z.astype(complex), k=k, tol=tol)


@composite(sp.zeta)
def zeta(x: Any, q: Any = None, out: Any = None) -> Any:
    """The Hurwitz zeta function of one order `x`, differentiable in `q`."""
    if q is None or out is not None or np.ndim(x) or hasattr(x, "ndim"):
        raise UnsupportedFunction("special.zeta is differentiable in q only, with a number as x: special.zeta(2, q)")
    return hurwitz(array(q), s=float(x))


@composite(sp.logsumexp)
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """The logarithm of a sum of exponentials, weighted by `b`; with its sign on request."""
    a = array(a)
    if b is None and not return_sign:
        return always.logsumexp(a, axis=axis, keepdims=keepdims)
    weights = array(1.0 if b is None else b)
    a, weights = np.broadcast_arrays(a, weights)
    axes = axes_of(axis, a.ndim)
    counts = weights != 0
    top = np.max(np.where(counts, a, -math.inf), axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.sum(np.where(counts, weights * np.exp(np.where(counts, a, 0) - top), 0), axis=axes, keepdims=True)
    sign = np.sign(total)
    with np.errstate(divide="ignore"):  # the logarithm of an empty sum is -inf
        y = np.log(np.abs(total) if return_sign else total) + top
    if not keepdims:
        y, sign = np.squeeze(y, axes), np.squeeze(sign, axes)
    return (y, sign) if return_sign else y


if hasattr(sp, "softplus"):

    @composite(sp.softplus)
    def softplus(x: Any, **_more: Any) -> Any:
        """log(1 + exp(x)) without overflow."""
        return np.logaddexp(0, array(x))
