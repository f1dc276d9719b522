"""Adapt the learning rate of every parameter to the size of its gradients.

The rate is divided by the root of a running mean of squared gradients, ``s = 0.9 s + 0.1 g^2`` from s = 0. On a quadratic
whose curvatures differ by a factor of 10,000 a single rate must suit the steepest direction; adapted rates suit all. The rule
is RMSprop with alpha = 0.9, step for step, which is checked; Adam adds momentum and corrects the first steps, which it
divides by too little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, GREEN, GREY, ORANGE, Run, arguments, figure, progress

CURVATURES = np.geomspace(1, 1e4, 9)


class AdaptiveRate:
    """The rate of each element: ``lr / (sqrt(s) + 1e-8)``."""

    def __init__(self, lr: float, beta: float = 0.9) -> None:
        self.lr, self.beta, self.s = lr, beta, 0.0

    def rate(self, g: Any) -> Any:
        """Take in a gradient, and return the rates."""
        self.s = self.beta * self.s + (1 - self.beta) * g**2
        return self.lr / (np.sqrt(self.s) + 1e-8)


def loss_of(p: Any) -> Any:
    """Return half the sum of squares, weighted by the curvatures."""
    return (CURVATURES * p * p).sum() / 2


def descend(step: Callable[[ac.Tensor], Any], steps: int, name: str, quiet: bool) -> tuple[list[float], Any]:
    """Return the losses, and where the parameters end; `step` changes them after `backward`."""
    p, losses = ac.tensor(np.linspace(0.5, 1.5, 9), requires_grad=True), []
    advance = step(p)
    for _ in progress(steps, quiet, name):
        p.grad = None
        loss = loss_of(p)
        loss.backward()
        losses.append(loss.item())
        advance()
    return losses, p.numpy()


def by_hand(lr: float) -> Callable[[ac.Tensor], Any]:
    """The rule above, written out."""

    def start(p: ac.Tensor) -> Callable[[], None]:
        adaptive = AdaptiveRate(lr)

        def advance() -> None:
            assert p.grad is not None
            g = p.grad.numpy()
            with ac.writable(p) as array:
                array -= adaptive.rate(g) * g

        return advance

    return start


def built_in(make: Callable[[list[ac.Tensor]], nn.optim.Optimizer]) -> Callable[[ac.Tensor], Any]:
    """A method of `nn.optim`."""
    return lambda p: make([p]).step


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Descend in four ways."""
    options = arguments("adaptive_learning_rate", __doc__, steps=300, lr=0.01, argv=argv)
    run, lr = Run(options), options.lr
    methods = {
        "one rate, 1.9 / 10,000": (built_in(lambda p: nn.optim.SGD(p, lr=1.9e-4)), GREY),
        "adapted rates": (by_hand(lr), ORANGE),
        "RMSprop, alpha 0.9": (built_in(lambda p: nn.optim.RMSprop(p, lr=lr, alpha=0.9)), BLUE),
        "Adam": (built_in(lambda p: nn.optim.Adam(p, lr=lr)), GREEN),
    }
    made, (left, right) = figure(size=(11, 4.2), columns=2)
    ends, metrics = {}, {}
    for name, (step, color) in methods.items():
        losses, ends[name] = descend(step, options.epochs, name, options.quiet)
        metrics[name] = losses[-1]
        print(f"{name:>24}: loss {losses[0]:.0f} to {losses[-1]:.2e}")
        style = "--" if name.startswith("RMSprop") else "-"
        left.semilogy(losses, style, color=color, label=name)
        right.loglog(CURVATURES, np.abs(ends[name]) + 1e-16, "o" + style, ms=4, color=color, label=name)
    apart = float(np.abs(ends["adapted rates"] - ends["RMSprop, alpha 0.9"]).max())
    print(f"the rule differs from RMSprop by {apart:.1e}")
    left.set(xlabel="step", ylabel="loss", title="Loss")
    right.set(xlabel="curvature of the direction", ylabel="distance from the minimum", title=f"After {options.epochs} steps")
    for panel in (left, right):
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8)
    run.plot(made, "rates.png")
    run.graph(lambda: loss_of(ac.tensor(np.ones(CURVATURES.shape), requires_grad=True, name="p")))
    return run.finish(losses=metrics, difference_from_rmsprop=apart)


if __name__ == "__main__":
    main()
