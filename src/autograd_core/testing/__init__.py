"""Checks of derivatives, from anywhere: numbers, laws of calculus, and Hypothesis strategies for what they need.

`check_gradients`, `check_derivative`, the laws and the numerical derivatives need NumPy only; `strategies` and `property_test`
need the extra `test`.
"""

from __future__ import annotations

import importlib as _importlib
from typing import Any as _Any

from ._check import check_gradients as check_gradients
from ._derivative import check_derivative as check_derivative
from ._numerical import numerical_derivative as numerical_derivative
from ._numerical import numerical_gradient as numerical_gradient
from ._numerical import numerical_hessian as numerical_hessian
from ._numerical import numerical_jacobian as numerical_jacobian
from ._property import property_test as property_test
from ._report import AccuracyWarning as AccuracyWarning
from ._report import DerivativeError as DerivativeError
from ._report import Finding as Finding
from ._report import Report as Report

_SUBMODULES = ("domains", "laws", "strategies")


def __getattr__(name: str) -> _Any:
    if name in _SUBMODULES:
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_SUBMODULES})
