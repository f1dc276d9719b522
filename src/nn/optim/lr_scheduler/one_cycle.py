"""The schedule of one cycle: up to a high rate, and far down again."""

from __future__ import annotations

from collections.abc import Sequence

from ..._errors import ArgumentError, positive
from ..optimizer import Optimizer
from .base import LRScheduler, a_group
from .cosine import between

__all__ = ["OneCycleLR"]


class OneCycleLR(LRScheduler):
    """Rise to `max_lr`, then fall far below where it began, in one cycle of `total_steps`; momentum does the opposite.

    Parameters
    ----------
    max_lr : float, or one for each group
        The highest rate.
    total_steps : int, optional
        Or `epochs` and `steps_per_epoch`.
    pct_start : float
        Share of the cycle that rises, in [0, 1].
    anneal_strategy : str
        ``cos`` or ``linear``.
    cycle_momentum : bool
        Change momentum (or the first of `betas`) between `base_momentum` and `max_momentum` too.
    base_momentum, max_momentum : float, or one for each group
        Momentum at the highest rate, and at the ends.
    div_factor, final_div_factor : float
        The first rate is ``max_lr / div_factor``, the last one that over `final_div_factor`.
    three_phase : bool
        Fall back to the first rate as slowly as it rose, then on to the last.

    Raises
    ------
    ArgumentError
        If the length of the cycle is not said, `cycle_momentum` is set for a method without momentum, or a step beyond the
        end is asked for.

    References
    ----------
    L. Smith and N. Topin, Super-Convergence, arXiv 1708.07120, section 3.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.85,
        max_momentum: float | Sequence[float] = 0.95,
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
        if not 0 <= pct_start <= 1:
            raise ArgumentError(f"pct_start={pct_start!r} must lie in [0, 1]")
        if cycle_momentum and not {"momentum", "betas"} & optimizer.defaults.keys():
            raise ArgumentError(f"{type(optimizer).__name__} has no momentum to change; pass cycle_momentum=False")
        self.total_steps, self.linear = int(positive("total_steps", total_steps)), anneal_strategy == "linear"
        self.cycle_momentum = cycle_momentum
        rise, end = pct_start * total_steps - 1, total_steps - 1
        # Ends of the phases, each with the rate there as a multiple of the highest, and whether momentum is at its least.
        first = 1 / div_factor
        self.phases = [(0.0, first, False), (rise, 1.0, True)]
        if three_phase:
            self.phases.append((2 * rise, first, False))
        self.phases.append((end, first / final_div_factor, False))
        self.highest = [positive("max_lr", rate) for rate in a_group("max_lr", max_lr, optimizer)]
        self.momenta = list(
            zip(
                a_group("base_momentum", base_momentum, optimizer),
                a_group("max_momentum", max_momentum, optimizer),
                strict=True,
            )
        )
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, self.highest, strict=True):
                group["initial_lr"] = rate * first
        super().__init__(optimizer, last_epoch)

    def _between(self, ends: list[float]) -> float:
        """Where `last_epoch` stands between values at the ends of the phases."""
        step = self.last_epoch
        if step >= self.total_steps:
            raise ArgumentError(f"OneCycleLR ends after {self.total_steps} steps, but step {step} was asked for")
        times = [time for time, _, _ in self.phases]
        phase = next((i for i, time in enumerate(times[1:-1]) if step <= time), len(times) - 2)
        began, length = times[phase], times[phase + 1] - times[phase]
        share = (step - began) / length if length else 1.0
        before, after = ends[phase], ends[phase + 1]
        return before + (after - before) * share if self.linear else between(after, before, share)

    def get_lr(self) -> list[float]:
        """Return the learning rate of every group at the step `last_epoch`."""
        return [self._between([highest * multiple for _, multiple, _ in self.phases]) for highest in self.highest]

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next step, and set rates and momentum."""
        super().step(epoch)
        if not self.cycle_momentum:
            return
        for group, (least, most) in zip(self.optimizer.param_groups, self.momenta, strict=True):
            momentum = self._between([least if low else most for _, _, low in self.phases])
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum
