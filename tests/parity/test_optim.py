"""Ten steps of every optimizer and forty of every schedule agree with PyTorch's."""

import numpy as np
import pytest
import torch

import autograd_core as ac
import nn

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.05}),
    ("SGD", {"lr": 0.001, "momentum": 0.8, "nesterov": True, "maximize": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.2}),
    ("Adagrad", {}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.8, "momentum": 0.7, "centered": True, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.5}),
    ("RMSprop", {"centered": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "amsgrad": True, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "maximize": True}),
    ("AdamW", {"lr": 0.1}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.3, "amsgrad": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "momentum_decay": 0.1}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.1}),
    ("RAdam", {"lr": 0.1, "betas": (0.9, 0.95), "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
]


def problem():
    """Two parameters and a loss that is neither convex nor symmetric."""
    rng = np.random.default_rng(0)
    start = [rng.normal(size=(3, 4)), rng.normal(size=5)]
    matrix = rng.normal(size=(4, 5))
    ours = [ac.tensor(a, requires_grad=True) for a in start]
    theirs = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in start]
    loss = lambda p: (((p[0] @ matrix) * p[1]) ** 2).mean() + (p[0] ** 4).mean() + abs(p[1]).mean()  # noqa: E731
    expected = lambda p: (((p[0] @ torch.from_numpy(matrix)) * p[1]) ** 2).mean() + (p[0] ** 4).mean() + abs(p[1]).mean()  # noqa: E731
    return ours, theirs, loss, expected


@pytest.mark.parametrize(("name", "options"), CASES)
def test_ten_steps(name, options):
    ours, theirs, loss, expected = problem()
    optimizer, reference = getattr(nn.optim, name)(ours, **options), getattr(torch.optim, name)(theirs, **options)
    for _ in range(10):
        for params, o, f in ((ours, optimizer, loss), (theirs, reference, expected)):
            o.zero_grad()
            f(params).backward()
            o.step()
        for p, q in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_groups_have_settings_of_their_own():
    ours, theirs, loss, expected = problem()
    groups = lambda p: [{"params": [p[0]], "lr": 0.3}, {"params": [p[1]], "weight_decay": 0.2}]  # noqa: E731
    optimizer, reference = nn.optim.Adam(groups(ours), lr=0.01), torch.optim.Adam(groups(theirs), lr=0.01)
    for _ in range(10):
        for params, o, f in ((ours, optimizer, loss), (theirs, reference, expected)):
            o.zero_grad()
            f(params).backward()
            o.step()
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-9)


SCHEDULES = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [2, 5, 5, 9], "gamma": 0.3}),
    ("ConstantLR", {"factor": 0.3, "total_iters": 4}),
    ("LinearLR", {"start_factor": 0.2, "end_factor": 0.9, "total_iters": 7}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("PolynomialLR", {"total_iters": 30, "power": 2.0}),
    ("CosineAnnealingLR", {"T_max": 10, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 7}),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 40}),
    ("OneCycleLR", {"max_lr": 1.0, "epochs": 4, "steps_per_epoch": 10, "three_phase": True, "anneal_strategy": "linear"}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / (1 + epoch)}),
]


@pytest.mark.parametrize(("name", "options"), SCHEDULES)
@pytest.mark.parametrize("method", ["SGD", "Adam"])
def test_schedule(name, options, method):
    more = {"momentum": 0.9} if method == "SGD" else {}
    optimizer = getattr(nn.optim, method)([ac.tensor(1.0, requires_grad=True)], lr=0.5, **more)
    reference = getattr(torch.optim, method)([torch.tensor(1.0, requires_grad=True)], lr=0.5, **more)
    ours = getattr(nn.optim.lr_scheduler, name)(optimizer, **options)
    theirs = getattr(torch.optim.lr_scheduler, name)(reference, **options)
    for _ in range(39):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(reference.param_groups[0]["lr"], rel=1e-9, abs=1e-12)
        for key in ("betas", "momentum"):
            if key in optimizer.param_groups[0]:
                assert optimizer.param_groups[0][key] == pytest.approx(reference.param_groups[0][key], rel=1e-9)
        reference.step()
        ours.step()
        theirs.step()


def test_sequential_schedule():
    optimizer = nn.optim.SGD([ac.tensor(1.0, requires_grad=True)], lr=0.5)
    reference = torch.optim.SGD([torch.tensor(1.0, requires_grad=True)], lr=0.5)
    make = lambda s, o: s.SequentialLR(o, [s.LinearLR(o, 0.1, total_iters=5), s.ExponentialLR(o, 0.9)], [5])  # noqa: E731
    ours, theirs = make(nn.optim.lr_scheduler, optimizer), make(torch.optim.lr_scheduler, reference)
    for _ in range(15):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(reference.param_groups[0]["lr"], rel=1e-9)
        reference.step()
        ours.step()
        theirs.step()


@pytest.mark.parametrize("options", [{}, {"mode": "max", "threshold_mode": "abs", "cooldown": 2, "min_lr": 0.01}])
def test_reduce_on_plateau(options):
    optimizer = nn.optim.SGD([ac.tensor(1.0, requires_grad=True)], lr=0.5)
    reference = torch.optim.SGD([torch.tensor(1.0, requires_grad=True)], lr=0.5)
    ours = nn.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=3, factor=0.5, **options)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(reference, patience=3, factor=0.5, **options)
    for value in np.random.default_rng(0).normal(1, 0.1, 60).cumsum() / np.arange(1, 61):
        ours.step(value)
        theirs.step(value)
        assert optimizer.param_groups[0]["lr"] == pytest.approx(reference.param_groups[0]["lr"])


@pytest.mark.parametrize("norm", [1.0, 2.0, 3.0, float("inf")])
def test_clipping(norm):
    ours, theirs, loss, expected = problem()
    loss(ours).backward()
    expected(theirs).backward()
    total = nn.utils.clip_grad_norm_(ours, 0.1, norm)
    assert total == pytest.approx(torch.nn.utils.clip_grad_norm_(theirs, 0.1, norm).item())
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("options", [{}, {"line_search_fn": "strong_wolfe"}, {"history_size": 2, "max_iter": 7, "lr": 0.5}])
def test_lbfgs(options):
    ours, theirs, loss, expected = problem()
    optimizer, reference = nn.optim.LBFGS(ours, **options), torch.optim.LBFGS(theirs, **options)

    def closure(params, o, f):
        def evaluate():
            o.zero_grad()
            value = f(params)
            value.backward()
            return value

        return evaluate

    for _ in range(4):
        a, b = optimizer.step(closure(ours, optimizer, loss)), reference.step(closure(theirs, reference, expected))
        assert a.item() == pytest.approx(b.item(), rel=1e-6, abs=1e-9)
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-4, atol=1e-6)
