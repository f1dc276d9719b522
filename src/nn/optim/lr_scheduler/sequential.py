"""Schedules one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from ..._errors import ArgumentError
from ..optimizer import Optimizer
from .base import LRScheduler

__all__ = ["SequentialLR"]


class SequentialLR(LRScheduler):
    """Use one schedule after the other; each starts anew at its milestone.

    Parameters
    ----------
    schedulers : sequence of LRScheduler
        Of the same optimizer.
    milestones : sequence of int
        The step at which each but the first takes over, rising.

    Raises
    ------
    ArgumentError
        If there are not as many milestones as changes, or a schedule is of another optimizer.
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
        for scheduler in schedulers:
            if scheduler.optimizer is not optimizer:
                raise ArgumentError(
                    f"SequentialLR takes schedules of its own optimizer, not {type(scheduler).__name__} of another"
                )
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        for group in optimizer.param_groups:  # each schedule has set its first rate when it was made
            group["lr"] = group["initial_lr"]
        self._rewind()
        super().__init__(optimizer, last_epoch)

    def _rewind(self) -> None:
        for scheduler in self.schedulers:
            if isinstance(scheduler, SequentialLR):
                scheduler._rewind()
            scheduler.last_epoch -= 1

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next step, or to a given one."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        which = bisect_right(self.milestones, self.last_epoch)
        began = self.milestones[which - 1] if which else 0
        if epoch is not None or (which and began == self.last_epoch):
            self.schedulers[which].step(self.last_epoch - began)
        else:
            self.schedulers[which].step()

    def state_dict(self) -> dict[str, Any]:
        """Return what resuming needs."""
        return {**super().state_dict(), "schedulers": [scheduler.state_dict() for scheduler in self.schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        super().load_state_dict(state_dict)
        for scheduler, state in zip(self.schedulers, state_dict["schedulers"], strict=True):
            scheduler.load_state_dict(state)
