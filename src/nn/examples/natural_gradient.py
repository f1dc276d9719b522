"""Train a classifier by natural gradient descent, whose steps do not depend on how its inputs are scaled.

Thirteen measurements of wines are given in units that differ by a factor of 1,000. Gradient descent must take steps that suit
the largest; the natural gradient measures a step by how much the predicted probabilities change, so it hardly matters. The
Fisher matrix is made of per-sample gradients for labels drawn from the model's own predictions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, GREEN, GREY, ORANGE, Run, arguments, figure, progress


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Train in four ways."""
    options = arguments("natural_gradient", __doc__, steps=2000, lr=0.5, argv=argv)
    run, rng = Run(options), np.random.default_rng(options.seed)
    x, y = nn.datasets.wine()
    x = x.astype(float) / 10  # centred below, but in the units they were given in
    x -= x.mean(axis=0)
    scales = x.std(axis=0)
    print(f"standard deviations of the inputs from {scales.min():.2g} to {scales.max():.2g}")

    def train(method: str, steps: int) -> list[float]:
        model, losses = nn.Linear(13, 3, dtype=float, rng=options.seed), []
        with ac.writable(model.weight) as array:
            array *= 0.01

        def per_sample() -> Any:
            return nn.functional.cross_entropy(model(x), y, reduction="none")

        def drawn() -> Any:
            logits = model(x)
            p = nn.functional.softmax(logits).numpy()
            labels = (p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1)
            return nn.functional.cross_entropy(logits, labels, reduction="none")

        natural = method.startswith("natural")
        optimizer: Any
        if natural:
            kind = "cg" if "products" in method else "exact"
            optimizer = nn.optim.NaturalGradient(model.parameters(), options.lr, 3e-3, kind)
        elif method == "Adam":
            optimizer = nn.optim.Adam(model.parameters(), 1e-2)
        else:
            curvature = np.linalg.eigvalsh(x.T @ x / len(x)).max() / 2
            optimizer = nn.optim.SGD(model.parameters(), 1 / curvature)
        for _ in (bar := progress(steps, options.quiet, method)):
            if natural:
                losses.append(optimizer.step(per_sample, drawn).item())
            else:
                optimizer.zero_grad()
                loss = per_sample().mean()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            bar.set_postfix(loss=f"{losses[-1]:.4f}", refresh=False)
        return losses

    few = max(2, min(60, options.epochs))
    curves = {
        "gradient descent": (train("gradient descent", options.epochs), GREY),
        "Adam": (train("Adam", options.epochs), GREEN),
        "natural gradient": (train("natural gradient", few), BLUE),
        "natural gradient, products only": (train("natural gradient, products only", few), ORANGE),
    }
    made, axes = figure(size=(8, 4.5))
    metrics: dict[str, Any] = {}
    for name, (losses, color) in curves.items():
        reached = next((i for i, loss in enumerate(losses) if loss < 0.1), None)
        metrics[name] = {"steps_to_0.1": reached, "loss": losses[-1]}
        print(f"{name:>31}: loss {losses[-1]:.4f} after {len(losses)} steps; below 0.1 after {reached}")
        axes.loglog(np.arange(1, len(losses) + 1), losses, color=color, label=name)
    axes.set(xlabel="step", ylabel="cross-entropy", title="Wines by measurements in very different units")
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    run.plot(made, "convergence.png")
    run.graph(lambda: nn.functional.cross_entropy(nn.Linear(13, 3, dtype=float, rng=options.seed)(x), y))
    return run.finish(**metrics)


if __name__ == "__main__":
    main()
