"""Write a scene as PDF with the fonts every reader has, and as PNG with matplotlib: the built-in engine's rest."""

from __future__ import annotations

import io
import zlib
from typing import Any

from ._engines import DrawingError, raster_dpi
from ._labels import text_width
from ._scene import Curve, Rectangle, Scene, Text
from ._svg import merged

#: PDF readers refuse pages over 200 inches.
LARGEST = 14_400.0
#: Characters of our own labels that the standard PDF fonts lack.
PLAIN = str.maketrans({"→": ">", "…": "...", "−": "-"})


def write_pdf(scene: Scene) -> bytes:
    """Return a one-page vector PDF; characters outside Windows-1252 are written as "?"."""
    scale = min(1.0, LARGEST / max(scene.width, scene.height, 1.0))
    height = scene.height
    out = [f"{scale:.5f} 0 0 {scale:.5f} 0 0 cm"]
    out.append(f"{_rgb(scene.background)} rg 0 0 {scene.width:.2f} {height:.2f} re f")
    for piece in scene.pieces:
        for s in piece.shapes:
            if isinstance(s, Rectangle):
                out.append(_pdf_rectangle(s, height, scene.background))
            elif isinstance(s, Text):
                out.append(_pdf_text(s, height))
            else:
                out.append(_pdf_curve(s, height))
    stream = zlib.compress("\n".join(out).encode("cp1252", "replace"))
    page = (
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {scene.width * scale:.2f} {height * scale:.2f}]"
        "/Resources<</Font<</R 5 0 R/B 6 0 R>>>>/Contents 4 0 R>>"
    )
    font = "<</Type/Font/Subtype/Type1/BaseFont/{}/Encoding/WinAnsiEncoding>>"
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page.encode(),
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
        font.format("Helvetica").encode(),
        font.format("Helvetica-Bold").encode(),
    ]
    file = io.BytesIO()
    file.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for k, body in enumerate(bodies, 1):
        places.append(file.tell())
        file.write(b"%d 0 obj%s\nendobj\n" % (k, body))
    start = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    for at in places:
        file.write(b"%010d 00000 n \n" % at)
    file.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start))
    return file.getvalue()


def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[k : k + 2], 16) / 255:.3f}" for k in (1, 3, 5))


def _mixed(colour: str, background: str, opacity: float) -> str:
    """Return the colour that a translucent fill has over the background."""
    parts = []
    for k in (1, 3, 5):
        a, b = int(colour[k : k + 2], 16), int(background[k : k + 2], 16)
        parts.append(f"{(a * opacity + b * (1 - opacity)) / 255:.3f}")
    return " ".join(parts)


def _pdf_rectangle(s: Rectangle, height: float, background: str) -> str:
    x, y, w, h, r = s.x, height - s.y - s.height, s.width, s.height, min(s.radius, s.height / 2)
    c = r * 0.4477  # the control point of a quarter circle
    fill = _mixed(s.fill, background, s.opacity)
    corner = [
        f"{x + r:.2f} {y:.2f} m {x + w - r:.2f} {y:.2f} l",
        f"{x + w - c:.2f} {y:.2f} {x + w:.2f} {y + c:.2f} {x + w:.2f} {y + r:.2f} c {x + w:.2f} {y + h - r:.2f} l",
        f"{x + w:.2f} {y + h - c:.2f} {x + w - c:.2f} {y + h:.2f} {x + w - r:.2f} {y + h:.2f} c {x + r:.2f} {y + h:.2f} l",
        f"{x + c:.2f} {y + h:.2f} {x:.2f} {y + h - c:.2f} {x:.2f} {y + h - r:.2f} c {x:.2f} {y + r:.2f} l",
        f"{x:.2f} {y + c:.2f} {x + c:.2f} {y:.2f} {x + r:.2f} {y:.2f} c b",
    ]
    return f"{fill} rg {_rgb(s.stroke)} RG {s.line:g} w " + " ".join(corner)


