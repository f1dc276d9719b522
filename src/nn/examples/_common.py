"""What the examples share: the command line, the check of gradients before training, and the files a run leaves behind."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn._errors import require

__all__ = ["Run", "arguments", "central_difference", "check_parameters", "figure", "progress"]

BLUE, ORANGE, GREEN, RED, GREY = "#08519c", "#d94801", "#238b45", "#cb181d", "#737373"


def arguments(
    name: str,
    description: str | None,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    lr: float | None = None,
    batch_size: int | None = None,
    argv: Sequence[str] | None = None,
    more: Callable[[argparse.ArgumentParser], Any] | None = None,
) -> argparse.Namespace:
    """Read the command line: ``--epochs --batch-size --lr --seed --out --quiet --record``, and what `more` adds.

    The default of ``--epochs`` is `epochs` times through the data, or so many training `steps`. An example that trains nothing
    takes both options all the same, so that one command line suits all.
    """
    summary = (description or "").split("\n\n", maxsplit=1)[0]
    parser = argparse.ArgumentParser(prog=f"python -m nn.examples.{name}", description=summary)
    trains = "training steps" if epochs is None else "times through the data"
    ignored = "ignored, for nothing is trained"
    count = steps if epochs is None else epochs
    parser.add_argument(
        "--epochs", type=_positive, default=count, help=f"{trains} (default: %(default)s)" if count else ignored
    )
    if batch_size is not None:
        parser.add_argument("--batch-size", type=_positive, default=batch_size, help="examples a step (default: %(default)s)")
    parser.add_argument("--lr", type=float, default=lr, help="learning rate (default: %(default)s)" if lr else ignored)
    parser.add_argument("--seed", type=int, default=0, help="of every random number (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("runs") / name, help="folder for results (default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument("--record", action="store_true", help="write step.html, which steps through one backward pass")
    if more is not None:
        more(parser)
    return parser.parse_args(argv)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} must be at least 1")
    return number


def check_parameters(loss: Callable[[nn.Module], Any], model: nn.Module, count: int = 10, seed: int = 0) -> float:
    """Compare the derivative of `loss(model)` by `count` random parameters with central differences.

    A float64 copy of the model is used, so that rounding does not hide a wrong derivative.

    Returns
    -------
    float
        The worst relative error.
    """
    model = model.copy().double()
    rng, parameters = np.random.default_rng(seed), list(model.parameters())
    loss(model).backward()
    sizes = [p.size for p in parameters]
    worst = 0.0
    for flat in rng.choice(sum(sizes), count, replace=False):
        which = int(np.searchsorted(np.cumsum(sizes), flat, side="right"))
        p, place = parameters[which], np.unravel_index(flat - sum(sizes[:which]), parameters[which].shape)
        assert p.grad is not None
        exact = float(p.grad.numpy()[place])
        value, h, values = p.numpy()[place], 1e-5, []
        for shifted in (value + h, value - h):
            with ac.writable(p) as array:
                array[place] = shifted
            with ac.no_grad():
                values.append(loss(model).item())
        with ac.writable(p) as array:
            array[place] = value
        numerical = (values[0] - values[1]) / (2 * h)
        # Differences of a loss near 1 carry an error near 1e-16 / h, below which relative errors mean nothing.
        worst = max(worst, abs(exact - numerical) / max(abs(exact), abs(numerical), 1e-6))
    return worst


def central_difference(f: Callable[[Any], Any], x: Any, h: float = 1e-5) -> Any:
    """Return the derivative of an element-wise function at every element, to an error of the order of ``h ** 2``."""
    x = np.asarray(x, float)
    above, below = (np.asarray(v.numpy() if isinstance(v, ac.Tensor) else v) for v in (f(x + h), f(x - h)))
    return (above - below) / (2 * h)


def progress(steps: int, quiet: bool, name: str) -> Any:
    """Count from 0 to `steps`, with a progress bar unless `quiet`; `set_postfix(loss=...)` shows numbers."""
    return require("tqdm", "train").trange(steps, desc=name, disable=quiet, unit="step")


def figure(*, size: tuple[float, float] = (7, 4), rows: int = 1, columns: int = 1, **options: Any) -> tuple[Any, Any]:
    """Make a matplotlib figure and its axes, without touching the state of pyplot."""
    made = require("matplotlib.figure", "train").Figure(figsize=size, layout="constrained")
    return made, made.subplots(rows, columns, **options)


class Run:
    """The folder of one run, and what is written into it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.folder = options, Path(options.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.files: list[str] = []
        self.began = time.perf_counter()

    def path(self, name: str) -> Path:
        """Return the path of a file of this run, and remember it for the summary."""
        self.files.append(name)
        return self.folder / name

    def plot(self, made: Any, name: str) -> None:
        """Save a figure as PNG."""
        made.savefig(self.path(name), dpi=150)

    def graph(self, compute: Callable[[], ac.Tensor], name: str = "graph.svg") -> None:
        """Save the computation graph of a number as SVG and, with ``--record``, the page of its backward pass."""
        ac.viz.draw(compute()).save(self.path(name))
        if self.options.record:
            with ac.viz.record() as recording:
                compute().backward()
            page = "step.html" if name == "graph.svg" else f"{Path(name).stem}.html"
            ac.viz.explore(recording).save(self.path(page))

    def finish(self, **metrics: Any) -> dict[str, Any]:
        """Write `metrics.json` with the options of the run, and say where everything is."""
        options = {k: str(v) if isinstance(v, Path) else v for k, v in vars(self.options).items()}
        record = {**metrics, "seconds": round(time.perf_counter() - self.began, 2), "options": options}
        self.path("metrics.json").write_text(json.dumps(record, indent=2, default=float) + "\n")
        print(f"{self.folder}/: {', '.join(self.files)}")
        return record
