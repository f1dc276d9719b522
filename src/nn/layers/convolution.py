"""Convolutions and their transposes."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import DTypeLike

from .. import functional
from .._errors import ArgumentError
from .._functional.windows import conv, conv_transpose, same_padding
from .._rng import Rng
from ..module import Module
from ._make import each, empty, like_linear

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d"]

_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


class _Windowed(Module):
    """What convolutions and transposed convolutions share: their numbers, their parameters, their text."""

    axes: int

    def _set_up(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        dtype: DTypeLike | None,
        rng: Rng,
        transposed: bool,
    ) -> None:
        name = type(self).__name__
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ArgumentError(f"{name}: groups={groups} must divide in_channels={in_channels} and {out_channels=}")
        if padding_mode not in (("zeros",) if transposed else _MODES):
            allowed = "'zeros'" if transposed else ", ".join(map(repr, _MODES))
            raise ArgumentError(f"{name}: padding_mode={padding_mode!r} must be one of {allowed}")
        n = self.axes
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = each(kernel_size, n, "kernel_size", 1)
        self.stride, self.dilation = each(stride, n, "stride", 1), each(dilation, n, "dilation", 1)
        self.padding: Any = padding if isinstance(padding, str) else each(padding, n, "padding")
        if isinstance(padding, str):
            same_padding(self.kernel_size, padding, self.stride, self.dilation)  # raises if it makes no sense
        self.padding_mode = padding_mode
        shape = (in_channels, out_channels // groups) if transposed else (out_channels, in_channels // groups)
        self.weight = empty(*shape, *self.kernel_size, dtype=dtype)
        self.bias = empty(out_channels, dtype=dtype) if bias else None
        like_linear(self.weight, self.bias, shape[1] * math.prod(self.kernel_size), rng)

    def extra_repr(self) -> str:
        """Return the constructor arguments that are not at their defaults."""
        n, text = self.axes, f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += f", stride={self.stride}"
        for name, usual in (("padding", (0,) * n), ("dilation", (1,) * n), ("groups", 1), ("padding_mode", "zeros")):
            if getattr(self, name) != usual:
                text += f", {name}={getattr(self, name)!r}"
        return text if self.bias is not None else text + ", bias=False"


class _Conv(_Windowed):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] | str = 0,
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        self._set_up(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, dtype, rng, False
        )

    def forward(self, input: Any) -> Any:
        """Return (N, out_channels, *windows) for (N, in_channels, *spatial), or both without N."""
        if self.padding_mode == "zeros":
            return conv(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        pairs = (
            same_padding(self.kernel_size, self.padding, self.stride, self.dilation)
            if isinstance(self.padding, str)
            else tuple((p, p) for p in self.padding)
        )
        x = functional.pad(input, tuple(p for pair in reversed(pairs) for p in pair), _MODES[self.padding_mode])
        return conv(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class Conv1d(_Conv):
    """Cross-correlate (N, C, L) with learned kernels. Arguments and attributes as `Conv2d`, with one spatial axis."""

    axes = 1


class Conv2d(_Conv):
    """Cross-correlate (N, C, H, W) with learned kernels.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels before and after.
    kernel_size, stride, padding, dilation : int or (int, int)
        `padding` may be ``"valid"`` or ``"same"``.
    groups : int
        Channels are split into so many groups that do not see each other.
    bias : bool
        Whether to learn an offset for each output channel.
    padding_mode : str
        ``zeros``, ``reflect``, ``replicate`` or ``circular``.
    dtype : dtype, optional
        float32 unless said.
    rng : numpy.random.Generator or int, optional
        Draws the initial values, uniform in +-1/sqrt(fan-in).

    Attributes
    ----------
    weight : Parameter, shape (out_channels, in_channels / groups, kH, kW)
    bias : Parameter, shape (out_channels,), or None

    Raises
    ------
    ArgumentError
        If `groups` does not divide the channels or `padding_mode` is unknown.

    References
    ----------
    V. Dumoulin and functional. Visin, A guide to convolution arithmetic for deep learning, arXiv 1603.07285, section 2.

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.Conv2d(1, 8, 3, padding=1)(np.zeros((2, 1, 28, 28), np.float32)).shape
    (2, 8, 28, 28)
    """

    axes = 2


class Conv3d(_Conv):
    """Cross-correlate (N, C, D, H, W) with learned kernels. Arguments and attributes as `Conv2d`, with three spatial axes."""

    axes = 3


class _ConvTranspose(_Windowed):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] = 0,
        output_padding: int | tuple[int, ...] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | tuple[int, ...] = 1,
        padding_mode: str = "zeros",
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        self._set_up(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, dtype, rng, True
        )
        self.output_padding = each(output_padding, self.axes, "output_padding")

    def forward(self, input: Any, output_size: Any = None) -> Any:
        """Return (N, out_channels, *out); `output_size` chooses among the lengths that the stride makes ambiguous."""
        extra = self.output_padding
        if output_size is not None:
            wanted = tuple(output_size)[-self.axes :]
            least = [
                (m - 1) * s - 2 * p + d * (k - 1) + 1
                for m, s, p, d, k in zip(
                    input.shape[-self.axes :], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
                )
            ]
            extra = tuple(w - n for w, n in zip(wanted, least, strict=True))
            if any(not 0 <= e < s for e, s in zip(extra, self.stride, strict=True)):
                raise ArgumentError(f"output_size={wanted} must be {least} plus less than the stride {self.stride}")
        return conv_transpose(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)


class ConvTranspose1d(_ConvTranspose):
    """Apply the transpose of a convolution to (N, C, L). Arguments as `ConvTranspose2d`, with one spatial axis."""

    axes = 1


class ConvTranspose2d(_ConvTranspose):
    """Apply the transpose of a convolution to (N, C, H, W): each element is spread over a window.

    Attributes
    ----------
    weight : Parameter, shape (in_channels, out_channels / groups, kH, kW)
    bias : Parameter, shape (out_channels,), or None

    References
    ----------
    V. Dumoulin and functional. Visin, A guide to convolution arithmetic for deep learning, arXiv 1603.07285, section 4.

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.ConvTranspose2d(4, 2, 2, stride=2)(np.zeros((1, 4, 5, 5), np.float32)).shape
    (1, 2, 10, 10)
    """

    axes = 2
