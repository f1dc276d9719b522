"""Silent mistakes of other libraries, by number: each is right here, or raises."""

import math
import sys

import numpy as np
import pytest

import autograd_core as ac

from .derivatives import d, gradient, leaf

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
