"""What a check says: a report when it passes, else an error with operand, element, operation and code that repeats it."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._errors import AutogradError

__all__ = ["AccuracyWarning", "DerivativeError", "Finding", "Report", "array_source", "named", "snippet"]


class DerivativeError(AutogradError, AssertionError):
    """A derivative disagrees with its witness; `finding` holds the numbers.

    Attributes
    ----------
    finding : Finding or None
        The operand, element, order, walk and values; None where a law failed that has no one element.
    operation : str or None
        The name of the operation of the graph whose rule is wrong, where one was found.
    """

    finding: Finding | None = None
    operation: str | None = None


class AccuracyWarning(UserWarning):
    """A check was done in a precision that hides errors of a percent."""


@dataclass(frozen=True)
class Finding:
    """One derivative that disagrees.

    Attributes
    ----------
    order : int
        Of the derivative.
    walk : str
        "reverse", "forward" or "given".
    operand : str
        Such as ``operand 0`` or ``operand 0['w']``.
    element : tuple of int
        Index within the operand.
    analytic, numerical, error : complex
        The derivative found wrong, its witness, and the estimated error of the witness.
    method : str
        How the witness was computed.
    weighted : bool
        Whether the values are of a sum of the results with random weights, as they are of functions of several results.
    note : str
        What is known about the point: a kink whose one-sided derivatives do not enclose the analytic one, and the like.
    """

    order: int
    walk: str
    operand: str
    element: tuple[int, ...]
    analytic: complex
    numerical: complex
    error: float
    method: str
    weighted: bool = False
    note: str = ""

    def __str__(self) -> str:
        where = f"with respect to {self.operand}" + (f", element {list(self.element)}" if self.element else "")
        label = {"reverse": "reverse walk", "forward": "forward walk", "given": "given"}.get(self.walk, self.walk)
        lines = [
            f"wrong derivative of order {self.order} {where}:",
            *(["    (of the results, summed with random weights)"] if self.weighted else []),
            f"    analytic  ({label}): {_number(self.analytic)}",
            f"    numerical ({self.method}): {_number(self.numerical)}, estimated error {self.error:.1e}",
        ]
        return "\n".join([*lines, f"    {self.note}"] if self.note else lines)


@dataclass(frozen=True)
class Report:
    """What a check that passed has done. It is true.

    Attributes
    ----------
    comparisons : int
        How many numbers were compared.
    worst : float
        The largest difference, relative to the size of what was compared.
    methods : tuple of str
        How the witnesses were computed.
    notes : tuple of str
        Kinks, jumps and places where no witness could be computed.
    """

    comparisons: int
    worst: float
    methods: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        methods = " and ".join(self.methods)
        text = f"{self.comparisons} derivatives agree with {methods}, worst relative difference {self.worst:.1e}"
        return "\n".join([text, *self.notes])


def _number(x: Any) -> str:
    x = complex(x)
    return repr(x.real) if x.imag == 0 else repr(x)


def array_source(x: Any) -> str:
    """Write an array as the Python code that makes it, to the last digit."""
    with np.printoptions(precision=17, threshold=200, floatmode="unique", linewidth=120):
        text = np.array2string(np.asarray(x), separator=", ")
    return f"np.array({text}, dtype={np.asarray(x).dtype.name!r})"


def named(f: Callable[..., Any]) -> tuple[list[str], str] | None:
    """Lines that import or define `f`, and its name in them; None where its source is not to be had."""
    if hasattr(f, "source"):  # a random program
        return f.source().splitlines(), "program"
    module, name = getattr(f, "__module__", None), getattr(f, "__qualname__", getattr(f, "__name__", ""))
    if hasattr(np, name) and getattr(np, name) is f:
        return [], f"np.{name}"
    special = sys.modules.get("scipy.special")
    if special is not None and getattr(special, name, None) is f:  # its ufuncs do not say where they come from
        return [f"from scipy.special import {name}"], name
    if module and name and module != "__main__" and "<" not in name and "." not in name:
        return [f"from {module} import {name}"], name
    try:
        source = textwrap.dedent(inspect.getsource(f))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    lambdas = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    if isinstance(tree.body[0], ast.FunctionDef):
        return source.rstrip().splitlines(), tree.body[0].name
    return ([f"f = {lambdas[0]}"], "f") if len(lambdas) == 1 else None


def snippet(f: Callable[..., Any], operands: Sequence[Any], call: str, metadata: dict[str, Any] | None = None) -> str:
    """Lines of Python that repeat a check, with the operands written out.

    `call` is the check, with ``{f}`` and ``{xs}`` in place of the function and its operands.
    """
    lines = ["import numpy as np", "import autograd_core as ac"]
    found = named(f)
    if found is None:
        found = [f"f = ...  # {f!r}"], "f"
    lines += found[0]
    name = found[1]
    free = inspect.getclosurevars(f).nonlocals if inspect.isfunction(f) and not hasattr(f, "__wrapped__") else {}
    if free:
        lines.append(f"# it closes over {', '.join(free)}")
    if metadata:
        name = f"lambda *xs: {name}(*xs, {', '.join(f'{k}={v!r}' for k, v in metadata.items())})"
    names = [f"x{i}" for i in range(len(operands))]
    for n, x in zip(names, operands, strict=True):
        lines.append(f"{n} = {array_source(x) if isinstance(x, np.ndarray | np.generic) else repr(x)}")
    lines.append(call.format(f=name, xs=", ".join(names)))
    return "\n".join(lines)
