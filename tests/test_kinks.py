"""Linear algebra and statistics where they have no derivative: repeated values, zeros, ties, singular matrices."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.special as sp

import autograd_core as ac
from autograd_core._rules.analytic import over_argument

EYE = np.eye(3)


def gradient(f: Any, x: Any) -> np.ndarray:
    return np.asarray(ac.grad(f)(np.asarray(x)).numpy())


def hessian(f: Any, x: Any) -> np.ndarray:
    return np.asarray(ac.hessian(f)(np.asarray(x)).numpy())


# -- zeros ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [None, 2, 1.5, 3, 0.5, 0.75])
def test_norms_of_the_zero_vector_are_flat_to_second_order(order) -> None:
    """The centre of the subdifferential is 0, and nothing of the guard against dividing by zero shows in the Hessian."""
    assert (gradient(lambda x: np.linalg.norm(x, order), np.zeros(3)) == 0).all()
    assert (hessian(lambda x: np.linalg.norm(x, order), np.zeros(2)) == 0).all()


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (np.std, [2.0, 2.0]),
        (np.nanstd, [2.0, 2.0, np.nan]),
        (lambda x: np.hypot(x[0], x[1]), [0.0, 0.0]),
        (lambda x: np.abs(x[0] + 1j * x[1]), [0.0, 0.0]),
        (lambda x: np.linalg.norm(x.reshape(1, 2)), [0.0, 0.0]),
    ],
)
def test_lengths_at_zero_are_flat_to_second_order(f, x) -> None:
    """A length has a kink at 0, of which 0 is the centre; its second derivative is not that of the square."""
    assert (gradient(f, x) == 0).all()
    assert (hessian(f, x) == 0).all()


@pytest.mark.parametrize("order", [1.5, 3, 0.5])
def test_zeros_among_others_have_no_slope_in_a_norm(order) -> None:
    """|x|^p is symmetric about 0, so its centre there is 0, also where it has a cusp."""
    g = gradient(lambda x: np.linalg.norm(x, order), [0.0, 1.0, 2.0])
    assert g[0] == 0
    assert np.isfinite(g).all()


@pytest.mark.parametrize(
    ("name", "derivatives"),
    [
        ("sin", [np.sin, np.cos, lambda z: -np.sin(z), lambda z: -np.cos(z)]),
        ("sinh", [np.sinh, np.cosh, np.sinh, np.cosh]),
        ("expm1", [np.expm1, np.exp, np.exp, np.exp]),
        ("log1p", [np.log1p, lambda z: 1 / (1 + z), lambda z: -1 / (1 + z) ** 2, lambda z: 2 / (1 + z) ** 3]),
    ],
)
def test_quotients_by_the_argument_near_its_zero_and_far(name, derivatives) -> None:
    """By the series and by the recurrence: with y = f / z, z y(n) + n y(n-1) is the n-th derivative of f."""
    z = np.array([-0.9, -0.51, -0.3, 0.0, 0.2, 0.49, 0.51, 1.1, 1.9, 2.1, 2.9, 3.1, 6.0])
    ys = [over_argument(z, name=name, order=n) for n in range(4)]
    for n, f in enumerate(derivatives):
        np.testing.assert_allclose(z * ys[n] + n * ys[n - 1], f(z), rtol=1e-13, atol=1e-13)


def test_removable_singularities_have_their_limits() -> None:
    """To third order: sinc'' = -pi^2/3, exprel = (e^z - 1)/z has derivatives 1/2, 1/3, 1/4 at 0."""
    derivative: Any = np.sinc
    for expected in (0.0, -(np.pi**2) / 3, 0.0):
        derivative = ac.grad(derivative)
        assert float(derivative(0.0)) == pytest.approx(expected, abs=1e-12)
    derivative = sp.exprel
    for expected in (1 / 2, 1 / 3, 1 / 4):
        derivative = ac.grad(derivative)
        assert float(derivative(0.0)) == pytest.approx(expected)
    assert float(ac.grad(lambda b: sp.boxcox(2.0, b))(0.0)) == pytest.approx(np.log(2) ** 2 / 2)


# -- repeated values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda a: np.sum(np.linalg.eigvalsh(a)), EYE),
        (lambda a: np.sum(np.linalg.svdvals(a) ** 2), 2 * EYE),
        (lambda a: np.linalg.norm(a, "nuc"), EYE),
        (lambda a: np.linalg.norm(a, 2), EYE / 3),
        (lambda a: np.linalg.norm(a, -2), EYE / 3),
        (lambda a: np.sum(np.linalg.eigvals(a)), EYE),
    ],
)
def test_invariant_functions_of_repeated_values_are_finite(f, expected) -> None:
    """What treats repeated values alike has a derivative, or a centre of its subdifferential."""
    np.testing.assert_allclose(gradient(f, EYE), expected, atol=1e-15)


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.linalg.eigvalsh(a)[0],
        lambda a: np.linalg.svdvals(a)[0],
        np.linalg.cond,
        lambda a: np.sum(np.linalg.eigh(a).eigenvectors[0] * np.arange(3.0)),
        lambda a: np.sum(np.linalg.svd(a).U[0] * np.arange(3.0)),
    ],
)
def test_one_of_repeated_values_has_no_derivative(f) -> None:
    """NaN, never the number that one basis among many would give."""
    assert np.isnan(gradient(f, EYE)).any()


def test_gradient_of_a_symmetric_function_is_symmetric() -> None:
    """`eigh` reads one triangle; the cotangent is that of the symmetric matrix."""
    a = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 3.0]])
    for f in (lambda a: np.linalg.eigvalsh(a)[1], lambda a: np.linalg.cholesky(a)[2, 0], lambda a: np.linalg.eigh(a)[1][0, 0]):
        g = gradient(f, a)
        np.testing.assert_array_equal(g, g.T)


def test_singular_matrices() -> None:
    """The determinant is a polynomial, exact there; its logarithm and the inverse have no derivative."""
    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    np.testing.assert_allclose(gradient(np.linalg.det, singular), [[4, -2], [-2, 1]], atol=1e-14)
    swapped = np.array([[0.0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]])
    for a in (singular, np.zeros((2, 2))):
        np.testing.assert_allclose(hessian(np.linalg.det, a).reshape(4, 4), swapped, atol=1e-14)
    assert np.isnan(gradient(lambda a: np.linalg.slogdet(a)[1], np.zeros((2, 2)))).all()
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        np.linalg.inv(ac.tensor(np.zeros((2, 2))))


def by_permutations(a):
    """The determinant by its definition."""
    total = 0.0
    for p in itertools.permutations(range(len(a))):
        sign = np.linalg.det(np.eye(len(a))[list(p)])
        total = total + sign * np.prod(ac.stack([a[i, j] for i, j in enumerate(p)]))
    return total


@pytest.mark.parametrize("order", [3, 4, 5])
@pytest.mark.parametrize("rank", range(5))
def test_high_derivatives_of_the_determinant_at_singular_matrices(rank, order) -> None:
    """Along random directions, against the definition; beyond the fourth they are 0."""
    rng = np.random.default_rng(rank)
    a = rng.standard_normal((4, rank)) @ rng.standard_normal((rank, 4))
    directions = rng.standard_normal((order, 4, 4))

    def along(f):
        for v in directions:
            f = lambda x, f=f, v=v: ac.jvp(f, (x,), (v,))[1]  # noqa: E731
        return f(a).item()

    def back(f):
        for v in directions:
            f = lambda x, f=f, v=v: np.sum(ac.grad(f)(x) * v)  # noqa: E731
        return f(a).item()

    expected = back(by_permutations)
    assert back(np.linalg.det) == pytest.approx(expected, abs=1e-11)
    assert along(np.linalg.det) == pytest.approx(expected, abs=1e-11)
    assert order <= 4 or expected == 0


# -- what no derivative determines ------------------------------------------------------------------------------------------


def test_phases_of_complex_vectors_are_undetermined() -> None:
    """LAPACK chooses them; a loss that depends on them gets NaN, one that does not a gradient."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))
    for f in (
        lambda a: np.linalg.svd(a).U[0, 0].real,
        lambda a: (
            np.linalg.eigh(a + a.conj().T).eigenvectors[0, 0].imag + np.linalg.eigh(a + a.conj().T).eigenvectors[1, 0].real
        ),
        lambda a: np.linalg.eig(a).eigenvectors[0, 1].real,
    ):
        assert np.isnan(gradient(f, z)).any()
    assert np.isfinite(gradient(lambda a: np.abs(np.linalg.svd(a).U[0, 0]), z)).all()


