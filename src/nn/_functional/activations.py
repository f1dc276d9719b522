"""Activation functions, element-wise and along an axis. At kinks the derivative is PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import ArgumentError
from .._rng import Rng, generator

__all__ = [
    "celu",
    "dropout",
    "dropout2d",
    "elu",
    "gelu",
    "glu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "log_softmax",
    "logsigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softmin",
    "softplus",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
]

_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805

relu = ac.relu
sigmoid = ac.special.expit
logsigmoid = ac.special.log_expit


def _tensor(x: Any) -> Any:
    return x if isinstance(x, ac.Tensor) else ac.asarray(x)


def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent."""
    return ac.tanh(x)


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """Return `x` where positive, else ``negative_slope * x``; the derivative at 0 is the slope."""
    x = _tensor(x)
    return ac.where(x > 0, x, x * negative_slope)


def prelu(x: Any, weight: Any) -> Any:
    """Return `x` where positive, else ``weight * x``.

    Parameters
    ----------
    x : Tensor, shape (N, C, ...) or (C,)
        Channels are the second axis.
    weight : Tensor, shape (C,) or (1,)
        The slopes, learned.
    """
    x = _tensor(x)
    if weight.size > 1:
        if x.ndim and weight.size != x.shape[min(1, x.ndim - 1)]:
            raise ac.ShapeError(f"prelu: {weight.size} slopes for an input of shape {x.shape}; one a channel, or one")
        if x.ndim > 2:
            weight = weight.reshape(-1, *(1,) * (x.ndim - 2))
    return ac.where(x > 0, x, x * weight)


def threshold(x: Any, threshold: float, value: float) -> Any:
    """Return `x` where it exceeds `threshold`, else `value`."""
    x = _tensor(x)
    return ac.where(x > threshold, x, value)


def hardtanh(x: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """Return `x` limited to [min_val, max_val]; the derivative on the bounds is 0."""
    x = _tensor(x)
    return ac.where(x <= min_val, min_val, ac.where(x >= max_val, max_val, x))


def relu6(x: Any) -> Any:
    """Return `x` limited to [0, 6]; the derivative on the bounds is 0."""
    return hardtanh(x, 0.0, 6.0)


def hardsigmoid(x: Any) -> Any:
    """Return ``relu6(x + 3) / 6``."""
    return relu6(x + 3) / 6


def hardswish(x: Any) -> Any:
    """Return ``x * hardsigmoid(x)``."""
    return x * hardsigmoid(x)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Return `x` where positive, else ``alpha * (exp(x) - 1)``.

    References
    ----------
    D.-A. Clevert, T. Unterthiner and S. Hochreiter, arXiv 1511.07289, eq. 15.
    """
    x = _tensor(x)
    positive = x > 0
    # The exponential of the positive part, which `where` discards, could overflow and turn its zero cotangent into NaN.
    return ac.where(positive, x, ac.expm1(ac.where(positive, 0.0, x)) * alpha)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """Return `x` where positive, else ``alpha * (exp(x / alpha) - 1)``."""
    x = _tensor(x)
    positive = x > 0
    return ac.where(positive, x, ac.expm1(ac.where(positive, 0.0, x) / alpha) * alpha)


def selu(x: Any) -> Any:
    """Return the exponential linear unit scaled so that mean 0 and variance 1 are a fixed point.

    References
    ----------
    G. Klambauer et al., Self-Normalizing Neural Networks, arXiv 1706.02515, eq. 2 and 14.
    """
    return elu(x, _SELU_ALPHA) * _SELU_SCALE


def gelu(x: Any, approximate: str = "none") -> Any:
    """Return `x` times the normal distribution function at `x`.

    Parameters
    ----------
    x : Tensor
        Any shape.
    approximate : str
        ``"none"`` for the exact function, ``"tanh"`` for its approximation.

    References
    ----------
    D. Hendrycks and K. Gimpel, Gaussian Error Linear Units, arXiv 1606.08415, section 2.
    """
    if approximate == "tanh":
        return ac.special.gelu_tanh(x)
    if approximate != "none":
        raise ArgumentError(f"gelu: approximate={approximate!r} must be 'none' or 'tanh'")
    return ac.special.gelu(x)


def silu(x: Any) -> Any:
    """Return ``x * sigmoid(x)``."""
    return x * sigmoid(x)


def mish(x: Any) -> Any:
    """Return ``x * tanh(softplus(x))``."""
    return x * ac.tanh(softplus(x))


def softplus(x: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Return ``log(1 + exp(beta x)) / beta``, and `x` itself where ``beta x > threshold``."""
    x = _tensor(x)
    linear = x.detach() * beta > threshold
    return ac.where(linear, x, ac.logaddexp(x * beta, 0.0) / beta)


def softsign(x: Any) -> Any:
    """Return ``x / (1 + |x|)``."""
    return x / (1 + abs(_tensor(x)))


def tanhshrink(x: Any) -> Any:
    """Return ``x - tanh(x)``."""
    return x - ac.tanh(x)


def softmax(x: Any, dim: int = -1) -> Any:
    """Return the exponentials of `x` divided by their sum along axis `dim`; finite for any finite `x`."""
    return ac.special.softmax(x, axis=dim)


def softmin(x: Any, dim: int = -1) -> Any:
    """Return the softmax of ``-x``."""
    return ac.special.softmax(-x, axis=dim)


def log_softmax(x: Any, dim: int = -1) -> Any:
    """Return the logarithm of the softmax along axis `dim`, without overflow."""
    return ac.special.log_softmax(x, axis=dim)


def glu(x: Any, dim: int = -1) -> Any:
    """Return the first half of axis `dim` times the sigmoid of the second.

    Raises
    ------
    autograd_core.ShapeError
        If the axis has an odd length.
    """
    x = _tensor(x)
    if x.shape[dim] % 2:
        raise ac.ShapeError(f"glu halves axis {dim}, but it has odd length in shape {x.shape}")
    first, second = ac.split(x, 2, axis=dim)
    return first * sigmoid(second)


def dropout(x: Any, p: float = 0.5, training: bool = True, rng: Rng = None) -> Any:
    """Set elements to zero with probability `p` and scale the others by ``1 / (1 - p)``; without `training` do nothing.

    References
    ----------
    N. Srivastava et al., Dropout, JMLR 15, 2014, section 10.
    """
    x = _tensor(x)
    return _dropped(x, p, training, rng, x.shape)


def dropout2d(x: Any, p: float = 0.5, training: bool = True, rng: Rng = None) -> Any:
    """Drop whole channels of (N, C, ...) with probability `p` instead of single elements."""
    x = _tensor(x)
    return _dropped(x, p, training, rng, x.shape[:2] + (1,) * (x.ndim - 2))


def _dropped(x: Any, p: float, training: bool, rng: Rng, shape: tuple[int, ...]) -> Any:
    if not 0 <= p <= 1:
        raise ArgumentError(f"dropout probability p={p!r} must lie in [0, 1]")
    if not training or p == 0:
        return x
    kept = generator(rng).random(shape, np.float32) >= p
    return x * np.multiply(kept, 1 / (1 - p) if p < 1 else 0.0, dtype=x.dtype)
