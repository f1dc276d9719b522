"""Saving a run of `fit`, and going on from it: how far it is, what it recorded, its loader, schedule and callbacks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import autograd_core as ac

from .._errors import FileError, StateDictError
from ..data import DataLoader
from .callbacks import Callback, Training
from .checkpoint import load_checkpoint, save_checkpoint

__all__ = ["restore", "save"]

_COUNTS = {"epoch": int, "batch": int, "step": int, "total": float, "seen": int, "stop": bool}


def save(run: Training, path: str | Path, callbacks: Sequence[Callback], loader: Any) -> None:
    """Write everything that decides what the next step does."""
    states = [callback.state_dict() for callback in callbacks]
    arrays = {
        f"callback/{i}/{key}/{name}": array
        for i, state in enumerate(states)
        for key, value in state.items()
        if _is_arrays(value)
        for name, array in value.items()
    }
    about = {
        **{name: getattr(run, name) for name in _COUNTS},
        "loader_began": run.loader_state,
        "loader": loader.random_state() if isinstance(loader, DataLoader) else None,
        "steps": run.history.steps,
        "epochs": run.history.epochs,
        "scheduler": None if run.scheduler is None else run.scheduler.state_dict(),
        "callbacks": [{k: v for k, v in state.items() if not _is_arrays(v)} for state in states],
    }
    save_checkpoint(path, run.model, run.optimizer, about, arrays)


def _is_arrays(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(v, ac.Tensor) for v in value.values())


def restore(run: Training, path: str | Path, callbacks: Sequence[Callback], loader: Any) -> None:
    """Put a run that has not begun where `save` left one.

    Raises
    ------
    FileError
        If the file is damaged or no checkpoint of `fit`.
    StateDictError
        If it belongs to another model or optimizer, or was written with other callbacks.
    """
    state, arrays = load_checkpoint(path, run.model, run.optimizer)
    try:
        written = state["callbacks"]
        if len(callbacks) != len(written):
            raise StateDictError(f"{path} was written with {len(written)} callbacks, not {len(callbacks)}")
        for name, kind in _COUNTS.items():
            setattr(run, name, kind(state[name]))
        run.history.steps, run.history.epochs = state["steps"], state["epochs"]
        run.loader_state = state["loader_began"]
        for position in (run.loader_state, state["loader"]) if isinstance(loader, DataLoader) else ():
            if run.batch or position is not None:
                loader.set_random_state(position)
        if run.scheduler is not None and state["scheduler"] is not None:
            run.scheduler.load_state_dict(state["scheduler"])
        for name, array in arrays.items():
            _, i, key, rest = name.split("/", 3)
            written[int(i)].setdefault(key, {})[rest] = ac.asarray(array)
        for callback, saved in zip(callbacks, written, strict=True):
            callback.load_state_dict(saved)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise FileError(f"{path}: not a checkpoint of this run ({type(error).__name__}: {error})") from error
