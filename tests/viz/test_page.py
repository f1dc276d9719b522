"""The interactive page, driven in a headless browser with the network blocked.

Each test does much, since opening a page takes longer than anything done on it.
"""

import re
import struct

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import viz
from autograd_core.viz import Edge, Failure, Graph, Node, Step, draw, explore, summarise
from autograd_core.viz._page import viewer
from autograd_core.viz._tree import grow
from autograd_core.viz._view import look
from tests.viz.graphs import HOSTILE, Builder, chain, mlp, recorded, residual, rnn, stack_of_layers


def training_step():
    rng = np.random.default_rng(0)
    x = ac.tensor(rng.normal(size=(6, 4)), requires_grad=True, name="x")
    w = ac.tensor(rng.normal(size=(4, 3)), requires_grad=True, name="w")
    with viz.record(title="one step") as recording:
        h = ac.relu(x @ w)
        (h * h + h).sum().backward()
    return recording, x, w


def test_the_viewer_is_small_and_free_of_the_network():
    script, style = viewer()
    assert len(script.encode()) + len(style.encode()) <= 80_000
    assert not re.search(r"https?://(?!www\.w3\.org/)", script + style)
    assert "eval(" not in script
    assert "innerHTML" not in script


@pytest.mark.parametrize(("nodes", "limit"), [(60, 150_000), (500, 600_000)])
def test_files_are_small(nodes, limit):
    """With the statistics and histogram of every node, and the values of every fourth."""
    graph = recorded(chain(nodes - 1))
    values = [np.sin(np.arange(64.0 if n.id % 4 == 0 else 4096.0) * (n.id + 1)) for n in graph]
    full = tuple(
        Node(n.id, n.kind, n.operation, shape=n.shape, forward=summarise(x), gradient=summarise(x * x - 0.5))
        for n, x in zip(graph, values, strict=True)
    )
    assert len(explore(Graph(full, graph.edges, steps=graph.steps)).to_html().encode()) <= limit


def test_timeline_panel_and_numbers(show):
    """At every step the page shows exactly the norm that NumPy computes."""
    recording, _, w = training_step()
    graph = recording.graph
    page = show(explore(recording, theme="light"))
    assert page.count(".box") == len(draw(graph).view.boxes)
    names = {n.id: n for n in graph}
    for k in range(len(graph.steps) + 1):
        page.locator("#step").fill(str(k))
        assert page.get_attribute("body", "data-step") == str(k)
        if k == 0:
            assert page.get_attribute("#label", "data-exact") is None
            continue
        step = graph.steps[k - 1]
        s = names[step.node].forward if step.phase == "forward" else names[step.node].gradient
        assert float(page.get_attribute("#label", "data-exact")) == s.l2
        assert f"step {k} of {len(graph.steps)} · {step.phase}" in page.text("#label")
    exact = np.linalg.norm(w.grad.numpy())
    w_id = next(n.id for n in graph if n.name == "w")
    page.locator(f"#n{w_id}").click()
    assert float(page.get_attribute('[data-field="gradient.l2"]', "data-exact")) == exact
    assert page.count("#panel .histogram") == 2
    assert page.count("#panel .values td") == 2 * w.size
    page.checked()


def test_what_is_not_computed_yet_is_hidden(show):
    recording, _, _ = training_step()
    graph = recording.graph
    relu = next(n for n in graph if n.operation == "relu")
    page = show(explore(recording, theme="dark"), f"#step=1&node={relu.id}")
    assert "not computed yet" in page.text("#panel")
    assert page.get_attribute(f"#n{relu.id}", "opacity") == "0.28"
    for _ in range(len(graph.steps)):
        page.keyboard.press("ArrowRight")
    assert page.get_attribute("body", "data-step") == str(len(graph.steps))
    assert page.get_attribute(f"#n{relu.id}", "opacity") == "1"
    page.locator(f"#n{relu.id}").click()
    panel = page.text("#panel")
    assert "THE GRADIENT IS A SUM" in panel.upper()
    assert panel.count("+=") == 2
    assert f"node={relu.id}" in page.evaluate("location.hash")
    page.keyboard.press("Home")
    assert page.get_attribute("body", "data-step") == "0"
    page.keyboard.press(" ")
    page.wait_for_selector("body[data-step='2']")
    page.keyboard.press(" ")
    page.checked()


