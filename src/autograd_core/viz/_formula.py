"""A scalar graph as mathematics: `formula` turns it into a SymPy expression, to read, print as LaTeX, or differentiate.

The derivative that SymPy takes of the expression and the one the engine computes are two independent answers to the
same question, which is what the tests compare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._errors import UnsupportedFunction, require
from .._graph import ancestors
from .._node import RELEASED, Form
from .._node import Node as EngineNode
from .._recording import IDENTITY
from .._tensor import Tensor
from ._build import tensor_of

#: SymPy's name for each primitive that has the same one argument or two.
NAMES = {
    "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "exp": "exp",
    "log": "log", "sqrt": "sqrt", "abs": "Abs", "absolute": "Abs", "fabs": "Abs", "sign": "sign", "erf": "erf",
    "arctan2": "atan2", "maximum": "Max", "minimum": "Min", "floor": "floor", "ceil": "ceiling",
    "cbrt": "cbrt", "gammaln": "loggamma",
}  # fmt: skip


def _rules(sympy: Any) -> dict[str, Callable[..., Any]]:
    """Return how to write each primitive that is not one function of SymPy's."""
    return {
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "multiply": lambda a, b: a * b,
        "divide": lambda a, b: a / b,
        "true_divide": lambda a, b: a / b,
        "power": lambda a, b: a**b,
        "float_power": lambda a, b: a**b,
        "negative": lambda a: -a,
        "positive": lambda a: a,
        "reciprocal": lambda a: 1 / a,
        "square": lambda a: a**2,
        "exp2": lambda a: 2**a,
        "expm1": lambda a: sympy.exp(a) - 1,
        "log1p": lambda a: sympy.log(1 + a),
        "log2": lambda a: sympy.log(a, 2),
        "log10": lambda a: sympy.log(a, 10),
        "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
        "logaddexp": lambda a, b: sympy.log(sympy.exp(a) + sympy.exp(b)),
        "expit": lambda a: 1 / (1 + sympy.exp(-a)),
        "log_expit": lambda a: -sympy.log(1 + sympy.exp(-a)),
        "relu": lambda a: sympy.Max(a, 0),
        "sum": lambda a: a,
        "mean": lambda a: a,
        "reshape": lambda a: a,
        "_operand": lambda a: a,
    }


def formula(t: Tensor, *, names: dict[str, Any] | None = None) -> Any:
    """Return a Tensor with one element as a SymPy expression of the leaves it was computed from.

    Parameters
    ----------
    t
        A scalar computed from scalars.
    names
        SymPy symbols for leaves by their names, such as real ones; others become symbols called by their names, or
        x0, x1, ... without assumptions, so that ``.diff("x")`` finds them.

    Returns
    -------
    sympy.Expr
        Displays as LaTeX in a notebook; ``sympy.diff`` differentiates it.

    Raises
    ------
    UnsupportedFunction
        If an operation has no scalar formula here, or an array of several elements takes part.
    MissingExtra
        If SymPy is not installed.

    Examples
    --------
    >>> import autograd_core as ac
    >>> x = ac.tensor(2.0, requires_grad=True, name="x")
    >>> formula(ac.sin(x) * x**2)
    x**2*sin(x)
    >>> formula(ac.sin(x) * x**2).diff("x")
    x**2*cos(x) + 2*x*sin(x)
    """
    sympy = require("sympy", "sympy")
    if t._node is None:
        raise UnsupportedFunction(
            f"formula of a Tensor of shape {t.shape} without history; compute it from a leaf that requires grad"
        )
    rules = _rules(sympy)
    given = dict(names or {})
    expressions: dict[EngineNode, Any] = {}
    used: dict[str, int] = {}
    for n in ancestors([t._node]):
        if n.size != 1:
            raise UnsupportedFunction(f"formula: {_what(n)} has shape {n.shape}; every value must be a scalar")
        if n.primitive is None or (n.primitive is IDENTITY and n.parents[0] is None):
            expressions[n] = _symbol(sympy, n, given, used)
            continue
        if n.args is RELEASED:
            raise UnsupportedFunction("formula: backward() has released the numbers of this graph; take the formula before it")
        operands = [expressions[p] if p is not None else _number(sympy, a, n) for a, p in zip(n.args, n.parents, strict=True)]
        name = n.primitive.name
        rule = rules.get(name) or (getattr(sympy, NAMES[name]) if name in NAMES else None)
        if rule is None:
            raise UnsupportedFunction(
                f"formula: {name} has no scalar formula; write it with {', '.join(sorted(NAMES)[:6])}, ..."
            )
        expressions[n] = rule(*operands)
    return expressions[t._node]


def _what(n: EngineNode) -> str:
    return "a leaf" if n.primitive is None else n.primitive.name


def _symbol(sympy: Any, n: EngineNode, given: dict[str, Any], used: dict[str, int]) -> Any:
    tensor = tensor_of(n)
    name = (tensor.name if tensor is not None else None) or f"x{len(used)}"
    if name in given:
        return given[name]
    used[name] = used.get(name, 0) + 1
    # Two different leaves of one name must not become one symbol.
    return sympy.Symbol(name if used[name] == 1 else f"{name}_{used[name]}")


def _number(sympy: Any, a: Any, n: EngineNode) -> Any:
    """Return a constant operand: exactly, when it is a whole number or a short fraction."""
    if isinstance(a, Form) or np.size(a) != 1:
        raise UnsupportedFunction(f"formula: {_what(n)} reads an array of shape {np.shape(a)}; every value must be a scalar")
    value = float(np.asarray(a).item())
    if value == int(value) and abs(value) < 2**53:
        return sympy.Integer(int(value))
    if value * 1024 == int(value * 1024):
        return sympy.Rational(int(value * 1024), 1024)
    return sympy.Float(value)
