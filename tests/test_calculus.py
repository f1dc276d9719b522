"""Differences, integrals, interpolation, sequences and convolution: ends, ties, even and uneven spacing, and precision."""

import dask.array as da
import numpy as np
import pytest

import autograd_core as ac

from .test_calls import agrees, refused

A = np.array([1.3, -0.4, 2.2, 0.7])
B = np.array([[0.9, -1.2, 0.3], [1.4, 0.6, -0.8]])
C = np.arange(24.0).reshape(2, 3, 4) ** 1.5 / 20 + 0.1
ONE = np.array([0.8])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.diff(x, axis=0, prepend=0.5),
        lambda x: np.diff(x, axis=1, append=0.5),
        lambda x: np.diff(x, axis=1, prepend=x[:, :2], append=2.0),
        lambda x: np.diff(x, n=2, axis=0, prepend=np.zeros((2, 3)), append=x),
        lambda x: np.gradient(x, 0.5, 2.0, axis=(1, 0)),
        lambda x: np.gradient(x, 0.5, [0.0, 1.0, 3.0])[1],
        lambda x: np.cumsum(x, axis=-2),
        lambda x: np.cumprod(x, axis=-2),
        lambda x: np.cumulative_sum(x, axis=0, include_initial=True),
        lambda x: np.cumulative_prod(x, axis=1, include_initial=True),
        lambda x: np.trapezoid(x, [0.0, 1.0, 3.0], axis=-1),
        lambda x: np.trapezoid(x, x * x, axis=-2),
        lambda x: np.interp(x, [-1.2, 0.3, 0.9], [1.0, 2.0, 4.0], left=7.0, right=8.0),
        lambda x: np.interp(x, [0.3], [2.0], left=7.0, right=8.0),
        lambda x: np.interp([-3.0, 0.1, 9.0], x[0], [1.0, 2.0, 4.0], period=2.5),
        lambda x: np.linspace(x, 2 * x, 3, axis=1),
    ],
)
def test_of_matrices(f):
    agrees(f, B)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.gradient(x[:2], [0.0, 2.0]),
        lambda x: np.gradient(x, np.array([5, 3, 2, 0], np.uint8)),
        lambda x: np.gradient(x, x + np.array([0.0, 3.0, 5.0, 9.0])),
        lambda x: np.gradient(np.square(A), 1.0 + 0 * x[0] + x[0]),
        lambda x: np.gradient(np.sin(A), x * 0 + np.arange(4.0) * x[1]),
        lambda x: np.cumsum(x * 3, dtype="i1"),
        lambda x: np.cumprod(x * 3, dtype="f4"),
        lambda x: np.linspace(x[0], x[0], 1),
        lambda x: np.linspace(x[0], x[1], 2),
        lambda x: np.linspace(x[0], x[1], 1, endpoint=False, retstep=True),
        lambda x: np.linspace(x[0], x[1], 2, endpoint=False),
        lambda x: np.geomspace(x[0], x[2], 2),
        lambda x: np.geomspace(x[0], x[2], 2, endpoint=False),
        np.ediff1d,
        lambda x: np.ediff1d(x, to_begin=x[:2]),
        *(lambda x, mode=mode: np.correlate(x, A * A, mode) for mode in ("same", "full", "valid")),
        *(lambda x, mode=mode: np.correlate(x[:3], A, mode) for mode in ("same", "full", "valid")),
        *(lambda x, mode=mode: np.correlate(x, A[:3] * 1j, mode) for mode in ("same", "full", "valid")),
        *(lambda x, mode=mode: np.convolve(x, A * A, mode) for mode in ("same", "full", "valid")),
    ],
)
def test_of_vectors(f):
    agrees(f, A)


@pytest.mark.parametrize("x", [np.array(0.7), np.array([0.7])])
@pytest.mark.parametrize("axis", [0, -1, None])
def test_a_running_sum_of_one_number(x, axis):
    agrees(lambda t: np.cumsum(t, axis=axis), x)
    agrees(lambda t: np.cumprod(t, axis=axis), x)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.convolve(x, x), B),
        (lambda x: np.convolve(A, x), B),
        (lambda x: np.convolve(x[:0], A), A),
        (lambda x: np.convolve(x, A[:0]), A),
        (lambda x: np.correlate(x, A), B),
        (lambda x: np.correlate(A, x), np.array(1.0)),
        (lambda x: np.correlate(x, A[:0], "same"), A),
        (lambda x: np.geomspace(x[0], 0.0, 3), A),
        (lambda x: np.geomspace(0.0, x[0], 3), A),
        (lambda x: np.interp(x, [0.0, 1.0], [1.0, 2.0, 3.0]), A),
        (lambda x: np.gradient(x, axis=0, edge_order=2), B),
        (lambda x: np.gradient(x, [0.0], axis=0), B[:1]),
        (lambda x: np.cumsum(x, axis=2), B),
        (lambda x: np.cumsum(x, axis=1), np.array(0.7)),
    ],
)
def test_what_numpy_refuses(f, x):
    refused(f, x)


