"""Schedules without PyTorch: resuming, arguments that make no sense, and a schedule of one's own."""

import pytest

import autograd_core as ac
import nn
from nn.optim import lr_scheduler


def optimizer(method="SGD", **options):
    return getattr(nn.optim, method)([ac.tensor(1.0, requires_grad=True)], lr=0.5, **options)


MAKERS = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 3),
    "LinearLR": lambda o: lr_scheduler.LinearLR(o, 0.3),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 4, 0.01),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 1.0, 20),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o, 0.1, total_iters=3), lr_scheduler.ExponentialLR(o, 0.7)], [3]
    ),
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("steps", [2, 6])
def test_a_schedule_resumes_exactly(name, steps):
    """With its own state and the optimizer's, whichever rates were set before."""
    first, again = optimizer(), optimizer()
    schedule, other = MAKERS[name](first), MAKERS[name](again)
    for _ in range(steps):
        schedule.step()
    again.load_state_dict(first.state_dict())
    other.load_state_dict(schedule.state_dict())
    for _ in range(8):
        schedule.step()
        other.step()
        assert first.param_groups[0]["lr"] == again.param_groups[0]["lr"]


def test_a_schedule_of_ones_own():
    class Halving(lr_scheduler.LRScheduler):
        def get_lr(self):
            return [group["lr"] / 2 for group in self.optimizer.param_groups] if self.last_epoch else self.base_lrs

    class Harmonic(lr_scheduler.LRScheduler):
        def rate(self, step, base):
            return base / (step + 1)

    for kind, expected in ((Halving, [0.25, 0.125]), (Harmonic, [0.25, 0.5 / 3])):
        schedule = kind(optimizer())
        assert schedule.get_last_lr() == [0.5]
        for rate in expected:
            schedule.step()
            assert schedule.get_last_lr() == [rate]


def test_a_step_can_be_asked_for():
    for name in ("StepLR", "CosineAnnealingLR", "SequentialLR"):
        first, again = optimizer(), optimizer()
        schedule, other = MAKERS[name](first), MAKERS[name](again)
        for _ in range(5):
            schedule.step()
        other.step(5)
        assert first.param_groups[0]["lr"] == pytest.approx(again.param_groups[0]["lr"]), name


def test_a_sequence_within_a_sequence():
    first, again = optimizer(), optimizer()
    s = lr_scheduler

    def parts(o):
        return s.LinearLR(o, 0.1, total_iters=3), s.ExponentialLR(o, 0.9), s.StepLR(o, 2, 0.5)

    flat = s.SequentialLR(first, parts(first), [3, 8])
    a, b, c = parts(again)
    nested = s.SequentialLR(again, [s.SequentialLR(again, [a, b], [3]), c], [8])
    for _ in range(15):
        assert nested.get_last_lr() == flat.get_last_lr()
        nested.step()
        flat.step()


def test_a_cycle_whose_rise_takes_no_step_starts_at_the_top():
    assert lr_scheduler.OneCycleLR(optimizer(), 1.0, 10, pct_start=0.1).get_last_lr() == [1.0]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda o: lr_scheduler.StepLR(None, 3), "StepLR takes an optimizer, not NoneType"),
        (lambda o: lr_scheduler.StepLR(o, 0), "step_size=0 must be positive"),
        (lambda o: lr_scheduler.StepLR(o, 3, last_epoch=4), "StepLR: last_epoch=4 goes on from base rates that the optimizer"),
        (lambda o: lr_scheduler.LinearLR(o, 0.0), r"start_factor=0.0 must lie in \(0, 1\]"),
        (lambda o: lr_scheduler.LinearLR(o, total_iters=0), "total_iters=0 must be positive"),
        (lambda o: lr_scheduler.ConstantLR(o, 1.5), r"ConstantLR: factor=1.5 must lie in \[0, 1\]"),
        (lambda o: lr_scheduler.LambdaLR(o, [abs, abs]), "LambdaLR got 2 functions for 1 groups"),
        (lambda o: lr_scheduler.OneCycleLR(o, 1.0), "OneCycleLR needs total_steps, or epochs and steps_per_epoch"),
        (lambda o: lr_scheduler.OneCycleLR(o, [1.0, 2.0], 9), r"max_lr=\[1.0, 2.0\] has 2 entries for 1 groups"),
        (lambda o: lr_scheduler.OneCycleLR(o, 1.0, 9, pct_start=30), r"pct_start=30 must lie in \[0, 1\]"),
        (lambda o: lr_scheduler.OneCycleLR(o, 1.0, 1).step(), "OneCycleLR ends after 1 steps, but step 1 was asked for"),
        (lambda o: lr_scheduler.OneCycleLR(optimizer("Adagrad"), 1.0, 9), "Adagrad has no momentum to change"),
        (lambda o: lr_scheduler.ReduceLROnPlateau(o, min_lr=[0.1, 0.2]), r"min_lr=\[0.1, 0.2\] has 2 entries for 1 groups"),
        (lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(o, 3)], [3]), "SequentialLR needs 0 milestones, not 1"),
        (
            lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(optimizer(), 3)], []),
            "SequentialLR takes schedules of its own optimizer, not StepLR of another",
        ),
    ],
)
def test_arguments_that_make_no_sense_are_named(make, text):
    with pytest.raises(ValueError, match=text):
        make(optimizer())
