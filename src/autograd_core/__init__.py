"""Reverse-mode automatic differentiation on NumPy, to any order, with a graph you can see.

Functions of NumPy are here under their own names (`ac.exp`, `ac.einsum`, ...); they are made when first asked for.
"""

from __future__ import annotations

import importlib as _importlib
from typing import Any as _Any

import numpy as _np  # noqa: ICN001  (not a name of ours)

from ._array_api import argsort as argsort
from ._array_api import attribute as _attribute
from ._array_api import broadcast_shapes as broadcast_shapes
from ._array_api import clip as clip
from ._array_api import finfo as finfo
from ._array_api import from_dlpack as from_dlpack
from ._array_api import full as full
from ._array_api import iinfo as iinfo
from ._array_api import names as _names
from ._array_api import sort as sort
from ._creation import asarray as asarray
from ._creation import tensor as tensor
from ._custom import checkpoint as checkpoint
from ._custom import custom_vjp as custom_vjp
from ._custom import is_recomputing as is_recomputing
from ._custom import register_state as register_state
from ._debug import debug as debug
from ._errors import AssignmentError as AssignmentError
from ._errors import AutogradError as AutogradError
from ._errors import DtypeError as DtypeError
from ._errors import GradientError as GradientError
from ._errors import GraphReleasedError as GraphReleasedError
from ._errors import HistoryError as HistoryError
from ._errors import MissingExtra as MissingExtra
from ._errors import NonFiniteError as NonFiniteError
from ._errors import RuleError as RuleError
from ._errors import ShapeError as ShapeError
from ._errors import UnsupportedFunction as UnsupportedFunction
from ._jacobians import directional_derivative as directional_derivative
from ._jacobians import hessian as hessian
from ._jacobians import hvp as hvp
from ._jacobians import jacobian as jacobian
from ._memory import tune_allocator as tune_allocator
from ._memory import writable as writable
from ._modes import enable_grad as enable_grad
from ._modes import no_grad as no_grad
from ._modes import scope as scope
from ._namespace import convolution as convolution
from ._namespace import fold as fold
from ._namespace import lstm as lstm
from ._namespace import max_pool as max_pool
from ._namespace import relu as relu
from ._namespace import unfold as unfold
from ._primitive import composite as composite
from ._primitive import constant as constant
from ._primitive import elementwise as elementwise
from ._primitive import general as general
from ._primitive import linear as linear
from ._primitive import primitive as primitive
from ._primitive import variadic as variadic
from ._tensor import Tensor as Tensor
from ._transforms import grad as grad
from ._transforms import jvp as jvp
from ._transforms import stop_gradient as stop_gradient
from ._transforms import value_and_grad as value_and_grad
from ._transforms import vjp as vjp

__version__ = "0.1.0"
__array_api_version__ = _np.__array_api_version__
newaxis = None

_SUBMODULES = ("fft", "linalg", "special", "testing", "viz")
_OF_VIZ = ("Graph", "trace")  # `ac.trace` is the graph; the trace of a matrix is `ac.linalg.trace`


def __getattr__(name: str) -> _Any:
    if name in _SUBMODULES:
        return _importlib.import_module(f"{__name__}.{name}")
    if name in _OF_VIZ:
        return getattr(_importlib.import_module(f"{__name__}.viz"), name)
    made = _attribute(name)
    if made is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = made
    return made


def __dir__() -> list[str]:
    return sorted({*filter(str.isidentifier, globals()), *_SUBMODULES, *_OF_VIZ, *_names()})
