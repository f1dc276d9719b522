"""`backward`, `.grad` and hooks: what accumulates where, and in which convention."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_core as ac

from .derivatives import leaf


def test_grad_accumulates_over_graphs_and_is_owned():
    x = leaf([1.0, 2.0])
    (x * 3).sum().backward()
    first = x.grad
    (x * x).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    assert first.tolist() == [3.0, 3.0]
    y, z = leaf(np.ones(2)), leaf(np.ones(2))
    (y + z).sum().backward()
    assert not np.shares_memory(y.grad.numpy(), z.grad.numpy())
    assert y.grad.numpy().strides == (8,)


def test_grad_can_be_set_and_cleared():
    x = leaf([1.0, 2.0])
    x.grad = ac.tensor([1.0, 1.0])
    (x * 1.0).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    x.grad = None
    assert x.grad is None


def test_using_a_leaf_again_keeps_its_grad():
    """MyGrad erases `.grad` when the tensor takes part in a new operation."""
    x = leaf(2.0)
    (x * x).backward()
    _ = x + 1
    assert x.grad.item() == 4.0


def test_gradient_argument_inputs_and_retain_grad():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    h = x * w
    h.retain_grad()
    y = h * h
    y.backward([1.0, 10.0], inputs=[x])
    assert x.grad.tolist() == [18.0, 640.0]
    assert w.grad is None
    assert h.grad is None
    h = x * w
    h.retain_grad()
    (h * h).sum().backward()
    assert h.grad.tolist() == [6.0, 16.0]
    assert w.grad.tolist() == [6.0, 32.0]


def test_inputs_that_are_one_are_counted_once():
    """The same Tensor twice accumulates once; two Tensors of one node both get the gradient, each an array of its own."""
    x = leaf([1.0, 2.0])
    h = x * x
    other = copy.copy(h)
    (h * other).sum().backward(inputs=[h, x, x, other])
    assert h.grad.tolist() == other.grad.tolist() == [2.0, 8.0]
    assert not np.shares_memory(h.grad.numpy(), other.grad.numpy())
    assert x.grad.tolist() == [4.0, 32.0]


def test_complex_gradients_are_steepest_ascent():
    """`L = |z|^2` rises fastest along `z`: PyTorch's convention, twice the derivative by `conj z`."""
    z = leaf([1 + 2j, -3j])
    (abs(z) ** 2).sum().backward()
    np.testing.assert_allclose(z.grad.numpy(), [2 + 4j, -6j])
    z.grad = None
    (z * (2 - 1j)).backward([1.0, 1j])
    np.testing.assert_allclose(z.grad.numpy(), [2 + 1j, 1j * (2 + 1j)])


def test_hooks_see_and_replace_the_gradient():
    x = leaf([1.0, 2.0])
    seen = []
    remove = x.register_hook(lambda g: seen.append(g.tolist()))
    x.register_hook(lambda g: g * 10)
    h = x * 2
    h.register_hook(lambda g: g + 1)
    h.sum().backward()
    assert seen == [[4.0, 4.0]]
    assert x.grad.tolist() == [40.0, 40.0]
    remove()
    remove()
    (x * 2).sum().backward()
    assert len(seen) == 1
    assert x.grad.tolist() == [60.0, 60.0]


def test_hooks_get_the_user_convention_for_complex():
    z = leaf(1 + 2j)
    seen = []
    z.register_hook(lambda g: seen.append(g.item()))
    (abs(z) ** 2).backward()
    assert seen == [pytest.approx(2 + 4j)]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=4), st.floats(-5, 5))
def test_the_gradient_is_linear_in_the_cotangent(values, scale):
    x = leaf(values)
    y = np.sin(x) * x
    g = np.ones(len(values))
    y.backward(g, retain_graph=True)
    once = x.grad.numpy()
    x.grad = None
    y.backward(scale * g)
    np.testing.assert_allclose(x.grad.numpy(), scale * once, atol=1e-12)
