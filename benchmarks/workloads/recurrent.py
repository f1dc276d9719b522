"""Recurrent networks over 50 steps: the tanh cell as a Python loop, and the LSTM as each library ships it.

The cell `h = tanh(x_t W + b + h U)` projects all inputs at once before the loop, as everybody does who cares for speed.
"""

from functools import partial

import numpy as np

from benchmarks.registry import Workload, add

LENGTH, BATCH, INPUTS, HIDDEN = 50, 32, 1, 64


def inputs(length, rng):
    x = rng.standard_normal((length, BATCH, INPUTS), dtype=np.float32)
    return x, rng.standard_normal((BATCH, 1), dtype=np.float32)


def initial(gates):
    """Draw the parameters in PyTorch's shapes and order: recurrent layer, then head."""
    rng, bound, rows = np.random.default_rng(1), HIDDEN**-0.5, gates * HIDDEN
    shapes = ((rows, INPUTS), (rows, HIDDEN), (rows,), (rows,), (1, HIDDEN), (1,))
    return [rng.uniform(-bound, bound, shape).astype(np.float32) for shape in shapes]


def cell_parameters():
    """Give the tanh cell's parameters as the loop wants them: W (in, H), U (H, H), b (H,), head (H, 1) and (1,)."""
    w, u, b, c, head, offset = initial(1)
    return [np.ascontiguousarray(a) for a in (w.T, u.T, b + c, head.T, offset)]


def mse(y, target):
    """Return the mean squared error and its derivative for y."""
    apart = y - target
    return (apart * apart).mean(), apart * np.float32(2 / apart.size)


def rnn_hand():
    w, u, b, head, offset = cell_parameters()

    def step(x, target):
        length = len(x)
        states = np.zeros((length + 1, BATCH, HIDDEN), np.float32)
        projected = x @ w + b
        for t in range(length):
            h = states[t] @ u
            h += projected[t]
            np.tanh(h, out=states[t + 1])
        loss, g = mse(states[-1] @ head + offset, target)
        g_head = states[-1].T @ g
        g = g @ head.T
        slopes = states[1:] * states[1:]
        np.subtract(1, slopes, out=slopes)
        transposed = np.ascontiguousarray(u.T)
        for t in range(length - 1, -1, -1):
            slopes[t] *= g
            g = slopes[t] @ transposed
        flat = slopes.reshape(-1, HIDDEN)
        g_u = states[:-1].reshape(-1, HIDDEN).T @ flat
        g_w, g_b = x.reshape(-1, INPUTS).T @ flat, flat.sum(axis=0)
        return loss, g_u, g_w, g_b, g_head

    return step


def rnn_ours():
    import autograd_core as ac

    w, u, b, head, offset = parameters = [ac.tensor(a, requires_grad=True) for a in cell_parameters()]

    def step(x, target):
        h = np.zeros((BATCH, HIDDEN), np.float32)
        for projected in x @ w + b:
            h = ac.tanh(projected + h @ u)
        apart = h @ head + offset - target
        loss = (apart * apart).mean()
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        return loss, u.grad, w.grad, b.grad, head.grad

    return step


def rnn_torch():
    import torch

    w, u, b, head, offset = parameters = [torch.from_numpy(a).requires_grad_() for a in cell_parameters()]

    def step(x, target):
        h = torch.zeros(BATCH, HIDDEN)
        for projected in (x @ w + b).unbind():
            h = torch.tanh(torch.addmm(projected, h, u))
        loss = torch.nn.functional.mse_loss(torch.addmm(offset, h, head), target)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        return loss, u.grad, w.grad, b.grad, head.grad

    return step


def module_step(library, model, head, gates, tensor):
    """Differentiate for a recurrent module and a linear head, whose interfaces `nn` and `torch.nn` share."""
    for module, values in ((model, initial(gates)[:4]), (head, initial(gates)[4:])):
        module.load_state_dict(dict(zip(module.state_dict(), map(tensor, values), strict=True)))
    parameters = [*model.parameters(), *head.parameters()]

    def step(x, target):
        output, _ = model(x)
        loss = library.functional.mse_loss(head(output[-1]), target)
        model.zero_grad()
        head.zero_grad()
        loss.backward()
        w, u, b, _, g_head, _ = (parameter.grad for parameter in parameters)
        return loss, u.T, w.T, b, g_head.T

    return step


def torch_module(kind, gates):
    import torch

    model = getattr(torch.nn, kind)(INPUTS, HIDDEN)
    return module_step(torch.nn, model, torch.nn.Linear(HIDDEN, 1), gates, torch.from_numpy)


def rnn_mygrad():
    import mygrad as mg

    w, u, b, head, offset = [mg.tensor(a, copy=False) for a in cell_parameters()]

    def step(x, target):
        h, projected = np.zeros((BATCH, HIDDEN), np.float32), mg.matmul(x, w) + b
        for t in range(len(x)):
            h = mg.tanh(projected[t] + mg.matmul(h, u))
        loss = mg.mean((h @ head + offset - target) ** 2)
        loss.backward()
        return loss, u.grad, w.grad, b.grad, head.grad

    return step


def rnn_loss(xp, parameters, x, target):
    w, u, b, head, offset = parameters
    h, projected = np.zeros((BATCH, HIDDEN), np.float32), xp.dot(x, w) + b
    for t in range(len(x)):
        h = xp.tanh(projected[t] + xp.dot(h, u))
    return xp.mean((xp.dot(h, head) + offset - target) ** 2)


def rnn_hips():
    import autograd.numpy as anp
    from autograd import value_and_grad

    parameters, differentiate = cell_parameters(), value_and_grad(partial(rnn_loss, anp))

    def step(x, target):
        loss, (g_w, g_u, g_b, g_head, _) = differentiate(parameters, x, target)
        return loss, g_u, g_w, g_b, g_head

    return step


def rnn_jax():
    import jax
    import jax.numpy as jnp

    def loss_of(parameters, x, target):
        w, u, b, head, offset = parameters

        def cell(h, projected):
            return jnp.tanh(projected + h @ u), None

        h, _ = jax.lax.scan(cell, jnp.zeros((BATCH, HIDDEN), jnp.float32), x @ w + b)
        return jnp.mean((h @ head + offset - target) ** 2)

    parameters, differentiate = cell_parameters(), jax.jit(jax.value_and_grad(loss_of))

    def step(x, target):
        loss, (g_w, g_u, g_b, g_head, _) = jax.block_until_ready(differentiate(parameters, x, target))
        return loss, g_u, g_w, g_b, g_head

    return step


RNN = {
    "hand": rnn_hand,
    "ours": rnn_ours,
    "torch": rnn_torch,
    "torch-fused": partial(torch_module, "RNN", 1),
    "mygrad": rnn_mygrad,
    "hips": rnn_hips,
    "jax": rnn_jax,
}

add(
    Workload(
        name="rnn-loop",
        title="RNN, tanh cell in a Python loop, T 50, hidden 64, batch 32",
        systems=RNN,
        batch=partial(inputs, LENGTH),
        goal=1.0,
    )
)

for length in (10, 30, 100, 300, 1000):
    add(
        Workload(
            name=f"scalelength-{length}",
            title=f"RNN, T {length}",
            systems=RNN,
            batch=partial(inputs, length),
            scaling=("sequence length of the RNN", length),
        )
    )
