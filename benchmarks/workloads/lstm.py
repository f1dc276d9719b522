"""The LSTM over 50 steps, as shipped by the libraries that have one; gates in PyTorch's order: i, f, g, o."""

from functools import partial

import numpy as np

from benchmarks.registry import Workload, add
from benchmarks.workloads.recurrent import BATCH, HIDDEN, INPUTS, LENGTH, initial, inputs, module_step, mse, torch_module

I, F, G, O = (slice(k * HIDDEN, (k + 1) * HIDDEN) for k in range(4))


def sigmoid_(x):
    """Write the logistic function over x."""
    x *= 0.5
    np.tanh(x, out=x)
    x += 1
    x *= 0.5


def hand():
    w, u, b, c, head, offset = initial(4)
    w, u, b = np.ascontiguousarray(w.T), np.ascontiguousarray(u.T), b + c
    head = np.ascontiguousarray(head.T)

    def step(x, target):
        gates = x @ w + b
        states = np.zeros((LENGTH + 1, BATCH, HIDDEN), np.float32)
        cells, bounded = np.zeros_like(states), np.empty_like(states[1:])
        for t in range(LENGTH):
            a = gates[t]
            a += states[t] @ u
            sigmoid_(a[:, : G.start])
            np.tanh(a[:, G], out=a[:, G])
            sigmoid_(a[:, O])
            np.multiply(a[:, F], cells[t], out=cells[t + 1])
            cells[t + 1] += a[:, I] * a[:, G]
            np.tanh(cells[t + 1], out=bounded[t])
            np.multiply(a[:, O], bounded[t], out=states[t + 1])
        loss, g_y = mse(states[-1] @ head + offset, target)
        g_head = states[-1].T @ g_y
        g, g_cell = g_y @ head.T, np.zeros((BATCH, HIDDEN), np.float32)
        transposed = np.ascontiguousarray(u.T)
        slopes = gates * gates  # gate by gate, the derivative of the gate's own function
        slopes[:, :, G] = 1 - slopes[:, :, G]
        for part in (slice(0, G.start), O):
            slopes[:, :, part] = gates[:, :, part] - slopes[:, :, part]
        bends = 1 - bounded * bounded
        for t in range(LENGTH - 1, -1, -1):
            a, s = gates[t], slopes[t]
            s[:, O] *= g * bounded[t]
            g *= a[:, O]
            g *= bends[t]
            g_cell += g
            s[:, I] *= g_cell * a[:, G]
            s[:, F] *= g_cell * cells[t]
            s[:, G] *= g_cell * a[:, I]
            g_cell *= a[:, F]
            g = s @ transposed
        flat = slopes.reshape(-1, 4 * HIDDEN)
        g_u = states[:-1].reshape(-1, HIDDEN).T @ flat
        return loss, g_u, x.reshape(-1, INPUTS).T @ flat, flat.sum(axis=0), g_head

    return step


def loss_of(xp, expit, matmul, parameters, x, target):
    w, u, b, head, offset = parameters
    projected = matmul(x, w) + b
    h, cell = np.zeros((BATCH, HIDDEN), np.float32), np.zeros((BATCH, HIDDEN), np.float32)
    for t in range(len(x)):
        gates = projected[t] + matmul(h, u)
        cell = expit(gates[:, F]) * cell + expit(gates[:, I]) * xp.tanh(gates[:, G])
        h = expit(gates[:, O]) * xp.tanh(cell)
    return xp.mean((matmul(h, head) + offset - target) ** 2)


def parameters_in_order():
    """Give W (in, 4H), U (H, 4H), b (4H,), head (H, 1) and (1,)."""
    w, u, b, c, head, offset = initial(4)
    return [np.ascontiguousarray(a) for a in (w.T, u.T, b + c, head.T, offset)]


def ours():
    import autograd_core as ac
    import nn

    return module_step(nn, nn.LSTM(INPUTS, HIDDEN), nn.Linear(HIDDEN, 1), 4, ac.tensor)


def mygrad():
    import mygrad as mg
    from mygrad.nnet import sigmoid

    parameters = [mg.tensor(a, copy=False) for a in parameters_in_order()]

    def step(x, target):
        loss = loss_of(mg, sigmoid, mg.matmul, parameters, x, target)
        loss.backward()
        g_w, g_u, g_b, g_head, _ = (parameter.grad for parameter in parameters)
        return loss, g_u, g_w, g_b, g_head

    return step


def hips():
    import autograd.numpy as anp
    from autograd import value_and_grad
    from autograd.scipy.special import expit

    return functional(value_and_grad(partial(loss_of, anp, expit, anp.dot)))


def jax():
    import jax
    import jax.numpy as jnp

    compiled = jax.jit(jax.value_and_grad(partial(loss_of, jnp, jax.nn.sigmoid, jnp.dot)))
    return functional(lambda *values: jax.block_until_ready(compiled(*values)))


def functional(differentiate):
    """Return a step that differentiates for a list of parameters."""
    parameters = parameters_in_order()

    def step(x, target):
        loss, (g_w, g_u, g_b, g_head, _) = differentiate(parameters, x, target)
        return loss, g_u, g_w, g_b, g_head

    return step


SYSTEMS = {
    "hand": hand,
    "ours": ours,
    "torch": partial(torch_module, "LSTM", 4),
    "mygrad": mygrad,
    "hips": hips,
    "jax": jax,
}

add(
    Workload(
        name="lstm",
        title="LSTM, T 50, hidden 64, batch 32",
        systems=SYSTEMS,
        batch=partial(inputs, LENGTH),
        goal=1.7,
    )
)
