"""Write a scene as SVG: no script, no marker ids, nothing that two pictures in one notebook could clash over."""

from __future__ import annotations

from html import escape

from ._scene import Curve, Rectangle, Scene, Text
from ._theme import FONT


def write_svg(scene: Scene) -> str:
    """Return the scene as a standalone SVG document."""
    w, h = _n(scene.width), _n(scene.height)
    font = f'font-family="{FONT}" style="max-width:100%;height:auto"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" {font}>',
        f"<title>{xml_text(scene.title)}</title><desc>{xml_text(scene.description)}</desc>",
        f'<rect width="{w}" height="{h}" fill="{scene.background}"/>',
    ]
    for piece in scene.pieces:
        tip = f"<title>{xml_text(piece.tooltip)}</title>" if piece.tooltip else ""
        shapes = "".join(_shape(s) for s in piece.shapes)
        out.append(f'<g id="{piece.id}" class="{piece.kind}">{tip}{shapes}</g>')
    out.append("</svg>\n")
    return "\n".join(out)


def _shape(s: Rectangle | Curve | Text) -> str:
    if isinstance(s, Rectangle):
        opacity = f' fill-opacity="{s.opacity:g}"' if s.opacity < 1 else ""
        return (
            f'<rect x="{_n(s.x)}" y="{_n(s.y)}" width="{_n(s.width)}" height="{_n(s.height)}" rx="{_n(s.radius)}" '
            f'fill="{s.fill}"{opacity} stroke="{s.stroke}" stroke-width="{s.line:g}"/>'
        )
    if isinstance(s, Text):
        bold = ' font-weight="600"' if s.bold else ""
        anchor = "" if s.anchor == "start" else f' text-anchor="{s.anchor}"'
        halo = f' stroke="{s.halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if s.halo else ""
        return (
            f'<text x="{_n(s.x)}" y="{_n(s.y)}" font-size="{s.size:g}" fill="{s.fill}"{anchor}{bold}{halo}>'
            f"{xml_text(s.text)}</text>"
        )
    path = f"M{_n(s.start[0])} {_n(s.start[1])}" + "".join(_segment(c) for c in merged(s))
    head = " ".join(f"{_n(x)},{_n(y)}" for x, y in s.head)
    return (
        f'<path d="{path}" fill="none" stroke="{s.stroke}" stroke-width="{s.line:g}"/>'
        f'<polygon points="{head}" fill="{s.stroke}"/>'
    )


Segment = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


def merged(curve: Curve) -> list[Segment]:
    """Return the segments, straight ones in a row joined."""
    found: list[Segment] = []
    at = curve.start
    straight = -1  # the axis of the last straight segment: 0 for vertical (x is constant), 1 for horizontal
    for a, b, end in curve.segments:
        axis = 0 if at[0] == end[0] else 1 if at[1] == end[1] else -1
        if axis >= 0 and axis == straight:
            found[-1] = (found[-1][0], end, end)
        else:
            found.append((at, end, end) if axis >= 0 else (a, b, end))
        straight, at = axis, end
    return found


def _segment(s: Segment) -> str:
    a, b, end = s
    if b == end:
        return f"L{_n(end[0])} {_n(end[1])}"
    return f"C{_n(a[0])} {_n(a[1])} {_n(b[0])} {_n(b[1])} {_n(end[0])} {_n(end[1])}"


def _n(x: float) -> str:
    """Return a coordinate with at most one decimal."""
    return f"{x:.1f}".removesuffix(".0")


def xml_text(text: str) -> str:
    """Escape text for XML and drop the characters XML cannot hold."""
    return escape("".join(c if c.isprintable() or c == "\n" else " " for c in text))
