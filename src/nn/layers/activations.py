"""Activation functions as modules. `inplace` is PyTorch's argument; results are always new arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .. import functional, initializers
from .._rng import Rng
from ..module import Module
from ._make import empty

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "Dropout",
    "Dropout2d",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


class _Plain(Module):
    """An activation without parameters of its own; a subclass names its function."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class ReLU(_Plain):
    """Return the positive part; the derivative at 0 is 0."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.relu`."""
        return functional.relu(input)


class ReLU6(_Plain):
    """Return `x` limited to [0, 6]."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.relu6`."""
        return functional.relu6(input)


class SELU(_Plain):
    """Return the self-normalizing exponential linear unit."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.selu`."""
        return functional.selu(input)


class SiLU(_Plain):
    """Return ``x * sigmoid(x)``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.silu`."""
        return functional.silu(input)


class Mish(_Plain):
    """Return ``x * tanh(softplus(x))``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.mish`."""
        return functional.mish(input)


class Hardsigmoid(_Plain):
    """Return ``relu6(x + 3) / 6``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.hardsigmoid`."""
        return functional.hardsigmoid(input)


class Hardswish(_Plain):
    """Return ``x * hardsigmoid(x)``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.hardswish`."""
        return functional.hardswish(input)


class Sigmoid(Module):
    """Return ``1 / (1 + exp(-x))``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.sigmoid`."""
        return functional.sigmoid(input)


class LogSigmoid(Module):
    """Return the logarithm of the sigmoid, without overflow."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.logsigmoid`."""
        return functional.logsigmoid(input)


class Tanh(Module):
    """Return the hyperbolic tangent."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.tanh`."""
        return functional.tanh(input)


class Tanhshrink(Module):
    """Return ``x - tanh(x)``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.tanhshrink`."""
        return functional.tanhshrink(input)


class Softsign(Module):
    """Return ``x / (1 + |x|)``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.softsign`."""
        return functional.softsign(input)


class LeakyReLU(Module):
    """Return `x` where positive, else ``negative_slope * x``."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.leaky_relu`."""
        return functional.leaky_relu(input, self.negative_slope)

    def extra_repr(self) -> str:
        """Return the constructor argument."""
        return f"negative_slope={self.negative_slope}"


class PReLU(Module):
    """Return `x` where positive, else a learned multiple of it.

    Attributes
    ----------
    weight : Parameter, shape (num_parameters,)
        One slope, or one a channel.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, dtype: DTypeLike | None = None) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = empty(num_parameters, dtype=dtype)
        initializers.constant_(self.weight, init)

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.prelu`."""
        return functional.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Return the constructor argument."""
        return f"num_parameters={self.num_parameters}"


class ELU(Module):
    """Return `x` where positive, else ``alpha * (exp(x) - 1)``."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.elu`."""
        return functional.elu(input, self.alpha)

    def extra_repr(self) -> str:
        """Return the constructor argument."""
        return f"alpha={self.alpha}"


class CELU(ELU):
    """Return `x` where positive, else ``alpha * (exp(x / alpha) - 1)``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.celu`."""
        return functional.celu(input, self.alpha)


class GELU(Module):
    """Return `x` times the normal distribution function at `x`."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.gelu`."""
        return functional.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        """Return the constructor argument."""
        return f"approximate={self.approximate!r}"


class Hardtanh(Module):
    """Return `x` limited to [min_val, max_val]."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.hardtanh`."""
        return functional.hardtanh(input, self.min_val, self.max_val)

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"min_val={self.min_val}, max_val={self.max_val}"


class Threshold(Module):
    """Return `x` where it exceeds `threshold`, else `value`."""

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.threshold`."""
        return functional.threshold(input, self.threshold, self.value)


class Softplus(Module):
    """Return ``log(1 + exp(beta x)) / beta``, linear above `threshold`."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.softplus`."""
        return functional.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softmax(Module):
    """Return the exponentials divided by their sum along axis `dim`."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.softmax`."""
        return functional.softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the constructor argument."""
        return f"dim={self.dim}"


class Softmin(Softmax):
    """Return the softmax of ``-x``."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.softmin`."""
        return functional.softmin(input, self.dim)


class LogSoftmax(Softmax):
    """Return the logarithm of the softmax, without overflow."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.log_softmax`."""
        return functional.log_softmax(input, self.dim)


class GLU(Module):
    """Return the first half of axis `dim` times the sigmoid of the second."""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.glu`."""
        return functional.glu(input, self.dim)


class Dropout(Module):
    """Set elements to zero with probability `p` while training, and scale the others by ``1 / (1 - p)``.

    Parameters
    ----------
    p : float
        In [0, 1].
    rng : numpy.random.Generator or int, optional
        Draws which elements; the default generator otherwise.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False, *, rng: Rng = None) -> None:
        super().__init__()
        functional.dropout(0.0, p, training=False)  # raises if p is no probability
        self.p, self.inplace = p, inplace
        self.rng = np.random.default_rng(rng) if isinstance(rng, int) else rng

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.dropout`."""
        return functional.dropout(input, self.p, self.training, rng=self.rng)

    def extra_repr(self) -> str:
        """Return the constructor argument."""
        return f"p={self.p}"


class Dropout2d(Dropout):
    """Drop whole channels of (N, C, H, W) while training."""

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.dropout2d`."""
        return functional.dropout2d(input, self.p, self.training, rng=self.rng)
