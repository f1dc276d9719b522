"""Second derivatives: a Hessian-vector product of Rosenbrock's function, and the whole Hessian of a small network."""

from functools import partial

import numpy as np

from benchmarks.registry import Workload, add

VARIABLES = 100_000
N_IN, N_HIDDEN, N_OUT, BATCH = 2, 8, 4, 16
CUTS = (N_IN * N_HIDDEN, N_IN * N_HIDDEN + N_HIDDEN, N_IN * N_HIDDEN + N_HIDDEN + N_HIDDEN * N_OUT)
PARAMETERS = CUTS[-1] + N_OUT


def rosenbrock_inputs(rng):
    return rng.standard_normal(VARIABLES), rng.standard_normal(VARIABLES)


def rosenbrock(x):
    """Add up 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2."""
    head, tail = x[:-1], x[1:]
    return (100 * (tail - head**2) ** 2 + (1 - head) ** 2).sum()


def rosenbrock_hand():
    def step(x, v):
        head, tail = x[:-1], x[1:]
        product = np.zeros_like(x)
        product[:-1] = (1200 * head * head - 400 * tail + 2) * v[:-1] - 400 * head * v[1:]
        product[1:] += 200 * v[1:] - 400 * head * v[:-1]
        return (product,)

    return step


def rosenbrock_ours():
    import autograd_core as ac

    return lambda x, v: (ac.hvp(rosenbrock, x, v),)


def rosenbrock_torch():
    import torch

    def step(x, v):
        x = x.detach().requires_grad_()
        (g,) = torch.autograd.grad(rosenbrock(x), x, create_graph=True)
        return torch.autograd.grad(g, x, v)

    return step


def rosenbrock_torch_func():
    import torch

    return lambda x, v: (torch.func.jvp(torch.func.grad(rosenbrock), (x,), (v,))[1],)


def rosenbrock_hips():
    from autograd import hessian_vector_product

    product = hessian_vector_product(rosenbrock)
    return lambda x, v: (product(x, v),)


def rosenbrock_jax():
    import jax

    compiled = jax.jit(lambda x, v: jax.jvp(jax.grad(rosenbrock), (x,), (v,))[1])
    return lambda x, v: (compiled(x, v).block_until_ready(),)


def network_inputs(rng):
    theta = rng.standard_normal(PARAMETERS) * 0.5
    return theta, rng.standard_normal((BATCH, N_IN)), rng.standard_normal((BATCH, N_OUT))


def network(tanh, theta, x, target):
    """Return the mean squared error of a network whose parameters lie in one vector."""
    w1, b1 = theta[: CUTS[0]].reshape(N_HIDDEN, N_IN), theta[CUTS[0] : CUTS[1]]
    w2, b2 = theta[CUTS[1] : CUTS[2]].reshape(N_OUT, N_HIDDEN), theta[CUTS[2] :]
    apart = tanh(x @ w1.T + b1) @ w2.T + b2 - target
    return (apart * apart).mean()


def network_hand():
    """Push every unit vector through the gradient's own formula at once; the letter r marks a derivative along them."""
    unit = np.eye(PARAMETERS)
    r_w1, r_b1 = unit[:, : CUTS[0]].reshape(-1, N_HIDDEN, N_IN), unit[:, None, CUTS[0] : CUTS[1]]
    r_w2, r_b2 = unit[:, CUTS[1] : CUTS[2]].reshape(-1, N_OUT, N_HIDDEN), unit[:, None, CUTS[2] :]

    def step(theta, x, target):
        w1, b1 = theta[: CUTS[0]].reshape(N_HIDDEN, N_IN), theta[CUTS[0] : CUTS[1]]
        w2, b2 = theta[CUTS[1] : CUTS[2]].reshape(N_OUT, N_HIDDEN), theta[CUTS[2] :]
        h = np.tanh(x @ w1.T + b1)
        g = (h @ w2.T + b2 - target) * (2 / target.size)
        g_h, slope = g @ w2, 1 - h * h
        r_h = (x @ r_w1.swapaxes(1, 2) + r_b1) * slope
        r_g = (r_h @ w2.T + h @ r_w2.swapaxes(1, 2) + r_b2) * (2 / target.size)
        r_a = (r_g @ w2 + g @ r_w2) * slope - 2 * g_h * h * r_h
        parts = (
            r_a.swapaxes(1, 2) @ x,
            r_a.sum(axis=1),
            r_g.swapaxes(1, 2) @ h + g.T @ r_h,
            r_g.sum(axis=1),
        )
        return (np.concatenate([part.reshape(PARAMETERS, -1) for part in parts], axis=1),)

    return step


def network_ours():
    import autograd_core as ac

    hessian = ac.hessian(partial(network, ac.tanh))
    return lambda *values: (hessian(*values),)


def network_torch():
    import torch

    def step(theta, x, target):
        return (torch.autograd.functional.hessian(lambda theta: network(torch.tanh, theta, x, target), theta),)

    return step


def network_torch_func():
    import torch

    hessian = torch.func.hessian(partial(network, torch.tanh))
    return lambda *values: (hessian(*values),)


def network_hips():
    import autograd.numpy as anp
    from autograd import hessian

    compute = hessian(lambda *values: network(anp.tanh, *values))
    return lambda *values: (compute(*values),)


def network_jax():
    import jax

    compiled = jax.jit(jax.hessian(partial(network, jax.numpy.tanh)))
    return lambda *values: (compiled(*values).block_until_ready(),)


add(
    Workload(
        name="second-rosenbrock",
        title="Hessian-vector product of Rosenbrock, 100,000 variables, float64",
        systems={
            "hand": rosenbrock_hand,
            "ours": rosenbrock_ours,
            "torch": rosenbrock_torch,
            "torch-fused": rosenbrock_torch_func,
            "hips": rosenbrock_hips,
            "jax": rosenbrock_jax,
        },
        batch=rosenbrock_inputs,
        goal=1.0,
        rtol=1e-9,
    )
)
add(
    Workload(
        name="second-hessian",
        title="Hessian of a 60-parameter MLP, float64",
        systems={
            "hand": network_hand,
            "ours": network_ours,
            "torch": network_torch,
            "torch-fused": network_torch_func,
            "hips": network_hips,
            "jax": network_jax,
        },
        batch=network_inputs,
        goal=0.5,
        rtol=1e-9,
    )
)
