"""Every keyword of every function, one at a time, and every operand as integers or stacked: NumPy's value, and the derivative
that differences of it have.

The calls of the table of cases are varied by NumPy's signatures, so that an axis from either end, a kept axis, a dtype or a
method that no case names is still computed, and differentiated, as NumPy means it.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd_core as ac

from .any_input import CHOICES, FLAGS
from .cases import Call, Case
from .every_case import CASES
from .test_bad_input import EXPECTED, PUBLIC, UNDETERMINED, compare
from .test_cases import Drawn, central, cotangent_for, draw, inner

AXES = [0, 1, -1, -2, None, (0, 1), (-1, 0)]
NUMBERS = [0, 1, -1, 2]
KEYWORDS: dict[str, list[Any]] = {name: values for name, values in CHOICES.items() if name not in {"subscripts", "indices"}} | {
    "axis": AXES, "axis1": NUMBERS, "axis2": NUMBERS, "axes": [*CHOICES["axes"], (0, -1)], "k": NUMBERS, "n": [0, 1, 2, 3, 5],
    "ddof": [0, 1, 2, 3, 4, 0.5], "correction": [0, 1], "ndmin": [0, 1, 3], "offset": NUMBERS, "rowvar": [True, False],
    "bias": [True, False], "num": [0, 1, 2, 5], "deg": [0, 1, 2], "m": [0, 1, 2], "dtype": ["f4", "f8", "c16", "i8"],
    "dx": [0.5, 2.0], "left": [0.5], "right": [0.5], "period": [1.5], "prepend": [0.5], "append": [0.5], "start": NUMBERS,
    "decimals": [0, 1, -1], "nan": [0.5], "posinf": [0.5], "neginf": [0.5], "edge_order": [1, 2], "order": ["C", "F", "A", "K"],
    "base": [2.0, 3], "copy": [True, False], "fill_value": [0.5], "minlength": [0, 5], "s": [(2, 2), (4, 3)],
    "trim": ["fb", "f", "b"], "UPLO": ["L", "U"], "offsets": NUMBERS, "shift": NUMBERS,
    "where": [np.array(True), np.array([False])],
}  # fmt: skip
LEFT_OUT = {"out", "like", "subok", "signature", "casting", "func", "func1d", "function"}


def variants(case: Case) -> Iterator[tuple[Call, str, Any]]:
    """Calls with one keyword set, or set otherwise."""
    try:
        parameters = inspect.signature(case.function).parameters.values()
    except ValueError:
        return
    for call in case.calls:
        for place, p in enumerate(parameters):
            if p.default is p.empty or p.name in LEFT_OUT or place < len(call.args) or p.kind is p.POSITIONAL_ONLY:
                continue
            values = [True, False] if p.name in FLAGS else KEYWORDS.get(p.name, [])
            for value in values:
                yield Call(call.args, {**call.kwargs, p.name: value}), p.name, value


OTHERS: dict[str, set[Any]] = {name: {"c16", "i8"} for name in ("var", "std", "nanvar", "nanstd")}
OTHERS |= {name: {"c16"} for name in ("scipy.psi", "ive", "jve", "yve")} | {"special.lambertw": {0.1}}
"""Values of keywords for which ours have other dtypes (`test_any_input.py` says which), no rule or, in `lambertw`, an error."""
THEIRS = [
    *PUBLIC,
    *(case for case in CASES if case not in PUBLIC and case.name.startswith(("special.", "elementwise.", "reductions."))),
]
VARIED = [case for case in THEIRS if next(variants(case), None) is not None]


def seeds(make: Callable[[int], Drawn], what: str) -> None:
    """Check one draw; or another, where differences stepped over a tie or the flip of a sign, and are no witness."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(3):
            try:
                check(make(seed))
            except Exception as error:
                if seed == 2:
                    error.add_note(what)
                    raise
            else:
                return


