"""What can be hidden: parameters folded into their operation, modules as intervals of operations, repeated blocks.

A group is a maximal run of consecutive operations inside one module call, and a repeated block is a run of
consecutive items of one group. Both are intervals of the creation order, so hiding any of them behind one box never
makes a cycle.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ._model import Graph, Node, elements
from ._repeats import Run, find_runs, levels_of

#: A constant of at most this many elements is written inside its operation instead of getting a box.
SMALL = 64
#: Module paths deeper than this are cut (a cyclic module can have a path of any depth).
DEPTH = 32
#: Bare operations (no module around them) are shown once as "x 12" only in graphs with more operations than this.
PLAIN = 60
#: Operations that only rearrange their operand: folded together with the parameter they rearrange.
VIEWS = frozenset({"transpose", "matrix_transpose", "swapaxes", "moveaxis", "permute_dims", "reshape", "expand_dims"})


@dataclass(slots=True)
class Tree:
    """Groups (0 is the root), the group that owns each node, what is folded, and the repeated blocks.

    Nodes are positions in ``graph.nodes``, not ids.
    """

    parent: list[int] = field(default_factory=lambda: [-1])
    path: list[str] = field(default_factory=lambda: [""])
    call: list[int] = field(default_factory=lambda: [0])
    owner: list[int] = field(default_factory=list)
    operands: list[list[tuple[int, int]]] = field(default_factory=list)
    consumers: list[list[tuple[int, int]]] = field(default_factory=list)
    folded: list[bool] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def grow(graph: Graph, *, repeats: bool | None = None, chunk: int | None = None) -> Tree:
    """Return the `Tree` of a graph.

    ``repeats`` finds repeated blocks: of modules always and of bare operations in large graphs (None), both (True),
    or neither (False). ``chunk`` cuts a group of more than ``chunk`` direct items into parts, so that a graph without
    modules can be collapsed too.
    """
    tree = Tree()
    place = {n.id: i for i, n in enumerate(graph.nodes)}
    tree.operands = [[] for _ in graph.nodes]
    tree.consumers = [[] for _ in graph.nodes]
    for e in graph.edges:
        tree.operands[place[e.target]].append((e.slot, place[e.source]))
        tree.consumers[place[e.source]].append((e.slot, place[e.target]))
    for slots in tree.operands:
        slots.sort()
    operation = [n.kind in ("operation", "output") for n in graph.nodes]
    _group(graph, tree, operation)
    _fold(graph, tree, operation)
    _dissolve(graph, tree, operation)
    if repeats is not False:
        plain = repeats is True or sum(operation) > PLAIN
        find_runs(graph, tree, operation, plain)
        _unwrap(graph, tree, operation)
    if chunk:
        _cut(tree, operation, chunk)
    _adopt(graph, tree, operation)
    return tree


def _group(graph: Graph, tree: Tree, operation: list[bool]) -> None:
    """Open a new group whenever the module path, or the call number, changes."""
    prefixes: dict[str, list[str]] = {"": []}
    seen: dict[tuple[int, str], int] = {}
    stack: list[tuple[str, int]] = []  # (path, group), outermost first
    last = ("", 0)
    for i, n in enumerate(graph.nodes):
        tree.owner.append(0)
        if not operation[i]:
            continue
        if n.module not in prefixes:
            parts = n.module.split(".", DEPTH - 1)
            prefixes[n.module] = [".".join(parts[: k + 1]) for k in range(len(parts))]
        paths = prefixes[n.module]
        keep = 0
        while keep < min(len(paths), len(stack)) and stack[keep][0] == paths[keep]:
            keep += 1
        if last[0] == n.module and last[1] != n.call and keep:
            keep -= 1
        del stack[keep:]
        for path in paths[keep:]:
            parent = stack[-1][1] if stack else 0
            seen[parent, path] = call = seen.get((parent, path), 0) + 1
            stack.append((path, len(tree.parent)))
            tree.parent.append(parent)
            tree.path.append(path)
            tree.call.append(call)
        tree.owner[i] = stack[-1][1] if stack else 0
        last = (n.module, n.call)


def _fold(graph: Graph, tree: Tree, operation: list[bool]) -> None:
    """Mark what is written inside its consumers: parameters, small constants, and rearrangements of only those."""
    for i, n in enumerate(graph.nodes):
        feeds = tree.consumers[i]
        if not feeds:
            tree.folded.append(False)
        elif operation[i]:
            sources = tree.operands[i]
            whole = n.operation in VIEWS and n.kind != "output" and len(feeds) == 1
            folded = whole and all(tree.folded[s] for _, s in sources)
            tree.folded.append(folded and any(graph.nodes[s].kind != "constant" for _, s in sources))
        else:
            tree.folded.append(n.kind == "parameter" or (n.kind == "constant" and _small(n)))


def _small(n: Node) -> bool:
    return not n.name and elements(n.shape) <= SMALL


def _dissolve(graph: Graph, tree: Tree, operation: list[bool]) -> None:
    """Drop frames that say nothing: around a single operation (a `ReLU` module), or a container around one module."""
    classes = {g.path for g in graph.groups if g.class_name}
    count = len(tree.parent)
    items, children = [0] * count, [0] * count
    for i, own in enumerate(tree.owner):
        items[own] += operation[i]
    for g in range(1, count):
        items[tree.parent[g]] += 1
        children[tree.parent[g]] += 1
    keeper = list(range(count))
    for g in range(count - 1, 0, -1):
        if items[g] == 1 and (children[g] == 0 or tree.path[g] not in classes):
            keeper[g] = tree.parent[g]
            children[tree.parent[g]] -= children[g] == 0
    for g in range(count):
        keeper[g] = keeper[keeper[g]]  # parents come first, so theirs is known
    kept = [g for g in range(count) if keeper[g] == g]
    number = {g: k for k, g in enumerate(kept)}
    tree.owner = [number[keeper[g]] for g in tree.owner]
    tree.parent = [number[keeper[tree.parent[g]]] if g else -1 for g in kept]
    tree.path = [tree.path[g] for g in kept]
    tree.call = [tree.call[g] for g in kept]


def _unwrap(graph: Graph, tree: Tree, operation: list[bool]) -> None:
    """Drop the frame of a container that holds nothing but one row of equal modules, and say its name in theirs."""
    classes = {g.path for g in graph.groups if g.class_name}
    levels = levels_of(tree, operation)
    for run in tree.runs:
        g = run.parent
        if g > 0 and run.title and tree.path[g] not in classes and len(levels[g]) == len(run.blocks):
            above = tree.parent[g]
            for item in levels[g]:
                tree.parent[-item] = above
            run.parent = above
            name = tree.path[g].removeprefix(tree.path[above] + ".") if above else tree.path[g]
            run.title = f"{name}.{run.title}"


def _cut(tree: Tree, operation: list[bool], chunk: int) -> None:
    """Cut levels of very many visible items into consecutive parts of about ``chunk`` items, never inside a run."""
    shown = hidden_by_runs(tree, set())
    hidden = {-g for run in tree.runs for block in run.groups[1:] for g in block}
    hidden |= {i for i, yes in enumerate(operation) if yes and (shown[i] != i or tree.folded[i])}
    inside: set[int] = set()
    first: dict[int, int] = {}
    for r, run in enumerate(tree.runs):
        span = [i for block in run.blocks for i in block] + [-g for block in run.groups for g in block]
        start, g = run.blocks[0][0], tree.owner[run.blocks[0][0]]
        while g != run.parent:  # the item of the run's level that holds the first operation
            start, g = -g, tree.parent[g]
        first[start] = r
        inside |= set(span) - {start}
    for g, items in enumerate(levels_of(tree, operation)):
        visible = sum(item not in hidden for item in items)
        if visible <= chunk:
            continue
        size = -(-visible // -(-visible // chunk))
        part, room, number = 0, 0, 0
        for item in items:
            if item not in hidden and item not in inside and room <= 0:
                number += 1
                part, room = len(tree.parent), size
                tree.parent.append(g)
                tree.path.append(f"{tree.path[g]}.part {number}" if tree.path[g] else f"part {number}")
                tree.call.append(1)
            room -= item not in hidden
            if part and item < 0:
                tree.parent[-item] = part
            elif part:
                tree.owner[item] = part
            if part and item in first:
                tree.runs[first[item]].parent = part
    for i in range(len(operation) - 1, -1, -1):
        if operation[i] and tree.folded[i]:
            tree.owner[i] = tree.owner[tree.consumers[i][0][1]]
    _renumber(tree)


def _renumber(tree: Tree) -> None:
    """Number the groups so that parents come first."""
    depth = [-1] * len(tree.parent)
    depth[0] = 0
    for g in range(len(depth)):
        chain = []
        h = g
        while depth[h] < 0:
            chain.append(h)
            h = tree.parent[h]
        for k, c in enumerate(reversed(chain), 1):
            depth[c] = depth[h] + k
    order = sorted(range(len(depth)), key=lambda g: depth[g])
    number = [0] * len(depth)
    for k, g in enumerate(order):
        number[g] = k
    tree.parent = [number[tree.parent[g]] if g else -1 for g in order]
    tree.path = [tree.path[g] for g in order]
    tree.call = [tree.call[g] for g in order]
    tree.owner = [number[g] for g in tree.owner]
    for run in tree.runs:
        run.parent = number[run.parent]
        run.groups = [[number[g] for g in block] for block in run.groups]


def _adopt(graph: Graph, tree: Tree, operation: list[bool]) -> None:
    """Give parameters and constants the group of their first consumer; what flows in from outside stays outside."""
    for i, n in enumerate(graph.nodes):
        if not operation[i] and n.kind != "input" and tree.consumers[i]:
            tree.owner[i] = tree.owner[min(t for _, t in tree.consumers[i])]


def hidden_by_runs(tree: Tree, unrolled: set[int]) -> list[int]:
    """Return, for each node, the node shown in its stead (itself when it is not in a later block of a run).

    A leaf that only later blocks read is shown as the leaf the first block reads in its place.
    """
    shown = list(range(len(tree.owner)))
    for r, run in enumerate(tree.runs):
        if r in unrolled:
            continue
        for block in run.blocks[1:]:
            for a, b in zip(run.blocks[0], block, strict=True):
                shown[b] = a
                for (slot, first), (same, later) in zip(tree.operands[a], tree.operands[b], strict=True):
                    leaves = not tree.operands[first] and not tree.operands[later]
                    if slot == same and leaves and first < later and shown[later] == later:
                        shown[later] = first
    for i in range(len(shown)):  # always an earlier position: one pass in order resolves chains of nested runs
        shown[i] = shown[shown[i]]
    return shown
