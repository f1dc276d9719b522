"""Why some mutants survive: `survivors/FILE.toml` says of each line of a source file why no test can, or should, notice.

[[survivor]]
line = "the line without its indentation"
what = ["Lt -> LtE"]          # as the report of `mutation.py` says it; [] for every mutant of the line
kind = "cost"
why = "one sentence"
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

__all__ = ["KINDS", "Explanation", "explain", "explanations"]

HERE = Path(__file__).parent / "survivors"
KINDS = {
    "equal": "the same function",
    "cost": "only time or memory",
    "rounding": "both right to rounding",
    "unread": "the value is not used: selected away, or only its shape is read",
    "open": "not explained",
}


@dataclass(frozen=True)
class Explanation:
    """Of mutants of one line."""

    line: str
    what: tuple[str, ...]
    kind: str
    why: str

    def covers(self, what: str) -> bool:
        return what in self.what or not self.what


def explanations(stem: str) -> list[Explanation]:
    """Those of a source file, by its name without `.py`."""
    path = HERE / f"{stem}.toml"
    if not path.exists():
        return []
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["survivor"]
    return [Explanation(e["line"], tuple(e["what"]), e["kind"], e["why"]) for e in entries]


def explain(path: Path, mutants: list[dict[str, object]]) -> list[Explanation | None]:
    """The explanation of each of some mutants of a source file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    known = defaultdict(list)
    for e in explanations(path.stem):
        known[e.line].append(e)
    return [
        next((e for e in known[lines[int(str(m["line"])) - 1].strip()] if e.covers(str(m["what"]))), None) for m in mutants
    ]  # fmt: skip