def test_collapse_search_fold_direction_and_path(show):
    graph = recorded(stack_of_layers(5))
    page = show(explore(graph, theme="light", repeats=False))
    everything = len(look(graph, grow(graph, repeats=False)).boxes)
    assert page.count(".box") == everything
    page.locator("#collapse").click()
    assert page.count(".box") == 3
    page.locator(".box.module").first.dblclick()
    assert page.count(".box") == 7
    page.locator("#expand").click()
    assert page.count(".box") == everything
    page.locator('.frame .button[aria-label="collapse feed  Linear"]').first.press("Enter")
    assert page.count(".box") == everything - 1
    page.locator("#expand").click()
    page.locator("#fold").uncheck()
    assert page.count(".box") == len(graph)
    page.locator("#fold").check()
    for query, hits in (("matmul", 5), (r"layers\.3", 4 + 2), ("^add$", 10), ("8×8", 5 * 3), ("((", 0)):
        page.locator("#search").fill(query)
        assert page.text("#found") == f"{hits} found", query
    page.locator("#search").fill("matmul")
    assert page.count(".box.hit") == 5
    page.locator("#search").press("Enter")
    assert page.count(".box.selected") == 1
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.count(".box.hit") == page.count(".box.selected") == 0
    across = page.evaluate("document.querySelector('.graph').getBBox().width")
    page.locator("#direction").click()
    assert page.evaluate("document.querySelector('.graph').getBBox().width") > across
    page.locator(".box.input").first.click()
    page.get_by_role("button", name="Path to the result").click()
    assert page.locator('.box[opacity="1"]').count() < everything
    page.checked()


def test_repeated_blocks_unroll(show):
    page = show(explore(recorded(rnn(6)), theme="light"))
    few = page.count(".box")
    page.locator('.button[aria-label^="show all repeated"]').press("Enter")
    assert page.count(".box") == few + 5 * 5
    page.checked()
    page = show(explore(recorded(stack_of_layers(6)), theme="light"))
    page.locator('.button[aria-label="show all 6 of encoder.layers.0 .. 5"]').click()
    assert page.count(".box") == 2 + 6 * 3
    page.locator("#collapse").click()
    assert page.locator(".box.module text").first.text_content() == "encoder.layers.0 .. 5 × 6"
    page.checked()


def test_colours_mark_zero_nan_and_nothing(show):
    b = Builder()
    x = b.leaf("input", "x", (2,))
    for name in ("good", "dead", "broken", "unused"):
        x = b.op(name, x, shape=(2,))
    gradients = {"good": [1.0, 2.0], "dead": [0.0, 0.0], "broken": [np.nan, 1.0]}
    nodes = tuple(
        Node(
            n.id,
            n.kind,
            n.operation,
            n.name,
            shape=n.shape,
            bytes=8,
            forward=summarise([1.0, 2.0]),
            gradient=summarise(gradients[n.operation]) if n.operation in gradients else None,
        )
        for n in b.nodes
    )
    page = show(explore(Graph(nodes, tuple(b.edges)), theme="light"))
    assert [page.get_attribute(f"#n{k}", "data-state") for k in range(5)] == ["none", "value", "zero", "bad", "none"]
    assert page.get_attribute("#n3 > rect", "fill") == "#ff00c8"
    assert "exactly zero" in page.text("#legend")
    for mode in ("value", "memory", "kind"):
        page.locator("#colour").select_option(mode)
        assert page.get_attribute("body", "data-colour") == mode
    assert page.locator("footer").is_hidden()
    page.checked()


