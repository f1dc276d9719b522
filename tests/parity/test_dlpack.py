"""PyTorch's and JAX's arrays and Tensors change hands through DLPack; a gradient never does."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import autograd_core as ac

jax.config.update("jax_enable_x64", True)

DTYPES = ["bool", "int8", "int64", "uint8", "float16", "float32", "float64", "complex64", "complex128"]
TAKE = {"torch": torch.from_dlpack, "jax": jax.dlpack.from_dlpack}


@pytest.mark.parametrize("library", TAKE)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3)])
def test_there_and_back(library, dtype, shape):
    t = ac.asarray(np.arange(np.prod(shape)).reshape(shape).astype(dtype))
    theirs = TAKE[library](t)
    assert str(theirs.dtype).removeprefix("torch.") == dtype
    back = ac.from_dlpack(theirs)
    assert (back.shape, back.dtype) == (t.shape, t.dtype)
    np.testing.assert_array_equal(back.numpy(), t.numpy())


@pytest.mark.parametrize("library", TAKE)
def test_transposed_and_flipped(library):
    t = ac.asarray(np.arange(6.0).reshape(2, 3))
    assert TAKE[library](t.T).tolist() == t.T.tolist()
    assert TAKE[library](ac.flip(t)).tolist() == ac.flip(t).tolist()


def test_torch_shares_memory_until_asked_for_a_copy():
    array = np.arange(3.0)
    t = ac.asarray(array)
    assert np.shares_memory(torch.from_dlpack(t).numpy(), array)
    assert not np.shares_memory(torch.from_dlpack(t, copy=True).numpy(), array)
    theirs = torch.arange(3.0)
    assert np.shares_memory(ac.from_dlpack(theirs).numpy(), theirs.numpy())


@pytest.mark.parametrize("take", [*TAKE.values(), torch.asarray, torch.tensor, jnp.asarray])
def test_a_history_does_not_leave(take):
    x = ac.tensor([1.0, 2.0], requires_grad=True)
    for t in (x, x * 2):
        with pytest.raises(ac.HistoryError, match="detach"):
            take(t)
    assert take(x.detach()).tolist() == [1.0, 2.0]


def test_a_history_of_torch_does_not_come_in():
    with pytest.raises(BufferError, match="detach"):
        ac.from_dlpack(torch.ones(3, requires_grad=True))
