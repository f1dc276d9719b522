"""Where one more value shows a mistake: bounds, NaN, no elements, memory order, high orders, no SciPy."""

from __future__ import annotations

import itertools
import sys
import warnings
from typing import Any

import numpy as np
import pytest
import scipy.special

import autograd_core as ac
from autograd_core._rules import recurrent, special
from autograd_core._rules.analytic import bessel_i, over_argument
from autograd_core._rules.quiet import quiet

INF, NAN = np.inf, np.nan


def gradient(f: Any, x: Any) -> np.ndarray:
    return np.asarray(ac.grad(lambda t: np.sum(f(t)))(np.asarray(x)).numpy())


# -- element-wise -------------------------------------------------------------------------------------------------------------


def test_clip_moves_with_its_operands() -> None:
    """Moving all three moves the result as far, so the derivatives add up to 1, at a bound and where bounds meet too."""
    a, low, high = np.array([0.0, 1.0, 2.0, 0.0, 3.0, 1.0, 0.5]), np.zeros(7), np.array([2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 2.0])
    low[3:6] = [1.0, 2.0, 1.0]  # below, above equal bounds, on equal bounds
    found = ac.grad(lambda *xs: np.sum(np.clip(*xs)), (0, 1, 2))(a, low, high)
    np.testing.assert_array_equal(found[0], [1, 1, 1, 0, 0, 1, 1])
    np.testing.assert_array_equal(found[1], [0, 0, 0, 1, 0, 0, 0])
    np.testing.assert_array_equal(found[2], [0, 0, 0, 0, 1, 0, 0])
    below_equal = ac.grad(np.clip, (0, 1, 2))(0.0, 1.0, 1.0)
    assert [float(g) for g in below_equal] == [0, 1, 0]
    crossed = ac.grad(np.clip, (0, 1, 2))(0.0, 3.0, 1.0)  # the upper bound wins
    assert [float(g) for g in crossed] == [0, 0, 1]


def test_narrow_arctan_has_a_slope_as_exact_as_its_dtype() -> None:
    """Also where squares overflow."""
    x = np.array([0.0, 0.5, -1.0, 3.0, 300.0, 6e4], np.float16)
    exact = 1 / (1 + x.astype(float) ** 2)
    np.testing.assert_allclose(gradient(np.arctan, x).astype(float), exact, rtol=2e-3, atol=1e-7)


@pytest.mark.parametrize("name", ["sin", "sinh", "expm1", "log1p"])
@pytest.mark.parametrize("order", [5, 12, 20])
def test_high_derivatives_of_quotients_by_the_argument(name: str, order: int) -> None:
    """f(z) / z is the mean of f' between 0 and z, so its derivatives are integrals, here by a rule of Gauss."""
    s, w = np.polynomial.legendre.leggauss(60)
    s, w = (s + 1) / 2, w / 2 * ((s + 1) / 2) ** order
    z = np.array([-0.9, -0.5, -0.34, -0.33, -0.1, 0.0, 0.3, 0.49, 0.51, 0.99, 1.01, 3.0])
    if name != "log1p":
        z *= order
    u = z[:, None] * s
    slope = {
        "sin": lambda: np.cos(u + order * np.pi / 2),
        "sinh": lambda: np.cosh(u) if order % 2 == 0 else np.sinh(u),
        "expm1": lambda: np.exp(u),
        "log1p": lambda: (-1.0) ** order * np.prod(np.arange(1.0, order + 1)) / (1 + u) ** (order + 1),
    }[name]()
    exact = (slope * w).sum(-1)
    np.testing.assert_allclose(over_argument(z, name=name, order=order), exact, rtol=1e-10, atol=1e-12 * np.abs(exact).max())


@pytest.mark.parametrize("order", [0, 1, 3])
def test_modified_bessel_functions_of_numbers_of_any_size(order: int) -> None:
    """Exact up to where they overflow, as SciPy has them, in the dtype of the operand."""
    x = np.array([0.0, 0.5, -3.0, 30.0, -300.0, 700.0])
    np.testing.assert_allclose(bessel_i(x, order=order), scipy.special.iv(order, x), rtol=1e-12, atol=1e-14)
    assert bessel_i(np.zeros(0, "f4"), order=order).dtype == np.float32


