"""What may act while a model is trained: the state of the run, callbacks that read and change it, early stopping."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .._errors import ArgumentError
from ..module import Module
from .history import History

__all__ = ["Callback", "EarlyStopping", "Training", "tell"]


class Training:
    """The state of a running `fit`, which callbacks read and may change.

    Attributes
    ----------
    model, optimizer, scheduler
        What `fit` was given.
    history : History
    epoch, batch, step : int
        Epochs done, batches done in this one, steps done in all.
    stop : bool
        Set it to end training after the current step.
    """

    def __init__(self, model: Module, optimizer: Any, scheduler: Any) -> None:
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.history = History()
        self.epoch = self.batch = self.step = 0
        self.total, self.seen = 0.0, 0  # sum of losses and number of examples of this epoch
        self.loader_state: Any = None  # of the loader's generators when this epoch began
        self.stop = False

    def done(self, epochs: int) -> bool:
        """Whether training is over after so many epochs."""
        return self.stop or self.epoch >= epochs


class Callback:
    """Does something while training: override what is needed. `state_dict` and `load_state_dict` go into checkpoints."""

    def on_train_begin(self, training: Training) -> None:
        """Be told that training begins."""

    def on_epoch_begin(self, training: Training) -> None:
        """Be told that an epoch begins."""

    def on_step_end(self, training: Training) -> None:
        """Be told that a step is done; its loss is ``training.history.steps[-1]``."""

    def on_epoch_end(self, training: Training) -> None:
        """Be told that an epoch is done; its numbers are ``training.history.epochs[-1]``."""

    def on_train_end(self, training: Training) -> None:
        """Be told that training ended."""

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint must remember: values that JSON can hold, and dictionaries of Tensors."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""


class EarlyStopping(Callback):
    """Stop when a number has not improved for `patience` epochs; by default bring back the best parameters.

    Parameters
    ----------
    monitor : str
        A column of the history.
    patience : int
        Epochs to wait.
    min_delta : float
        What counts as an improvement.
    mode : str
        ``min`` or ``max``.
    restore_best : bool
        Load the parameters of the best epoch at the end.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        mode: str = "min",
        restore_best: bool = True,
    ) -> None:
        if mode not in ("min", "max"):
            raise ArgumentError(f"mode={mode!r} must be 'min' or 'max'")
        self.monitor, self.patience, self.min_delta, self.restore_best = monitor, patience, min_delta, restore_best
        self.sign = 1 if mode == "min" else -1
        self.best, self.waited = math.inf, 0
        self.state: dict[str, Any] | None = None

    def on_epoch_end(self, training: Training) -> None:
        """Compare with the best epoch so far."""
        row = training.history.epochs[-1]
        if self.monitor not in row:
            raise ArgumentError(f"EarlyStopping monitors {self.monitor!r}, but the epoch has only {sorted(row)}")
        value = self.sign * row[self.monitor]
        if value < self.best - self.min_delta:
            self.best, self.waited = value, 0
            if self.restore_best:
                self.state = training.model.state_dict()
        else:
            self.waited += 1
            training.stop = training.stop or self.waited >= self.patience

    def on_train_end(self, training: Training) -> None:
        """Bring back the best parameters."""
        if self.state is not None:
            training.model.load_state_dict(self.state)

    def state_dict(self) -> dict[str, Any]:
        """Return the best value, how long ago it was, and the parameters it had."""
        return {"best": self.best, "waited": self.waited, "state": self.state}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.best, self.waited, self.state = state["best"], state["waited"], state.get("state")


def tell(callbacks: Sequence[Callback], event: str, run: Training) -> None:
    """Call one method of all callbacks."""
    for callback in callbacks:
        getattr(callback, event)(run)
