"""Initial values: ranges and variances are those of their definitions, and a seed repeats them."""

import math

import numpy as np
import pytest

import autograd_core as ac
import nn


def drawn(name, *args, shape=(200, 300), **kwargs):
    return getattr(nn.init, name)(ac.tensor(np.zeros(shape)), *args, rng=0, **kwargs).numpy()


def test_variances():
    assert np.var(drawn("xavier_normal_", 2.0)) == pytest.approx(4 * 2 / 500, rel=0.02)
    assert np.var(drawn("xavier_uniform_")) == pytest.approx(2 / 500, rel=0.02)
    assert np.var(drawn("kaiming_normal_", nonlinearity="relu")) == pytest.approx(2 / 300, rel=0.02)
    assert np.var(drawn("kaiming_uniform_", mode="fan_out", nonlinearity="linear")) == pytest.approx(1 / 200, rel=0.02)
    assert abs(drawn("uniform_", -2, 3)).max() <= 3
    assert abs(drawn("trunc_normal_", 0, 1, -0.5, 0.5)).max() <= 0.5
    assert np.std(drawn("normal_", 1, 3)) == pytest.approx(3, rel=0.02)


def test_structured():
    for shape in ((3, 5), (5, 3), (4, 2, 3)):
        q = drawn("orthogonal_", shape=shape).reshape(shape[0], -1)
        small = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
        np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)
    assert ((drawn("sparse_", 0.25, shape=(8, 3)) == 0).sum(axis=0) == 2).all()
    x = np.random.default_rng(0).normal(size=(1, 4, 5, 5))
    kernel = nn.init.dirac_(ac.tensor(np.zeros((4, 4, 3, 3))))
    np.testing.assert_allclose(nn.functional.conv2d(x, kernel, padding=1).numpy(), x)
    assert nn.init.eye_(ac.tensor(np.zeros((2, 3)))).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_layers_draw_from_the_seed():
    assert (nn.Linear(3, 2, rng=5).weight.numpy() == nn.Linear(3, 2, rng=5).weight.numpy()).all()
    nn.manual_seed(1)
    first = nn.Conv2d(1, 2, 3).weight.numpy()
    assert (nn.Conv2d(1, 2, 3).weight.numpy() != first).any()
    nn.manual_seed(1)
    assert (nn.Conv2d(1, 2, 3).weight.numpy() == first).all()
    assert abs(first).max() <= 1 / math.sqrt(9)


def test_gains():
    assert nn.init.calculate_gain("leaky_relu", 0.2) == pytest.approx(math.sqrt(2 / 1.04))
    assert nn.init.calculate_gain("conv2d") == 1
    with pytest.raises(ValueError, match="nonlinearity='swish' is none of"):
        nn.init.calculate_gain("swish")
    with pytest.raises(ValueError, match=r"fan-in and fan-out need a weight of at least two axes, not shape \(3,\)"):
        nn.init.xavier_uniform_(ac.tensor(np.zeros(3)))
    for name, options, text in (
        ("eye_", {}, "eye_ fills a Tensor of 2 axes"),
        ("sparse_", {"sparsity": 0.5}, "sparse_ fills a Tensor of 2 axes"),
        ("dirac_", {"groups": 2}, "dirac_: groups=2 must divide the 3 output channels"),
    ):
        with pytest.raises(ValueError, match=text):
            getattr(nn.init, name)(ac.tensor(np.zeros((3, 3, 3))), **options)
    with pytest.raises(ValueError, match=r"orthogonal_ fills a Tensor of 2 or more axes, not one of shape \(3,\)"):
        nn.init.orthogonal_(ac.tensor(np.zeros(3)))
    with pytest.raises(ValueError, match="dirac_ fills a Tensor of 3 to 5 axes"):
        nn.init.dirac_(ac.tensor(np.zeros((3, 3))))
    with pytest.raises(ValueError, match=r"trunc_normal_: \[5, 9\] holds next to nothing of a distribution of mean=0.0"):
        nn.init.trunc_normal_(ac.tensor(np.zeros(3)), a=5, b=9)
