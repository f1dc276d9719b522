"""Products of scalars, vectors, matrices and stacks: each pair of numbers of axes, vectors of two, and repeated indices."""

import numpy as np
import pytest

import autograd_core as ac

from .test_calls import agrees, refused

RNG = np.random.default_rng(0)
A, B, C = (RNG.standard_normal(shape) for shape in ((3,), (2, 3), (2, 3, 3)))


@pytest.mark.parametrize(
    "b", [np.array(0.5), *(RNG.standard_normal(s) for s in ((3,), (3, 3), (2, 3, 3), (2, 1, 3, 3)))], ids=np.ndim
)
@pytest.mark.parametrize("a", [np.array(0.5), A, B, C], ids=np.ndim)
@pytest.mark.parametrize("f", [np.dot, np.inner, lambda a, b: np.tensordot(a, b, 0)], ids=["dot", "inner", "outer"])
def test_of_any_numbers_of_axes(f, a, b):
    agrees(lambda x: f(x, b), a)
    agrees(lambda x: f(a, x), b)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.dot(x, np.ones((2, 4, 3))[:, :, ::2].swapaxes(1, 2)), RNG.standard_normal((2, 5, 2))),
        (lambda x: np.dot(x, RNG.standard_normal((0, 3, 4))), B),
        (lambda x: np.tensordot(x, C, axes=(-1, -2)), B),
        (lambda x: np.tensordot(x, C, axes=((0, 2), (0, -1))), C),
        (lambda x: np.cross(x, A), C),
        (lambda x: np.cross(A, x), C),
        (lambda x: np.cross(x, A, axisa=0), np.moveaxis(C, -1, 0).copy()),
        (lambda x: np.cross(x, x[::-1], axisc=0), B),
        (lambda x: np.einsum("iji->j", x), RNG.standard_normal((2, 3, 2))),
        (lambda x: np.einsum("ijik->kj", x), RNG.standard_normal((2, 3, 2, 2))),
        (lambda x: np.einsum("jii->ij", x), C),
        (lambda x: np.einsum("ijkj,k->i", x, A), RNG.standard_normal((2, 2, 3, 2))),
        (lambda x: np.einsum("iii->i", x), RNG.standard_normal((2, 2, 2))),
        (lambda x: np.einsum("ijij->", x), RNG.standard_normal((2, 3, 2, 3))),
        (lambda x: np.einsum(x, [Ellipsis, 0], A, [0], [Ellipsis]), C),
        (lambda x: np.einsum(x, [0, Ellipsis], x, [0, Ellipsis]), B),
        (lambda x: np.einsum(x, [51, 0], A, [0], [51]), B),
    ],
)
def test_values_and_derivatives(f, x):
    agrees(f, x)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.inner(x, np.ones((3, 1))),
        lambda x: np.inner(x[:, :1], np.ones((4, 3))),
        lambda x: np.dot(x, x),
        lambda x: np.cross(x[:, :1], x),
        lambda x: np.cross(x, np.ones(4)),
        lambda x: np.cross(np.ones(4), x),
        lambda x: np.cross(np.ones((2, 4)), x),
        lambda x: np.einsum(x, [-1, 0], [0]),
        lambda x: np.einsum(x, [52, 0], [0]),
        lambda x: np.einsum("ii", x),
        lambda x: np.tensordot(x, x, axes=(5, 0)),
        lambda x: np.tensordot(x, x, axes=(1, 3)),
        lambda x: np.tensordot(x, x, axes=(0, -3)),
        lambda x: np.tensordot(x, x, axes=3),
        lambda x: np.tensordot(x, x.T, axes=((1, 1), (0, 0))),
        lambda x: np.tensordot(x[0, 0], x, axes=(0, 0)),
    ],
)
def test_what_numpy_refuses(f):
    """An axis that is not there, above all: it is not counted round."""
    refused(f, B)


@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors")
def test_cross_of_vectors_of_two_is_that_of_their_plane():
    """NumPy 2 warns of them; the third component is zero, and of two such vectors only the third of the product is left."""
    of_two, of_three = RNG.standard_normal((4, 2)), RNG.standard_normal((4, 3))
    filled = np.concatenate([of_two, np.zeros((4, 1))], axis=1)
    x = ac.tensor(of_two, requires_grad=True)
    for y, expected in (
        (np.cross(x, of_two[::-1]), np.cross(filled, filled[::-1])[:, 2]),
        (np.cross(x[0], of_two[1]), np.cross(filled[0], filled[1])[2]),
        (np.cross(x[0], of_two), np.cross(filled[0], filled)[:, 2]),
        (np.cross(x, of_two[0]), np.cross(filled, filled[0])[:, 2]),
        (np.cross(x, of_three), np.cross(filled, of_three)),
        (np.cross(of_three, x), np.cross(of_three, filled)),
        (np.cross(x[0], of_three), np.cross(filled[0], of_three)),
        (np.cross(of_three[0], x), np.cross(of_three[0], filled)),
    ):
        np.testing.assert_allclose(y.numpy(), expected)
    ac.testing.check_gradients(lambda t: np.cross(t, of_three), of_two, order=1)
    ac.testing.check_gradients(lambda t: np.cross(t, t[::-1] * t), of_two, order=1)
