"""Fourier transforms are linear, and inside a walk nothing is conjugated: each is its own transpose, or that of another.

Transforms of real numbers leave out half of the spectrum: their transposes weigh the frequencies that stand for two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._primitive import composite, linear, primitive
from .common import array, axes_of, axis_of, refuse_out, slab
from .padding import with_zeros

_OTHER = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def _sized(a: Any, n: int, axis: int) -> Any:
    """`a` cut or filled with zeros to a length: its transpose is itself the other way."""
    if a.shape[axis] > n:
        return a[slab(axis, 0, n)]
    if a.shape[axis] < n:
        return with_zeros(a, widths=(*((0, 0),) * axis, (0, n - a.shape[axis]), *((0, 0),) * (a.ndim - 1 - axis)))
    return a


@primitive
def transformed(a: Any, axis: int, norm: str | None, inverse: bool) -> Any:
    """The discrete Fourier transform along an axis, or its inverse."""
    return (np.fft.ifft if inverse else np.fft.fft)(a, axis=axis, norm=norm)


linear(
    transformed,
    lambda g, _y, _a, axis, norm, inverse: transformed(g, axis=axis, norm=norm, inverse=inverse),
    words="dA = the same transform of G",
)


@primitive
def half_spectrum(a: Any, axis: int, norm: str | None) -> Any:
    """The transform of real numbers at the frequencies from 0 to the middle."""
    return np.fft.rfft(a, axis=axis, norm=norm)


@primitive
def from_half(a: Any, n: int, axis: int, norm: str | None) -> Any:
    """The real numbers whose transform at the frequencies from 0 to the middle is `a`."""
    return np.fft.irfft(a, n, axis=axis, norm=norm)


def _weighed(a: Any, n: int, axis: int, weight: float) -> Any:
    """Multiply the frequencies that stand for two; the first, and the middle one of an even length, stand for themselves."""
    weights = np.full(n // 2 + 1, weight, np.finfo(a.dtype).dtype)
    weights[0] = 1
    if n % 2 == 0:
        weights[-1] = 1
    return a * weights.reshape((-1,) + (1,) * (a.ndim - 1 - axis))


linear(
    half_spectrum,
    lambda g, _y, _a, axis, norm: from_half(
        _weighed(g.conj(), _a.shape[axis], axis, 0.5), n=_a.shape[axis], axis=axis, norm=_OTHER[norm]
    ),
    words="dA = the real part of the transform of G",
)
linear(
    from_half,
    lambda g, _y, _a, n, axis, norm: _weighed(half_spectrum(g, axis=axis, norm=_OTHER[norm]), n, axis, 2.0).conj(),
    words="dA = the transform of G, twice where a frequency stands for two",
)


# -- along one axis -------------------------------------------------------------------------------------------------------


def _prepared(a: Any, n: Any, axis: Any, name: str, out: Any, default: Any = None) -> tuple[Any, int, int]:
    refuse_out(f"fft.{name}", out)
    a = array(a)
    a = a if a.dtype.kind in "fc" else a.astype(float)
    axis = axis_of(axis, a.ndim)
    n = (a.shape[axis] if default is None else default(a.shape[axis])) if n is None else int(n)
    if n < 1:
        raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    return a, n, axis


def _checked(norm: Any) -> Any:
    if norm not in _OTHER:
        raise ValueError(f'Invalid norm value {norm}; should be "backward","ortho" or "forward".')
    return norm


@composite(np.fft.fft)
def fft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """The discrete Fourier transform."""
    a, n, axis = _prepared(a, n, axis, "fft", out)
    return transformed(_sized(a, n, axis), axis=axis, norm=_checked(norm), inverse=False)


@composite(np.fft.ifft)
def ifft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `fft`."""
    a, n, axis = _prepared(a, n, axis, "ifft", out)
    return transformed(_sized(a, n, axis), axis=axis, norm=_checked(norm), inverse=True)


@composite(np.fft.rfft)
def rfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """The transform of real numbers, at the frequencies from 0 to the middle."""
    a, n, axis = _prepared(a, n, axis, "rfft", out)
    if a.dtype.kind == "c":
        raise TypeError(f"rfft takes real numbers, not {a.dtype}; use fft")
    return half_spectrum(_sized(a, n, axis), axis=axis, norm=_checked(norm))


def _twice(m: int) -> int:
    return (m - 1) * 2


