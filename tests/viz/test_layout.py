"""Laws of the built-in layout. Its twin in JavaScript is compared in `test_both_languages.py`, where there is a browser."""

from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core.viz._layout import place
from autograd_core.viz._scene import lay_out
from autograd_core.viz._tree import grow
from autograd_core.viz._view import look
from tests.viz.graphs import chain, graphs, mlp, residual, rnn


@st.composite
def layouts(draw):
    """Boxes of any size in any nest of frames, with arrows from earlier to later boxes."""
    n, m = draw(st.integers(1, 24)), draw(st.integers(0, 4))
    sizes = [(draw(st.integers(10, 200)), draw(st.integers(10, 60))) for _ in range(n)]
    parents = [draw(st.integers(-1, c - 1)) for c in range(m)]
    cluster = sorted(draw(st.integers(-1, m - 1)) for _ in range(n))
    links = sorted(
        {
            tuple(sorted(draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True))))
            for _ in range(2 * n if n > 1 else 0)
        }
    )
    headers = [draw(st.integers(0, 120)) for _ in range(m)]
    return sizes, cluster, parents, headers, links


def rectangle(placed, sizes, k):
    (w, h), x, y = sizes[k], placed.x[k], placed.y[k]
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def overlap(a, b):
    return a[0] < b[2] - 1e-6 and b[0] < a[2] - 1e-6 and a[1] < b[3] - 1e-6 and b[1] < a[3] - 1e-6


@settings(max_examples=60)
@given(layouts(), st.booleans())
def test_boxes_never_overlap_and_stay_inside_their_frames(layout, across):
    sizes, cluster, parents, headers, links = layout
    placed = place(sizes, cluster, parents, headers, links, across=across)
    boxes = [rectangle(placed, sizes, k) for k in range(len(sizes))]
    assert len(placed.x) == len(placed.y) == len(sizes)
    for k, a in enumerate(boxes):
        assert a[0] >= 0
        assert a[2] <= placed.width
        assert a[1] >= 0
        assert a[3] <= placed.height
        assert not any(overlap(a, b) for b in boxes[:k])
    frames = [(x, y, x + w, y + h) for x, y, w, h in placed.frames]
    for k, c in enumerate(cluster):
        inside = set()
        while c >= 0:
            inside.add(c)
            c = parents[c]
        for f, frame in enumerate(frames):
            if f in inside:
                assert frame[0] <= boxes[k][0]
                assert boxes[k][2] <= frame[2]
                assert frame[1] <= boxes[k][1]
                assert boxes[k][3] <= frame[3]
            else:
                assert not overlap(frame, boxes[k])


@settings(max_examples=60)
@given(layouts(), st.booleans())
def test_arrows_start_and_end_at_their_boxes(layout, across):
    sizes, cluster, parents, headers, links = layout
    placed = place(sizes, cluster, parents, headers, links, across=across)
    for (s, t), route in zip(links, placed.routes, strict=True):
        for k, point in ((s, route[0]), (t, route[-1])):
            left, top, right, bottom = rectangle(placed, sizes, k)
            assert left - 1e-6 <= point[0] <= right + 1e-6
            assert top - 1e-6 <= point[1] <= bottom + 1e-6


@settings(max_examples=50)
@given(graphs(), st.booleans())
def test_arrows_of_a_computation_point_down(graph, across):
    view = look(graph, grow(graph))
    placed = lay_out(view, across=across)
    along = placed.x if across else placed.y
    for link, route in zip(view.links, placed.routes, strict=True):
        assert along[link.source] < along[link.target]
        steps = [round(p[0] if across else p[1], 6) for p in route]
        assert steps == sorted(steps)


@settings(max_examples=60)
@given(layouts())
def test_the_layout_is_deterministic(layout):
    assert place(*layout) == place(*layout)


@settings(max_examples=60)
@given(layouts())
def test_across_is_the_same_picture_turned(layout):
    sizes, cluster, parents, _, links = layout
    down = place(sizes, cluster, parents, [0] * len(parents), links)
    turned = place([(h, w) for w, h in sizes], cluster, parents, [0] * len(parents), links, across=True)
    if not parents:
        assert (down.x, down.y) == (turned.y, turned.x)


def test_a_spine_with_skip_arrows_is_straight():
    """Residual blocks must not drift sideways: the spine stays on one vertical line."""
    graph = residual(10)
    tree = grow(graph, repeats=False)
    view = look(graph, tree)
    placed = lay_out(view)
    spine = [placed.x[k] for k, b in enumerate(view.boxes) if b.title in ("matmul", "relu", "add")]
    assert max(spine) - min(spine) < 12


def test_parameters_with_boxes_do_not_push_the_spine_aside():
    """A weight and its transpose make a longer path inside a module than the data does; the data goes straight."""
    graph = mlp(10)
    view = look(graph, grow(graph, repeats=False), fold=False)
    placed = lay_out(view)
    spine = [placed.x[k] for k, b in enumerate(view.boxes) if b.title in ("matmul", "add", "tanh")]
    assert max(spine) - min(spine) < 12
    assert placed.width < 350


def test_ports_of_a_frame_do_not_cross():
    """The inputs of a recurrent cell are above the operations that read them, in the same order."""
    view = look(g := rnn(6), grow(g))
    placed = lay_out(view)
    at = {b.title: placed.x[k] for k, b in enumerate(view.boxes)}
    reads_h = next(link.target for link in view.links if view.boxes[link.source].title == "h0")
    reads_x = next(link.target for link in view.links if view.boxes[link.source].title == "getitem")
    assert (at["x"] < at["h0"]) == (placed.x[reads_x] < placed.x[reads_h])


def test_very_long_arrows_do_not_make_the_layout_quadratic():
    """2,000 boxes that all feed the last one would need two million bends; most arrows then go straight."""
    n = 2000
    links = [(k, k + 1) for k in range(n - 1)] + [(k, n - 1) for k in range(n - 2)]
    placed = place([(40, 20)] * n, [-1] * n, [], [], sorted(links))
    assert max(len(r) for r in placed.routes) < 2 * n
    assert sum(len(r) for r in placed.routes) < 60_000


def test_a_frame_that_is_left_and_entered_again_still_gets_a_layout():
    """Hand-made data can nest a frame in a circle of arrows; the layout breaks it instead of hanging."""
    placed = place([(20, 20)] * 3, [0, -1, 0], [-1], [0], [(0, 1), (1, 2)])
    boxes = [rectangle(placed, [(20, 20)] * 3, k) for k in range(3)]
    assert not any(overlap(boxes[a], boxes[b]) for a in range(3) for b in range(a))


def test_two_thousand_nodes_are_laid_out():
    view = look(g := chain(2000), grow(g))
    assert len(lay_out(view).x) == 2001
