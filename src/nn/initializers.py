"""Initial values of parameters (`nn.init`): PyTorch's distributions, drawn from an explicit generator, written in place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_core as ac

from ._errors import ArgumentError
from ._rng import Rng, generator

__all__ = [
    "calculate_gain",
    "constant_",
    "dirac_",
    "eye_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "orthogonal_",
    "sparse_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 0.75}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor by which a nonlinearity shrinks the standard deviation of its input.

    Parameters
    ----------
    nonlinearity : str
        ``linear``, ``conv1d`` and its like, ``sigmoid``, ``tanh``, ``relu``, ``leaky_relu`` or ``selu``.
    param : float, optional
        The negative slope of ``leaky_relu``, 0.01 by default.

    Raises
    ------
    ArgumentError
        If the name is not known.

    References
    ----------
    K. He et al., Delving Deep into Rectifiers, arXiv 1502.01852, section 2.2.

    Examples
    --------
    >>> import nn
    >>> nn.init.calculate_gain("relu") ** 2
    2.0000000000000004
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity.startswith("conv"):
        return 1.0
    if nonlinearity not in _GAINS:
        raise ArgumentError(f"nonlinearity={nonlinearity!r} is none of leaky_relu, conv1d, ..., {', '.join(_GAINS)}")
    return _GAINS[nonlinearity]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many inputs an output sees and how many outputs an input reaches, for a weight (out, in, *kernel)."""
    if len(shape) < 2:
        raise ArgumentError(f"fan-in and fan-out need a weight of at least two axes, not shape {shape}")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def _axes(name: str, shape: tuple[int, ...], least: int, most: float = math.inf) -> None:
    if not least <= len(shape) <= most:
        wanted = f"{least}" if least == most else f"{least} or more" if most == math.inf else f"{least} to {most}"
        raise ArgumentError(f"{name} fills a Tensor of {wanted} axes, not one of shape {shape}")


def _write(t: ac.Tensor, values: Any) -> ac.Tensor:
    with ac.writable(t) as array:
        array[...] = values
    return t


def uniform_(tensor: ac.Tensor, a: float = 0.0, b: float = 1.0, rng: Rng = None) -> ac.Tensor:
    """Fill with numbers uniform in [a, b)."""
    return _write(tensor, generator(rng).uniform(a, b, tensor.shape))


def normal_(tensor: ac.Tensor, mean: float = 0.0, std: float = 1.0, rng: Rng = None) -> ac.Tensor:
    """Fill with normally distributed numbers."""
    return _write(tensor, generator(rng).normal(mean, std, tensor.shape))


def trunc_normal_(
    tensor: ac.Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, rng: Rng = None
) -> ac.Tensor:
    """Fill with normally distributed numbers that lie in [a, b].

    Raises
    ------
    ArgumentError
        If hardly any normally distributed number lies there.
    """
    rng = generator(rng)
    values = rng.normal(mean, std, tensor.shape)
    left, right = (math.erf((end - mean) / std / math.sqrt(2)) for end in (a, b))
    if not (right - left) / 2 > 1e-4:  # drawing again would take long, or for ever
        raise ArgumentError(f"trunc_normal_: [{a}, {b}] holds next to nothing of a distribution of {mean=} and {std=}")
    while (outside := (values < a) | (values > b)).any():
        values[outside] = rng.normal(mean, std, int(outside.sum()))
    return _write(tensor, values)


def constant_(tensor: ac.Tensor, val: float) -> ac.Tensor:
    """Fill with one number."""
    return _write(tensor, val)


def ones_(tensor: ac.Tensor) -> ac.Tensor:
    """Fill with ones."""
    return _write(tensor, 1)


def zeros_(tensor: ac.Tensor) -> ac.Tensor:
    """Fill with zeros."""
    return _write(tensor, 0)


