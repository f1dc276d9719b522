"""Layers agree with PyTorch's of the same name: outputs, gradients, second-order gradients, over random configurations."""

import numpy as np
import pytest
import torch

import nn
from tests.parity._compare import layers_agree

DRAWS = range(6)


def pick(rng, *choices):
    return choices[rng.integers(len(choices))]


def both(name, *args, **kwargs):
    ours = {**kwargs, "dtype": np.float64} if name not in PLAIN else kwargs
    return getattr(nn, name)(*args, **ours), getattr(torch.nn, name)(*args, **kwargs)


PLAIN = {"MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "Flatten", "Unflatten"}


@pytest.mark.parametrize("seed", DRAWS)
def test_linear(seed):
    rng = np.random.default_rng(seed)
    n_in, n_out = rng.integers(1, 6, 2).tolist()
    x = rng.normal(size=(*rng.integers(1, 4, rng.integers(0, 4)), n_in))
    layers_agree(*both("Linear", n_in, n_out, bias=bool(seed % 2)), x)


@pytest.mark.parametrize("seed", DRAWS)
def test_bilinear(seed):
    rng = np.random.default_rng(seed)
    a, b, n_out = rng.integers(1, 5, 3).tolist()
    lead = tuple(rng.integers(1, 4, rng.integers(1, 3)))
    x, y = rng.normal(size=(*lead, a)), rng.normal(size=(*lead, b))
    layers_agree(*both("Bilinear", a, b, n_out, bias=bool(seed % 2)), x, y)


@pytest.mark.parametrize("seed", DRAWS)
def test_embedding(seed):
    rng = np.random.default_rng(seed)
    options = pick(rng, {}, {"padding_idx": 2}, {"scale_grad_by_freq": True}, {"max_norm": 0.7, "norm_type": 1.0})
    index = rng.integers(0, 5, (3, 4))
    layers_agree(*both("Embedding", 5, 3, **options), index, second_order=False)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("seed", DRAWS)
def test_convolution(n, seed):
    rng = np.random.default_rng([n, seed])
    groups = pick(rng, 1, 1, 2)
    mode = pick(rng, "zeros", "reflect", "replicate", "circular")
    stride = rng.integers(1, 3, n).tolist()
    padding = pick(rng, rng.integers(0, 3, n).tolist(), "valid", "same" if set(stride) == {1} else 1)
    options = {
        "stride": tuple(stride),
        "padding": tuple(padding) if isinstance(padding, list) else padding,
        "dilation": tuple(rng.integers(1, 3, n).tolist()),
        "groups": groups,
        "bias": bool(rng.integers(2)),
        "padding_mode": mode,
    }
    kernel = tuple(rng.integers(1, 4, n).tolist())
    lead = () if seed == 0 else (2,)
    x = rng.normal(size=(*lead, 2 * groups, *rng.integers(6, 8, n)))
    layers_agree(*both(f"Conv{n}d", 2 * groups, 2 * groups, kernel, **options), x)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("seed", DRAWS)
def test_transposed_convolution(n, seed):
    rng = np.random.default_rng([n, seed])
    groups = pick(rng, 1, 2)
    stride, dilation = (tuple(rng.integers(1, 4, n).tolist()) for _ in range(2))
    options = {
        "stride": stride,
        "padding": tuple(rng.integers(0, 2, n).tolist()),
        "output_padding": tuple(int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True)),
        "groups": groups,
        "bias": bool(rng.integers(2)),
        "dilation": dilation,
    }
    kernel = tuple(rng.integers(2, 4, n).tolist())
    lead = () if seed == 0 else (2,)
    x = rng.normal(size=(*lead, 2 * groups, *rng.integers(3, 6, n)))
    layers_agree(*both(f"ConvTranspose{n}d", 2 * groups, 3 * groups, kernel, **options), x)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("seed", range(10))
def test_max_pool(n, seed):
    rng = np.random.default_rng([n, seed])
    kernel = int(rng.integers(1, 4))
    options = {
        "stride": pick(rng, None, int(rng.integers(1, 4))),
        "padding": int(rng.integers(0, kernel // 2 + 1)),
        "dilation": int(rng.integers(1, 3)),
        "ceil_mode": bool(rng.integers(2)),
        "return_indices": bool(rng.integers(2)),
    }
    x = rng.integers(0, 6, (2, 2, *rng.integers(7, 10, n))).astype(float)  # ties on purpose
    layers_agree(*both(f"MaxPool{n}d", kernel, **options), x)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("seed", range(10))
def test_avg_pool(n, seed):
    rng = np.random.default_rng([n, seed])
    kernel = int(rng.integers(1, 5))
    options = {
        "stride": pick(rng, None, int(rng.integers(1, 4))),
        "padding": int(rng.integers(0, kernel // 2 + 1)),
        "ceil_mode": bool(rng.integers(2)),
        "count_include_pad": bool(rng.integers(2)),
    }
    if n == 2 and seed % 3 == 0:
        options["divisor_override"] = 3
    x = rng.normal(size=(2, 2, *rng.integers(6, 10, n)))
    layers_agree(*both(f"AvgPool{n}d", kernel, **options), x)


@pytest.mark.parametrize("size", [1, 3, (2, 5), (None, 4), 9])
def test_adaptive_avg_pool(size):
    layers_agree(*both("AdaptiveAvgPool2d", size), np.random.default_rng(0).normal(size=(2, 3, 7, 9)))


def test_flatten_and_unflatten():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    layers_agree(*both("Flatten"), x)
    layers_agree(*both("Flatten", 0, 2), x)
    layers_agree(*both("Unflatten", 2, (2, 2)), x)
    layers_agree(nn.Unflatten(-1, (-1, 5)), torch.nn.Unflatten(-1, (1, 5)), x)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("momentum", [0.1, None])
@pytest.mark.parametrize(
    ("name", "shape"),
    [("BatchNorm1d", (6, 3)), ("BatchNorm1d", (4, 3, 5)), ("BatchNorm2d", (3, 4, 3, 2)), ("InstanceNorm2d", (3, 4, 3, 2))],
)
def test_batch_and_instance_norm(name, shape, momentum, training):
    rng = np.random.default_rng(0)
    for options in ({}, {"affine": False}, {"affine": True, "track_running_stats": False}):
        if name == "InstanceNorm2d" and not options:
            options = {"affine": True, "track_running_stats": True}
        ours, theirs = both(name, shape[1], momentum=momentum, **options)
        for _ in range(3):  # running statistics move
            x = rng.normal(1, 2, shape)
            layers_agree(ours, theirs, x)
        ours.train(training), theirs.train(training)
        layers_agree(ours, theirs, rng.normal(1, 2, shape))
        for (key, a), (_, b) in zip(ours.state_dict().items(), theirs.state_dict().items(), strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, err_msg=key)


@pytest.mark.parametrize("seed", DRAWS)
def test_layer_group_and_rms_norm(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 4, 3, 5))
    shape = pick(rng, 5, (5,), (3, 5), (4, 3, 5))
    layers_agree(*both("LayerNorm", shape, eps=1e-3, elementwise_affine=bool(seed % 3)), x)
    layers_agree(*both("RMSNorm", shape, elementwise_affine=bool(seed % 3)), x)
    layers_agree(*both("GroupNorm", pick(rng, 1, 2, 4), 4, affine=bool(seed % 2)), x)
