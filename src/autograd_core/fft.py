"""Fourier transforms: the functions of `numpy.fft` under their own names, recorded, each made when first asked for."""

from typing import Any as _Any

import numpy as _np  # noqa: ICN001  (not a name of ours)
from numpy.typing import DTypeLike as _DTypeLike

from ._namespace import namespace as _namespace
from ._namespace import public as _public
from ._tensor import Tensor as _Tensor

__getattr__, __dir__ = _namespace(_np.fft, globals())


def fftfreq(n: int, d: _Any = 1.0, *, dtype: _DTypeLike | None = None, device: _Any = None) -> _Tensor:
    """Return the frequencies of the elements of a discrete Fourier transform, in cycles per unit of `d`.

    Parameters
    ----------
    n : int
        Length of the transform.
    d : float
        Distance of two samples.
    dtype : dtype, optional
        A real floating one, float64 without it; the array API standard has it and NumPy does not.
    device : str, optional
        ``"cpu"``.

    Returns
    -------
    Tensor
        Of shape ``(n,)``.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.fft.fftfreq(4, dtype=ac.float32)
    Tensor([ 0.  ,  0.25, -0.5 , -0.25], dtype=float32)
    """
    return _of_dtype(_public(_np.fft.fftfreq)(n, d, device=device), dtype)


def rfftfreq(n: int, d: _Any = 1.0, *, dtype: _DTypeLike | None = None, device: _Any = None) -> _Tensor:
    """Return the frequencies of the elements of a real discrete Fourier transform, in cycles per unit of `d`.

    Parameters and errors are those of `fftfreq`.

    Returns
    -------
    Tensor
        Of shape ``(n // 2 + 1,)``.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.fft.rfftfreq(4)
    Tensor([0.  , 0.25, 0.5 ])
    """
    return _of_dtype(_public(_np.fft.rfftfreq)(n, d, device=device), dtype)


def _of_dtype(t: _Tensor, dtype: _DTypeLike | None) -> _Tensor:
    return t if dtype is None else t.astype(dtype)  # type: ignore[no-any-return]
