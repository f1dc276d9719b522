"""Making Tensors of values: there is one device, and no history, value or number is lost on the way."""

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import HistoryError


def test_there_is_one_device():
    x = ac.ones(2)
    assert x.device == "cpu"
    assert x.to_device("cpu") is x
    for ask in (
        lambda: x.to_device("gpu"),
        lambda: ac.asarray([1.0], device="gpu"),
        lambda: ac.zeros(2, device="gpu"),
        lambda: ac.full(2, 1.0, device="gpu"),
    ):
        with pytest.raises(ValueError, match=r"gpu"):
            ask()


def test_creation_keeps_history_or_raises():
    x = ac.tensor(2.0, requires_grad=True)
    ac.full((2, 2), x, dtype=ac.float64).sum().backward()
    assert x.grad.item() == 4.0
    with pytest.raises(HistoryError, match=r"^arange is not differentiable in this argument"):
        ac.arange(x)
    with pytest.raises(HistoryError, match=r"^ones is not differentiable in this argument"):
        ac.ones(3, like=x)


def test_asarray_of_tensors_converts_each_and_never_without_a_copy():
    big = ac.asarray(2**53 + 1)
    assert ac.asarray([big, 1.5], dtype=ac.int64).tolist() == [2**53 + 1, 1]
    assert ac.tensor([[big, 1.5]], dtype=ac.int64).tolist() == [[2**53 + 1, 1]]
    with pytest.raises(OverflowError, match="300 out of bounds for int8"):
        ac.asarray([big, 300], dtype=ac.int8)
    with pytest.raises(ValueError, match=r"^asarray of a list of Tensors needs a copy, but copy=False was given"):
        ac.asarray([big, big], copy=False)
    x = ac.tensor(1.0, requires_grad=True)
    ac.asarray([x, 2], dtype=ac.float32).sum().backward()
    assert x.grad.dtype == ac.float64


def test_numpys_array_copies_unless_told_not_to():
    """A Tensor with a history is another one, or itself."""
    x = ac.tensor([1.0, 2.0], requires_grad=True)
    assert np.array(x, copy=False, like=x) is x
    assert np.array(x, like=x) is not x
    assert np.array(x, like=x, ndmin=1).requires_grad
