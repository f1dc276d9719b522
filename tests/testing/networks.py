"""Layers, losses and the functions of `nn.examples` as functions of all their parameters and inputs, at random points."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn import functional
from nn.examples import (
    activations,
    adaptive_learning_rate,
    batchnorm,
    cnn,
    gradient_checking,
    losses,
    lstm,
    mlp,
    newton,
    optimizers,
    rnn,
    transformer,
)

Drawn = tuple[str, Callable[..., Any], list[Any]]

LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "Linear": (lambda: nn.Linear(3, 2, rng=0), (4, 3)),
    "Conv1d": (lambda: nn.Conv1d(2, 4, 3, stride=2, padding=1, groups=2, rng=0), (2, 2, 6)),
    "Conv2d": (lambda: nn.Conv2d(2, 3, 3, padding=1, dilation=2, rng=0), (1, 2, 5, 5)),
    "Conv2d circular": (lambda: nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular", rng=0), (1, 1, 4, 4)),
    "Conv3d": (lambda: nn.Conv3d(1, 2, 2, rng=0), (1, 1, 3, 3, 3)),
    "ConvTranspose1d": (lambda: nn.ConvTranspose1d(2, 2, 3, stride=2, rng=0), (1, 2, 4)),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(2, 1, 2, stride=2, output_padding=1, rng=0), (1, 2, 3, 3)),
    "MaxPool1d": (lambda: nn.MaxPool1d(3, 2, 1), (1, 2, 7)),
    "MaxPool2d": (lambda: nn.MaxPool2d(2, ceil_mode=True), (1, 2, 5, 5)),
    "AvgPool1d": (lambda: nn.AvgPool1d(2, padding=1), (1, 2, 5)),
    "AvgPool2d": (lambda: nn.AvgPool2d(3, 2, count_include_pad=False), (1, 1, 6, 6)),
    "AdaptiveAvgPool2d": (lambda: nn.AdaptiveAvgPool2d((2, 3)), (1, 2, 5, 4)),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(3), (5, 3)),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(2), (3, 2, 2, 2)),
    "LayerNorm": (lambda: nn.LayerNorm(4), (2, 3, 4)),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), (2, 4, 3)),
    "InstanceNorm2d": (lambda: nn.InstanceNorm2d(2, affine=True), (2, 2, 3, 3)),
    "RMSNorm": (lambda: nn.RMSNorm(4), (3, 4)),
    "PReLU": (lambda: nn.PReLU(3), (4, 3)),
    "GLU": (nn.GLU, (3, 4)),
    "Softmax": (lambda: nn.Softmax(-1), (3, 4)),
    "LogSoftmax": (lambda: nn.LogSoftmax(-1), (3, 4)),
    "Softmin": (lambda: nn.Softmin(-1), (3, 4)),
    "Mish": (nn.Mish, (3, 4)),
    "RNN": (lambda: nn.RNN(2, 3, 2, bidirectional=True, rng=0), (4, 2, 2)),
    "RNN relu": (lambda: nn.RNN(2, 3, nonlinearity="relu", rng=0), (4, 2, 2)),
    "LSTM": (lambda: nn.LSTM(2, 3, proj_size=2, batch_first=True, rng=0), (2, 4, 2)),
    "GRU": (lambda: nn.GRU(2, 3, 2, rng=0), (3, 2, 2)),
    "LSTMCell": (lambda: nn.LSTMCell(2, 3, rng=0), (3, 2)),
    "GRUCell": (lambda: nn.GRUCell(2, 3, rng=0), (3, 2)),
    "TransformerEncoderLayer": (lambda: nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True, rng=0), (2, 3, 4)),
    "logistic regression": (lambda: nn.Linear(30, 1, rng=0), (4, 30)),
    "example mlp": (lambda: mlp.network(0), (3, 2)),
    "example batchnorm": (lambda: batchnorm.network(True, 0), (4, 64)),
    "example rnn": (lambda: rnn.Forecaster(4, 0), (2, 5, 1)),
    "example lstm": (lambda: lstm.Reader("LSTM", 3, 0), (5, 2, 1)),
    "example gru": (lambda: lstm.Reader("GRU", 3, 0), (5, 2, 1)),
}
"""A layer and the shape of its input."""


def _labels(n: int, classes: int) -> Any:
    return np.arange(n) % classes


LOSSES: dict[str, tuple[Callable[..., Any], tuple[tuple[int, ...], ...]]] = {
    "mse_loss": (functional.mse_loss, ((3, 2), (3, 2))),
    "l1_loss": (functional.l1_loss, ((3, 2), (3, 2))),
    "smooth_l1_loss": (lambda x, y: functional.smooth_l1_loss(x, y, reduction="sum", beta=0.7), ((3, 2), (3, 2))),
    "huber_loss": (lambda x, y: functional.huber_loss(x, y, reduction="none", delta=0.7), ((3, 2), (3, 2))),
    "cross_entropy": (lambda x: functional.cross_entropy(x, _labels(4, 3), label_smoothing=0.1), ((4, 3),)),
    "cross_entropy weighted": (
        lambda x: functional.cross_entropy(x, _labels(4, 3), weight=np.array([1.0, 2.0, 0.5], x.dtype), ignore_index=2),
        ((4, 3),),
    ),
    "cross_entropy of probabilities": (
        lambda x: functional.cross_entropy(x, np.full((4, 3), 1 / 3, x.dtype), reduction="sum"),
        ((4, 3),),
    ),
    "nll_loss": (lambda x: functional.nll_loss(functional.log_softmax(x, -1), _labels(4, 3)), ((4, 3),)),
    "binary_cross_entropy": (
        lambda x: functional.binary_cross_entropy(functional.sigmoid(x), (_labels(4, 2)).astype(x.dtype)),
        ((4,),),
    ),
    "binary_cross_entropy_with_logits": (
        lambda x: functional.binary_cross_entropy_with_logits(
            x, _labels(4, 2).astype(x.dtype), pos_weight=np.array(2.0, x.dtype)
        ),
        ((4,),),
    ),
    "kl_div": (
        lambda x, y: functional.kl_div(functional.log_softmax(x, -1), functional.softmax(y, -1), reduction="batchmean"),
        ((3, 4), (3, 4)),
    ),
    "hinge_embedding_loss": (lambda x: functional.hinge_embedding_loss(x, 1 - 2 * _labels(4, 2).astype(x.dtype)), ((4,),)),
    "cosine_embedding_loss": (
        lambda x, y: functional.cosine_embedding_loss(x, y, 1 - 2 * _labels(3, 2).astype(x.dtype), 0.1),
        ((3, 4), (3, 4)),
    ),
    "cosine_similarity": (functional.cosine_similarity, ((3, 4), (3, 4))),
    "scaled_dot_product_attention": (
        lambda q, k, v: functional.scaled_dot_product_attention(q, k, v, is_causal=True),
        ((2, 3, 4), (2, 3, 4), (2, 3, 2)),
    ),
    "bilinear": (functional.bilinear, ((3, 2), (3, 4), (5, 2, 4), (5,))),
    "example rosenbrock": (optimizers.rosenbrock, ((2,),)),
    "example adaptive rate": (adaptive_learning_rate.loss_of, ((9,),)),
    **{f"example activation {name}": (f, ((5,),)) for name, f in activations.FUNCTIONS.items()},
    **{f"example loss {name}": (f, ((5,),)) for name, (f, _, _) in losses.LOSSES.items()},
}
"""A function, and the shapes of its operands."""


class Called:
    """A module as a function of its input and its parameters, which it gets back afterwards."""

    def __init__(self, module: nn.Module, loss: Callable[[Any], Any] | None = None) -> None:
        self.module, self.loss = module, loss
        self.slots = [
            (owner, name) for owner in module.modules() for name, p in vars(owner).items() if isinstance(p, nn.Parameter)
        ]

    def __call__(self, x: Any, parameters: list[Any]) -> Any:
        """Return the output at these parameters."""
        own = [getattr(owner, name) for owner, name in self.slots]
        try:
            for (owner, name), p in zip(self.slots, parameters, strict=True):
                object.__setattr__(owner, name, ac.asarray(p))
            y = self.module(x)
            return y if self.loss is None else self.loss(y)
        finally:
            for (owner, name), p in zip(self.slots, own, strict=True):
                object.__setattr__(owner, name, p)


@cache
def _layer(name: str, double: bool) -> Called:
    module = LAYERS[name][0]()
    return Called(module.double() if double else module.float())


@cache
def _digits() -> Called:
    return Called(cnn.network(np.random.default_rng(0)), lambda y: functional.cross_entropy(y, [3]))


@cache
def _writer() -> Called:
    model = transformer.Writer(5, 4, 8, 1, np.random.default_rng(0)).double()
    return Called(model, lambda y: functional.cross_entropy(y.reshape(-1, 5), _labels(6, 5)))


def _parameters(called: Called, rng: np.random.Generator, kind: str) -> list[Any]:
    return [
        np.asarray(getattr(owner, name).numpy() + 0.1 * rng.normal(size=getattr(owner, name).shape), kind)
        for owner, name in called.slots
    ]


def network(rng: np.random.Generator) -> Drawn:
    """Draw a layer, a loss or an example, in float64 or float32: a name, the function and its operands."""
    kind = str(rng.choice(["f8", "f4"], p=[0.8, 0.2]))
    choice = int(rng.integers(100))
    if choice == 0:
        called = _digits()
        return "example cnn f4", called, [rng.random((1, 1, 28, 28), np.float32), _parameters(called, rng, "f4")]
    if choice < 4:
        called, index = _writer(), rng.integers(0, 5, (2, 3))
        return "example transformer f8", called, [index, _parameters(called, rng, "f8")]
    if choice < 7:
        claim = gradient_checking.claims(int(rng.integers(1000)))
        chosen = claim[rng.integers(len(claim))]
        return f"example claim {chosen.name} f8", chosen.loss, [chosen.at]
    if choice < 9:
        called, (x, y) = _layer("logistic regression", double=True), newton.problem()

        def regression(p: Any) -> Any:
            return functional.binary_cross_entropy_with_logits(called(x[:20], p), y[:20]) + 1e-3 * sum((q * q).sum() for q in p)

        return "example newton f8", regression, [_parameters(called, rng, "f8")]
    if choice < 50:
        name = list(LOSSES)[rng.integers(len(LOSSES))]
        f, shapes = LOSSES[name]
        return f"{name} {kind}", f, [np.asarray(rng.normal(size=shape), kind) for shape in shapes]
    name = list(LAYERS)[rng.integers(len(LAYERS))]
    called = _layer(name, kind == "f8")
    x = np.asarray(rng.normal(size=LAYERS[name][1]), kind)
    return f"{name} {kind}", called, [x, _parameters(called, rng, kind)]
