"""float16 has no number above 65,504 and no odd one above 2,048: counts, places and powers are not kept in it."""

import numpy as np
import pytest

import autograd_core as ac
from autograd_core._rules import activations

MANY = 70_000
EVERYWHERE = np.ones(MANY, bool)


@pytest.mark.parametrize(
    "f",
    [
        np.mean,
        np.nanmean,
        lambda x: np.mean(x, where=EVERYWHERE),
        lambda x: np.mean(x.reshape(2, -1), axis=(0, 1), keepdims=True).sum(),
        np.max,
        np.min,
        np.nanmax,
    ],
)
def test_many_elements_share_a_cotangent(f):
    """A count that became infinity made every share 0."""
    g = ac.grad(f)(np.zeros(MANY, np.float16))
    assert g.dtype == np.float16
    np.testing.assert_allclose(g.numpy(), np.float16(1 / MANY))


@pytest.mark.parametrize(
    "f",
    [
        np.var,
        np.std,
        np.nanvar,
        lambda x: np.var(x, ddof=1),
        lambda x: np.var(x, where=EVERYWHERE),
        lambda x: np.var(x.reshape(-1, 1), axis=0, keepdims=True),
        np.median,
        np.nanmedian,
        lambda x: np.quantile(x, 0.3),
        lambda x: np.quantile(x[:5001], np.array([0.3, 0.9], np.float16)),
    ],
)
def test_statistics_of_many_elements_are_numpy_s(f):
    """Their count, or the place of an element, is beyond float16."""
    x = (np.random.default_rng(0).permutation(MANY) / MANY / 50).astype(np.float16)
    y = f(ac.tensor(x, requires_grad=True))
    assert y.dtype == np.float16
    np.testing.assert_allclose(y.numpy(), f(x), rtol=5e-3)


def test_places_beyond_2048_are_not_rounded():
    """Place 2,499 is not in float16; a jump there shows which element was read."""
    x = np.repeat(np.array([0.0, 1.0], np.float16), [2500, 2499])
    for f in (np.median, np.nanmedian, lambda x: np.median(np.stack([x, x + np.float16(np.nan)]), axis=1)[0]):
        assert f(ac.tensor(x, requires_grad=True)).item() == 0
        assert x[ac.grad(f)(x).numpy() != 0].tolist() == [0]
    q = np.array([2047 / 4096], np.float16)  # place 2498.8 of 5000
    x = np.repeat(np.array([0.0, 1.0], np.float16), [2499, 2502])
    expected = np.quantile(x.astype(float), q.astype(float))
    for fractions in (q, ac.tensor(q, requires_grad=True)):
        np.testing.assert_allclose(
            np.quantile(ac.tensor(x, requires_grad=True), fractions).detach().numpy(), expected, rtol=1e-3
        )


def test_places_in_float32_are_numpys():
    """They are computed in the dtype of the elements, as NumPy does."""
    x = np.linspace(0, 1, 1001, dtype=np.float32) ** 2
    for q in (0.3, 0.123456789, 0.9999):
        assert np.quantile(ac.tensor(x, requires_grad=True), q).item() == pytest.approx(np.quantile(x, q).item(), abs=1e-7)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_sinc_of_float16_is_finite(order):
    """Its power series has powers that leave the dtype, and infinity times a coefficient of 0 is NaN."""
    f = np.sinc
    for _ in range(order):
        f = ac.grad(f)
    for x in (0.25, 0.5, 0.75, 1.5):
        assert f(np.float16(x)).item() == pytest.approx(f(x).item(), abs=0.02)


@pytest.mark.parametrize("f", [np.arctan, np.arcsinh, lambda x: np.arctan2(x, 2.0), lambda x: np.arctan2(2.0, x)])
@pytest.mark.parametrize("x", [300.0, -1000.0])
def test_squares_beyond_float16_leave_a_slope(f, x):
    """Infinity in the denominator made it 0."""
    assert ac.grad(f)(np.float16(x)).item() == pytest.approx(ac.grad(f)(x).item(), rel=1e-2, abs=6e-8)


@pytest.mark.parametrize("x", [1e-200, 1e200])
def test_squares_beyond_float64_leave_a_slope(x):
    assert ac.grad(np.arcsinh)(x).item() == pytest.approx(1 / np.hypot(1, x))
    for g, sign in zip(ac.grad(np.arctan2, (0, 1))(x, x), (1, -1), strict=True):
        assert g.item() == pytest.approx(sign * 0.5 / x)


@pytest.mark.parametrize("f", [activations.gelu, activations.gelu_tanh])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_gelu_of_the_largest_numbers(f, dtype):
    """It is 0 or its operand there: no power of that overflows."""
    largest = np.array(float(np.finfo(dtype).max), dtype)
    for x, slope in ((largest, 1.0), (-largest, 0.0), (np.array(300, dtype), 1.0), (np.array(-300, dtype), 0.0)):
        assert f(ac.asarray(x)).item() == x * slope
        assert ac.grad(f)(x).item() == slope
        assert ac.grad(ac.grad(f))(x).item() == 0
