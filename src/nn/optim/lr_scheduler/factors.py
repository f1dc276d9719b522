"""Schedules that multiply the rate: by a function, in steps, along a line, a power or a polynomial."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from ..._errors import ArgumentError, positive
from ..optimizer import Optimizer
from .base import Chainable, LRScheduler

__all__ = ["ConstantLR", "ExponentialLR", "LambdaLR", "LinearLR", "MultiStepLR", "PolynomialLR", "StepLR"]


class LambdaLR(LRScheduler):
    """Set the rate to the base rate times a function of the step, one for all groups or one each."""

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        groups = len(optimizer.param_groups)
        self.lr_lambdas = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise ArgumentError(f"LambdaLR got {len(self.lr_lambdas)} functions for {groups} groups")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of every group at the step `last_epoch`."""
        step = int(self.last_epoch)
        return [base * function(step) for base, function in zip(self.base_lrs, self.lr_lambdas, strict=True)]


class StepLR(Chainable):
    """Multiply by `gamma` every `step_size` steps."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size, self.gamma = int(positive("step_size", step_size)), gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, step: float) -> float:
        """Return what the base rate is multiplied by at a step."""
        return float(self.gamma ** (step // self.step_size))


class MultiStepLR(Chainable):
    """Multiply by `gamma` at each of the `milestones`."""

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, step: float) -> float:
        """Return what the base rate is multiplied by at a step."""
        return float(self.gamma ** bisect_right(self.milestones, step))


class ConstantLR(Chainable):
    """Multiply by `factor` for the first `total_iters` steps."""

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        if not 0 <= factor <= 1:
            raise ArgumentError(f"ConstantLR: factor={factor!r} must lie in [0, 1]")
        self.share, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def factor(self, step: float) -> float:
        """Return what the base rate is multiplied by at a step."""
        return self.share if step < self.total_iters else 1.0


class LinearLR(Chainable):
    """Go from `start_factor` to `end_factor` of the base rate in `total_iters` equal steps."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ArgumentError(f"{start_factor=} must lie in (0, 1] and {end_factor=} in [0, 1]")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = int(positive("total_iters", total_iters))
        super().__init__(optimizer, last_epoch)

    def factor(self, step: float) -> float:
        """Return what the base rate is multiplied by at a step."""
        done = min(step, self.total_iters) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * done


class ExponentialLR(Chainable):
    """Multiply by `gamma` every step."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, step: float) -> float:
        """Return what the base rate is multiplied by at a step."""
        return float(self.gamma**step)


class PolynomialLR(Chainable):
    """Go down to zero in `total_iters` steps, as ``(1 - step / total_iters) ** power``."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters, self.power = int(positive("total_iters", total_iters)), power
        super().__init__(optimizer, last_epoch)

    def factor(self, step: float) -> float:
        """Return what the base rate is multiplied by at a step."""
        return float((1 - min(step, self.total_iters) / self.total_iters) ** self.power)
