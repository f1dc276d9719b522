"""Sizes and times of pictures and pages against their budgets: `python -m benchmarks.pictures`.

Exits with 1 if a budget is missed. Times of opening a page need chromium and playwright, and are left out without them.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import autograd_core as ac
from autograd_core import viz
from autograd_core.viz import Edge, Graph, Node, Step, summarise
from autograd_core.viz._page import viewer
from autograd_core.viz._scene import lay_out
from autograd_core.viz._tree import grow
from autograd_core.viz._view import look

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def program(count: int, seed: int = 0) -> Graph:
    """Make a recorded graph of this many nodes in nested modules, most reading recent values."""
    rng = random.Random(seed)
    nodes, edges, steps = [Node(0, "input", name="x", shape=(64,), forward=summarise(np.ones(64)))], [], []
    for i in range(1, count):
        x = np.sin(np.arange(16.0 if i % 4 else 64.0) * i)
        operation = rng.choice(["add", "multiply", "exp", "tanh", "matmul", "sum"])
        nodes.append(
            Node(
                i, operation=operation, module=f"blocks.{i // 40}.part{i // 10 % 4}", shape=x.shape, bytes=x.nbytes,
                forward=summarise(x), gradient=summarise(x * x - 0.5),
            )
        )  # fmt: skip
        sources = sorted({max(0, i - 1 - int(rng.expovariate(0.3))) for _ in range(rng.choice([1, 1, 2]))})
        edges += [Edge(s, i, slot, 0.5) for slot, s in enumerate(sources)]
        steps.append(Step("forward", i, 1e-5))
    steps += [Step("backward", s.node, 1e-5) for s in reversed(steps)]
    return Graph(tuple(nodes), tuple(edges), steps=tuple(steps), title=f"{count} nodes")


def best(work: Callable[[], object], repeat: int = 3) -> float:
    """Return the shortest of a few runs, in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> int:
    """Measure everything and print one line each."""
    missed = 0

    def row(what: str, value: float, unit: str, budget: float | None = None) -> None:
        nonlocal missed
        late = budget is not None and value > budget
        missed += late
        limit = "" if budget is None else f"   budget {budget:g} {unit}" + ("   MISSED" if late else "")
        print(f"{what:58} {value:10.3g} {unit}{limit}")

    row("viewer, script and style", sum(len(s.encode()) for s in viewer()) / 1000, "KB", 80)
    for count, budget in ((60, 150.0), (500, 600.0), (2000, None), (5000, None)):
        page = viz.explore(program(count))
        row(f"page of {count} nodes", len(page.to_html().encode()) / 1000, "KB", budget)
    for count, budget in ((500, 0.5), (2000, None), (5000, None)):
        graph = program(count)
        view = look(graph, grow(graph, repeats=False))
        row(f"layout of {len(view.boxes)} open boxes, Python", best(lambda v=view: lay_out(v)), "s", budget)
    graph = program(2000)
    for backend in viz.backends():
        for form in ("svg", "png"):
            if backend.available:
                make = lambda b=backend, f=form: getattr(viz.draw(graph, engine=b.name), f"to_{f}")()  # noqa: E731
                row(f"2,000 nodes as {form} by {backend.name}", best(make), "s", 2.0)
    x = ac.tensor(np.ones((32, 32)), requires_grad=True)

    def steps() -> None:
        y = x
        for _ in range(500):
            y = ac.tanh(y)
        y.sum().backward()

    def recorded() -> None:
        with viz.record():
            steps()

    plain, watched = best(steps), best(recorded)
    row("one operation, forward and backward, not recorded", plain / 500 * 1e6, "us")
    row("the same while recording", watched / 500 * 1e6, "us")
    browser(row)
    return 1 if missed else 0


def browser(row: Callable[..., None]) -> None:
    """Measure opening pages; a page is ready when it can be used."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print("no chromium or no playwright: opening pages is not measured")
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        opened.new_page().close()
        for count, limit, budget in ((60, 150, None), (2000, 150, 1.0), (5000, 150, None), (5000, None, None)):
            path = viz.explore(program(count), budget=limit, repeats=False).save(Path(folder) / "page.html")
            times = []
            for _ in range(3):
                page = opened.new_page(viewport={"width": 1400, "height": 860})
                start = time.perf_counter()
                page.goto(path.as_uri())
                page.wait_for_selector("body[data-ready]")
                times.append(time.perf_counter() - start)
                boxes = page.locator(".box").count()
                page.close()
            row(f"page of {count} nodes ready with {boxes} boxes", min(times), "s", budget)
        opened.close()


if __name__ == "__main__":
    sys.exit(main())
