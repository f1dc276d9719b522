"""Small operations: 300 x `y = tanh(y * x + y) * 0.5`, where everything but the arithmetic is overhead."""

from functools import partial

import numpy as np

from benchmarks.registry import Workload, add

LENGTH = 300


def inputs(size, rng):
    return (rng.uniform(0.5, 1.5, size).astype(np.float32),)


def hand():
    def step(x):
        y, saved = x, []
        for _ in range(LENGTH):
            t = np.tanh(y * x + y)
            saved.append((y, t))
            y = t * np.float32(0.5)
        loss = y.sum()
        g, g_x = np.ones_like(y), np.zeros_like(x)
        for y, t in reversed(saved):
            g = g * np.float32(0.5) * (1 - t * t)
            g_x += g * y
            g = g * x + g
        return loss, g_x + g

    return step


def ours():
    import autograd_core as ac

    def step(array):
        x = array.detach().requires_grad_()
        y = x
        for _ in range(LENGTH):
            y = ac.tanh(y * x + y) * 0.5
        loss = y.sum()
        loss.backward()
        return loss, x.grad

    return step


def torch():
    import torch

    def step(array):
        x = array.detach().requires_grad_()
        y = x
        for _ in range(LENGTH):
            y = torch.tanh(y * x + y) * 0.5
        loss = y.sum()
        loss.backward()
        return loss, x.grad

    return step


def mygrad():
    import mygrad as mg

    def step(array):
        x = mg.tensor(array, copy=False)
        y = x
        for _ in range(LENGTH):
            y = mg.tanh(y * x + y) * np.float32(0.5)
        loss = y.sum()
        loss.backward()
        return loss, x.grad

    return step


def loss_of(xp, x):
    y = x
    for _ in range(LENGTH):
        y = xp.tanh(y * x + y) * np.float32(0.5)
    return xp.sum(y)


def hips():
    import autograd.numpy as anp
    from autograd import value_and_grad

    return value_and_grad(partial(loss_of, anp))


def jax():
    import jax

    compiled = jax.jit(jax.value_and_grad(partial(loss_of, jax.numpy)))
    return lambda x: jax.block_until_ready(compiled(x))


SYSTEMS = {"hand": hand, "ours": ours, "torch": torch, "mygrad": mygrad, "hips": hips, "jax": jax}

for size, goal in ((16, 0.5), (1, 0.5), (10_000, 0.9)):
    add(
        Workload(
            name=f"small-{size}",
            title=f"small operations, {size:,} element{'s' * (size > 1)}, an operation",
            systems=SYSTEMS,
            batch=partial(inputs, size),
            goal=goal,
            per=4 * LENGTH,
        )
    )
