"""The tanh form of gelu and its mean over four million elements: memory traffic and one transcendental function."""

import math
from functools import partial

import numpy as np

from benchmarks.hand import gelu, gelu_backward
from benchmarks.registry import Workload, add

SIZE = 4_000_000


def inputs(rng):
    return (rng.standard_normal(SIZE, dtype=np.float32),)


def hand():
    block = 1 << 14

    def step(x):
        total, g_x, g = 0.0, np.empty_like(x), np.float32(1 / x.size)
        for start in range(0, x.size, block):  # what is in cache need not be fetched again
            part = x[start : start + block]
            y, t = gelu(part)
            total += float(y.sum())
            g_x[start : start + block] = gelu_backward(g, part, t)
        return total / x.size, g_x

    return step


def mean_of_gelu(functional):
    """Use `gelu` as `nn.functional` and `torch.nn.functional` have it."""

    def step(array):
        x = array.detach().requires_grad_()
        loss = functional.gelu(x, approximate="tanh").mean()
        loss.backward()
        return loss, x.grad

    return step


def ours():
    import nn

    return mean_of_gelu(nn.functional)


def torch():
    import torch

    return mean_of_gelu(torch.nn.functional)


def loss_of(xp, x):
    half, cubic, root = (np.float32(c) for c in (0.5, 0.044715, math.sqrt(2 / math.pi)))
    return xp.mean(half * x * (1 + xp.tanh(root * (x + cubic * x * x * x))))


def mygrad():
    import mygrad as mg

    def step(array):
        x = mg.tensor(array, copy=False)
        loss = loss_of(mg, x)
        loss.backward()
        return loss, x.grad

    return step


def hips():
    import autograd.numpy as anp
    from autograd import value_and_grad

    return value_and_grad(partial(loss_of, anp))


def jax():
    import jax

    compiled = jax.jit(jax.value_and_grad(partial(loss_of, jax.numpy)))
    return lambda x: jax.block_until_ready(compiled(x))


add(
    Workload(
        name="gelu",
        title="gelu (tanh form) and mean, 4,000,000 elements",
        systems={"hand": hand, "ours": ours, "torch": torch, "mygrad": mygrad, "hips": hips, "jax": jax},
        batch=inputs,
        goal=1.0,
    )
)
