"""The convolutional network: twice a 3x3 convolution (32, then 64), relu and 2x2 pooling, dense 128, relu, dense 10."""

from functools import partial

import numpy as np

from benchmarks.hand import Adam, conv2d, conv2d_backward, cross_entropy, max_pool, max_pool_backward
from benchmarks.registry import Workload, add

SHAPES = {
    "0.weight": (32, 1, 3, 3),
    "0.bias": (32,),
    "3.weight": (64, 32, 3, 3),
    "3.bias": (64,),
    "7.weight": (128, 64 * 7 * 7),
    "7.bias": (128,),
    "9.weight": (10, 128),
    "9.bias": (10,),
}


def inputs(batch, rng):
    return rng.random((batch, 1, 28, 28), dtype=np.float32), rng.integers(10, size=batch)


def initial():
    """Draw the parameters, named as in `Sequential`."""
    rng, parameters, bound = np.random.default_rng(1), {}, 1.0
    for name, shape in SHAPES.items():
        if name.endswith("weight"):
            bound = np.prod(shape[1:]) ** -0.5
        parameters[name] = rng.uniform(-bound, bound, shape).astype(np.float32)
    return parameters


def layers(library):
    """List the layers, whose names `nn` and `torch.nn` share."""
    return [
        library.Conv2d(1, 32, 3, padding=1),
        library.ReLU(),
        library.MaxPool2d(2),
        library.Conv2d(32, 64, 3, padding=1),
        library.ReLU(),
        library.MaxPool2d(2),
        library.Flatten(),
        library.Linear(64 * 7 * 7, 128),
        library.ReLU(),
        library.Linear(128, 10),
    ]


def hand(*, adam):
    w0, b0, w3, b3, w7, b7, w9, b9 = initial().values()
    # Channels last: convolution weights (kernel, kernel, in, out), dense weights (in, out) in that order of pixels.
    w0, w3 = (np.ascontiguousarray(w.transpose(2, 3, 1, 0)) for w in (w0, w3))
    w7 = np.ascontiguousarray(w7.reshape(128, 64, 7, 7).transpose(2, 3, 1, 0)).reshape(-1, 128)
    w9 = np.ascontiguousarray(w9.T)
    optimizer = Adam([w0, b0, w3, b3, w7, b7, w9, b9])

    def step(x, labels):
        x = x.reshape(-1, 28, 28, 1)
        y0, columns0 = conv2d(x, w0, b0, padding=1)
        np.maximum(y0, 0, out=y0)
        p0 = max_pool(y0)
        y3, columns3 = conv2d(p0, w3, b3, padding=1)
        np.maximum(y3, 0, out=y3)
        p3 = max_pool(y3)
        flat = p3.reshape(len(x), -1)
        y7 = flat @ w7
        y7 += b7
        np.maximum(y7, 0, out=y7)
        y9 = y7 @ w9
        y9 += b9
        loss, g = cross_entropy(y9, labels)
        g_w9, g_b9 = y7.T @ g, g.sum(axis=0)
        g = g @ w9.T
        g *= y7 > 0
        g_w7, g_b7 = flat.T @ g, g.sum(axis=0)
        g = (g @ w7.T).reshape(p3.shape)
        g = max_pool_backward(g, p3, y3)
        g *= y3 > 0
        g_w3, g_b3, g = conv2d_backward(g, columns3, w3, p0.shape, padding=1)
        g = max_pool_backward(g, p0, y0)
        g *= y0 > 0
        g_w0, g_b0, _ = conv2d_backward(g, columns0, w0, x.shape, padding=1, input_too=False)
        if adam:
            optimizer.step([g_w0, g_b0, g_w3, g_b3, g_w7, g_b7, g_w9, g_b9])
        return loss, g_w0.transpose(3, 2, 0, 1), g_w3.transpose(3, 2, 0, 1)

    return step


def ours(*, adam):
    import autograd_core as ac
    import nn

    model = nn.Sequential(*layers(nn))
    model.load_state_dict({name: ac.tensor(value) for name, value in initial().items()})
    optimizer = nn.optim.Adam(model.parameters())
    loss_function = nn.CrossEntropyLoss()

    def step(x, labels):
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        if adam:
            optimizer.step()
        return loss, model[0].weight.grad, model[3].weight.grad

    return step


def torch(*, adam, **options):
    import torch

    model = torch.nn.Sequential(*layers(torch.nn))
    model.load_state_dict({name: torch.from_numpy(value) for name, value in initial().items()})
    optimizer = torch.optim.Adam(model.parameters(), **options)
    loss_function = torch.nn.CrossEntropyLoss()

    def step(x, labels):
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        if adam:
            optimizer.step()
        return loss, model[0].weight.grad, model[3].weight.grad

    return step


def mygrad(*, adam):
    import mygrad as mg
    from mygrad.nnet import conv_nd, max_pool, relu, softmax_crossentropy

    w0, b0, w3, b3, w7, b7, w9, b9 = parameters = [mg.tensor(p, copy=False) for p in initial().values()]
    optimizer = Adam([parameter.data for parameter in parameters])

    def step(x, labels):
        x = relu(conv_nd(x, w0, stride=1, padding=1) + b0.reshape(1, -1, 1, 1))
        x = max_pool(x, (2, 2), 2)
        x = relu(conv_nd(x, w3, stride=1, padding=1) + b3.reshape(1, -1, 1, 1))
        x = max_pool(x, (2, 2), 2)
        x = relu(x.reshape(len(labels), -1) @ w7.T + b7)
        loss = softmax_crossentropy(x @ w9.T + b9, labels)
        loss.backward()
        gradients = [parameter.grad for parameter in parameters]
        if adam:
            optimizer.step(gradients)
        return loss, w0.grad, w3.grad

    return step


def jax_loss(parameters, x, labels):
    import jax

    w0, b0, w3, b3, w7, b7, w9, b9 = parameters
    for weight, bias in ((w0, b0), (w3, b3)):
        x = jax.lax.conv_general_dilated(x, weight, (1, 1), "SAME") + bias[:, None, None]
        x = jax.nn.relu(x)
        x = jax.lax.reduce_window(x, -np.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    x = jax.nn.relu(x.reshape(len(x), -1) @ w7.T + b7)
    x = jax.nn.log_softmax(x @ w9.T + b9)
    return -x[np.arange(len(labels)), labels].mean()


def jax():
    import jax

    parameters = list(initial().values())
    differentiate = jax.jit(jax.value_and_grad(jax_loss))

    def step(x, labels):
        loss, gradients = jax.block_until_ready(differentiate(parameters, x, labels))
        return loss, gradients[0], gradients[2]

    return step


for adam in (False, True):
    builders = {"hand": hand, "ours": ours, "torch": torch, "mygrad": mygrad}
    bound = {name: partial(builder, adam=adam) for name, builder in builders.items()}
    bound |= {"torch-fused": partial(torch, adam=True, fused=True)} if adam else {"jax": jax}
    add(
        Workload(
            name="cnn-adam" if adam else "cnn-gradient",
            title="CNN, 28x28, batch 32" + (", with Adam" if adam else ""),
            systems=bound,
            batch=partial(inputs, 32),
            goal=1.0,
        )
    )
