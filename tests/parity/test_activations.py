"""Activations agree with PyTorch's: values and two orders of derivatives, kinks included."""

import numpy as np
import pytest
import torch

import nn
from tests.parity._compare import layers_agree

CASES = [
    ("ReLU", {}),
    ("ReLU6", {}),
    ("LeakyReLU", {}),
    ("LeakyReLU", {"negative_slope": 0.3}),
    ("ELU", {}),
    ("ELU", {"alpha": 0.7}),
    ("CELU", {"alpha": 1.3}),
    ("SELU", {}),
    ("GELU", {}),
    ("GELU", {"approximate": "tanh"}),
    ("SiLU", {}),
    ("Mish", {}),
    ("Sigmoid", {}),
    ("LogSigmoid", {}),
    ("Tanh", {}),
    ("Tanhshrink", {}),
    ("Softplus", {}),
    ("Softplus", {"beta": 2.0, "threshold": 3.0}),
    ("Softsign", {}),
    ("Hardtanh", {}),
    ("Hardtanh", {"min_val": -0.5, "max_val": 2.0}),
    ("Hardsigmoid", {}),
    ("Hardswish", {}),
    ("Threshold", {"threshold": 0.5, "value": -1.0}),
    ("Softmax", {"dim": 1}),
    ("Softmin", {"dim": 0}),
    ("LogSoftmax", {"dim": -1}),
    ("GLU", {"dim": 1}),
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_activation(name, options):
    x = np.random.default_rng(0).normal(0, 2, (4, 6))
    # PyTorch's derivatives of these two use constants rounded to float32, and hardsigmoid's is not differentiable again.
    rtol = 1e-7 if name in ("CELU", "Hardsigmoid") else 1e-8
    layers_agree(
        getattr(nn, name)(**options), getattr(torch.nn, name)(**options), x, rtol=rtol, second_order=name != "Hardsigmoid"
    )


@pytest.mark.parametrize(
    ("name", "kinks"),
    [
        ("ReLU", [0.0]),
        ("ReLU6", [0.0, 6.0]),
        ("LeakyReLU", [0.0]),
        ("ELU", [0.0]),
        ("CELU", [0.0]),
        ("SELU", [0.0]),
        ("Softsign", [0.0]),
        ("Hardtanh", [-1.0, 1.0]),
        ("Hardsigmoid", [-3.0, 3.0]),
        ("Hardswish", [3.0]),
    ],
)
def test_derivative_at_kinks(name, kinks):
    layers_agree(getattr(nn, name)(), getattr(torch.nn, name)(), np.array(kinks), second_order=False)


@pytest.mark.parametrize(
    "name", ["Sigmoid", "LogSigmoid", "Softplus", "Tanh", "SiLU", "GELU", "ELU", "Softmax", "LogSoftmax", "Mish"]
)
def test_far_out_values_stay_finite(name):
    options = {"dim": 0} if "max" in name else {}
    x = np.array([-1e4, -700.0, -50.0, 50.0, 700.0, 1e4])
    layers_agree(getattr(nn, name)(**options), getattr(torch.nn, name)(**options), x, second_order=False)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4)])
@pytest.mark.parametrize("count", [1, 3])
def test_prelu(shape, count):
    if count == 3 and len(shape) == 1:
        shape = (1, 3)
    x = np.random.default_rng(0).normal(size=shape)
    layers_agree(nn.PReLU(count, dtype=np.float64), torch.nn.PReLU(count), x)
