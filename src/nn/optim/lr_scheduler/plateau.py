"""The schedule that waits for a number to stop improving."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..._errors import ArgumentError
from ..optimizer import Optimizer
from .base import a_group

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau:
    """Multiply by `factor` when a number has not improved for `patience` steps: call ``step(number)``.

    Parameters
    ----------
    mode : str
        ``min`` or ``max``: which way is better.
    factor : float
        Below 1.
    patience, cooldown : int
        Steps to wait for an improvement, and after a reduction.
    threshold, threshold_mode : float, str
        How much better counts, relatively (``rel``) or absolutely (``abs``).
    min_lr, eps : float
        The least rate, for all groups or each, and the least change that is made.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1:
            raise ArgumentError(f"factor={factor!r} must be below 1")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ArgumentError(f"{mode=} must be 'min' or 'max', and {threshold_mode=} 'rel' or 'abs'")
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown, self.eps = threshold, threshold_mode, cooldown, eps
        self.min_lrs = a_group("min_lr", min_lr, optimizer)
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def _better(self, value: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "rel":
            return value * sign > self.best * (1 + sign * self.threshold) * sign
        return value * sign > self.best * sign + self.threshold

    def step(self, metrics: float) -> None:
        """Be told of the number, and reduce the rates if it is time."""
        value = float(metrics)
        self.last_epoch += 1
        if self._better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
                reduced = max(group["lr"] * self.factor, least)
                if group["lr"] - reduced > self.eps:
                    group["lr"] = reduced
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def get_last_lr(self) -> list[float]:
        """Return the rates that are set."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return what resuming needs."""
        return {name: getattr(self, name) for name in ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        for name, value in state_dict.items():
            setattr(self, name, value)
