"""Mathematics with its derivative spelled out by hand, in NumPy: the practical limit of an eager engine on NumPy.

A forward function returns its value and what its backward function wants; arrays that are no longer needed are written
over. Images are kept channels last, since the copies that gather a convolution's columns are then contiguous.
"""

from __future__ import annotations

import math

import numpy as np

GELU = math.sqrt(2 / math.pi)


class Adam:
    """Adam in place, block by block, so that its scratch arrays stay in cache.

    References
    ----------
    Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.
    """

    BLOCK = 16_384

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = [p.reshape(-1) for p in parameters]  # views: `step` moves the caller's arrays
        self.lr, self.betas, self.eps, self.count = lr, betas, eps, 0
        self.first = [np.zeros_like(p) for p in self.parameters]
        self.second = [np.zeros_like(p) for p in self.parameters]
        self.scratch = np.empty(self.BLOCK, self.parameters[0].dtype)

    def step(self, gradients):
        """Move every parameter by its gradient."""
        self.count += 1
        b1, b2 = self.betas
        rate = self.lr / (1 - b1**self.count)
        root = 1 / math.sqrt(1 - b2**self.count)
        for parameter, gradient, first, second in zip(self.parameters, gradients, self.first, self.second, strict=True):
            gradient = gradient.reshape(-1)
            for start in range(0, parameter.size, self.BLOCK):
                block = slice(start, start + self.BLOCK)
                g, m, v = gradient[block], first[block], second[block]
                s = self.scratch[: g.size]
                m *= b1
                m += np.multiply(g, 1 - b1, out=s)
                np.multiply(g, g, out=s)
                s *= 1 - b2
                v *= b2
                v += s
                np.sqrt(v, out=s)
                s *= root
                s += self.eps
                np.divide(m, s, out=s)
                s *= rate
                parameter[block] -= s


def cross_entropy(logits, labels):
    """Return the mean cross-entropy of logits (N, C) and its derivative, writing over the logits."""
    rows = np.arange(len(labels))
    logits -= logits.max(axis=1, keepdims=True)
    picked = logits[rows, labels]
    np.exp(logits, out=logits)
    total = logits.sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - picked).mean()
    logits /= total
    logits[rows, labels] -= 1
    logits *= 1 / len(labels)
    return loss, logits


def size_after(size, kernel, stride, padding):
    """Count the places a window fits in."""
    return (size + 2 * padding - kernel) // stride + 1


def columns(x, kernel, stride, padding):
    """Gather the windows of images (B, H, W, C) into columns (B, H', W', kernel, kernel, C)."""
    batch, height, width, channels = x.shape
    if kernel == 1 and stride == 1 and padding == 0:
        return x.reshape(batch, height, width, 1, 1, channels)
    if padding:
        padded = np.zeros((batch, height + 2 * padding, width + 2 * padding, channels), x.dtype)
        padded[:, padding:-padding, padding:-padding] = x
        x = padded
    h, w = size_after(height, kernel, stride, padding), size_after(width, kernel, stride, padding)
    out = np.empty((batch, h, w, kernel, kernel, channels), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, :, i, j] = x[:, i : i + stride * h : stride, j : j + stride * w : stride]
    return out


def conv2d(x, weight, bias, *, stride=1, padding=0):
    """Convolve images (B, H, W, C) with weight (kernel, kernel, C, F); return (B, H', W', F) and the columns."""
    gathered = columns(x, weight.shape[0], stride, padding)
    y = gathered.reshape(-1, weight[..., 0].size) @ weight.reshape(-1, weight.shape[-1])
    y += bias
    return y.reshape(*gathered.shape[:3], -1), gathered


def conv2d_backward(g, gathered, weight, shape, *, stride=1, padding=0, input_too=True):
    """Return the derivatives for weight, bias, and (unless not wanted) images of the given shape."""
    kernel, features = weight.shape[0], weight.shape[-1]
    flat = g.reshape(-1, features)
    gathered = gathered.reshape(len(flat), -1)
    g_weight = (gathered.T @ flat).reshape(weight.shape)
    g_bias = flat.sum(axis=0)
    if not input_too:
        return g_weight, g_bias, None
    g_columns = flat @ weight.reshape(-1, features).T
    batch, height, width, channels = shape
    if kernel == 1 and stride == 1 and padding == 0:
        return g_weight, g_bias, g_columns.reshape(shape)
    h, w = g.shape[1:3]
    g_columns = g_columns.reshape(batch, h, w, kernel, kernel, channels)
    g_x = np.zeros((batch, height + 2 * padding, width + 2 * padding, channels), g.dtype)
    for i in range(kernel):
        for j in range(kernel):
            g_x[:, i : i + stride * h : stride, j : j + stride * w : stride] += g_columns[:, :, :, i, j]
    return g_weight, g_bias, g_x[:, padding : padding + height, padding : padding + width]


def max_pool(x):
    """Take the largest of every 2 x 2 window of images (B, H, W, C)."""
    top = np.maximum(x[:, ::2, ::2], x[:, ::2, 1::2])
    return np.maximum(top, np.maximum(x[:, 1::2, ::2], x[:, 1::2, 1::2]))


def max_pool_backward(g, y, x):
    """Send the derivative to the first maximum of every window."""
    g_x = np.empty_like(x)
    free = None
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        hit = x[:, i::2, j::2] == y
        if free is None:
            free = ~hit
        else:
            hit &= free
            free &= ~hit
        np.multiply(g, hit, out=g_x[:, i::2, j::2])
    return g_x


def layer_norm(x, weight, bias, eps=1e-5):
    """Normalise the rows of x (N, D); return the value, and what `layer_norm_backward` wants."""
    z = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(np.einsum("ij,ij->i", z, z)[:, None] / x.shape[-1] + eps)
    z *= scale
    return z * weight + bias, (z, scale)


def layer_norm_backward(g, saved, weight):
    """Return the derivatives for x (N, D), weight and bias."""
    z, scale = saved
    g_weight, g_bias = np.einsum("ij,ij->j", g, z), g.sum(axis=0)
    g = g * weight
    g -= g.mean(axis=-1, keepdims=True) + z * (np.einsum("ij,ij->i", g, z)[:, None] / g.shape[-1])
    g *= scale
    return g, g_weight, g_bias


def gelu(x):
    """Return the tanh form of gelu, and the tanh."""
    t = x * x
    t *= 0.044715 * GELU
    t += GELU
    t *= x
    np.tanh(t, out=t)
    y = t + 1
    y *= x
    y *= 0.5
    return y, t


def gelu_backward(g, x, t):
    """Return the derivative for x: g * (1 + t + x (1 - t^2) (3 a x^2 + c)) / 2 with a = 0.044715 c."""
    d = x * x
    d *= 3 * 0.044715 * GELU
    d += GELU
    d *= x
    s = t * t
    np.subtract(1, s, out=s)
    d *= s
    d += t
    d += 1
    d *= g
    d *= 0.5
    return d


def softmax(x):
    """Return softmax over the last axis, writing over x."""
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x


def softmax_backward(g, y):
    """Return the derivative of softmax, writing over g."""
    g -= np.einsum("...i,...i->...", g, y)[..., None]
    g *= y
    return g
