"""More element-wise functions: removable singularities, exact to every order, parts of numbers, ufuncs of two results."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._primitive import composite, constant, elementwise, primitive
from .common import array, holds

# -- quotients by the argument --------------------------------------------------------------------------------------------
#
# f(z) / z for an entire or analytic f that vanishes at 0 is analytic there too. Far from 0 its derivatives follow from those of
# f by z y(n) = f(n) - n y(n-1); near 0, where that cancels, from a series.

_NUMERATORS: dict[str, tuple[Any, Any]] = {  # the n-th derivative of f, and the coefficient of z^k in f(z) / z if f is entire
    "sin": (lambda z, n: np.sin(z + n * (math.pi / 2)), lambda k: 0.0 if k % 2 else (-1) ** (k // 2) / math.factorial(k + 1)),
    "sinh": (lambda z, n: np.cosh(z) if n % 2 else np.sinh(z), lambda k: 0.0 if k % 2 else 1 / math.factorial(k + 1)),
    "expm1": (lambda z, n: np.exp(z) if n else np.expm1(z), lambda k: 1 / math.factorial(k + 1)),
    "log1p": (lambda z, n: -math.factorial(n - 1) / (-1 - z) ** n if n else np.log1p(z), None),
}


def _near(a: Any, name: str, order: int) -> Any:
    """Where the series loses fewer digits: its terms cancel as e^|z|, the recurrence's as n! / |z|^n and ((1 + z) / z)^n."""
    return np.abs(a) <= np.abs(1 + a) / 2 if name == "log1p" else np.abs(a) <= max(order / 2, 1)


def _series(z: Any, name: str, order: int) -> Any:
    """The sum near 0; for log(1 + z) / z in powers of w = z / (1 + z), which converge for all orders alike.

    References
    ----------
    M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, eq. 15.3.4.
    """
    if name == "log1p":
        step, scale = z / (1 + z), math.factorial(order) / (-1 - z) ** order / (1 + z)
        terms = [1 / (order + k) for k in range(1, 54)]
    else:
        step, scale, coefficient = z, 1.0, _NUMERATORS[name][1]
        terms = [coefficient(k) * math.perm(k, order) for k in range(order, 2 * order + 40)]
    y = np.zeros_like(z)
    for term in reversed(terms):
        y = y * step + term
    return y * scale


@primitive
def over_argument(a: Any, name: str, order: int = 0) -> Any:
    """The derivative of that order of f(z) / z, exact at 0."""
    given = np.asarray(a)
    # high powers leave the narrow dtypes, and infinity times a coefficient of 0 is NaN
    z = given.astype(np.result_type(given.dtype, np.float64))
    derivative, _ = _NUMERATORS[name]
    near = _near(z, name, order)
    far = np.where(near, 1, z)
    y = derivative(far, 0) / far
    for n in range(1, order + 1):
        y = (derivative(far, n) - n * y) / far
    return np.where(near, _series(np.where(near, z, 0), name, order), y).astype(given.dtype)


elementwise(over_argument, lambda g, _y, a, name, order=0: g * over_argument(a, name=name, order=order + 1))
elementwise(
    np.sinc,
    lambda g, _y, a: g * (math.pi * over_argument(a * math.pi, name="sin", order=1)),
    words="dA = G sinc'(A)",
)

# -- the modified Bessel function of the first kind -----------------------------------------------------------------------


@primitive
def bessel_i(a: Any, order: int) -> Any:
    """I_n by the trapezoidal rule on its integral over a period, which converges faster than any power of the step.

    References
    ----------
    L. N. Trefethen and J. A. C. Weideman, The exponentially convergent trapezoidal rule, SIAM Review 56 (2014), section 2.
    """
    x = np.asarray(a)
    finite = np.abs(x[np.isfinite(x)])
    top = min(float(finite.max()), 720.0) if finite.size else 0.0
    steps = 2 * (order + 24 + int(9 * math.sqrt(top)))
    y = np.zeros(x.shape, np.result_type(x.dtype, np.float64))
    for k in range(steps):
        angle = 2 * math.pi * k / steps
        y += np.exp(x * math.cos(angle)) * math.cos(order * angle)
    return (y / steps).astype(x.dtype)


elementwise(bessel_i, lambda g, _y, a, order: g * (bessel_i(a, order=abs(order - 1)) + bessel_i(a, order=order + 1)) / 2)


@primitive
def bessel_i0(a: Any) -> Any:
    """I_0, as NumPy computes it, in the operand's dtype."""
    return np.i0(a).reshape(np.shape(a))


elementwise(bessel_i0, lambda g, _y, a: g * bessel_i(a, order=1), words="dA = G I_1(A)")


