"""Polynomials at the ends of their arguments: one coefficient, equal lengths, zeros, and what NumPy refuses."""

import numpy as np
import pytest
from numpy.polynomial import polynomial

import autograd_core as ac

from .test_calls import A, W, agrees, refused

CURVE = A * np.array([1 + 0.5j, 0.3j, -1, 2])


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.polyval([2.0, -1.0, 3.0], x), np.array([0.0, 1.5])),
        (lambda x: polynomial.polyval2d(x, x, np.ones((2, 3))), np.array([0.0, -0.5])),
        (lambda x: np.polydiv(x, [2.0, 1.0, -1.0, 0.5]), A),
        (lambda x: np.polydiv(A, x), A[::-1].copy()),
        (lambda x: np.polydiv(x, 2.0), A),
        (lambda x: np.polymul(x, np.zeros(2)), A),
        (lambda x: np.polymul(np.zeros(3), x), A),
        (np.poly, np.array([[3.0]])),
        (np.poly, np.zeros(0)),
        (lambda x: np.append(x, []), A),
        (lambda y: np.polyfit(W, y, 1), W * W),
        (lambda y: np.polyfit([0.5, 1.5, -1.0, 2.0], y, 2), CURVE),
        (lambda x: np.polyfit(x, W.imag, 1), W),
        (lambda y: np.polyfit([2.0], y, 0), A[:1]),
    ],
)
def test_values_and_derivatives_are_numpys(f, x):
    agrees(f, x)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda y: np.polyfit([1.0, 2.0], y, 1), A),
        (lambda y: np.polyfit(A, y, 1), np.ones((4, 1, 1))),
        (lambda x: np.polyfit(x, np.ones(2), 1), np.ones((2, 2))),
        (lambda y: np.polyfit([], y, 1), np.zeros(0)),
    ],
)
def test_points_that_do_not_fit_raise(f, x):
    refused(f, x)


def test_long_division_gives_back_what_was_divided():
    """The derivative of an identity, of every coefficient."""
    v = np.array([2.0, -0.7, 0.3])
    u = np.linspace(1, 2, 9)

    def again(u, v):
        q, r = np.polydiv(u, v)
        return np.polyadd(np.polymul(q, v), r)

    np.testing.assert_allclose(ac.jacobian(again)(u, v).numpy(), np.eye(9), atol=1e-13)
    np.testing.assert_allclose(ac.jacobian(again, 1)(u, v).numpy(), np.zeros((9, 3)), atol=1e-13)


def test_roots_of_very_different_sizes_keep_their_digits():
    """No root is divided out, which would lose all digits of the small ones' derivatives."""
    r = np.array([1e6, 1.0, 1e-6, -1e3, 2.0, 3.0, -1e-3])
    found = ac.jacobian(np.poly)(r).numpy()
    for i in range(r.size):
        np.testing.assert_allclose(found[1:, i], -np.poly(np.delete(r, i)), rtol=1e-12)
