"""One flat layered layout: ranks, order within a layer, positions within a layer, routes.

``static/layout.js`` is this file line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Flat = tuple[int, int, float, float, int]  # from, to, port offsets, signal (arrows of one signal share their bends)

#: Gap beside a bend, and how many sweeps order and placement get.
BEND_GAP = 14.0
ORDER_SWEEPS, PLACE_SWEEPS, STRAIGHTEN_SWEEPS = 10, 6, 5
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
    chain, width, height, near, owner = _bend(w, h, links, rank)
    layers: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for i, r in enumerate(rank):
        layers[r].append(i)
    _order(layers, near, width)
    x = _positions(layers, width, near, owner, n, node_gap)

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
        a, b = (u, v) if rank[u] <= rank[v] else (v, u)
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
            if lowest - 1 > rank[u]:
                rank[u] = lowest - 1
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
) -> tuple[list[list[int]], list[float], list[float], list[list[tuple[int, float, float]]], list[int]]:
    """Add a bend on every layer an arrow passes; arrows of one signal from one item share them.

    Returns the bends of each arrow, the extended sizes, for each item its neighbours below as
    (item, own offset, its offset), and for each bend the item it starts from. ``rank`` is extended too.
    """
    n = len(w)
    width, height = list(w), list(h)
    below: list[list[tuple[int, float, float]]] = [[] for _ in range(n)]
    owner = [-1] * n
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
            owner.append(u)
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
    return chain, width, height, below, owner


def _order(layers: list[list[int]], below: list[list[tuple[int, float, float]]], width: list[float]) -> None:
    """Order each layer by the mean place of its neighbours, sweeping down and up; keep the fewest crossings.

    The place of an end is its item's place plus the port's offset as a fraction of the item's width.
    """
    total = len(below)
    down_ends: list[list[tuple[int, float, float]]] = [[] for _ in range(total)]
    up_ends: list[list[tuple[int, float]]] = [[] for _ in range(total)]
    for u in range(total):
        for v, du, dv in below[u]:
            down_ends[u].append((v, du / (width[u] + 1), dv / (width[v] + 1)))
            up_ends[v].append((u, du / (width[u] + 1)))
    place = [0] * total
    for layer in layers:
        for k, i in enumerate(layer):
            place[i] = k
    best = [list(layer) for layer in layers]
    fewest = _crossings(layers, down_ends, place)
    for sweep in range(ORDER_SWEEPS):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        for r in range(1, len(layers)) if down else range(len(layers) - 2, -1, -1):
            key = {}
            for i in layers[r]:
                size = len(up_ends[i]) if down else len(down_ends[i])
                sum_ = 0.0
                if down:
                    for v, f in up_ends[i]:
                        sum_ += place[v] + f
                else:
                    for v, _, f in down_ends[i]:
                        sum_ += place[v] + f
                key[i] = sum_ / size if size else place[i] * 1.0
            layers[r].sort(key=lambda i: key[i])
            for k, i in enumerate(layers[r]):
                place[i] = k
        crossings = _crossings(layers, down_ends, place)
        if crossings < fewest:
            fewest = crossings
            best = [list(layer) for layer in layers]
    for r, layer in enumerate(best):
        layers[r] = layer


def _crossings(layers: list[list[int]], ends: list[list[tuple[int, float, float]]], place: list[int]) -> int:
    """Count crossings between neighbouring layers with a Fenwick tree."""
    count = 0
    for r in range(len(layers) - 1):
        lines = sorted((place[u] + f, place[v] + g) for u in layers[r] for v, f, g in ends[u])
        places = {g: k for k, g in enumerate(sorted({g for _, g in lines}))}
        size = len(places)
        tree = [0] * (size + 1)
        entered = 0
        at = 0
        while at < len(lines):
            stop = at
            while stop < len(lines) and lines[stop][0] == lines[at][0]:
                k = places[lines[stop][1]] + 1
                smaller = 0
                while k > 0:
                    smaller += tree[k]
                    k -= k & -k
                count += entered - smaller
                stop += 1
            for j in range(at, stop):
                k = places[lines[j][1]] + 1
                while k <= size:
                    tree[k] += 1
                    k += k & -k
            entered += stop - at
            at = stop
    return count


def _positions(
    layers: list[list[int]],
    width: list[float],
    below: list[list[tuple[int, float, float]]],
    owner: list[int],
    n: int,
    node_gap: float,
) -> list[float]:
    """Return x of every item: sweeps of weighted isotonic placement, then chains pulled straight."""
    total = len(width)
    above: list[list[tuple[int, float, float, float]]] = [[] for _ in range(total)]
    under: list[list[tuple[int, float, float, float]]] = [[] for _ in range(total)]
    for u in range(total):
        for v, du, dv in below[u]:
            weight = (8.0 if v >= n else 2.0) if u >= n else (2.0 if v >= n else 4.0)
            under[u].append((v, dv, du, weight))
            above[v].append((u, du, dv, weight))
    gaps = []
    for layer in layers:
        gap = []
        for k in range(1, len(layer)):
            a, b = layer[k - 1], layer[k]
            space = node_gap if a < n and b < n else BEND_GAP
            gap.append(width[a] / 2 + width[b] / 2 + space)
        gaps.append(gap)
    x = [0.0] * total
    for r, layer in enumerate(layers):
        at = 0.0
        for k, i in enumerate(layer):
            at += gaps[r][k - 1] if k > 0 else 0.0
            x[i] = at
        for i in layer:
            x[i] -= at / 2
    for sweep in range(PLACE_SWEEPS):
        down = sweep % 2 == 0
        last = sweep == PLACE_SWEEPS - 1
        for r in range(len(layers)) if down else range(len(layers) - 1, -1, -1):
            want, heavy = [], []
            for i in layers[r]:
                near = above[i] + under[i] if last else (above[i] if down else under[i])
                _wish(near, x, i, want, heavy)
            _isotonic(layers[r], gaps[r], want, heavy, x)
    _straighten(layers, gaps, above, under, owner, n, x)
    return x


def _wish(
    near: list[tuple[int, float, float, float]], x: list[float], i: int, want: list[float], heavy: list[float]
) -> None:
    """Append where an item wants to be (the weighted mean of its neighbours) and how much."""
    if not near:
        want.append(x[i])
        heavy.append(0.01)
        return
    mass, moment = 0.0, 0.0
    for v, dv, di, weight in near:
        mass += weight
        moment += weight * (x[v] + dv - di)
    want.append(moment / mass)
    heavy.append(mass)


def _isotonic(layer: list[int], gap: list[float], want: list[float], heavy: list[float], x: list[float]) -> None:
    """Minimise the weighted squared distance to ``want`` keeping the order and the gaps: pool adjacent violators."""
    value: list[float] = []
    mass: list[float] = []
    count: list[int] = []
    offset = 0.0
    offsets = []
    for k in range(len(layer)):
        offset += gap[k - 1] if k > 0 else 0.0
        offsets.append(offset)
        value.append(want[k] - offset)
        mass.append(heavy[k])
        count.append(1)
        while len(value) > 1 and value[-2] > value[-1]:
            v, m, c = value.pop(), mass.pop(), count.pop()
            value[-1] = (value[-1] * mass[-1] + v * m) / (mass[-1] + m)
            mass[-1] += m
            count[-1] += c
    k = 0
    for v, c in zip(value, count, strict=True):
        for _ in range(c):
            x[layer[k]] = v + offsets[k]
            k += 1


def _straighten(
    layers: list[list[int]],
    gaps: list[list[float]],
    above: list[list[tuple[int, float, float, float]]],
    under: list[list[tuple[int, float, float, float]]],
    owner: list[int],
    n: int,
    x: list[float],
) -> None:
    """Pull long chains straight, so that a spine with skip arrows does not drift sideways.

    A chain links items that are each other's main neighbour: for a bend the next bend, for an item the neighbour on
    the longest path. Chains of items outweigh chains of bends, and long chains outweigh short ones.
    """
    total = len(x)
    depth_down, depth_up = [0] * total, [0] * total
    for layer in layers:
        for i in layer:
            for v, _, _, _ in above[i]:
                depth_up[i] = max(depth_up[i], depth_up[v] + 1)
    for layer in reversed(layers):
        for i in layer:
            for v, _, _, _ in under[i]:
                depth_down[i] = max(depth_down[i], depth_down[v] + 1)
    main_down = [_main(under[i], depth_down, owner, n, i) for i in range(total)]
    main_up = [_main(above[i], depth_up, owner, n, i) for i in range(total)]
    chains: list[tuple[list[int], list[float]]] = []
    of = [-1] * total
    for layer in layers:
        for i in layer:
            if of[i] >= 0:
                continue
            members, shifts = [i], [0.0]
            while True:
                u = members[-1]
                k = main_down[u]
                if k < 0:
                    break
                v, dv, du, _ = under[u][k]
                if (v >= n) != (u >= n) or main_up[v] < 0 or above[v][main_up[v]][0] != u or of[v] >= 0:
                    break
                members.append(v)
                shifts.append(shifts[-1] + du - dv)
            if len(members) > 1:
                for v in members:
                    of[v] = len(chains)
                chains.append((members, shifts))
    for _ in range(STRAIGHTEN_SWEEPS):
        target = [0.0] * total
        for members, shifts in chains:
            mean = 0.0
            for v, s in zip(members, shifts, strict=True):
                mean += x[v] - s
            mean /= len(members)
            for v, s in zip(members, shifts, strict=True):
                target[v] = mean + s
        for layer, gap in zip(layers, gaps, strict=True):
            want: list[float] = []
            heavy: list[float] = []
            for i in layer:
                if of[i] >= 0:
                    want.append(target[i])
                    heavy.append((100.0 if i >= n else 10000.0) * len(chains[of[i]][0]))
                else:
                    _wish(above[i] + under[i], x, i, want, heavy)
            _isotonic(layer, gap, want, heavy, x)


def _main(near: list[tuple[int, float, float, float]], depth: list[int], owner: list[int], n: int, i: int) -> int:
    """Return the index of the neighbour a chain continues with, or -1."""
    best, deepest = -1, -1
    for k, (v, _, _, _) in enumerate(near):
        same = v >= n and i >= n and owner[v] == owner[i]
        if (same or (v < n and i < n)) and depth[v] > deepest:
            best, deepest = k, depth[v]
    return best
