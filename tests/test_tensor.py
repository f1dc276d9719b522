"""The Tensor handle: construction, attributes, conversion, operators, NumPy's protocols, assignment."""

import copy
import math
import operator
import pickle

import numpy as np
import pytest

import autograd_core as ac

from .derivatives import leaf

BINARY = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.floordiv, operator.mod)
COMPARE = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


# -- construction and attributes ------------------------------------------------------------------------------------------


def test_tensor_copies_and_asarray_shares():
    """A leaf owns its values: changing the array it was made of cannot change a gradient."""
    a = np.ones(3)
    t, s = ac.tensor(a), ac.asarray(a)
    a[0] = 5
    assert t.tolist() == [1, 1, 1]
    assert s.tolist() == [5, 1, 1]
    assert not s.numpy().flags.writeable
    assert a.flags.writeable


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8", "c16", "i4", "?"])
def test_dtype_and_attributes_are_numpys(dtype):
    a = np.ones((2, 3), dtype)
    t = ac.tensor(a)
    assert (t.shape, t.ndim, t.size, t.dtype, t.nbytes, len(t)) == (a.shape, a.ndim, a.size, a.dtype, a.nbytes, len(a))
    assert t.T.shape == (3, 2)
    assert t.mT.shape == (3, 2)
    assert t.device == "cpu"
    assert t.is_leaf
    assert not t.requires_grad
    assert ac.tensor(a, dtype="c16").dtype == np.complex128


def test_lists_of_tensors_stack_with_history():
    """`ac.tensor([t1, t2])` is the one that other libraries lose history in."""
    x = leaf(2.0)
    for make in (ac.tensor, ac.asarray):
        y = make([[x, x * x], [1.0, x]])
        assert y.shape == (2, 2)
        x.grad = None
        y.sum().backward()
        assert x.grad.item() == 6.0


def test_requires_grad_can_be_turned_on_and_off():
    a = np.ones(2)
    t = ac.asarray(a).requires_grad_()
    a[0] = 9  # a leaf took a copy
    (t * t).sum().backward()
    assert t.grad.tolist() == [2, 2]
    assert not t.requires_grad_(False).requires_grad


def test_name_repr_and_format():
    x = leaf([1.0, 2.0], name="w")
    assert repr(x) == "Tensor([1., 2.], requires_grad=True, name='w')"
    assert repr(x * 2) == "Tensor([2., 4.], from=multiply)"
    assert repr(ac.tensor(1.5, dtype="f4")) == "Tensor(1.5, dtype=float32)"
    assert f"{x.sum():.2f}" == "3.00"
    assert f"{x.sum()}" == repr(x.sum())
    assert str(x.detach()) == "Tensor([1., 2.], name='w')"
    assert repr(x[0]) == "Tensor(1., from=gather)"


# -- leaving the graph ----------------------------------------------------------------------------------------------------


def test_without_history_a_tensor_is_an_array():
    t = ac.tensor([1.0, 2.0])
    assert np.asarray(t).tolist() == [1.0, 2.0]
    assert float(t[0]) == 1.0
    assert int(t[1]) == 2
    assert complex(t[1]) == 2
    assert math.sin(t[0]) == math.sin(1.0)
    assert [10, 20, 30][ac.tensor(1)] == 20
    assert np.array([t[0], t[1]]).tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="copy"):
        np.array(t, dtype="f4", copy=False)


def test_values_are_read_only():
    x = leaf([1.0, 2.0])
    for array in (x.numpy(), x.data, (x * x).numpy(), x.sum().numpy()):
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    assert x.tolist() == [1.0, 2.0]


def test_truth_iteration_and_membership():
    x = leaf([0.0, 3.0])
    assert not x[0]
    assert x[1]
    assert 3.0 in x
    assert x[1] in x
    assert 5.0 not in x
    assert [t.item() for t in x] == [0.0, 3.0]
    a, b = x * x
    (a + b).backward()
    assert x.grad.tolist() == [0.0, 6.0]
    with pytest.raises(TypeError, match="iteration over a 0-d"):
        iter(x[0])
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x)


