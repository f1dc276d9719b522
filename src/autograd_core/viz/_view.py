"""What a picture shows: boxes, links between them and the frames of modules, after hiding what `_tree` can hide.

``static/view.js`` is the same function in JavaScript; a test holds the two equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ._labels import (
    LINE,
    LINE_SIZE,
    LINES,
    TITLE,
    TITLE_SIZE,
    count_text,
    folded_text,
    last_parts,
    scalar_text,
    shape_text,
    shorten,
    text_width,
)
from ._model import Graph, Group
from ._tree import Tree, hidden_by_runs


@dataclass(slots=True)
class Box:
    """One visible box: a node, or a collapsed module (``group >= 0``)."""

    id: str
    kind: str
    title: str
    lines: list[str]
    #: How many of ``lines`` are folded parameters (they come last and have the parameters' colour).
    folded: int
    group: int
    cluster: int
    #: Position of the first node behind this box.
    node: int
    times: int = 1
    width: float = 0.0
    height: float = 0.0


@dataclass(slots=True)
class Link:
    """An arrow between two boxes (indices), the node whose value it carries and a label."""

    source: int
    target: int
    node: int
    label: str = ""
    count: int = 1


@dataclass(slots=True)
class Cluster:
    """The frame of an expanded module or of a repeated block."""

    id: str
    parent: int
    title: str
    group: int
    run: int = -1
    times: int = 1


@dataclass(slots=True)
class View:
    """Everything a renderer draws, in order."""

    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    #: For each node, the box that stands for it, or -1.
    box_of: list[int] = field(default_factory=list)


def look(
    graph: Graph,
    tree: Tree,
    *,
    collapsed: frozenset[int] | set[int] = frozenset(),
    unrolled: frozenset[int] | set[int] = frozenset(),
    fold: bool = True,
) -> View:
    """Return the `View` with these groups collapsed and these repeated blocks unrolled."""
    view = View()
    shown = hidden_by_runs(tree, set(unrolled))
    cluster_of = _clusters(graph, tree, view, collapsed, unrolled)
    inside = _collapsed_ancestor(tree, collapsed)
    repeated, single = _repeated(tree, unrolled), _single(tree, unrolled)
    operations = _operations(graph, tree)
    modules = {group.path: group for group in graph.groups}
    boxes: dict[str, int] = {}
    consumed = [bool(c) for c in tree.consumers]
    for i, n in enumerate(graph.nodes):
        if shown[i] != i or (fold and tree.folded[i]):
            continue
        g = inside[tree.owner[i]]
        key = f"g{g}" if g >= 0 else f"n{n.id}"
        if key in boxes:
            continue
        boxes[key] = len(view.boxes)
        if g >= 0:
            view.boxes.append(_group_box(tree, g, i, cluster_of[i], repeated[g], operations[g], modules.get(tree.path[g])))
        else:
            box = _node_box(graph, tree, i, fold, cluster_of[i], consumed[i])
            box.times = single.get(i, 1)
            view.boxes.append(box)
    for i in range(len(graph.nodes)):
        s = shown[i]
        g = inside[tree.owner[s]]
        view.box_of.append(boxes.get(f"g{g}" if g >= 0 else f"n{graph.nodes[s].id}", -1))
        if g < 0 and fold and tree.folded[s]:
            view.box_of[i] = -1
    _links(graph, tree, view, shown, unrolled)
    _prune(view)
    for box in view.boxes:
        _measure(box)
    return view


def _operations(graph: Graph, tree: Tree) -> list[int]:
    """Return how many operations are in each group and the groups inside it."""
    count = [0] * len(tree.parent)
    for own, n in zip(tree.owner, graph.nodes, strict=True):
        count[own] += n.kind in ("operation", "output")
    for g in range(len(count) - 1, 0, -1):
        count[tree.parent[g]] += count[g]
    return count


def _clusters(
    graph: Graph, tree: Tree, view: View, collapsed: frozenset[int] | set[int], unrolled: frozenset[int] | set[int]
) -> list[int]:
    """Add the frames, parents first, and return the frame each node is in."""
    classes = {g.path: g.class_name for g in graph.groups}
    repeated = _repeated(tree, unrolled)
    frame_of: dict[int, int] = {}  # item -> run (a node as its position, a group as -g - 1)
    for r, run in enumerate(tree.runs):
        if r in unrolled:
            continue
        if run.framed:
            for i in run.blocks[0]:
                if tree.owner[i] == run.parent:
                    frame_of[i] = r
            for g in run.groups[0]:
                if tree.parent[g] == run.parent:
                    frame_of[-g - 1] = r
    made: dict[int, int] = {}

    def frame(r: int, parent: int) -> int:
        key = -r - 1
        if key not in made:
            made[key] = len(view.clusters)
            count = len(tree.runs[r].blocks)
            view.clusters.append(Cluster(f"r{r}", parent, "repeated", -1, r, count))
        return made[key]

    of_group = [-1] * len(tree.parent)
    for g in range(1, len(tree.parent)):
        parent = of_group[tree.parent[g]]
        if -g - 1 in frame_of:
            parent = frame(frame_of[-g - 1], parent)
        of_group[g] = parent
        if g in collapsed:
            continue
        r = repeated[g]
        title = tree.runs[r].title if r >= 0 else group_name(tree, g)
        kind = classes.get(tree.path[g], "")
        of_group[g] = len(view.clusters)
        times = len(tree.runs[r].blocks) if r >= 0 else 1
        view.clusters.append(Cluster(f"c{g}", parent, shorten(f"{title}  {kind}".strip(), 60), g, r, times))
    inside = _collapsed_ancestor(tree, collapsed)
    found = []
    for i, own in enumerate(tree.owner):
        g = inside[own]
        if g >= 0:
            parent = of_group[tree.parent[g]]
            found.append(frame(frame_of[-g - 1], parent) if -g - 1 in frame_of else parent)
        elif i in frame_of:
            found.append(frame(frame_of[i], of_group[own]))
        else:
            found.append(of_group[own])
    return found


def _collapsed_ancestor(tree: Tree, collapsed: frozenset[int] | set[int]) -> list[int]:
    """Return the outermost collapsed group around (or at) each group, or -1."""
    outer = [-1] * len(tree.parent)
    for g in range(1, len(tree.parent)):
        above = outer[tree.parent[g]]
        outer[g] = above if above >= 0 else (g if g in collapsed else -1)
    return outer


def _repeated(tree: Tree, unrolled: frozenset[int] | set[int]) -> list[int]:
    """Return, for each group that stands for a row of equal groups, the run, else -1."""
    found = [-1] * len(tree.parent)
    for r, run in enumerate(tree.runs):
        if r not in unrolled and not run.framed and run.groups[0]:
            found[run.groups[0][0]] = r
    return found


def _single(tree: Tree, unrolled: frozenset[int] | set[int]) -> dict[int, int]:
    """Return how many times an operation happens that is a repeated block by itself."""
    rows = [run for r, run in enumerate(tree.runs) if r not in unrolled and not run.framed and not run.groups[0]]
    return {run.blocks[0][0]: len(run.blocks) for run in rows}


def _node_box(graph: Graph, tree: Tree, i: int, fold: bool, cluster: int, consumed: bool) -> Box:
    n = graph.nodes[i]
    lines: list[str] = []
    if n.kind in ("operation", "output"):
        title = n.operation or n.kind
        if n.name:
            lines.append(n.name)
        if n.arguments:
            lines.append(n.arguments)
        if not consumed and n.shape:
            lines.append(shape_text(n.shape))
    else:
        title = last_parts(n.name) if n.name else n.kind
        value = scalar_text(n)
        if value:
            title = f"{title} = {value}" if n.name else value
        else:
            lines.append(f"{shape_text(n.shape)} {n.dtype}".strip())
    inner = [folded_text(graph, tree, s) for _, s in tree.operands[i] if tree.folded[s]] if fold else []
    room = max(LINES - len(lines), 1)
    if len(inner) > room:
        inner = [*inner[: room - 1], f"+ {len(inner) - room + 1} more"]
    lines = [shorten(t, LINE) for t in lines + inner]
    return Box(f"n{n.id}", n.kind, shorten(title, TITLE), lines, len(inner), -1, cluster, i)


def _group_box(tree: Tree, g: int, node: int, cluster: int, r: int, operations: int, known: Group | None) -> Box:
    lines = []
    if known is not None:
        lines += [known.class_name] if known.class_name else []
        lines += [f"{count_text(known.parameters)} parameters"] if known.parameters else []
    lines.append(f"{operations} operations")
    title = shorten(tree.runs[r].title if r >= 0 else group_name(tree, g), TITLE)
    times = len(tree.runs[r].blocks) if r >= 0 else 1
    return Box(f"g{g}", "module", title, [shorten(t, LINE) for t in lines], 0, g, cluster, node, times)


def _links(graph: Graph, tree: Tree, view: View, shown: list[int], unrolled: frozenset[int] | set[int]) -> None:
    blocks: list[list[tuple[int, int]]] = [[] for _ in graph.nodes]
    for r, repeated in enumerate(tree.runs):
        if r not in unrolled:
            for k, block in enumerate(repeated.blocks):
                for i in block:
                    blocks[i].append((r, k))
    links: dict[tuple[int, int], Link] = {}
    labelled: set[int] = set()
    carried: set[tuple[int, int]] = set()
    for t in range(len(graph.nodes)):
        for _, source in tree.operands[t]:
            s = source
            a, b = view.box_of[s], view.box_of[t]
            if b < 0 or a < 0:
                continue
            run = _loops(blocks[s], blocks[t])
            if run >= 0:
                if tree.runs[run].loop and (a, b) not in carried and view.boxes[b].group < 0:
                    carried.add((a, b))
                    line = shorten(f"previous {view.boxes[a].title}", LINE)
                    view.boxes[b].lines.insert(len(view.boxes[b].lines) - view.boxes[b].folded, line)
                continue
            if a == b:
                continue
            link = links.get((a, b))
            if link is not None:
                link.count += 1
                continue
            link = links[a, b] = Link(a, b, shown[s])
            if link.node not in labelled:
                labelled.add(link.node)
                link.label = shape_text(graph.nodes[link.node].shape)
            view.links.append(link)


def _loops(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> int:
    """Return the run of which an edge leads from one block to another, or -1."""
    for r, k in a:
        for s, m in b:
            if r == s and k != m:
                return r
    return -1


def _prune(view: View) -> None:
    """Drop frames without a visible box."""
    used = [False] * len(view.clusters)
    for box in view.boxes:
        c = box.cluster
        while c >= 0 and not used[c]:
            used[c] = True
            c = view.clusters[c].parent
    order = [c for c in range(len(view.clusters)) if used[c]]
    number = {-1: -1, **{c: k for k, c in enumerate(order)}}
    view.clusters = [view.clusters[c] for c in order]
    for cluster in view.clusters:
        cluster.parent = number[cluster.parent]
    for box in view.boxes:
        box.cluster = number[box.cluster]


def _measure(box: Box) -> None:
    """Set the size of a box from its text; wide enough for the label of the arrow that leaves it."""
    title = box.title if box.times == 1 else f"{box.title} × {box.times}"
    width = text_width(title, TITLE_SIZE) * 1.06
    for line in box.lines:
        width = max(width, text_width(line, LINE_SIZE))
    box.width = max(48.0, 2 * math.ceil(width / 2) + 20)
    box.height = 28.0 + 13 * len(box.lines)


def group_name(tree: Tree, g: int) -> str:
    """Return a group's path relative to its parent's, with the number of the call when there are several."""
    path, above = tree.path[g], tree.path[tree.parent[g]]
    name = path[len(above) + 1 :] if above and path.startswith(above + ".") else path
    return f"{name} ({tree.call[g]})" if tree.call[g] > 1 else name
