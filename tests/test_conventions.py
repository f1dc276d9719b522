"""Derivatives at kinks, ties and limits: every row of the published table.

The principle: at a kink the centre of the subdifferential, at a removable singularity the limit, else an honest NaN.
"""

import math
import warnings

import numpy as np
import pytest

import autograd_core as ac
import nn

from .derivatives import d, gradient, leaf

NAN = math.nan


# -- the table ------------------------------------------------------------------------------------------------------------


def test_abs_at_zero():
    assert d(abs, 0.0) == 0
    assert d(np.fabs, 0.0) == 0
    assert ac.grad(abs)(0j).item() == 0


@pytest.mark.parametrize("extreme", [np.max, np.min, np.amax, np.amin])
def test_extremes_share_among_ties(extreme):
    assert gradient(extreme, [2.0, 2.0, 2.0]) == pytest.approx([1 / 3] * 3)
    x = [[1.0, 1.0], [3.0, 0.0]]
    expected = [[0.5, 0.5], [1, 0]] if extreme in (np.max, np.amax) else [[0.5, 0.5], [0, 1]]
    assert gradient(lambda t: extreme(t, axis=1), x) == expected


@pytest.mark.parametrize("f", [np.maximum, np.minimum, np.fmax, np.fmin])
def test_two_equal_operands_get_half_each(f):
    assert gradient(f, 1.0, 1.0) == [0.5, 0.5]
    assert d(lambda x: f(x, x), 1.0) == 1


@pytest.mark.parametrize("order", [1, 2, 3])
def test_relu_at_zero(order):
    assert d(ac.relu, 0.0, order) == 0
    assert d(ac.relu, 1.0, order) == (1 if order == 1 else 0)


def test_clip_at_its_bounds():
    assert gradient(lambda t: np.clip(t, -1.0, 1.0), [-2, -1, 0, 1, 2]) == [0, 1, 1, 1, 0]
    assert gradient(lambda t: t.clip(max=1.0), [1, 2]) == [1, 0]
    assert gradient(lambda t, low: np.clip(t, low, 3.0), [0.0, 1.0, 2.0], [1.0, 1.0, 1.0]) == [[0, 1, 1], [1, 0, 0]]


def test_max_pool_takes_the_first_of_ties():
    """In row-major order, as PyTorch's."""
    x = np.ones((1, 1, 2, 2))
    assert ac.grad(lambda t: ac.max_pool(t, 2).sum())(x).tolist() == [[[[1, 0], [0, 0]]]]
    x = np.array([[[1.0, 2.0, 2.0, 1.0]]])
    assert ac.grad(lambda t: ac.max_pool(t, 2, stride=1).sum())(x).tolist() == [[[0, 2, 1, 0]]]


@pytest.mark.parametrize(("f", "low", "high"), [(nn.functional.hardtanh, -1.0, 1.0), (nn.functional.relu6, 0.0, 6.0)])
def test_hard_activations_at_their_bounds(f, low, high):
    """As PyTorch's, of which `clip` at a bound is not one."""
    assert gradient(f, [low - 1, low, (low + high) / 2, high, high + 1]) == [0, 0, 1, 0, 0]


@pytest.mark.parametrize("whole", [np.array([1, 2]), np.array([True, False])])
def test_whole_numbers_get_no_cotangent(whole):
    """Beside a floating operand; alone they raise (6)."""
    t, x = ac.tensor(whole), leaf([3.0, 4.0])
    (t * x + np.where(t, x, 0) + x ** t.astype(int)).sum().backward()
    assert t.grad is None
    assert not t.requires_grad
    assert x.grad.dtype == np.float64
    with pytest.raises(ac.DtypeError):
        ac.grad(lambda n: (n * x).sum())(whole)


def test_max_pool_goes_to_nan():
    x = np.array([[[1.0, NAN, 3.0, 2.0, NAN, 0.0]]])
    assert ac.grad(lambda t: ac.max_pool(t, 2).sum())(x).tolist() == [[[0, 1, 1, 0, 1, 0]]]


def test_copysign_at_zero():
    assert gradient(lambda t: np.copysign(t, -1.0), [0.0, 2.0]) == [0, -1]


@pytest.mark.parametrize(
    ("x", "expected"),
    [([2.0, 3.0, 4.0], [12, 8, 6]), ([2.0, 0.0, 4.0], [0, 8, 0]), ([0.0, 0.0, 4.0], [0, 0, 0]), ([0.0], [1])],
)
def test_prod_with_zeros(x, expected):
    assert gradient(np.prod, x) == expected
    hessian = ac.hessian(np.prod)(np.array(x)).numpy()
    exact = [
        [np.prod([v for k, v in enumerate(x) if k not in (i, j)]) if i != j else 0 for j in range(len(x))]
        for i in range(len(x))
    ]
    np.testing.assert_array_equal(hessian, exact)
    assert gradient(lambda t: np.cumprod(t)[-1], x) == expected