def test_hash_is_identity():
    """Tensors are dictionary keys, as parameters of optimizers are, though `==` compares values."""
    x, y = leaf([1.0]), leaf([1.0])
    assert {x: 1, y: 2}[x] == 1
    assert (x == y).tolist() == [True]


def test_pickle_and_deepcopy_keep_leaves():
    x = leaf([1.0, 2.0], name="w")
    (x * x).sum().backward()
    for y in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x), copy.copy(x)):
        assert y is not x
        assert (y.name, y.requires_grad, y.tolist(), y.grad.tolist()) == ("w", True, [1.0, 2.0], [2.0, 4.0])
        (y * y).sum().backward()
        assert x.grad.tolist() == [2.0, 4.0]
        assert not y.numpy().flags.writeable


# -- operators and protocols ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", BINARY + COMPARE)
@pytest.mark.parametrize("other", [2, 2.5, np.float32(2.5), np.array([1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]])
def test_operators_are_numpys(op, other):
    """Values, dtypes and shapes are NumPy's from either side, Python scalars staying weak; the result is a Tensor."""
    for dtype in ("f4", "f8"):
        a = np.array([0.5, 1.5, 2.5], dtype)
        other_array = np.array(other) if isinstance(other, list) else other
        for actual, expected in (
            (op(leaf(a), other), op(a, other_array)),
            (op(other, leaf(a)), op(other_array, a)),
            (op(leaf(a), leaf(a)), op(a, a)),
        ):
            assert isinstance(actual, ac.Tensor)
            assert actual.dtype == expected.dtype
            assert actual.tolist() == expected.tolist()


def test_unary_operators_and_rounding():
    x = leaf([-1.5, 2.25])
    assert (-x).tolist() == [1.5, -2.25]
    assert (+x).tolist() == x.tolist()
    assert abs(x).tolist() == [1.5, 2.25]
    assert round(x, 1).tolist() == [-1.5, 2.2]
    assert round(x[0]) == -2
    assert [t.tolist() for t in divmod(x, 2)] == [[-1.0, 1.0], [0.5, 0.25]]
    assert [t.tolist() for t in divmod(5, x)] == [[-4.0, 2.0], [-1.0, 0.5]]
    assert (~ac.tensor([True, False])).tolist() == [False, True]
    mask = (x > 0) & (x < 3) | (x == 0) ^ (x > 5)
    assert mask.tolist() == [False, True]
    assert (ac.tensor([4]) << 1 >> 2).tolist() == [2]


def test_scalars_stay_weak():
    """A Python or `math` constant never widens float32, nor does a gradient."""
    x = leaf(np.ones(3, "f4"))
    y = ((2 * x + 1.5) ** 2 / 3 - math.pi).sum()
    y.backward()
    assert y.dtype == np.float32
    assert x.grad.dtype == np.float32


def test_numpy_functions_and_array_methods_agree():
    x = leaf([[1.0, 2.0], [3.0, 5.0]])
    assert np.exp(x).tolist() == ac.exp(x).tolist()
    for name in ("sum", "mean", "prod", "max", "min", "std", "var", "cumsum", "ravel", "transpose", "squeeze", "diagonal"):
        np.testing.assert_allclose(getattr(x, name)().numpy(), getattr(x.numpy(), name)(), err_msg=name)
    assert x.reshape(4).tolist() == x.reshape((4,)).tolist() == x.reshape(-1).tolist() == x.flatten().tolist()
    assert x.astype("f4").dtype == np.float32
    assert x.astype("f8", copy=False) is x
    assert x.transpose(1, 0).tolist() == x.T.tolist()
    assert x.conj() is x
    assert x.real.tolist() == x.tolist()
    assert [t.item() for t in x.flat] == [1.0, 2.0, 3.0, 5.0]


def test_ufunc_methods():
    x = leaf([1.0, 2.0, 4.0])
    assert np.add.reduce(x).item() == 7.0
    assert np.multiply.reduce(x).item() == 8.0
    assert np.maximum.reduce(x).item() == 4.0
    assert np.add.accumulate(x).tolist() == [1.0, 3.0, 7.0]
    matrix = leaf(np.ones((2, 3)))
    assert np.add.reduce(matrix).shape == (3,)
    assert np.add.reduce(matrix, axis=None).shape == ()
    assert np.exp(x, dtype="f4").dtype == np.float32


def test_mixing_arrays_on_the_left_dispatches_to_tensors():
    """`ndarray * Tensor` is a Tensor with history, not an object array."""
    x = leaf([1.0, 2.0])
    y = np.array([3.0, 4.0]) * x + np.float64(1.0) - np.ones(2)
    assert isinstance(y, ac.Tensor)
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]


