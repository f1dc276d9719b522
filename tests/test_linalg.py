"""Linear algebra beyond the table of cases: what scaling, stacking and cutting off must leave alone."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import autograd_core as ac
from autograd_core._graph import ancestors

A = np.array([[0.4, 1.9, 0.3], [-1.6, 0.7, 0.2], [0.5, -0.6, 2.3]])
S = A + A.T
EYE = np.eye(3)
W = np.array([[0.3, -1.1, 0.8], [0.5, 0.2, -0.7], [1.3, -0.4, 0.6]])
TINY_AND_HUGE = pytest.mark.parametrize("c", [1e-20, 1e20])


def gradient(f: Any, x: Any) -> np.ndarray:
    return np.asarray(ac.grad(f)(np.asarray(x)).numpy())


def in_order(made: Any) -> Any:
    """Eigenvectors by their eigenvalues, which come in any order."""
    return made.eigenvectors[:, np.argsort(made.eigenvalues.detach())]


# -- scale: what is rounding is told by the size of the matrix, not by a fixed number ---------------------------------------


@TINY_AND_HUGE
@pytest.mark.parametrize(
    ("f", "degree"),
    [
        (lambda a: np.sum(W * np.linalg.eigh(a).eigenvectors ** 2), 0),
        (lambda a: np.sum(W[0] * np.linalg.eigvalsh(a)), 1),
        (lambda a: np.sum(W * np.linalg.svd(a).U ** 2) + np.sum(W * np.linalg.svd(a).Vh ** 2), 0),
        (lambda a: np.sum(W[0] * np.linalg.svdvals(a)), 1),
        (lambda a: np.sum(W * in_order(np.linalg.eig(a)) ** 2), 0),
        (lambda a: np.linalg.norm(a, 2), 1),
        (lambda a: np.linalg.norm(a, -2), 1),
        (np.linalg.cond, 0),
        (lambda a: np.sum(W * np.linalg.pinv(a, 0.5)), -1),
        (lambda a: np.sum(W * np.linalg.pinv(a - a[:, :1] @ a[:1] / a[0, 0], 1e-9)), -1),
    ],
)
def test_gradients_of_scaled_matrices(f, degree, c) -> None:
    """A function of degree k has a gradient of degree k - 1."""
    expected = gradient(f, S)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(gradient(f, c * S) / c ** (degree - 1), expected, rtol=1e-9, atol=1e-10)


@TINY_AND_HUGE
def test_repeated_singular_values_of_scaled_matrices(c) -> None:
    """They differ by rounding in proportion to the matrix."""
    q, _ = np.linalg.qr(A)
    np.testing.assert_allclose(gradient(lambda a: np.linalg.norm(a, 2), c * q), q / 3, atol=1e-14)


@pytest.mark.parametrize("c", [1e-12, 1e12])
def test_phases_are_undetermined_at_every_scale_of_the_loss(c) -> None:
    """What depends on them is told from rounding by the size of the cotangent."""
    z = A + 1j * W
    functions = (
        np.linalg.svd,
        lambda a: np.linalg.eigh(a + a.conj().T),
        np.linalg.eig,
    )
    for f, place in zip(functions, (0, 1, 1), strict=True):
        assert np.isnan(gradient(lambda a, f=f, i=place: c * np.sum(W * (f(a)[i].real + f(a)[i].imag)), z)).any()
        assert np.isfinite(gradient(lambda a, f=f, i=place: c * np.sum(W * np.abs(f(a)[i]) ** 2), z)).all()


# -- repeated values ------------------------------------------------------------------------------------------------------

TWICE = np.diag([1.0, 1.0, 3.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.sum(W[0] * np.linalg.eigh(a).eigenvectors[:, 2] ** 2) + np.linalg.eigh(a).eigenvectors[0, 2],
        lambda a: np.sum(W[0] * np.linalg.svd(a).U[:, 0] ** 2),
        lambda a: np.sum(W[0] * np.linalg.svd(a).Vh[0] ** 2),
        lambda a: np.sum(W[0] * np.linalg.svd(a).Vh[0] * np.linalg.svd(a).U[:, 0]),
        lambda a: np.sum(W[0] * np.linalg.eig(a).eigenvectors[:, 2] ** 2),
    ],
)
def test_the_vector_of_a_simple_value_beside_a_repeated_one(f) -> None:
    """Nothing arrives at the repeated ones, so it has its derivative: that of a matrix beside it, of simple values."""
    near = np.diag([1.0, 1.0 + 1e-7, 3.0])
    np.testing.assert_allclose(gradient(f, TWICE), gradient(f, near), atol=1e-6)


@pytest.mark.parametrize("place", range(2))
def test_a_vector_of_a_repeated_value_has_no_derivative(place) -> None:
    """Whichever of them is asked for; every element of the gradient says so."""
    for f in (
        lambda a: np.sum(W[0] * np.linalg.eigh(a).eigenvectors[:, place]),
        lambda a: np.sum(W[0] * np.linalg.svd(a).U[:, 1 + place]),
        lambda a: np.sum(W[0] * np.linalg.svd(a).Vh[1 + place]),
    ):
        assert np.isnan(gradient(f, TWICE)).all()


def test_a_vector_of_one_component() -> None:
    """It is 1 whatever the matrix is, zero included."""
    assert gradient(lambda a: np.linalg.eigh(a).eigenvectors[0, 0], [[0.0]]) == 0
    assert gradient(lambda a: np.linalg.eig(a).eigenvectors[0, 0], [[0.0]]) == 0


# -- inverses -------------------------------------------------------------------------------------------------------------


def test_a_singular_matrix_leaves_the_others_of_its_stack() -> None:
    """Its gradient is NaN, theirs are what they are alone."""
    a = np.stack([A[:2, :2], np.ones((2, 2)), A[1:, 1:]])
    for stack in (a, np.stack([a, a[::-1]])):
        g = gradient(lambda x: np.sum(np.linalg.slogdet(x)[1]), stack)
        for x, part in zip(stack.reshape(-1, 2, 2), g.reshape(-1, 2, 2), strict=True):
            singular = np.linalg.matrix_rank(x) < 2
            expected = np.full((2, 2), np.nan) if singular else np.linalg.inv(x).T
            np.testing.assert_allclose(part, expected)


def test_a_cutoff_below_every_value_changes_nothing() -> None:
    """Repeated values are no matter for the inverse: dA = -Y^T G Y^T."""
    np.testing.assert_allclose(gradient(lambda a: np.sum(W * np.linalg.pinv(a, 1e-6)), 2 * EYE), -W / 4)
    np.testing.assert_allclose(gradient(lambda a: np.sum(W * np.linalg.lstsq(a, EYE)[0]), 2 * EYE), -W / 4)


def test_what_is_at_the_cutoff_is_cut_off() -> None:
    """As what is just below it."""

    def f(a):
        return np.sum(W[:2, :2] * np.linalg.pinv(a, 0.5))

    np.testing.assert_allclose(gradient(f, np.diag([2.0, 1.0])), gradient(f, np.diag([2.0, 1 - 1e-9])), atol=1e-7)


# -- determinants ---------------------------------------------------------------------------------------------------------


def third(a: Any, v: Any) -> np.ndarray:
    """The third derivative of the determinant along one direction."""

    def along(f):
        return lambda x: np.sum(ac.grad(lambda x: np.sum(f(x)))(x) * v, axis=(-2, -1))

    return np.asarray(along(along(along(np.linalg.det)))(a).numpy())


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7])
def test_third_derivatives_of_determinants(n) -> None:
    """det(A + t V) = det(A) sum t^k e_k, with the elementary symmetric polynomials of the eigenvalues of A^-1 V."""
    rng = np.random.default_rng(n)
    a, v = rng.standard_normal((2, n, n))
    expected = 6 * np.linalg.det(a) * -np.poly(np.linalg.eigvals(np.linalg.inv(a) @ v))[3].real
    np.testing.assert_allclose(third(a, v), expected, rtol=1e-9)
    stack = np.stack([a, 2 * a])[:, None]
    np.testing.assert_allclose(third(stack, v), [[expected], [expected * 2 ** (n - 3)]], rtol=1e-9)


@pytest.mark.parametrize(("c", "d"), [(1e-9, 1.0), (1e9, 1.0), (1e-9, 1e9), (1e9, 1e-9)])
def test_third_derivatives_of_determinants_of_every_scale(c, d) -> None:
    """Of degree n - 3 in the matrix, and 3 in the direction, to rounding."""
    a, v = np.random.default_rng(0).standard_normal((2, 4, 4))
    np.testing.assert_allclose(third(c * a, d * v), third(a, v) * c * d**3, rtol=1e-11)


def test_derivatives_of_determinants_along_nothing() -> None:
    a = np.random.default_rng(0).standard_normal((4, 4))
    assert third(a, np.zeros((4, 4))) == 0
    assert third(0 * a, a) == 0


# -- products ---------------------------------------------------------------------------------------------------------------


def fewest(sizes: Any) -> int:
    """Multiplications of the best of all orders of a product of matrices."""
    if len(sizes) == 2:
        return 0
    return min(fewest(sizes[: k + 1]) + fewest(sizes[k:]) + sizes[0] * sizes[k] * sizes[-1] for k in range(1, len(sizes) - 1))


def test_multi_dot_multiplies_in_the_best_order() -> None:
    """Against a search of all orders, counted in the graph that it records."""
    rng = np.random.default_rng(0)
    for n, _ in itertools.product(range(3, 6), range(6)):
        sizes = [int(i) for i in rng.integers(1, 12, n + 1)]
        parts = [ac.tensor(np.ones(shape), requires_grad=True) for shape in itertools.pairwise(sizes)]
        nodes = ancestors([np.linalg.multi_dot(parts)._node])
        products = [node.args for node in nodes if node.primitive is not None and node.primitive.name == "matmul"]
        assert len(products) == n - 1
        assert sum(a.size * b.shape[1] for a, b in products) == fewest(sizes)


# -- correlation ----------------------------------------------------------------------------------------------------------


def test_a_correlation_is_at_most_one() -> None:
    """Where rounding makes it larger, real or complex, it is exactly one."""
    rng = np.random.default_rng(0)
    for x in rng.standard_normal((40, 5)):
        z = x + 1j * rng.standard_normal(5)
        for rows in ([x, 3 * x, -x], [z, 1j * z, -z, -1j * z]):
            r = np.corrcoef(ac.tensor(np.stack(rows), requires_grad=True)).detach().numpy()
            for part in (r.real, r.imag):
                assert np.abs(part).max() <= 1
