"""Reading and writing at every kind of index, and masks of every dtype: exactly what NumPy's loops would do."""

import numpy as np
import pytest

import autograd_core as ac
from autograd_core._rules.indexing import add_at, is_basic, put, write
from autograd_core._rules.masks import keep_where

DTYPES = ["f2", "f4", "f8", "c8", "c16", np.longdouble, "i1", "i2", "i4", "i8", "?"]


@pytest.mark.parametrize(
    "index", [0, np.int8(1), slice(1), None, Ellipsis, (0, slice(None)), (Ellipsis, None), (), (np.int64(1), 0)], ids=str
)
def test_basic_indices_read_views(index):
    assert is_basic(index)
    x = np.zeros((2, 3))
    assert x[index].size == 1 or np.shares_memory(x[index], x)


@pytest.mark.parametrize(
    "index",
    [True, False, [0], (True, 0), (False, slice(1)), ([0, 0], 1), (slice(None), [1, 1]), (np.array([0, 1]), 0)],
    ids=str,
)
def test_other_indices_read_copies(index):
    x = np.zeros((2, 3))
    assert not is_basic(index)
    assert not np.shares_memory(x[index], x)


@pytest.mark.parametrize(
    "index",
    [
        [0, 0, 1], ([0, 0, 1], 1), (slice(None), [2, 2, 0, 2]), ([1, 1], [2, 2]), (np.array([[0, 1], [1, 1]]), slice(0, 2)),
        (True, [1, 1]), (np.array([True, True]), [1, 1]), np.array([[True, False, True], [False, True, False]]), (0, 1), True,
    ],
)  # fmt: skip
def test_an_element_read_twice_has_both_cotangents(index):
    x = np.arange(6.0).reshape(2, 3)
    g = np.random.default_rng(0).standard_normal(x[index].shape)
    expected = np.zeros_like(x)
    np.add.at(expected, index, g)
    leaf = ac.tensor(x, requires_grad=True)
    leaf[index].backward(g)
    np.testing.assert_allclose(leaf.grad.numpy(), expected, rtol=1e-14)
    buffer = np.zeros_like(x)
    add_at(buffer, g, index)
    np.testing.assert_allclose(buffer, expected, rtol=1e-14)


def in_order(shape, index, value):
    """What is left of values written one by one, in row-major order."""
    numbers = np.arange(int(np.prod(shape))).reshape(shape)[index]
    out = np.zeros(int(np.prod(shape)))
    for i, v in zip(numbers.ravel(), np.broadcast_to(value, numbers.shape).ravel(), strict=True):
        out[i] = v
    return out.reshape(shape)


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, lambda v: v[..., ::-1].copy()[..., ::-1]])
@pytest.mark.parametrize(
    ("shape", "index", "value"),
    [
        ((3,), np.array([[0, 1, 2], [1, 0, 2]]), (2, 3)),
        ((3,), np.array([[0, 1], [1, 0], [0, 2]]), (3, 1)),
        ((3,), np.array([[0, 1, 0], [1, 0, 1]]).T, (3, 2)),  # here NumPy goes by columns, if the values do
        ((3,), np.array([[[0, 1], [1, 0]], [[1, 1], [2, 2]]]), (2, 2, 2)),
        ((2, 3), ([[0, 1], [1, 0]], [[2, 2], [2, 2]]), (2, 2)),
        ((2, 3), (slice(None), [0, 0, 2, 0]), (2, 4)),
        ((2, 3), [1, 1, 0], (3, 3)),
        ((3,), [0, 2, 0], (1, 3)),
        ((3,), [0, 2, 0], (1, 1, 3)),
        ((3,), np.array([[0, 1], [1, 0]]), (1, 2, 2)),
        ((2, 3), slice(None), (2, 3)),
        ((2, 3), (slice(1), [True, False, True]), (1, 1, 2)),
    ],
)  # fmt: skip
def test_the_last_of_several_values_stays(shape, index, value, layout):
    """In row-major order, however they lie in memory; the others have no derivative."""
    value = layout(np.random.default_rng(0).standard_normal(value))
    expected = in_order(shape, index, value.reshape(value.shape[max(0, value.ndim - np.zeros(shape)[index].ndim) :]))
    out = np.zeros(shape)
    write(out, value, index)
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(put(np.zeros(shape), value, index), expected)
    g = ac.grad(lambda v: (put(np.zeros(shape), v, index) * np.arange(1.0, 1 + out.size).reshape(shape)).sum())(value)
    assert g.shape == value.shape
    ac.testing.check_gradients(lambda v: put(np.zeros(shape), v, index), value, order=1)


@pytest.mark.parametrize("value", [(2, 3), (2, 1, 3), (2,)])
def test_values_that_do_not_fit_are_refused(value):
    for index in ([0, 2, 0], slice(None)):
        with pytest.raises(ValueError):  # noqa: PT011  (NumPy's text)
            write(np.zeros(3), np.ones(value), index)


@pytest.mark.parametrize("size", [1, 5, 4095, 4096, 5000])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_mask_keeps_bits_and_leaves_nothing_else(dtype, size):
    """What is masked is +0, also of infinity, NaN and -0; what is kept is what it was."""
    rng = np.random.default_rng(0)
    g, mask = (rng.standard_normal(size) * 9).astype(dtype), rng.random(size) < 0.5
    if g.dtype.kind in "fc":
        g[::3], g[1::4], g[2::5] = np.inf, np.nan, -0.0
    expected = np.zeros(size, dtype)
    expected[mask] = g[mask]
    for y in (keep_where(g, mask), keep_where(g, mask, out=np.full_like(g, 1)), keep_where(g[::-1], mask[::-1])[::-1]):
        assert y.dtype == g.dtype
        np.testing.assert_array_equal(y, expected)
        if g.dtype.kind == "f":
            np.testing.assert_array_equal(np.signbit(y[~mask]), False)
    assert keep_where(g[0], mask[0]) == expected[0] or expected[0] != expected[0]
