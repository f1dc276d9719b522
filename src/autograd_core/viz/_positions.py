"""Positions within layers: weighted isotonic placement, then chains pulled straight (`static/layout.js` is the same).

A neighbour is (item, its port's offset, own port's offset, weight).
"""

from __future__ import annotations

#: Gap beside a bend, and how many sweeps placement and straightening get.
BEND_GAP = 14.0
PLACE_SWEEPS, STRAIGHTEN_SWEEPS = 6, 5


def positions(
    layers: list[list[int]],
    width: list[float],
    below: list[list[tuple[int, float, float]]],
    n: int,
    node_gap: float,
    top: set[int],
    bottom: set[int],
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
            want: list[float] = []
            heavy: list[float] = []
            for i in layers[r]:
                near = above[i] + under[i] if last else (above[i] if down else under[i])
                _wish(near, x, i, want, heavy)
            _isotonic(layers[r], gaps[r], want, heavy, x)
    _straighten(layers, gaps, above, under, n, x, top, bottom)
    return x


def _wish(near: list[tuple[int, float, float, float]], x: list[float], i: int, want: list[float], heavy: list[float]) -> None:
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
    n: int,
    x: list[float],
    top: set[int],
    bottom: set[int],
) -> None:
    """Pull long chains straight, so that a spine with skip arrows does not drift sideways.

    A chain links neighbours that are each other's main one: the one on the longest path, where paths through the
    ports of the frame count as longer than any inside it (or a chain of parameters would push the spine aside in
    every frame). Chains with items outweigh chains of bends, and long chains outweigh short ones.
    """
    total = len(x)
    depth_down = [len(layers) if i in bottom else 0 for i in range(total)]
    depth_up = [len(layers) if i in top else 0 for i in range(total)]
    for layer in layers:
        for i in layer:
            for v, _, _, _ in above[i]:
                depth_up[i] = max(depth_up[i], depth_up[v] + 1)
    for layer in reversed(layers):
        for i in layer:
            for v, _, _, _ in under[i]:
                depth_down[i] = max(depth_down[i], depth_down[v] + 1)
    main_down = [_main(under[i], depth_down, n) for i in range(total)]
    main_up = [_main(above[i], depth_up, n) for i in range(total)]
    chains: list[tuple[list[int], list[float]]] = []
    weight: list[float] = []
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
                if main_up[v] < 0 or above[v][main_up[v]][0] != u or of[v] >= 0:
                    break
                members.append(v)
                shifts.append(shifts[-1] + du - dv)
            if len(members) > 1:
                for v in members:
                    of[v] = len(chains)
                chains.append((members, shifts))
                weight.append((10000.0 if any(v < n for v in members) else 100.0) * len(members))
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
                    heavy.append(weight[of[i]])
                else:
                    _wish(above[i] + under[i], x, i, want, heavy)
            _isotonic(layer, gap, want, heavy, x)


def _main(near: list[tuple[int, float, float, float]], depth: list[int], n: int) -> int:
    """Return the index of the neighbour a chain continues with, an item before a bend of the same depth, or -1."""
    best, deepest = -1, -1
    for k, (v, _, _, _) in enumerate(near):
        deep = 2 * depth[v] + (v < n)
        if deep > deepest:
            best, deepest = k, deep
    return best
