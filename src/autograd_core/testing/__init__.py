"""Checks of derivatives, from anywhere: numbers, laws of calculus, and Hypothesis strategies for what they need.

`check_gradients`, `check_derivative` and the numerical derivatives need NumPy only; `strategies`, `laws` as properties and
`property_test` need the extra `test`.
"""

from __future__ import annotations

import importlib
from typing import Any

from ._check import check_gradients as check_gradients
from ._derivative import check_derivative as check_derivative
from ._numerical import numerical_derivative as numerical_derivative
from ._numerical import numerical_gradient as numerical_gradient
from ._numerical import numerical_hessian as numerical_hessian
from ._numerical import numerical_jacobian as numerical_jacobian
from ._report import AccuracyWarning as AccuracyWarning
from ._report import DerivativeError as DerivativeError
from ._report import Finding as Finding
from ._report import Report as Report
from ._domains import DOMAINS as DOMAINS
from ._domains import Domain as Domain
from ._domains import Operand as Operand
from ._property import property_test as property_test


def __getattr__(name: str) -> Any:
    if name in ("laws", "strategies"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