@pytest.mark.parametrize("case", VARIED, ids=lambda case: case.name)
def test_one_keyword_at_a_time(case: Case) -> None:
    for call, name, value in variants(case):
        if not isinstance(value, str | float) or value not in OTHERS.get(case.name, ()):
            seeds(partial(draw, case, call), f"with {name}={value!r} of {call}")


@pytest.mark.parametrize("case", THEIRS, ids=lambda case: case.name)
def test_one_operand_at_a_time(case: Case) -> None:
    """As integers, which have no derivative beside others that have, and as a stack of two."""
    for call in case.calls:
        for place in range(len(draw(case, call, 0).operands)):
            seeds(partial(with_integers, case, call, place), f"with integers as operand {place} of {call}")
            seeds(partial(with_a_stack, case, call, place), f"with a stack as operand {place} of {call}")


def with_integers(case: Case, call: Call, place: int, seed: int) -> Drawn:
    drawn = draw(case, call, seed)
    drawn.operands[place] = np.rint(3 * np.real(drawn.operands[place])).astype(int)
    return drawn


def with_a_stack(case: Case, call: Call, place: int, seed: int) -> Drawn:
    drawn, other = draw(case, call, seed), draw(case, call, seed + 10)
    for values, others in ((drawn.operands, other.operands), (drawn.directions[0], other.directions[0])):
        values[place] = np.stack([values[place], others[place]])
    drawn.operands[place][1] += 0.02  # no ties, in the domain of distinct numbers
    return drawn


def check(drawn: Drawn) -> None:
    """A value is NumPy's where it has one, and its derivative along a direction that of central differences."""
    case, xs = drawn.case, drawn.operands
    reference = case.reference or case.function
    try:
        expected = reference(*drawn.rebuild([x.copy() for x in xs]), **drawn.kwargs)
    except EXPECTED:
        return
    leaves = [ac.tensor(x, requires_grad=x.dtype.kind in "fc") for x in xs]
    try:
        actual = drawn.f(*leaves)
    except ac.UnsupportedFunction:
        return
    except ac.ShapeError as error:
        if "memory layout" not in str(error):  # what NumPy computes has shapes that fit
            raise
        return
    if case.name not in UNDETERMINED:
        compare(actual, expected)
    if case.through is None and any(t.requires_grad for t in leaves):
        differentiate(drawn, leaves)


def differentiate(drawn: Drawn, leaves: list[Any]) -> None:
    def floating(x: Any) -> list[Any]:
        return [y for y in drawn.result(*x) if y.requires_grad]

    ys = floating(leaves)
    if not ys or not all(np.isfinite(y.numpy()).all() for y in ys):
        return
    us = [cotangent_for(y, drawn.rng) for y in ys]
    inner(us, ys).backward()
    moving = [k for k, t in enumerate(leaves) if t.grad is not None]
    directions = [drawn.directions[0][k] for k in moving]
    moved = sum(float(np.sum(np.real(np.conj(v) * leaves[k].grad.numpy()))) for k, v in zip(moving, directions, strict=True))

    def s(*xs: Any) -> Any:
        full = list(leaves)
        for k, x in zip(moving, xs, strict=True):
            full[k] = ac.tensor(x.numpy(), requires_grad=True)
        return inner(us, floating(full))

    witness = central(s, [drawn.operands[k] for k in moving], directions)
    scale = 1 + abs(moved) + sum(float(np.sum(np.abs(y.numpy()))) for y in ys)
    narrow = drawn.kwargs.get("dtype") == "f4" or any(y.dtype.itemsize <= 4 * (1 + (y.dtype.kind == "c")) for y in ys)
    assert abs(witness - moved) <= (1e-2 if narrow else 1e-6) * scale, f"central differences give {witness}, not {moved}"


def test_most_functions_have_keywords() -> None:
    """An enumeration that found nothing would pass everything above."""
    assert len(VARIED) > len(CASES) // 3
