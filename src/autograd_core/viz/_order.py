"""The order of items within layers, by barycentre sweeps (part of the flat layout; `static/layout.js` is the same)."""

from __future__ import annotations

#: How many sweeps are made, unless no crossing is left before.
ORDER_SWEEPS = 10


def order_layers(layers: list[list[int]], below: list[list[tuple[int, float, float]]], width: list[float]) -> None:
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