def test_vectors_that_complete_a_basis_are_undetermined() -> None:
    """The last columns of the full U follow from nothing; the first are as of the thin one."""
    a = np.random.default_rng(0).standard_normal((4, 2))
    assert np.isnan(gradient(lambda a: np.linalg.svd(a).U[0, 3], a)).any()
    thin = gradient(lambda a: np.linalg.svd(a, full_matrices=False).U[0, 1], a)
    np.testing.assert_allclose(gradient(lambda a: np.linalg.svd(a).U[0, 1], a), thin, rtol=1e-12)
    with pytest.raises(ac.UnsupportedFunction, match=r"qr\(mode='complete'\) of shape \(4, 2\) has a result"):
        np.linalg.qr(ac.tensor(a, requires_grad=True), mode="complete")


# -- ties and permutations ----------------------------------------------------------------------------------------------------


def test_order_statistics_go_through_the_permutation() -> None:
    """The elements that were read get the cotangent, with the weights of the interpolation."""
    np.testing.assert_allclose(gradient(np.median, [3.0, 1.0, 2.0, 5.0]), [0.5, 0, 0.5, 0])
    np.testing.assert_allclose(gradient(lambda x: np.quantile(x, 0.3), [3.0, 1.0, 2.0, 5.0]), [0, 0.1, 0.9, 0], atol=1e-15)
    np.testing.assert_allclose(gradient(lambda x: np.sort(x)[0], [2.0, 1.0, 3.0]), [0, 1, 0])


