"""Turn what the user has into a `Graph`."""

from __future__ import annotations

from typing import Any

from ._model import Graph


def as_graph(target: Any) -> Graph:
    """Return the graph."""
    if isinstance(target, Graph):
        return target
    raise TypeError(type(target).__name__)
