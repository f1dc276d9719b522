"""Draw every activation function with its first and second derivative, and check them.

No derivative is written anywhere: both come from the functions themselves. Away from kinks they are compared with central
differences; the largest error over all functions is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_core as ac
from nn import functional
from nn.examples._common import BLUE, GREEN, ORANGE, Run, arguments, central_difference, figure

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": functional.sigmoid,
    "tanh": functional.tanh,
    "relu": functional.relu,
    "leaky relu": lambda x: functional.leaky_relu(x, 0.1),
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "mish": functional.mish,
    "softplus": functional.softplus,
    "log sigmoid": functional.logsigmoid,
    "softsign": functional.softsign,
    "tanhshrink": functional.tanhshrink,
    "hardtanh": functional.hardtanh,
    "hardswish": functional.hardswish,
    "relu6": functional.relu6,
}
KINKS = np.array([-3.0, -1.0, 0.0, 1.0, 3.0, 6.0])


def derivatives(f: Callable[[Any], Any], x: Any) -> tuple[Any, Any]:
    """Return the first and second derivative at every element."""

    def total(t: Any) -> Any:
        return f(t).sum()

    first = ac.grad(total)
    return first(x).numpy(), ac.grad(lambda t: first(t).sum())(x).numpy()


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Draw and check."""
    options = arguments("activations", __doc__, argv=argv)
    run, x = Run(options), np.linspace(-7, 7, 561)
    smooth = np.abs(x[:, None] - KINKS).min(axis=1) > 0.01
    made, axes = figure(size=(12, 10), rows=4, columns=4, sharex=True)
    errors = {}
    for (name, f), panel in zip(FUNCTIONS.items(), axes.flat, strict=True):
        first, second = derivatives(f, x)
        numerical = central_difference(f, x)
        errors[name] = float(np.abs(first - numerical)[smooth].max())
        panel.plot(x, f(x).numpy(), color=BLUE, label="function")
        panel.plot(x, first, color=ORANGE, label="derivative")
        panel.plot(x, second, color=GREEN, lw=0.8, label="second derivative")
        panel.set_title(name, fontsize=10)
        panel.set_ylim(-1.6, 3)
        panel.grid(alpha=0.3)
    axes[0, 0].legend(fontsize=8)
    worst = max(errors, key=lambda name: errors[name])
    print(f"{len(errors)} functions; largest error against central differences {errors[worst]:.1e}, of {worst}")
    run.plot(made, "activations.png")
    run.graph(lambda: functional.gelu(ac.tensor(x, requires_grad=True), "tanh").sum())
    return run.finish(errors=errors)


if __name__ == "__main__":
    main()
