"""Every format by every engine, fallbacks, and text that tries to be markup."""

import os
import subprocess
import xml.etree.ElementTree as ET
import zlib

import pytest

from autograd_core.viz import DrawingError, Failure, Graph, Node, backends, draw
from autograd_core.viz import _engines as engines
from tests.viz.graphs import HOSTILE, Builder, chain, mlp, residual, rnn, stack_of_layers

AVAILABLE = {b.name for b in backends() if b.available}
# In continuous integration a missing engine fails its tests instead.
SKIPPED = set() if os.environ.get("CI") else set(engines.ENGINES) - AVAILABLE
needs = {name: pytest.mark.skipif(name in SKIPPED, reason=f"{name} is not installed") for name in engines.ENGINES}
ENGINES = [pytest.param(name, marks=needs[name]) for name in engines.ENGINES]
SVG = "{http://www.w3.org/2000/svg}"


def ids(svg):
    return {e.get("id") for e in ET.fromstring(svg).iter(f"{SVG}g")}


@pytest.fixture
def masked(monkeypatch, tmp_path):
    """A machine on which only the built-in engine is there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engines.sysconfig, "get_path", lambda _: str(tmp_path))
    return tmp_path


def script(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("graph", [mlp(), rnn(), residual(), stack_of_layers()], ids=lambda g: g.title)
def test_every_box_and_frame_is_in_the_svg(graph, engine):
    picture = draw(graph, engine=engine)
    found = ids(picture.to_svg())
    assert {b.id for b in picture.view.boxes} <= found
    assert {c.id for c in picture.view.clusters} <= found
    assert {f"e{k}" for k in range(len(picture.view.links))} <= found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_both_themes_and_directions(engine, theme, direction):
    svg = draw(rnn(), engine=engine, theme=theme, direction=direction).to_svg()
    root = ET.fromstring(svg)
    width, height = (float(root.get(side).removesuffix("pt")) for side in ("width", "height"))
    assert (width > height) == (direction == "LR")
    assert ("#12161c" in svg) == (theme == "dark")


@pytest.mark.parametrize("engine", ENGINES)
def test_parameters_with_boxes_stay_beside_their_operation(engine):
    root = ET.fromstring(draw(mlp(10), engine=engine, fold=False, repeats=False).to_svg())
    assert float(root.get("width").removesuffix("pt")) < 500


@pytest.mark.parametrize("engine", ENGINES)
def test_hostile_names_stay_text(engine):
    """Nothing a user names may become an element, an attribute, a link or a port."""
    b = Builder()
    leaves = [b.leaf("input", name, (3,)) for name in HOSTILE]
    for name, leaf in zip(HOSTILE, leaves, strict=True):
        b.op(name, leaf, shape=(3,), name=name, module=f"m{leaf}.{name}", arguments=name, call=leaf)
        b.op("add", leaf, shape=(3,), module=f"m{leaf}.{name}", call=leaf)
    graph = b.graph(title=HOSTILE[0])
    picture = draw(graph, engine=engine)
    root = ET.fromstring(picture.to_svg())
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg", "g", "title", "desc", "rect", "path", "polygon", "polyline", "ellipse", "text", "a",
    }  # fmt: skip
    assert not [k for e in root.iter() for k in e.attrib if k.startswith("on") or (k.endswith("href"))]
    assert len([e for e in root.iter(f"{SVG}g") if e.get("id") in {b.id for b in picture.view.boxes}]) == len(
        picture.view.boxes
    )


@needs["dot"]
def test_dot_source_is_what_the_user_can_render(tmp_path):
    path = draw(rnn()).save(tmp_path / "graph.dot")
    svg = subprocess.run([engines.backends()[0].path, "-Tsvg", path], capture_output=True, check=True, text=True).stdout
    assert "previous tanh" in svg


@pytest.mark.parametrize("engine", ENGINES)
def test_png_has_pixels_and_a_cap(engine, tmp_path):
    path = draw(mlp(), engine=engine).save(tmp_path / "a.png")
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    assert 10_000 < width * height <= engines.PIXELS
    with pytest.raises(DrawingError, match=r"too large for a readable PNG .* save as \.svg or \.html, or lower `budget`"):
        draw(chain(1500), engine=engine, budget=None, repeats=False).to_png()


@pytest.mark.parametrize("engine", [pytest.param("dot", marks=needs["dot"]), "builtin"])
def test_pdf_is_a_pdf(engine, tmp_path):
    data = draw(rnn(), engine=engine).save(tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF-1.")
    assert data.rstrip().endswith(b"%%EOF")


def test_the_built_in_pdf_holds_the_text_and_its_offsets_are_right():
    data = draw(mlp(), engine="builtin").to_pdf()
    stream = data.split(b"stream\n", 1)[1].split(b"\nendstream", 1)[0]
    assert b"(matmul) Tj" in zlib.decompress(stream)
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    assert data[start : start + 4] == b"xref"
    for k, line in enumerate(data[start:].splitlines()[3:9], 1):
        assert data[int(line[:10]) :].startswith(b"%d 0 obj" % k)


def test_without_any_engine_there_is_still_a_picture(masked):
    assert [b.name for b in backends() if b.available] == ["builtin"]
    picture = draw(rnn())
    assert 'id="n' in picture.to_svg()
    assert picture.to_pdf().startswith(b"%PDF")
    assert picture.notes == []


def test_graphviz_pure_is_found_beside_python_when_path_lacks_it(monkeypatch, tmp_path):
    script(tmp_path, "graphviz-pure", "cat >/dev/null; echo '<svg/>'")
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(engines.sysconfig, "get_path", lambda _: str(tmp_path))
    assert backends()[1].path == str(tmp_path / "graphviz-pure")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("exit 3", "dot failed with exit code 3: no message"),
        ("echo 'syntax error in line 1' >&2; exit 1", "dot failed with exit code 1: syntax error in line 1"),
        ("sleep 60", "dot took more than 0.3 s"),
        ("exit 0", "dot failed with exit code 0"),
    ],
)
def test_an_engine_that_fails_is_replaced_and_named(masked, monkeypatch, text, note):
    monkeypatch.setenv("PATH", f"{masked}:/usr/bin:/bin")
    monkeypatch.setattr(engines.shutil, "which", lambda name, path=None: str(masked / name) if name == "dot" else None)
    script(masked, "dot", text)
    monkeypatch.setattr(engines, "LIMIT", 0.3)
    picture = draw(mlp())
    assert 'id="n0"' in picture.to_svg()
    assert picture.notes[0].startswith(note)
    assert picture.notes[0].endswith("drawn by builtin instead")
    with pytest.raises(DrawingError, match=note.split(":")[0]):
        draw(mlp(), engine="dot").to_svg()


def test_the_environment_chooses_the_engine(monkeypatch):
    monkeypatch.setenv(engines.VARIABLE, "builtin")
    assert "Graphviz" not in draw(mlp()).to_svg()
    monkeypatch.setenv(engines.VARIABLE, "crayon")
    with pytest.raises(DrawingError, match="engine 'crayon' is not one of dot, graphviz-pure, builtin"):
        draw(mlp()).to_svg()


def test_messages_say_what_to_do(masked, tmp_path):
    with pytest.raises(DrawingError, match=r"engine 'graphviz-pure' is not installed: pip install 'autograd-core\[viz\]'"):
        draw(mlp(), engine="graphviz-pure")
    with pytest.raises(ValueError, match=r"cannot save 'a.gif': the extension is not one of \.svg"):
        draw(mlp()).save(tmp_path / "a.gif")
    with pytest.raises(FileNotFoundError):
        draw(mlp()).save(tmp_path / "missing" / "a.svg")
    with pytest.raises(ValueError, match="direction 'down' is not 'TB'"):
        draw(mlp(), direction="down")
    with pytest.raises(ValueError, match="theme 'sepia' is not one of light, dark"):
        draw(mlp(), theme="sepia")
    with pytest.raises(TypeError, match="cannot draw int; give a Tensor"):
        draw(3)


def test_png_without_a_rasteriser_names_the_remedy(masked, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(DrawingError, match=r"pip install 'autograd-core\[viz\]', or install Graphviz, or save as"):
        draw(mlp()).to_png()


def test_notebooks_get_an_svg_and_a_text():
    bundle = draw(mlp(), engine="builtin")._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    assert "<script" not in bundle["image/svg+xml"]
    assert set(mlp()._repr_mimebundle_()) == set(bundle)
    assert repr(draw(mlp())) == f"Picture({mlp()!r}, 9 boxes)"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_failure_is_red_and_says_the_message(engine):
    graph = Graph(
        (Node(0, "input", name="x", shape=(3,)), Node(1, operation="matmul")), failure=Failure("ShapeError: 3 and 4", 1)
    )
    picture = draw(graph, engine=engine)
    assert "#d5392b" in picture.to_svg()
    assert "raised: ShapeError: 3 and 4" in picture.to_text()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("graph", [Graph(), Graph((Node(0, "input"),)), chain(2000)], ids=["empty", "one", "2000"])
def test_extremes_are_drawn(graph, engine):
    ET.fromstring(draw(graph, engine=engine).to_svg())


def test_text_tree():
    assert draw(stack_of_layers(3)).to_text() == (
        "encoder\n"
        "%0  x  32×8 float32\n"
        "    ┌ encoder.layers.0 .. 2  × 3\n"
        "    │ ┌ feed  Linear\n"
        "%1  │ │ matmul(%0)  → 32×8  weight.T 8×8\n"
        "%2  │ │ add(%1)  → 32×8  bias 8\n"
        "%3  │ add(%0, %2)  → 32×8\n"
        "%4  sum(%3)\n"
    )


def test_mermaid_quotes_everything():
    b = Builder()
    for name in HOSTILE:
        b.op(name, module=f"m.{name}")
    lines = draw(b.graph(), budget=None).to_mermaid().splitlines()
    allowed = ("flowchart", "subgraph", "end", "classDef", "style", "n")
    assert all(line.startswith(allowed) for line in lines)
    assert "<script" not in "".join(lines)
    assert '[""]' not in "".join(lines)  # Mermaid refuses an empty label
    assert 'n0(["<b>x</b><br/>32×8 float32"]):::input_' in draw(mlp()).to_mermaid()