def test_std_and_var_of_a_constant():
    for f in (np.std, np.var):
        assert gradient(f, [3.0, 3.0, 3.0]) == [0, 0, 0]
    assert gradient(lambda t: np.std(t, axis=1), [[1.0, 1.0], [0.0, 2.0]]) == [[0, 0], [-0.5, 0.5]]


@pytest.mark.parametrize("n", range(6))
@pytest.mark.parametrize("order", range(1, 6))
def test_integer_powers_at_zero(n, order):
    """Exact to every order; the naive rule `n x^(n-1)` gives 0 x inf = NaN at the third of a square."""
    exact = math.factorial(n) if order == n else 0
    assert d(lambda x: x**n, 0.0, order) == exact
    assert d(lambda x: np.power(x, float(n)), 0.0, order) == exact
    assert d(np.square, 0.0, order) == (2 if order == 2 else 0)


def test_power_with_respect_to_its_exponent_at_zero():
    assert d(lambda y: 0.0**y, 2.0) == 0
    assert gradient(np.power, 0.0, 2.0) == [0, 0]
    assert gradient(np.power, 0.0, 0.5)[1] == 0


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_mixed_derivatives_of_a_power():
    """By either operand first: 1 / x at an exponent of 0, and log x + 1 at one of 1, infinite at x = 0."""

    def mixed(x, y):
        by_exponent, by_base = ac.grad(np.power, 1), ac.grad(np.power, 0)
        return [d(lambda x: by_exponent(x, y), x), d(lambda y: by_base(x, y), y)]

    assert d(lambda y: 0.0**y, 0.0) == d(lambda y: np.float_power(0.0, y), 0.0) == -math.inf
    assert mixed(2.0, 0.0) == [0.5, 0.5]
    assert mixed(0.0, 1.0) == [-math.inf, -math.inf]
    assert mixed(0.0, 2.5) == [0, 0]
    np.testing.assert_allclose(mixed(2.0, 1.0), 1 + math.log(2), rtol=1e-14)
    third = ac.grad(ac.grad(ac.grad(np.power, 1)))
    np.testing.assert_allclose(third(1.0, 3.0).item(), 5, rtol=1e-14)  # ((y^2 - y) log x + 2 y - 1) x^(y - 2)


def test_square_root_of_a_square_at_zero_is_nan():
    """Honest: no convention is consistent, and `abs` is there."""
    assert math.isnan(d(lambda x: np.sqrt(x * x), 0.0))
    assert math.isnan(d(lambda x: np.sqrt(np.abs(x)), 0.0))
    assert math.isnan(d(lambda x: np.cbrt(x * x), 0.0))
    assert d(np.sqrt, 0.0) == d(np.cbrt, 0.0) == math.inf
    assert d(np.sqrt, 0.0, 2) == -math.inf
    assert math.isnan(d(np.cbrt, 0.0, 2))  # minus infinity from the right, infinity from the left


def test_where_selects():
    """The selected branch's derivative where it is finite; the trap, where the branch not taken is not, is NaN and honest."""
    f = lambda x: np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0)  # noqa: E731
    assert gradient(f, [4.0, 0.0, -1.0]) == [0.25, 0, 0]
    with np.errstate(invalid="ignore"):
        trap = gradient(lambda x: np.where(x > 0, np.sqrt(x), 0.0), [4.0, -1.0])
    assert trap[0] == 0.25
    assert math.isnan(trap[1])


@pytest.mark.parametrize("f", [np.floor, np.ceil, np.rint, np.trunc, np.sign, np.round, np.signbit, np.isnan, np.argmax])
def test_locally_constant_functions_have_no_history(f):
    assert not f(leaf([1.5, -0.5])).requires_grad
    if f != np.argmax:
        assert gradient(lambda x: f(x) * x, [1.5, -0.5]) == [float(f(1.5)), float(f(-0.5))]


def test_sign_of_a_complex_number_has_a_derivative():
    z = 0.6 + 0.8j
    g = ac.grad(lambda t: np.real(np.sign(t)))(2 * z).item()
    h = 1e-6
    witness = [(np.sign(2 * z + s).real - np.sign(2 * z - s).real) / (2 * h) for s in (h, 1j * h)]
    assert g == pytest.approx(complex(*witness), abs=1e-8)


