"""A grid of convolutions on 8 images of 16x16: kernels 1 to 7, channels 1 to 256, strides 1 and 2; all derivatives."""

from functools import partial

import numpy as np

from benchmarks.hand import conv2d, conv2d_backward, size_after
from benchmarks.registry import Workload, add

BATCH, SIZE = 8, 16


def inputs(kernel, channels, stride, rng):
    """Draw images, weight, bias, and the cotangent of the result."""
    out = size_after(SIZE, kernel, stride, kernel // 2)
    shapes = (
        (BATCH, channels, SIZE, SIZE),
        (channels, channels, kernel, kernel),
        (channels,),
        (BATCH, channels, out, out),
    )
    return tuple(rng.standard_normal(shape, dtype=np.float32) for shape in shapes)


def hand(kernel, stride):
    options = {"stride": stride, "padding": kernel // 2}

    def step(x, weight, bias, r):
        x, r = (np.ascontiguousarray(a.transpose(0, 2, 3, 1)) for a in (x, r))
        weight = np.ascontiguousarray(weight.transpose(2, 3, 1, 0))
        y, gathered = conv2d(x, weight, bias, **options)
        g_weight, g_bias, g_x = conv2d_backward(r, gathered, weight, x.shape, **options)
        return np.vdot(y, r), g_x.transpose(0, 3, 1, 2), g_weight.transpose(3, 2, 0, 1), g_bias

    return step


def ours(kernel, stride):
    import autograd_core as ac

    return backward(ac.convolution, kernel, stride)


def torch(kernel, stride):
    import torch

    return backward(torch.nn.functional.conv2d, kernel, stride)


def backward(convolve, kernel, stride):
    """Differentiate by `backward()`, which reads the same in both."""

    def step(x, weight, bias, r):
        leaves = [a.detach().requires_grad_() for a in (x, weight, bias)]
        loss = (convolve(*leaves, stride=stride, padding=kernel // 2) * r).sum()
        loss.backward()
        return loss, *(leaf.grad for leaf in leaves)

    return step


def jax(kernel, stride):
    import jax

    def loss_of(x, weight, bias, r):
        pad = [(kernel // 2, kernel // 2)] * 2
        y = jax.lax.conv_general_dilated(x, weight, (stride, stride), pad) + bias[:, None, None]
        return (y * r).sum()

    compiled = jax.jit(jax.value_and_grad(loss_of, argnums=(0, 1, 2)))

    def step(*values):
        loss, gradients = jax.block_until_ready(compiled(*values))
        return loss, *gradients

    return step


for channels in (1, 16, 64, 256):
    for kernel in (1, 3, 5, 7):
        for stride in (1, 2):
            builders = {"hand": hand, "ours": ours, "torch": torch, "jax": jax}
            add(
                Workload(
                    name=f"convgrid-c{channels}-k{kernel}-s{stride}",
                    title=f"convolution, {channels} channels, kernel {kernel}, stride {stride}",
                    systems={name: partial(builder, kernel, stride) for name, builder in builders.items()},
                    batch=partial(inputs, kernel, channels, stride),
                    goal=3.0,
                )
            )
