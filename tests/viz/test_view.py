"""What is folded, collapsed and shown once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core.viz import Graph, Node, summarise
from autograd_core.viz._budget import prepare
from autograd_core.viz._labels import number_text, shorten
from autograd_core.viz._tree import grow
from autograd_core.viz._view import look
from tests.viz.graphs import HOSTILE, Builder, attention, chain, graphs, mlp, residual, rnn, stack_of_layers


def titles(view):
    return [b.title for b in view.boxes]


def test_parameters_are_written_inside_their_operation():
    view = look(g := mlp(), grow(g))
    matmul = view.boxes[titles(view).index("matmul")]
    assert matmul.lines == ["weight.T 8×8"]
    assert matmul.folded == 1
    assert "0.weight" not in titles(view)


def test_unfolded_parameters_are_boxes():
    view = look(g := mlp(), grow(g), fold=False)
    assert len(view.boxes) == len(g.nodes)
    assert "0.weight" in titles(view)


def test_shapes_are_on_arrows_once_a_source():
    g = residual()
    view = look(g, grow(g))
    first = [link for link in view.links if link.source == 0]
    assert [link.label for link in first] == ["8×4", ""]


def test_equal_layers_in_a_row_are_shown_once():
    view = look(g := stack_of_layers(12), grow(g))
    assert [(c.title, c.times) for c in view.clusters if c.times > 1] == [("encoder.layers.0 .. 11", 12)]
    assert titles(view) == ["x", "matmul", "add", "add", "sum"]


def test_a_module_called_again_and_again_is_shown_once_with_what_it_carries():
    view = look(g := rnn(7), grow(g))
    assert [c.times for c in view.clusters if c.times > 1] == [7]
    carried = [b for b in view.boxes if "previous tanh" in b.lines]
    assert [b.title for b in carried] == ["matmul"]
    assert "weight_hh 6×6" in carried[0].lines


def test_one_call_after_another_is_titled_by_time():
    b = Builder()
    h = b.leaf("input", "h", (32, 8))
    for t in range(4):
        h = b.linear(h, 8, 8, "cell", call=t)
    view = look(g := b.graph(), grow(g))
    assert [(c.title, c.times) for c in view.clusters] == [("cell, t = 1..4  Linear", 4)]


def test_an_unrolled_loop_without_modules_is_found_in_large_graphs_only():
    large, small = rnn(30, modules=False), rnn(4, modules=False)
    assert [c.times for c in look(large, grow(large)).clusters] == [30]
    assert not look(small, grow(small)).clusters
    assert look(small, grow(small, repeats=True)).clusters[0].times == 4
    assert not look(large, grow(large, repeats=False)).clusters


def test_equal_blocks_with_different_uses_are_not_merged():
    """The query, key and value projections of attention do the same, for different purposes."""
    view = look(g := attention(), grow(g))
    assert titles(view).count("matmul") == 5
    assert all(c.times == 1 for c in view.clusters)


def test_a_block_of_another_shape_breaks_the_run():
    g = residual(8)
    assert [len(run.blocks) for run in grow(g).runs] == [4, 3]


def test_unrolling_a_run_shows_every_block():
    g = stack_of_layers(4)
    tree = grow(g)
    assert len(look(g, tree, unrolled={0}).boxes) == 2 + 4 * 3


def test_collapsing_shows_a_module_as_one_box():
    g = stack_of_layers(4)
    tree = grow(g, repeats=False)
    view = look(g, tree, collapsed={tree.path.index("encoder.layers.2")})
    box = next(b for b in view.boxes if b.kind == "module")
    assert (box.title, box.lines) == ("2", ["4 operations"])


@pytest.mark.parametrize("graph", [chain(2000), stack_of_layers(400), rnn(300), mlp(200)], ids=lambda g: g.title or "chain")
def test_the_budget_holds_for_large_graphs(graph):
    tree, collapsed = prepare(graph, budget=150, repeats=False)
    assert len(look(graph, tree, collapsed=collapsed).boxes) <= 150


def test_no_budget_collapses_nothing():
    tree, collapsed = prepare(chain(400), budget=None)
    assert not collapsed
    assert len(look(chain(400), tree).boxes) == 401


def test_a_budget_below_one_is_refused():
    with pytest.raises(ValueError, match="budget=0 boxes; expected at least 1"):
        prepare(mlp(), budget=0)


@settings(max_examples=50)
@given(graphs(), st.booleans(), st.sampled_from([None, True, False]), st.integers(0, 2**16))
def test_every_view_is_acyclic_and_stands_for_every_operation(graph, fold, repeats, some):
    tree = grow(graph, repeats=repeats)
    collapsed = {g for g in range(1, len(tree.parent)) if some >> (g % 16) & 1}
    view = look(graph, tree, collapsed=collapsed, fold=fold)
    assert all(0 <= b < len(view.boxes) or (b == -1 and fold) for b in view.box_of)
    below = {k: set() for k in range(len(view.boxes))}
    for link in view.links:
        below[link.source].add(link.target)
    waiting = {k: sum(k in v for v in below.values()) for k in below}
    ready = [k for k, n in waiting.items() if n == 0]
    for k in ready:
        for t in below[k]:
            waiting[t] -= 1
            if waiting[t] == 0:
                ready.append(t)
    assert len(ready) == len(view.boxes), "an arrow goes round in a circle"
    for i, n in enumerate(graph.nodes):
        if n.kind == "operation" and not tree.folded[i]:
            assert view.box_of[i] >= 0
    assert all(c.parent < k for k, c in enumerate(view.clusters))


@pytest.mark.parametrize("graph", [stack_of_layers(400), rnn(300), mlp(200)], ids=lambda g: g.title)
def test_repeats_make_large_graphs_small(graph):
    tree, collapsed = prepare(graph)
    assert not collapsed
    assert len(look(graph, tree).boxes) < 12


def test_parts_keep_runs_whole():
    """A level that is too long even with its runs is cut between them."""
    b = Builder()
    x = b.leaf("input", "x", (4,))
    for k in range(300):
        for _ in range(4 if k % 3 == 0 else 1):
            x = b.linear(x, 8, 8, f"m{k}", call=len(b.nodes))
        x = b.op(f"op{k}", x, shape=(4,))
    tree, collapsed = prepare(g := b.graph(), budget=60)
    view = look(g, tree, collapsed=collapsed)
    assert len(view.boxes) <= 60
    for run in tree.runs:
        assert {tree.parent[h] for block in run.groups for h in block if tree.path[h].startswith("m")} == {run.parent}


@settings(max_examples=50)
@given(graphs(), st.integers(1, 30))
def test_a_budget_never_loses_an_operation(graph, budget):
    tree, collapsed = prepare(graph, budget=budget)
    view = look(graph, tree, collapsed=collapsed)
    hidden = [i for i, b in enumerate(view.box_of) if b < 0 and not tree.folded[i]]
    assert hidden == []


def test_scalars_are_written_as_numbers():
    assert [number_text(x) for x in (0.0, -3.0, 0.5, 1 / 3, 12345.678, 1e9, 1.5e-7)] == [
        "0", "-3", "0.5", "0.3333", "12346", "1e9", "1.5e-7",
    ]  # fmt: skip
    two = Node(0, "constant", shape=(), forward=summarise(2.0))
    view = look(g := Graph((two,)), grow(g))
    assert titles(view) == ["2"]


@pytest.mark.parametrize("name", HOSTILE)
def test_labels_are_short_and_on_one_line(name):
    text = shorten(name, 28)
    assert len(text) <= 28
    assert text.isprintable()


def test_module_paths_of_any_depth_are_cut():
    b = Builder()
    x = b.leaf("input", "x")
    for k in range(3):
        x = b.op("sin", x, module=".".join(["loop"] * (5000 + k)))
    tree = grow(b.graph())
    assert len(tree.parent) < 120
