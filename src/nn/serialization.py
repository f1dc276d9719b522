"""Files of parameters in the safetensors format (`nn.save`, `nn.load`): written atomically, and only ever read as numbers.

A file holds named arrays and a table of strings. Nothing in it is executed, so a hostile file is at worst an error.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import autograd_core as ac

from ._errors import ArgumentError, FileError, require
from .module import KeyMismatch, Module

__all__ = ["load", "read", "save", "write"]

FORMAT = "1"


def write(path: str | Path, arrays: Mapping[str, Any], metadata: Mapping[str, str]) -> None:
    """Write arrays and strings, so that `path` holds either the whole new file or the old one."""
    pack = require("safetensors.numpy", "files").save
    plain = {name: _plain(name, value) for name, value in arrays.items()}
    data = pack(plain, metadata={str(k): str(v) for k, v in metadata.items()})
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _mode(path: Path) -> int:
    """The permissions of the file to be replaced, or of a new one: temporary files are private."""
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def read(path: str | Path) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, str]]:
    """Read arrays and strings.

    Raises
    ------
    FileError
        If the file is missing, truncated, corrupted, or holds a dtype that NumPy has not.
    """
    package = require("safetensors", "files")
    path = Path(path)
    if not path.is_file():
        raise FileError(f"{path}: no such file")
    try:
        with package.safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
            return arrays, dict(file.metadata() or {})
    except (package.SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        raise FileError(
            f"{path}: not a readable safetensors file ({error}); it is truncated, corrupted, or another format"
        ) from error


_DTYPES = {np.dtype(t) for t in "?bBhHiIlLqQefdF"}


def _plain(name: str, value: Any) -> np.ndarray[Any, Any]:
    """A contiguous array of numbers of a dtype that the format knows."""
    given = value.numpy() if isinstance(value, ac.Tensor) else value
    array = None if isinstance(given, dict) else np.array(given, order="C")
    if array is None or array.dtype.newbyteorder("=") not in _DTYPES:
        what = f"a {type(value).__name__}" if array is None or array.dtype == object else f"an array of dtype {array.dtype}"
        raise ArgumentError(
            f"{name!r} is {what}, which a safetensors file cannot hold: it takes Tensors and arrays of numbers by name; a "
            "whole run, with its optimizer, is saved by nn.fit(checkpoint=...)"
        )
    return array


def save(model: Module | Mapping[str, Any], path: str | Path, metadata: Mapping[str, str] | None = None) -> None:
    """Save a model's `state_dict`, or a dictionary of Tensors, as a safetensors file.

    Parameters
    ----------
    model : Module or mapping from str to Tensor
        What to save.
    path : path
        Replaced in one step: a crash leaves the old file.
    metadata : mapping from str to str, optional
        Stored beside the format's version and the model's structure.

    Raises
    ------
    ArgumentError
        If a value is no array of numbers.
    autograd_core.MissingExtra
        If safetensors is not installed.

    Examples
    --------
    >>> import nn, pathlib, tempfile
    >>> model = nn.Linear(3, 2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     nn.save(model, pathlib.Path(folder) / "linear.safetensors")
    ...     nn.load(pathlib.Path(folder) / "linear.safetensors", nn.Linear(3, 2))
    KeyMismatch(missing_keys=[], unexpected_keys=[])
    """
    state = model.state_dict() if isinstance(model, Module) else model
    if not isinstance(state, Mapping):
        raise ArgumentError(f"nn.save takes a Module, or a dictionary of Tensors, not a {type(model).__name__}")
    about = {"format": "nn", "version": FORMAT}
    if isinstance(model, Module):
        about["structure"] = repr(model)
    write(path, state, {**about, **(metadata or {})})


def load(path: str | Path, model: Module | None = None, strict: bool = True) -> dict[str, ac.Tensor] | KeyMismatch:
    """Load a safetensors file, written here or by PyTorch.

    Parameters
    ----------
    path : path
        The file.
    model : Module, optional
        Copy the values into its parameters and buffers; all of them or, on any error, none.
    strict : bool
        Raise on missing and on unknown names.

    Returns
    -------
    dict from str to Tensor, or with `model` a `KeyMismatch`

    Raises
    ------
    FileError
        If the file is missing, truncated or corrupted.
    StateDictError
        If it does not fit the model.
    """
    arrays, _ = read(path)
    if model is None:
        return {name: ac.asarray(array) for name, array in arrays.items()}
    return model.load_state_dict(arrays, strict)
