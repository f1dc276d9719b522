"""Every notebook runs from top to bottom without an error."""

import pytest

from notebooks.execute import execute, paths


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_notebook_runs_and_keeps_its_outputs(path):
    """A notebook is the course a reader follows, so its stored outputs must be those of the present code."""
    executed = execute(path)
    assert any(cell.get("outputs") for cell in executed.cells), "a notebook without outputs shows nothing"
