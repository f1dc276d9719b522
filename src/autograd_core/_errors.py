"""The error classes. Every message shows the value or shape, the operation and the remedy.

Each class is also the built-in exception that NumPy or Python would raise in its place, so `except ValueError` keeps working.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = [
    "AssignmentError",
    "AutogradError",
    "DtypeError",
    "GradientError",
    "GraphReleasedError",
    "HistoryError",
    "MissingExtra",
    "NonFiniteError",
    "RuleError",
    "ShapeError",
    "UnsupportedFunction",
    "require",
]


class AutogradError(Exception):
    """Base class of every error that autograd-core raises on purpose."""


class UnsupportedFunction(AutogradError, TypeError):
    """A function, argument or method of NumPy has no derivative rule here."""


class HistoryError(AutogradError, TypeError):
    """A Tensor that requires grad was about to become a plain array or number and lose its history."""


class GraphReleasedError(AutogradError, RuntimeError):
    """A graph was walked again after `backward()` had released it."""


class GradientError(AutogradError, RuntimeError):
    """A gradient was asked for where none is defined."""


class ShapeError(AutogradError, ValueError):
    """Operands, a cotangent or a tangent have shapes that do not fit."""


class DtypeError(AutogradError, TypeError):
    """Operands, a cotangent or a leaf have a dtype that does not fit."""


class AssignmentError(AutogradError, ValueError):
    """Writing into a Tensor would change a value that a graph or another Tensor holds."""


class RuleError(AutogradError, TypeError):
    """A derivative rule broke the contract that its parameter names declare."""


class NonFiniteError(AutogradError, FloatingPointError):
    """An operation made NaN or infinity of finite numbers, under `debug`."""


class MissingExtra(AutogradError, ImportError):
    """An optional package is not installed."""


def require(module: str, extra: str) -> Any:
    """Import an optional module, or say which `pip install` line brings it.

    Parameters
    ----------
    module : str
        Dotted name of the module to import.
    extra : str
        The extra of autograd-core that installs it.

    Raises
    ------
    MissingExtra
        If the module is not installed.

    Examples
    --------
    >>> require("math", extra="train").sqrt(9.0)
    3.0
    >>> require("no_such_module", extra="train")
    Traceback (most recent call last):
        ...
    autograd_core._errors.MissingExtra: no_such_module is not installed; run: pip install 'autograd-core[train]'
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise MissingExtra(f"{module} is not installed; run: pip install 'autograd-core[{extra}]'") from error