@pytest.mark.parametrize("f", [ac.special.gelu, ac.special.gelu_tanh])
def test_gelu_of_any_memory_order(f: Any) -> None:
    """Value, slope and curvature are those of the elements alone, wherever these lie."""
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    one = [(float(f(v)), float(ac.grad(f)(v)), float(ac.grad(ac.grad(f))(v))) for v in x.reshape(-1)]
    expected = np.array(one).T.reshape(3, 3, 4, 5)
    for axes in itertools.permutations(range(3)):
        for order, step in itertools.product("CF", (1, -2)):
            y = np.asarray(np.transpose(x, axes), order=order)[::step]
            value, slope = f(y).numpy(), gradient(f, y)
            curvature = np.asarray(ac.hvp(lambda t: np.sum(f(t)), (y,), (np.ones_like(y),))[0])
            for found, e in zip((value, slope, curvature), expected, strict=True):
                np.testing.assert_allclose(found, np.transpose(e, axes)[::step], rtol=1e-12, atol=1e-14)


def test_erf_without_scipy(monkeypatch) -> None:
    """The standard library's, for any shape and dtype, an empty array among them."""
    of_scipy = special._erf.__wrapped__()
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    erf = special._erf.__wrapped__()
    assert erf is not of_scipy
    for x in (np.linspace(-3, 3, 7), np.float32([[0.1, 2.0]]), np.zeros((0, 2)), np.zeros(0, "f4"), np.array(0.3)):
        y = erf(x)
        assert (y.shape, y.dtype) == (x.shape, x.dtype)
        np.testing.assert_allclose(y, of_scipy(x), rtol=1e-6 if x.dtype == np.float32 else 1e-14)


# -- reductions ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extreme", [np.max, np.min])
def test_the_extreme_of_nan_goes_to_nan(extreme: Any) -> None:
    """NaN ties with NaN, and with no number."""
    np.testing.assert_array_equal(gradient(extreme, [1.0, NAN, 3.0, NAN]), [0, 0.5, 0, 0.5])
    x = np.array([[1.0, NAN], [2.0, 2.0], [NAN, NAN]])
    np.testing.assert_array_equal(gradient(lambda t: extreme(t, axis=1), x), [[0, 1], [0.5, 0.5], [0.5, 0.5]])


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 1), None])
def test_sums_of_exponentials_of_nothing(axis: Any) -> None:
    """Of no terms it is -inf, along each axis, as the logarithm of a sum of none."""
    for shape in ((0, 3), (3, 0)):
        x = ac.tensor(np.zeros(shape), requires_grad=True)
        with np.errstate(divide="ignore"):
            expected = np.log(np.exp(np.zeros(shape)).sum(axis=axis))
        for found in (special.logsumexp(x, axis=axis), special.logsumexp(x, axis=axis, keepdims=True)):
            np.testing.assert_array_equal(found.numpy().reshape(expected.shape), expected)
        assert special.softmax(x, axis=axis).shape == special.log_softmax(x, axis=axis).shape == shape


def test_infinite_terms_of_sums_of_exponentials() -> None:
    """Nothing at -inf, everything at inf."""
    for x, expected in (([-INF, -INF], -INF), ([-INF, 2.0], 2.0), ([INF, 2.0], INF), ([INF, -INF], INF)):
        assert special.logsumexp(ac.tensor(x, requires_grad=True)).item() == expected
    np.testing.assert_array_equal(special.softmax(np.array([-INF, 2.0])), [0, 1])
    np.testing.assert_array_equal(special.log_softmax(np.array([-INF, 2.0])), [-INF, 0])


