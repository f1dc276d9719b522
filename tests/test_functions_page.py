"""`docs/functions.md` lists what the table of rules holds now."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_page_is_current() -> None:
    """A new rule, or a case of higher order, changes the page: `python docs/functions.py` writes it again."""
    page = runpy.run_path(str(DOCS / "functions.py"))["page"]()
    assert page == (DOCS / "functions.md").read_text(encoding="utf-8"), "run: python docs/functions.py"
    assert "| `np.sin` | rule | 3 | yes |" in page
    assert "| `np.linalg.svd` | composite | 2 | yes |" in page
