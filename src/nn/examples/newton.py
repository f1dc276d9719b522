"""Train a logistic regression by Newton's method, and compare with gradient descent and L-BFGS.

The data are 30 measurements of cell nuclei, many of them nearly copies of each other, so that the Hessian's eigenvalues
differ by a factor of thousands. Newton's method needs a handful of steps; its last ones double the number of correct digits
each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, GREEN, GREY, ORANGE, RED, Run, arguments, figure, progress


def problem() -> tuple[Any, Any]:
    """Return standardized measurements and labels."""
    x, y = nn.datasets.breast_cancer()
    x = x.astype(float)
    return (x - x.mean(axis=0)) / x.std(axis=0), y[:, None].astype(float)


def objective(model: nn.Module, x: Any, y: Any) -> Any:
    """Return the mean cross-entropy, and a little weight decay that makes the minimum unique."""
    penalty = sum((p * p).sum() for p in model.parameters())
    return nn.functional.binary_cross_entropy_with_logits(model(x), y) + 1e-3 * penalty


def race(make: Callable[[list[nn.Parameter]], nn.optim.Optimizer], x: Any, y: Any, steps: int) -> list[float]:
    """Return the objective before every step and after the last."""
    model = nn.Linear(30, 1, dtype=float, rng=0)
    optimizer = make(list(model.parameters()))

    def closure() -> Any:
        optimizer.zero_grad()
        value = objective(model, x, y)
        value.backward()
        return value

    newton = isinstance(optimizer, nn.optim.Newton)
    evaluate = (lambda: objective(model, x, y)) if newton else closure
    losses = [optimizer.step(evaluate).item() for _ in range(steps)]
    return [*losses, objective(model, x, y).item()]


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Race the methods."""
    options = arguments("newton", __doc__, steps=2000, lr=1.0, argv=argv)
    run, (x, y) = Run(options), problem()
    model = nn.Linear(30, 1, dtype=float, rng=0)
    flat = nn.utils.parameters_to_vector(model.parameters()).numpy()

    def of_vector(v: Any) -> Any:
        z = x @ v[:30] + v[30]
        return nn.functional.binary_cross_entropy_with_logits(z, y[:, 0]) + 1e-3 * (v * v).sum()

    eigenvalues = np.linalg.eigvalsh(ac.hessian(of_vector)(flat).numpy())
    print(f"eigenvalues of the Hessian from {eigenvalues[0]:.1e} to {eigenvalues[-1]:.1e}")
    methods = {
        "gradient descent": (lambda p: nn.optim.SGD(p, lr=options.lr / eigenvalues[-1]), options.epochs, GREY),
        "L-BFGS": (
            lambda p: nn.optim.LBFGS(p, max_iter=1, max_eval=25, tolerance_change=0.0, line_search_fn="strong_wolfe"),
            60,
            GREEN,
        ),
        "Newton, products only": (lambda p: nn.optim.Newton(p, method="cg"), 15, ORANGE),
        "Newton, exact Hessian": (nn.optim.Newton, 10, BLUE),
    }
    curves, names = {}, iter(methods)
    for _ in progress(len(methods), options.quiet, "methods"):
        name = next(names)
        curves[name] = np.array(race(methods[name][0], x, y, methods[name][1]))
    best = min(curve.min() for curve in curves.values())
    made, axes = figure(size=(8, 4.5))
    metrics: dict[str, Any] = {"condition": float(eigenvalues[-1] / eigenvalues[0])}
    for name, curve in curves.items():
        there = np.flatnonzero(curve - best < 1e-8)
        metrics[name] = {"steps_to_1e-8": int(there[0]) if len(there) else None, "above_best": float(curve[-1] - best)}
        print(
            f"{name:>22}: "
            + (f"{there[0]} steps" if len(there) else f"{curve[-1] - best:.1e} above after {len(curve) - 1} steps")
        )
        style = {"color": methods[name][2], "label": name, "marker": "." if len(curve) < 100 else None}
        axes.loglog(np.arange(1, len(curve) + 1), np.maximum(curve - best, 1e-16), **style)
    axes.axhline(1e-8, color=RED, lw=0.8, ls=":")
    axes.set(xlabel="step", ylabel="objective above its minimum", title="Logistic regression on 30 correlated measurements")
    axes.grid(alpha=0.3)
    axes.legend()
    run.plot(made, "convergence.png")
    run.graph(lambda: nn.functional.binary_cross_entropy_with_logits(model(x), y))
    return run.finish(**metrics)


if __name__ == "__main__":
    main()
