"""Dense layers and tables, and the modules that change shapes between them."""

from __future__ import annotations

import math
from typing import Any, Self

from numpy.typing import DTypeLike

import autograd_core as ac

from .. import functional
from .. import initializers as init
from .._arrays import tensor_of
from .._errors import ArgumentError
from .._rng import Rng
from ..module import Module, Parameter
from ._make import empty, like_linear

__all__ = ["Bilinear", "Embedding", "Flatten", "Linear", "Unflatten"]


class Linear(Module):
    """Apply ``y = x W^T + b``.

    Parameters
    ----------
    in_features, out_features : int
        Lengths of the last axis before and after.
    bias : bool
        Whether to learn b.
    dtype : dtype, optional
        float32 unless said.
    rng : numpy.random.Generator or int, optional
        Draws the initial values, uniform in +-1/sqrt(in_features).

    Attributes
    ----------
    weight : Parameter, shape (out_features, in_features)
    bias : Parameter, shape (out_features,), or None

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.Linear(3, 2, rng=0)(np.zeros((4, 3), np.float32)).shape
    (4, 2)
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, dtype: DTypeLike | None = None, *, rng: Rng = None
    ) -> None:
        super().__init__()
        if in_features < 0 or out_features < 0:
            raise ArgumentError(f"Linear({in_features}, {out_features}): feature counts must not be negative")
        self.in_features, self.out_features = in_features, out_features
        self.weight = empty(out_features, in_features, dtype=dtype)
        self.bias = empty(out_features, dtype=dtype) if bias else None
        like_linear(self.weight, self.bias, in_features, rng)

    def forward(self, input: Any) -> Any:
        """Return (..., out_features) for (..., in_features)."""
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """Apply ``y_k = x1^T W_k x2 + b_k``.

    Attributes
    ----------
    weight : Parameter, shape (out_features, in1_features, in2_features)
    bias : Parameter, shape (out_features,), or None
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = empty(out_features, in1_features, in2_features, dtype=dtype)
        self.bias = empty(out_features, dtype=dtype) if bias else None
        like_linear(self.weight, self.bias, in1_features, rng)

    def forward(self, input1: Any, input2: Any) -> Any:
        """Return (..., out_features) for (..., in1_features) and (..., in2_features)."""
        return functional.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}"


class Embedding(Module):
    """Look up rows of a learned table.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Rows of the table and their width.
    padding_idx : int, optional
        A row that starts at zero and gets no gradient.
    max_norm, norm_type, scale_grad_by_freq
        As `nn.functional.embedding`.
    rng : numpy.random.Generator or int, optional
        Draws the initial values, normal with variance 1.

    Attributes
    ----------
    weight : Parameter, shape (num_embeddings, embedding_dim)

    Examples
    --------
    >>> import nn
    >>> nn.Embedding(10, 3)([[1, 2], [3, 4]]).shape
    (2, 2, 3)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        *,
        _weight: Any = None,
        _freeze: bool = False,
        dtype: DTypeLike | None = None,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ArgumentError(f"padding_idx={padding_idx} must be a row of {num_embeddings}")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        if _weight is not None:
            self.weight = Parameter(_weight, not _freeze)
        else:
            self.weight = empty(num_embeddings, embedding_dim, dtype=dtype)
            init.normal_(self.weight, rng=rng)
            if self.padding_idx is not None:
                with ac.writable(self.weight) as array:
                    array[self.padding_idx] = 0

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, **options: Any) -> Self:
        """Make a table of given rows, not to be trained unless ``freeze=False``."""
        rows = ac.asarray(embeddings)
        return cls(rows.shape[0], rows.shape[1], _weight=rows.detach().numpy(), _freeze=freeze, **options)

    def forward(self, input: Any) -> Any:
        """Return (*input, embedding_dim)."""
        return functional.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq
        )

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


def _axis(dim: int, x: ac.Tensor, operation: str) -> int:
    if not -x.ndim <= dim < x.ndim:
        raise ac.ShapeError(f"{operation}: axis {dim} of an input of shape {x.shape}, which has {x.ndim}")
    return dim + x.ndim if dim < 0 else dim


class Flatten(Module):
    """Join the axes from `start_dim` to `end_dim` into one."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Any) -> Any:
        """Return the reshaped input."""
        x = tensor_of(input)
        if not x.ndim:
            x = x.reshape(1)
        first, last = (_axis(dim, x, "flatten") for dim in (self.start_dim, self.end_dim))
        if first > last:
            raise ac.ShapeError(f"flatten: start_dim={self.start_dim} comes after end_dim={self.end_dim} in shape {x.shape}")
        return x.reshape(*x.shape[:first], math.prod(x.shape[first : last + 1]), *x.shape[last + 1 :])

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Split axis `dim` into axes of lengths `unflattened_size`, of which one may be -1."""

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, input: Any) -> Any:
        """Return the reshaped input."""
        x = tensor_of(input)
        axis = _axis(self.dim, x, "unflatten")
        sizes, known = self.unflattened_size, math.prod(n for n in self.unflattened_size if n != -1)
        sizes = tuple(x.shape[axis] // known if n == -1 else n for n in sizes)
        if math.prod(sizes) != x.shape[axis]:
            raise ac.ShapeError(f"unflatten: axis {self.dim} of shape {x.shape} cannot become {self.unflattened_size}")
        return x.reshape(*x.shape[:axis], *sizes, *x.shape[axis + 1 :])

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
