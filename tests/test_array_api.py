"""`autograd_core` is a namespace of the array API standard: name, parameter, result, shape and dtype of `array_api_strict`.

The walk is over `array_api_strict.__all__` and its extensions, so a name that a later version adds fails until it has a call
in `standard.py`. Where NumPy departs from the standard, `DEPARTURES` there says how.
"""

import inspect
import operator
from pathlib import Path
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest

import autograd_core as ac
from autograd_core import AssignmentError, DtypeError, ShapeError

from .standard import BINARY, CALLS, CONSTANTS, DEPARTURES, DTYPES, FFT, LINALG, UNARY, check_same, dtype_name, resolved, run

# -- names ----------------------------------------------------------------------------------------------------------------


def test_every_name_of_the_standard_is_walked():
    """A later `array_api_strict` with another name must fail here first."""
    own = {name for name in strict.__all__ if name.endswith("_flags") or name in {"ArrayAPIStrictFlags", "Device"}}
    known = {*UNARY, *BINARY, *CALLS, *CONSTANTS, *DTYPES, "linalg", "fft"}
    assert {name for name in strict.__all__ if not name.startswith("__")} - own == known
    assert {*strict.linalg.__all__, "eig", "eigvals"} == set(LINALG)
    assert set(strict.fft.__all__) == set(FFT)


def test_the_version_is_the_latest_that_numpy_supports():
    assert ac.__array_api_version__ == np.__array_api_version__
    x = ac.ones(2)
    assert x.__array_namespace__() is ac
    assert x.__array_namespace__(api_version="2022.12") is ac
    with pytest.raises(ValueError, match=r"is not supported"):
        x.__array_namespace__(api_version="1999.01")


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_are_the_standard_s(name):
    ours, theirs = getattr(ac, name), getattr(strict, name)
    assert (ours is None is theirs) or ours == theirs or ours != ours


def test_information_is_numpy_s_and_the_standard_s():
    ours, theirs = ac.__array_namespace_info__(), strict.__array_namespace_info__()
    assert ours.capabilities() == theirs.capabilities()
    assert ours.default_device() == "cpu"
    assert list(ours.devices()) == ["cpu"]
    for kind in (None, "bool", "integral", "real floating", ("numeric", "bool")):
        names = {k: dtype_name(v) for k, v in theirs.dtypes(kind=kind).items()}
        assert {k: dtype_name(v) for k, v in ours.dtypes(kind=kind).items()} == names
    assert {k: dtype_name(v) for k, v in ours.default_dtypes().items()} == {
        k: dtype_name(v) for k, v in theirs.default_dtypes().items()
    }


# -- results --------------------------------------------------------------------------------------------------------------


def sample(dtype: str) -> np.ndarray:
    kind = np.dtype(dtype).kind
    values: Any = [[0, 1, 2], [3, 7, 100]]
    if kind == "b":
        values = [[True, False, True], [False, True, True]]
    elif kind == "i":
        values = [[0, 1, -2], [3, -7, 100]]
    elif kind == "f":
        values = [[0.0, -0.0, 0.5], [-2.5, np.inf, np.nan]]
    elif kind == "c":
        values = [[0.5, 1j, 1 - 2j], [-2.5, 3 + 1e-3j, 2]]
    return np.array(values, dtype)


@pytest.mark.parametrize("name", UNARY)
def test_unary_functions_for_every_dtype(name):
    """For every dtype that the standard allows: the same value, shape and dtype."""
    count = 0
    for dtype in DTYPES:
        args = (sample(dtype),)
        try:
            theirs = run(strict, getattr(strict, name), args, {})
        except TypeError:  # the standard does not define it for this dtype
            continue
        check_same(run(ac, getattr(ac, name), args, {}), theirs, f"{name} of {dtype}")
        count += 1
    assert count


@pytest.mark.parametrize("name", BINARY)
def test_binary_functions_for_every_pair_of_dtypes(name):
    """Promotion is the standard's wherever it defines one, for Python scalars too."""
    count = 0
    for left in DTYPES:
        for right in (*DTYPES, "scalar"):
            scalar: Any = {"b": True, "f": 1.5, "c": 1.5}.get(np.dtype(left).kind, 1)
            other: Any = scalar if right == "scalar" else sample(right)[0] + (np.dtype(right).kind in "iu")
            if right != "scalar":
                other = abs(other).astype(right) if np.dtype(right).kind in "iu" else other
            args = (sample(left), other)
            try:
                theirs = run(strict, getattr(strict, name), args, {})
            except TypeError:
                continue
            check_same(run(ac, getattr(ac, name), args, {}), theirs, f"{name} of {left} and {right}")
            count += 1
    assert count


