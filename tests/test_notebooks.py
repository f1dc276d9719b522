"""Every notebook runs from top to bottom without an error or a warning, and holds its outputs."""

import nbformat
import pytest

from notebooks.execute import execute, paths

each = pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)


def kinds(notebook):
    """The kinds of output of each cell: a stream's name, or the formats of what is shown."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [{output.get("name") or " ".join(sorted(output["data"])) for output in cell.outputs} for cell in cells]


@each
def test_notebook_runs_and_keeps_its_outputs(path):
    """A notebook is the course a reader follows, so what it shows must be what the present code shows."""
    executed = kinds(execute(path))
    assert any(executed), "a notebook without outputs shows nothing"
    assert not any("stderr" in shown for shown in executed), "a warning, or a progress bar"
    assert executed == kinds(nbformat.read(path, as_version=4)), "run `make notebooks`"


@each
def test_notebook_is_small(path):
    """The figures of a notebook are in every clone, once for each time they changed."""
    assert path.stat().st_size < 400_000