def eye_(tensor: ac.Tensor) -> ac.Tensor:
    """Fill a matrix with the identity."""
    _axes("eye_", tensor.shape, 2, 2)
    return _write(tensor, np.eye(*tensor.shape))


def dirac_(tensor: ac.Tensor, groups: int = 1) -> ac.Tensor:
    """Fill a convolution's weight (out, in, *kernel) so that it hands each input channel on unchanged."""
    _axes("dirac_", tensor.shape, 3, 5)
    if groups < 1 or tensor.shape[0] % groups:
        raise ArgumentError(f"dirac_: groups={groups} must divide the {tensor.shape[0]} output channels")
    values = np.zeros(tensor.shape)
    out = tensor.shape[0] // groups
    for group in range(groups):
        for i in range(min(out, tensor.shape[1])):
            values[(group * out + i, i, *(k // 2 for k in tensor.shape[2:]))] = 1
    return _write(tensor, values)


def sparse_(tensor: ac.Tensor, sparsity: float, std: float = 0.01, rng: Rng = None) -> ac.Tensor:
    """Fill a matrix with normally distributed numbers, of which a fraction `sparsity` in each column is zero."""
    _axes("sparse_", tensor.shape, 2, 2)
    rng = generator(rng)
    values = rng.normal(0, std, tensor.shape)
    zeros = math.ceil(sparsity * tensor.shape[0])
    for column in range(tensor.shape[1]):
        values[rng.permutation(tensor.shape[0])[:zeros], column] = 0
    return _write(tensor, values)


def xavier_uniform_(tensor: ac.Tensor, gain: float = 1.0, rng: Rng = None) -> ac.Tensor:
    """Fill uniformly so that the variance is ``2 gain^2 / (fan_in + fan_out)``.

    References
    ----------
    X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010, eq. 16.
    """
    bound = gain * math.sqrt(6 / sum(fans(tensor.shape)))
    return uniform_(tensor, -bound, bound, rng)


def xavier_normal_(tensor: ac.Tensor, gain: float = 1.0, rng: Rng = None) -> ac.Tensor:
    """Fill normally so that the variance is ``2 gain^2 / (fan_in + fan_out)``."""
    return normal_(tensor, 0, gain * math.sqrt(2 / sum(fans(tensor.shape))), rng)


def _kaiming(shape: tuple[int, ...], a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ArgumentError(f"mode={mode!r} must be 'fan_in' or 'fan_out'")
    return calculate_gain(nonlinearity, a) / math.sqrt(fans(shape)[mode == "fan_out"])


def kaiming_uniform_(
    tensor: ac.Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", rng: Rng = None
) -> ac.Tensor:
    """Fill uniformly so that a layer followed by a rectifier of negative slope `a` keeps the variance of its input.

    References
    ----------
    K. He et al., Delving Deep into Rectifiers, arXiv 1502.01852, eq. 14 and 15.
    """
    bound = math.sqrt(3) * _kaiming(tensor.shape, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, rng)


def kaiming_normal_(
    tensor: ac.Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", rng: Rng = None
) -> ac.Tensor:
    """Fill normally so that a layer followed by a rectifier of negative slope `a` keeps the variance of its input."""
    return normal_(tensor, 0, _kaiming(tensor.shape, a, mode, nonlinearity), rng)


def orthogonal_(tensor: ac.Tensor, gain: float = 1.0, rng: Rng = None) -> ac.Tensor:
    """Fill with a matrix of orthonormal rows or columns, whichever are fewer, times `gain`.

    References
    ----------
    A. Saxe, J. McClelland and S. Ganguli, Exact solutions to the nonlinear dynamics of learning, arXiv 1312.6120, section 2.
    """
    _axes("orthogonal_", tensor.shape, 2)
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    q, r = np.linalg.qr(generator(rng).normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))  # makes the distribution uniform over orthogonal matrices
    return _write(tensor, gain * (q.T if rows < columns else q).reshape(tensor.shape))
