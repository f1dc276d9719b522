"""Fourier transforms: the functions of `numpy.fft` under their own names, recorded, each made when first asked for."""

import numpy as _np  # noqa: ICN001  (not a name of ours)

from ._namespace import namespace as _namespace

__getattr__, __dir__ = _namespace(_np.fft, globals())
