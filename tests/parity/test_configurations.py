"""Every layer, loss, optimizer and schedule of `nn` agrees with PyTorch's in randomly drawn configurations."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import torch

import autograd_core as ac
import nn

from ._compare import layers_agree
from ._configurations import LAYERS
from ._configurations_training import LOSSES, OPTIMIZERS, SCHEDULES
from .test_losses import losses_agree
from .test_optim import problem

SEEDS = range(12)
OURS_ALONE = {"NaturalGradient", "Newton"}
"""Optimizers that PyTorch does not have."""
ELSEWHERE = {
    "Dropout": "random: `tests/nn` has its laws",
    "Dropout2d": "likewise",
    "Sequential": "a container: models of `test_state.py`",
    "ModuleList": "a container",
    "ModuleDict": "a container",
    "ParameterList": "a container",
    "TransformerEncoder": "`test_attention.py`: an encoder of drawn layers would repeat theirs",
}


def drawn(name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, *name.encode()])


@pytest.mark.filterwarnings("ignore:enable_nested_tensor:UserWarning")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LAYERS)
def test_layer(name: str, seed: int) -> None:
    """Outputs, gradients of inputs and parameters, and second-order gradients."""
    layer = LAYERS[name](drawn(name, seed))
    kind = getattr(nn, name)
    own = {"dtype": np.float64} if "dtype" in inspect.signature(kind).parameters else {}
    ours, theirs = kind(**layer.arguments, **own), getattr(torch.nn, name)(**layer.arguments)
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):  # the only one PyTorch differentiates twice
        layers_agree(ours, theirs, *layer.inputs, second_order=layer.second_order, rtol=1e-7)
        if not layer.training:
            ours.eval(), theirs.eval()
            layers_agree(ours, theirs, *layer.inputs, second_order=layer.second_order, rtol=1e-7)


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides:UserWarning")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LOSSES)
def test_loss(name: str, seed: int) -> None:
    """Values, gradients and second-order gradients."""
    loss = LOSSES[name](drawn(name, seed))
    losses_agree(name, loss.xs, *loss.targets, **loss.arguments)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps(name: str, seed: int) -> None:
    options = OPTIMIZERS[name](drawn(name, seed))
    ours, theirs, loss, expected = problem()
    optimizer, reference = getattr(nn.optim, name)(ours, **options), getattr(torch.optim, name)(theirs, **options)

    def step(o: Any, params: Any, f: Any) -> None:
        def closure() -> Any:
            o.zero_grad()
            value = f(params)
            value.backward()
            return value

        o.step(closure)

    for _ in range(10):
        step(optimizer, ours, loss)
        step(reference, theirs, expected)
        for p, q in zip(ours, theirs, strict=True):
            rtol = 1e-6 if name == "LBFGS" else 1e-8  # a line search multiplies rounding
            np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=rtol, atol=rtol * 1e-3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedule(name: str, seed: int) -> None:
    """Learning rates and momenta of thirty steps."""
    rng = drawn(name, seed)
    options = SCHEDULES[name](rng)
    optimizer = nn.optim.SGD([ac.tensor(1.0, requires_grad=True)], lr=0.5, momentum=0.9)
    reference = torch.optim.SGD([torch.tensor(1.0, requires_grad=True)], lr=0.5, momentum=0.9)
    ours = getattr(nn.optim.lr_scheduler, name)(optimizer, **options)
    theirs = getattr(torch.optim.lr_scheduler, name)(reference, **options)
    for value in rng.normal(1, 0.1, 29):
        for key in ("lr", "momentum"):
            expected = reference.param_groups[0][key]
            assert optimizer.param_groups[0][key] == pytest.approx(expected, rel=1e-9, abs=1e-12)
        reference.step()
        for schedule in (ours, theirs):
            schedule.step(value) if name == "ReduceLROnPlateau" else schedule.step()


# -- nothing slips through ------------------------------------------------------------------------------------------------


def classes(module: Any, base: type) -> set[str]:
    """Public classes below a base."""
    found = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return {name for name, c in found.items() if isinstance(c, type) and issubclass(c, base) and c is not base}


def test_every_class_is_compared() -> None:
    assert classes(nn, nn.Module) == {*LAYERS, *LOSSES, *ELSEWHERE}
    assert classes(nn.optim, nn.optim.Optimizer) == {*OPTIMIZERS, *OURS_ALONE}
    schedules = classes(nn.optim.lr_scheduler, nn.optim.lr_scheduler.LRScheduler) | {"ReduceLROnPlateau"}
    assert schedules == {*SCHEDULES, "SequentialLR"}  # of schedules: `test_optim.py`
    assert not any(hasattr(torch.optim, name) for name in OURS_ALONE)


FIXED = {
    "inplace": "accepted, and without effect here",
    "dtype": "float64 throughout",
    "rng": "parameters are PyTorch's",
    "dropout": "random",
    "_weight": "of `Embedding.from_pretrained`",
    "_freeze": "likewise",
    "padding_mode": "of transposed convolutions: PyTorch has one",
    "params": "the parameters",
    "optimizer": "the optimizer",
    "last_epoch": "`tests/nn`: resuming",
    "kwargs": "of `Identity`, which takes any",
    "_": "likewise",
    "__": "likewise",
}


@pytest.mark.parametrize(
    ("name", "kind", "draw"),
    [
        *[pytest.param(n, getattr(nn, n), draw, id=n) for n, draw in (LAYERS | LOSSES).items()],
        *[pytest.param(n, getattr(nn.optim, n), draw, id=n) for n, draw in OPTIMIZERS.items()],
        *[pytest.param(n, getattr(nn.optim.lr_scheduler, n), draw, id=n) for n, draw in SCHEDULES.items()],
    ],
)
def test_every_argument_is_varied(name: str, kind: Any, draw: Any) -> None:
    """Each argument of each constructor takes several values; what does not is in the table of fixed ones."""
    configurations = [draw(drawn(name, seed)) for seed in SEEDS]
    given = [c if isinstance(c, dict) else c.arguments for c in configurations]
    constant = {
        argument
        for argument in inspect.signature(kind).parameters
        if len({repr(arguments.get(argument)) for arguments in given}) < 2
    }
    constant -= {"padding_mode"} if name.startswith("ConvTranspose") else set()
    assert constant <= set(FIXED) - {"padding_mode"}


ABSENT = {
    "device": "there is one",
    "sparse": "gradients are dense",
    "size_average": "deprecated there",
    "reduce": "deprecated there",
    "min_value": "deprecated there",
    "max_value": "deprecated there",
    "foreach": "how updates are computed",
    "fused": "how updates are computed",
    "capturable": "of another device",
    "differentiable": "through the optimizer: written out in the examples",
    "args": "catch-alls",
    "kwargs": "catch-alls",
}


@pytest.mark.parametrize("name", [*LAYERS, *LOSSES, *OPTIMIZERS, *SCHEDULES, "Dropout", "Dropout2d", "TransformerEncoder"])
def test_every_argument_of_pytorch_is_ours(name: str) -> None:
    homes = [(nn, torch.nn), (nn.optim, torch.optim), (nn.optim.lr_scheduler, torch.optim.lr_scheduler)]
    ours, theirs = next((getattr(a, name), getattr(b, name)) for a, b in homes if hasattr(a, name))
    missing = set(inspect.signature(theirs).parameters) - set(inspect.signature(ours).parameters)
    assert missing <= set(ABSENT)
