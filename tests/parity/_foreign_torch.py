"""NumPy's functions as PyTorch's, for random programs: arrays that answer the protocols with PyTorch's functions.

Many functions of the two have one name and one meaning, and PyTorch takes `axis=` for `dim=`; the rest is written out below.
A function that only moves elements moves their places here, and PyTorch gathers by them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import scipy.special as sp
import torch

import autograd_core as ac

from ._foreign import Foreign, same_names


def moved(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of NumPy's that moves elements of its first operand, by PyTorch's gathering."""

    def f(x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        def gathered(places: Any) -> Any:
            if isinstance(places, list | tuple):
                return [gathered(p) for p in places]
            return x.reshape(-1)[torch.from_numpy(np.array(places, int))]

        numbers = [a.numpy() if isinstance(a, torch.Tensor) else a for a in args]
        return gathered(function(np.arange(x.numel()).reshape(x.shape), *numbers, **kwargs))

    return f


MOVES = (
    np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.matrix_transpose, np.linalg.matrix_transpose,
    np.expand_dims, np.squeeze, np.flip, np.fliplr, np.flipud, np.roll, np.rot90, np.tile, np.repeat, np.resize, np.take,
    np.take_along_axis, np.delete, np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit, np.unstack,
    np.diagonal, np.linalg.diagonal, np.broadcast_to, np.copy,
    np.lib.stride_tricks.sliding_window_view, np.fft.fftshift, np.fft.ifftshift,
)  # fmt: skip


def flattened(f: Callable[..., Any]) -> Callable[..., Any]:
    """A cumulative function, which NumPy applies to the flattened array if no axis is given."""
    return lambda x, axis=None: f(x.reshape(-1), 0) if axis is None else f(x, axis)


def spread(f: Callable[..., Any]) -> Callable[..., Any]:
    """A measure of spread, whose correction NumPy calls `ddof`."""
    return lambda x, axis=None, ddof=0, keepdims=False: f(x, dim=axis, correction=ddof, keepdim=keepdims)


def along(f: Callable[..., Any]) -> Callable[..., Any]:
    """A Fourier transform along one axis."""
    return lambda x, n=None, axis=-1, norm=None: f(x, n, axis, norm)


def over(f: Callable[..., Any]) -> Callable[..., Any]:
    """A Fourier transform over several axes."""
    last = {"dim": (-2, -1)} if f.__name__.endswith("2") else {}
    return lambda x, s=None, axes=None, norm=None: f(x, s, **(last if axes is None else {"dim": axes}), norm=norm)


def reduced(f: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction over some axes or all; to PyTorch, no axes are all."""

    def reduce(x: torch.Tensor, axis: Any = None, keepdims: bool = False) -> torch.Tensor:
        if axis == ():
            return x * 1
        return f(x, dim=tuple(range(x.ndim)) if axis is None else axis, keepdim=keepdims)

    return reduce


def product(x: torch.Tensor, axis: Any = None, keepdims: bool = False) -> torch.Tensor:
    """`np.prod`; PyTorch's takes one axis."""
    return x.prod() if axis is None and not keepdims else torch.prod(x, axis, keepdim=keepdims)


FFTS = {getattr(np.fft, n): along(getattr(torch.fft, n)) for n in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")}
FFTS |= {
    getattr(np.fft, n): over(getattr(torch.fft, n))
    for n in ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "irfft2", "rfftn", "irfftn")
}


def whole(f: Callable[..., Any]) -> Callable[..., Any]:
    """A softmax, which ours takes over all axes if none is given."""
    return lambda x, axis=None: f(x.reshape(-1), 0).reshape(x.shape) if axis is None else f(x, axis)


def _list(i: Any) -> Any:
    return [i] if isinstance(i, int) else list(i)


class TorchArray(Foreign):
    """An array of PyTorch."""

    functions: ClassVar = {
        **same_names(sp, torch.special),
        **same_names(np, torch),
        **same_names(np.linalg, torch.linalg),
        **{f: moved(f) for f in MOVES},
        **FFTS,
        np.absolute: torch.abs,
        np.fabs: torch.abs,
        np.degrees: torch.rad2deg,
        np.radians: torch.deg2rad,
        np.cbrt: lambda x: x.sign() * x.abs() ** (1 / 3),
        np.conjugate: lambda x: torch.conj(x).resolve_conj(),
        np.i0: torch.special.i0,
        np.sum: reduced(torch.sum),
        np.mean: reduced(torch.mean),
        np.nansum: reduced(torch.nansum),
        np.nanmean: reduced(torch.nanmean),
        np.max: lambda x, axis=None, keepdims=False: torch.amax(x, () if axis is None else axis, keepdims),
        np.min: lambda x, axis=None, keepdims=False: torch.amin(x, () if axis is None else axis, keepdims),
        np.ptp: lambda x, axis=None, keepdims=False: (
            torch.amax(x, () if axis is None else axis, keepdims) - torch.amin(x, () if axis is None else axis, keepdims)
        ),
        np.prod: product,
        np.var: spread(torch.var),
        np.std: spread(torch.std),
        np.cumsum: flattened(torch.cumsum),
        np.cumprod: flattened(torch.cumprod),
        np.sort: lambda x, axis=-1, kind=None: torch.sort(x, dim=axis, stable=True)[0],
        np.median: lambda x, axis=None, keepdims=False: torch.quantile(x, 0.5, axis, keepdims),
        np.nanmedian: lambda x, axis=None, keepdims=False: torch.nanquantile(x, 0.5, axis, keepdims),
        np.quantile: lambda x, q, axis=None, keepdims=False: torch.quantile(x, torch.as_tensor(q), axis, keepdims),
        np.nanquantile: lambda x, q, axis=None, keepdims=False: torch.nanquantile(x, torch.as_tensor(q), axis, keepdims),
        np.cumulative_sum: lambda x, axis=None: flattened(torch.cumsum)(x, axis),
        np.cumulative_prod: lambda x, axis=None: flattened(torch.cumprod)(x, axis),
        np.ediff1d: lambda x: torch.diff(x.reshape(-1)),
        np.divmod: lambda a, b: (torch.floor(a / b), torch.remainder(a, b)),
        np.heaviside: lambda x, y: torch.where(x == 0, y, (x > 0) * 1.0),
        np.bincount: lambda i, w, minlength=0: torch.zeros(max(minlength, int(i.max()) + 1)).index_add(0, i, w),
        np.ldexp: lambda x, n: x * 2.0 ** torch.as_tensor(n),  # the derivative of `torch.ldexp` is 0 for negative powers
        np.modf: lambda x: (torch.frac(x), torch.trunc(x)),
        np.broadcast_arrays: torch.broadcast_tensors,
        np.trapezoid: lambda y, x=None, dx=1.0, axis=-1: (
            torch.trapezoid(y, dx=dx, dim=axis) if x is None else torch.trapezoid(y, x, dim=axis)
        ),
        np.clip: lambda x, a_min=None, a_max=None, min=None, max=None: torch.clamp(
            x, min if a_min is None else a_min, max if a_max is None else a_max
        ),
        np.divide: torch.true_divide,
        np.dot: lambda a, b: a * b if a.ndim * b.ndim == 0 else torch.tensordot(a, b, ([-1], [max(b.ndim - 2, 0)])),
        np.outer: lambda a, b: torch.outer(a.reshape(-1), b.reshape(-1)),
        np.vdot: lambda a, b: torch.vdot(a.reshape(-1), b.reshape(-1)),
        np.matvec: lambda a, b: (a @ b[..., None])[..., 0],
        np.vecmat: lambda a, b: (a.conj()[..., None, :] @ b)[..., 0, :],
        np.vecdot: torch.linalg.vecdot,
        np.cross: torch.linalg.cross,
        np.compress: lambda condition, x, axis=None: moved(lambda a: np.compress(condition, a, axis))(x),
        np.extract: lambda condition, x: moved(lambda a: np.extract(np.asarray(condition), a))(x),
        np.append: lambda a, b: torch.cat([a.reshape(-1), b.reshape(-1)]),
        np.astype: lambda x, kind: x.to(getattr(torch, np.dtype(kind).name)),
        np.trace: lambda x, offset=0: torch.diagonal(x, offset).sum(-1),
        np.linalg.trace: lambda x, offset=0: torch.diagonal(x, offset, -2, -1).sum(-1),
        np.linalg.outer: torch.outer,
        np.linalg.tensordot: lambda a, b, axes=2: torch.tensordot(a, b, axes),
        np.tensordot: lambda a, b, axes=2: torch.tensordot(a, b, axes if isinstance(axes, int) else [_list(i) for i in axes]),
        np.meshgrid: lambda *xs, indexing="xy": torch.meshgrid(*xs, indexing=indexing),
        np.unique: lambda x: torch.sort(x.reshape(-1))[0],
        np.linspace: lambda a, b, num=50: a + (b - a) * torch.linspace(0, 1, num).reshape(-1, *[1] * (a + b).ndim),
        np.logspace: None,
        np.select: lambda conditions, choices, default: torch.where(
            conditions[0], choices[0], torch.where(conditions[1], choices[1], default) if len(choices) > 1 else default
        ),
        sp.gamma: lambda x: torch.exp(torch.lgamma(x)),
        sp.rel_entr: lambda x, y: x * torch.log(x / y),
        sp.kl_div: lambda x, y: x * torch.log(x / y) - x + y,
        sp.beta: lambda a, b: torch.exp(torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)),
        sp.betaln: lambda a, b: torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b),
        sp.exp10: lambda x: 10**x,
        ac.relu.__wrapped__: torch.relu,
        ac.special.softmax.__wrapped__: whole(torch.softmax),
        ac.special.log_softmax.__wrapped__: whole(torch.log_softmax),
        ac.special.log_expit.__wrapped__: torch.nn.functional.logsigmoid,
        ac.special.erf.__wrapped__: torch.erf,
        ac.special.expit.__wrapped__: torch.sigmoid,
        ac.special.gelu.__wrapped__: torch.nn.functional.gelu,
        ac.special.gelu_tanh.__wrapped__: lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
        ac.special.softplus: torch.nn.functional.softplus,
    }

    @classmethod
    def is_array(cls, y: Any) -> bool:
        return isinstance(y, torch.Tensor)

    @classmethod
    def given(cls, x: Any) -> Any:
        return torch.from_numpy(x) if isinstance(x, np.ndarray) and x.dtype != object else x

    @property
    def dtype(self) -> Any:
        return np.dtype(str(self.array.dtype).partition(".")[2])

    def __getitem__(self, index: Any) -> Any:
        return TorchArray(moved(lambda x: x[index])(self.array))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.array.detach().numpy()
