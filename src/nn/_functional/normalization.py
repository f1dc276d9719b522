"""Normalization: centre and scale by statistics of the batch, of each example, or of groups of channels."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import Any

import numpy as np

import autograd_core as ac

from .._arrays import array_of, tensor_of
from .._errors import ArgumentError
from .checks import as_input

__all__ = ["batch_norm", "by_running", "group_norm", "instance_norm", "layer_norm", "normalize", "over_batch", "rms_norm"]


def moments(x: Any, axes: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """Return ``x - mean``, the mean and the biased variance over `axes`."""
    mean = x.mean(axis=axes, keepdims=True)
    centred = x - mean
    return centred, mean, ac.square(centred).mean(axis=axes, keepdims=True)


def standardized(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    """Return ``(x - mean) / sqrt(var + eps)`` over `axes`."""
    centred, _, variance = moments(x, axes)
    return centred * (variance + eps) ** -0.5


def over_batch(x: Any, weight: Any, bias: Any, axes: tuple[int, ...], eps: float) -> tuple[Any, Any, Any]:
    """Normalize, scale and shift channels; also return mean and variance. The two small factors are multiplied first."""
    centred, mean, variance = moments(x, axes)
    scale = (variance + eps) ** -0.5
    return (
        affine(centred, scale if weight is None else scale * of_channels(weight, x.ndim), of_channels(bias, x.ndim)),
        mean,
        variance,
    )


def by_running(x: Any, mean: Any, variance: Any, weight: Any, bias: Any, eps: float) -> Any:
    """Normalize, scale and shift channels by given statistics (C,), as one factor and one offset a channel."""
    mean, variance = (array_of(t) for t in (mean, variance))
    scale = ((variance + eps) ** -0.5).astype(x.dtype)
    if weight is not None:
        scale = weight * scale
    offset = -mean * scale if bias is None else bias - mean * scale
    return affine(x, of_channels(scale, x.ndim), of_channels(offset, x.ndim))


def track(running_mean: Any, running_var: Any, mean: Any, variance: Any, count: int, share: float) -> None:
    """Move running statistics, in place, by `share` towards those of a batch of `count` values a channel, unbiased."""
    for running, new in ((running_mean, mean), (running_var, variance * (count / max(count - 1, 1)))):
        if running is not None:
            with nullcontext(running) if isinstance(running, np.ndarray) else ac.writable(running) as array:
                array += (new.numpy().reshape(-1) - array) * share


def affine(y: Any, weight: Any, bias: Any) -> Any:
    """Scale and shift what was normalized; either may be left out."""
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


def of_channels(t: Any, ndim: int) -> Any:
    """(C,) so that it broadcasts over (N, C, *spatial)."""
    return t if t is None or ndim == 2 else t.reshape(-1, *(1,) * (ndim - 2))


def batch_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Normalize each channel by its mean and variance over the batch (training) or by the running ones.

    Parameters
    ----------
    input : array_like, shape (N, C) or (N, C, *spatial)
    running_mean, running_var : Tensor, shape (C,), optional
        Used unless `training`; when training they are moved towards the batch's, in place.
    momentum : float
        How far they are moved.

    References
    ----------
    S. Ioffe and C. Szegedy, Batch Normalization, arXiv 1502.03167, algorithm 1.
    """
    x = as_input(input, weight, "batch_norm")
    if not training:
        if running_mean is None or running_var is None:
            raise ArgumentError("batch_norm needs running_mean and running_var, or training=True")
        return by_running(x, running_mean, running_var, weight, bias, eps)
    count = x.size // max(x.shape[1], 1)
    if count <= 1:
        raise ac.ShapeError(f"batch_norm needs more than one value a channel when training, not shape {x.shape}")
    y, mean, variance = over_batch(x, weight, bias, (0, *range(2, x.ndim)), eps)
    track(running_mean, running_var, mean.detach(), variance.detach(), count, momentum)
    return y


def layer_norm(input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Normalize over the last axes, whose lengths are `normalized_shape`.

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton, Layer Normalization, arXiv 1607.06450, eq. 4.
    """
    x, axes = _trailing(input, normalized_shape, weight, "layer_norm")
    return affine(standardized(x, axes, eps), weight, bias)


def rms_norm(input: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> Any:
    """Divide by the root of the mean square over the last axes; `eps` is the dtype's by default.

    References
    ----------
    B. Zhang and R. Sennrich, Root Mean Square Layer Normalization, arXiv 1910.07467, eq. 4.
    """
    x, axes = _trailing(input, normalized_shape, weight, "rms_norm")
    eps = float(np.finfo(x.dtype).eps) if eps is None else eps
    return affine(x * (ac.square(x).mean(axis=axes, keepdims=True) + eps) ** -0.5, weight, None)


def _trailing(x: Any, normalized_shape: Any, weight: Any, operation: str) -> tuple[Any, tuple[int, ...]]:
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    x = as_input(x, weight, operation)
    if x.shape[-len(shape) :] != shape:
        raise ac.ShapeError(f"{operation} expects last axes of lengths {shape}, but the input has shape {x.shape}")
    return x, tuple(range(-len(shape), 0))


def group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Normalize each example over groups of channels and all spatial axes.

    References
    ----------
    Y. Wu and K. He, Group Normalization, arXiv 1803.08494, eq. 7.
    """
    x = as_input(input, weight, "group_norm")
    if x.ndim < 2 or x.shape[1] % num_groups:
        raise ac.ShapeError(f"group_norm: {num_groups} groups do not divide the channels of shape {x.shape}")
    if weight is not None and weight.shape != x.shape[1:2]:
        raise ac.ShapeError(f"group_norm expects {weight.shape[0]} channels, but the input has shape {x.shape}")
    groups = x.reshape(x.shape[0], num_groups, x.shape[1] // num_groups * math.prod(x.shape[2:]))
    y = standardized(groups, (2,), eps).reshape(x.shape)
    return affine(y, of_channels(weight, x.ndim), of_channels(bias, x.ndim))


def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Normalize each channel of each example of (N, C, *spatial) over its spatial axes.

    Parameters
    ----------
    input : array_like, shape (N, C, *spatial)
    running_mean, running_var : Tensor, shape (C,), optional
        Moved towards the batch's, in place, or used where not `use_input_stats`.
    use_input_stats : bool
        Normalize by the example's own mean and variance.
    momentum : float
        How far running statistics are moved.

    References
    ----------
    D. Ulyanov, A. Vedaldi and V. Lempitsky, Instance Normalization, arXiv 1607.08022, section 2.
    """
    x = as_input(input, weight, "instance_norm")
    if not use_input_stats:
        if running_mean is None or running_var is None:
            raise ArgumentError("instance_norm needs running_mean and running_var, or use_input_stats=True")
        return by_running(x, running_mean, running_var, weight, bias, eps)
    count = math.prod(x.shape[2:])
    if count <= 1:
        raise ac.ShapeError(f"instance_norm needs more than one value a channel, not shape {x.shape}")
    y, mean, variance = over_batch(x, weight, bias, tuple(range(2, x.ndim)), eps)
    track(running_mean, running_var, mean.detach().mean(axis=0), variance.detach().mean(axis=0), count, momentum)
    return y


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Any:
    """Divide by the `p`-norm along axis `dim`, which counts as at least `eps`."""
    x = tensor_of(input)
    return x / ac.clip(ac.linalg.norm(x, ord=p, axis=dim, keepdims=True), eps, None)
