"""What the files of SciPy's functions share: rules that raise, and rules of several results."""

from __future__ import annotations

import inspect
from typing import Any

from .._errors import UnsupportedFunction


def unknown(function: Any) -> Any:
    """A rule of a ufunc that raises, for a parameter in which there is no closed form."""

    def refuse() -> Any:
        raise UnsupportedFunction(
            f"scipy.special.{function.__name__} is not differentiable here in the parameter that requires grad; "
            "pass that parameter as t.detach()"
        )

    return {
        2: lambda g, _y, _a, _b: refuse(),
        3: lambda g, _y, _a, _b, _c: refuse(),
        4: lambda g, _y, _a, _b, _c, _d: refuse(),
    }[inspect.unwrap(function).nin]  # with SCIPY_ARRAY_API=1 SciPy wraps its ufuncs


def real_only(name: str, a: Any) -> Any:
    """For functions whose derivative SciPy computes of real numbers only, or that are not holomorphic."""
    if a.dtype.kind == "c":
        raise UnsupportedFunction(f"scipy.special.{name} of complex numbers has no derivative rule; take its real part first")
    return a


def of_several(*derivatives: Any) -> Any:
    """The rule of a function of several results, from the derivative of each."""

    def rule(g: Any, _y: Any, a: Any) -> Any:
        parts = [c * d(a) for c, d in zip(g, derivatives, strict=True) if c is not None]
        return sum(parts[1:], parts[0])

    return rule
