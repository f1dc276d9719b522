"""Race optimizers through the valley of Rosenbrock's function.

Every method starts at (-1.5, 2) and is to reach the minimum at (1, 1) along a narrow, curved valley. First-order methods need
thousands of steps, those that know about curvature a few dozen. The momentum ``v = 0.9 v + 0.1 g`` that starts at zero, as
some texts define it, is here too: it is the usual one with dampening, and ten times slower at the same rate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import Run, arguments, figure, progress


class AveragedMomentum(nn.optim.Optimizer):
    """Gradient descent along ``v = beta v + (1 - beta) g``, from v = 0."""

    slots = ("velocity",)

    def __init__(self, params: Any, lr: float, beta: float = 0.9) -> None:
        super().__init__(params, {"lr": lr, "beta": beta})

    def _numbers(self, state: dict[str, Any], p: ac.Tensor, group: dict[str, Any]) -> dict[str, float]:
        del state, p
        return {"lr": group["lr"], "beta": group["beta"]}

    def _update(self, p: Any, g: Any, *state: Any, scratch: Any, lr: float = 0.0, beta: float = 0.0, **_: Any) -> None:
        (v,), _ = state, scratch
        v *= beta
        v += (1 - beta) * g
        p -= lr * v


Make = Callable[[list[ac.Tensor], float], nn.optim.Optimizer]
METHODS: dict[str, Make] = {  # of the parameters and of the rate of gradient descent; the last two search along lines
    "gradient descent": lambda p, lr: nn.optim.SGD(p, lr=lr),
    "averaged momentum": lambda p, lr: AveragedMomentum(p, lr=lr),
    "momentum": lambda p, lr: nn.optim.SGD(p, lr=lr, momentum=0.9),
    "Nesterov": lambda p, lr: nn.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True),
    "RMSprop": lambda p, lr: nn.optim.RMSprop(p, lr=3 * lr),
    "Adam": lambda p, lr: nn.optim.Adam(p, lr=30 * lr),
    "L-BFGS": lambda p, _: nn.optim.LBFGS(p, max_iter=1, max_eval=25, line_search_fn="strong_wolfe"),
    "Newton": lambda p, _: nn.optim.Newton(p),
}
COLORS = ("#737373", "#fd8d3c", "#d94801", "#8c2d04", "#41ab5d", "#08519c", "#6a51a3", "#cb181d")


def rosenbrock(p: Any) -> Any:
    """Return ``(1 - x)^2 + 100 (y - x^2)^2``."""
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def trajectory(make: Make, lr: float, steps: int, tolerance: float = 1e-8) -> Any:
    """Return the points a method visits until the function is below `tolerance`."""
    p = ac.tensor([-1.5, 2.0], requires_grad=True)
    optimizer, points = make([p], lr), [p.tolist()]

    def closure() -> Any:
        optimizer.zero_grad()
        value = rosenbrock(p)
        value.backward()
        return value

    for _ in range(steps):
        optimizer.step((lambda: rosenbrock(p)) if isinstance(optimizer, nn.optim.Newton) else closure)
        points.append(p.tolist())
        if rosenbrock(p).item() < tolerance:
            break
    return np.array(points)


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Run every method, and draw where it went and how fast."""
    options = arguments("optimizers", __doc__, steps=20_000, lr=1e-3, argv=argv)
    run, paths = Run(options), {}
    names = iter(METHODS)
    for _ in progress(len(METHODS), options.quiet, "methods"):
        name = next(names)
        paths[name] = trajectory(METHODS[name], options.lr, options.epochs)
    made, (left, right) = figure(size=(14, 5), columns=2, width_ratios=(1, 1.2))
    x, y = np.meshgrid(np.linspace(-2, 2, 201), np.linspace(-1, 3, 201))
    left.contourf(x, y, np.log10(rosenbrock((x, y)) + 1e-3), 24, cmap="Greys", alpha=0.45)
    metrics = {}
    for (name, points), color in zip(paths.items(), COLORS, strict=True):
        values = rosenbrock(points.T)
        reached = bool(values[-1] < 1e-8)
        metrics[name] = {"steps": len(points) - 1, "value": float(values[-1]), "reached": reached}
        print(f"{name:>18}: {len(points) - 1:6d} steps, value {values[-1]:.1e}{'' if reached else ', not there yet'}")
        # Two methods run along one line, so one of them is dashed, above the other.
        style = {
            "color": color,
            "ls": "--" if name == "gradient descent" else "-",
            "zorder": 3 if name == "gradient descent" else 2,
        }
        left.plot(*points.T, lw=1.2, marker="." if len(points) < 100 else None, **style)
        right.loglog(np.arange(1, len(values)), values[1:], label=f"{name}, {len(points) - 1:,}", **style)
    left.plot(1, 1, "*", color="gold", ms=16, mec="k", label="minimum")
    left.set(xlim=(-2, 2), ylim=(-1, 3), xlabel="x", ylabel="y", title="Paths through the valley")
    left.legend(loc="lower left")
    right.set(xlabel="step", ylabel="value", ylim=(1e-9, 1e3), title="How fast the value falls")
    right.grid(alpha=0.3)
    right.legend(title="method, steps", fontsize=9, loc="center left", bbox_to_anchor=(1.01, 0.5))
    run.plot(made, "rosenbrock.png")
    run.graph(lambda: rosenbrock(ac.tensor([-1.5, 2.0], requires_grad=True, name="p")))
    return run.finish(methods=metrics)


if __name__ == "__main__":
    main()
