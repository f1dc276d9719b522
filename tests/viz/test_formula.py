"""Two independent derivatives of one program: SymPy's of its formula, and the engine's."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_core as ac
from autograd_core.viz import formula

sympy = pytest.importorskip("sympy")

RULES = {
    "constant": lambda x: 0 * x + 3.0,
    "power": lambda x: x**5,
    "negative power": lambda x: x**-2,
    "root": ac.sqrt,
    "exponential": lambda x: ac.exp(3 * x),
    "exponential of any base": lambda x: 2.0**x,
    "logarithm": ac.log,
    "logarithm of any base": lambda x: ac.log10(x) + ac.log2(x),
    "sine": ac.sin,
    "cosine": ac.cos,
    "tangent": ac.tan,
    "arcs": lambda x: ac.arctan(x) + ac.arcsin(x / 4) - ac.arccos(x / 4),
    "hyperbolic": lambda x: ac.sinh(x) * ac.cosh(x) - ac.tanh(x),
    "sum": lambda x: x**2 + ac.sin(x),
    "product": lambda x: x**2 * ac.sin(x),
    "quotient": lambda x: ac.sin(x) / (x**2 + 1),
    "chain": lambda x: ac.exp(ac.sin(x**2)),
    "chain of three": lambda x: ac.log(1 + ac.exp(ac.cos(3 * x))),
    "variable exponent": lambda x: x**x,
    "reciprocal": lambda x: ac.reciprocal(x) + ac.square(x),
    "small arguments": lambda x: ac.expm1(x) * ac.log1p(x),
}


def compare(f, at, order=1):
    x = ac.tensor(at, requires_grad=True, name="x")
    expression = formula(f(x))
    g = f
    for _ in range(order):
        expression = sympy.diff(expression, "x")
        g = ac.grad(g)
    return float(expression.subs("x", sympy.Float(at, 30)).evalf(25)), g(at).item()


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", RULES)
def test_each_rule_of_differentiation(name, order):
    theirs, ours = compare(RULES[name], 0.7, order)
    assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-12)


@st.composite
def programs(draw, depth=4):
    """Expressions that are smooth everywhere, so that both derivatives exist."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        constant = draw(st.sampled_from([None, 2.0, -0.5, 3.0]))
        return (lambda x: x) if constant is None else (lambda x: x * constant)
    a = draw(programs(depth - 1))
    b = draw(programs(depth - 1))
    return draw(
        st.sampled_from(
            [
                lambda x: a(x) + b(x),
                lambda x: a(x) - b(x),
                lambda x: a(x) * b(x),
                lambda x: a(x) / (b(x) ** 2 + 1),
                lambda x: ac.sin(a(x)),
                lambda x: ac.tanh(a(x)),
                lambda x: ac.arctan(a(x)) ** 2,
                lambda x: ac.exp(-(a(x) ** 2)),
                lambda x: ac.log(a(x) ** 2 + 2),
            ]
        )
    )


@settings(max_examples=40)
@given(programs(), st.sampled_from([-1.3, 0.4, 2.0]))
def test_random_programs(f, at):
    theirs, ours = compare(f, at)
    assert ours == pytest.approx(theirs, rel=1e-8, abs=1e-9)


def test_several_variables_and_latex():
    x, y = (ac.tensor(v, requires_grad=True, name=n) for v, n in ((2.0, "x"), (3.0, "y")))
    expression = formula(x**2 * y + ac.exp(-y) / 2)
    assert str(expression) == "x**2*y + exp(-y)/2"
    assert sympy.latex(expression) == r"x^{2} y + \frac{e^{- y}}{2}"
    assert float(expression.subs({"x": 2, "y": 3})) == pytest.approx(12 + math.exp(-3) / 2)


def test_leaves_that_share_a_name_stay_apart():
    a, b = (ac.tensor(v, requires_grad=True, name="x") for v in (1.0, 2.0))
    assert str(formula(a - b)) == "x - x_2"
    assert str(formula(ac.tensor(1.0, requires_grad=True) * ac.tensor(2.0, requires_grad=True))) == "x0*x1"


def test_symbols_can_be_given():
    x = ac.tensor(-2.0, requires_grad=True, name="x")
    real = sympy.Symbol("x", real=True)
    assert formula(ac.abs(x), names={"x": real}).diff(real) == sympy.sign(real)


def test_numbers_are_exact():
    x = ac.tensor(1.0, requires_grad=True, name="x")
    assert formula(x * 0.25 + 3) == sympy.Symbol("x") / 4 + 3


def test_what_has_no_formula_says_so():
    x = ac.tensor([1.0, 2.0], requires_grad=True, name="x")
    with pytest.raises(ac.UnsupportedFunction, match=r"a leaf has shape \(2,\); every value must be a scalar"):
        formula(x.sum())
    with pytest.raises(ac.UnsupportedFunction, match=r"formula of a Tensor of shape \(\) without history"):
        formula(ac.tensor(1.0))
    y = ac.tensor(1.0, requires_grad=True)
    with pytest.raises(ac.UnsupportedFunction, match="sinc has no scalar formula"):
        formula(np.sinc(y))
    z = y * y
    z.backward()
    with pytest.raises(ac.UnsupportedFunction, match=r"backward\(\) has released the numbers"):
        formula(z)


def test_a_deep_formula_needs_no_recursion_of_ours():
    x = ac.tensor(1.0, requires_grad=True, name="x")
    y = x
    for _ in range(3000):
        y = y + 1.0
    assert str(formula(y)) == "x + 3000"