def test_logarithms_times_a_factor_of_zero() -> None:
    """x log(y) has the derivative log(y) at x = 0, and 0 where y is 0 too, as the product."""
    np.testing.assert_allclose(gradient(lambda t: sp.xlogy(t, np.array([2.0, 0.0])).sum(), [0.0, 0.0]), [np.log(2), 0])
    np.testing.assert_allclose(gradient(lambda t: sp.xlog1py(t, np.array([2.0, -1.0])).sum(), [0.0, 0.0]), [np.log(3), 0])
    np.testing.assert_allclose(gradient(lambda t: sp.xlogy(np.array([0.0, 3.0]), t).sum(), [0.0, 2.0]), [0, 1.5])
    np.testing.assert_allclose(gradient(lambda t: sp.xlog1py(np.array([0.0, 3.0]), t).sum(), [-1.0, 1.0]), [0, 1.5])


def test_nan_blind_reductions_send_nothing_to_nan() -> None:
    """And ties share."""
    x = [1.0, 2.0, 2.0, np.nan]
    np.testing.assert_array_equal(gradient(np.nanmax, x), [0, 0.5, 0.5, 0])
    np.testing.assert_array_equal(gradient(np.nansum, x), [1, 1, 1, 0])
    np.testing.assert_allclose(gradient(np.nanmean, x), [1 / 3, 1 / 3, 1 / 3, 0])
    np.testing.assert_allclose(gradient(np.nanmedian, x), [0, 1, 0, 0])
    np.testing.assert_array_equal(gradient(np.nanprod, x), [4, 2, 2, 0])
    np.testing.assert_array_equal(gradient(np.nanmedian, [np.nan, np.nan]), [0, 0])


def test_quantiles_of_nan_go_to_it() -> None:
    """The result is that element."""
    np.testing.assert_array_equal(gradient(np.median, [1.0, np.nan, 2.0]), [0, 1, 0])
    np.testing.assert_array_equal(gradient(lambda x: np.quantile(x, 0.3), [3.0, 1.0, np.nan]), [0, 0, 1])


def test_quantiles_of_whole_numbers_have_a_slope_in_the_fraction() -> None:
    """n - 1 times the difference of the two elements."""
    for f, scale in ((np.quantile, 1), (np.nanquantile, 1), (np.percentile, 100), (np.nanpercentile, 100)):
        slope = gradient(lambda q, f=f: f(np.array([7, 1, 4]), q), 0.3 * scale)
        np.testing.assert_allclose(slope, 2 * 3 / scale)


def test_quantiles_beside_infinities() -> None:
    """Between two equal ones lies the same, of which NumPy makes NaN; on the way to one lies it."""
    for x, q, expected in (
        ([np.inf, np.inf], 0.3, np.inf),
        ([1.0, np.inf], 0.7, np.inf),
        ([-np.inf, -np.inf, 1.0], 0.2, -np.inf),
    ):
        with np.errstate(invalid="ignore"):
            assert np.quantile(ac.tensor(x, requires_grad=True), q).item() == expected


def test_piecewise_calls_no_function_with_no_elements() -> None:
    """Which may have no value for none."""
    y = np.piecewise(ac.tensor([1.0, 2.0], requires_grad=True), [[False, False], [True, True]], [np.max, np.square])
    np.testing.assert_array_equal(y.numpy(), [1, 4])


# -- errors -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (
            lambda t: sp.jv(t, 1.0),
            r"scipy.special.jv is not differentiable here in the parameter .* t.detach",
        ),
        (lambda t: ac.special.zeta(t, 1.0), "special.zeta is differentiable in q only"),
        (lambda t: np.pad(t, 1, mode=lambda *a: None), r"np.pad\(mode=function\) lets a function write"),
        (
            lambda t: np.quantile(np.arange(3.0) + 0 * t[0], t, method="hazen"),
            r"quantile\(method='hazen'\) of a Tensor q is not",
        ),
        (lambda t: np.polyfit(np.arange(4.0) + t[0], np.arange(4.0), 1, full=True), "use np.linalg.lstsq on np.vander"),
        (lambda t: np.take(t, 1.5), r"take by an index of dtype float64; convert it with .astype\(int\)"),
        (lambda t: np.sum(t, out=np.zeros(())), r"out=...\) writes into an array the graph may still need"),
    ],
)
def test_what_has_no_rule_says_so(f, message) -> None:
    """With what it is about and what to do instead."""
    with pytest.raises(ac.UnsupportedFunction, match=message):
        ac.grad(lambda t: np.sum(f(t)))(np.array([0.2, 0.4]))
