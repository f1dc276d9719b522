"""What follows for every entry of `cases.py`, without another line: values, derivatives to order 3 in both walks, dtypes.

Derivatives are tested as numbers: from `s0(x) = Re <u, f(x)>` each next one is `s(k+1) = Re <grad s(k), v(k+1)>`. Central
differences of `s(k)` along `v(k+1)` are its independent witness, and the forward walk must give the same to rounding.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import autograd_core as ac
from autograd_core import _record
from autograd_core._primitive import TABLE, Composite, Constant, Primitive
from autograd_core._tree import flatten
from autograd_core.testing.domains import Operand

from .cases import CONSTANT, Call, Case
from .every_case import CASES

VARIANTS = [(case, i) for case in CASES for i in range(len(case.calls))]
IDS = [f"{case.name}-{i}" for case, i in VARIANTS]
TOLERANCE = {"": 1e-12, "f4": 1e-5, "f2": 2e-2}
every_call = pytest.mark.parametrize(("case", "i"), VARIANTS, ids=IDS)


@dataclass
class Drawn:
    """A call with its operands drawn: `differentiable` ones, which `f` takes, and the rest, which it holds."""

    case: Case
    operands: list[np.ndarray]
    kwargs: dict[str, Any]
    directions: list[list[np.ndarray]] = field(repr=False)
    rebuild: Any = field(repr=False)
    rng: np.random.Generator = field(repr=False)

    def f(self, *xs: Any) -> Any:
        args = self.rebuild(list(xs))
        return self.case.function(*args, **self.kwargs)

    def result(self, *xs: Any) -> list[Any]:
        """The floating outputs, as a list."""
        y = self.f(*xs)
        if self.case.through is not None:
            y = self.case.through(y)
        leaves, _ = flatten(y if not isinstance(y, tuple) else list(y))
        return [leaf for leaf in leaves if leaf.dtype.kind in "fc"]


def is_operand(x: Any) -> bool:
    return isinstance(x, Operand)


def draw(case: Case, call: Call, seed: int, shapes: Any = None, kinds: str = "") -> Drawn:
    """Draw the operands of a call; `kinds` has a "c" in the place of each complex one."""
    rng = np.random.default_rng(seed)
    leaves, rebuild = flatten(list(call.args))
    where, operands, directions, place = [], [], [[], [], []], 0
    for i, leaf in enumerate(leaves):
        if not is_operand(leaf):
            continue
        operand = leaf if shapes is None else Operand(leaf.domain, shapes[place])
        is_complex = kinds[place : place + 1] == "c"
        value = operand.draw(rng, place, complex=is_complex)
        place += 1
        if operand.domain.constant:
            leaves[i] = value
            continue
        where.append(i)
        operands.append(value)
        for of_order in directions:
            of_order.append(operand.direction(rng, complex=is_complex))

    def with_operands(xs: list[Any]) -> list[Any]:
        full = list(leaves)
        for i, x in zip(where, xs, strict=True):
            full[i] = x
        return rebuild(full)

    return Drawn(case, operands, call.kwargs, directions, with_operands, rng)


def shapes_for(case: Case) -> st.SearchStrategy[Any]:
    """Shapes that broadcast, zero-dimensional and empty ones among them, for an element-wise function."""
    if not case.pointwise:
        return st.none()
    n = len(case.calls[0].args)
    return mutually_broadcastable_shapes(num_shapes=n, max_dims=2, max_side=3, min_side=0).map(lambda s: s.input_shapes)


def kinds_for(case: Case, i: int) -> st.SearchStrategy[str]:
    """Which operands are complex: none, all, or a mixture."""
    n = sum(map(is_operand, flatten(list(case.calls[i].args))[0]))
    if not case.complex:
        return st.just("f" * n)
    if not case.mixed:
        return st.sampled_from(["f" * n, "c" * n])
    return st.text("fc", min_size=n, max_size=n)


def examples(case: Case, i: int) -> st.SearchStrategy[Drawn]:
    def make(drawn: tuple[int, Any, str]) -> Drawn:
        return draw(case, case.calls[i], *drawn)

    return st.tuples(st.integers(0, 2**32 - 1), shapes_for(case), kinds_for(case, i)).map(make)


def run(case: Case, i: int, check: Any, count: int) -> None:
    """Run a check on drawn examples; element-wise functions, of one call, get three times as many."""

    @settings(max_examples=count * (3 if case.pointwise else 1))
    @given(examples(case, i))
    def law(drawn: Drawn) -> None:
        check(drawn)

    law()


def inner(us: list[Any], ys: list[Any]) -> Any:
    """The real inner product of two lists of arrays."""
    total: Any = 0.0
    for u, y in zip(us, ys, strict=True):
        total = total + np.sum(np.real(np.conj(u) * y))
    return total


def same(actual: Any, expected: Any, rtol: float, what: str) -> None:
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, what
    assert actual.dtype == expected.dtype, what
    scale = 1 + np.abs(expected[np.isfinite(expected)]).max(initial=0) if expected.dtype.kind in "fc" else 1
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol * scale, err_msg=what)


@every_call
def test_value_is_numpys(case: Case, i: int) -> None:
    """On Tensors a function computes what it computes on arrays: values, shapes, dtypes, structure, with or without history."""
    reference = case.reference or case.function

    def check(drawn: Drawn) -> None:
        for dtype in ("", "f4", "f2") if case.half else ("", "f4"):
            xs = [narrowed(x, dtype) for x in drawn.operands]
            expected = reference(*drawn.rebuild(xs), **drawn.kwargs)
            some = [ac.asarray(x) if k % 2 == 0 else x for k, x in enumerate(xs)]
            for operands in ([ac.tensor(x) for x in xs], [ac.tensor(x, requires_grad=True) for x in xs], some):
                outputs, expectations = listed(drawn.f(*operands)), listed(expected)
                assert len(outputs) == len(expectations)
                for y, e in zip(outputs, expectations, strict=True):
                    assert isinstance(y, ac.Tensor) or not isinstance(e, np.ndarray | np.generic)
                    y = y.numpy() if isinstance(y, ac.Tensor) else y
                    same(y, e, TOLERANCE[dtype] if np.asarray(e).dtype.kind in "fc" else 0, "value")

    run(case, i, check, 2)


def narrowed(x: np.ndarray, dtype: str) -> np.ndarray:
    if not dtype:
        return x
    return x.astype({"f4": "c8", "f2": "c8"}[dtype] if x.dtype.kind == "c" else dtype)


def listed(y: Any) -> list[Any]:
    return list(y) if isinstance(y, tuple | list) else [y]


@every_call
def test_derivatives(case: Case, i: int) -> None:
    """To order 3: the reverse walk, the forward walk over it, the forward walk over itself, and central differences."""
    run(case, i, check_derivatives, 2)


def check_derivatives(drawn: Drawn) -> None:
    case, rng, xs = drawn.case, drawn.rng, drawn.operands
    ys = drawn.result(*map(ac.asarray, xs))
    us = [cotangent_for(y, rng) for y in ys]
    levels: list[Any] = [lambda *x: inner(us, drawn.result(*x))]
    forward: Any = drawn.result
    everything = tuple(range(len(xs)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_record, "KEPT", -1)  # no operand is kept by chance, so that what no rule declares to read is not there
        for order in range(1, case.order + 1):
            s, v = levels[-1], drawn.directions[order - 1]
            gradients = ac.grad(s, everything)(*xs)
            for g, x in zip(gradients, xs, strict=True):
                assert g.shape == x.shape
                assert g.dtype == x.dtype
            now = number(inner(gradients, v))
            moved = number(ac.jvp(s, tuple(xs), tuple(v))[1])
            forward = partial(pushed, forward, v)
            twice = number(inner(us, forward(*xs)))
            scale = 1 + abs(now) + abs(number(s(*xs)))
            close = case.rtol * 1e-4 * scale
            assert abs(moved - now) <= close, f"order {order}: forward over reverse gives {moved}, reverse {now}"
            assert abs(twice - now) <= close, f"order {order}: forward gives {twice}, reverse {now}"
            witness = central(s, xs, v)
            assert abs(witness - now) <= case.rtol * scale, f"order {order}: central differences give {witness}, not {now}"
            levels.append(partial(along, s, everything, v))


def cotangent_for(y: Any, rng: np.random.Generator) -> np.ndarray:
    u = rng.uniform(-1, 1, y.shape)
    if y.dtype.kind == "c":
        u = u + 1j * rng.uniform(-1, 1, y.shape)
    return u.astype(y.dtype)


def along(s: Any, argnums: tuple[int, ...], v: list[Any], *xs: Any) -> Any:
    return inner(v, list(ac.grad(s, argnums)(*xs)))


def pushed(f: Any, v: list[Any], *xs: Any) -> list[Any]:
    return list(ac.jvp(f, xs, tuple(v))[1])


def number(t: Any) -> float:
    return float(t.item()) if isinstance(t, ac.Tensor) else float(t)


def central(s: Any, xs: list[np.ndarray], v: list[np.ndarray], h: float = 2e-3) -> float:
    """Differences of fourth order in `h`."""

    def at(step: float) -> float:
        return number(s(*(ac.asarray(x + step * d) for x, d in zip(xs, v, strict=True))))

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


@every_call
def test_gradients_have_their_operands_dtypes(case: Case, i: int) -> None:
    """Each gradient has its operand's shape and dtype in every mixture, agrees with float64's, and is the same when recorded,
    when wanted alone, and in the other walk."""

    def check(drawn: Drawn) -> None:
        rng, xs = drawn.rng, drawn.operands
        us = [cotangent_for(y, rng) for y in drawn.result(*map(ac.asarray, xs))]
        exact = gradients_of(drawn, xs, us)
        same_all(gradients_of(drawn, xs, us, create_graph=True), exact, 1e-12, "recorded")
        for k in range(len(xs)):
            same(gradients_of(drawn, xs, us, only=k)[k], exact[k], 1e-12, f"operand {k} alone")
        mixtures = [["f4"] * len(xs), *([["f4", "", "f4"][: len(xs)]] if 1 < len(xs) < 4 else [])]
        if case.half:
            mixtures.append(["f2"] * len(xs))
        for dtypes in mixtures:
            narrow = [narrowed(x, d) for x, d in zip(xs, dtypes, strict=True)]
            tolerance = 0.2 if "f2" in dtypes else 1e-3
            scale = 1 + max((float(np.abs(e).max(initial=0)) for e in exact), default=0)
            for x, g, e in zip(narrow, gradients_of(drawn, narrow, us), exact, strict=True):
                assert g.dtype == x.dtype
                assert g.shape == x.shape
                np.testing.assert_allclose(g, e, atol=tolerance * scale, rtol=tolerance)

    run(case, i, check, 1)


def same_all(actual: list[Any], expected: list[Any], rtol: float, what: str) -> None:
    for a, e in zip(actual, expected, strict=True):
        same(a, e, rtol, what)


def gradients_of(drawn: Drawn, xs: Any, us: Any, *, only: int | None = None, create_graph: bool = False) -> list[Any]:
    """Gradients of `Re <u, f(x)>` by `backward`, as arrays; None where an operand is held."""
    leaves = [ac.tensor(x, requires_grad=only in (None, k)) for k, x in enumerate(xs)]
    ys = drawn.result(*leaves)
    total = inner([u.astype(y.dtype) for u, y in zip(us, ys, strict=True)], ys)
    if isinstance(total, ac.Tensor) and total.requires_grad:
        total.backward(create_graph=create_graph)
    return [np.zeros_like(x) if t.grad is None else t.grad.numpy() for t, x in zip(leaves, xs, strict=True)]


# -- the table itself -----------------------------------------------------------------------------------------------------


def entered() -> set[Any]:
    """The functions of the table, and those that they stand for."""
    functions = {case.function for case in CASES}
    return functions | {f.__wrapped__ for f in functions if hasattr(f, "__wrapped__")}


@pytest.mark.parametrize("kind", [Primitive, Composite])
def test_every_function_has_a_case(kind: type) -> None:
    """No primitive can exist untested, nor a composite: NumPy's functions and our own."""
    known = {id(f) for f in entered()}
    missing = [f"{e.name} ({f.__module__ if hasattr(f, '__module__') else 'numpy'})" for f, e in TABLE.items()
               if isinstance(e, kind) and id(f) not in known and "autograd_core" in origin(e)]  # fmt: skip
    assert not missing, f"enter these in tests/cases.py: {', '.join(missing)}"


