"""`quiet`: compute without NumPy's warnings, and leave NumPy's error state as it was, whatever happens.

The end of a ``with np.errstate`` block can be interrupted; that of a context of `contextvars`, which is C, cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import numpy as np

__all__ = ["quiet"]


def quiet(f: Callable[..., Any], *args: Any, **errors: Any) -> Any:
    """Compute without NumPy's warnings, or those of some `errors`; wherever it is interrupted, its state is the one before."""
    return copy_context().run(_quietly, f, args, errors or {"all": "ignore"})


def _quietly(f: Callable[..., Any], args: tuple[Any, ...], errors: dict[str, Any]) -> Any:
    with np.errstate(**errors):
        return f(*args)
