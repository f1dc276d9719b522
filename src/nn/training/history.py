"""What training recorded, as numbers and as a plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .._errors import require

__all__ = ["History"]


class History:
    """What `fit` recorded: the loss of every step, and one row of numbers an epoch.

    Attributes
    ----------
    steps : list of float
        Training loss of each step.
    epochs : list of dict
        ``loss``, ``lr``, and with validation ``val_loss`` and ``val_<metric>``.
    """

    def __init__(self) -> None:
        self.steps: list[float] = []
        self.epochs: list[dict[str, float]] = []

    def __getitem__(self, name: str) -> list[float]:
        """Return one column of the epochs, such as ``history["val_loss"]``."""
        return [row[name] for row in self.epochs]

    def __repr__(self) -> str:
        return f"History({len(self.epochs)} epochs, {len(self.steps)} steps, last {self.epochs[-1] if self.epochs else {}})"

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw the loss curves with matplotlib; save them if a path is given. Returns the figure."""
        figure = require("matplotlib.figure", "train").Figure(figsize=(7, 4), layout="constrained")
        axes = figure.subplots()
        per_epoch = len(self.steps) / max(len(self.epochs), 1)
        axes.plot(np.arange(1, len(self.steps) + 1) / per_epoch, self.steps, color="#9ecae1", lw=0.8, label="each step")
        ends = np.arange(1, len(self.epochs) + 1)
        axes.plot(ends - 0.5, self["loss"], "o-", color="#08519c", ms=3, label="training, epoch mean")
        if self.epochs and "val_loss" in self.epochs[-1]:
            axes.plot(ends, self["val_loss"], "s-", color="#d94801", ms=3, label="validation")
        if self.steps and min(self.steps) > 0:
            axes.set_yscale("log")
        axes.set(xlabel="epoch", ylabel="loss", title="Loss while training")
        axes.grid(alpha=0.3, which="both")
        axes.legend()
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure
