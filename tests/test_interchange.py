"""A Tensor in other libraries' memory: DLPack shares it both ways, and never lets anyone write into it unasked."""

from typing import Any

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import HistoryError

DTYPES = ["bool", "int8", "int64", "uint16", "float16", "float32", "float64", "complex64", "complex128"]


class Exporter:
    """An object whose capsule is made with arguments of the test's choice, as another library would."""

    def __init__(self, t: ac.Tensor, **arguments: Any) -> None:
        self.t, self.arguments = t, arguments

    def __dlpack__(self, **_: Any) -> Any:
        return self.t.__dlpack__(**self.arguments)

    def __dlpack_device__(self) -> Any:
        return self.t.__dlpack_device__()


def test_dlpack_shares_memory_both_ways():
    array = np.arange(3.0)
    t = ac.from_dlpack(array)
    assert np.shares_memory(t.numpy(), array)
    out = np.from_dlpack(t)
    assert np.shares_memory(out, array)
    assert not out.flags.writeable
    assert t.__dlpack_device__() == array.__dlpack_device__()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3)])
def test_a_round_trip_keeps_value_shape_and_dtype(dtype, shape):
    t = ac.ones(shape, dtype=dtype)
    back = ac.from_dlpack(t)
    assert (back.shape, back.dtype) == (t.shape, t.dtype)
    np.testing.assert_array_equal(back.numpy(), t.numpy())


@pytest.mark.parametrize("version", [None, (0, 8), (1, 0), (2, 0)])
@pytest.mark.parametrize("copy", [None, True, False])
def test_only_copy_false_lets_an_old_consumer_into_read_only_memory(version, copy):
    """Before version 1 a consumer cannot be told that memory is read-only: it gets its own, unless it wants no copy."""
    t = ac.asarray(np.arange(6.0).reshape(2, 3)).T
    out = np.from_dlpack(Exporter(t, max_version=version, copy=copy))
    told = version is not None and version[0] >= 1
    assert np.shares_memory(out, t.numpy()) == (copy is False or (copy is None and told))
    np.testing.assert_array_equal(out, t.numpy())
    assert not t.numpy().flags.writeable


def test_shared_memory_outlives_its_tensor():
    out = np.from_dlpack(Exporter(ac.arange(1000.0) * 1, copy=False))
    np.testing.assert_array_equal(out, np.arange(1000.0))


def test_negative_strides_are_copied():
    """PyTorch ends the process where it meets one; from the outside a flipped Tensor looks like any other."""
    t = ac.flip(ac.asarray(np.arange(3.0)))
    assert not np.shares_memory(np.from_dlpack(t), t.numpy())
    np.testing.assert_array_equal(np.from_dlpack(t), [2.0, 1.0, 0.0])
    assert np.shares_memory(np.from_dlpack(Exporter(t, max_version=(1, 0), copy=False)), t.numpy())


@pytest.mark.parametrize("take", [np.from_dlpack, ac.from_dlpack])
def test_dlpack_of_a_history_raises(take):
    x = ac.tensor([1.0], requires_grad=True)
    for t in (x, x * 2):
        with pytest.raises(
            HistoryError, match=r"conversion to an ndarray of a Tensor of shape \(1,\) that requires grad.*detach"
        ):
            take(t)
