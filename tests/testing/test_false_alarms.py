"""No false alarm beside kinks, cusps and ties, where each of these once was one; and no wrong rule that passes for a kink."""

import warnings

import numpy as np
import pytest

import autograd_core as ac
from autograd_core.testing import AccuracyWarning, DerivativeError, check_gradients

from .false_alarms import SOURCES, drawn


@pytest.mark.filterwarnings("ignore::autograd_core.testing.AccuracyWarning")
@pytest.mark.parametrize(
    ("f", "x", "dtype"),
    [
        pytest.param(lambda x: np.sort(x) * np.arange(1.0, 5.0).astype(x.dtype), [0.8277] * 4, "f4", id="four ties"),
        pytest.param(np.median, [1.0, 1 + 1e-6, 1 - 3e-6], "f4", id="a window narrower than rounding"),
        pytest.param(lambda x: np.abs(x) ** 1.5, [8e-13, 4e-16, 1e-8, 1.3e-8], "f8", id="infinite second derivatives"),
        pytest.param(np.cbrt, [-2.2e-16, 3.97e-3, 1e-8], "f8", id="infinite derivatives of three sizes"),
        pytest.param(np.cbrt, [6.38e-14], "f4", id="a spike"),
        pytest.param(lambda x: np.hypot(x, 2 * x), [-1e-10, -0.845, -1.54, -7e-9], "f4", id="rounding in the derivative"),
        pytest.param(lambda x: np.maximum(x, 0.5), 0.5 + np.array([1e-14, -1e-14, 1e-15, 0.0]), "f8", id="kinks that cancel"),
        pytest.param(lambda x: np.abs(x) ** 1.5, [1e-9, -1.0], "f8", id="a complex step that is zero"),
        pytest.param(lambda x: np.arange(x[0], 4.0, like=x), [1 + 1e-5], "f8", id="a shape that changes"),
        pytest.param(lambda x: x * np.round(x), [0.5, 1.5 + 1e-12, 0.3], "f8", id="jumps"),
    ],
)
def test_what_is_right_passes(f, x, dtype):
    assert check_gradients(f, np.asarray(x, dtype), order=2)


@pytest.mark.parametrize("away", [0.3, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12])
@pytest.mark.parametrize("side", [-1, 1])
def test_the_other_side_of_a_kink_is_wrong(away, side):
    @ac.primitive
    def rectified(a):
        return np.maximum(a, 0)

    ac.elementwise(rectified, lambda g, _y, a: g * (a < 0))
    with pytest.raises(DerivativeError):
        check_gradients(rectified, np.array([side * away, 0.7, -1.3]), order=1, full=False)


def test_draws_of_every_source_pass():
    """The first of those that `python -m tests.testing.false_alarms` goes on with."""
    met = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AccuracyWarning)
        for seed in range(1, 30):
            source, _, f, xs, options = drawn(seed)
            if any(np.size(x) for x in xs if isinstance(x, np.ndarray)):
                check_gradients(f, *xs, explain=False, **options)
                met.add(source)
    assert met == set(SOURCES)


def test_complex_results_beside_a_kink():
    """A derivative by hand of a function with complex results: between the two sides in both parts."""
    from autograd_core.testing import check_derivative

    assert check_derivative(lambda x: np.abs(x) * (1 + 2j), lambda x: np.sign(x) * (1 + 2j), np.array([1e-9, -1.0, 0.0]))
    with pytest.raises(DerivativeError):
        check_derivative(lambda x: np.abs(x) * (1 + 2j), lambda x: np.sign(x) * (1 + 3j), np.array([1e-9]))


def test_given_directions_are_kept_to():
    """Elements of a symmetric matrix cannot move alone; only `full=True` moves them."""
    a = np.array([[1.0, 0.5], [0.5, -1.0]])

    def symmetric(rng):
        v = rng.standard_normal((2, 2))
        return [v + v.T]

    assert check_gradients(np.linalg.eigvalsh, a, directions=symmetric)
    with pytest.raises(DerivativeError, match="element"):
        check_gradients(np.linalg.eigvalsh, a, directions=symmetric, full=True)
