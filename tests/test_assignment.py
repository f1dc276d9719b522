"""`x[i] += v`: the view in between belongs to nobody, and a named one raises; assignment differentiates."""

import operator

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import AssignmentError

A = np.arange(6.0).reshape(2, 3)

INDICES = [0, (slice(None), 1), (0, 2), (slice(None), slice(None, None, -1)), A > 2, [1, 0], (..., np.array([0, 2])), ()]
OPERATORS = [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow, operator.imod, operator.ifloordiv]


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("op", OPERATORS)
def test_augmented_assignment_at_an_index_does_what_numpy_does(index, op):
    x, expected = ac.tensor(A), A.copy()
    same = x
    x[index] = op(x[index], 2.5)
    expected[index] = op(expected[index], 2.5)
    np.testing.assert_array_equal(x.numpy(), expected)
    assert same is x


def test_augmented_assignment_is_differentiated():
    def f(x):
        y = x * 1.0
        y[0] += y[1] * y[1]
        y[:, 1] *= 3.0
        y[y > 20] -= y[0, 0]
        return (y * y).sum()

    def by_hand(x):
        top = (x[0] + x[1] * x[1]) * ac.asarray([1.0, 3.0, 1.0])
        rows = ac.stack([top, x[1] * ac.asarray([1.0, 3.0, 1.0])])
        rows = ac.where(rows > 20, rows - top[0], rows)
        return (rows * rows).sum()

    np.testing.assert_allclose(ac.grad(f)(A).numpy(), ac.grad(by_hand)(A).numpy(), rtol=1e-14)


@pytest.mark.parametrize("hold", [lambda x: x[0], lambda x: x.T, lambda x: x.reshape(-1)])
def test_a_view_with_a_name_raises(hold):
    """NumPy would change both; and a view in a list is held as well."""
    x = ac.tensor(A)
    view = hold(x)
    with pytest.raises(AssignmentError, match=r"whose array is a view of another living Tensor of shape \(2, 3\)"):
        view += 1.0
    views = [hold(x)]
    with pytest.raises(AssignmentError, match=r"whose array is a view of another living Tensor"):
        views[0] += 1.0
    np.testing.assert_array_equal(x.numpy(), A)


def test_a_view_whose_owner_is_gone_is_its_own():
    view = ac.tensor(A)[0]
    view += 1.0
    np.testing.assert_array_equal(view.numpy(), A[0] + 1)


def test_a_leaf_changes_at_an_index_under_no_grad_only():
    w = ac.tensor(A, requires_grad=True)
    with pytest.raises(AssignmentError, match=r"on a leaf of shape \(2, 3\) that requires grad"):
        w[0] -= 1.0
    with ac.no_grad():
        w[0] -= 1.0
    np.testing.assert_array_equal(w.numpy()[0], A[0] - 1)
    assert w.is_leaf
    assert w.requires_grad


@pytest.mark.parametrize("index", [(), ..., True, None])
def test_assignment_to_the_whole_of_a_zero_dimensional_tensor_is_differentiated(index):
    def f(x):
        y = x * 1.0
        y[index] = 3.0 * x
        return y * y

    assert ac.grad(f)(2.0).item() == 36.0
    assert ac.grad(ac.grad(f))(2.0).item() == 18.0


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_last_of_several_values_for_one_place_stays(order):
    """In row-major order of the values; one that was overwritten has derivative 0, whether or not it is recorded."""
    index = np.array([[0, 1], [1, 0]])
    v = np.asarray([[1.0, 2.0], [3.0, 4.0]], order=order)

    def f(v):
        y = v[0] * 0.0
        y[index] = v
        return y

    np.testing.assert_array_equal(f(ac.tensor(v)).numpy(), [4.0, 3.0])
    y, pull = ac.vjp(f, v)
    np.testing.assert_array_equal(y.numpy(), [4.0, 3.0])
    np.testing.assert_array_equal(pull(np.array([1.0, 10.0]))[0].numpy(), [[0, 0], [10, 1]])
    x = ac.tensor([0.0, 0.0])
    x[index] = v
    np.testing.assert_array_equal(x.numpy(), [4.0, 3.0])
