"""The ghostwriter: try a function on operands of many shapes and domains, and write the tests that fit what it does."""

from __future__ import annotations

import importlib
import inspect
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._errors import AutogradError
from .._tensor import Tensor
from .._transforms import vjp
from ._numerical import as_array
from .domains import DOMAINS, Operand

__all__ = ["WriteError", "write"]

_SCALARS = ("real", "positive", "inside", "unit", "above_one")
_SHAPES: tuple[tuple[int, ...], ...] = ((3, 3), (2, 3), (3, 2), (3,), (4, 4), (1, 2, 6), (1, 2, 6, 6), ())


class WriteError(AutogradError, ValueError):
    """No test could be written: the function was not found, or takes none of the operands that were tried."""


@dataclass(frozen=True)
class _Fit:
    """Operands that a function takes."""

    operands: tuple[Operand, ...]
    pointwise: bool

    def source(self) -> str:
        texts = [f'"{o.domain.name}"' if self.pointwise else f"domains.{o.domain.name}{_shape(o.shape)}" for o in self.operands]
        return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"

    def arguments(self) -> str:
        text = self.source()
        return text[1:-1] if text.startswith("[") else text


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def write(name: str) -> str:
    """Write the text of a test file for a function.

    Parameters
    ----------
    name : str
        ``package.module:function``.

    Raises
    ------
    WriteError
        If there is no such function, or it takes none of the operands that were tried.

    Examples
    --------
    >>> print(write("numpy:tanh").splitlines()[0])
    \"\"\"Derivatives of `numpy.tanh`.\"\"\"
    """
    module, _, attribute = name.partition(":")
    if not attribute:
        raise WriteError(f"{name!r} names no function; write package.module:function")
    try:
        f = importlib.import_module(module)
        for part in attribute.split("."):
            f = getattr(f, part)
    except (ImportError, AttributeError) as error:
        raise WriteError(f"{name!r} is not to be found: {error}") from error
    if not callable(f):
        raise WriteError(f"{name!r} is not a function")
    fit = _find(f)
    if fit is None:
        tried = ", ".join(_shape(s) for s in _SHAPES)
        raise WriteError(
            f"{name}: no floating result came of operands of shapes {tried}; call it from a function of floating arrays, and "
            "write the test for that"
        )
    return _text(f, module, attribute, fit)


def _count(f: Callable[..., Any]) -> Sequence[int]:
    """How many operands to try: the parameters without a default, else one to three."""
    if isinstance(f, np.ufunc):
        return [f.nin]
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return [1, 2, 3]
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = sum(p.kind in kinds and p.default is p.empty for p in parameters)
    return [max(needed, 1)]


def _find(f: Callable[..., Any]) -> _Fit | None:
    for count in _count(f):
        if count > 3:
            continue
        for names in itertools.product(_SCALARS, repeat=count):
            if _works(f, [DOMAINS[n](2, 3) for n in names], (2, 3)) and _works(f, [DOMAINS[n](3) for n in names], (3,)):
                return _Fit(tuple(DOMAINS[n]() for n in names), pointwise=True)
        for given in itertools.product(_SHAPES, repeat=count):
            for name in ("real", "positive", "spd", "conditioned"):
                if name in ("spd", "conditioned") and any(len(s) < 2 or s[-1] != s[-2] for s in given):
                    continue
                operands = [DOMAINS[name](*s) for s in given]
                if _works(f, operands, None):
                    return _Fit(tuple(operands), pointwise=False)
    return None


def _works(f: Callable[..., Any], operands: Sequence[Operand], shape: tuple[int, ...] | None) -> bool:
    """Whether the function gives finite numbers with a finite derivative, and of a shape, if one is asked for."""
    rng = np.random.default_rng(0)
    xs = [o.draw(rng, i) for i, o in enumerate(operands)]
    try:
        with np.errstate(all="ignore"):
            y, pull = vjp(f, *xs)
            if not isinstance(y, Tensor) or y.dtype.kind not in "fc" or not y.size or (shape is not None and y.shape != shape):
                return False
            gradients = pull(np.ones(y.shape, y.dtype))
    except Exception:  # noqa: BLE001  (whatever a foreign function raises, it does not take these operands)
        return False
    return bool(np.isfinite(as_array(y)).all()) and all(np.isfinite(as_array(g)).all() for g in gradients)


def _degree(f: Callable[..., Any], operands: Sequence[Operand]) -> int | None:
    """The degree if `f` of one operand is homogeneous of a whole one."""
    if len(operands) != 1:
        return None
    x = operands[0].draw(np.random.default_rng(1))
    with np.errstate(all="ignore"):
        one, two = as_array(f(Tensor(x))), as_array(f(Tensor(1.5 * x)))
    for degree in (1, 2, 3, -1, 0):
        if np.allclose(two, 1.5**degree * one, rtol=1e-9) and np.abs(one).max() > 1e-9:
            return degree
    return None


def _text(f: Callable[..., Any], module: str, attribute: str, fit: _Fit) -> str:
    top, name = attribute.split(".", maxsplit=1)[0], attribute.replace(".", "_")
    tests = [f"test_{name} = property_test({attribute}, {fit.source()})"]
    if fit.pointwise and len(fit.operands) == 1:
        tests += [
            f"test_{name}_{law} = laws.holds(laws.{law}, {attribute}, {fit.arguments()})"
            for law in ("reshaping", "permutation")
        ]
    if fit.pointwise and len(fit.operands) > 1:
        tests.append(f"test_{name}_broadcasting = laws.holds(laws.broadcasting, {attribute}, {fit.arguments()})")
    tests += [
        f"test_{name}_{law} = laws.holds(laws.{law}, {attribute}, {fit.arguments()})"
        for law in ("linearity", "hessian_symmetry", "mixed_order")
    ]
    sample = [Operand(o.domain, (3,)) for o in fit.operands] if fit.pointwise else list(fit.operands)
    degree = _degree(f, sample)
    if degree is not None:
        tests.append(f"test_{name}_homogeneous = laws.holds(laws.euler, {attribute}, {fit.arguments()}, degree={degree})")
    used = ["domains", "laws"] if "domains." in "".join(tests) else ["laws"]
    return "\n".join(
        [
            f'"""Derivatives of `{module}.{attribute}`."""',
            "",
            f"from autograd_core.testing import {', '.join([*used, 'property_test'])}",
            f"from {module} import {top}",
            "",
            *tests,
            "",
        ]
    )