def test_two_recordings_side_by_side(show):
    first, _, _ = training_step()
    second, _, _ = training_step()
    other = Builder()
    other.op("extra", other.leaf("input", "x", (6, 4)))
    page = show(explore(first, second, theme="light"))
    assert page.count(".stage") == 2
    n = next(n for n in first.graph if n.operation == "matmul")
    page.locator(f"#n{n.id}").click()
    assert page.count(".box.selected") == 2
    assert "the difference" in page.text("#panel")
    page.locator("#colour").select_option("difference")
    assert page.get_attribute(f"#n{n.id}", "data-state") == "zero"
    page.checked()
    page = show(explore(first.graph, other.graph(), theme="light"))
    assert page.get_attribute("#bn1 > rect", "stroke") == "#d5392b"
    page.checked()


def test_a_failure_is_said_in_words_and_in_red(show):
    graph = Graph(
        (Node(0, "input", name="x"), Node(1, operation="matmul")), (Edge(0, 1),), failure=Failure("ShapeError: no", 1)
    )
    page = show(explore(graph, theme="light"))
    assert page.text(".failure") == "raised: ShapeError: no"
    assert page.get_attribute("#n1 > rect", "stroke") == "#d5392b"
    page.checked()


def test_exports(show, tmp_path):
    graph = recorded(mlp())
    page = show(explore(graph, theme="light"))
    saved = {}
    for kind in ("svg", "png", "dot", "json"):
        page.locator(".menu").evaluate("e => { e.open = true; }")
        with page.expect_download() as download:
            page.locator(f"#export-{kind}").click()
        saved[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[kind])
    assert saved["svg"].read_text().count('class="box') == len(draw(graph).view.boxes)
    assert Graph.load(saved["json"]) == graph
    assert "n0 [label=" in saved["dot"].read_text()
    data = saved["png"].read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert width * height > 10_000
    page.checked()


@pytest.mark.parametrize("compressed", [False, True])
def test_hostile_names_do_nothing(show, compressed, monkeypatch):
    if compressed:
        monkeypatch.setattr("autograd_core.viz._page.COMPRESS", 0)
    b = Builder()
    for name in HOSTILE:
        leaf = b.leaf("input", name, (3,), forward=summarise(np.ones(3)))
        module = f"m{leaf}.{name}"
        b.groups[module] = (name, 3)
        y = b.op(name, leaf, shape=(3,), name=name, module=module, arguments=name, derivative=name)
        b.op("add", y, shape=(3,), module=module)
    graph = b.graph(title=HOSTILE[0], notes=tuple(HOSTILE), failure=Failure(HOSTILE[1], 1))
    page = show(explore(graph, theme="light"))
    assert page.count(".box") == len(graph)
    for k in range(len(HOSTILE)):
        page.locator(f"#n{3 * k + 1}").dispatch_event("click")
    page.locator("#search").fill("<img")
    assert page.title() == HOSTILE[0][: len(page.title())]
    assert page.count("img") == page.count("#page script") == page.count("i:not(.swatch)") == page.count("#page b") == 0
    page.checked()


def test_a_notebook_shows_two_pages_in_frames_of_their_own(browser, tmp_path):
    bundles = [explore(recorded(g), theme="light")._repr_mimebundle_() for g in (mlp(), rnn())]
    assert set(bundles[0]) == {"text/html", "image/svg+xml", "text/plain"}
    (tmp_path / "notebook.html").write_text("<!DOCTYPE html>" + "".join(b["text/html"] for b in bundles))
    page = browser.new_page()
    errors = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto((tmp_path / "notebook.html").as_uri())
    for k in range(2):
        frame = page.frame_locator("iframe").nth(k)
        frame.locator("body[data-ready]").wait_for()
        assert frame.locator(".box").count() > 5
        frame.locator("#step").fill("3")
    assert page.evaluate("location.hash") == ""
    assert errors == []
    page.close()


