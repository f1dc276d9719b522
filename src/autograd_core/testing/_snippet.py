"""Code that repeats a failure: the function, what it refers to, its rules if they are its own, and the operands."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from .. import _primitive
from .._tensor import Tensor

__all__ = ["array_source", "imported", "snippet"]

_GIVEN = {"np": "numpy", "ac": "autograd_core"}
_LARGEST = 200  # elements of an array that is written out


def array_source(x: Any) -> str:
    """Write an array as the Python code that makes it, to the last digit."""
    with np.printoptions(precision=17, threshold=sys.maxsize, floatmode="unique", linewidth=120):
        text = np.array2string(np.asarray(x), separator=", ")
    return f"np.array({text}, dtype={np.asarray(x).dtype.name!r})"


def imported(f: Callable[..., Any]) -> tuple[list[str], str] | None:
    """Lines that import `f`, and its name in them; None where it cannot be imported."""
    module, name = getattr(f, "__module__", None), getattr(f, "__qualname__", getattr(f, "__name__", ""))
    if getattr(np, name, None) is f:
        return [], f"np.{name}"
    special = sys.modules.get("scipy.special")
    if special is not None and getattr(special, name, None) is f:  # its ufuncs do not say where they come from
        return [f"from scipy.special import {name}"], name
    if module and module != "__main__" and getattr(sys.modules.get(module), name, None) is f:
        return [f"from {module} import {name}"], name
    return None


def snippet(
    f: Callable[..., Any],
    operands: Sequence[Any],
    call: str,
    metadata: dict[str, Any] | None = None,
    df: Callable[..., Any] | None = None,
) -> str:
    """Lines of Python that repeat a check, with the operands written out.

    `call` is the check, with ``{f}``, ``{df}`` and ``{xs}`` in place of the function, its derivative and its operands.
    """
    written = _Written()
    name = written.function(f, "f")
    derivative = "" if df is None else written.function(df, "df")
    if metadata:
        name = f"lambda *xs: {name}(*xs, {', '.join(f'{k}={v!r}' for k, v in metadata.items())})"
    names = [f"x{i}" for i in range(len(operands))]
    for n, x in zip(names, operands, strict=True):
        written.value(n, x)
    return "\n".join([*written.lines, call.format(f=name, df=derivative, xs=", ".join(names))])


class _Written:
    """Lines of a program that grows by what each function of it refers to."""

    def __init__(self) -> None:
        self.lines = ["import numpy as np", "import autograd_core as ac"]
        self.known: dict[int, str] = {}

    def function(self, f: Callable[..., Any], name: str) -> str:
        """Write a function, and return the expression it goes by."""
        if id(f) in self.known:
            return self.known[id(f)]
        if hasattr(f, "source"):  # a random program
            self.lines += f.source().splitlines()
            return "program"
        found = imported(f)
        if found is None:
            found = self._defined(f, name)
        lines, self.known[id(f)] = found
        self.lines += [line for line in lines if line not in self.lines or not line.startswith("from")]
        return self.known[id(f)]

    def _defined(self, f: Callable[..., Any], name: str) -> tuple[list[str], str]:
        plain = inspect.unwrap(f)
        code = getattr(plain, "__code__", None)
        statement = _statement(code) if isinstance(code, CodeType) else None
        if code is None or statement is None:
            return [f"{name} = ...  # {f!r}"], name
        self.known[id(f)] = own = statement.name if isinstance(statement, ast.FunctionDef) else name
        self.references(plain)
        entry = _primitive.TABLE.get(f)
        rules = [] if not isinstance(entry, _primitive.Primitive) else [r for r in (*entry.rules, entry.rule) if r is not None]
        registered: dict[str, None] = {}
        for rule in rules:
            made = _statement(rule.__code__) if hasattr(rule, "__code__") else None
            if isinstance(made, ast.Expr):
                registered[ast.unparse(made)] = None
                self.references(rule)
        if isinstance(statement, ast.FunctionDef):
            return [*ast.unparse(statement).splitlines(), *registered], own
        lambdas = [node for node in ast.walk(statement) if isinstance(node, ast.Lambda) and _spans(node, code)]
        if len(lambdas) != 1:
            return [f"{name} = ...  # {f!r}"], name
        return [f"{name} = {ast.unparse(lambdas[0])}"], name

    def references(self, f: Any) -> None:
        """Write what a function closes over or takes from its module."""
        if not inspect.isfunction(f):
            return
        variables = inspect.getclosurevars(f)
        for name, value in {**variables.globals, **variables.nonlocals}.items():
            if not (isinstance(value, ModuleType) and _GIVEN.get(name) == value.__name__):
                self.value(name, value)

    def value(self, name: str, value: Any) -> None:
        """Write the definition of a name."""
        if isinstance(value, ModuleType):
            line = f"import {name}" if name == value.__name__ else f"import {value.__name__} as {name}"
            self.lines += [line] if line not in self.lines else []
        elif isinstance(value, Tensor):
            self.lines.append(f"{name} = ac.asarray({array_source(value.numpy())})")
        elif isinstance(value, np.ndarray | np.generic):
            large = value.size > _LARGEST
            self.lines.append(
                f"{name} = ...  # an array of shape {value.shape}" if large else f"{name} = {array_source(value)}"
            )
        elif callable(value):
            expression = self.function(value, name)
            if expression != name:
                self.lines.append(f"{name} = {expression}")
        else:
            self.lines.append(f"{name} = {_plain(value)}")


def _plain(value: Any) -> str:
    """Numbers, strings and nested containers of them and of arrays, as Python."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_plain(v)}" for k, v in value.items()) + "}"
    if type(value) in (list, tuple):
        inner = ", ".join(map(_plain, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    if isinstance(value, Tensor | np.ndarray | np.generic):
        return array_source(value.numpy() if isinstance(value, Tensor) else value)
    return repr(value)


def _spans(node: Any, code: CodeType) -> bool:
    """Whether a piece of a program holds the first line of a function's code."""
    start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return bool(start <= code.co_firstlineno <= node.end_lineno)


def _statement(code: CodeType) -> ast.stmt | None:
    """The innermost statement that a function was written in."""
    text = "".join(linecache.getlines(code.co_filename))
    try:
        tree = ast.parse(textwrap.dedent(text))
    except SyntaxError:
        return None
    found: ast.stmt | None = None
    for node in _statements(tree):
        if _spans(node, code):
            found = node
            if isinstance(node, ast.FunctionDef) and node.name == code.co_name and min(_starts(node)) == code.co_firstlineno:
                break
    return found


def _starts(node: ast.FunctionDef) -> Iterator[int]:
    yield node.lineno
    yield from (d.lineno for d in node.decorator_list)


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """All statements, outer ones first."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            yield node
        yield from _statements(node)