def test_evenly_spaced_coordinates_are_one_number():
    """To the last bit, as in NumPy: the formula for uneven ones rounds otherwise."""
    f = np.random.default_rng(0).standard_normal(50)
    x = np.arange(50) * 3.0
    even = np.gradient(ac.tensor(f, requires_grad=True), x)
    np.testing.assert_array_equal(even.numpy(), np.gradient(f, x))
    np.testing.assert_array_equal(even.numpy(), np.gradient(f, 3.0))


def test_each_of_evenly_spaced_coordinates_has_a_derivative():
    """Not only the first two, whose distance could stand for all."""
    f, x = np.array([1.0, 4.0, 2.0, 5.0]), np.arange(4.0)
    moved = ac.jacobian(lambda t: np.gradient(f, t))(x)
    ac.testing.check_gradients(lambda t: np.gradient(f, t), x, order=1)
    assert np.count_nonzero(moved.numpy().any(axis=0)) == 4


@pytest.mark.parametrize("spacing", [np.float64(0.5), np.array(0.5), [0.0, 0.5, 1.5], np.arange(3), 0.5, 1])
@pytest.mark.parametrize("dtype", ["f4", "c8", "f8"])
def test_a_spacing_has_no_say_in_the_precision(spacing, dtype):
    f = np.array([1.0, 3.0, 4.0], dtype)
    y = np.gradient(ac.tensor(f, requires_grad=True), spacing)
    assert y.dtype == np.gradient(f, spacing).dtype == f.dtype
    two = np.gradient(ac.tensor(np.stack([f, f, f]), requires_grad=True), spacing, spacing)
    assert [t.dtype for t in two] == [f.dtype, f.dtype]
    h = ac.tensor(0.5, requires_grad=True)
    assert np.gradient(f, h).dtype == f.dtype
    assert ac.grad(lambda t: np.gradient(f, t)[0].real)(np.float64(0.5)).dtype == np.float64


@pytest.mark.parametrize("f", [np.linspace, np.geomspace])
def test_a_sequence_of_two_ends_where_it_is_told_to(f):
    """Exactly, with all of the derivative to the end: `start + (stop - start)` would be rounded."""
    start, stop = 1e10, 0.1
    y = f(ac.tensor(start, requires_grad=True), stop, 2)
    assert y.tolist() == [start, stop]
    of_start, of_stop = ac.grad(lambda a, b: f(a, b, 2)[-1], (0, 1))(start, stop)
    assert (of_start.item(), of_stop.item()) == (0, 1)


@pytest.mark.parametrize("point", [0.0, 0.5])
def test_interpolation_between_one_point(point):
    """A constant, also at the point and for what is not a number."""
    x, fp = np.array([point - 1, point, np.nan, point + 1]), np.array([2.0])
    y = np.interp(ac.tensor(x, requires_grad=True), [point], ac.tensor(fp, requires_grad=True))
    np.testing.assert_array_equal(y.numpy(), np.interp(x, [point], fp))
    of_x, of_fp = ac.grad(lambda a, b: np.interp(a, [point], b).sum(), (0, 1))(x, fp)
    assert (of_x.tolist(), of_fp.tolist()) == ([0, 0, 0, 0], [4])


def test_interpolation_at_the_ends_and_at_repeated_points():
    """A value for what lies outside is not for the ends; where a point is repeated no slope is infinite."""
    xp, x = np.array([0.0, 0.0, 1.0, 2.0, 2.0]), np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
    fp = np.array([5.0, 1.0, 3.0, 4.0, 7.0])
    y = np.interp(ac.tensor(x, requires_grad=True), xp, fp, left=-9.0, right=9.0)
    assert y.tolist() == np.interp(x, xp, fp, left=-9.0, right=9.0).tolist() == [-9, 1, 2, 3, 7, 9]
    of_x, of_fp = ac.grad(lambda a, b: np.interp(a, xp, b).sum(), (0, 1))(x, fp)
    np.testing.assert_array_equal(of_x.numpy()[[0, 2, 3, 5]], [0, 2, 1, 0])
    np.testing.assert_array_equal(of_fp.numpy(), [1, 1.5, 1.5, 0, 2])


def test_differences_of_booleans_are_where_they_change():
    """A Dask array of them is not computed by NumPy, which has this by itself."""
    x = np.array([True, True, False, True, False, False])
    for n in (1, 2):
        y = np.diff(ac.asarray(da.from_array(x)), n).numpy()
        np.testing.assert_array_equal(y, np.diff(x, n), strict=True)
