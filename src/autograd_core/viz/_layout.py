"""The built-in layered layout: boxes, frames and routed arrows, one recursion level per frame.

A frame is laid out before its parent and is one item there; an arrow that crosses its border enters and leaves
through ports that are items too. ``static/layout.js`` is this file line by line; a test holds the two equal, so
neither may use a random number, an unstable sort or a compensated sum.

References
----------
Sugiyama, Tagawa, Toda (1981), "Methods for visual understanding of hierarchical system structures".
Best, Chakravarti (1990), "Active set algorithms for isotonic regression": the exact placement within a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ._layers import arrange

NODE_GAP, LAYER_GAP = 22.0, 34.0
PAD, HEADER = 14.0, 24.0
MARGIN = 16.0


@dataclass(slots=True)
class Placed:
    """Centres of boxes, frames as (x, y, width, height), routes as lists of points, and the size of the whole."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    frames: list[tuple[float, float, float, float]] = field(default_factory=list)
    routes: list[list[tuple[float, float]]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def place(
    sizes: Sequence[tuple[float, float]],
    cluster: Sequence[int],
    parents: Sequence[int],
    headers: Sequence[float],
    links: Sequence[tuple[int, int]],
    *,
    across: bool = False,
    gap: float = LAYER_GAP,
) -> Placed:
    """Place boxes.

    Parameters
    ----------
    sizes
        Width and height of each box.
    cluster
        The frame each box is directly in, or -1.
    parents
        The parent of each frame (a smaller index), or -1.
    headers
        The width of each frame's title.
    links
        Pairs of boxes (source, target).
    across
        Left to right instead of top to bottom.
    gap
        Distance between layers, which holds the labels of arrows.
    """
    n, m = len(sizes), len(parents)
    # Everything below is top to bottom; "across" swaps the two axes on the way in and out.
    w = [s[1] if across else s[0] for s in sizes] + [0.0] * m
    h = [s[0] if across else s[1] for s in sizes] + [0.0] * m
    children: list[list[int]] = [[] for _ in range(m + 1)]  # frame m is the whole picture
    for i in range(n):
        children[cluster[i] if cluster[i] >= 0 else m].append(i)
    for c in range(m):
        children[parents[c] if parents[c] >= 0 else m].append(n + c)
    up = [cluster[i] if cluster[i] >= 0 else m for i in range(n)] + [p if p >= 0 else m for p in parents] + [-1]
    chains, inner, ports_in, ports_out = _split(n, m, up, links)

    # One flat layout per frame, deepest first: positions of its items relative to its top left corner.
    px, py = [0.0] * (n + m), [0.0] * (n + m)
    bends: dict[tuple[int, int, int], list[tuple[float, float]]] = {}
    port_x: dict[tuple[int, int, int], float] = {}
    width, height = 0.0, 0.0
    for c in range(m, -1, -1) if m == 0 else [*range(m - 1, -1, -1), m]:
        items = children[c]
        index = {item: k for k, item in enumerate(items)}
        sources, sinks = ports_in[c], ports_out[c]
        k = len(items)
        ws = [w[i] for i in items] + [1.0] * (len(sources) + len(sinks))
        hs = [h[i] for i in items] + [0.0] * (len(sources) + len(sinks))
        index_in = {s: k + j for j, s in enumerate(sources)}
        index_out = {s: k + len(sources) + j for j, s in enumerate(sinks)}
        flat = []
        for s, a, b in inner[c]:
            u = index_in[s] if a < 0 else index[a]
            v = index_out[s] if b < 0 else index[b]
            du = port_x[a, s, 1] if a >= n else 0.0
            dv = port_x[b, s, 0] if b >= n else 0.0
            flat.append((u, v, du, dv, s))
        top = set(range(k, k + len(sources)))
        bottom = set(range(k + len(sources), len(ws)))
        found = arrange(ws, hs, flat, top, bottom, NODE_GAP, gap)
        start, end = (PAD, PAD) if across else (HEADER, PAD)
        left, right = (HEADER, PAD) if across else (PAD, PAD)
        if c == m:
            start = end = left = right = MARGIN
        inside = found.width
        if c < m:
            title = headers[c] + 2 * PAD
            if across:
                found.height = max(found.height, title - start - end)
            else:
                inside = max(inside, title - left - right)
        shift = left + (inside - found.width) / 2
        for i, item in enumerate(items):
            px[item], py[item] = found.x[i] + shift, found.y[i] + start
        width, height = inside + left + right, found.height + start + end
        if c < m:
            w[n + c], h[n + c] = width, height
        for s, i in index_in.items():
            port_x[n + c, s, 0] = found.x[i] + shift - width / 2
        for s, i in index_out.items():
            port_x[n + c, s, 1] = found.x[i] + shift - width / 2
        for (s, a, b), points in zip(inner[c], found.routes, strict=True):
            moved = [(x + shift, y + start) for x, y in points]
            if a < 0:
                moved[0] = (moved[0][0], 0.0)
            if b < 0:
                moved[-1] = (moved[-1][0], height)
            bends[s, a if a >= 0 else -c - 1, b if b >= 0 else -c - 1] = moved

    placed = Placed(width=height, height=width) if across else Placed(width=width, height=height)
    corner_x, corner_y = [0.0] * (m + 1), [0.0] * (m + 1)
    for c in range(m):
        above = up[n + c]
        corner_x[c] = corner_x[above] + px[n + c] - w[n + c] / 2
        corner_y[c] = corner_y[above] + py[n + c] - h[n + c] / 2
        frame = (corner_x[c], corner_y[c], w[n + c], h[n + c])
        placed.frames.append((frame[1], frame[0], frame[3], frame[2]) if across else frame)
    for i in range(n):
        x, y = corner_x[up[i]] + px[i], corner_y[up[i]] + py[i]
        placed.x.append(y if across else x)
        placed.y.append(x if across else y)
    for j, (s, _) in enumerate(links):
        route: list[tuple[float, float]] = []
        for c, a, b in chains[j]:
            for x, y in bends[s, a, b]:
                point = (x + corner_x[c], y + corner_y[c])
                if not route or point != route[-1]:
                    route.append(point)
        placed.routes.append([(y, x) for x, y in route] if across else route)
    return placed


def _split(
    n: int, m: int, up: list[int], links: Sequence[tuple[int, int]]
) -> tuple[list[list[tuple[int, int, int]]], list[list[tuple[int, int, int]]], list[dict[int, None]], list[dict[int, None]]]:
    """Cut each arrow at the borders it crosses.

    Returns, per arrow, its parts (frame, from, to); per frame its distinct parts (source box, from, to) and the
    source boxes that enter and leave it. A negative end is the frame's own border.
    """
    chains: list[list[tuple[int, int, int]]] = []
    inner: list[dict[tuple[int, int, int], None]] = [{} for _ in range(m + 1)]
    ports_in: list[dict[int, None]] = [{} for _ in range(m + 1)]
    ports_out: list[dict[int, None]] = [{} for _ in range(m + 1)]
    for s, t in links:
        around = []
        c = up[s]
        while c >= 0:
            around.append(c)
            c = up[n + c] if c < m else -1
        outer = set(around)
        enter = []
        c = up[t]
        while c not in outer:
            enter.append(c)
            c = up[n + c]
        meet = c
        parts = []
        at = s
        for c in around:
            if c == meet:
                break
            ports_out[c][s] = None
            inner[c][s, at, -1] = None
            parts.append((c, at, -c - 1))
            at = n + c
        below = [n + c for c in reversed(enter)]
        for c, b in zip([meet, *reversed(enter)], [*below, t], strict=True):
            if c != meet:
                ports_in[c][s] = None
                at = -1
            inner[c][s, at, b] = None
            parts.append((c, at if at >= 0 else -c - 1, b))
        chains.append(parts)
    return chains, [list(d) for d in inner], ports_in, ports_out
