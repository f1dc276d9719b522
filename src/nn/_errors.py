"""The errors of `nn`: each shows what was expected, what was given and where, as the built-in exception of PyTorch."""

from __future__ import annotations

import importlib
import importlib.util
from numbers import Real
from typing import Any

import autograd_core as ac

__all__ = [
    "ArgumentError",
    "BufferError_",
    "FileError",
    "IndexRangeError",
    "StateDictError",
    "TrainingError",
    "positive",
    "require",
]


class ArgumentError(ac.AutogradError, ValueError):
    """A constructor or a function got a value it cannot work with."""


class IndexRangeError(ac.AutogradError, IndexError):
    """A class or embedding index lies outside the table."""


class StateDictError(ac.AutogradError, RuntimeError):
    """A state dictionary does not fit the module or the optimizer."""


class FileError(ac.AutogradError, ValueError):
    """A file is truncated, corrupted, or not what its reader expects."""


class TrainingError(ac.AutogradError, RuntimeError):
    """Training cannot go on: the loss is not a finite number, or there is no data."""


class BufferError_(ac.AutogradError, TypeError):  # noqa: N801  (the built-in BufferError means something else)
    """A buffer was given something that is not a Tensor without history."""


def positive(name: str, value: Any, *, zero: bool = False) -> Any:
    """Return `value` if it is positive (or zero, when allowed); an `ArgumentError` otherwise."""
    if not isinstance(value, Real) or not (float(value) > 0 or (zero and value == 0)):
        raise ArgumentError(f"{name}={value!r} must be {'non-negative' if zero else 'positive'}")
    return value


def require(module: str, extra: str) -> Any:
    """Import an optional package, or say which `pip install` line brings it.

    Raises
    ------
    autograd_core.MissingExtra
        If it is not installed.
    """
    root = module.partition(".")[0]
    if importlib.util.find_spec(root) is None:
        raise ac.MissingExtra(f"{root} is not installed; run: pip install 'autograd-core[{extra}]'")
    return importlib.import_module(module)
