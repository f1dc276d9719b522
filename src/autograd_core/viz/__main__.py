"""Command line: `python -m autograd_core.viz graph.json -o graph.svg` draws a graph that was saved as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ._budget import BUDGET
from ._draw import draw
from ._engines import ENGINES, VARIABLE, DrawingError, backends
from ._model import Graph
from ._page import explore

PAGES = (".html", ".htm")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, or 1 with a message on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd_core.viz",
        description="Draw a computation graph saved with Graph.save('graph.json').",
        epilog=f"The environment variable {VARIABLE} chooses the engine when --engine is not given.",
    )
    parser.add_argument("graph", type=Path, nargs="*", help="JSON file; two make a page that compares them")
    parser.add_argument("-o", "--output", type=Path, help="file to write: .svg .png .pdf .dot .html .txt .mmd")
    parser.add_argument("--engine", choices=ENGINES, help="what draws .svg, .png and .pdf")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--direction", choices=("TB", "LR"), default="TB", help="top to bottom or left to right")
    parser.add_argument("--budget", type=int, default=BUDGET, help="collapse modules to about this many boxes")
    parser.add_argument("--no-fold", action="store_true", help="draw parameters as boxes")
    parser.add_argument("--backends", action="store_true", help="say what can draw here")
    given = parser.parse_args(arguments)
    if given.backends:
        for b in backends():
            _say(f"{b.name:14} {b.path or 'not installed: ' + b.hint:40} {', '.join(b.formats)}")
        return 0
    if not given.graph or len(given.graph) > 2:
        parser.error("give one JSON file, or two to compare")
    if len(given.graph) == 2 and (given.output is None or given.output.suffix.lower() not in PAGES):
        parser.error("two graphs are compared on a page: give -o with an .html file")
    try:
        graphs = [Graph.load(path) for path in given.graph]
        if given.output is None:
            _say(draw(graphs[0], fold=not given.no_fold, budget=given.budget).to_text().rstrip())
        elif given.output.suffix.lower() in PAGES:
            page = explore(*graphs, theme=given.theme, direction=given.direction, budget=given.budget)
            _say(f"wrote {page.save(given.output)}")
        else:
            picture = draw(
                graphs[0],
                engine=given.engine,
                theme=given.theme,
                direction=given.direction,
                fold=not given.no_fold,
                budget=given.budget,
            )
            _say(f"wrote {picture.save(given.output)}")
            for note in picture.notes:
                sys.stderr.write(f"note: {note}\n")
    except (OSError, ValueError, DrawingError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
