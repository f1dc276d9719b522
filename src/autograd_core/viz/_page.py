"""`explore`: the interactive page, one HTML file that needs no network and is forbidden to use it.

The page's script, style and data are inlined; the Content-Security-Policy names the script and the style by their
hashes and allows nothing else. In a notebook the page lives in an ``<iframe srcdoc>``, so that nothing of it is global.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from ._budget import BUDGET, prepare
from ._model import Graph, Node
from ._scene import compose
from ._svg import write_svg, xml_text
from ._text import write_text
from ._theme import DARK, LIGHT, PRODUCTS, SHAPES, Theme
from ._view import View, look

#: Data longer than this (in characters) is compressed.
COMPRESS = 60_000
#: A static picture longer than this is not put into the page as its fallback; the text tree is.
FALLBACK = 40_000
SCRIPTS = ("layout.js", "view.js", "stage.js", "panel.js", "page.js")


class Page:
    """An interactive page; made by `explore`."""

    def __init__(
        self,
        graphs: Sequence[Graph],
        *,
        theme: Literal["auto", "light", "dark"] = "auto",
        direction: Literal["TB", "LR"] = "TB",
        budget: int | None = BUDGET,
        repeats: bool | None = None,
        names: Sequence[str] = (),
        title: str | None = None,
    ) -> None:
        if theme not in ("auto", "light", "dark"):
            raise ValueError(f"theme {theme!r} is not one of auto, light, dark")
        if direction not in ("TB", "LR"):
            raise ValueError(f"direction {direction!r} is not 'TB' (top to bottom) or 'LR' (left to right)")
        self.graphs = list(graphs)
        self._theme, self._direction, self._budget, self._repeats = theme, direction, budget, repeats
        self._names = list(names)
        self._title = title if title is not None else " and ".join(g.title for g in self.graphs if g.title)
        self._html: str | None = None

    def to_html(self) -> str:
        """Return the page as one HTML document."""
        if self._html is None:
            self._html = self._written()
        return self._html

    def save(self, path: str | Path) -> Path:
        """Write the page as a .html file and return its path."""
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"cannot save {path.name!r}: a page is an .html file; `draw(...)` writes other formats")
        path.write_text(self.to_html(), encoding="utf-8")
        return path

    def _written(self) -> str:
        graphs = []
        for k, graph in enumerate(self.graphs):
            tree, collapsed = prepare(graph, budget=self._budget, repeats=self._repeats)
            runs = [asdict(run) for run in tree.runs]
            folded = [i for i, yes in enumerate(tree.folded) if yes]
            shape = {"parent": tree.parent, "path": tree.path, "call": tree.call, "owner": tree.owner}
            entry = {"graph": _compact(graph), "tree": {**shape, "folded": folded, "runs": runs}}
            name = self._names[k] if k < len(self._names) else ""
            graphs.append({**entry, "collapsed": sorted(collapsed), "name": name})
        data = {
            "graphs": graphs,
            "theme": self._theme,
            "direction": self._direction,
            "title": self._title,
            "themes": {"light": _colours(LIGHT), "dark": _colours(DARK)},
            "products": sorted(PRODUCTS),
            "shapes": sorted(SHAPES),
        }
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        if len(text) > COMPRESS:
            text = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
        else:
            text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        script, style = viewer()
        policy = (
            f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            "img-src blob: data:; base-uri 'none'; form-action 'none'"
        )
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{xml_text(self._title or 'Computation graph')[:300]}</title>\n"
            f"<style>{style}</style>\n</head>\n<body>\n"
            f'<div id="page"><div class="fallback">{self._fallback()}</div></div>\n'
            f'<script type="application/json" id="data">{text}</script>\n'
            f"<script>{script}</script>\n</body>\n</html>\n"
        )

    def _fallback(self) -> str:
        """Return what is seen where scripts do not run: the picture, or the text tree."""
        graph, view = self.graphs[0], self._first_view()
        svg = write_svg(compose(graph, view, LIGHT, across=self._direction == "LR"))
        # The policy refuses style attributes; the size attributes are enough here.
        svg = svg.replace(' style="max-width:100%;height:auto"', "")
        return svg if len(svg) <= FALLBACK else f"<pre>{xml_text(write_text(graph, view)[:FALLBACK])}</pre>"

    def _first_view(self) -> View:
        tree, collapsed = prepare(self.graphs[0], budget=self._budget, repeats=self._repeats)
        return look(self.graphs[0], tree, collapsed=collapsed)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        """Show the page in a frame of its own; front ends without HTML get the picture, or the text."""
        frame = (
            '<iframe sandbox="allow-scripts allow-downloads" style="width:100%;height:640px;border:0" '
            f'title="computation graph" srcdoc="{escape(self.to_html(), quote=True)}"></iframe>'
        )
        view = self._first_view()
        picture = write_svg(compose(self.graphs[0], view, LIGHT, across=self._direction == "LR"))
        return {"text/html": frame, "image/svg+xml": picture, "text/plain": write_text(self.graphs[0], view)}

    def __repr__(self) -> str:
        return f"Page({', '.join(map(repr, self.graphs))})"


def explore(
    *targets: Any,
    theme: Literal["auto", "light", "dark"] = "auto",
    direction: Literal["TB", "LR"] = "TB",
    budget: int | None = BUDGET,
    repeats: bool | None = None,
    title: str | None = None,
) -> Page:
    """Return the interactive page of a computation, or of two side by side.

    Parameters
    ----------
    *targets
        One or two Tensors, graphs or recordings. With a recording the page has forward values, gradients and a
        timeline of both passes; two are compared.
    theme
        "light", "dark", or "auto" for the reader's own setting.
    direction
        "TB" for top to bottom or "LR" for left to right.
    budget
        Collapse modules until about this many boxes are visible at first.
    repeats
        As in `draw`.
    title
        The page's title.

    Raises
    ------
    TypeError
        If there are not one or two targets.

    Examples
    --------
    >>> from autograd_core.viz import Edge, Graph, Node
    >>> g = Graph((Node(0, "input", name="x"), Node(1, operation="tanh")), (Edge(0, 1),))
    >>> page = explore(g)
    >>> page.to_html().startswith("<!DOCTYPE html>")
    True
    """
    from ._trace import as_graph

    if len(targets) not in (1, 2):
        raise TypeError(f"explore takes one target, or two to compare; got {len(targets)}")
    graphs = [as_graph(t) for t in targets]
    names = [f"{n}: {g.title}" if g.title else n for n, g in zip("AB", graphs, strict=False)] if len(graphs) == 2 else []
    return Page(graphs, theme=theme, direction=direction, budget=budget, repeats=repeats, names=names, title=title)


@cache
def viewer() -> tuple[str, str]:
    """Return the page's script and style, without comments and needless spaces."""
    folder = files(__package__) / "static"
    lines: list[str] = []
    for name in SCRIPTS:
        lines += (folder / name).read_text(encoding="utf-8").splitlines()
    kept = [_tight(line.strip()) for line in lines if line.strip() and not line.lstrip().startswith("//")]
    style = [line.strip() for line in (folder / "page.css").read_text(encoding="utf-8").splitlines()]
    return '"use strict";(()=>{' + "\n".join(kept) + "\n})();", "\n".join(style)


def _tight(line: str) -> str:
    """Drop spaces around punctuation outside strings; lines with a template, a regular expression or a comment stay."""
    if "`" in line or "/" in line:
        return line
    parts = re.split(r'("[^"]*"|\'[^\']*\')', line)
    parts[::2] = [re.sub(r" *([=,;{}()\[\]:?<>&|*]) *", r"\1", part) for part in parts[::2]]
    return "".join(parts)


def _compact(graph: Graph) -> Mapping[str, Any]:
    """Return the graph's data without what the page can do without."""
    data = graph.to_dict()
    plain = Node(0)
    for node in data["nodes"]:
        for key in ("source", "forward", "gradient"):
            if node[key] is None:
                del node[key]
        if node["derivative"] == plain.derivative:
            del node["derivative"]
    return data


def _colours(theme: Theme) -> dict[str, Any]:
    dark = theme is DARK
    extra = {"blank": "#262d36" if dark else "#eceff2", "flow": "#f08c4b" if dark else "#d55e00"}
    return {**asdict(theme), **extra, "select": "#4dabf7" if dark else "#1971c2"}


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
