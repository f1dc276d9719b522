"""`docs/functions.md` lists what the table of rules holds now."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_page_is_current() -> None:
    """A new rule, or a case of higher order, changes the page: `python docs/functions.py` writes it again."""
    written = runpy.run_path(str(DOCS / "functions.py"))
    page = written["page"]()
    assert page == (DOCS / "functions.md").read_text(encoding="utf-8"), "run: python docs/functions.py"
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert written["readme"](readme) == readme, "run: python docs/functions.py"
    orders = re.findall(r"^\| `[\w.]+` \| \w+ \| (\S+) \|", page, re.MULTILINE)
    assert len(orders) > 400
    assert set(orders) <= {"2", "3"}  # every entry is compared in both walks to second order at least
    assert "| `np.sin` | rule | 3 | yes |" in page
    assert "| `np.linalg.svd` | composite | 2 | yes |" in page
