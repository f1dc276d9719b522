"""Find blocks that repeat: twelve equal layers, a cell called at every time step, an unrolled loop.

A block is equal to another when its operations, shapes and inner edges are; later blocks may read only the block
just before them (or nothing inside the run), so that drawing one block as "x 12" loses nothing but the count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ._model import Graph

if TYPE_CHECKING:
    from ._tree import Tree

#: A block is shown once when it happens at least this many times.
TIMES = 3
#: A block of bare operations must hide at least this many of them.
SAVING = 8
#: Longest block looked for, in items of one level.
PERIOD = 400


@dataclass(slots=True)
class Run:
    """A block of consecutive items that happens ``len(blocks)`` times; each block lists its operations in order."""

    parent: int
    blocks: list[list[int]]
    groups: list[list[int]]
    title: str = ""
    #: True when the block needs a frame of its own: several items, or operations without a module.
    framed: bool = False
    #: True when one block is called again and again (a cell, a loop), False for equal blocks in a row (layers).
    loop: bool = False


def find_runs(graph: Graph, tree: Tree, operation: list[bool], plain: bool) -> None:
    """Fill ``tree.runs``, outermost first; ``plain`` allows blocks made of bare operations only."""
    levels = levels_of(tree, operation)
    nodes, groups = _contents(levels)
    symbols: dict[object, int] = {}
    of_group = [0] * len(tree.parent)
    for g in range(len(levels) - 1, -1, -1):
        of_group[g] = symbols.setdefault(
            ("group", *(_symbol(graph, tree, symbols, of_group, item) for item in levels[g])), len(symbols)
        )
    for g, items in enumerate(levels):
        if len(items) < TIMES:
            continue
        row = np.array([_symbol(graph, tree, symbols, of_group, item) for item in items])
        _runs_of_level(tree, g, items, row, nodes, groups, plain)


def levels_of(tree: Tree, operation: list[bool]) -> list[list[int]]:
    """Return each group's items in order: a node as its position, a child group ``g`` as ``-g``."""
    levels: list[list[int]] = [[] for _ in tree.parent]
    opened = [False] * len(tree.parent)
    opened[0] = True
    for i, own in enumerate(tree.owner):
        if not operation[i]:
            continue
        g = own
        chain = []
        while not opened[g]:
            chain.append(g)
            g = tree.parent[g]
        for h in reversed(chain):
            levels[tree.parent[h]].append(-h)
            opened[h] = True
        levels[own].append(i)
    return levels


def _contents(levels: list[list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Return, for each group, every node and every group inside it, itself included, in order."""
    nodes: list[list[int]] = [[] for _ in levels]
    groups: list[list[int]] = [[g] for g in range(len(levels))]
    for g in range(len(levels) - 1, -1, -1):
        for item in levels[g]:
            if item < 0:
                nodes[g] += nodes[-item]
                groups[g] += groups[-item]
            else:
                nodes[g].append(item)
    return nodes, groups


def _symbol(graph: Graph, tree: Tree, symbols: dict[object, int], of_group: list[int], item: int) -> int:
    if item < 0:
        return of_group[-item]
    n = graph.nodes[item]
    return symbols.setdefault((n.operation, n.shape, n.dtype, len(tree.operands[item])), len(symbols))


def _runs_of_level(
    tree: Tree,
    g: int,
    items: list[int],
    row: npt.NDArray[np.int64],
    nodes: list[list[int]],
    groups: list[list[int]],
    plain: bool,
) -> None:
    taken = np.zeros(len(items), dtype=bool)
    for start, period, length in _tandems(row):
        for first, times in _alignments(start, period, length):
            span = items[first : first + period * times]
            bare = all(item >= 0 for item in span[:period])
            if taken[first : first + period * times].any() or times < TIMES:
                continue
            if bare and not (plain and (times - 1) * period >= SAVING):
                continue
            parts = [span[k * period : (k + 1) * period] for k in range(times)]
            blocks = [[i for item in part for i in ([item] if item >= 0 else nodes[-item])] for part in parts]
            if not _repeats(tree, blocks):
                continue
            inside = [[h for item in part if item < 0 for h in groups[-item]] for part in parts]
            taken[first : first + period * times] = True
            single = period == 1 and not bare
            title = _title(tree, [part[0] for part in parts]) if single else ""
            framed = not single and len(blocks[0]) > 1
            loop = not single or tree.path[-parts[0][0]] == tree.path[-parts[-1][0]]
            tree.runs.append(Run(g, blocks, inside, title, framed, loop))
            break


def _tandems(row: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Return (start, period, length) of the maximal stretches in which items repeat, most saving first."""
    found = []
    for period in range(1, min(PERIOD, len(row) // TIMES) + 1):
        same = np.concatenate(([False], row[period:] == row[:-period], [False]))
        edges = np.flatnonzero(same[1:] != same[:-1])
        long = np.flatnonzero(edges[1::2] - edges[::2] >= (TIMES - 1) * period)
        for start, stop in zip(edges[2 * long].tolist(), edges[2 * long + 1].tolist(), strict=True):
            found.append((start, period, stop - start + period))
    found.sort(key=lambda f: (-(f[2] // f[1] - 1) * f[1], f[1], f[0]))
    return found[:200]


def _alignments(start: int, period: int, length: int) -> list[tuple[int, int]]:
    """Return (first, times) to try: the whole stretch at each offset, then without its first and last block."""
    times = length // period
    whole = [(start + k, times) for k in range(min(length % period + 1, 8))]
    return [*whole, (start + period, times - 1), (start, times - 1)]


def _repeats(tree: Tree, blocks: list[list[int]]) -> bool:
    """Tell whether the blocks do the same inside, and each reads nothing of the run but the block before it."""
    place = {i: (k, offset) for k, block in enumerate(blocks) for offset, i in enumerate(block)}
    inner: list[set[tuple[int, int, int]]] = []
    cross: list[set[tuple[int, int, int]]] = []
    for k, block in enumerate(blocks):
        inner.append(set())
        cross.append(set())
        for offset, i in enumerate(block):
            for slot, source in tree.operands[i]:
                if source not in place:
                    continue
                before, at = place[source]
                if before == k:
                    inner[k].add((offset, slot, at))
                elif before == k - 1:
                    cross[k].add((offset, slot, at))
                else:
                    return False
    if any(s != inner[0] for s in inner) or any(s != cross[1] for s in cross[1:]):
        return False
    if cross[1]:
        return True
    # Parallel blocks (no arrow between them) are one picture only if the same node reads them all: the query, key and
    # value of attention are equal blocks, and drawing them as "x 3" would hide what each is for.
    reads = [{t for i in block for _, t in tree.consumers[i]} - place.keys() for block in blocks]
    return bool(reads[0]) and all(r == reads[0] for r in reads)


def _title(tree: Tree, parts: list[int]) -> str:
    first, last = tree.path[-parts[0]], tree.path[-parts[-1]]
    if first == last:
        return f"{_leaf(first)}, t = 1..{len(parts)}"
    return f"{_leaf(first)} .. {_leaf(last)}"


def _leaf(path: str) -> str:
    return path.rpartition(".")[2]
