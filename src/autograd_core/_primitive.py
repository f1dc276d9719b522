"""The table of primitives: what calculus must know about each NumPy function, and the verbs that fill it.

A rule is a plain NumPy expression of `(g, y, *operands, **metadata)`: given arrays it computes a cotangent, given Tensors it
records one. Its parameter names declare what it reads: a leading underscore promises "shape and dtype only".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from ._errors import RuleError, UnsupportedFunction

__all__ = [
    "LATE",
    "TABLE",
    "Composite",
    "Constant",
    "Entry",
    "Primitive",
    "Refused",
    "Rule",
    "composite",
    "constant",
    "elementwise",
    "entry_of",
    "general",
    "linear",
    "look_up",
    "primitive",
    "refused",
    "variadic",
]

Function = Callable[..., Any]
Rule = Callable[..., Any]
F = TypeVar("F", bound=Function)

_GIVEN = 2  # a rule starts with the cotangent `g` and the output `y`


class Primitive:
    """One differentiable function: how to compute it, its rules, and what they read."""

    __slots__ = (
        "_rules_by_place", "add_to", "arity", "elementwise", "forward", "function", "holomorphic", "joint", "linear",
        "multilinear", "name", "names", "reads", "reads_output", "rule", "rules", "weak", "words",
    )  # fmt: skip

    def __init__(
        self,
        function: Function,
        rules: tuple[Rule | None, ...],
        *,
        forward: Function | None = None,
        rule: Rule | None = None,
        joint: Rule | None = None,
        elementwise: bool = False,
        linear: bool = False,
        multilinear: bool = False,
        holomorphic: bool = True,
        add_to: Function | None = None,
        words: str = "",
    ) -> None:
        # what computes on arrays is the function inside the dispatcher, NumPy's or ours
        self.function = function
        self.forward: Any = forward or getattr(function, "__wrapped__", function)
        self.name: str = function.__name__
        self.rules, self.rule, self.arity = rules, rule, len(rules)
        self.joint = joint  # joint(recorded, g, y, *operands): all cotangents at once, where they come from one computation
        self.elementwise, self.linear, self.multilinear = elementwise, linear, multilinear
        self.holomorphic, self.add_to, self.words = holomorphic, add_to, words
        self._rules_by_place: tuple[Rule, ...] = ()
        self.names = parameter_names(function)
        # of NumPy's own ufuncs of equal dtypes: a Python number may become an array (not so in `ldexp`, nor in SciPy's)
        self.weak = elementwise and self.forward is function and "ff->f" in getattr(function, "types", ())
        self.weak = self.weak and getattr(np, self.name, None) is function
        if rule is None:
            declared = [_declared(self.name, r, self.arity) for r in rules if r is not None]
            reads = [any(not names[i].startswith("_") for names in declared) for i in range(_GIVEN + self.arity)]
            self.reads_output, self.reads = reads[1], tuple(reads[_GIVEN:])
        else:
            code = rule.__code__
            self.reads_output = not code.co_varnames[1].startswith("_")
            self.reads = (not code.co_varnames[code.co_argcount + code.co_kwonlyargcount].startswith("_"),)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def rules_of(self, count: int) -> tuple[Rule | None, ...]:
        """The rules of a call with `count` operands, one each: a variadic primitive has one rule that is told which."""
        if self.rule is None:
            return self.rules
        rules = self._rules_by_place
        if len(rules) < count:  # assigned whole, since another thread may be here too
            rules = self._rules_by_place = tuple(_at_place(self.rule, i) for i in range(count))
        return rules[:count]

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Split the arguments of a call into operands, in order, and metadata by name."""
        if self.rule is not None:
            return args, kwargs
        names, arity = self.names, self.arity
        if len(args) > len(names) or any(name in kwargs for name in names[: len(args)]):
            raise TypeError(f"{self.name}() got arguments that do not fit its signature ({', '.join(names)})")
        bound = dict(zip(names, args, strict=False)) | kwargs
        for name in names[:arity]:
            if name not in bound:
                raise TypeError(f"{self.name}() missing its operand {name!r}")
        operands = tuple(bound.pop(name) for name in names[:arity])
        return operands, {name: value for name, value in bound.items() if value is not np._NoValue}


@dataclass(frozen=True, slots=True)
class Composite:
    """A function written with other functions of the table; its derivatives follow."""

    name: str
    body: Function
    numpys: Function | None = None
    """NumPy's or SciPy's own function, which computes where nothing has a history; None where the body always does."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A function whose result is locally constant or not a number: computed, never differentiated."""

    name: str
    function: Function


@dataclass(frozen=True, slots=True)
class Refused:
    """A function that raises on a Tensor, with the reason."""

    name: str
    reason: str


Entry = Primitive | Composite | Constant | Refused
TABLE: dict[Function, Entry] = {}
LATE: list[Callable[[], object]] = []
"""Families of rules that are registered when a function outside the table is first asked for."""


def parameter_names(function: Function) -> tuple[str, ...]:
    """Names of the parameters that may be given by position, in order."""
    if isinstance(function, np.ufunc):
        return tuple("abcdefgh"[: function.nin])
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in inspect.signature(function).parameters.values() if p.kind in kinds)


def _declared(name: str, rule: Rule, arity: int) -> tuple[str, ...]:
    code = rule.__code__
    names = code.co_varnames[: code.co_argcount]
    if len(names) < _GIVEN + arity:
        raise RuleError(f"a rule of {name} takes ({', '.join(names)}); it must start with g, y and {arity} operand(s)")
    return names[: _GIVEN + arity]