def test_mod():
    assert gradient(np.mod, 7.5, 2.0) == [1, -3]
    assert gradient(np.mod, -7.5, 2.0) == [1, 4]
    assert gradient(lambda a, b: a % b, [7.5], [2.0]) == [[1], [-3]]
    assert gradient(np.fmod, -7.5, 2.0) == [1, 3]


@pytest.mark.parametrize("f", [np.mod, np.fmod])
def test_mod_where_the_quotient_rounds_up(f):
    """1 / 0.1 is 10 in floating point, but 0.1 is a little more than a tenth and goes in nine times, leaving 0.0999..."""
    assert f(1.0, 0.1) == pytest.approx(0.1)
    assert gradient(f, 1.0, 0.1) == [1, -9]


@pytest.mark.parametrize("dtype", ["f2", "f4", "c8"])
def test_narrow_dtypes_stay_narrow(dtype):
    """HIPS drifts to float64 through `max`, `exp2` and `where`."""
    x = leaf(np.array([0.5, 1.5, 0.25], dtype))
    f = np.exp2(x) * 2.0 + np.where(np.real(x) > 1, x, 0.0) / 3 - np.mean(x) + x**2
    if dtype != "c8":
        f = f + np.max(x) + np.logaddexp(x, 1.0) + np.std(x)
    assert f.dtype == x.dtype
    np.real(f).sum().backward()
    assert x.grad.dtype == x.dtype


@pytest.mark.parametrize(
    ("ord", "expected"),
    [(None, [0, 0, 0]), (2, [0, 0, 0]), (1, [0, 0, 0]), (math.inf, [0, 0, 0])],
)
def test_norms_at_the_zero_vector(ord, expected):
    assert gradient(lambda t: np.linalg.norm(t, ord), [0.0, 0.0, 0.0]) == expected


def test_infinity_norm_shares_among_ties():
    assert gradient(lambda t: np.linalg.norm(t, math.inf), [2.0, -2.0, 1.0]) == [0.5, -0.5, 0]


def test_norm_of_one_keeps_signs():
    assert gradient(lambda t: np.linalg.norm(t, 1), [2.0, -3.0]) == [1, -1]
    assert gradient(np.linalg.norm, [3.0, -4.0]) == pytest.approx([0.6, -0.8])


@pytest.mark.parametrize(("order", "exact"), [(1, 0), (2, -(math.pi**2) / 3), (3, 0), (4, math.pi**4 / 5)])
def test_sinc_at_zero(order, exact):
    assert d(np.sinc, 0.0, order) == pytest.approx(exact, abs=1e-9)


def test_orderings_follow_the_permutation_taken():
    w = np.array([1.0, 10.0, 100.0])
    assert gradient(lambda t: np.sort(t) * w, [3.0, 1.0, 2.0]) == [100, 1, 10]
    assert gradient(np.median, [3.0, 1.0, 2.0]) == [0, 0, 1]
    assert gradient(np.median, [3.0, 1.0, 2.0, 9.0]) == [0.5, 0, 0.5, 0]
    assert gradient(lambda t: np.quantile(t, 0.25), [3.0, 1.0, 2.0]) == [0, 0.5, 0.5]
    assert sum(gradient(lambda t: np.sort(t)[:1], [1.0, 1.0])) == 1


def test_cholesky_and_eigh_gradients_are_symmetric():
    a = np.array([[4.0, 1.0], [1.0, 3.0]])
    for f in (
        lambda t: np.linalg.cholesky(t)[1, 0],
        lambda t: np.linalg.eigh(t)[0][0],
        lambda t: np.linalg.eigh(t)[1][0, 0] ** 2,
    ):
        g = ac.grad(f)(a).numpy()
        np.testing.assert_allclose(g, g.T, atol=1e-12)


def test_repeated_singular_and_eigenvalues():
    """Finite where what is asked for does not depend on the basis chosen; the basis itself has no derivative."""
    assert gradient(lambda t: np.linalg.svd(t, compute_uv=False).sum(), np.eye(2)) == pytest.approx(np.eye(2))
    assert gradient(lambda t: np.linalg.eigh(t)[0].sum(), np.eye(2)) == pytest.approx(np.eye(2))
    assert gradient(lambda t: np.linalg.eigvalsh(t).sum(), np.eye(2)) == pytest.approx(np.eye(2))
    assert not np.isfinite(gradient(lambda t: np.linalg.eigh(t)[1][1, 0], np.eye(2))).all()


def test_no_walk_warns():
    """Infinities and NaN in a backward pass are numbers there, not warnings; the NaN finder is for finding them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = leaf([0.0, 1.0])
        y = np.sqrt(x)
        y.sum().backward()
    assert x.grad.tolist() == [math.inf, 0.5]
