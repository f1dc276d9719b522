"""Choose which modules to show as one box, so that a picture stays readable."""

from __future__ import annotations

from collections import deque

from ._model import Graph
from ._tree import Tree, grow, hidden_by_runs

#: How many boxes the default picture has at most.
BUDGET = 150
#: Items a part has when a level of very many items must be cut.
PART = 50


def prepare(graph: Graph, *, budget: int | None = BUDGET, repeats: bool | None = None) -> tuple[Tree, set[int]]:
    """Return the tree of a graph and the groups to collapse so that about ``budget`` boxes are visible.

    ``budget=None`` collapses nothing.
    """
    tree = grow(graph, repeats=repeats)
    if budget is None:
        return tree, set()
    if budget < 1:
        raise ValueError(f"budget={budget} boxes; expected at least 1, or None for no limit")
    direct, children = _direct(graph, tree)
    if sum(direct) <= budget:
        return tree, set()
    largest = max(n + len(c) for n, c in zip(direct, children, strict=True))
    if largest > PART:
        tree = grow(graph, repeats=repeats, chunk=max(PART, -(-largest // max(budget // 2, 1))))
        direct, children = _direct(graph, tree)
    # Open groups from the outside in, in order, while the picture stays within the budget.
    collapsed = set(range(1, len(tree.parent)))
    count = direct[0] + len(children[0])
    queue = deque(children[0])
    while queue:
        g = queue.popleft()
        more = direct[g] + len(children[g]) - 1
        if count + more <= budget:
            count += more
            collapsed.discard(g)
            queue.extend(children[g])
    return tree, collapsed


def _direct(graph: Graph, tree: Tree) -> tuple[list[int], list[list[int]]]:
    """Return, for each group, how many boxes it has of its own and which visible groups are in it."""
    shown = hidden_by_runs(tree, set())
    direct = [0] * len(tree.parent)
    for i in range(len(graph.nodes)):
        direct[tree.owner[i]] += shown[i] == i and not tree.folded[i]
    hidden = {g for run in tree.runs for block in run.groups[1:] for g in block}
    children: list[list[int]] = [[] for _ in tree.parent]
    for g in range(1, len(tree.parent)):
        if g in hidden:
            direct[g] = 0
        else:
            children[tree.parent[g]].append(g)
    return direct, children
