"""Train a network of two sigmoid layers, and compare two losses for it.

100 points of a plane are labelled by the sign of the sum of their coordinates; the network has four hidden units. It is
trained once with the squared error and once with the binary cross-entropy, whose derivative by the last layer's input is
prediction less target: a derivative that is often used for the squared error too, by mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, ORANGE, Run, arguments, check_parameters, figure, progress


def network(seed: int) -> nn.Sequential:
    """Build the network for (N, 2); it returns probabilities (N, 1)."""
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Linear(2, 4, dtype=float, rng=rng), nn.Sigmoid(), nn.Linear(4, 1, dtype=float, rng=rng), nn.Sigmoid()
    )


def _objective(loss: nn.Module, x: Any, y: Any) -> Callable[[nn.Module], Any]:
    return lambda model: loss(model(x), y)


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Train twice, and draw what was learned."""
    options = arguments("mlp", __doc__, steps=1000, lr=1.0, argv=argv)
    run, rng = Run(options), np.random.default_rng(options.seed)
    x = rng.normal(size=(100, 2))
    y = (x.sum(axis=1, keepdims=True) > 0).astype(float)
    made, axes = figure(size=(13, 4), columns=3)
    metrics: dict[str, Any] = {}
    for name, loss, color, panel in (
        ("squared error", nn.MSELoss(), BLUE, axes[1]),
        ("cross-entropy", nn.BCELoss(), ORANGE, axes[2]),
    ):
        model = network(options.seed)
        error = check_parameters(_objective(loss, x, y), model, seed=options.seed)
        if not metrics:
            run.graph(lambda: loss(model(x), y))  # noqa: B023  (called at once)
        optimizer, losses = nn.optim.SGD(model.parameters(), options.lr), []
        for _ in (bar := progress(options.epochs, options.quiet, name)):
            optimizer.zero_grad()
            value = loss(model(x), y)
            value.backward()
            optimizer.step()
            losses.append(value.item())
            bar.set_postfix(loss=f"{losses[-1]:.4f}", refresh=False)
        accuracy = float(((model(x).numpy() > 0.5) == y).mean())
        print(f"{name}: loss {losses[-1]:.4f}, accuracy {accuracy:.0%}, gradient check {error:.1e}")
        metrics[name] = {"losses": [losses[0], losses[-1]], "accuracy": accuracy, "gradient_check": error}
        axes[0].semilogy(losses, color=color, label=name)
        grid = np.stack(np.meshgrid(np.linspace(-3, 3, 121), np.linspace(-3, 3, 121)), axis=-1)
        with ac.no_grad():
            p = model(grid.reshape(-1, 2)).numpy().reshape(121, 121)
        shade = panel.contourf(grid[..., 0], grid[..., 1], p, np.linspace(0, 1, 11), cmap="RdBu_r", alpha=0.8)
        panel.scatter(*x.T, c=y[:, 0], cmap="RdBu_r", edgecolors="k", s=18, lw=0.5)
        panel.plot([-3, 3], [3, -3], "k--", lw=0.8)
        panel.set(title=f"{name}: accuracy {accuracy:.0%}", xlim=(-3, 3), ylim=(-3, 3))
    made.colorbar(shade, ax=axes[2], label="predicted probability")
    axes[0].set(xlabel="step", ylabel="loss", title="Loss while training")
    axes[0].grid(alpha=0.3)
    axes[0].legend()
    run.plot(made, "boundary.png")
    nn.save(model, run.path("parameters.safetensors"))
    return run.finish(**metrics)


if __name__ == "__main__":
    main()