def test_a_frame_that_gets_its_size_late_is_fitted_then(browser, tmp_path):
    """A notebook may lay its frames out after their scripts ran, or show them later; what the reader moved stays."""
    step, _, _ = training_step()
    frame = explore(step)._repr_mimebundle_()["text/html"]
    (tmp_path / "late.html").write_text(f'<!DOCTYPE html><meta charset="utf-8"><div hidden>{frame}</div>')
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 700})
    page = context.new_page()
    page.goto((tmp_path / "late.html").as_uri())
    inside = page.frame_locator("iframe")
    inside.locator("body[data-ready]").wait_for(state="attached")
    page.evaluate("document.querySelector('div').hidden = false")
    world, stage = inside.locator("svg.graph > g"), inside.locator("svg.graph")
    page.wait_for_timeout(300)
    drawn, room = world.bounding_box(), stage.bounding_box()
    assert abs((drawn["x"] + drawn["width"] / 2) - (room["x"] + room["width"] / 2)) < 15
    page.mouse.move(room["x"] + 20, room["y"] + 20)
    page.mouse.down()
    page.mouse.move(room["x"] + 60, room["y"] + 90)
    page.mouse.up()
    moved = world.get_attribute("transform")
    page.set_viewport_size({"width": 900, "height": 700})
    page.wait_for_timeout(300)
    assert world.get_attribute("transform") == moved
    context.close()


def test_without_scripts_there_is_still_a_picture(browser, tmp_path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(explore(mlp()).save(tmp_path / "a.html").as_uri())
    assert page.locator("svg g").count() > 10
    page.goto(explore(chain(400), budget=None).save(tmp_path / "b.html").as_uri())
    assert "op399" in page.locator("pre").inner_text()
    context.close()


def test_it_can_be_used_and_read_without_a_mouse(show):
    graph = recorded(residual(3))
    page = show(explore(graph, theme="light"))
    assert page.locator('.box[tabindex="0"]').count() == 1
    page.locator('.box[tabindex="0"]').focus()
    page.keyboard.press("Enter")
    assert "x" in page.text("#panel h2")
    page.keyboard.press("ArrowDown")
    assert page.text("#panel h2") == "matmul"
    label = page.get_attribute(".box.selected", "aria-label")
    assert label.startswith("matmul, shape 8×4, norm ")
    assert "gradient norm" in label
    page.keyboard.press("ArrowUp")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("relu")
    assert page.text("#found") == "3 found"
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, input, select, [role=button]')].filter("
        "e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.querySelector('title'))).length"
    )
    assert unnamed == 0
    page.checked()


def test_thousands_of_nodes_open(show):
    """A graph of 5,000 nodes opens collapsed; so does one of 2,000 with everything open."""
    page = show(explore(chain(4999), theme="light"))
    assert page.count(".box") <= 150
    page = show(explore(chain(1999), theme="light", budget=None))
    assert page.count(".box") == 2000
    page.checked()


def test_the_picture_is_not_blank(show):
    page = show(explore(recorded(rnn()), theme="light"))
    light = page.locator(".stage").screenshot()
    page.locator("#theme").click()
    dark = page.locator(".stage").screenshot()
    assert min(len(light), len(dark)) > 8_000
    assert light != dark
    page.checked()


def test_steps_of_any_graph_do_not_break_the_page(show):
    """Steps may repeat a node and name leaves; statistics may be missing."""
    nodes = (
        Node(0, "input", name="x", forward=summarise(1.0)),
        Node(1, operation="a"),
        Node(2, "output", "b", gradient=summarise(1.0)),
    )
    steps = (Step("forward", 1), Step("forward", 2), Step("backward", 2), Step("backward", 2), Step("backward", 0))
    page = show(explore(Graph(nodes, (Edge(0, 1), Edge(1, 2)), steps=steps), theme="light"))
    for k in range(6):
        page.locator("#step").fill(str(k))
    page.checked()
