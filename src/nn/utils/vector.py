"""All parameters as one vector, and back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

import autograd_core as ac

from .._arrays import array_of

__all__ = ["parameters_to_vector", "split_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[ac.Tensor]) -> ac.Tensor:
    """Join all elements into one Tensor, with history.

    Examples
    --------
    >>> import nn
    >>> nn.utils.parameters_to_vector(nn.Linear(3, 2).parameters()).shape
    (8,)
    """
    joined: ac.Tensor = ac.concatenate([p.reshape(-1) for p in parameters])
    return joined


def split_vector(vector: Any, shapes: Iterable[tuple[int, ...]]) -> list[Any]:
    """Cut a vector into pieces of given shapes, with history."""
    pieces, start = [], 0
    for shape in shapes:
        size = math.prod(shape)
        pieces.append(vector[start : start + size].reshape(shape))
        start += size
    if start != vector.shape[0]:
        raise ac.ShapeError(f"a vector of {vector.shape[0]} elements for parameters of {start}")
    return pieces


def vector_to_parameters(vec: Any, parameters: Iterable[ac.Tensor]) -> None:
    """Write the elements of a vector into parameters, in place.

    Raises
    ------
    autograd_core.ShapeError
        If the number of elements differs.
    """
    parameters = list(parameters)
    values = array_of(vec)
    for p, piece in zip(parameters, split_vector(values, [p.shape for p in parameters]), strict=True):
        ac.writable(p).call(np.copyto, piece)