@pytest.mark.parametrize("requires_grad", [True, False])
def test_methods_of_ufuncs_make_tensors_of_nothing(requires_grad: bool) -> None:
    """Though no element has a history."""
    x = ac.tensor(np.ones((0, 2)), requires_grad=requires_grad)
    for y in (
        np.hypot.reduce(x, axis=0),
        np.hypot.reduce(x, axis=1),
        np.logaddexp.accumulate(x),
        np.hypot.reduceat(x, [0], axis=1),
    ):
        assert isinstance(y, ac.Tensor)


def test_an_out_of_nothing_is_none() -> None:
    """As NumPy takes it; an array is refused."""
    x = ac.tensor([1.0, 2.0], requires_grad=True)
    for out in (None, (None,)):
        np.testing.assert_array_equal(ac.exp(x, out=out).numpy(), np.exp([1.0, 2.0]))
    assert ac.add(x, x, out=None, where=np._NoValue).requires_grad
    for out in (np.zeros(2), (np.zeros(2),)):
        with pytest.raises(ac.UnsupportedFunction, match=r"np.exp\(out=...\) writes into an array"):
            ac.exp(x, out=out)


# -- sequences ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outputs", [(0,), (1,), (2,), (3,), (1, 3), (0, 2), (0, 1, 2, 3)])
def test_each_output_of_a_scan_alone(outputs: tuple[int, ...]) -> None:
    """The rule does not need a cotangent for each: states, cells, gates and bounded cells, as second derivatives send them."""
    rng = np.random.default_rng(1)
    xs = [rng.uniform(-0.8, 0.8, shape) for shape in ((3, 2, 8), (8, 2), (2, 2), (2, 2))]
    weights = [rng.uniform(-1, 1, (3, 2, n)) for n in (2, 2, 8, 2)]

    def f(*operands: Any) -> Any:
        ys = recurrent.lstm_scan(*operands)
        return sum(np.sum(ys[k] * weights[k]) for k in outputs)

    ac.testing.check_gradients(f, *xs, order=1)


@pytest.mark.parametrize(
    "shapes",
    [
        ((0, 2, 8), (8, 2), (2, 2), (2, 2)),
        ((3, 2, 7), (7, 1), (2, 1), (2, 1)),
        ((3, 2, 8), (8, 3), (2, 2), (2, 2)),
        ((3, 2, 8), (8, 2), (1, 2), (2, 2)),
        ((3, 2, 8), (8, 2), (2, 2), (2, 3)),
    ],
)
def test_an_lstm_refuses_shapes_that_do_not_fit(shapes: Any) -> None:
    """No steps, rows that are not four gates, and each operand of another size alone."""
    with pytest.raises(ValueError, match=r"must be \(T, B, 4H\), \(4H, H\), \(B, H\) and \(B, H\)"):
        ac.lstm(*map(np.ones, shapes))


def test_an_lstm_returns_all_states_and_cells() -> None:
    """What it computes step by step, and nothing of what the rule keeps besides."""
    states, cells = ac.lstm(*map(np.ones, ((3, 2, 8), (8, 2), (2, 2), (2, 2))))
    assert states.shape == cells.shape == (3, 2, 2)
    state, cell, sigmoid = 1.0, 1.0, ac.special.expit
    for k in range(3):  # both parts of the state are equal, so a row of ones adds it twice
        z = 1 + 2 * state
        cell = sigmoid(z) * cell + sigmoid(z) * np.tanh(z)
        state = sigmoid(z) * np.tanh(cell)
        np.testing.assert_allclose(states.numpy()[k], state, rtol=1e-14)
        np.testing.assert_allclose(cells.numpy()[k], cell, rtol=1e-14)


# -- warnings -----------------------------------------------------------------------------------------------------------------


def test_quiet_ignores_all_or_the_errors_named() -> None:
    """And nothing afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert quiet(np.divide, 1.0, 0.0) == INF
        assert np.isnan(quiet(np.log, -1.0))
        assert quiet(np.log, 0.0, divide="ignore") == -INF
        with pytest.raises(RuntimeWarning, match="invalid value"):
            quiet(np.log, -1.0, divide="ignore")
        with pytest.raises(RuntimeWarning, match="divide by zero"):
            np.log(np.zeros(1))
