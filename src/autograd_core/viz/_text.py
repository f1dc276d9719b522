"""A view as an indented text tree, and as a Mermaid flowchart."""

from __future__ import annotations

from ._labels import shape_text
from ._model import Graph
from ._theme import LIGHT, style_of
from ._view import View


def write_text(graph: Graph, view: View) -> str:
    """Return one line per box in creation order, indented by module, with operands by number and shapes."""
    # What flows in from outside comes first, so that it does not interrupt a module.
    outside = [box.cluster < 0 and box.kind in ("input", "parameter", "constant") for box in view.boxes]
    order = sorted(range(len(view.boxes)), key=lambda k: not outside[k])
    number = {k: place for place, k in enumerate(order)}
    operands: list[list[int]] = [[] for _ in view.boxes]
    for link in view.links:
        operands[link.target].append(number[link.source])
    lines = [graph.title] if graph.title else []
    wide = len(str(len(view.boxes)))
    open_frames: list[int] = []
    for k in order:
        box = view.boxes[k]
        frames = []
        c = box.cluster
        while c >= 0:
            frames.append(c)
            c = view.clusters[c].parent
        frames.reverse()
        same = 0
        while same < min(len(frames), len(open_frames)) and frames[same] == open_frames[same]:
            same += 1
        for depth in range(same, len(frames)):
            cluster = view.clusters[frames[depth]]
            times = f"  × {cluster.times}" if cluster.times > 1 else ""
            lines.append(f"{' ' * (wide + 3)}{'│ ' * depth}┌ {cluster.title}{times}")
        open_frames = frames
        reads = ", ".join(f"%{a}" for a in operands[k])
        title = box.title + (f" × {box.times}" if box.times > 1 else "")
        call = f"{title}({reads})" if reads else title
        shape = shape_text(graph.nodes[box.node].shape) if box.group < 0 else ""
        detail = [f"→ {shape}" if shape and operands[k] else "", "; ".join(box.lines)]
        tail = "  ".join(d for d in detail if d)
        lines.append(f"%{number[k]:<{wide}}  {'│ ' * len(frames)}{call}  {tail}".rstrip())
    if graph.failure is not None:
        lines.append(f"raised: {graph.failure.message}")
    return "\n".join(lines) + "\n"


def write_mermaid(view: View, *, across: bool = False) -> str:
    """Return a Mermaid flowchart (GitHub and many editors draw it)."""
    lines = [f"flowchart {'LR' if across else 'TB'}"]
    inside: list[list[int]] = [[] for _ in range(len(view.clusters) + 1)]
    for k, box in enumerate(view.boxes):
        inside[box.cluster].append(k)
    children: list[list[int]] = [[] for _ in range(len(view.clusters) + 1)]
    for c, cluster in enumerate(view.clusters):
        children[cluster.parent].append(c)
    todo: list[tuple[int, bool]] = [(c, True) for c in reversed(children[-1])]
    lines += [_mermaid_box(view, k) for k in inside[-1]]
    while todo:
        c, opening = todo.pop()
        if not opening:
            lines.append("end")
            continue
        cluster = view.clusters[c]
        times = f" × {cluster.times}" if cluster.times > 1 else ""
        lines.append(f'subgraph {cluster.id}["{_quoted(cluster.title + times)}"]')
        lines += [_mermaid_box(view, k) for k in inside[c]]
        todo.append((c, False))
        todo += [(d, True) for d in reversed(children[c])]
    for link in view.links:
        label = f'|"{_quoted(link.label)}"|' if link.label else ""
        lines.append(f"{view.boxes[link.source].id} -->{label} {view.boxes[link.target].id}")
    frames = f"fill:#f3f6f9,stroke:{LIGHT.frame_stroke},color:{LIGHT.muted}"
    lines += [f"style {cluster.id} {frames}" for cluster in view.clusters]
    for style, fill in LIGHT.fills.items():
        lines.append(f"classDef {style}_ fill:{fill},stroke:{LIGHT.strokes[style]},color:{LIGHT.text}")
    return "\n".join(lines) + "\n"


def _mermaid_box(view: View, k: int) -> str:
    box = view.boxes[k]
    title = box.title + (f" × {box.times}" if box.times > 1 else "")
    text = "<br/>".join([f"<b>{_quoted(title)}</b>", *map(_quoted, box.lines)])
    left, right = ('(["', '"])') if box.kind == "input" else ('("', '")')
    return f"{box.id}{left}{text}{right}:::{style_of(box)}_"


def _quoted(text: str) -> str:
    """Write everything but letters, digits and a few signs as Mermaid's `#code;`, so no text can be syntax (nor empty)."""
    return "".join(c if c.isalnum() or c in " .,_-×=→/+()" else f"#{ord(c)};" for c in text) if text.strip() else "#160;"
