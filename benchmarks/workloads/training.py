"""Whole training steps of modules, with Adam: recurrent networks over 50 steps, and a transformer encoder layer."""

from functools import partial

import numpy as np

from benchmarks.registry import Workload, add
from benchmarks.workloads import recurrent, transformer


class Recurrent:
    """A recurrent network read at its last step; the library's modules have the same names in both."""

    def __init__(self, kind, library):
        self.body = getattr(library, kind)(recurrent.INPUTS, recurrent.HIDDEN)
        self.head = library.Linear(recurrent.HIDDEN, 1)
        self.modules = (self.body, self.head)

    def __call__(self, x):  # noqa: D102
        return self.head(self.body(x)[0][-1])


class Transformer:
    """One encoder layer, its norms first."""

    def __init__(self, library):
        width, heads = transformer.WIDTH, transformer.HEADS
        layer = library.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.modules = (layer,)

    def __call__(self, x):  # noqa: D102
        return self.modules[0](x)


def step_of(library, tensor, make, **options):
    """Build a step from a library whose modules, losses and optimizers have PyTorch's names."""
    model, rng = make(library), np.random.default_rng(1)
    for module in model.modules:
        state = {name: rng.uniform(-0.1, 0.1, tuple(value.shape)) for name, value in module.state_dict().items()}
        module.load_state_dict({name: tensor(value.astype(np.float32)) for name, value in state.items()})
    parameters = [p for module in model.modules for p in module.parameters()]
    optimizer = library.optim.Adam(parameters, **options)

    def step(x, target):
        optimizer.zero_grad()
        loss = library.functional.mse_loss(model(x), target)
        loss.backward()
        optimizer.step()
        return loss, parameters[0].grad

    return step


def ours(make):
    import autograd_core as ac
    import nn

    return step_of(nn, ac.tensor, make)


def torch(make, **options):
    import types

    import torch

    names = {"functional": torch.nn.functional, "optim": torch.optim, "Linear": torch.nn.Linear, "RNN": torch.nn.RNN}
    names |= {"LSTM": torch.nn.LSTM, "TransformerEncoderLayer": torch.nn.TransformerEncoderLayer}
    return step_of(types.SimpleNamespace(**names), torch.from_numpy, make, **options)


for name, title, make, batch, goal in (
    ("rnn", "`nn.RNN`, T 50, hidden 64, batch 32", partial(Recurrent, "RNN"), partial(recurrent.inputs, recurrent.LENGTH), 1.0),
    (
        "lstm",
        "`nn.LSTM`, T 50, hidden 64, batch 32",
        partial(Recurrent, "LSTM"),
        partial(recurrent.inputs, recurrent.LENGTH),
        1.7,
    ),
    ("transformer", "`nn.TransformerEncoderLayer`, 8 x 128 x 256, 8 heads", Transformer, transformer.inputs, 1.1),
):
    systems = {"ours": partial(ours, make), "torch": partial(torch, make), "torch-fused": partial(torch, make, fused=True)}
    add(Workload(name=f"training-{name}", title=f"{title}, a training step with Adam", systems=systems, batch=batch, goal=goal))
