"""Fit a line by gradient descent, and compare with the least-squares solution.

The target is how far diabetes has progressed a year after ten measurements of 442 patients. Every step uses all patients, so
the loss falls monotonically towards the value that solving the normal equations gives at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import nn
from nn.examples._common import BLUE, GREY, ORANGE, Run, arguments, check_parameters, figure, progress


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Descend, solve, and compare."""
    options = arguments("linear_regression", __doc__, steps=2000, lr=0.2, argv=argv)
    x, y = nn.datasets.diabetes()
    x, y = (x / x.std(axis=0)).astype(float), ((y - y.mean()) / y.std())[:, None].astype(float)
    model, loss, run = nn.Linear(10, 1, dtype=float, rng=options.seed), nn.MSELoss(), Run(options)
    error = check_parameters(lambda m: loss(m(x), y), model, seed=options.seed)
    print(f"ten random parameters against central differences: worst relative error {error:.1e}")
    run.graph(lambda: loss(model(x), y))

    solution = np.linalg.lstsq(np.hstack([x, np.ones_like(y)]), y, rcond=None)[0]
    best = float(np.mean((np.hstack([x, np.ones_like(y)]) @ solution - y) ** 2))
    optimizer, losses = nn.optim.SGD(model.parameters(), options.lr), []
    for _ in (bar := progress(options.epochs, options.quiet, "gradient descent")):
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        losses.append(value.item())
        bar.set_postfix(loss=f"{losses[-1]:.6f}", refresh=False)
    apart = float(np.abs(model.weight.numpy()[0] - solution[:-1, 0]).max())
    print(f"loss {losses[-1]:.6f}, least squares {best:.6f}; largest difference of a weight {apart:.1e}")

    made, (left, right) = figure(size=(10, 4), columns=2)
    left.loglog(np.arange(1, len(losses) + 1), np.array(losses) - best, color=BLUE)
    left.set(xlabel="step", ylabel="loss above least squares", title="Gradient descent reaches the solution")
    left.grid(alpha=0.3, which="both")
    predicted = model(x).numpy()[:, 0]
    right.plot([-2, 3], [-2, 3], color=GREY, lw=1)
    right.scatter(predicted, y[:, 0], s=8, color=ORANGE, alpha=0.6)
    right.set(xlabel="predicted progression", ylabel="measured progression", title=f"Explained variance {1 - losses[-1]:.0%}")
    right.grid(alpha=0.3)
    run.plot(made, "fit.png")
    nn.save(model, run.path("parameters.safetensors"))
    return run.finish(loss=losses[-1], least_squares=best, largest_weight_difference=apart, gradient_check=error)


if __name__ == "__main__":
    main()
