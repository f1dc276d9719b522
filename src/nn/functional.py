"""Everything the layers do, as functions (`nn.functional`), with the names and arguments of `torch.nn.functional`.

They compose public functions of `autograd_core`; no derivative is written anywhere in this package.
"""

from __future__ import annotations

from typing import Any

from ._functional.activations import celu as celu
from ._functional.activations import dropout as dropout
from ._functional.activations import dropout2d as dropout2d
from ._functional.activations import elu as elu
from ._functional.activations import gelu as gelu
from ._functional.activations import glu as glu
from ._functional.activations import hardsigmoid as hardsigmoid
from ._functional.activations import hardswish as hardswish
from ._functional.activations import hardtanh as hardtanh
from ._functional.activations import leaky_relu as leaky_relu
from ._functional.activations import log_softmax as log_softmax
from ._functional.activations import logsigmoid as logsigmoid
from ._functional.activations import mish as mish
from ._functional.activations import prelu as prelu
from ._functional.activations import relu as relu
from ._functional.activations import relu6 as relu6
from ._functional.activations import selu as selu
from ._functional.activations import sigmoid as sigmoid
from ._functional.activations import silu as silu
from ._functional.activations import softmax as softmax
from ._functional.activations import softmin as softmin
from ._functional.activations import softplus as softplus
from ._functional.activations import softsign as softsign
from ._functional.activations import tanh as tanh
from ._functional.activations import tanhshrink as tanhshrink
from ._functional.activations import threshold as threshold
from ._functional.attention import scaled_dot_product_attention as scaled_dot_product_attention
from ._functional.classification import binary_cross_entropy as binary_cross_entropy
from ._functional.classification import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from ._functional.classification import cross_entropy as cross_entropy
from ._functional.classification import kl_div as kl_div
from ._functional.classification import nll_loss as nll_loss
from ._functional.dense import bilinear as bilinear
from ._functional.dense import embedding as embedding
from ._functional.dense import linear as linear
from ._functional.dense import one_hot as one_hot
from ._functional.losses import cosine_embedding_loss as cosine_embedding_loss
from ._functional.losses import cosine_similarity as cosine_similarity
from ._functional.losses import hinge_embedding_loss as hinge_embedding_loss
from ._functional.losses import huber_loss as huber_loss
from ._functional.losses import l1_loss as l1_loss
from ._functional.losses import mse_loss as mse_loss
from ._functional.losses import smooth_l1_loss as smooth_l1_loss
from ._functional.normalization import batch_norm as batch_norm
from ._functional.normalization import group_norm as group_norm
from ._functional.normalization import instance_norm as instance_norm
from ._functional.normalization import layer_norm as layer_norm
from ._functional.normalization import normalize as normalize
from ._functional.normalization import rms_norm as rms_norm
from ._functional.windows import adaptive_avg_pool as _adaptive_avg_pool
from ._functional.windows import avg_pool as _avg_pool
from ._functional.windows import conv as _conv
from ._functional.windows import conv_transpose as _conv_transpose
from ._functional.windows import max_pool as _max_pool
from ._functional.windows import pad as pad


def conv1d(
    input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Cross-correlate (N, C, L) with a weight (F, C / groups, k)."""
    return _conv(input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Cross-correlate (N, C, H, W) with a weight (F, C / groups, kH, kW)."""
    return _conv(input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Cross-correlate (N, C, D, H, W) with a weight (F, C / groups, kD, kH, kW)."""
    return _conv(input, weight, bias, stride, padding, dilation, groups)


conv_transpose1d = conv_transpose2d = _conv_transpose


def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Take the maximum of each window of (N, C, L)."""
    return _max_pool(input, 1, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Take the maximum of each window of (N, C, H, W)."""
    return _max_pool(input, 2, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def avg_pool1d(
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True
) -> Any:
    """Take the mean of each window of (N, C, L)."""
    return _avg_pool(input, 1, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """Take the mean of each window of (N, C, H, W)."""
    return _avg_pool(input, 2, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def adaptive_avg_pool1d(input: Any, output_size: Any) -> Any:
    """Average (N, C, L) down to (N, C, output_size)."""
    return _adaptive_avg_pool(input, 1, output_size)


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """Average (N, C, H, W) down to (N, C, *output_size)."""
    return _adaptive_avg_pool(input, 2, output_size)
