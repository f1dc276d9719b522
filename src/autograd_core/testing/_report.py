"""What a check says: a report when it passes, else an error with operand, element and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._errors import AutogradError

__all__ = ["AccuracyWarning", "DerivativeError", "Finding", "Report"]


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