def origin(entry: Any) -> str:
    """The module that gave an entry its rules: doctests and other tests register functions of their own."""
    rules = [entry.body] if isinstance(entry, Composite) else [r for r in (*entry.rules, entry.rule) if r is not None]
    if rules and rules[0].__code__.co_filename.startswith("<doctest"):
        return "a doctest"
    return rules[0].__module__ if rules else "autograd_core"


def test_names_are_unique() -> None:
    """A failing test names one entry; two of one name would hide each other."""
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)), {n for n in names if names.count(n) > 1}


@pytest.mark.parametrize("constant", CONSTANT, ids=lambda c: c.function.__name__)
def test_constant_functions_have_no_history(constant: Any) -> None:
    """Their derivative is zero wherever it exists, so their results are plain numbers: nothing is recorded."""
    assert isinstance(TABLE[constant.function], Constant)
    rng = np.random.default_rng(0)
    xs = [operand.draw(rng, k) for k, operand in enumerate(constant.operands)]
    y = constant.function(*(ac.tensor(x, requires_grad=True) for x in xs))
    expected = constant.function(*xs)
    if isinstance(y, ac.Tensor):
        assert not y.requires_grad
        y = y.numpy()
    same(y, expected, 0, constant.function.__name__)


def takes_out(case: Case) -> bool:
    function = case.function
    if isinstance(function, np.ufunc):
        return True
    try:
        known = "out" in inspect.signature(function).parameters
    except ValueError:  # it is written in C, and its documentation opens with its signature
        known = "out=None" in function.__doc__.strip().partition("\n")[0]
    return known and (function.__module__ or "").startswith("numpy")


@pytest.mark.parametrize("case", [case for case in CASES if takes_out(case)], ids=lambda case: case.name)
def test_out_is_refused_and_not_written(case: Case) -> None:
    """Neither ignored, which would leave the caller's array as it was, nor written, which no graph would know of."""
    drawn = draw(case, case.calls[0], 0)
    leaves = [ac.tensor(x, requires_grad=True) for x in drawn.operands]
    outs = [np.full_like(y, 7) for y in listed(case.function(*drawn.rebuild(drawn.operands), **drawn.kwargs))]
    with pytest.raises(ac.UnsupportedFunction, match=r"out=...\) writes into an array"):
        case.function(*drawn.rebuild(leaves), **drawn.kwargs, out=tuple(outs) if len(outs) > 1 else outs[0])
    assert all((out == 7).all() for out in outs)
