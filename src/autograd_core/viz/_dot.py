"""A view as DOT source, built with the `graphviz` package.

Names of nodes are ours ("n12"), never the user's text: `a:b` would mean a port. The user's text appears only escaped,
inside HTML-like labels that we write ourselves, and never in a `URL`.
"""

from __future__ import annotations

import graphviz

from ._model import Graph
from ._scene import tooltip
from ._svg import xml_text
from ._theme import Theme, style_of
from ._tree import VIEWS
from ._view import Box, View

#: With more arrows than this their labels are left out: `dot` makes a rank for each and takes minutes.
LABELS = 400


def write_dot(graph: Graph, view: View, theme: Theme, *, across: bool = False) -> str:
    """Return DOT source for a view."""
    dot = graphviz.Digraph("graph")
    dot.attr(
        "graph",
        rankdir="LR" if across else "TB",
        bgcolor=theme.background,
        fontname="Helvetica",
        newrank="true",
        nodesep="0.25",
        ranksep="0.3",
        pad="0.2",
        tooltip=_quiet(graph.title or "computation graph"),
    )
    dot.attr("node", shape="box", style="rounded,filled", fontname="Helvetica", margin="0.12,0.06", height="0.3")
    dot.attr("edge", color=theme.edge, fontname="Helvetica", fontsize="9", fontcolor=theme.muted, arrowsize="0.6")
    parents = [c.parent for c in view.clusters]
    inside: list[list[int]] = [[] for _ in range(len(parents) + 1)]
    for k, box in enumerate(view.boxes):
        inside[box.cluster].append(k)
    frames: list[graphviz.Digraph] = []
    for c, cluster in enumerate(view.clusters):
        title = cluster.title if cluster.times == 1 else f"{cluster.title}   × {cluster.times}"
        frame = graphviz.Digraph(f"cluster_{cluster.id}")
        frame.attr(
            label=f'<<FONT POINT-SIZE="11" COLOR="{theme.muted}">{_html(title)}</FONT>>',
            labeljust="l",
            style="rounded,filled",
            color=theme.frame_stroke,
            fillcolor=f"{theme.frame}12",
            id=cluster.id,
            tooltip=_quiet(cluster.title),
        )
        for k in inside[c]:
            _box(frame, graph, view.boxes[k], theme)
        frames.append(frame)
    for c in range(len(frames) - 1, -1, -1):  # deepest first: a subgraph is copied into its parent as text
        (frames[parents[c]] if parents[c] >= 0 else dot).subgraph(frames[c])
    for k in inside[-1]:
        _box(dot, graph, view.boxes[k], theme)
    for leaf, operation in _beside(view):
        with dot.subgraph() as level:
            level.attr(rank="same")
            level.node(leaf)
            level.node(operation)
    labels = len(view.links) <= LABELS
    for j, link in enumerate(view.links):
        label = f" {link.label} " if link.label and labels else ""
        dot.edge(view.boxes[link.source].id, view.boxes[link.target].id, id=f"e{j}", label=label)
    return str(dot.source)


def _beside(view: View) -> list[tuple[str, str]]:
    """Return the parameters and constants that have a box, each with its one consumer, to be drawn side by side.

    Above it they would make the picture wide, and so would a parameter's transpose.
    """
    consumers: list[list[int]] = [[] for _ in view.boxes]
    operands = [0] * len(view.boxes)
    for link in view.links:
        consumers[link.source].append(link.target)
        operands[link.target] += 1
    pairs = []
    for k, box in enumerate(view.boxes):
        at = k if box.kind in ("parameter", "constant") else -1
        while at >= 0 and len(consumers[at]) == 1:
            target = consumers[at][0]
            pairs.append((view.boxes[at].id, view.boxes[target].id))
            at = target if view.boxes[target].title in VIEWS and operands[target] == 1 else -1
    return pairs


def _box(dot: graphviz.Digraph, graph: Graph, box: Box, theme: Theme) -> None:
    style = style_of(box)
    title = box.title if box.times == 1 else f"{box.title} × {box.times}"
    rows = [f"<B>{_html(title)}</B>"]
    first_folded = len(box.lines) - box.folded
    for k, line in enumerate(box.lines):
        colour = theme.folded if k >= first_folded else theme.muted
        rows.append(f'<FONT POINT-SIZE="10" COLOR="{colour}">{_html(line)}</FONT>')
    failed = graph.failure is not None and graph.nodes[box.node].id == graph.failure.node
    dot.node(
        box.id,
        label=f"<{'<BR/>'.join(rows)}>",
        id=box.id,
        **{"class": f"{box.kind} {style}" if style != box.kind else style},
        fontsize="12",
        fontcolor=theme.text,
        fillcolor=theme.fills[style],
        color="#d5392b" if failed else theme.strokes[style],
        penwidth="3" if failed else "2" if box.kind == "output" else "1.2",
        peripheries="2" if box.times > 1 or box.kind == "module" else "1",
        tooltip=_quiet(tooltip(graph, box)),
    )


def _html(text: str) -> str:
    """Escape for an HTML-like label; one that is only spaces would be a syntax error."""
    return xml_text(text) if text.strip() else "&#160;"


def _quiet(text: str) -> str:
    r"""Return text for a plain attribute: no backslash (\N would be replaced) and nothing that looks like HTML."""
    clean = "".join(c if c.isprintable() else " " for c in text).replace("\\", "/")
    return f" {clean}" if clean.startswith("<") else clean
