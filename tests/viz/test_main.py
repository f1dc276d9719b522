"""The command line."""

import pytest

from autograd_core.viz.__main__ import main
from tests.viz.graphs import mlp, recorded


@pytest.fixture
def saved(tmp_path):
    return str(recorded(mlp()).save(tmp_path / "graph.json"))


@pytest.mark.parametrize("extension", ["svg", "png", "pdf", "html", "dot", "txt", "mmd"])
def test_each_format_is_written(saved, tmp_path, capsys, extension):
    path = tmp_path / f"graph.{extension}"
    assert main([saved, "-o", str(path), "--engine", "builtin"]) == 0
    assert path.stat().st_size > 100
    assert capsys.readouterr().out == f"wrote {path}\n"


def test_without_an_output_the_tree_is_printed(saved, capsys):
    assert main([saved]) == 0
    assert capsys.readouterr().out.startswith("MLP\n%0 ")


def test_two_graphs_make_a_page_that_compares_them(saved, tmp_path):
    assert main([saved, saved, "-o", str(tmp_path / "both.html")]) == 0
    with pytest.raises(SystemExit):
        main([saved, saved, "-o", str(tmp_path / "both.svg")])


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing.json", "No such file"), ("bad.json", "not an autograd-core graph"), ("text.json", "not JSON")],
)
def test_what_cannot_be_read_is_an_error_not_a_traceback(tmp_path, capsys, name, message):
    (tmp_path / "bad.json").write_text("{}")
    (tmp_path / "text.json").write_text("graph {")
    assert main([str(tmp_path / name), "-o", str(tmp_path / "x.svg")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error


def test_an_unwritable_path_is_an_error(saved, tmp_path, capsys):
    assert main([saved, "-o", str(tmp_path / "no" / "x.svg")]) == 1
    assert "No such file" in capsys.readouterr().err


def test_backends_are_listed(capsys):
    assert main(["--backends"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["dot", "graphviz-pure", "builtin"]


def test_a_graph_must_be_given():
    with pytest.raises(SystemExit):
        main([])
