"""Learning-rate schedules (`nn.optim.lr_scheduler`), with PyTorch's names and values.

Every schedule is a function of the step number and the base rate, so that resuming needs nothing but the number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._errors import ArgumentError, positive
from .optimizer import Optimizer

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]


class LRScheduler:
    """Base class: sets the learning rate of each group to ``rate(step, base)``.

    Parameters
    ----------
    optimizer : Optimizer
        Its rates when the first schedule is made are the base rates.
    last_epoch : int
        The step to go on from; -1 starts anew.

    Examples
    --------
    >>> import autograd_core as ac, nn
    >>> optimizer = nn.optim.SGD([ac.tensor(1.0, requires_grad=True)], lr=0.8)
    >>> schedule = nn.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     optimizer.step()
    ...     schedule.step()
    >>> rates
    [0.8, 0.8, 0.4, 0.4, 0.2]
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.step()

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        raise NotImplementedError

    def rates(self, step: int) -> list[float]:
        """Return the learning rate of every group at a step."""
        return [self.rate(step, base) for base in self.base_lrs]

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next step, or to a given one, and set the rates."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        for group, rate in zip(self.optimizer.param_groups, self.rates(self.last_epoch), strict=True):
            group["lr"] = rate

    def get_last_lr(self) -> list[float]:
        """Return the rates that are set."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return what resuming needs."""
        return {"last_epoch": self.last_epoch, "base_lrs": self.base_lrs}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.last_epoch, self.base_lrs = state_dict["last_epoch"], list(state_dict["base_lrs"])


class LambdaLR(LRScheduler):
    """Multiply the base rate by a function of the step, one for all groups or one each."""

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

    def rates(self, step: int) -> list[float]:
        """Return the learning rate of every group at a step."""
        return [base * function(step) for base, function in zip(self.base_lrs, self.lr_lambdas, strict=True)]


class StepLR(LRScheduler):
    """Multiply by `gamma` every `step_size` steps."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size, self.gamma = int(positive("step_size", step_size)), gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        return float(base * self.gamma ** (step // self.step_size))


class MultiStepLR(LRScheduler):
    """Multiply by `gamma` at each of the `milestones`."""

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        return float(base * self.gamma ** sum(step >= milestone for milestone in self.milestones))


class ConstantLR(LRScheduler):
    """Multiply by `factor` for the first `total_iters` steps."""

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        return base * (self.factor if step < self.total_iters else 1.0)


class LinearLR(LRScheduler):
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
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        done = min(step, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * done)


class ExponentialLR(LRScheduler):
    """Multiply by `gamma` every step."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        return float(base * self.gamma**step)


class PolynomialLR(LRScheduler):
    """Go down to zero in `total_iters` steps, as ``(1 - step / total_iters) ** power``."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        return float(base * (1 - min(step, self.total_iters) / self.total_iters) ** self.power)


def _cosine(low: float, high: float, share: float) -> float:
    """Between `high` at 0 and `low` at 1, along half a cosine."""
    return low + (high - low) * (1 + math.cos(math.pi * share)) / 2


class CosineAnnealingLR(LRScheduler):
    """Go from the base rate to `eta_min` along half a cosine of `T_max` steps, and back up after it.

    References
    ----------
    I. Loshchilov and F. Hutter, SGDR, arXiv 1608.03983, eq. 5, without restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max, self.eta_min = int(positive("T_max", T_max)), eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        return _cosine(self.eta_min, base, step / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Go down along half a cosine again and again; each turn takes `T_mult` times as long as the last, the first `T_0` steps.

    References
    ----------
    I. Loshchilov and F. Hutter, SGDR, arXiv 1608.03983, eq. 5.
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_0, self.T_mult, self.eta_min = int(positive("T_0", T_0)), int(positive("T_mult", T_mult)), eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        length = self.T_0
        if self.T_mult == 1:
            step %= length
        while step >= length:
            step -= length
            length *= self.T_mult
        return _cosine(self.eta_min, base, step / length)


class OneCycleLR(LRScheduler):
    """Rise to `max_lr`, then fall far below where it began, in one cycle of `total_steps`; momentum does the opposite.

    Parameters
    ----------
    max_lr : float
        The highest rate.
    total_steps : int, optional
        Or `epochs` and `steps_per_epoch`.
    pct_start : float
        Share of the cycle that rises.
    anneal_strategy : str
        ``cos`` or ``linear``.
    cycle_momentum : bool
        Change momentum (or the first of `betas`) between `base_momentum` and `max_momentum` too, if the method has it.
    div_factor, final_div_factor : float
        The first rate is ``max_lr / div_factor``, the last one that over `final_div_factor`.
    three_phase : bool
        Fall back to the first rate as slowly as it rose, then on to the last.

    References
    ----------
    L. Smith and N. Topin, Super-Convergence, arXiv 1708.07120, section 3.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ArgumentError("OneCycleLR needs total_steps, or epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError(f"anneal_strategy={anneal_strategy!r} must be 'cos' or 'linear'")
        self.total_steps, self.linear = int(positive("total_steps", total_steps)), anneal_strategy == "linear"
        first = positive("max_lr", max_lr) / div_factor
        last = first / final_div_factor
        rise, end = pct_start * total_steps - 1, total_steps - 1
        # Ends of the phases, with rate and momentum there.
        self.phases = [(0.0, first, max_momentum), (rise, max_lr, base_momentum)]
        if three_phase:
            self.phases.append((2 * pct_start * total_steps - 2, first, max_momentum))
        self.phases.append((end, last, max_momentum))
        self.cycle_momentum = cycle_momentum
        super().__init__(optimizer, last_epoch)

    def _at(self, step: int, which: int) -> float:
        if step >= self.total_steps:
            raise ArgumentError(f"OneCycleLR ends after {self.total_steps} steps, but step {step} was asked for")
        for before, after in zip(self.phases, self.phases[1:], strict=False):
            if step <= after[0] or after is self.phases[-1]:
                share = (step - before[0]) / (after[0] - before[0])
                if self.linear:
                    return before[which] + (after[which] - before[which]) * share
                return _cosine(after[which], before[which], share)
        raise AssertionError

    def rate(self, step: int, base: float) -> float:
        """Return the learning rate at a step."""
        del base
        return self._at(step, 1)

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next step, and set rates and momentum."""
        super().step(epoch)
        for group in self.optimizer.param_groups if self.cycle_momentum else ():
            momentum = self._at(self.last_epoch, 2)
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            elif "momentum" in group:
                group["momentum"] = momentum


class SequentialLR(LRScheduler):
    """Use one schedule after the other; each starts anew at its milestone.

    Parameters
    ----------
    schedulers : sequence of LRScheduler
        Of the same optimizer.
    milestones : sequence of int
        The step at which each but the first takes over.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        if len(milestones) != len(schedulers) - 1:
            raise ArgumentError(f"SequentialLR needs {len(schedulers) - 1} milestones, not {len(milestones)}")
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer, last_epoch)

    def rates(self, step: int) -> list[float]:
        """Return the learning rate of every group at a step."""
        which = sum(step >= milestone for milestone in self.milestones)
        return self.schedulers[which].rates(step - (self.milestones[which - 1] if which else 0))


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
        The least rate, and the least change that is made.
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
        groups = len(optimizer.param_groups)
        self.min_lrs = [min_lr] * groups if isinstance(min_lr, int | float) else list(min_lr)
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
