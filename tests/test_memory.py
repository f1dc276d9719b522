"""`writable` and the allocator: writing in place never changes a value that a graph holds."""

import subprocess
import sys

import numpy as np
import pytest

import autograd_core as ac


def test_writes_in_place_when_nobody_else_looks():
    p = ac.tensor(np.ones(4), requires_grad=True)
    address = p.numpy().ctypes.data
    with ac.writable(p) as array:
        array += 1.0
    assert p.numpy().ctypes.data == address
    assert p.tolist() == [2.0] * 4
    assert not p.numpy().flags.writeable


def test_copies_when_a_graph_holds_the_values():
    p = ac.tensor(np.ones(3), requires_grad=True)
    y = (p * p).sum()
    with ac.writable(p) as array:
        array += 1.0
    assert p.tolist() == [2.0] * 3
    y.backward()
    assert p.grad.tolist() == [2.0] * 3


@pytest.mark.parametrize("hold", [lambda p: p.numpy(), lambda p: p.detach(), lambda p: p.numpy()[1:], lambda p: p.detach()[1:]])
def test_copies_when_a_view_holds_the_values(hold):
    p = ac.tensor(np.ones(3), requires_grad=True)
    held = hold(p)
    before = np.array(held.numpy() if isinstance(held, ac.Tensor) else held)
    with ac.writable(p) as array:
        array *= 5.0
    assert p.tolist() == [5.0] * 3
    np.testing.assert_array_equal(held.numpy() if isinstance(held, ac.Tensor) else held, before)


def test_a_block_that_raises_leaves_a_copied_leaf_alone():
    p = ac.tensor(np.ones(3), requires_grad=True)
    y = (p * p).sum()
    with pytest.raises(KeyError), ac.writable(p) as array:  # noqa: PT012
        array *= 5.0
        raise KeyError
    assert p.tolist() == [1.0] * 3
    y.backward()


def test_refuses_computed_tensors():
    p = ac.tensor(np.ones(3), requires_grad=True)
    with pytest.raises(ac.AssignmentError, match="computed from others; write into a leaf"):
        ac.writable(p * 2)


def test_importing_does_not_tune_the_allocator():
    """Only a call does, since it is for the whole process."""
    code = (
        "import ctypes, sys; real = ctypes.CDLL; calls = []\n"
        "ctypes.CDLL = lambda *a, **k: calls.append(a) or real(*a, **k)\n"
        "import autograd_core as ac; before = len(calls); done = ac.tune_allocator()\n"
        "assert before == 0, before\n"
        "assert done == (len(calls) == 1), (done, calls)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_writing_by_a_function():
    """As the ``with`` block: in place where nothing else refers to the array, else a copy that counts once it is complete."""
    p = ac.tensor([1.0, 2.0], requires_grad=True)
    ac.writable(p).call(np.copyto, [3.0, 4.0])
    assert p.tolist() == [3.0, 4.0]
    seen = p.numpy()

    def half(array):
        array[0] = 9.0
        raise KeyError

    with pytest.raises(KeyError):
        ac.writable(p).call(half)
    assert p.tolist() == seen.tolist() == [3.0, 4.0]
    assert not p._array.flags.writeable