def _at_place(rule: Rule, i: int) -> Rule:
    return lambda g, y, *operands, **meta: rule(g, y, i, *operands, **meta)


def elementwise(function: Function, *rules: Rule | None, **options: Any) -> None:
    """Register a function whose Jacobian is diagonal, one rule an operand; the walk un-broadcasts for it.

    Parameters
    ----------
    function : callable
        A NumPy ufunc or function, or one made by `primitive`.
    *rules : callable or None
        ``rule(g, y, *operands, **metadata)`` for each operand; ``None`` where the derivative is zero.
    **options
        ``holomorphic=False`` for a function of complex numbers whose derivative depends on the direction;
        ``forward=`` a faster way to compute it on arrays; ``words=`` the derivative in words.

    Raises
    ------
    RuleError
        If a rule does not take the cotangent, the output and every operand.
    """
    TABLE[function] = Primitive(function, rules, elementwise=True, **options)


def general(function: Function, *rules: Rule | None, **options: Any) -> None:
    """Register a function with one rule an operand, in operand order.

    Options as for `elementwise`, and ``multilinear=True`` for a product, linear in each operand while the others are held.
    """
    TABLE[function] = Primitive(function, rules, **options)


def linear(function: Function, rule: Rule, **options: Any) -> None:
    """Register a function that is linear in its one operand: it pushes tangents by being applied to them.

    ``add_to(buffer, g, **metadata)``, if given, adds the cotangent into a buffer in place; unrecorded walks use it, so that
    reading one large array many times fills one buffer.
    """
    TABLE[function] = Primitive(function, (rule,), linear=True, **options)


def variadic(function: Function, rule: Rule, **options: Any) -> None:
    """Register a function of any number of operands with one ``rule(g, y, i, *operands, **metadata)`` for operand ``i``.

    ``joint(recorded, g, y, *operands)``, if given, returns all cotangents at once, where they share a computation.
    """
    TABLE[function] = Primitive(function, (), rule=rule, **options)


def composite(*functions: Function) -> Callable[[F], F]:
    """Register a function written with others of the table: its derivatives follow, nothing is recorded for itself."""

    def register(body: F) -> F:
        for function in functions:
            TABLE[function] = Composite(function.__name__, body, _numpys(function))
        return body

    return register


# these write into an operand, or take more than NumPy does (`clip` one bound alone), or keep an order (`unique_values`)
_BODY_ALWAYS = frozenset({
    "clip", "copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask", "unique_values",
})  # fmt: skip


def _numpys(function: Function) -> Function | None:
    foreign = isinstance(function, np.ufunc) or (getattr(function, "__module__", None) or "").startswith("numpy")
    return function if foreign and function.__name__ not in _BODY_ALWAYS else None


def constant(*functions: Function) -> None:
    """Register functions whose derivative is zero almost everywhere, or whose results are not numbers."""
    for function in functions:
        TABLE[function] = Constant(function.__name__, function)


def refused(reason: str, *functions: Function) -> None:
    """Register functions that raise `UnsupportedFunction` on a Tensor, and why."""
    for function in functions:
        TABLE[function] = Refused(function.__name__, reason)


def primitive(forward: F) -> F:
    """Make a function of arrays speak NumPy's override protocol, so that Tensors are dispatched through the table.

    Parameters
    ----------
    forward : callable
        Computes an array from arrays (positional) and metadata (keywords). It must not write into its operands.

    Returns
    -------
    callable
        The same function; give it a rule with `elementwise`, `linear`, `general` or `variadic`.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> @ac.primitive
    ... def cube(a):
    ...     return a * a * a
    >>> ac.elementwise(cube, lambda g, _y, a: g * 3 * a * a)
    >>> float(ac.grad(ac.grad(cube))(2.0).item())
    12.0
    """

    @wraps(forward)
    def call(*args: Any, **kwargs: Any) -> Any:
        for a in (*args, *kwargs.values()) if kwargs else args:
            if type(a) is not np.ndarray and hasattr(type(a), "__autograd__"):
                return a.__array_function__(call, (type(a),), args, kwargs)
        return forward(*args, **kwargs)

    TABLE[call] = Refused(forward.__name__, "it has no rule yet; give it one with ac.elementwise, ac.linear or ac.general")
    return call  # type: ignore[return-value]


def entry_of(function: Function) -> Primitive:
    """The primitive that a function of the table is, for callers that keep it."""
    entry = TABLE[function]
    assert type(entry) is Primitive, function
    return entry


def look_up(function: Function) -> Entry:
    """Find a function's entry.

    Raises
    ------
    UnsupportedFunction
        If it has none, or is refused.
    """
    entry = TABLE.get(function)
    while entry is None and LATE:
        LATE.pop()()
        entry = TABLE.get(function)
    if entry is None:
        name = getattr(function, "__name__", str(function))
        module = getattr(function, "__module__", None) or "numpy"
        raise UnsupportedFunction(
            f"no derivative rule is known for {module}.{name}; register one with ac.elementwise, ac.linear, ac.general or "
            "ac.composite, or call it on t.detach().numpy() to leave the graph on purpose"
        )
    if type(entry) is Refused:
        raise UnsupportedFunction(f"{entry.name} is not available on Tensors: {entry.reason}")
    return entry
