"""Joining, cutting, copying and rearranging arrays: mixed axes, axes from either end, one part, and memory of their own."""

import numpy as np
import pytest

import autograd_core as ac

from .test_calls import agrees, refused

A = np.array([1.3, -0.4, 2.2, 0.7])
B = np.array([[0.9, -1.2, 0.3], [1.4, 0.6, -0.8]])
C = np.arange(24.0).reshape(2, 3, 4) ** 1.5 / 20 + 0.1


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.hstack([x]), A),
        (lambda x: np.hstack([x, x[:, :1]]), B),
        (lambda x: np.vstack([x, x]), A[0]),
        (lambda x: np.block([[x, 2 * x], [3 * x, x[:4]]]), A),
        (lambda x: np.block([[x], [x[0]]]), B),
        (lambda x: np.block([[x, 2 * x], [3 * x, x * x]]), C),
        (lambda x: np.block([[[x], [x]], [[2 * x], [x * x]]]), C),
        (lambda x: np.split(x, 1), A),
        (lambda x: np.array_split(x, 1, axis=-2), B),
        (lambda x: np.array_split(x, 5), A),
        (lambda x: np.split(x, []), A),
        (lambda x: np.split(x, [1, 1, 3]), A),
        (lambda x: np.hsplit(x, [1, 3]), A),
        (lambda x: np.hsplit(x, 3), B),
        (lambda x: np.stack([x, x * x], axis=-2), A),
        (lambda x: np.stack([x, x * x], axis=1), A),
        (lambda x: np.stack([x, x * x], axis=-3), B),
        (lambda x: np.stack([x], axis=-1), B),
        (np.flipud, A),
        (np.flipud, B),
        (np.fliplr, C),
        (lambda x: np.rollaxis(x, 2, -1), C),
        (lambda x: np.rollaxis(x, 0, -1), C),
        (lambda x: np.rollaxis(x, -1, -3), C),
        (lambda x: np.rollaxis(x, 0, 3), C),
        (lambda x: np.insert(x, 1, x[:2] * 2), A),
        (lambda x: np.insert(x, [-1], x[:, :1] * 2, axis=1), B),
        (lambda x: np.resize(x[:0], (2, 2)), A),
        (lambda x: np.resize(x, (0, 3)), A),
        (lambda x: np.resize(x[:0], 0), A),
        (lambda x: np.meshgrid(x, x[:2] * 2, x[:3] * 3), A),
        (lambda x: np.meshgrid(x[:2], 2 * x, x[:3], sparse=True), A),
        (lambda x: np.meshgrid(x[:2], 2 * x, x[:3], 2 * x[:1], indexing="ij"), A),
        (lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2), (1, 1)), B),
        (lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2), (-1, 0)), C),
        (lambda x: np.reshape(x, (3, 2), copy=True), B),
        (lambda x: np.reshape(x, (3, 2), order="F", copy=True), B),
        (lambda x: np.copy(x, order="F"), B),
    ],
)
def test_values_and_derivatives(f, x):
    agrees(f, x)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.block([x[:1], [x[0]]]), B),
        (lambda x: np.block([[x], x]), A),
        (lambda x: np.split(x, 0), A),
        (lambda x: np.split(x, -2), A),
        (lambda x: np.array_split(x, -1), A),
        (lambda x: np.split(x, 3), A),
        (lambda x: np.hsplit(x, 2), B),
        (lambda x: np.hsplit(x, 3), A),
        (lambda x: np.vsplit(x, 3), B),
        (lambda x: np.dsplit(x, 3), C),
        (lambda x: np.vsplit(x, 2), A),
        (lambda x: np.dsplit(x, 1), B),
        (np.flipud, A[0]),
        (np.fliplr, A),
        (lambda x: np.stack([x, x], axis=-3), A),
        (lambda x: np.stack([x, x], axis=2), A),
        (lambda x: np.stack([x, x[:2]]), A),
        (lambda x: np.rollaxis(x, 0, -4), C),
        (lambda x: np.rollaxis(x, 0, 4), C),
        (lambda x: np.resize(x, (2, -1)), A),
        (lambda x: np.reshape(x.T, 6, copy=False), B),
    ],
)
def test_what_numpy_refuses(f, x):
    refused(f, x)


@pytest.mark.parametrize("x", [B, C, C[None]], ids=np.ndim)
def test_an_array_of_axes_enough_is_returned_itself(x):
    t = ac.tensor(x, requires_grad=True)
    assert np.atleast_1d(t) is t
    assert np.atleast_2d(t) is t
    if x.ndim > 2:
        assert np.atleast_3d(t) is t


@pytest.mark.parametrize("f", [np.block, np.copy, lambda t: np.reshape(t, (3, 2), copy=True)])
def test_a_copy_has_memory_of_its_own(f):
    """What is written into it later does not reach the operand."""
    x = ac.tensor(B, requires_grad=True)
    y = f(x)
    assert not np.shares_memory(y.detach().numpy(), x.detach().numpy())
    y[0] = 7.0
    np.testing.assert_array_equal(x.detach().numpy(), B)


@pytest.mark.parametrize(("order", "of_columns"), [("C", False), ("K", False), ("F", True)])
def test_a_copy_has_the_order_asked_for(order, of_columns):
    """That of memory is not known to a graph, so to keep it means rows."""
    y = np.copy(ac.tensor(B, requires_grad=True), order=order).detach().numpy()
    assert y.flags.f_contiguous == of_columns
    assert y.flags.c_contiguous != of_columns