@composite(np.i0)
def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 0."""
    x = array(x)
    if x.dtype.kind == "c":
        raise TypeError("i0 not supported for complex values")
    return bessel_i0(x if x.dtype.kind == "f" else x.astype(float))


# -- parts ----------------------------------------------------------------------------------------------------------------


@composite(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """The argument of complex numbers."""
    z = array(z)
    z = z if z.dtype.kind in "fc" else z.astype(float)
    y = np.arctan2(np.imag(z), np.real(z)) if z.dtype.kind == "c" else np.arctan2(np.zeros_like(z), z)
    return y * (180 / math.pi) if deg else y


@composite(np.real_if_close)
def real_if_close(a: Any, tol: Any = 100) -> Any:
    """The real part where all imaginary parts are negligible, else the complex numbers."""
    a = array(a)
    if a.dtype.kind != "c":
        return a
    limit = tol * float(np.finfo(a.dtype).eps) if tol > 1 else tol
    far = ~(np.abs(np.imag(a)) < limit)
    return a if holds(far, "np.real_if_close's dtype depends on whether an imaginary part is large") else np.real(a)


@composite(np.nan_to_num)
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Replace NaN and the infinities, through which nothing flows."""
    x = array(x)
    if x.dtype.kind == "c":
        more = {"nan": nan, "posinf": posinf, "neginf": neginf}
        return nan_to_num(np.real(x), **more) + nan_to_num(np.imag(x), **more) * 1j
    if x.dtype.kind != "f":
        return x
    limits = np.finfo(x.dtype)
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    y = np.where(np.isnan(x), nan, x)
    y = np.where(x == math.inf, high, y)
    return np.where(x == -math.inf, low, y).astype(x.dtype)


# -- ufuncs with more than one result, or with a part that is constant ----------------------------------------------------


@composite(np.divmod)
def divmod_(a: Any, b: Any) -> Any:
    """The floor of the quotient, which is constant, and the remainder."""
    return np.floor_divide(a, b), np.remainder(a, b)


@primitive
def fraction(a: Any) -> Any:
    """What is left beyond the decimal point."""
    return np.modf(a)[0]


@primitive
def mantissa(a: Any) -> Any:
    """The part of a number that its power of two leaves."""
    return np.frexp(a)[0]


@primitive
def exponent(a: Any) -> Any:
    """The power of two in a number."""
    return np.frexp(a)[1]


constant(exponent)
elementwise(fraction, lambda g, _y, _a: g, words="dA = G")
elementwise(mantissa, lambda g, _y, a: np.ldexp(g, -exponent(a)))
elementwise(np.ldexp, lambda g, _y, _a, b: np.ldexp(g, b), None, words="dA = G 2^B")
elementwise(np.nextafter, lambda g, _y, _a, _b: g, None, words="dA = G")
elementwise(np.heaviside, None, lambda g, _y, a, _b: np.where(a == 0, g, 0), words="dB = G where A = 0")


@composite(np.modf)
def modf(a: Any) -> Any:
    """The fractional and the whole part."""
    part = fraction(a)
    return part, np.trunc(a).astype(part.dtype)


@composite(np.frexp)
def frexp(a: Any) -> Any:
    """Mantissa and power of two."""
    return mantissa(a), exponent(a)


# -- functions that leave the real numbers by themselves ------------------------------------------------------------------


def _wider(a: Any, outside: Any) -> Any:
    """Make real numbers complex if some lie where a real function is not defined."""
    a = array(a)
    if a.dtype.kind != "c" and holds(outside(a), "np.emath's dtype depends on whether an element lies outside the real domain"):
        return a.astype(np.complex64 if a.dtype == np.float32 else np.complex128)
    return a


def _negative(a: Any) -> Any:
    return a < 0


def _beyond_one(a: Any) -> Any:
    return abs(a) > 1


for _function, _same, _outside in (
    (np.emath.sqrt, np.sqrt, _negative),
    (np.emath.log, np.log, _negative),
    (np.emath.log2, np.log2, _negative),
    (np.emath.log10, np.log10, _negative),
    (np.emath.arccos, np.arccos, _beyond_one),
    (np.emath.arcsin, np.arcsin, _beyond_one),
    (np.emath.arctanh, np.arctanh, _beyond_one),
):
    composite(_function)(lambda x, same=_same, outside=_outside: same(_wider(x, outside)))


@composite(np.emath.logn)
def logn(n: Any, x: Any) -> Any:
    """The logarithm to base `n`."""
    return np.log(_wider(x, _negative)) / np.log(_wider(n, _negative))


@composite(np.emath.power)
def power(x: Any, p: Any) -> Any:
    """Powers, complex where the base is negative."""
    x, p = array(x), array(p)
    x = _wider(x, _negative)
    lower = p.dtype.kind in "iu" and holds(p < 0, "np.emath.power's dtype depends on whether an exponent is negative")
    return np.power(x, p.astype(float) if lower else p)


constant(
    np.around, np.isneginf, np.isposinf, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj,
    np.isclose, np.allclose, np.array_equal, np.array_equiv, np.isnat,
)  # fmt: skip
