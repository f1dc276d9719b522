"""SciPy's functions where one value of each parameter does not show a mistake: refusals, densities, edges and far values."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import scipy.special as sp
import scipy.stats

import autograd_core as ac
from autograd_core._primitive import TABLE, Primitive, look_up

from .cases import CASES, Case
from .test_cases import draw

UNKNOWN = [
    (case, place)
    for case in CASES
    if getattr(sp, case.name, None) is case.function and type(look_up(case.function)) is Primitive
    for place, rule in enumerate(TABLE[case.function].rules)
    if rule is not None and rule.__module__.endswith("scipy_common") and "unknown" in rule.__qualname__
    if any(types[place] == "d" for types in case.function.types)  # the degree of a Hermite polynomial is whole
]


def gradient(f: Any, x: Any) -> np.ndarray:
    return ac.grad(lambda t: np.sum(f(t)))(np.asarray(x, dtype=float)).numpy()


def test_most_families_have_parameters_without_a_rule() -> None:
    """So that the test below is not empty: Bessel functions, incomplete ones, hypergeometric ones, polynomials."""
    assert len(UNKNOWN) > 50


@pytest.mark.parametrize(("case", "place"), UNKNOWN, ids=lambda x: x.name if isinstance(x, Case) else str(x))
def test_a_parameter_without_a_rule_is_refused_by_the_functions_name(case: Case, place: int) -> None:
    """Each such parameter of each function; the others of it are not."""
    args = draw(case, case.calls[0], 0).rebuild(draw(case, case.calls[0], 0).operands)
    message = f"scipy.special.{case.name} is not differentiable here in the parameter that requires grad; pass that"

    def f(t: Any) -> Any:
        y = case.function(*args[:place], t, *args[place + 1 :])
        return np.sum(np.real(y[0] if isinstance(y, tuple) else y))

    with pytest.raises(ac.UnsupportedFunction, match=re.escape(message)):
        ac.grad(f)(np.asarray(args[place], dtype=float))


X = np.array([0.2, 1.3, 4.1])


@pytest.mark.parametrize(
    ("f", "density"),
    [
        (lambda x: sp.chdtr(2.7, x), scipy.stats.chi2(2.7).pdf),
        (lambda x: -sp.chdtrc(2.7, x), scipy.stats.chi2(2.7).pdf),
        (lambda x: sp.gdtr(1.7, 2.3, x), scipy.stats.gamma(2.3, scale=1 / 1.7).pdf),
        (lambda x: -sp.gdtrc(1.7, 2.3, x), scipy.stats.gamma(2.3, scale=1 / 1.7).pdf),
        (lambda x: -sp.pdtr(3, x), lambda x: scipy.stats.poisson(x).pmf(3)),
        (lambda x: sp.pdtrc(3, x), lambda x: scipy.stats.poisson(x).pmf(3)),
        (lambda x: sp.stdtr(2.7, x), scipy.stats.t(2.7).pdf),
        (lambda x: sp.stdtr(0.6, x - 2), lambda x: scipy.stats.t(0.6).pdf(x - 2)),
        (lambda x: sp.fdtr(2.7, 5.2, x), scipy.stats.f(2.7, 5.2).pdf),
        (lambda x: -sp.fdtrc(2.7, 5.2, x), scipy.stats.f(2.7, 5.2).pdf),
        (lambda x: sp.gammainc(2.3, x), scipy.stats.gamma(2.3).pdf),
        (lambda x: sp.betainc(1.3, 2.4, x / 5), lambda x: scipy.stats.beta(1.3, 2.4).pdf(x / 5) / 5),
        (sp.ndtr, scipy.stats.norm.pdf),
    ],
)
def test_the_derivative_of_a_distribution_function_is_its_density(f: Any, density: Any) -> None:
    """As another part of SciPy has it, with parameters that are not whole."""
    np.testing.assert_allclose(gradient(f, X), density(X), rtol=1e-10)


def test_angles_move_with_degrees_minutes_and_seconds() -> None:
    """`radian` is linear, so its gradient is its value at one degree, one minute and one second."""
    found = ac.grad(sp.radian, (0, 1, 2))(10.0, 20.0, 30.0)
    np.testing.assert_allclose(found, [sp.radian(1, 0, 0), sp.radian(0, 1, 0), sp.radian(0, 0, 1)], rtol=1e-14)


@pytest.mark.parametrize("a", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("b", [0.0, 1.0, 2.0, 3.0])
def test_powm1_has_the_derivatives_of_the_power(a: float, b: float) -> None:
    """To second order, the mixed one too: 1 / a where the exponent is 0; the conventions at a base of 0 are the power's."""
    for f in (lambda x: x[0] ** 2, lambda x: x[0]):  # the base may come from another function
        for of in (ac.jacobian, ac.hessian):
            x = np.array([a, b])
            found = of(lambda x, f=f: sp.powm1(f(x), x[1]))(x)
            np.testing.assert_array_equal(found, of(lambda x, f=f: np.power(f(x), x[1]))(x))
    if a > 0:
        np.testing.assert_allclose(ac.hessian(lambda x: sp.powm1(x[0], x[1]))(np.array([a, 0.0])).numpy()[0, 1], 1 / a)


