"""Pooling: the maximum or the mean of sliding windows."""

from __future__ import annotations

from typing import Any

from .._functional.windows import adaptive_avg_pool, avg_pool, max_pool
from ..module import Module

__all__ = ["AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AvgPool1d", "AvgPool2d", "MaxPool1d", "MaxPool2d"]


class _MaxPool(Module):
    axes: int

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Any) -> Any:
        """Return (N, C, *windows) for (N, C, *spatial), or both without N; with `return_indices` also the places."""
        return max_pool(
            input,
            self.axes,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """Take the maximum of each window of (N, C, L). Arguments as `MaxPool2d`."""

    axes = 1


class MaxPool2d(_MaxPool):
    """Take the maximum of each window of (N, C, H, W); of equal ones the first in row-major order has the derivative.

    Parameters
    ----------
    kernel_size, stride, padding, dilation : int or (int, int)
        The stride is the kernel size unless said; padding never wins.
    return_indices : bool
        Also return where each maximum stands in its flattened spatial axes.
    ceil_mode : bool
        Keep a last window that is partly outside.

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.MaxPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4)).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """

    axes = 2


class AvgPool1d(Module):
    """Take the mean of each window of (N, C, L)."""

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad

    def forward(self, input: Any) -> Any:
        """Return (N, C, windows)."""
        return avg_pool(input, 1, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """Take the mean of each window of (N, C, H, W).

    Parameters
    ----------
    kernel_size, stride, padding : int or (int, int)
        The stride is the kernel size unless said.
    ceil_mode : bool
        Keep a last window that is partly outside.
    count_include_pad : bool
        Count padding zeros as elements of a window.
    divisor_override : int, optional
        Divide the sums by it instead.

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.AvgPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4)).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Any:
        """Return (N, C, *windows)."""
        return avg_pool(
            input,
            2,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptiveAvgPool1d(Module):
    """Average (N, C, L) down to (N, C, output_size)."""

    def __init__(self, output_size: int | tuple[int]) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Any) -> Any:
        """Return (N, C, output_size)."""
        return adaptive_avg_pool(input, 1, self.output_size)

    def extra_repr(self) -> str:
        """Return the constructor argument."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool2d(Module):
    """Average (N, C, H, W) down to (N, C, *output_size), whatever H and W are; None keeps an axis."""

    def __init__(self, output_size: int | tuple[int | None, int | None] | None) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Any) -> Any:
        """Return (N, C, *output_size)."""
        return adaptive_avg_pool(input, 2, self.output_size)

    def extra_repr(self) -> str:
        """Return the constructor argument."""
        return f"output_size={self.output_size}"
