"""Laws of the array API standard on drawn arrays: Hypothesis's own strategies for the standard make them from `ac`.

NumPy is the oracle: the same indices, assignments and operators on the same values. `test_array_api.py` compares single calls.
"""

import operator
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.extra.array_api import make_strategies_namespace

import autograd_core as ac

XPS = make_strategies_namespace(ac)
VERSIONS = ["2021.12", "2022.12", "2023.12", ac.__array_api_version__]
DTYPES = XPS.scalar_dtypes()
SHAPES = XPS.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
NUMBER = {"b": bool, "i": int, "u": int, "f": float, "c": complex}


def of(t: ac.Tensor) -> np.ndarray:
    """A writable array of the same values."""
    return np.array(t.numpy())


def check(ours: Any, theirs: Any) -> None:
    assert isinstance(ours, ac.Tensor)
    assert (ours.dtype, ours.shape) == (theirs.dtype, np.shape(theirs))
    np.testing.assert_array_equal(ours.numpy(), theirs)


def outcome(f: Any) -> Any:
    """What a call gives, or the kind of exception it raises."""
    kinds = (OverflowError, IndexError, TypeError, ValueError)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return f()
        except kinds as error:
            return next(kind for kind in kinds if isinstance(error, kind))


def agree(f: Any, *args: Any) -> None:
    """`f` of Tensors does what it does of NumPy's arrays, exceptions included."""
    theirs = outcome(lambda: f(*(of(a) if isinstance(a, ac.Tensor) else a for a in args)))
    ours = outcome(lambda: f(*args))
    if isinstance(theirs, type) or isinstance(ours, type):
        assert ours is theirs
    else:
        check(ours, theirs)


@pytest.mark.parametrize("version", VERSIONS)
def test_hypothesis_accepts_the_namespace(version):
    """It warns of any name that is missing, and warnings are errors here."""
    assert repr(make_strategies_namespace(ac, api_version=version)).startswith("make_strategies_namespace(autograd_core")


@given(st.data())
def test_drawn_tensors_are_what_was_asked_for(data):
    dtype, shape = data.draw(DTYPES), data.draw(SHAPES)
    x = data.draw(XPS.arrays(dtype, shape))
    assert isinstance(x, ac.Tensor)
    assert (x.dtype, x.shape, x.ndim, x.size) == (dtype, shape, len(shape), int(np.prod(shape)))
    number = NUMBER[x.dtype.kind]
    for i in np.ndindex(shape):
        value = number(x[i])
        assert type(value) is number
        assert value == of(x)[i] or value != value


@given(st.data())
def test_indexing_is_numpy_s(data):
    x = data.draw(XPS.arrays(DTYPES, SHAPES))
    keys = [XPS.indices(x.shape, allow_newaxis=True), XPS.arrays(ac.bool, SHAPES), XPS.arrays(ac.bool, x.shape)]
    if all(x.shape) and x.ndim:
        keys.append(hnp.integer_array_indices(x.shape).map(lambda key: tuple(map(ac.asarray, key))))
    key = data.draw(st.one_of(keys))
    plain = tuple(k.numpy() if isinstance(k, ac.Tensor) else k for k in key) if isinstance(key, tuple) else key
    agree(lambda a: a[key if isinstance(a, ac.Tensor) else getattr(plain, "data", plain)], x)


@given(st.data())
def test_assignment_is_numpy_s(data):
    dtype = data.draw(DTYPES)
    x = data.draw(XPS.arrays(dtype, SHAPES))
    key = data.draw(st.one_of(XPS.indices(x.shape, allow_newaxis=True), XPS.arrays(ac.bool, x.shape)))
    value = data.draw(st.one_of(XPS.from_dtype(dtype), XPS.arrays(dtype, ())))

    def assigned(a: Any, v: Any) -> Any:
        a = a.copy()
        same = a
        a[key if isinstance(a, ac.Tensor) else getattr(key, "data", key)] = v
        assert a is same
        return a

    agree(assigned, x, value)


@given(st.data())
def test_drawn_tensors_are_written_into_directly(data):
    """Hypothesis reshapes what it made, and a cycle of garbage may keep that alive, which then does not count."""
    x = data.draw(XPS.arrays(DTYPES, XPS.array_shapes(max_dims=3, max_side=3)))
    key = data.draw(XPS.indices(x.shape, max_dims=0, allow_ellipsis=False))
    value = data.draw(XPS.from_dtype(x.dtype))
    expected = of(x)
    x[key] = value
    expected[key] = value
    check(x, expected)