@pytest.mark.parametrize("name", CALLS)
def test_functions_give_what_the_standard_does(name):
    for args, kwargs in CALLS[name]:
        theirs = run(strict, getattr(strict, name), args, {} if "invert" in kwargs else kwargs)
        ours = run(ac, getattr(ac, name), args, kwargs)
        if "invert" in kwargs:  # array_api_strict 2.6 ignores it
            theirs = ~theirs
        if name in ("finfo", "iinfo"):
            fields = ("bits", "min", "max", "dtype") + (("eps", "smallest_normal") if name == "finfo" else ())
            for field in fields:
                check_same(getattr(ours, field), getattr(theirs, field), f"{name}.{field}")
            continue
        check_same(ours, theirs, f"{name}{args}{kwargs}", values="empty" not in name)


@pytest.mark.parametrize(("module", "name"), [("linalg", n) for n in LINALG] + [("fft", n) for n in FFT])
def test_extensions_give_what_the_standard_does(module, name):
    for args, kwargs in {"linalg": LINALG, "fft": FFT}[module][name]:
        ours = run(ac, getattr(getattr(ac, module), name), args, kwargs)
        theirs = run(strict, getattr(getattr(strict, module), name), args, kwargs)
        if name in ("eig", "eigvals"):
            ours = ours.astype(complex) if name == "eigvals" else type(ours)(*(part.astype(complex) for part in ours))
        check_same(ours, theirs, f"{module}.{name}{args}{kwargs}")


@pytest.mark.parametrize(
    ("path", "table"),
    [(n, CALLS) for n in CALLS] + [(f"linalg.{n}", LINALG) for n in LINALG] + [(f"fft.{n}", FFT) for n in FFT],
)
def test_every_parameter_of_the_standard_is_exercised(path, table):
    """Every keyword of the standard's signature occurs in a call above, so none can be missing here unnoticed."""
    name = path.rpartition(".")[2]
    parameters = inspect.signature(operator.attrgetter(path)(strict)).parameters.values()
    given = set().union(*(kwargs for _, kwargs in table[name]))
    keywords = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
    assert keywords <= given


def test_clip_takes_its_bounds_in_every_form():
    x = np.arange(5.0)
    for args, kwargs in (
        ((1, 3), {}), ((1,), {"max": 3}), ((), {"min": 1, "max": 3}), ((1,), {"a_max": 3}), ((), {"a_min": 1, "max": 3}),
    ):  # fmt: skip
        for a in (x, ac.asarray(x), ac.tensor(x, requires_grad=True)):
            np.testing.assert_array_equal(ac.clip(a, *args, **kwargs).numpy(), [1, 1, 2, 3, 3])
    with pytest.raises(TypeError, match=r"^clip got one bound twice, min=1 and a_min=2; pass min= only$"):
        ac.clip(x, 1, a_min=2)


@pytest.mark.parametrize("path", [*UNARY, *BINARY, *CALLS, *(f"linalg.{n}" for n in LINALG), *(f"fft.{n}" for n in FFT)])
def test_signatures_are_the_standard_s(path):
    """What may be passed by name has the standard's name and place, so that a call in any of its forms is one here."""
    theirs = list(inspect.signature(operator.attrgetter(path)(strict)).parameters.values())
    ours = inspect.signature(operator.attrgetter(path)(ac)).parameters
    for p, q in zip(theirs, ours.values(), strict=False):
        if p.kind is p.POSITIONAL_OR_KEYWORD:
            assert (q.name, q.kind) == (p.name, p.kind)
        assert (p.kind is p.VAR_POSITIONAL) == (q.kind is p.VAR_POSITIONAL)
    for p in theirs:
        if p.kind is p.KEYWORD_ONLY:
            assert ours[p.name].kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)