@pytest.mark.parametrize("other", ["a", b"x", np.str_("a"), ["a", "b"], None, object(), {}, [None, 1.0], np.array(["a", "b"])])
@pytest.mark.parametrize("value", [np.array([1.0, 2.0]), np.array(1.0)])
@pytest.mark.parametrize("compare", [operator.eq, operator.ne])
def test_no_number_equals_what_is_not_one(compare, value, other):
    """NumPy's operator says so, where its ufunc raises."""
    expected, t = compare(value, other), leaf(value)
    results = [compare(t, other)] if isinstance(other, np.ndarray) else [compare(t, other), compare(other, t)]
    for found in results:  # of an array on the left NumPy asks its ufunc
        np.testing.assert_array_equal(getattr(found, "data", found), expected, strict=isinstance(expected, np.ndarray))


def test_comparison_with_masked_values_raises():
    """The mask would be lost, and False is not what it says."""
    for compare in COMPARE:
        with pytest.raises(ac.UnsupportedFunction, match=r"a MaskedConstant of shape \(\) has semantics of its own"):
            compare(leaf([1.0]), np.ma.masked)


def test_comparison_gives_way_to_those_that_ask():
    """`pytest.approx` opts out of ufuncs; NumPy's arrays then leave the comparison to it, and so do Tensors."""
    assert ac.tensor(0.1) + 0.2 == pytest.approx(0.3)
    assert ac.tensor([0.1, 0.2]) == pytest.approx(np.array([0.1, 0.2]))


# -- assignment -----------------------------------------------------------------------------------------------------------


def test_assignment_has_value_semantics():
    """Every name for the Tensor sees the new value; what a graph saved does not change."""
    x, v = leaf([1.0, 2.0, 3.0]), leaf(5.0)
    y = x * 1.0
    same, before = y, y * y
    y[1] = v
    y += x
    assert y is same
    assert y.tolist() == [2.0, 7.0, 6.0]
    (y.sum() + before.sum()).backward()
    assert v.grad.item() == 1.0
    assert x.grad.tolist() == [2.0 + 2.0, 1.0 + 4.0, 2.0 + 6.0]


@pytest.mark.parametrize("index", [0, -1, slice(None), [0, 2], np.array([True, False, True]), (Ellipsis, 1)])
def test_assignment_matches_numpy(index):
    a = np.arange(3.0)
    expected = a.copy()
    expected[index] = 9.0
    y = leaf(a) + 0.0
    y[index] = 9.0
    assert y.tolist() == expected.tolist()
    assert ac.grad(lambda x: assigned(x + 0.0, index, 9.0).sum())(a).tolist() == (expected != 9.0).astype(float).tolist()


def assigned(t, index, value):
    t[index] = value
    return t


def test_no_grad_assignment_moves_a_leaf():
    p = leaf([1.0, 2.0])
    (p * p).sum().backward()
    alias = p
    with ac.no_grad():
        p -= 0.5 * p.grad
        p[0] = 7.0
    assert alias.tolist() == [7.0, 0.0]
    assert p.requires_grad
    assert p.is_leaf


def test_assignment_inside_a_transform():
    def f(x):
        x[0] = x[1] * x[1]
        x *= 2
        return x.sum()

    assert ac.grad(f)(np.array([1.0, 3.0])).tolist() == [0.0, 14.0]
    assert ac.hessian(f)(np.array([1.0, 3.0])).tolist() == [[0.0, 0.0], [0.0, 4.0]]


def test_in_place_keeps_dtype():
    x = leaf(np.ones(2, "f4")) * 1
    x += 1.5
    x *= np.float64(2)
    assert x.dtype == np.float32
    assert x.tolist() == [5.0, 5.0]
