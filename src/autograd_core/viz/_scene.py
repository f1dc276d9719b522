"""A laid out view as rectangles, curves and text: what the built-in SVG, PDF and PNG writers draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from ._labels import LINE_SIZE, TITLE_SIZE, text_width
from ._layout import LAYER_GAP, Placed, place
from ._model import Graph
from ._theme import Theme, style_of
from ._view import Box, Cluster, View

LABEL_SIZE, HEADING_SIZE = 9.0, 11.0


@dataclass(slots=True)
class Rectangle:
    """A rounded rectangle."""

    x: float
    y: float
    width: float
    height: float
    radius: float
    fill: str
    stroke: str
    line: float = 1.2
    #: Opacity of the fill.
    opacity: float = 1.0


@dataclass(slots=True)
class Curve:
    """A path of cubic segments: a start, then (control, control, end) triples; an arrow head at the end."""

    start: tuple[float, float]
    segments: list[tuple[tuple[float, float], tuple[float, float], tuple[float, float]]]
    stroke: str
    line: float = 1.3
    head: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Text:
    """A line of text; ``anchor`` is "start", "middle" or "end"."""

    x: float
    y: float
    text: str
    size: float
    fill: str
    anchor: str = "middle"
    bold: bool = False
    #: Colour of an outline that keeps the text readable where an arrow passes behind it.
    halo: str = ""


@dataclass(slots=True)
class Piece:
    """Shapes that belong together: a box, an arrow or a frame, with an id and a tooltip."""

    id: str
    kind: str
    shapes: list[Rectangle | Curve | Text]
    tooltip: str = ""


@dataclass(slots=True)
class Scene:
    """Everything to draw, back to front."""

    width: float
    height: float
    background: str
    title: str
    description: str
    pieces: list[Piece] = field(default_factory=list)


def compose(graph: Graph, view: View, theme: Theme, *, across: bool = False) -> Scene:
    """Lay out a view and return the shapes to draw."""
    placed = lay_out(view, across=across)
    name = graph.title or "computation graph"
    description = f"{len(view.boxes)} boxes for {len(graph.nodes)} nodes and {len(graph.edges)} edges"
    scene = Scene(placed.width, placed.height, theme.background, name, description)
    words: list[Rectangle | Curve | Text] = []
    for cluster, (x, y, w, h) in zip(view.clusters, placed.frames, strict=True):
        frame = Rectangle(x, y, w, h, 10, theme.frame, theme.frame_stroke, 1.0, opacity=0.07)
        scene.pieces.append(Piece(cluster.id, "module" if cluster.group >= 0 else "repeat", [frame]))
        words += _heading(cluster, x, y, w, theme)
    for k, (link, route) in enumerate(zip(view.links, placed.routes, strict=True)):
        scene.pieces.append(Piece(f"e{k}", "edge", [_curve(route, theme.edge, across)]))
        if link.label:
            x, y = (route[0][0] + 6, route[0][1] - 4) if across else (route[0][0] + 5, route[0][1] + 13)
            words.append(Text(x, y, link.label, LABEL_SIZE, theme.muted, "start", halo=theme.background))
    scene.pieces.append(Piece("labels", "labels", words))
    failed = -1
    if graph.failure is not None and graph.failure.node is not None:
        at = next(i for i, n in enumerate(graph.nodes) if n.id == graph.failure.node)
        failed = view.box_of[at]
    for k, box in enumerate(view.boxes):
        scene.pieces.append(_card(graph, box, placed.x[k], placed.y[k], theme, failed=k == failed))
    if graph.failure is not None:
        message = Text(16, placed.height + 6, graph.failure.message[:200].replace("\n", " "), 11, "#d5392b", "start")
        scene.height += 20
        scene.width = max(scene.width, text_width(message.text, 11) + 32)
        scene.pieces.append(Piece("failure", "failure", [message], graph.failure.message))
    return scene


def lay_out(view: View, *, across: bool = False) -> Placed:
    """Run the layout on a view."""
    gap = LAYER_GAP
    if across:
        for link in view.links:
            gap = max(gap, text_width(link.label, LABEL_SIZE) + 20)
    sizes = []
    label = [0.0] * len(view.boxes)
    for link in view.links:
        label[link.source] = max(label[link.source], text_width(link.label, LABEL_SIZE))
    for box, wide in zip(view.boxes, label, strict=True):
        # The label right of an arrow's start must not reach the neighbour.
        sizes.append((box.width if across else max(box.width, 2 * wide - 8), box.height))
    headers = [text_width(c.title, HEADING_SIZE) + (40.0 if c.times > 1 else 0.0) for c in view.clusters]
    links = [(link.source, link.target) for link in view.links]
    return place(
        sizes,
        [b.cluster for b in view.boxes],
        [c.parent for c in view.clusters],
        headers,
        links,
        across=across,
        gap=gap,
    )


def _heading(cluster: Cluster, x: float, y: float, w: float, theme: Theme) -> list[Rectangle | Curve | Text]:
    found: list[Rectangle | Curve | Text] = [
        Text(x + 10, y + 16, cluster.title, HEADING_SIZE, theme.muted, "start", halo=theme.background)
    ]
    if cluster.times > 1:
        times = f"× {cluster.times}"
        found.append(Text(x + w - 10, y + 16, times, 12, theme.text, "end", bold=True, halo=theme.background))
    return found


def _card(graph: Graph, box: Box, cx: float, cy: float, theme: Theme, *, failed: bool) -> Piece:
    style = style_of(box)
    fill, stroke = theme.fills[style], "#d5392b" if failed else theme.strokes[style]
    x, y = cx - box.width / 2, cy - box.height / 2
    radius = min(box.height / 2, 14) if box.kind == "input" else 6
    shapes: list[Rectangle | Curve | Text] = []
    if box.times > 1 or box.kind == "module":
        shapes.append(Rectangle(x + 4, y + 4, box.width, box.height, radius, fill, stroke, 1.0))
    line = 3.0 if failed else 2.0 if box.kind == "output" else 1.2
    shapes.append(Rectangle(x, y, box.width, box.height, radius, fill, stroke, line))
    title = box.title if box.times == 1 else f"{box.title} × {box.times}"
    shapes.append(Text(cx, y + 18, title, TITLE_SIZE, theme.text, bold=True))
    first_folded = len(box.lines) - box.folded
    for k, text in enumerate(box.lines):
        colour = theme.folded if k >= first_folded else theme.muted
        shapes.append(Text(cx, y + 32 + 13 * k, text, LINE_SIZE, colour))
    return Piece(box.id, f"{box.kind} {style}" if style != box.kind else style, shapes, tooltip(graph, box))


def tooltip(graph: Graph, box: Box) -> str:
    """Return what a box says when pointed at: the whole name, module and shape."""
    n = graph.nodes[box.node]
    if box.kind == "module":
        return f"module {n.module}"[:300]
    parts = [n.name, n.operation or n.kind, f"shape {n.shape}", n.dtype, f"in {n.module}" if n.module else ""]
    if n.source is not None:
        parts.append(f"{n.source.file}:{n.source.line}")
    return "  ".join(p for p in parts if p)[:300]


def _curve(route: list[tuple[float, float]], stroke: str, across: bool) -> Curve:
    """Return straight and S-shaped segments through the points, leaving and arriving along the layers' axis."""
    end = route[-1]
    before = next((p for p in reversed(route) if p != end), end)
    sign = (1.0 if end[0] >= before[0] else -1.0) if across else (1.0 if end[1] >= before[1] else -1.0)
    tip, half = 6.0, 3.2
    base = (end[0] - sign * tip, end[1]) if across else (end[0], end[1] - sign * tip)
    if across:
        head = [end, (base[0], base[1] - half), (base[0], base[1] + half)]
    else:
        head = [end, (base[0] - half, base[1]), (base[0] + half, base[1])]
    points = [*route[:-1], base]
    segments = []
    for (ax, ay), (bx, by) in pairwise(points):
        if across:
            middle = (ax + bx) / 2
            segments.append(((middle, ay), (middle, by), (bx, by)))
        else:
            middle = (ay + by) / 2
            segments.append(((ax, middle), (bx, middle), (bx, by)))
    return Curve(points[0], segments, stroke, head=head)
