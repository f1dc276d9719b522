"""One flat layered layout: ranks, bends, then order and positions within the layers, then routes.

``static/layout.js`` is this file line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ._order import order_layers
from ._positions import positions

Flat = tuple[int, int, float, float, int]  # from, to, port offsets, signal (arrows of one signal share their bends)

#: An arrow gets bends unless all bends together would be more than this many, plus four for each item.
BENDS = 4000


@dataclass(slots=True)
class Arranged:
    """Centres of the items, a route per arrow, and the size; the top left corner is (0, 0)."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    routes: list[list[tuple[float, float]]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def arrange(
    w: Sequence[float],
    h: Sequence[float],
    links: Sequence[Flat],
    top: set[int],
    bottom: set[int],
    node_gap: float,
    layer_gap: float,
) -> Arranged:
    """Place items of these sizes; ``top`` and ``bottom`` are ports on the first and on the last layer."""
    n = len(w)
    if n == 0:
        return Arranged()
    rank = ranks(n, links, top, bottom)
    chain, width, height, near = _bend(w, h, links, rank)
    layers: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for i, r in enumerate(rank):
        layers[r].append(i)
    order_layers(layers, near, width)
    x = positions(layers, width, near, n, node_gap, top, bottom)

    y = [0.0] * len(rank)
    middle, half = [], []
    at = 0.0
    for r, layer in enumerate(layers):
        tall = 0.0
        ports = True
        for i in layer:
            tall = max(tall, height[i])
            ports = ports and (i in top or i in bottom)
        if r > 0 and not (ports or _only(layers[r - 1], top)):
            at += layer_gap + _slope(layers[r - 1], near, x)
        elif r > 0:
            at += layer_gap / 4
        middle.append(at + tall / 2)
        half.append(tall / 2)
        at += tall
        for i in layer:
            y[i] = middle[r]
    low = min(x[i] - width[i] / 2 for i in range(len(x)))
    high = max(x[i] + width[i] / 2 for i in range(len(x)))
    found = Arranged(x=[v - low for v in x[:n]], y=y[:n], width=high - low, height=at)
    for j, (u, v, du, dv, _) in enumerate(links):
        a = u if rank[u] <= rank[v] else v
        points = [(x[u] - low + du, y[u] + (h[u] / 2 if a == u else -h[u] / 2))]
        if a == u:
            if half[rank[u]] > h[u] / 2:
                points.append((points[0][0], middle[rank[u]] + half[rank[u]]))
            for d in chain[j]:
                r = rank[d]
                points.append((x[d] - low, middle[r] - half[r]))
                if half[r] > 0:
                    points.append((x[d] - low, middle[r] + half[r]))
            if half[rank[v]] > h[v] / 2:
                points.append((x[v] - low + dv, middle[rank[v]] - half[rank[v]]))
        points.append((x[v] - low + dv, y[v] - (h[v] / 2 if a == u else -h[v] / 2)))
        found.routes.append(points)
    return found


def _slope(layer: list[int], below: list[list[tuple[int, float, float]]], x: list[float]) -> float:
    """Return the extra height that keeps an arrow which goes far sideways from looking flat."""
    far = 0.0
    for u in layer:
        for v, du, dv in below[u]:
            far = max(far, abs(x[u] + du - x[v] - dv))
    return min(0.08 * far, 40.0)


def _only(layer: Iterable[int], ports: set[int]) -> bool:
    return all(i in ports for i in layer)


def ranks(n: int, links: Sequence[Flat], top: set[int], bottom: set[int]) -> list[int]:
    """Return the layer of each item: the longest path from a source, then sources pulled down to their consumers."""
    into: list[list[int]] = [[] for _ in range(n)]
    out: list[list[int]] = [[] for _ in range(n)]
    for u, v, _, _, _ in links:
        out[u].append(v)
        into[v].append(u)
    waiting = [len(s) for s in into]
    order = [i for i in range(n) if waiting[i] == 0]
    rank = [0] * n
    first = 1 if top else 0
    done = [False] * n
    at = 0
    stuck = 0
    while len(order) < n or at < len(order):
        if at == len(order):  # a cycle (only a hand-made frame has one): its smallest item goes first
            while done[stuck] or waiting[stuck] == 0:
                stuck += 1
            waiting[stuck] = 0
            order.append(stuck)
        u = order[at]
        at += 1
        done[u] = True
        if u not in top:
            rank[u] = max(rank[u], first)
        for v in out[u]:
            if not done[v]:
                rank[v] = max(rank[v], rank[u] + 1)
                waiting[v] -= 1
                if waiting[v] == 0:
                    order.append(v)
    loose = [False] * n
    for u in order:
        loose[u] = u not in top and all(loose[s] and len(out[s]) == 1 for s in into[u])
    for u in reversed(order):
        if loose[u] and out[u] and u not in bottom:
            lowest = min(rank[v] for v in out[u])
            rank[u] = max(rank[u], lowest - 1)
    if bottom:
        last = 0
        for i in range(n):
            if i not in bottom:
                last = max(last, rank[i])
        for i in bottom:
            rank[i] = last + 1
    return rank


def _bend(
    w: Sequence[float], h: Sequence[float], links: Sequence[Flat], rank: list[int]
) -> tuple[list[list[int]], list[float], list[float], list[list[tuple[int, float, float]]]]:
    """Add a bend on every layer an arrow passes; arrows of one signal from one item share them.

    Returns the bends of each arrow, the extended sizes, and for each item its neighbours below as
    (item, own offset, its offset). ``rank`` is extended too.
    """
    n = len(w)
    width, height = list(w), list(h)
    below: list[list[tuple[int, float, float]]] = [[] for _ in range(n)]
    chain: list[list[int]] = [[] for _ in links]
    reach: dict[tuple[int, float], int] = {}
    for u, v, du, _, _ in links:
        if rank[v] > rank[u]:
            reach[u, du] = max(reach.get((u, du), 0), rank[v] - rank[u] - 1)
    spent = 0
    allowed = BENDS + 4 * n
    granted = {}
    for key, length in sorted(reach.items(), key=lambda kv: kv[1]):  # stable: shorter first, then as they came
        spent += length
        granted[key] = spent <= allowed
    made: dict[tuple[int, float], list[int]] = {}
    for j, (u, v, du, dv, _) in enumerate(links):
        if rank[v] <= rank[u] or not granted[u, du]:
            continue
        bends = made.setdefault((u, du), [])
        while len(bends) < rank[v] - rank[u] - 1:
            d = len(width)
            width.append(2.0)
            height.append(0.0)
            rank.append(rank[u] + len(bends) + 1)
            below.append([])
            if bends:
                below[bends[-1]].append((d, 0.0, 0.0))
            else:
                below[u].append((d, du, 0.0))
            bends.append(d)
        chain[j] = bends[: rank[v] - rank[u] - 1]
        if chain[j]:
            below[chain[j][-1]].append((v, 0.0, dv))
        else:
            below[u].append((v, du, dv))
    return chain, width, height, below