@composite(np.fft.irfft)
def irfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `rfft`."""
    a, n, axis = _prepared(a, n, axis, "irfft", out, _twice)
    y = from_half(_sized(a, n // 2 + 1, axis), n=n, axis=axis, norm=_checked(norm))
    return y.astype(a.dtype) if a.dtype == np.float16 else y


@composite(np.fft.hfft)
def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """The transform of numbers whose second half is the conjugate of the first."""
    a, n, axis = _prepared(a, n, axis, "hfft", out, _twice)
    return irfft(a.conj(), n, axis, _OTHER[_checked(norm)])


@composite(np.fft.ihfft)
def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `hfft`."""
    a, n, axis = _prepared(a, n, axis, "ihfft", out)
    return rfft(a, n, axis, _OTHER[_checked(norm)]).conj()


# -- along several --------------------------------------------------------------------------------------------------------


def _lengths(a: Any, s: Any, axes: Any, name: str, out: Any, last: bool = False) -> tuple[Any, list[int], list[int]]:
    """The array, and its axes with the length that each is cut or filled to; the last of a half spectrum is doubled."""
    refuse_out(f"fft.{name}", out)
    a = array(a)
    if axes is None:
        axes = range(a.ndim) if s is None else range(a.ndim - len(s), a.ndim)
    axes = [axis_of(i, a.ndim) for i in axes]
    lengths = (
        [a.shape[i] for i in axes] if s is None else [a.shape[i] if n == -1 else int(n) for n, i in zip(s, axes, strict=True)]
    )
    if last and axes and s is None:
        lengths[-1] = _twice(a.shape[axes[-1]])
    return a, axes, lengths


def _along_each(one: Any, a: Any, axes: list[int], lengths: list[int], norm: Any) -> Any:
    for axis, n in reversed(list(zip(axes, lengths, strict=True))):
        a = one(a, n, axis, norm)
    return a


@composite(np.fft.fftn)
def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """The transform along several axes."""
    a, axes, lengths = _lengths(a, s, axes, "fftn", out)
    return _along_each(fft, a, axes, lengths, norm)


@composite(np.fft.ifftn)
def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `fftn`."""
    a, axes, lengths = _lengths(a, s, axes, "ifftn", out)
    return _along_each(ifft, a, axes, lengths, norm)


@composite(np.fft.rfftn)
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """The transform of real numbers along several axes, half of the last."""
    a, axes, lengths = _lengths(a, s, axes, "rfftn", out)
    if not axes:
        raise IndexError("at least one axis must be transformed")
    return _along_each(fft, rfft(a, lengths[-1], axes[-1], norm), axes[:-1], lengths[:-1], norm)


@composite(np.fft.irfftn)
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `rfftn`."""
    a, axes, lengths = _lengths(a, s, axes, "irfftn", out, last=True)
    if not axes:
        raise IndexError("at least one axis must be transformed")
    for axis, n in zip(axes[:-1], lengths[:-1], strict=True):
        a = ifft(a, n, axis, norm)
    return irfft(a, lengths[-1], axes[-1], norm)


for _function, _body in (
    (np.fft.fft2, fftn),
    (np.fft.ifft2, ifftn),
    (np.fft.rfft2, rfftn),
    (np.fft.irfft2, irfftn),
):
    composite(_function)(lambda a, s=None, axes=(-2, -1), norm=None, out=None, body=_body: body(a, s, axes, norm, out))


@composite(np.fft.fftshift)
def fftshift(x: Any, axes: Any = None) -> Any:
    """Move frequency 0 to the middle."""
    x = array(x)
    axes = axes_of(axes, x.ndim)
    return np.roll(x, tuple(x.shape[i] // 2 for i in axes), axes)


@composite(np.fft.ifftshift)
def ifftshift(x: Any, axes: Any = None) -> Any:
    """Move the middle back to the front."""
    x = array(x)
    axes = axes_of(axes, x.ndim)
    return np.roll(x, tuple(-(x.shape[i] // 2) for i in axes), axes)


@composite(np.fft.fftfreq)
def fftfreq(n: int, d: Any = 1.0, device: Any = None) -> Any:
    """The frequencies of `fft`, in cycles a unit of the spacing `d`."""
    return np.fft.fftfreq(n, device=device) / d


@composite(np.fft.rfftfreq)
def rfftfreq(n: int, d: Any = 1.0, device: Any = None) -> Any:
    """The frequencies of `rfft`, in cycles a unit of the spacing `d`."""
    return np.fft.rfftfreq(n, device=device) / d