def test_polygamma_has_signs_of_its_order() -> None:
    """Derivatives of the digamma function change sign from order to order, and keep float32."""
    for order in range(1, 5):
        y = ac.special.polygamma(order, ac.tensor(np.float32([0.5, 2.0]), requires_grad=True))
        np.testing.assert_allclose(y.numpy(), sp.polygamma(order, [0.5, 2.0]), rtol=1e-6)


@pytest.mark.parametrize("a", [0.7, 1.0, [3.0, 0.99]])
def test_multigammaln_holds_its_argument_above_the_dimension(a: Any) -> None:
    """Above (d - 1) / 2, as SciPy; just above it is computed."""
    message = r"condition a > 0.5 \* \(d - 1\) not met for d = 3"
    with pytest.raises(ValueError, match=message):
        ac.grad(lambda t: np.sum(ac.special.multigammaln(t, 3)))(np.array(a))
    np.testing.assert_allclose(gradient(lambda t: ac.special.multigammaln(t, 3), 1.01), np.sum(sp.psi(1.01 - np.arange(3) / 2)))


def test_lambertw_takes_any_number() -> None:
    """Real, whole and complex ones; the result is complex, as SciPy's, and W exp(W) is the operand again."""
    for z in (np.float32([0.5, 3.0]), np.array([1.5, 0.2]), np.array([0.3 + 0.4j]), np.complex64([1 - 1j])):
        w = ac.special.lambertw(ac.tensor(z, requires_grad=True), k=0)
        assert w.dtype == sp.lambertw(z).dtype
        np.testing.assert_allclose((w * np.exp(w)).numpy(), z, rtol=1e-6)
        of_real = ac.grad(lambda t: np.sum(np.real(ac.special.lambertw(t) * np.exp(ac.special.lambertw(t)))))(z)
        assert of_real.dtype == z.dtype
        np.testing.assert_allclose(of_real.numpy(), np.ones_like(z), rtol=1e-5)


def test_weighted_sums_of_exponentials_leave_out_what_has_no_weight() -> None:
    """However large it is; a sum of none is -inf, and a sum without weights has its sign too."""
    a, b = np.array([[1000.0, 2000.0, 1003.0], [900.0, 901.0, -np.inf]]), np.array([[1.0, 0.0, 2.0], [1.0, -2.0, 3.0]])

    def f(t: Any) -> Any:
        return ac.special.logsumexp(t, axis=1, b=b, return_sign=True)

    y, sign = f(ac.tensor(a, requires_grad=True))
    expected, its_sign = sp.logsumexp(a, axis=1, b=b, return_sign=True)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-14)
    np.testing.assert_array_equal(sign.numpy(), its_sign)
    weights = b * np.exp(np.where(b != 0, a, 0) - expected[:, None]) * its_sign[:, None]
    np.testing.assert_allclose(gradient(lambda t: f(t)[0], a), weights, rtol=1e-12)
    for none in ({"b": np.zeros(3)}, {"b": np.zeros(3), "return_sign": True}):
        y = ac.special.logsumexp(ac.tensor(a[0], requires_grad=True), **none)
        assert (y[0] if isinstance(y, tuple) else y).item() == -np.inf
    alone = ac.special.logsumexp(ac.tensor(X, requires_grad=True), return_sign=True)
    np.testing.assert_allclose(alone[0].item(), sp.logsumexp(X), rtol=1e-15)
    assert alone[1].item() == 1
    big = ac.special.logsumexp(ac.tensor([np.inf, 1.0], requires_grad=True), b=np.array([2.0, 1.0]))
    assert big.item() == np.inf