def _pdf_text(s: Text, height: float) -> str:
    text = s.text.translate(PLAIN)
    wide = text_width(text, s.size) * (1.0 if s.bold else 0.94)
    x = s.x - (wide / 2 if s.anchor == "middle" else wide if s.anchor == "end" else 0.0)
    shown = "".join("\\" + c if c in "\\()" else c for c in text if c.isprintable())
    return f"BT /{'B' if s.bold else 'R'} {s.size:g} Tf {_rgb(s.fill)} rg {x:.2f} {height - s.y:.2f} Td ({shown}) Tj ET"


def _pdf_curve(s: Curve, height: float) -> str:
    parts = [f"{_rgb(s.stroke)} RG {_rgb(s.stroke)} rg {s.line:g} w {s.start[0]:.2f} {height - s.start[1]:.2f} m"]
    for a, b, end in merged(s):
        if b == end:
            parts.append(f"{end[0]:.2f} {height - end[1]:.2f} l")
        else:
            points = " ".join(f"{x:.2f} {height - y:.2f}" for x, y in (a, b, end))
            parts.append(f"{points} c")
    first, *rest = s.head
    head = f"{first[0]:.2f} {height - first[1]:.2f} m " + " ".join(f"{x:.2f} {height - y:.2f} l" for x, y in rest)
    return " ".join(parts) + f" S {head} h f"


def write_png(scene: Scene) -> bytes:
    """Return a PNG drawn with matplotlib, at most 16 megapixels.

    Raises
    ------
    DrawingError
        If matplotlib is missing or the drawing would be too large to read.
    """
    dpi = raster_dpi(scene.width, scene.height)
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path
        from matplotlib.patheffects import withStroke
    except ImportError:
        raise DrawingError(
            "nothing here can write a PNG: pip install 'autograd-core[viz]', or install Graphviz, "
            "or save as .svg, .pdf or .html"
        ) from None
    figure = Figure(figsize=(scene.width / 72, scene.height / 72), dpi=dpi, facecolor=scene.background)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
    axes.axis("off")
    names = ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans"]
    from matplotlib import font_manager

    known = set(font_manager.fontManager.get_font_names())
    family = [n for n in names if n in known] or ["DejaVu Sans"]
    for piece in scene.pieces:
        for s in piece.shapes:
            if isinstance(s, Rectangle):
                fill = (*_floats(s.fill), s.opacity)
                axes.add_artist(PathPatch(Path(*_rounded(s)), facecolor=fill, edgecolor=s.stroke, linewidth=s.line))
            elif isinstance(s, Text):
                align = {"start": "left", "middle": "center", "end": "right"}[s.anchor]
                weight: dict[str, Any] = {"fontweight": "bold" if s.bold else "normal", "fontfamily": family}
                text = axes.text(s.x, s.y, s.text.replace("$", r"\$"), fontsize=s.size * 0.92, color=s.fill, ha=align, **weight)
                if s.halo:
                    text.set_path_effects([withStroke(linewidth=3, foreground=s.halo)])
            else:
                points, codes = [s.start], [Path.MOVETO]
                for segment in s.segments:
                    points += segment
                    codes += [Path.CURVE4] * 3
                axes.add_artist(PathPatch(Path(points, codes), fill=False, edgecolor=s.stroke, linewidth=s.line))
                axes.add_artist(PathPatch(Path(s.head), facecolor=s.stroke, edgecolor="none"))
    buffer = io.BytesIO()
    # Level 1 makes a file a fifth larger in a quarter of the time.
    figure.savefig(buffer, format="png", dpi=dpi, pil_kwargs={"compress_level": 1})
    return buffer.getvalue()


def _rounded(s: Rectangle) -> tuple[list[tuple[float, float]], list[int]]:
    """Return the points and matplotlib's codes (1 move, 2 line, 3 quadratic curve, 79 close) of a rounded rectangle."""
    r = min(s.radius, s.height / 2)
    left, top, right, bottom = s.x, s.y, s.x + s.width, s.y + s.height
    points = [
        (left + r, top), (right - r, top), (right, top), (right, top + r), (right, bottom - r), (right, bottom),
        (right - r, bottom), (left + r, bottom), (left, bottom), (left, bottom - r), (left, top + r), (left, top),
        (left + r, top), (left + r, top),
    ]  # fmt: skip
    return points, [1, 2, 3, 3, 2, 3, 3, 2, 3, 3, 2, 3, 3, 79]


def _floats(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))  # type: ignore[return-value]
