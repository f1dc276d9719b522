"""Activation functions, element-wise and along an axis; in formulas x is the input. At kinks the derivative is PyTorch's.

`inplace` is PyTorch's argument; results are always new arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_core as ac

from .._arrays import tensor_of
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


def relu(input: Any, inplace: bool = False) -> Any:
    """Return the positive part; the derivative at 0 is 0."""
    return ac.relu(input)


def sigmoid(input: Any) -> Any:
    """Return ``1 / (1 + exp(-x))``."""
    return ac.special.expit(input)


def logsigmoid(input: Any) -> Any:
    """Return the logarithm of the sigmoid, without overflow."""
    return ac.special.log_expit(input)


def tanh(input: Any) -> Any:
    """Return the hyperbolic tangent."""
    return ac.tanh(input)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """Return `x` where positive, else ``negative_slope * x``; the derivative at 0 is the slope."""
    x = tensor_of(input)
    return ac.where(x > 0, x, x * negative_slope)


def prelu(input: Any, weight: Any) -> Any:
    """Return `x` where positive, else ``weight * x``.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...) or (C,)
        Channels are the second axis.
    weight : Tensor, shape (C,) or (1,)
        The slopes, learned.
    """
    x = tensor_of(input)
    if weight.size > 1:
        if x.ndim and weight.size != x.shape[min(1, x.ndim - 1)]:
            raise ac.ShapeError(f"prelu: {weight.size} slopes for an input of shape {x.shape}; one a channel, or one")
        if x.ndim > 2:
            weight = weight.reshape(-1, *(1,) * (x.ndim - 2))
    return ac.where(x > 0, x, x * weight)


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """Return `x` where it exceeds `threshold`, else `value`."""
    x = tensor_of(input)
    return ac.where(x > threshold, x, value)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """Return `x` limited to [min_val, max_val]; the derivative on the bounds is 0."""
    if min_val > max_val:
        raise ArgumentError(f"hardtanh: {min_val=} must not exceed {max_val=}")
    x = tensor_of(input)
    return ac.where(x <= min_val, min_val, ac.where(x >= max_val, max_val, x))


def relu6(input: Any, inplace: bool = False) -> Any:
    """Return `x` limited to [0, 6]; the derivative on the bounds is 0."""
    return hardtanh(input, 0.0, 6.0)


def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """Return ``relu6(x + 3) / 6``."""
    return relu6(tensor_of(input) + 3) / 6


def hardswish(input: Any, inplace: bool = False) -> Any:
    """Return ``x * hardsigmoid(x)``."""
    x = tensor_of(input)
    return x * hardsigmoid(x)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """Return `x` where positive, else ``alpha * (exp(x) - 1)``.

    References
    ----------
    D.-A. Clevert, T. Unterthiner and S. Hochreiter, arXiv 1511.07289, eq. 15.
    """
    x = tensor_of(input)
    positive = x > 0
    # The exponential of the positive part, which `where` discards, could overflow and turn its zero cotangent into NaN.
    return ac.where(positive, x, ac.expm1(ac.where(positive, 0.0, x)) * alpha)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """Return `x` where positive, else ``alpha * (exp(x / alpha) - 1)``."""
    x = tensor_of(input)
    positive = x > 0
    return ac.where(positive, x, ac.expm1(ac.where(positive, 0.0, x) / alpha) * alpha)


def selu(input: Any, inplace: bool = False) -> Any:
    """Return the exponential linear unit scaled so that mean 0 and variance 1 are a fixed point.

    References
    ----------
    G. Klambauer et al., Self-Normalizing Neural Networks, arXiv 1706.02515, eq. 2 and 14.
    """
    return elu(input, _SELU_ALPHA) * _SELU_SCALE


def gelu(input: Any, approximate: str = "none") -> Any:
    """Return `x` times the normal distribution function at `x`.

    Parameters
    ----------
    input : Tensor
        Any shape.
    approximate : str
        ``"none"`` for the exact function, ``"tanh"`` for its approximation.

    References
    ----------
    D. Hendrycks and K. Gimpel, Gaussian Error Linear Units, arXiv 1606.08415, section 2.
    """
    if approximate == "tanh":
        return ac.special.gelu_tanh(input)
    if approximate != "none":
        raise ArgumentError(f"gelu: approximate={approximate!r} must be 'none' or 'tanh'")
    return ac.special.gelu(input)


def silu(input: Any, inplace: bool = False) -> Any:
    """Return ``x * sigmoid(x)``."""
    x = tensor_of(input)
    return x * ac.special.expit(x)


def mish(input: Any, inplace: bool = False) -> Any:
    """Return ``x * tanh(softplus(x))``."""
    x = tensor_of(input)
    return x * ac.tanh(softplus(x))


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Return ``log(1 + exp(beta x)) / beta``, and `x` itself where ``beta x > threshold``."""
    x = tensor_of(input)
    linear = x.detach() * beta > threshold
    return ac.where(linear, x, ac.logaddexp(x * beta, 0.0) / beta)


