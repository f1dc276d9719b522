"""Checkpoints of training: everything that decides what the next step does, in one safetensors file.

That is the model, the optimizer, the scheduler, how far training is, and the state of every random generator it draws from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import FileError, StateDictError
from .._rng import random_state, set_random_state
from ..module import Module
from ..serialization import read, write

__all__ = ["generators", "load_checkpoint", "save_checkpoint"]


def generators(model: Module) -> dict[str, np.random.Generator]:
    """The generators that modules of the model own, by path."""
    return {
        path: module.__dict__["rng"]
        for path, module in model.named_modules()
        if isinstance(module.__dict__.get("rng"), np.random.Generator)
    }


def save_checkpoint(
    path: str | Path, model: Module, optimizer: Any, state: Mapping[str, Any], more: Mapping[str, Any] | None = None
) -> None:
    """Save model, optimizer and random states with `state`, of what JSON can hold, and `more` arrays."""
    arrays: dict[str, Any] = {f"model/{name}": value for name, value in model.state_dict().items()} | dict(more or {})
    settings = optimizer.state_dict()
    numbers: dict[str, dict[str, Any]] = {}
    for i, entries in settings["state"].items():
        for name, value in entries.items():
            if isinstance(value, ac.Tensor):
                arrays[f"optimizer/{i}/{name}"] = value
            else:
                numbers.setdefault(str(i), {})[name] = value
    about = {
        **state,
        "optimizer": {"name": type(optimizer).__name__, "numbers": numbers, "groups": settings["param_groups"]},
        "random": random_state(),
        "generators": {path: g.bit_generator.state for path, g in generators(model).items()},
    }
    write(path, arrays, {"format": "nn.checkpoint", "version": "1", "training": json.dumps(about, default=_plain)})


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r} cannot be stored in a checkpoint")


def load_checkpoint(path: str | Path, model: Module, optimizer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put model, optimizer and random generators into the saved state, and return the rest: values and arrays.

    Raises
    ------
    FileError
        If the file is no checkpoint, or damaged.
    StateDictError
        If it belongs to another model or optimizer.
    """
    arrays, metadata = read(path)
    try:
        about: dict[str, Any] = json.loads(metadata["training"])
        saved = about.pop("optimizer")
        state: dict[int, dict[str, Any]] = {int(i): dict(entries) for i, entries in saved["numbers"].items()}
        for entry, array in arrays.items():
            kind, _, rest = entry.partition("/")
            if kind == "optimizer":
                i, _, key = rest.partition("/")
                state.setdefault(int(i), {})[key] = array
        random, owned = about.pop("random"), about.pop("generators")
        name, groups = saved["name"], saved["groups"]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise FileError(f"{path}: not a checkpoint of nn.fit ({type(error).__name__}: {error})") from error
    if type(optimizer).__name__ != name:
        raise StateDictError(f"{path} holds the state of {name}, not of {type(optimizer).__name__}")
    own = generators(model)
    if set(own) != set(owned):
        raise StateDictError(f"{path} holds random generators at {sorted(owned)}, the model at {sorted(own)}")
    optimizer_state = {"state": state, "param_groups": groups}
    model.load_state_dict({n.removeprefix("model/"): a for n, a in arrays.items() if n.startswith("model/")})
    optimizer.load_state_dict(optimizer_state)
    set_random_state(random)
    for place, g in own.items():
        g.bit_generator.state = owned[place]
    return about, {n: a for n, a in arrays.items() if not n.startswith(("model/", "optimizer/"))}
