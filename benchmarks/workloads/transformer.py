"""A transformer block on 8 sequences of 128 vectors of 256: layer norm, attention with 8 heads, layer norm, 1024 gelu.

Normalised first (`x + f(norm(x))`), gelu in its tanh form, mean squared error.
"""

import math
from functools import partial

import numpy as np

from benchmarks.hand import (
    gelu,
    gelu_backward,
    layer_norm,
    layer_norm_backward,
    softmax,
    softmax_backward,
)
from benchmarks.registry import Workload, add

BATCH, LENGTH, WIDTH, HEADS = 8, 128, 256, 8
SCALE = 1 / math.sqrt(WIDTH // HEADS)
SHAPES = {
    "norm1.weight": (WIDTH,),
    "norm1.bias": (WIDTH,),
    "self_attn.in_proj_weight": (3 * WIDTH, WIDTH),
    "self_attn.in_proj_bias": (3 * WIDTH,),
    "self_attn.out_proj.weight": (WIDTH, WIDTH),
    "self_attn.out_proj.bias": (WIDTH,),
    "norm2.weight": (WIDTH,),
    "norm2.bias": (WIDTH,),
    "linear1.weight": (4 * WIDTH, WIDTH),
    "linear1.bias": (4 * WIDTH,),
    "linear2.weight": (WIDTH, 4 * WIDTH),
    "linear2.bias": (WIDTH,),
}


def inputs(rng):
    shape = (BATCH, LENGTH, WIDTH)
    return rng.standard_normal(shape, dtype=np.float32), rng.standard_normal(shape, dtype=np.float32)


def initial():
    """Draw the parameters, named as in `TransformerEncoderLayer`."""
    rng = np.random.default_rng(1)
    parameters = {}
    for name, shape in SHAPES.items():
        draw = rng.uniform(-1, 1, shape) * shape[-1] ** -0.5
        parameters[name] = (draw + name.startswith("norm") * name.endswith("weight")).astype(np.float32)
    return parameters


def hand():
    parameters = initial()
    n1, m1, w_qkv, b_qkv, w_out, b_out, n2, m2, w1, b1, w2, b2 = parameters.values()
    heads = (BATCH, LENGTH, 3, HEADS, WIDTH // HEADS)

    def step(x, target):
        x, target = x.reshape(-1, WIDTH), target.reshape(-1, WIDTH)
        z1, norm1 = layer_norm(x, n1, m1)
        qkv = z1 @ w_qkv.T
        qkv += b_qkv
        q, k, v = qkv.reshape(heads).transpose(2, 0, 3, 1, 4)
        scores = q @ k.swapaxes(-1, -2)
        scores *= SCALE
        attention = softmax(scores)
        mixed = (attention @ v).swapaxes(1, 2).reshape(-1, WIDTH)
        h = mixed @ w_out.T
        h += b_out
        h += x
        z2, norm2 = layer_norm(h, n2, m2)
        a = z2 @ w1.T
        a += b1
        y1, tanh = gelu(a)
        y = y1 @ w2.T
        y += b2
        y += h
        y -= target
        loss = np.vdot(y, y) / y.size
        g = y
        g *= np.float32(2 / y.size)
        gradients = {"linear2.weight": g.T @ y1, "linear2.bias": g.sum(axis=0)}
        g_a = gelu_backward(g @ w2, a, tanh)
        gradients |= {"linear1.weight": g_a.T @ z2, "linear1.bias": g_a.sum(axis=0)}
        g_h, g_n2, g_m2 = layer_norm_backward(g_a @ w1, norm2, n2)
        g += g_h
        gradients |= {"norm2.weight": g_n2, "norm2.bias": g_m2}
        gradients |= {"self_attn.out_proj.weight": g.T @ mixed, "self_attn.out_proj.bias": g.sum(axis=0)}
        g_mixed = (g @ w_out).reshape(BATCH, LENGTH, HEADS, -1).swapaxes(1, 2)
        g_qkv = np.empty(heads, np.float32)
        g_q, g_k, g_v = g_qkv.transpose(2, 0, 3, 1, 4)
        np.matmul(attention.swapaxes(-1, -2), g_mixed, out=g_v)
        g_scores = softmax_backward(g_mixed @ v.swapaxes(-1, -2), attention)
        g_scores *= SCALE
        np.matmul(g_scores, k, out=g_q)
        np.matmul(g_scores.swapaxes(-1, -2), q, out=g_k)
        g_qkv = g_qkv.reshape(-1, 3 * WIDTH)
        gradients |= {"self_attn.in_proj_weight": g_qkv.T @ z1, "self_attn.in_proj_bias": g_qkv.sum(axis=0)}
        _, g_n1, g_m1 = layer_norm_backward(g_qkv @ w_qkv, norm1, n1)
        gradients |= {"norm1.weight": g_n1, "norm1.bias": g_m1}
        return loss, *(gradients[name] for name in SHAPES)

    return step


def ours():
    import autograd_core as ac
    import nn.functional as F  # noqa: N812  (its usual name)

    parameters = [ac.tensor(value, requires_grad=True) for value in initial().values()]
    n1, m1, w_qkv, b_qkv, w_out, b_out, n2, m2, w1, b1, w2, b2 = parameters

    def step(x, target):
        z = F.layer_norm(x, WIDTH, n1, m1)
        q, k, v = F.linear(z, w_qkv, b_qkv).reshape(BATCH, LENGTH, 3, HEADS, -1).transpose(2, 0, 3, 1, 4)
        mixed = F.softmax(q @ k.mT * SCALE, -1) @ v
        x = x + F.linear(mixed.swapaxes(1, 2).reshape(BATCH, LENGTH, WIDTH), w_out, b_out)
        z = F.layer_norm(x, WIDTH, n2, m2)
        x = x + F.linear(F.gelu(F.linear(z, w1, b1), approximate="tanh"), w2, b2)
        loss = F.mse_loss(x, target)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        return loss, *(parameter.grad for parameter in parameters)

    return step


def torch(*, fused):
    import torch
    import torch.nn.functional as F  # noqa: N812  (its usual name)

    parameters = [torch.from_numpy(value).requires_grad_() for value in initial().values()]
    n1, m1, w_qkv, b_qkv, w_out, b_out, n2, m2, w1, b1, w2, b2 = parameters

    def attention(q, k, v):
        return torch.softmax(q @ k.transpose(-1, -2) * SCALE, dim=-1) @ v

    attend = F.scaled_dot_product_attention if fused else attention

    def step(x, target):
        z = F.layer_norm(x, (WIDTH,), n1, m1)
        q, k, v = F.linear(z, w_qkv, b_qkv).view(BATCH, LENGTH, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        mixed = attend(q, k, v)
        x = x + F.linear(mixed.transpose(1, 2).reshape(BATCH, LENGTH, WIDTH), w_out, b_out)
        z = F.layer_norm(x, (WIDTH,), n2, m2)
        x = x + F.linear(F.gelu(F.linear(z, w1, b1), approximate="tanh"), w2, b2)
        loss = F.mse_loss(x, target)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        return loss, *(parameter.grad for parameter in parameters)

    return step


def normalised(xp, x, weight, bias):
    centred = x - xp.mean(x, axis=-1, keepdims=True)
    return centred / xp.sqrt(xp.mean(centred * centred, axis=-1, keepdims=True) + np.float32(1e-5)) * weight + bias


def loss_of(xp, softmax_of, parameters, x, target):
    n1, m1, w_qkv, b_qkv, w_out, b_out, n2, m2, w1, b1, w2, b2 = parameters
    half, cubic, root = (np.float32(c) for c in (0.5, 0.044715, math.sqrt(2 / math.pi)))
    z = normalised(xp, x, n1, m1)
    qkv = (xp.matmul(z, w_qkv.T) + b_qkv).reshape((BATCH, LENGTH, 3, HEADS, -1))
    q, k, v = (xp.swapaxes(qkv[:, :, i], 1, 2) for i in range(3))
    attention = softmax_of(xp.matmul(q, xp.swapaxes(k, -1, -2)) * np.float32(SCALE))
    mixed = xp.swapaxes(xp.matmul(attention, v), 1, 2).reshape((BATCH, LENGTH, WIDTH))
    x = x + xp.matmul(mixed, w_out.T) + b_out
    a = xp.matmul(normalised(xp, x, n2, m2), w1.T) + b1
    a = half * a * (1 + xp.tanh(root * (a + cubic * a * a * a)))
    x = x + xp.matmul(a, w2.T) + b2
    return xp.mean((x - target) ** 2)


def mygrad():
    import mygrad as mg
    from mygrad.nnet import softmax as softmax_of

    parameters = [mg.tensor(value, copy=False) for value in initial().values()]

    def step(x, target):
        loss = loss_of(mg, softmax_of, parameters, x, target)
        loss.backward()
        return loss, *(parameter.grad for parameter in parameters)

    return step


def hips():
    import autograd.numpy as anp
    from autograd import value_and_grad

    def softmax_of(x):
        y = anp.exp(x - anp.max(x, axis=-1, keepdims=True))
        return y / anp.sum(y, axis=-1, keepdims=True)

    return functional(value_and_grad(partial(loss_of, anp, softmax_of)))


def jax():
    import jax

    compiled = jax.jit(jax.value_and_grad(partial(loss_of, jax.numpy, jax.nn.softmax)))
    return functional(lambda *values: jax.block_until_ready(compiled(*values)))


def functional(differentiate):
    """Return a step that differentiates for a list of parameters."""
    parameters = list(initial().values())

    def step(x, target):
        loss, gradients = differentiate(parameters, x, target)
        return loss, *gradients

    return step


add(
    Workload(
        name="transformer",
        title="transformer block, 8 x 128 x 256, 8 heads",
        systems={
            "hand": hand,
            "ours": ours,
            "torch": partial(torch, fused=False),
            "torch-fused": partial(torch, fused=True),
            "mygrad": mygrad,
            "hips": hips,
            "jax": jax,
        },
        batch=inputs,
        goal=1.1,
    )
)
