"""Graphs of unusual shape: a deep chain, one node used ten thousand times, many reads of one large array."""

from functools import partial

import numpy as np

from benchmarks.registry import Workload, add

FACTOR, TERM = np.float32(1.0001), np.float32(0.0001)
USES, READS = 10_000, 2_000


def vector(size, rng):
    return (rng.uniform(0.5, 1.5, size).astype(np.float32),)


def matrix(rng):
    return (rng.standard_normal((READS, 512), dtype=np.float32),)


def chain(length, y):
    for _ in range(length):
        y = y * 1.0001 + 0.0001
    return y.sum()  # grows to 1e22 over 500,000 rounds, which no square of it would survive in float32


def chain32(length, y):
    """Do as `chain` does, for libraries that take a Python number for float64."""
    for _ in range(length):
        y = y * FACTOR + TERM
    return y.sum()


def chain_hand(length):
    def step(x):
        y = x
        for _ in range(length):
            y = y * FACTOR + TERM
        g = np.ones_like(y)
        for _ in range(length):
            g = g * FACTOR
        return y.sum(), g

    return step


def fan(tanh, x):
    h = tanh(x)
    total = h
    for _ in range(USES):
        total = total + h * 0.0001
    return (total * total).sum()


def fan32(tanh, x):
    """Do as `fan` does, for libraries that take a Python number for float64."""
    h = tanh(x)
    total = h
    for _ in range(USES):
        total = total + h * TERM
    return (total * total).sum()


def fan_hand():
    def step(x):
        h = np.tanh(x)
        total = h
        for _ in range(USES):
            total = total + h * TERM
        g = 2 * total
        g_h = g.copy()
        for _ in range(USES):
            g_h += g * TERM
        return (total * total).sum(), g_h * (1 - h * h)

    return step


def reads(x):
    total = x[0]
    for t in range(1, READS):
        total = total + x[t]
    return (total * total).sum()


def reads_hand():
    def step(x):
        total = x[0].copy()
        for t in range(1, READS):
            total += x[t]
        g, g_x = 2 * total, np.zeros_like(x)
        for t in range(READS):
            g_x[t] += g
        return (total * total).sum(), g_x

    return step


def reads_jax(x):
    import jax

    total, _ = jax.lax.scan(lambda total, row: (total + row, None), jax.numpy.zeros(x.shape[1], x.dtype), x)
    return (total * total).sum()


def ours(loss_of):
    def step(array):
        x = array.detach().requires_grad_()
        loss = loss_of(x)
        loss.backward()
        return loss, x.grad

    return step


torch = ours  # the two read the same here


def mygrad(loss_of):
    import mygrad as mg

    def step(array):
        x = mg.tensor(array, copy=False)
        loss = loss_of(x)
        loss.backward()
        return loss, x.grad

    return step


def hips(loss_of):
    from autograd import value_and_grad

    return value_and_grad(loss_of)


def jax(loss_of):
    import jax

    compiled = jax.jit(jax.value_and_grad(loss_of))
    return lambda x: jax.block_until_ready(compiled(x))


def chains(length):
    return {
        "hand": partial(chain_hand, length),
        "ours": partial(ours, partial(chain, length)),
        "torch": partial(torch, partial(chain, length)),
        "mygrad": partial(mygrad, partial(chain32, length)),
        "hips": partial(hips, lambda x: chain32(length, x)),
    }


def fan_ours():
    import autograd_core as ac

    return ours(partial(fan, ac.tanh))


def fan_torch():
    import torch as library

    return torch(partial(fan, library.tanh))


def fan_mygrad():
    import mygrad as mg

    return mygrad(partial(fan32, mg.tanh))


def fan_hips():
    import autograd.numpy as anp

    return hips(lambda x: fan32(anp.tanh, x))


add(
    Workload(
        name="graphs-deep",
        title="deep chain: 50,000 x (`x * 1.0001 + 0.0001`), 4 elements",
        systems=chains(50_000),
        batch=partial(vector, 4),
        goal=0.5,
    )
)
add(
    Workload(
        name="graphs-fan",
        title="one node used 10,000 times, 16 elements",
        systems={"hand": fan_hand, "ours": fan_ours, "torch": fan_torch, "mygrad": fan_mygrad, "hips": fan_hips},
        batch=partial(vector, 16),
        goal=0.5,
        rtol=5e-3,  # ten thousand float32 terms, added in different orders
    )
)
add(
    Workload(
        name="graphs-reads",
        title="`x[t]` for 2,000 t over an array of 2,000 x 512, added up",
        systems={
            "hand": reads_hand,
            "ours": partial(ours, reads),
            "torch": partial(torch, reads),
            "mygrad": partial(mygrad, reads),
            "hips": partial(hips, reads),
            "jax": partial(jax, reads_jax),
        },
        batch=matrix,
        goal=0.15,
    )
)

for count in (10, 100, 1000, 10_000, 100_000, 1_000_000):
    add(
        Workload(
            name=f"scaleoperations-{count}",
            title=f"chain of {count:,} operations, 4 elements",
            systems=chains(count // 2),
            batch=partial(vector, 4),
            scaling=("number of operations", count),
        )
    )
