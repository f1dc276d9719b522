"""Derivatives at kinks, ties and limits: every row of the published table, and silent mistakes of other libraries by number.

The principle: at a kink the centre of the subdifferential, at a removable singularity the limit, else an honest NaN.
"""

import math
import sys
import warnings

import numpy as np
import pytest

import autograd_core as ac
import nn

NAN = math.nan


def d(f, x, order=1):
    """The derivative of a function of one number."""
    for _ in range(order):
        f = ac.grad(f)
    return f(float(x)).item()


def gradient(f, *xs):
    """Gradients of the sum of `f`, as nested lists."""
    gs = ac.grad(lambda *ts: np.sum(f(*ts)), tuple(range(len(xs))))(*(np.asarray(x, float) for x in xs))
    return gs[0].tolist() if len(xs) == 1 else [g.tolist() for g in gs]


def leaf(x):
    return ac.tensor(x, requires_grad=True)


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


# -- silent mistakes seen elsewhere, by their number ----------------------------------------------------------------------

MASK = np.array([True, False, True])


@pytest.mark.parametrize("f", [np.sum, np.mean, np.prod, np.var, np.std])
def test_1_where_is_honoured_in_gradients(f):
    x = np.array([2.0, 5.0, 3.0])
    assert gradient(lambda t: f(t, where=MASK), x)[1] == 0
    expected = gradient(f, x[MASK])
    assert [gradient(lambda t: f(t, where=MASK), x)[i] for i in (0, 2)] == pytest.approx(expected)


@pytest.mark.parametrize("f", [np.sum, np.mean, np.prod, np.var, np.std])
@pytest.mark.parametrize("left_out", [math.nan, math.inf])
def test_1_nothing_comes_from_what_where_leaves_out(f, left_out):
    """Also where it is not finite, to second order."""
    x, full = np.array([2.0, 3.0]), lambda t: np.where(MASK, t, left_out)
    there = lambda t: f(full(t), where=MASK)  # noqa: E731
    at = np.array([2.0, 5.0, 3.0])
    assert gradient(there, at) == pytest.approx(np.insert(gradient(f, x), 1, 0))
    expected = np.insert(np.insert(ac.hessian(f)(x).numpy(), 1, 0, axis=0), 1, 0, axis=1)
    np.testing.assert_allclose(ac.hessian(there)(at).numpy(), expected, atol=1e-15)


def test_1_where_and_initial_of_extremes_and_products():
    assert gradient(lambda t: np.max(t, where=MASK, initial=2.5), [2.0, 5.0, 3.0]) == [0, 0, 1]
    assert gradient(lambda t: np.max(t, where=MASK, initial=9.0), [2.0, 5.0, 3.0]) == [0, 0, 0]
    assert gradient(lambda t: np.prod(t, initial=10.0), [2.0, 3.0]) == [30, 20]
    assert gradient(lambda t: np.sum(t, initial=10.0), [2.0, 3.0]) == [1, 1]


def test_2_broadcast_operands_of_where_and_einsum():
    assert gradient(lambda a, b: np.where([[True], [False]], a, b), [1.0, 2.0, 3.0], 5.0) == [[1, 1, 1], 3]
    assert gradient(lambda a: np.einsum("ii", a), np.eye(2)) == [[1, 0], [0, 1]]
    assert gradient(lambda a: np.einsum("iij->ij", a), np.ones((2, 2, 1))) == [[[1], [0]], [[0], [1]]]
    assert gradient(lambda a, b: np.einsum("ij,ij->i", a, b), np.ones((1, 2)), [[3.0]]) == [[[3, 3]], [[2]]]


def test_3_conversions_keep_history():
    x = leaf(2.0)
    (x.astype("f4") * 3).backward()
    assert x.grad.item() == 3
    for make in (ac.tensor, ac.asarray, ac.stack):
        assert make([x, x * x]).requires_grad
    with pytest.raises(ac.HistoryError):
        np.array([x, x])
    with pytest.raises(ac.HistoryError):
        math.sin(x)


def test_4_backward_twice_raises_and_grads_accumulate():
    x = leaf(2.0)
    y = x * x
    y.backward()
    with pytest.raises(ac.GraphReleasedError):
        y.backward()
    (x * 3).backward()
    assert x.grad.item() == 7


def test_5_arrays_the_engine_made_cannot_be_changed():
    x = leaf(np.ones(3))
    y = np.exp(x)
    for array in (x.numpy(), y.numpy(), y.data):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5


def test_6_integer_leaves_raise():
    with pytest.raises(ac.DtypeError):
        ac.tensor([1, 2], requires_grad=True)


def test_7_second_derivatives_through_saved_values():
    """A detached saved value makes these silently wrong."""
    for f, second in (
        (np.exp, math.exp(0.5)),
        (np.tanh, -2 * math.tanh(0.5) * (1 - math.tanh(0.5) ** 2)),
        (np.sqrt, -0.25 * 0.5**-1.5),
        (lambda x: 1 / x, 2 / 0.5**3),
        (lambda x: x / (x + 1), -2 / 1.5**3),
        (lambda x: x**2.5, 2.5 * 1.5 * 0.5**0.5),
    ):
        assert d(f, 0.5, 2) == pytest.approx(second)


def test_8_python_protocols():
    x = leaf(-2.5)
    assert abs(x).item() == 2.5
    assert round(x) == -2
    assert [t.item() for t in divmod(x, 2)] == [-2.0, 1.5]
    assert (x % 2).item() == 1.5
    assert (7 % x).item() == -0.5
    assert f"{x:.2f}" == "-2.50"
    assert f"{x * 2:>8.1f}" == "    -5.0"


def test_9_depth_beyond_the_recursion_limit():
    x = leaf(1.0)
    y = x
    for _ in range(3 * sys.getrecursionlimit()):
        y = np.sin(y) + x
    y.backward()
    assert math.isfinite(x.grad.item())


def test_11_duplicate_and_outside_indices():
    x = leaf(np.zeros(3))
    x[[0, 0, 2]].sum().backward()
    assert x.grad.tolist() == [2, 0, 1]
    for index in (3, -4, [0, 3], (slice(None), 0)):
        with pytest.raises(IndexError):
            x[index]


def test_12_functions_that_others_miss():
    x = np.array([1.0, 2.0, 3.0])
    assert gradient(np.cumprod, x) == [1 + 2 + 6, 1 + 3, 2]
    assert gradient(lambda t: np.flip(t) * x, x) == [3, 2, 1]
    assert gradient(lambda t: np.broadcast_to(t, (4, 2, 3)), x) == [8, 8, 8]
    assert gradient(np.fmod, 7.0, 2.0) == [1, -3]


def test_no_walk_warns():
    """Infinities and NaN in a backward pass are numbers there, not warnings; the NaN finder is for finding them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = leaf([0.0, 1.0])
        y = np.sqrt(x)
        y.sum().backward()
    assert x.grad.tolist() == [math.inf, 0.5]
