"""What constructors of layers share: empty parameters of the right dtype, and PyTorch's default initial values."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .. import initializers as init
from .._errors import ArgumentError
from .._rng import Rng
from ..module import Parameter

__all__ = ["each", "empty", "like_linear"]


def empty(*shape: int, dtype: DTypeLike | None = None) -> Parameter:
    """Make a parameter to be filled: float32 unless said."""
    return Parameter(np.zeros(shape, np.float32 if dtype is None else dtype))


def like_linear(weight: Parameter, bias: Parameter | None, fan_in: int, rng: Rng) -> None:
    """Fill uniformly in +-1/sqrt(fan_in): what PyTorch's Linear and convolutions start from.

    For the weight this is He's uniform distribution with a = sqrt(5).
    """
    bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
    init.uniform_(weight, -bound, bound, rng)
    if bias is not None:
        init.uniform_(bias, -bound, bound, rng)


def each(value: Any, n: int, name: str, least: int = 0) -> tuple[int, ...]:
    """Complete a number to one entry an axis, and check it."""
    numbers = tuple(value) if isinstance(value, tuple | list) else (value,) * n
    if len(numbers) == 1:
        numbers *= n
    if len(numbers) != n or any(not isinstance(number, Integral) or number < least for number in numbers):
        raise ArgumentError(f"{name}={value!r} must be {n} integer(s) of at least {least}")
    return tuple(map(int, numbers))
