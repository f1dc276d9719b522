"""Which operation of a recorded graph is wrong: each is checked alone, at the operands it had, in the order of the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._modes import setting
from .._node import Node
from .._recording import IDENTITY, Recording

__all__ = ["Located", "locate"]

_MOST = 2000  # operations looked at; each distinct (primitive, metadata, shapes) once


@dataclass(frozen=True)
class Located:
    """An operation found wrong on its own."""

    name: str
    where: str
    function: Callable[..., Any]
    operands: tuple[Any, ...]
    metadata: dict[str, Any]


class _Operations:
    """An observer that keeps what each operation was given."""

    def __init__(self) -> None:
        self.seen: list[tuple[Node, tuple[Any, ...], Any]] = []

    def forward(self, node: Node, operands: tuple[Any, ...], array: Any) -> None:
        self.seen.append((node, operands, array))

    def backward(self, node: Node, cotangent: Any) -> None:
        """Nothing: operations of the backward pass are recorded by themselves."""


def locate(f: Callable[..., Any], xs: Sequence[Any], wrong: Callable[..., bool]) -> Located | None:
    """Find the first operation of ``f(*xs)`` that is `wrong` at its own operands, or None."""
    operations = _Operations()
    setting(observer=operations).call(Recording, f, xs, "check_gradients")
    tried: set[Any] = set()
    for place, (node, operands, out) in enumerate(operations.seen[:_MOST]):
        p = node.primitive
        if p is None or p is IDENTITY or not any(getattr(a, "dtype", None) is not None for a in operands):
            continue
        metadata = node.meta or {}
        key = (id(p), repr(metadata), tuple(np.shape(a) for a in operands if _is_numeric(a)))
        if key in tried or not all(map(_is_numeric, operands)):
            continue
        tried.add(key)
        live = [i for i, parent in enumerate(node.parents) if parent is not None]

        def alone(*some: Any, p: Any = p, operands: Any = operands, live: Any = live, metadata: Any = metadata) -> Any:
            full = list(operands)
            for i, x in zip(live, some, strict=True):
                full[i] = x
            return p.function(*full, **metadata)

        if wrong(alone, *(np.asarray(operands[i]) for i in live)):
            shape = tuple(o.shape for o in out) if isinstance(out, tuple) else out.shape
            scope = f" in {node.scope}" if node.scope else ""
            where = f"operation {place + 1} of {len(operations.seen)}{scope}, with result of shape {shape}"
            return Located(p.name, where, p.function, tuple(operands), metadata)
    return None


def _is_numeric(a: Any) -> bool:
    return a is None or isinstance(a, np.ndarray | np.generic | bool | int | float | complex)
