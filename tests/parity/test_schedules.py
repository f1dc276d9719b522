"""Schedules together, after a change by hand, with groups of their own, and resumed: what PyTorch sets, we set."""

import numpy as np
import pytest
import torch

import autograd_core as ac
import nn

OURS, THEIRS = nn.optim.lr_scheduler, torch.optim.lr_scheduler


def pair(groups=1, method="SGD", **options):
    """The same optimizer in both libraries, with groups whose rates differ."""
    made = []
    for optimizers, leaf in (
        (nn.optim, lambda: ac.tensor(1.0, requires_grad=True)),
        (torch.optim, lambda: torch.tensor(1.0, requires_grad=True)),
    ):
        made.append(getattr(optimizers, method)([{"params": [leaf()], "lr": 0.5 / (i + 1)} for i in range(groups)], **options))
    return made


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def agree(pairs, make, steps=25, change=None):
    """Make schedules on both, step them together, and compare the rates before every step."""
    optimizer, reference = pairs
    ours, theirs = make(OURS, optimizer), make(THEIRS, reference)
    for step in range(steps):
        assert rates(optimizer) == pytest.approx(rates(reference), rel=1e-9, abs=1e-14), step
        reference.step()
        if change is not None:
            change(step, optimizer)
            change(step, reference)
        for schedule in (*ours, *theirs):
            schedule.step()
    return ours, theirs


CHAINABLE = [
    lambda s, o: s.StepLR(o, 4, 0.5),
    lambda s, o: s.MultiStepLR(o, [3, 3, 11], 0.3),
    lambda s, o: s.ConstantLR(o, 0.2, 6),
    lambda s, o: s.LinearLR(o, 0.1, 1.0, 7),
    lambda s, o: s.LinearLR(o, 1.0, 0.0, 7),
    lambda s, o: s.ExponentialLR(o, 0.9),
    lambda s, o: s.PolynomialLR(o, 9, 2.0),
    lambda s, o: s.CosineAnnealingLR(o, 6, 0.01),
]


@pytest.mark.parametrize("first", CHAINABLE)
@pytest.mark.parametrize("second", CHAINABLE)
def test_two_schedules_on_one_optimizer(first, second):
    """Each multiplies what it finds, so a warm-up and a decay can be stepped side by side."""
    agree(pair(2), lambda s, o: [first(s, o), second(s, o)])


@pytest.mark.parametrize("make", [*CHAINABLE, lambda s, o: s.LambdaLR(o, lambda epoch: 0.9**epoch)])
def test_a_rate_set_by_hand(make):
    """Schedules that follow the rate keep to it; those that compute it overwrite it."""

    def change(step, optimizer):
        if step == 8:
            optimizer.param_groups[0]["lr"] = 0.123

    agree(pair(), lambda s, o: [make(s, o)], change=change)


@pytest.mark.parametrize("make", CHAINABLE[:6])
def test_a_group_added_later(make):
    def change(step, optimizer):
        if step == 2:
            leaf = ac.tensor(1.0, requires_grad=True) if isinstance(optimizer, nn.optim.SGD) else torch.tensor(1.0)
            optimizer.add_param_group({"params": [leaf], "lr": 0.07})

    agree(pair(), lambda s, o: [make(s, o)], change=change)


@pytest.mark.parametrize(
    "make",
    [
        lambda s, o: s.SequentialLR(o, [s.LinearLR(o, 0.1, total_iters=5), s.CosineAnnealingLR(o, 20)], [5]),
        lambda s, o: s.SequentialLR(
            o, [s.ConstantLR(o, 0.1, 2), s.StepLR(o, 2, 0.5), s.CosineAnnealingWarmRestarts(o, 3)], [3, 9]
        ),
        lambda s, o: s.SequentialLR(o, [s.LambdaLR(o, lambda e: 1 / (e + 1)), s.PolynomialLR(o, 6)], [4]),
    ],
)
def test_sequences(make):
    agree(pair(2), lambda s, o: [make(s, o)])


@pytest.mark.parametrize("method", ["SGD", "Adam"])
@pytest.mark.parametrize("three_phase", [False, True])
def test_one_cycle_with_lists(method, three_phase):
    pairs = pair(2, method)
    agree(
        pairs,
        lambda s, o: [
            s.OneCycleLR(
                o, [1.0, 0.3], total_steps=26, three_phase=three_phase, base_momentum=[0.8, 0.7], max_momentum=[0.9, 0.95]
            )
        ],
    )
    for group, expected in zip(pairs[0].param_groups, pairs[1].param_groups, strict=True):
        for key in {"momentum", "betas", "initial_lr"} & expected.keys():
            assert group[key] == pytest.approx(expected[key])


@pytest.mark.parametrize("make", [*CHAINABLE, lambda s, o: s.LambdaLR(o, lambda epoch: 0.9**epoch)])
def test_a_schedule_made_with_last_epoch(make):
    """The optimizer brings the rates; the schedule counts on from a step."""
    first = pair()
    agree(first, lambda s, o: [make(s, o)], steps=7)
    second = pair()
    for new, old in zip(second, first, strict=True):
        new.load_state_dict(old.state_dict())
    agree(second, lambda s, o: [_with_last_epoch(make, s, o, 6)])


def _with_last_epoch(make, s, o, last_epoch):
    """What `make` makes, with `last_epoch` passed on."""

    class Passing:
        def __getattr__(self, name):
            return lambda *a, **k: getattr(s, name)(*a, last_epoch=last_epoch, **k)

    return make(Passing(), o)


def test_fractions_of_an_epoch():
    (optimizer, reference) = pair()
    ours, theirs = OURS.CosineAnnealingWarmRestarts(optimizer, 3, 2), THEIRS.CosineAnnealingWarmRestarts(reference, 3, 2)
    for epoch in np.arange(0, 12, 0.25):
        ours.step(float(epoch))
        theirs.step(float(epoch))
        assert rates(optimizer) == pytest.approx(rates(reference))
