"""All rows of the comparison, and the disagreements that the documentation publishes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from . import _rows_elementwise, _rows_linalg, _rows_reductions, _rows_shapes  # noqa: F401  (they enter their rows)
from ._rows import KINDS, ROWS, Row

__all__ = ["DEPARTURES", "KINDS", "PUBLISHED", "ROWS", "Departure", "Row"]

PAGE = Path(__file__).parents[2] / "docs" / "conventions.md"


class Departure(NamedTuple):
    """A function, a peer and a kind of operands for which derivatives differ on purpose."""

    function: str
    peer: str
    kind: str


def published() -> list[Departure]:
    """Read the section "Where PyTorch and JAX differ": a table of functions, operands and the library that differs."""
    section = PAGE.read_text(encoding="utf-8").partition("## Where PyTorch and JAX differ")[2].partition("\n## ")[0]
    found = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            functions, kinds, peers = cells[:3]
            found += [
                Departure(function.removeprefix("scipy."), peer, kind)
                for function in re.findall(r"`([\w.]+)`", functions)
                for kind in kinds.split(", ")
                for peer in peers.split(", ")
            ]
    return found


PUBLISHED = published()
DEPARTURES = frozenset(PUBLISHED)


def expected(r: Row, peer: str, kind: str) -> bool:
    """Whether the page says that derivatives differ."""
    return Departure(r.name.partition("-")[0], peer, kind) in DEPARTURES
