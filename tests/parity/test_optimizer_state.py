"""The state of an optimizer moves between the libraries in the middle of training, and neither run notices."""

import numpy as np
import pytest
import torch

import autograd_core as ac
import nn

METHODS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adadelta", {}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "centered": True}),
    ("Adam", {"lr": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.1}),
    ("NAdam", {"lr": 0.1, "decoupled_weight_decay": True, "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.1}),
]
START = [np.random.default_rng(0).normal(size=shape) for shape in ((3, 2), (), (4,))]


def leaves(kind, values):
    if kind is nn:
        return [ac.tensor(v, requires_grad=True) for v in values]
    return [torch.tensor(v, requires_grad=True) for v in values]


def train(params, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        sum((p**4 + p * p).sum() for p in params).backward()
        optimizer.step()


def exported(state, convert):
    """A state dictionary with its Tensors converted, as a user would to move it."""
    kinds = (ac.Tensor, torch.Tensor)
    return {
        "state": {i: {k: convert(v) if isinstance(v, kinds) else v for k, v in s.items()} for i, s in state["state"].items()},
        "param_groups": state["param_groups"],
    }


@pytest.mark.parametrize(("name", "options"), METHODS)
@pytest.mark.parametrize("start", ["PyTorch", "here"])
@pytest.mark.parametrize("as_arrays", [False, True])
def test_training_goes_on_in_the_other_library(name, options, start, as_arrays):
    first, second = (torch, nn) if start == "PyTorch" else (nn, torch)
    reference = leaves(torch, START)
    train(reference, getattr(torch.optim, name)(reference, **options), 9)
    params = leaves(first, START)
    optimizer = getattr(first.optim, name)(params, **options)
    train(params, optimizer, 4)
    values = [np.array(p.detach().numpy()) for p in params]
    going_on = leaves(second, values)
    other = getattr(second.optim, name)(going_on, lr=1.0)
    if second is torch:
        state = exported(optimizer.state_dict(), lambda v: torch.tensor(v.numpy()))
    else:
        state = exported(optimizer.state_dict(), lambda v: v.detach().numpy().copy() if as_arrays else v)
    other.load_state_dict(state)
    train(going_on, other, 5)
    for p, q in zip(going_on, reference, strict=True):
        # PyTorch keeps the product of NAdam in float32.
        np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=1e-7 if name == "NAdam" else 1e-9, atol=1e-12)
