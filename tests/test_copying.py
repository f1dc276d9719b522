"""Copying and pickling: leaves are whole again, a history says what is possible."""

import copy
import pickle

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import HistoryError


class Weight(ac.Tensor):
    """A subclass with an attribute in a slot and one in its dictionary, as user-made parameters have."""

    __slots__ = ("__dict__", "tag")


def through_pickle(t):
    return pickle.loads(pickle.dumps(t))


def through_oldest_pickle(t):
    return pickle.loads(pickle.dumps(t, protocol=2))


COPIES = [through_pickle, through_oldest_pickle, copy.deepcopy, copy.copy]


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize(
    "make",
    [
        lambda: ac.tensor([1.0, 2.0], requires_grad=True, name="w"),
        lambda: ac.tensor(np.float32(3.0), requires_grad=True),
        lambda: ac.tensor(np.ones((2, 0), complex), requires_grad=True),
        lambda: ac.tensor([[1, 2], [3, 4]]),
        lambda: ac.asarray(np.arange(6.0).reshape(2, 3).T),
        lambda: ac.tensor([True, False]),
    ],
)
def test_leaves_are_whole_again(make, copied):
    x = make()
    y = copied(x)
    assert (type(y), y.shape, y.dtype, y.requires_grad, y.name) == (type(x), x.shape, x.dtype, x.requires_grad, x.name)
    np.testing.assert_array_equal(y.numpy(), x.numpy())
    assert not np.shares_memory(y.numpy(), x.numpy())
    assert not y.numpy().flags.writeable
    assert y.is_leaf


@pytest.mark.parametrize("copied", COPIES)
def test_a_copied_leaf_collects_a_gradient_of_its_own(copied):
    x = ac.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    y = copied(x)
    np.testing.assert_array_equal(y.grad.numpy(), [2.0, 4.0])
    (y * 3).sum().backward()
    np.testing.assert_array_equal(y.grad.numpy(), [5.0, 7.0])
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 4.0])


@pytest.mark.parametrize("copied", COPIES)
def test_a_subclass_keeps_its_attributes(copied):
    w = Weight([1.0, 2.0], requires_grad=True)
    w.tag, w.group = "decay", {"lr": 0.1}
    v = copied(w)
    assert type(v) is Weight
    assert (v.tag, v.group) == ("decay", {"lr": 0.1})
    assert v.requires_grad
    with ac.no_grad():
        v -= 1.0
    np.testing.assert_array_equal(w.numpy(), [1.0, 2.0])


def test_a_leaf_held_twice_is_copied_once():
    x = ac.tensor([1.0], requires_grad=True)
    first, second = copy.deepcopy([x, x])
    assert first is second
    first, second = through_pickle([x, x])
    assert first is second


def test_a_shallow_copy_keeps_the_history():
    x = ac.tensor([1.0, 2.0], requires_grad=True)
    y = copy.copy(x * x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 4.0])


@pytest.mark.parametrize("copied", [through_pickle, copy.deepcopy])
def test_a_history_says_what_is_possible(copied):
    x = ac.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(
        HistoryError,
        match=r"^a Tensor of shape \(2,\) with history cannot be pickled or deep-copied, since its graph cannot; "
        r"use .detach\(\), or .copy\(\) to keep the history$",
    ):
        copied(x * x)
    (x * x).sum().backward(create_graph=True)
    with pytest.raises(
        HistoryError, match=r"^a leaf of shape \(2,\) cannot be pickled or deep-copied with a .grad that has a "
    ):
        copied(x)
    x.grad = x.grad.detach()
    assert copied(x).grad.tolist() == [2.0, 4.0]
    assert copied((x * x).detach()).tolist() == [1.0, 4.0]


@pytest.mark.parametrize("name", ["exp", "relu", "unfold", "fold", "max_pool", "convolution", "lstm", "sort", "zeros", "grad"])
def test_functions_go_through_pickle(name):
    """By the name they have here, as another process would look for them."""
    f = getattr(ac, name)
    assert through_pickle(f) is f
