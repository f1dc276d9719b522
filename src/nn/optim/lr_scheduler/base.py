"""What schedules share: the count of steps, the base rates, and setting the rate of every group.

As in PyTorch there are two kinds. A `LRScheduler` computes the rate from the number of the step. A `Chainable` one changes the
rate it finds, by how much its factor changes: so two of them on one optimizer multiply, and a rate set by hand stays in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..._errors import ArgumentError
from ..optimizer import Optimizer

__all__ = ["Chainable", "LRScheduler", "a_group"]


class LRScheduler:
    """Base class: counts steps, and sets the learning rate of each group to what `get_lr` returns.

    A schedule of your own writes `get_lr`, or only ``rate(step, base)``.

    Parameters
    ----------
    optimizer : Optimizer
        Its rates when the first schedule is made are the base rates.
    last_epoch : int
        The step to go on from; -1 starts anew.

    Raises
    ------
    ArgumentError
        If `last_epoch` is given for an optimizer that no schedule has been made for.

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
        if not isinstance(optimizer, Optimizer):
            raise ArgumentError(f"{type(self).__name__} takes an optimizer, not {type(optimizer).__name__}")
        self.optimizer = optimizer
        if last_epoch != -1 and any("initial_lr" not in group for group in optimizer.param_groups):
            raise ArgumentError(
                f"{type(self).__name__}: {last_epoch=} goes on from base rates that the optimizer does not have; load the "
                "optimizer's state_dict first, or make the schedule anew and load its own"
            )
        self.base_lrs: list[float] = []
        self.last_epoch: float = last_epoch
        self.resuming = last_epoch != -1
        self.step()
        self.resuming = False

    def rate(self, step: float, base: float) -> float:
        """Return the learning rate at a step, computed from the base rate."""
        raise NotImplementedError(f"{type(self).__name__} has neither rate() nor get_lr(); write one")

    def get_lr(self) -> list[float]:
        """Return the learning rate of every group at the step `last_epoch`."""
        return [self.rate(self.last_epoch, base) for base in self.base_lrs]

    def closed_form(self) -> list[float]:
        """Return the same without looking at the rates that are set."""
        return self.get_lr()

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next step, or to a given one, and set the rates."""
        for group in self.optimizer.param_groups[len(self.base_lrs) :]:  # a group added later starts from its rate now
            self.base_lrs.append(group.setdefault("initial_lr", group["lr"]))
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        rates = self.get_lr() if epoch is None else self.closed_form()
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate

    def get_last_lr(self) -> list[float]:
        """Return the rates that are set."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return what resuming needs; the rates themselves are in the optimizer's."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.last_epoch, self.base_lrs = state_dict["last_epoch"], list(state_dict["base_lrs"])


class Chainable(LRScheduler):
    """A schedule ``floor + (base - floor) * factor(step)``, followed from wherever the rate is."""

    floor = 0.0

    def factor(self, step: float) -> float:
        """Return what the base rate, above the floor, is multiplied by at a step."""
        raise NotImplementedError

    def rate(self, step: float, base: float) -> float:
        """Return the learning rate at a step, computed from the base rate."""
        return self.floor + (base - self.floor) * self.factor(step)

    def get_lr(self) -> list[float]:
        """Return the rates that are set, changed as much as the factor changes."""
        rates = self.get_last_lr()
        if self.resuming:
            return rates
        now, before = self.factor(self.last_epoch), 1.0 if self.last_epoch == 0 else self.factor(self.last_epoch - 1)
        if now == before:
            return rates
        if before == 0:  # nothing is left to multiply
            return [rate + (base - self.floor) * now for rate, base in zip(rates, self.base_lrs, strict=True)]
        return [self.floor + (rate - self.floor) * (now / before) for rate in rates]

    def closed_form(self) -> list[float]:
        """Return the rates of this step, whatever the rates were."""
        return [self.rate(self.last_epoch, base) for base in self.base_lrs]


def a_group(name: str, value: float | Sequence[float], optimizer: Optimizer) -> list[float]:
    """One number for every group, from one for all or a list.

    Raises
    ------
    ArgumentError
        If a list has another length than there are groups.
    """
    groups = len(optimizer.param_groups)
    several = list(value) if isinstance(value, Sequence) else [value] * groups
    if len(several) != groups:
        raise ArgumentError(f"{name}={value!r} has {len(several)} entries for {groups} groups of parameters")
    return several
