"""Schedules along half a cosine, once or again and again."""

from __future__ import annotations

import math

from ..._errors import positive
from ..optimizer import Optimizer
from .base import Chainable, LRScheduler

__all__ = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts", "between"]


def between(low: float, high: float, share: float) -> float:
    """Return the value at `share` of half a cosine that is `high` at 0 and `low` at 1."""
    return low + (high - low) * (1 + math.cos(math.pi * share)) / 2


class CosineAnnealingLR(Chainable):
    """Go from the base rate to `eta_min` along half a cosine of `T_max` steps, and back up after it.

    References
    ----------
    I. Loshchilov and F. Hutter, SGDR, arXiv 1608.03983, eq. 5, without restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max, self.eta_min = int(positive("T_max", T_max)), eta_min
        self.floor = eta_min
        super().__init__(optimizer, last_epoch)

    def factor(self, step: float) -> float:
        """Return what the base rate, above `eta_min`, is multiplied by at a step."""
        return between(0.0, 1.0, step / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Go down along half a cosine again and again; each turn takes `T_mult` times as long as the last, the first `T_0` steps.

    ``step(epoch)`` takes fractions of an epoch too, such as ``step(epoch + batch / batches)``.

    References
    ----------
    I. Loshchilov and F. Hutter, SGDR, arXiv 1608.03983, eq. 5.
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_0, self.T_mult, self.eta_min = int(positive("T_0", T_0)), int(positive("T_mult", T_mult)), eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, step: float, base: float) -> float:
        """Return the learning rate at a step."""
        length = self.T_0
        if self.T_mult == 1:
            step %= length
        while step >= length:
            step -= length
            length *= self.T_mult
        return between(self.eta_min, base, step / length)