def softsign(input: Any) -> Any:
    """Return ``x / (1 + |x|)``."""
    x = tensor_of(input)
    return x / (1 + abs(x))


def tanhshrink(input: Any) -> Any:
    """Return ``x - tanh(x)``."""
    x = tensor_of(input)
    return x - ac.tanh(x)


def _along(input: Any, dim: int | None, dtype: DTypeLike | None) -> tuple[Any, int]:
    """The input in the dtype asked for, and the axis: PyTorch's choice, by the number of axes, when none is given."""
    x = tensor_of(input) if dtype is None else tensor_of(input).astype(dtype)
    return x, (0 if x.ndim in (0, 1, 3) else 1) if dim is None else dim


def softmax(input: Any, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Any:
    """Return the exponentials of `x` divided by their sum along axis `dim`; finite for any finite `x`.

    Parameters
    ----------
    input : Tensor
        Any shape.
    dim : int, optional
        Without it the first axis of inputs with at most one axis or three, the second of others.
    dtype : dtype, optional
        What the input is first converted to.
    """
    x, axis = _along(input, dim, dtype)
    return ac.special.softmax(x, axis=axis)


def softmin(input: Any, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Any:
    """Return the softmax of ``-x``."""
    x, axis = _along(input, dim, dtype)
    return ac.special.softmax(-x, axis=axis)


def log_softmax(input: Any, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Any:
    """Return the logarithm of the softmax along axis `dim`, without overflow."""
    x, axis = _along(input, dim, dtype)
    return ac.special.log_softmax(x, axis=axis)


def glu(input: Any, dim: int = -1) -> Any:
    """Return the first half of axis `dim` times the sigmoid of the second.

    Raises
    ------
    autograd_core.ShapeError
        If the axis has an odd length.
    """
    x = tensor_of(input)
    if x.shape[dim] % 2:
        raise ac.ShapeError(f"glu halves axis {dim}, but it has odd length in shape {x.shape}")
    first, second = ac.split(x, 2, axis=dim)
    return first * sigmoid(second)


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, rng: Rng = None) -> Any:
    """Set elements to zero with probability `p` and scale the others by ``1 / (1 - p)``; without `training` do nothing.

    References
    ----------
    N. Srivastava et al., Dropout, JMLR 15, 2014, section 10.
    """
    x = tensor_of(input)
    return _dropped(x, p, training, rng, x.shape)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, rng: Rng = None) -> Any:
    """Drop whole channels of (N, C, ...) with probability `p` instead of single elements."""
    x = tensor_of(input)
    return _dropped(x, p, training, rng, x.shape[:2] + (1,) * (x.ndim - 2))


def _dropped(x: Any, p: float, training: bool, rng: Rng, shape: tuple[int, ...]) -> Any:
    if not 0 <= p <= 1:
        raise ArgumentError(f"dropout probability p={p!r} must lie in [0, 1]")
    if not training or p == 0:
        return x
    kept = generator(rng).random(shape, np.float32) >= p
    return x * np.multiply(kept, 1 / (1 - p) if p < 1 else 0.0, dtype=x.dtype)
