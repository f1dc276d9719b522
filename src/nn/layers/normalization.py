"""Normalization layers. Running statistics are buffers, updated from detached values when `training` is set, only then."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_core as ac

from .. import functional
from .. import initializers as init
from .._functional.checks import as_input, check_rank
from .._functional.normalization import by_running, over_batch, track
from ..module import Module
from ._make import empty

__all__ = ["BatchNorm1d", "BatchNorm2d", "GroupNorm", "InstanceNorm2d", "LayerNorm", "RMSNorm"]


class _RunningNorm(Module):
    """Batch and instance normalization: scale and shift a channel, and running statistics a channel."""

    ranks: tuple[int, ...]
    expected: str
    alone = 0  # how many axes a single example has, where one is allowed
    running_mean: ac.Tensor | None
    running_var: ac.Tensor | None
    num_batches_tracked: ac.Tensor | None

    def _set_up(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        tracked: bool,
        dtype: DTypeLike | None,
        bias: bool,
    ) -> None:
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, tracked
        self.weight = empty(num_features, dtype=dtype) if affine else None
        self.bias = empty(num_features, dtype=dtype) if affine and bias else None
        if self.weight is not None:
            init.ones_(self.weight)
        kind = np.float32 if dtype is None else dtype
        self.register_buffer("running_mean", ac.asarray(np.zeros(num_features, kind)) if tracked else None)
        self.register_buffer("running_var", ac.asarray(np.ones(num_features, kind)) if tracked else None)
        self.register_buffer("num_batches_tracked", ac.asarray(np.array(0)) if tracked else None)

    def _checked(self, given: Any) -> ac.Tensor:
        name = type(self).__name__
        x = as_input(given, self.weight if self.weight is not None else self.running_mean, name)
        check_rank(x, self.ranks, self.expected, name)
        if x.shape[0 if x.ndim == self.alone else 1] != self.num_features:
            raise ac.ShapeError(f"{name} expects {self.num_features} channels, but the input has shape {x.shape}")
        return x

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_RunningNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self._set_up(num_features, eps, momentum, affine, track_running_stats, dtype, bias)

    def forward(self, input: Any) -> Any:
        """Return the normalized input, of the same shape."""
        x = self._checked(input)
        if not self.training and self.running_mean is not None:
            return by_running(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)
        count = x.size // self.num_features
        if count <= 1:
            raise ac.ShapeError(
                f"{type(self).__name__} needs more than one value a channel when training, not an input of shape {x.shape}"
            )
        y, mean, variance = over_batch(x, self.weight, self.bias, (0, *range(2, x.ndim)), self.eps)
        if self.training and self.num_batches_tracked is not None:
            with ac.writable(self.num_batches_tracked) as batches:
                batches += 1
            share = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
            track(self.running_mean, self.running_var, mean.detach(), variance.detach(), count, share)
        return y


class BatchNorm1d(_BatchNorm):
    """Normalize each feature of (N, C) or (N, C, L) over the batch. Arguments and buffers as `BatchNorm2d`."""

    ranks, expected = (2, 3), "(N, C) or (N, C, L)"


class BatchNorm2d(_BatchNorm):
    """Normalize each channel of (N, C, H, W) over the batch, then scale and shift it.

    Parameters
    ----------
    num_features : int
        Channels.
    eps : float
        Added to the variance.
    momentum : float or None
        How far the running statistics move to each batch's; None averages over all batches.
    affine, bias : bool
        Whether to learn a scale, and with it a shift.
    track_running_stats : bool
        Keep running statistics, which evaluation mode uses.

    Attributes
    ----------
    weight, bias : Parameter, shape (num_features,), or None
    running_mean, running_var : Tensor, shape (num_features,), or None
        Buffers; the variance is unbiased.
    num_batches_tracked : Tensor, shape (), or None

    References
    ----------
    S. Ioffe and C. Szegedy, Batch Normalization, arXiv 1502.03167, algorithms 1 and 2.

    Examples
    --------
    >>> import nn, numpy as np
    >>> y = nn.BatchNorm2d(3)(np.random.default_rng(0).normal(5, 2, (8, 3, 4, 4)).astype(np.float32))
    >>> abs(float(y.mean().item())) < 1e-6
    True
    """

    ranks, expected = (4,), "(N, C, H, W)"


class InstanceNorm2d(_RunningNorm):
    """Normalize each channel of each example of (N, C, H, W) or (C, H, W) over its pixels.

    References
    ----------
    D. Ulyanov, A. Vedaldi and V. Lempitsky, Instance Normalization, arXiv 1607.08022, section 2.
    """

    ranks, expected, alone = (3, 4), "(N, C, H, W) or (C, H, W)", 3

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self._set_up(num_features, eps, momentum, affine, track_running_stats, dtype, bias)

    def forward(self, input: Any) -> Any:
        """Return the normalized input, of the same shape."""
        x = self._checked(input)
        if x.ndim == 3:
            return self.forward(x[None])[0]
        if not self.training and self.running_mean is not None:
            return by_running(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)
        count = x.shape[2] * x.shape[3]
        if count <= 1:
            raise ac.ShapeError(f"InstanceNorm2d needs more than one pixel, not an input of shape {x.shape}")
        y, mean, variance = over_batch(x, self.weight, self.bias, (2, 3), self.eps)
        if self.training and self.running_mean is not None:
            examples = (mean.detach().mean(axis=0), variance.detach().mean(axis=0))
            track(self.running_mean, self.running_var, *examples, count, self.momentum or 0.0)
        return y


class LayerNorm(Module):
    """Normalize over the last axes, then scale and shift.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        Lengths of the last axes.
    eps : float
        Added to the variance.
    elementwise_affine, bias : bool
        Whether to learn a scale, and with it a shift.

    Attributes
    ----------
    weight, bias : Parameter, shape normalized_shape, or None

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton, Layer Normalization, arXiv 1607.06450, eq. 4.
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = empty(*self.normalized_shape, dtype=dtype) if elementwise_affine else None
        self.bias = empty(*self.normalized_shape, dtype=dtype) if elementwise_affine and bias else None
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.layer_norm`."""
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class RMSNorm(Module):
    """Divide by the root of the mean square over the last axes, then scale.

    References
    ----------
    B. Zhang and R. Sennrich, Root Mean Square Layer Normalization, arXiv 1910.07467, eq. 4.
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float | None = None,
        elementwise_affine: bool = True,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = empty(*self.normalized_shape, dtype=dtype) if elementwise_affine else None
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Any) -> Any:
        """Apply `nn.functional.rms_norm`."""
        return functional.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Normalize each example of (N, C, ...) over groups of channels, then scale and shift each channel.

    References
    ----------
    Y. Wu and K. He, Group Normalization, arXiv 1803.08494, eq. 7.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ac.ShapeError(f"GroupNorm: num_groups={num_groups} must divide num_channels={num_channels}")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.weight = empty(num_channels, dtype=dtype) if affine else None
        self.bias = empty(num_channels, dtype=dtype) if affine and bias else None
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Any) -> Any:
        """Apply `nn.functional.group_norm`."""
        return functional.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"