def test_departures_are_departures():
    """The list of departures holds nothing that is not one, and the page has it word for word."""
    page = (Path(__file__).parents[1] / "docs" / "array-api.md").read_text()
    listed = [f"- `{name}`: {text}" for name, text in DEPARTURES.items()]
    assert [line for line in page.split("\n") if line.startswith("- ")] == listed
    assert ac.trace is not ac.linalg.trace
    assert type(ac.finfo(ac.float32).eps) is not float
    with np.errstate(invalid="ignore"):
        assert np.isnan(ac.floor_divide(ac.asarray(ac.inf), 2.0).item())
        assert ac.floor_divide(ac.asarray(2.0), -ac.inf).item() == -1
        assert np.isnan((ac.asarray([-ac.inf]) ** 0.5).numpy())
        assert ac.pow(ac.asarray([-ac.inf]), ac.asarray([0.5])).item() == ac.inf
        assert np.isnan(ac.expm1(ac.asarray(complex(-ac.inf, ac.inf))).item().real)  # the standard's is -1
    with pytest.raises(TypeError, match="uint64"):
        ac.repeat(ac.ones(2), ac.ones(2, dtype=ac.uint64))
    almost = ac.asarray([[1.0, 0.0], [0.0, 1e-15]], dtype=ac.float32)
    assert ac.linalg.pinv(almost)[1, 1] > 1e14  # the standard's rtol would take it for 0
    # NumPy 2.5 has no longer this one
    assert ac.linalg.eigvals(ac.eye(2)).dtype == np.linalg.eigvals(np.eye(2)).dtype


# -- the array object -----------------------------------------------------------------------------------------------------

INFIX = [
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift",
]  # fmt: skip


def test_every_method_of_the_standard_s_array_is_here():
    theirs = {n for n in dir(strict._array_object.Array) if not n.startswith("_") or n.startswith("__")}
    assert theirs - {"__annotations__", "__buffer__", "__dict__", "__orig_bases__"} <= set(dir(ac.Tensor))


@pytest.mark.parametrize("name", INFIX)
def test_operators_forward_reflected_and_in_place(name):
    """For every dtype the standard allows; in place, the name goes on meaning the same Tensor."""
    for dtype in DTYPES:
        x = np.array([[1, 2], [3, 1]]).astype(dtype)
        scalar: Any = {"b": True, "f": 2.0, "c": 2.0}.get(np.dtype(dtype).kind, 2)
        for right in (x, scalar)[: 1 if name == "matmul" else 2]:
            for form in (f"__{name}__", f"__r{name}__", f"__i{name}__"):
                try:
                    theirs = run(strict, getattr(strict._array_object.Array, form), (x.copy(), right), {})
                except TypeError:
                    continue
                if theirs is NotImplemented:
                    continue
                t = ac.asarray(x, copy=True)
                ours = getattr(t, form)(resolved(ac, right))
                check_same(ours, theirs, f"{form} of {dtype}")
                assert not form.startswith("__i") or ours is t


def test_in_place_operators_on_history_are_recorded():
    x = ac.tensor([3.5, -2.5], requires_grad=True)
    y = x * 1
    y %= 2.0
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [1.0, 1.0])
    with pytest.raises(AssignmentError, match=r"remainder on a leaf of shape \(2,\) that requires grad"):
        x %= 2.0


def test_in_place_operators_keep_shape_and_kind():
    i = ac.arange(3)
    with pytest.raises(DtypeError, match=r"^divide of int64\[3\], int\[\]: Cannot cast"):
        i /= 2
    with pytest.raises(ShapeError, match=r"^bitwise_and of int64\[3\], int64\[2, 3\]: non-broadcastable output"):
        i &= ac.ones((2, 3), dtype=ac.int64)
    for x in (ac.ones(3), ac.tensor(np.ones(3), requires_grad=True) * 1, ac.ones((3, 3))):
        with pytest.raises(ShapeError, match=r"^an in-place matmul of a Tensor by an operand of shape \(3,\) does not keep"):
            x @= ac.ones(3)


@pytest.mark.parametrize("convert", [bool, int, float, complex, operator.index])
def test_zero_dimensional_tensors_convert_to_python_numbers(convert):
    assert convert(ac.asarray(3)) == convert(3)


def test_integer_tensors_index():
    rows = ac.asarray([[1, 2], [3, 4]])
    assert [10, 20, 30][ac.asarray(1)] == 20
    np.testing.assert_array_equal(rows[ac.asarray([1, 0])].numpy(), [[3, 4], [1, 2]])
    np.testing.assert_array_equal(rows[rows > 2].numpy(), [3, 4])
    np.testing.assert_array_equal(rows[None, ..., ac.asarray(0)].numpy(), [[1, 3]])
