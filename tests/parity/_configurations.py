"""Random configurations of every layer, loss, optimizer and schedule: constructor arguments by name, and what to call it with.

A drawer takes a random generator. `test_configurations.py` holds that each class of `nn` has one, and varies every argument.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Rng = np.random.Generator


class Layer(NamedTuple):
    """Constructor arguments and inputs of a layer."""

    arguments: dict[str, Any]
    inputs: tuple[Any, ...]
    second_order: bool = True
    training: bool = True


def pick(rng: Rng, *choices: Any) -> Any:
    return choices[rng.integers(len(choices))]


def flag(rng: Rng) -> bool:
    return bool(rng.integers(2))


def near(rng: Rng, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 3)


def sizes(rng: Rng, n: int, low: int, high: int) -> tuple[int, ...]:
    return tuple(rng.integers(low, high, n).tolist())


# -- activations ----------------------------------------------------------------------------------------------------------

ACTIVATIONS: dict[str, Callable[[Rng], dict[str, Any]]] = {
    **dict.fromkeys(
        [
            "ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Sigmoid", "LogSigmoid", "Tanh", "Tanhshrink", "Softsign", "Hardsigmoid",
            "Hardswish",
        ],
        lambda rng: {},
    ),
    "LeakyReLU": lambda rng: {"negative_slope": near(rng, 0.01, 0.5)},
    "ELU": lambda rng: {"alpha": near(rng, 0.3, 2)},
    "CELU": lambda rng: {"alpha": near(rng, 0.3, 2)},
    "GELU": lambda rng: {"approximate": pick(rng, "none", "tanh")},
    "Softplus": lambda rng: {"beta": near(rng, 0.5, 3), "threshold": near(rng, 1, 20)},
    "Hardtanh": lambda rng: {"min_val": near(rng, -2, -0.1), "max_val": near(rng, 0.1, 2)},
    "Threshold": lambda rng: {"threshold": near(rng, -1, 1), "value": near(rng, -1, 1)},
    **dict.fromkeys(["Softmax", "Softmin", "LogSoftmax", "GLU"], lambda rng: {"dim": pick(rng, 0, 1, -1)}),
}  # fmt: skip


def activation(draw: Callable[[Rng], dict[str, Any]], second_order: bool) -> Callable[[Rng], Layer]:
    return lambda rng: Layer(draw(rng), (rng.normal(0, 2, (4, 6, 2)),), second_order)


# -- layers ---------------------------------------------------------------------------------------------------------------


def linear(rng: Rng) -> Layer:
    a, b = sizes(rng, 2, 1, 6)
    x = rng.normal(size=(*sizes(rng, rng.integers(0, 3), 1, 4), a))
    return Layer({"in_features": a, "out_features": b, "bias": flag(rng)}, (x,))


def bilinear(rng: Rng) -> Layer:
    a, b, c = sizes(rng, 3, 1, 5)
    lead = sizes(rng, rng.integers(1, 3), 1, 4)
    arguments = {"in1_features": a, "in2_features": b, "out_features": c, "bias": flag(rng)}
    return Layer(arguments, (rng.normal(size=(*lead, a)), rng.normal(size=(*lead, b))))


def embedding(rng: Rng) -> Layer:
    n, width = sizes(rng, 2, 3, 6)
    arguments = {
        "num_embeddings": n,
        "embedding_dim": width,
        "padding_idx": pick(rng, None, None, 1, -1),
        "max_norm": pick(rng, None, None, None, near(rng, 0.5, 1)),
        "norm_type": pick(rng, 1.0, 2.0, 3.0),
        "scale_grad_by_freq": pick(rng, False, False, True),
    }
    plain = arguments["max_norm"] is None and not arguments["scale_grad_by_freq"]  # else PyTorch has no second derivative
    return Layer(arguments, (rng.integers(0, n, (3, 4)),), plain)


def convolution(n: int) -> Callable[[Rng], Layer]:
    def draw(rng: Rng) -> Layer:
        groups = pick(rng, 1, 1, 2)
        stride = sizes(rng, n, 1, 3)
        padding = pick(rng, sizes(rng, n, 0, 3), "valid", "same" if set(stride) == {1} else 1)
        arguments = {
            "in_channels": groups * pick(rng, 1, 2),
            "out_channels": groups * pick(rng, 1, 2, 3),
            "kernel_size": sizes(rng, n, 1, 4),
            "stride": stride,
            "padding": padding,
            "dilation": sizes(rng, n, 1, 3),
            "groups": groups,
            "bias": flag(rng),
            "padding_mode": pick(rng, "zeros", "reflect", "replicate", "circular"),
        }
        lead = pick(rng, (), (2,), (3,))
        return Layer(arguments, (rng.normal(size=(*lead, arguments["in_channels"], *sizes(rng, n, 5, 7))),))

    return draw


def transposed(n: int) -> Callable[[Rng], Layer]:
    def draw(rng: Rng) -> Layer:
        groups, stride, dilation = pick(rng, 1, 2), sizes(rng, n, 1, 4), sizes(rng, n, 1, 4)
        arguments = {
            "in_channels": groups * pick(rng, 1, 2),
            "out_channels": groups * pick(rng, 1, 2, 3),
            "kernel_size": sizes(rng, n, 2, 4),
            "stride": stride,
            "padding": sizes(rng, n, 0, 2),
            "output_padding": tuple(int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True)),
            "groups": groups,
            "bias": flag(rng),
            "dilation": dilation,
        }
        lead = pick(rng, (), (2,))
        return Layer(arguments, (rng.normal(size=(*lead, arguments["in_channels"], *sizes(rng, n, 3, 6))),))

    return draw


def max_pool(n: int) -> Callable[[Rng], Layer]:
    def draw(rng: Rng) -> Layer:
        kernel = sizes(rng, n, 1, 4)
        arguments = {
            "kernel_size": kernel,
            "stride": pick(rng, None, sizes(rng, n, 1, 4)),
            "padding": tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel),
            "dilation": sizes(rng, n, 1, 3),
            "return_indices": flag(rng),
            "ceil_mode": flag(rng),
        }
        return Layer(arguments, (rng.integers(0, 6, (2, 2, *sizes(rng, n, 7, 10))).astype(float),))  # ties on purpose

    return draw


def avg_pool(n: int) -> Callable[[Rng], Layer]:
    def draw(rng: Rng) -> Layer:
        kernel = sizes(rng, n, 1, 5)
        arguments = {
            "kernel_size": kernel,
            "stride": pick(rng, None, sizes(rng, n, 1, 4)),
            "padding": tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel),
            "ceil_mode": flag(rng),
            "count_include_pad": flag(rng),
        }
        if n == 2:
            arguments["divisor_override"] = pick(rng, None, None, 3)
        return Layer(arguments, (rng.normal(size=(2, 2, *sizes(rng, n, 6, 10))),))

    return draw


def adaptive_pool(n: int) -> Callable[[Rng], Layer]:
    def draw(rng: Rng) -> Layer:
        size = pick(rng, int(rng.integers(1, 8)), sizes(rng, n, 1, 8), *([(None, 3)] if n == 2 else []))
        return Layer({"output_size": size}, (rng.normal(size=(*pick(rng, (), (2,)), 3, *sizes(rng, n, 4, 9))),))

    return draw


def flatten(rng: Rng) -> Layer:
    start = int(rng.integers(0, 3))
    return Layer({"start_dim": start, "end_dim": pick(rng, -1, 3, max(start, 2))}, (rng.normal(size=(2, 3, 4, 5)),))


def unflatten(rng: Rng) -> Layer:
    dim, size = pick(rng, (1, (2, 3)), (1, (3, 1, 2)), (-1, (2, 2)), (2, (4, 1)))
    return Layer({"dim": dim, "unflattened_size": size}, (rng.normal(size=(2, 6, 4)),))


def running_norm(shape: Callable[[Rng, int], tuple[int, ...]]) -> Callable[[Rng], Layer]:
    def draw(rng: Rng) -> Layer:
        channels = int(rng.integers(1, 5))
        arguments = {
            "num_features": channels,
            "eps": pick(rng, 1e-5, 1e-3, 0.1),
            "momentum": pick(rng, 0.1, 0.7, None),
            "affine": flag(rng),
            "track_running_stats": flag(rng),
            "bias": flag(rng),
        }
        return Layer(arguments, (rng.normal(1, 2, shape(rng, channels)),), training=flag(rng))

    return draw


def layer_norm(rng: Rng) -> Layer:
    shape = pick(rng, 5, (5,), (3, 5), (4, 3, 5))
    arguments = {"normalized_shape": shape, "eps": pick(rng, 1e-5, 0.1), "elementwise_affine": flag(rng), "bias": flag(rng)}
    return Layer(arguments, (rng.normal(size=(2, 4, 3, 5)),))


def rms_norm(rng: Rng) -> Layer:
    shape = pick(rng, 5, (5,), (3, 5), (4, 3, 5))
    arguments = {"normalized_shape": shape, "eps": pick(rng, None, 1e-3, 0.1), "elementwise_affine": flag(rng)}
    return Layer(arguments, (rng.normal(size=(2, 4, 3, 5)),))


def group_norm(rng: Rng) -> Layer:
    groups = pick(rng, 1, 2, 3)
    channels = groups * pick(rng, 1, 2)
    arguments = {"num_groups": groups, "num_channels": channels, "eps": pick(rng, 1e-5, 0.1), "affine": flag(rng)}
    arguments["bias"] = flag(rng)
    return Layer(arguments, (rng.normal(size=(2, channels, *sizes(rng, rng.integers(1, 3), 2, 5))),))


def recurrent(kind: str) -> Callable[[Rng], Layer]:
    def draw(rng: Rng) -> Layer:
        features, hidden, steps, batch = sizes(rng, 4, 2, 5)
        arguments = {
            "input_size": features,
            "hidden_size": hidden,
            "num_layers": pick(rng, 1, 2, 3),
            "bias": flag(rng),
            "batch_first": flag(rng),
            "bidirectional": flag(rng),
        }
        if kind == "LSTM":
            arguments["proj_size"] = pick(rng, 0, hidden - 1)
        if kind == "RNN":
            arguments["nonlinearity"] = pick(rng, "tanh", "relu")
        lead = pick(rng, (steps,), (batch, steps), (batch, steps))
        return Layer(arguments, (rng.normal(size=(*lead, features)),))

    return draw


def cell(kind: str) -> Callable[[Rng], Layer]:
    def draw(rng: Rng) -> Layer:
        features, hidden, batch = sizes(rng, 3, 2, 5)
        arguments = {"input_size": features, "hidden_size": hidden, "bias": flag(rng)}
        if kind == "RNN":
            arguments["nonlinearity"] = pick(rng, "tanh", "relu")
        return Layer(arguments, (rng.normal(size=(*pick(rng, (), (batch,)), features)),))

    return draw


def attention(rng: Rng) -> Layer:
    heads = pick(rng, 1, 2, 3)
    width, kdim, vdim = heads * pick(rng, 1, 2), pick(rng, None, 3), pick(rng, None, 5)
    arguments = {
        "embed_dim": width,
        "num_heads": heads,
        "bias": flag(rng),
        "add_bias_kv": flag(rng),
        "add_zero_attn": flag(rng),
        "kdim": kdim,
        "vdim": vdim,
        "batch_first": flag(rng),
    }
    lead = (lambda n: (2, n)) if arguments["batch_first"] else (lambda n: (n, 2))
    inputs = ((4, width), (5, kdim or width), (5, vdim or width))
    return Layer(arguments, tuple(rng.normal(size=(*lead(n), w)) for n, w in inputs))


def encoder_layer(rng: Rng) -> Layer:
    heads = pick(rng, 1, 2)
    width = heads * pick(rng, 2, 3)
    arguments = {
        "d_model": width,
        "nhead": heads,
        "dim_feedforward": pick(rng, 5, 8),
        "dropout": 0.0,
        "activation": pick(rng, "relu", "gelu"),
        "layer_norm_eps": pick(rng, 1e-5, 1e-2),
        "batch_first": flag(rng),
        "norm_first": flag(rng),
        "bias": flag(rng),
    }
    return Layer(arguments, (rng.normal(size=(3, 4, width)),))


LAYERS: dict[str, Callable[[Rng], Layer]] = {
    # PyTorch has no second derivative of Hardsigmoid
    **{name: activation(draw, name != "Hardsigmoid") for name, draw in ACTIVATIONS.items()},
    "PReLU": lambda rng: Layer({"num_parameters": pick(rng, 1, 3), "init": near(rng, 0, 1)}, (rng.normal(size=(2, 3, 4)),)),
    "Linear": linear,
    "Bilinear": bilinear,
    "Embedding": embedding,
    **{f"Conv{n}d": convolution(n) for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": transposed(n) for n in (1, 2)},
    **{f"MaxPool{n}d": max_pool(n) for n in (1, 2)},
    **{f"AvgPool{n}d": avg_pool(n) for n in (1, 2)},
    **{f"AdaptiveAvgPool{n}d": adaptive_pool(n) for n in (1, 2)},
    "Flatten": flatten,
    "Unflatten": unflatten,
    "Identity": lambda rng: Layer({}, (rng.normal(size=sizes(rng, 2, 1, 4)),)),
    "BatchNorm1d": running_norm(lambda rng, c: pick(rng, (5, c), (4, c, 3))),
    "BatchNorm2d": running_norm(lambda rng, c: (3, c, *sizes(rng, 2, 2, 4))),
    "InstanceNorm2d": running_norm(lambda rng, c: pick(rng, (3, c, 3, 2), (c, 2, 4))),
    "LayerNorm": layer_norm,
    "RMSNorm": rms_norm,
    "GroupNorm": group_norm,
    **{kind: recurrent(kind) for kind in ("RNN", "LSTM", "GRU")},
    **{f"{kind}Cell": cell(kind) for kind in ("RNN", "LSTM", "GRU")},
    "MultiheadAttention": attention,
    "TransformerEncoderLayer": encoder_layer,
}