BINARY = [
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor", "lshift", "rshift", "eq", "ne",
    "lt", "le", "gt", "ge",
]  # fmt: skip
IN_PLACE = [
    "iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand", "ior", "ixor", "ilshift", "irshift", "imatmul",
]  # fmt: skip
SCALARS = st.one_of(st.booleans(), st.integers(-300, 2**40), st.floats(width=32), st.complex_numbers(max_magnitude=1e3))


@pytest.mark.parametrize("name", BINARY + IN_PLACE)
@given(st.data())
def test_operators_are_numpy_s(name, data):
    """For every pair of dtypes and shapes, and with Python's numbers on either side."""
    f = getattr(operator, name)
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=0, max_side=3))
    left, right = shapes.result_shape if name in IN_PLACE else shapes.input_shapes[0], shapes.input_shapes[1]
    if "matmul" in name:
        n = data.draw(st.integers(0, 3))
        left, right = (*left, n, n), (*right, n, n)
    x = data.draw(XPS.arrays(DTYPES, left))
    y = data.draw(st.one_of(SCALARS if "matmul" not in name else st.nothing(), XPS.arrays(DTYPES, right)))
    agree(lambda a, b: f(a.copy(), b), x, y)
    if name in BINARY and not isinstance(y, ac.Tensor):
        agree(lambda a, b: f(b, a), x, y)


ONE, MANY = np.arange(1.0, 7.0, dtype="float32").reshape(2, 3), np.arange(3.0)
WITH_HISTORY = {
    "vecdot": [(ONE, MANY), (ONE[:, :1], MANY), (ONE[0, 0], MANY), (MANY, ONE[0, 0])],
    "linalg.vecdot": [(ONE, MANY), (ONE[:, :1], MANY), (ONE[0, 0], MANY)],
    "linspace": [(ONE[0, 0], 0), (0.5, ONE[0, 1]), (ONE[0], 2), (ONE[0], np.float64(2)), (ONE[0], 2j)],
    "logspace": [(ONE[0, 0], 0), (0.5, ONE[0, 1])],
    "sign": [(np.array([complex(np.inf, 1), complex(1, -np.inf), complex(1e308, 1e308), complex(np.nan, 1), 0j, 1j]),)],
}


@pytest.mark.parametrize(("path", "args"), [(path, args) for path, calls in WITH_HISTORY.items() for args in calls])
def test_a_history_changes_neither_value_nor_dtype_nor_exception(path, args):
    """What is composed for its derivative gives what NumPy's function does."""
    f = operator.attrgetter(path)

    def recorded(a: Any) -> Any:
        return ac.tensor(a, requires_grad=True) if isinstance(a, np.ndarray) else a

    theirs, ours = outcome(lambda: f(np)(*args)), outcome(lambda: f(ac)(*map(recorded, args)))
    if isinstance(theirs, type):
        assert ours is theirs
        return
    assert (ours.dtype, ours.shape) == (theirs.dtype, np.shape(theirs))
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-6)


@pytest.mark.parametrize(
    ("axis", "other"), [(0, (3,)), (0, (3, 5, 2)), (1, (3, 2)), (1, (3, 2, 3)), (-1, (4, 3, 2)), (2, (3, 2, 2))]
)
@pytest.mark.parametrize("keepdims", [False, True])
def test_vecdot_takes_its_axis_from_each_operand(axis, other, keepdims):
    a, b = np.arange(6.0).reshape(3, 2), np.arange(float(np.prod(other))).reshape(other)
    agree(lambda x: np.vecdot(x, b, axis=axis, keepdims=keepdims), ac.tensor(a, requires_grad=True))


@pytest.mark.parametrize("ord_", [1, np.inf, "fro", "nuc", 2, None])
@pytest.mark.parametrize("shape", [(0, 0), (0, 2), (2, 0)])
def test_norms_of_nothing_are_zero_with_a_history_too(ord_, shape):
    a = np.zeros(shape)
    ours = ac.linalg.norm(ac.tensor(a, requires_grad=True), ord_, axis=(0, 1))
    assert ours.item() == np.linalg.norm(a, ord_, axis=(0, 1)) == 0.0
    if ord_ in (2, np.inf):
        assert ac.linalg.vector_norm(ac.tensor(a, requires_grad=True), axis=0, ord=ord_).shape == shape[1:]
