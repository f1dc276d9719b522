"""State dictionaries: the values of a module's parameters and persistent buffers by path, taken out and put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import autograd_core as ac

from ._arrays import array_of
from ._errors import StateDictError
from ._parameter import Parameter

__all__ = ["KeyMismatch", "entries", "load"]


class KeyMismatch(NamedTuple):
    """The names on which a state dictionary and a module disagree, as `load_state_dict` returns them."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Entry(NamedTuple):
    """One value of the state, and where it lives."""

    path: str
    module: Any
    name: str
    value: ac.Tensor


def entries(root: Any) -> Iterator[Entry]:
    """Iterate over parameters and persistent buffers, each module's own before those below; a shared one comes each time."""
    for path, module in root.named_modules(remove_duplicate=False):
        own = [(name, value) for name, value in vars(module).items() if isinstance(value, Parameter)]
        own += [(name, getattr(module, name)) for name, persistent in module._buffers.items() if persistent]
        for name, value in own:
            if value is not None:
                yield Entry(f"{path}.{name}" if path else name, module, name, value)


def load(root: Any, state: Mapping[str, Any], strict: bool, assign: bool) -> KeyMismatch:
    """Copy values into a module, or with `assign` replace what it has; all of them or, on any error, none."""
    title = f"Error(s) in loading state_dict for {type(root).__name__}:\n\t"
    if not isinstance(state, Mapping):
        raise StateDictError(f"{title}a state_dict maps names to Tensors, not a {type(state).__name__}; files are for nn.load")
    own = list(entries(root))
    shapes = {entry.path: entry.value.shape for entry in own}
    missing = [path for path in shapes if path not in state]
    unexpected = [path for path in state if path not in shapes]
    problems = []
    if strict and unexpected:
        problems.append("Unexpected key(s) in state_dict: " + ", ".join(f'"{path}"' for path in unexpected) + ".")
    if strict and missing:
        problems.append("Missing key(s) in state_dict: " + ", ".join(f'"{path}"' for path in missing) + ".")
    values = {path: array_of(state[path]) for path in shapes if path in state}
    problems += [
        f"size mismatch for {path}: the state_dict has shape {value.shape}, the module {shapes[path]}."
        for path, value in values.items()
        if value.shape != shapes[path]
    ]
    problems += [
        f"{path}: an array of dtype {value.dtype} cannot be copied into numbers."
        for path, value in values.items()
        if value.dtype.kind not in "biufc"
    ]
    if problems:
        raise StateDictError(title + "\n\t".join(problems))
    for entry in own:
        if entry.path not in values:
            continue
        given = values[entry.path]
        if assign:
            setattr(entry.module, entry.name, _like(entry.value, given))
        else:
            with ac.writable(entry.value) as array:
                array[...] = given
    return KeyMismatch(missing, unexpected)


def _like(value: ac.Tensor, given: Any) -> ac.Tensor:
    """The given values as a Parameter or a buffer, in their own dtype."""
    return type(value)(given, requires_grad=value.requires_grad)
