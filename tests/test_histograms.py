"""Counting into bins that differ from each other, are empty, or are made from one number or none."""

import numpy as np
import pytest

import autograd_core as ac

from .test_calls import agrees, refused

W = np.array([1.0, 2.0, 0.5, 4.0, 3.0])
SAMPLE = np.array([[0.5, 3.0, -1.0], [1.5, 0.2, 0.0], [0.7, 0.9, 1.0], [2.4, 1.0, 1.0], [1.0, 9.0, 0.2]])
EDGES = [np.array([0.0, 1.0, 2.5]), np.array([0.0, 0.5, 2.0, 4.0]), np.array([-1.0, 0.5, 1.0, 1.0, 3.0])]


@pytest.mark.parametrize("density", [False, True])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_each_axis_has_its_own_bins(axes, density):
    edges = [EDGES[i][[0, 1, -1]] if density else EDGES[i] for i in range(axes)]
    agrees(lambda w: np.histogramdd(SAMPLE[:, :axes], edges, None, density, w)[0], W)
    if axes == 2:
        agrees(lambda w: np.histogram2d(*SAMPLE[:, :2].T, edges, None, density, w)[0], W)
        agrees(lambda w: np.histogram2d(*SAMPLE[:, :2].T, [3, 2], None, density, w)[0], W)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.histogram_bin_edges(x, 3), W[:1]),
        (lambda x: np.histogram_bin_edges(x, 3), W[:0]),
        (lambda x: np.histogram_bin_edges(x, 3, (0.0, 2.0)), W),
        (lambda x: np.histogram_bin_edges(x, 2), np.stack([W, -W])),
        (lambda x: np.histogram_bin_edges(W, x), np.sort(W)),
        (lambda x: np.histogram(np.arange(5.0), [0, 1, 1, 4], None, None, x), W),
        (lambda x: np.histogram([0.0, -1.0, 4.0, 5.0, np.nan], [0, 1, 4], None, None, x), W),
        (lambda x: np.bincount([3, 0, 3, 1, 1], x, 0), W),
    ],
)
def test_values_and_derivatives(f, x):
    agrees(f, x)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.bincount(np.zeros((5, 1), int), x[:, None]),
        lambda x: np.bincount(np.array(0), x[0]),
        lambda x: np.bincount(np.zeros(4, int), x),
        lambda x: np.bincount(np.zeros(1, int), x),
        lambda x: np.bincount(np.zeros(5, int) - 1, x),
        lambda x: np.histogram(W, [0.0, 2.0, 1.0], None, None, x),
        lambda x: np.histogram(W, 3, None, None, x[:2]),
    ],
)
def test_what_numpy_refuses(f):
    refused(f, W)


def test_the_bins_of_one_number_move_with_it():
    np.testing.assert_array_equal(ac.jacobian(lambda x: np.histogram_bin_edges(x, 3))(W[:1]).numpy(), np.ones((4, 1)))
