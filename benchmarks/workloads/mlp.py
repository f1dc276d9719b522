"""A multi-layer perceptron with cross-entropy and Adam, each step on a fresh batch."""

from functools import partial
from itertools import pairwise

import numpy as np

from benchmarks.hand import Adam, cross_entropy
from benchmarks.registry import Workload, add

WIDTHS = (784, 256, 128, 10)


def inputs(batch, features, rng):
    return rng.random((batch, features), dtype=np.float32), rng.integers(10, size=batch)


def initial(widths):
    """Draw weights (out, in) and biases, layer by layer."""
    rng, parameters = np.random.default_rng(1), []
    for n_in, n_out in pairwise(widths):
        bound = n_in**-0.5
        parameters.append(rng.uniform(-bound, bound, (n_out, n_in)).astype(np.float32))
        parameters.append(rng.uniform(-bound, bound, n_out).astype(np.float32))
    return parameters


def state(widths):
    """Name the parameters as `Sequential(Linear, ReLU, Linear, ...)` does."""
    parameters = initial(widths)
    return {f"{2 * (i // 2)}.{('weight', 'bias')[i % 2]}": parameter for i, parameter in enumerate(parameters)}


def layers(library, widths):
    """List the layers, whose names `nn` and `torch.nn` share."""
    linear = [library.Linear(*pair) for pair in pairwise(widths)]
    return [layer for one in linear for layer in (one, library.ReLU())][:-1]


def hand(widths):
    parameters = initial(widths)
    optimizer = Adam(parameters)
    weights, biases = parameters[::2], parameters[1::2]
    last = len(weights) - 1

    def step(x, labels):
        seen = [x]
        for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            y = seen[-1] @ weight.T
            y += bias
            seen.append(np.maximum(y, 0, out=y) if index < last else y)
        loss, g = cross_entropy(seen[-1], labels)
        gradients = []
        for index in range(last, -1, -1):
            gradients += [g.sum(axis=0), g.T @ seen[index]]
            if index:
                g = g @ weights[index]
                g *= seen[index] > 0
        gradients.reverse()
        optimizer.step(gradients)
        return loss, gradients[0]

    return step


def ours(widths):
    import autograd_core as ac
    import nn

    model = nn.Sequential(*layers(nn, widths))
    model.load_state_dict({name: ac.tensor(value) for name, value in state(widths).items()})
    optimizer = nn.optim.Adam(model.parameters())
    loss_function = nn.CrossEntropyLoss()

    def step(x, labels):
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss, model[0].weight.grad

    return step


def torch(widths, **options):
    import torch

    model = torch.nn.Sequential(*layers(torch.nn, widths))
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state(widths).items()})
    optimizer = torch.optim.Adam(model.parameters(), **options)
    loss_function = torch.nn.CrossEntropyLoss()

    def step(x, labels):
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss, model[0].weight.grad

    return step


def mygrad(widths):
    import mygrad as mg
    from mygrad.nnet import relu, softmax_crossentropy

    arrays = initial(widths)
    parameters = [mg.tensor(array, copy=False) for array in arrays]
    optimizer = Adam([parameter.data for parameter in parameters])

    def step(x, labels):
        for index in range(0, len(parameters), 2):
            x = x @ parameters[index].T + parameters[index + 1]
            if index < len(parameters) - 2:
                x = relu(x)
        loss = softmax_crossentropy(x, labels)
        loss.backward()
        gradients = [parameter.grad for parameter in parameters]
        optimizer.step(gradients)
        return loss, gradients[0]

    return step


def loss_of(xp, logsumexp, parameters, x, labels):
    for index in range(0, len(parameters), 2):
        x = xp.dot(x, parameters[index].T) + parameters[index + 1]
        if index < len(parameters) - 2:
            x = xp.maximum(x, 0)
    return xp.mean(logsumexp(x, axis=1) - x[np.arange(len(labels)), labels])


def hips(widths):
    import autograd.numpy as anp
    from autograd import value_and_grad
    from autograd.scipy.special import logsumexp

    parameters = initial(widths)
    optimizer = Adam(parameters)
    differentiate = value_and_grad(partial(loss_of, anp, logsumexp))

    def step(x, labels):
        loss, gradients = differentiate(parameters, x, labels)
        optimizer.step(gradients)
        return loss, gradients[0]

    return step


def jax(widths):
    import jax
    import jax.numpy as jnp

    differentiate = jax.value_and_grad(partial(loss_of, jnp, jax.nn.logsumexp))

    @partial(jax.jit, donate_argnums=0)
    def update(state, x, labels):
        parameters, first, second, count = state
        loss, gradients = differentiate(parameters, x, labels)
        count += 1
        first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients, strict=True)]
        second = [0.999 * v + 0.001 * g * g for v, g in zip(second, gradients, strict=True)]
        rate = (1e-3 / (1 - 0.9**count)).astype(jnp.float32)
        root = (1 / jnp.sqrt(1 - 0.999**count)).astype(jnp.float32)
        parameters = [p - rate * m / (jnp.sqrt(v) * root + 1e-8) for p, m, v in zip(parameters, first, second, strict=True)]
        return (parameters, first, second, count), loss, gradients[0]

    parameters = [jnp.asarray(parameter) for parameter in initial(widths)]
    now = (parameters, [jnp.zeros_like(p) for p in parameters], [jnp.zeros_like(p) for p in parameters], jnp.zeros(()))

    def step(x, labels):
        nonlocal now
        now, *results = update(now, x, labels)
        return jax.block_until_ready(results)

    return step


def systems(widths):
    """Bind every builder to a size."""
    builders = {"hand": hand, "ours": ours, "torch": torch, "mygrad": mygrad, "hips": hips, "jax": jax}
    builders["torch-fused"] = partial(torch, fused=True)
    return {name: partial(builder, widths) for name, builder in builders.items()}


for batch in (8, 64, 512):
    add(
        Workload(
            name=f"mlp-{batch}",
            title=f"MLP 784-256-128-10, Adam, batch {batch}",
            systems=systems(WIDTHS),
            batch=partial(inputs, batch, WIDTHS[0]),
            goal=1.0,
        )
    )

for batch in (1, 4, 16, 64, 256, 1024, 4096):
    add(
        Workload(
            name=f"scalebatch-{batch}",
            title=f"MLP 784-256-128-10, batch {batch}",
            systems=systems(WIDTHS),
            batch=partial(inputs, batch, WIDTHS[0]),
            scaling=("batch size of the MLP", batch),
        )
    )

for width in (4, 16, 64, 256, 1024, 2048):
    add(
        Workload(
            name=f"scalewidth-{width}",
            title=f"MLP 64-{width}-{width}-10, batch 64",
            systems=systems((64, width, width, 10)),
            batch=partial(inputs, 64, 64),
            scaling=("width of the MLP", width),
        )
    )
