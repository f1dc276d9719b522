"""What is linear says so: forward mode then applies it to a tangent, and needs neither its rule nor a recorded transpose."""

import numpy as np
import pytest

from autograd_core._primitive import TABLE, Primitive
from autograd_core.testing import laws

from .cases import CASES
from .test_cases import draw, listed

PRIMITIVES = [
    case for case in CASES if isinstance(TABLE.get(case.function), Primitive) and not TABLE[case.function].elementwise
]


def linear_in(case, call, places):
    """Whether `f(2 a + 3 b) = 2 f(a) + 3 f(b)` in these operands, where the others stay as they are."""
    drawn, other = draw(case, call, 0), draw(case, call, 1)
    a, b = (
        drawn.operands,
        [y if k in places else x for k, (x, y) in enumerate(zip(drawn.operands, other.operands, strict=True))],
    )

    def f(xs):
        return [np.asarray(y) for y in listed(drawn.f(*xs))]

    moved = f([2 * x + 3 * y if k in places else x for k, (x, y) in enumerate(zip(a, b, strict=True))])
    return all(np.allclose(y, 2 * ya + 3 * yb, rtol=1e-9) for y, ya, yb in zip(moved, f(a), f(b), strict=True))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", PRIMITIVES, ids=lambda case: case.name)
def test_a_linear_function_says_so(case):
    """One that is linear in each operand, or in all together; if so its walks are each other's transposes."""
    entry = TABLE[case.function]
    places = [(call, range(len(draw(case, call, 0).operands))) for call in case.calls]
    if all(linear_in(case, call, {place}) for call, several in places for place in several):
        assert entry.linear or entry.multilinear
    if entry.rule is not None and all(linear_in(case, call, several) for call, several in places):  # any number of operands
        assert entry.linear
    if entry.linear or entry.multilinear:
        drawn = draw(case, case.calls[-1], 0)
        laws.adjoint(drawn.f, *drawn.operands, rtol=case.rtol)


def test_many_are_compared():
    """An enumeration that found nothing would pass everything above."""
    linear = [case for case in PRIMITIVES if TABLE[case.function].linear or TABLE[case.function].multilinear]
    assert len(linear) > 30
