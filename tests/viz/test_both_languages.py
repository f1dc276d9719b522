"""The layout and the view are computed in Python and in JavaScript: the two agree to the last bit."""

import json
import re
from importlib.resources import files

from hypothesis import find, settings
from hypothesis import strategies as st

from autograd_core.viz import explore
from autograd_core.viz._layout import place
from autograd_core.viz._tree import grow
from autograd_core.viz._view import look
from tests.viz.graphs import HOSTILE, attention, chain, graphs, mlp, recorded, residual, rnn, stack_of_layers


def drawn(strategy, count):
    """Draw examples outside a test, so that all of them cross into the browser at once."""
    found = []
    quiet = settings(max_examples=count, database=None, derandomize=True)
    try:
        find(strategy, lambda example: found.append(example) or False, settings=quiet)
    except Exception as error:  # noqa: BLE001  (that nothing was found is the point)
        assert type(error).__name__ == "NoSuchExample"  # noqa: PT017
    return found


def scripts():
    folder = files("autograd_core.viz") / "static"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in ("layout.js", "view.js"))


def test_the_layout_is_the_same_in_both_languages(browser):
    from tests.viz.test_layout import layouts

    cases = [(*layout, across, 34.0) for layout in drawn(layouts(), 40) for across in (False, True)]
    for graph in (rnn(8), residual(7), stack_of_layers(9), attention(), chain(300)):
        view = look(graph, grow(graph))
        sizes = [(b.width, b.height) for b in view.boxes]
        links = [(link.source, link.target) for link in view.links]
        frames = [c.parent for c in view.clusters]
        cases += [
            (sizes, [b.cluster for b in view.boxes], frames, [50.5] * len(frames), links, across, 34.0)
            for across in (False, True)
        ]
    page = browser.new_page()
    theirs = page.evaluate(f"cases => {{ {scripts()}; return cases.map(c => place(...c)); }}", cases)
    page.close()
    assert len(cases) > 80
    for (*arguments, across, gap), found in zip(cases, theirs, strict=True):
        ours = place(*arguments, across=across, gap=gap)
        assert (ours.x, ours.y, ours.width, ours.height) == (found["x"], found["y"], found["width"], found["height"])
        assert [list(f) for f in ours.frames] == found["frames"]
        assert [[list(p) for p in route] for route in ours.routes] == found["routes"]


def test_the_view_is_the_same_in_both_languages(browser):
    named = graphs(names=st.sampled_from(["", "layer.weight", *HOSTILE[:7]]))
    cases = []
    for k, graph in enumerate([*drawn(named, 40), rnn(5), stack_of_layers(5), recorded(mlp()), attention()]):
        tree = grow(graph, repeats=True)
        collapsed = {g for g in range(1, len(tree.parent)) if (k + g) % 3 == 0}
        unrolled = {0} if k % 4 == 0 and tree.runs else set()
        cases.append((graph, tree, collapsed, unrolled, k % 5 != 0))
    sent = [
        json.loads(re.search(r'id="data">(.*?)</script>', explore(g, repeats=True, budget=None).to_html())[1])["graphs"][0]
        | {"seen": [sorted(c), sorted(u), fold]}
        for g, _, c, u, fold in cases
    ]
    page = browser.new_page()
    theirs = page.evaluate(
        f"""cases => {{ {scripts()};
        return cases.map(d => {{
            const v = look(prepare(d), new Set(d.seen[0]), new Set(d.seen[1]), d.seen[2]);
            return [v.boxes.map(b => [b.id, b.kind, b.title, b.lines, b.folded, b.cluster, b.times, b.width, b.height]),
                v.links.map(l => [l.source, l.target, l.label, l.count]),
                v.clusters.map(c => [c.id, c.parent, c.title, c.times]), v.boxOf];
        }}); }}""",
        sent,
    )
    page.close()
    for (graph, tree, collapsed, unrolled, fold), found in zip(cases, theirs, strict=True):
        v = look(graph, tree, collapsed=collapsed, unrolled=unrolled, fold=fold)
        assert [[b.id, b.kind, b.title, b.lines, b.folded, b.cluster, b.times, b.width, b.height] for b in v.boxes] == found[0]
        assert [[link.source, link.target, link.label, link.count] for link in v.links] == found[1]
        assert [[c.id, c.parent, c.title, c.times] for c in v.clusters] == found[2]
        assert v.box_of == found[3]
