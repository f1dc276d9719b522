"""Losses agree with PyTorch's for every reduction and option, and stay finite for logits of +-1e4."""

import numpy as np
import pytest
import torch

import autograd_core as ac
import nn
from tests.parity._compare import agree, to_torch

REDUCTIONS = ("mean", "sum", "none")


def losses_agree(name, x, *targets, second_order=True, weights=(), **options):
    given = {k: (v, to_torch(v)) for k, v in options.items()}
    ours = getattr(nn, name)(**{k: v[0] for k, v in given.items()})
    theirs = getattr(torch.nn, name)(**{k: v[1] for k, v in given.items()})
    xs = x if isinstance(x, tuple) else (x,)
    a = [ac.tensor(v, requires_grad=True) for v in xs]
    b = [torch.tensor(v, requires_grad=True) for v in xs]
    y, z = ours(*a, *targets), theirs(*b, *map(to_torch, targets))
    agree(y, z, name)
    if not z.ndim:
        y, z = y * y, z * z
    else:
        y, z = (y * y).sum(), (z * z).sum()
    y.backward(create_graph=True)
    first = torch.autograd.grad(z, b, create_graph=second_order)
    for t, g in zip(a, first, strict=True):
        agree(t.grad, g, f"gradient of {name}")
    if second_order:
        gradients = [t.grad for t in a]
        for t in a:
            t.grad = None
        sum((g * g).sum() for g in gradients).backward()
        for t, h in zip(a, torch.autograd.grad(sum((g * g).sum() for g in first), b), strict=True):
            agree(t.grad, h, f"second-order gradient of {name}", rtol=1e-7)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("MSELoss", {}),
        ("L1Loss", {}),
        ("SmoothL1Loss", {}),
        ("SmoothL1Loss", {"beta": 0.4}),
        ("SmoothL1Loss", {"beta": 0.0}),
        ("HuberLoss", {}),
        ("HuberLoss", {"delta": 0.3}),
    ],
)
def test_regression(name, options, reduction):
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    x[0, 0] = t[0, 0]  # at the kink
    losses_agree(name, x, t, reduction=reduction, **options)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 5, 3), (2, 5, 3, 2)])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignore", [-100, 2])
def test_cross_entropy(shape, weighted, smoothing, ignore, reduction):
    rng = np.random.default_rng(1)
    x = rng.normal(size=shape)
    target = rng.integers(0, 5, shape[:1] + shape[2:] if len(shape) > 1 else ())
    if not target.ndim:
        target = np.array(1)
    options = {"weight": rng.random(5)} if weighted else {}
    losses_agree("CrossEntropyLoss", x, target, ignore_index=ignore, label_smoothing=smoothing, reduction=reduction, **options)
    if not smoothing:
        losses_agree("NLLLoss", x, target, ignore_index=ignore, reduction=reduction, **options)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 5, 3)])
@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.1}, {"weight": np.arange(1.0, 6.0)}])
def test_cross_entropy_with_probabilities(shape, options, reduction):
    rng = np.random.default_rng(1)
    target = rng.random(shape)
    target /= target.sum(axis=1 if len(shape) > 1 else 0, keepdims=True)
    losses_agree("CrossEntropyLoss", rng.normal(size=shape), target, reduction=reduction, **options)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary(reduction):
    rng = np.random.default_rng(0)
    p, t, w = rng.random((3, 4)), rng.random((3, 4)), rng.random((3, 4))
    losses_agree("BCELoss", p, t, reduction=reduction)
    losses_agree("BCELoss", p, t, reduction=reduction, weight=w)
    for options in ({}, {"weight": w}, {"pos_weight": rng.random(4)}, {"weight": w, "pos_weight": rng.random(4)}):
        losses_agree("BCEWithLogitsLoss", rng.normal(0, 3, (3, 4)), t, reduction=reduction, **options)


def test_binary_at_certain_predictions():
    for p in ([0.0, 1.0], [1.0, 0.0]):
        assert (
            nn.BCELoss()(np.array(p), [0.0, 1.0]).item() == torch.nn.BCELoss()(torch.tensor(p), torch.tensor([0.0, 1.0])).item()
        )


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides:UserWarning")
@pytest.mark.parametrize("reduction", [*REDUCTIONS, "batchmean"])
@pytest.mark.parametrize("log_target", [False, True])
def test_kl_div(log_target, reduction):
    rng = np.random.default_rng(0)
    x, t = np.log(rng.dirichlet(np.ones(4), 3)), rng.dirichlet(np.ones(4), 3)
    t[0] = [0, 0.5, 0.5, 0]
    losses_agree("KLDivLoss", x, np.log(t + 0.1) if log_target else t, reduction=reduction, log_target=log_target)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_embedding_losses(reduction):
    rng = np.random.default_rng(0)
    x, sign = rng.normal(size=(4, 3)), rng.choice([-1.0, 1.0], (4, 3))
    losses_agree("HingeEmbeddingLoss", x, sign, reduction=reduction, margin=0.7)
    pair = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    for margin in (0.0, 0.4):
        losses_agree("CosineEmbeddingLoss", pair, sign[:, 0], reduction=reduction, margin=margin)


@pytest.mark.parametrize("scale", [1e4, -1e4])
def test_extreme_logits_stay_finite(scale):
    x = np.array([[scale, 0.0, -scale], [0.0, scale, scale]])
    losses_agree("CrossEntropyLoss", x, np.array([2, 0]), second_order=False)
    losses_agree("BCEWithLogitsLoss", x, np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]]), second_order=False)
