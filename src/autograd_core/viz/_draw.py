"""`draw`: a picture of a computation that can show itself in a notebook and save itself in any format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from ._budget import BUDGET, prepare
from ._dot import write_dot
from ._engines import Backend, DrawingError, chain, run
from ._model import Graph
from ._pdf import write_pdf, write_png
from ._scene import Scene, compose
from ._svg import write_svg
from ._text import write_mermaid, write_text
from ._theme import ThemeName, theme_named
from ._view import View, look

Direction = Literal["TB", "LR"]


class Picture:
    """A picture of a graph; made by `draw`.

    Rendering happens on demand and once per format. ``notes`` says which engines failed and were replaced.
    """

    def __init__(
        self, graph: Graph, *, engine: str | None, theme: str, direction: str, fold: bool, budget: int | None,
        repeats: bool | None,
    ) -> None:  # fmt: skip
        if direction not in ("TB", "LR"):
            raise ValueError(f"direction {direction!r} is not 'TB' (top to bottom) or 'LR' (left to right)")
        self.graph = graph
        self.notes: list[str] = []
        self._engine = engine
        self._theme = theme_named(theme)
        self._across = direction == "LR"
        self._fold, self._budget, self._repeats = fold, budget, repeats
        self._view: View | None = None
        self._made: dict[str, bytes] = {}
        if engine is not None:
            chain(engine, "svg")  # a wrong name is better said now than when a notebook shows the picture

    @property
    def view(self) -> View:
        """The boxes and arrows that are visible."""
        if self._view is None:
            tree, collapsed = prepare(self.graph, budget=self._budget, repeats=self._repeats)
            self._view = look(self.graph, tree, collapsed=collapsed, fold=self._fold)
        return self._view

    def to_svg(self) -> str:
        """Return the picture as an SVG document."""
        return self._render("svg").decode()

    def to_png(self) -> bytes:
        """Return the picture as a PNG image of at most 16 megapixels."""
        return self._render("png")

    def to_pdf(self) -> bytes:
        """Return the picture as a one-page PDF."""
        return self._render("pdf")

    def to_dot(self) -> str:
        """Return the picture as DOT source."""
        return write_dot(self.graph, self.view, self._theme, across=self._across)

    def to_text(self) -> str:
        """Return the picture as an indented text tree."""
        return write_text(self.graph, self.view)

    def to_mermaid(self) -> str:
        """Return the picture as a Mermaid flowchart."""
        return write_mermaid(self.view, across=self._across)

    def to_html(self) -> str:
        """Return the interactive page of the same graph."""
        from ._page import Page

        return Page([self.graph], theme="dark" if self._theme is theme_named("dark") else "light").to_html()

    def save(self, path: str | Path) -> Path:
        """Write the picture; the format is the extension: .svg .png .pdf .dot .gv .html .txt .mmd or .json.

        Raises
        ------
        ValueError
            If the extension is none of these.
        DrawingError
            If nothing here can write the format; the message says what to install.
        """
        path = Path(path)
        writers: dict[str, Callable[[], str | bytes]] = {
            ".svg": self.to_svg, ".png": self.to_png, ".pdf": self.to_pdf, ".dot": self.to_dot, ".gv": self.to_dot,
            ".html": self.to_html, ".txt": self.to_text, ".mmd": self.to_mermaid, ".json": self.graph.to_json,
        }  # fmt: skip
        form = path.suffix.lower()
        if form not in writers:
            raise ValueError(f"cannot save {path.name!r}: the extension is not one of {', '.join(writers)}")
        data = writers[form]()
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def _render(self, form: str) -> bytes:
        if form not in self._made:
            self._made[form] = self._first(form)
        return self._made[form]

    def _first(self, form: str) -> bytes:
        """Return the picture by the first engine that succeeds."""
        backends = chain(self._engine, form)
        for k, backend in enumerate(backends):
            try:
                return self._by(backend, form)
            except DrawingError as error:
                if k == len(backends) - 1:
                    raise
                self.notes.append(f"{error}; drawn by {backends[k + 1].name} instead")
        raise DrawingError(f"no engine here writes {form}")

    def _by(self, backend: Backend, form: str) -> bytes:
        if backend.name != "builtin":
            return run(backend, self.to_dot(), form)
        scene: Scene = compose(self.graph, self.view, self._theme, across=self._across)
        if form == "svg":
            return write_svg(scene).encode()
        return write_pdf(scene) if form == "pdf" else write_png(scene)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        """Show the SVG where a front end can, the text tree elsewhere."""
        return {"image/svg+xml": self.to_svg(), "text/plain": self.to_text()}

    def __repr__(self) -> str:
        return f"Picture({self.graph!r}, {len(self.view.boxes)} boxes)"


def draw(
    target: Any,
    *,
    engine: str | None = None,
    theme: ThemeName = "light",
    direction: Direction = "TB",
    fold: bool = True,
    budget: int | None = BUDGET,
    repeats: bool | None = None,
) -> Picture:
    """Return a `Picture` of a computation.

    Parameters
    ----------
    target
        A Tensor (its whole history is drawn), a `Graph`, or a recording.
    engine
        "dot", "graphviz-pure" or "builtin"; by default the environment variable ``AUTOGRAD_CORE_VIZ_ENGINE``, or the
        first of them that works here. See `backends`.
    theme
        "light" or "dark".
    direction
        "TB" for top to bottom or "LR" for left to right.
    fold
        Write parameters and small constants inside the operation that uses them, instead of as boxes.
    budget
        Collapse modules until about this many boxes are visible; None collapses nothing.
    repeats
        Show equal blocks in a row once, as "× 12". None does so for modules, and for bare operations in large
        graphs; True and False do so always and never.

    Raises
    ------
    DrawingError
        If the named engine is unknown or not installed.

    Examples
    --------
    >>> from autograd_core.viz import Edge, Graph, Node
    >>> g = Graph((Node(0, "input", name="x", shape=(3,)), Node(1, operation="tanh", shape=(3,))), (Edge(0, 1),))
    >>> print(draw(g).to_text(), end="")
    %0  x  3 float64
    %1  tanh(%0)  → 3  3
    """
    from ._trace import as_graph

    return Picture(as_graph(target), engine=engine, theme=theme, direction=direction, fold=fold, budget=budget, repeats=repeats)
