"""Follow the chain rule through a computation, one operation at a time.

For loss = (2 x + 3 - target) ** 2, and for a longer chain, the derivative of the loss by every intermediate value is read
from the backward pass, the local derivative of every step is their ratio, and the product of all steps is compared with three
other ways.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

import autograd_core as ac
from nn.examples._common import BLUE, ORANGE, Run, arguments, central_difference, figure

Step = tuple[str, Callable[[Any], Any]]


def follow(steps: Sequence[Step], x: float) -> tuple[list[dict[str, Any]], ac.Tensor]:
    """Apply the steps to `x`, go back, and tell of each value its derivative of the loss and of the step after it."""
    leaf = ac.tensor(x, requires_grad=True, name="x")
    values = [leaf]
    for name, step in steps:
        values.append(step(values[-1]))
        values[-1].name = name
        values[-1].retain_grad()
    values[-1].backward(retain_graph=True)
    rows = []
    for i, t in enumerate(values):
        assert t.grad is not None
        after = values[i + 1].grad if i + 1 < len(values) else None
        local = t.grad.item() / after.item() if after is not None else 1.0
        rows.append({"name": t.name, "value": t.item(), "of_loss": t.grad.item(), "local": local})
    return rows, values[-1]


def compose(steps: Sequence[Step]) -> Callable[[Any], Any]:
    """All steps as one function."""

    def f(x: Any) -> Any:
        for _, step in steps:
            x = step(x)
        return x

    return f


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--x", type=float, default=1.5, help="where to differentiate (default: %(default)s)")
    parser.add_argument("--target", type=float, default=5.0, help="in the loss (default: %(default)s)")


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Print the chain of each example, draw its graph and its derivative."""
    options = arguments("chain_rule", __doc__, argv=argv, more=_more)
    run, target = Run(options), options.target
    chains: dict[str, Sequence[Step]] = {
        "loss": [
            ("2 x", lambda x: 2 * x),
            ("+ 3", lambda z: z + 3),
            ("- target", lambda y: y - target),
            ("squared", np.square),
        ],
        "waves": [("squared", np.square), ("sin", np.sin), ("exp", np.exp), ("tanh", np.tanh)],
    }
    made, axes = figure(size=(10, 4), columns=2)
    metrics: dict[str, Any] = {}
    for (name, steps), panel in zip(chains.items(), axes, strict=True):
        rows, _ = follow(steps, options.x)
        print(f"\n{name}:  {'value':>12}  {'d loss / d it':>14}  {'d next / d it':>14}")
        for row in rows:
            print(f"  {row['name']:>10}  {row['value']:>10.5f}  {row['of_loss']:>14.6f}  {row['local']:>14.6f}")
        f = compose(steps)
        ways = {
            "product of local derivatives": float(np.prod([row["local"] for row in rows])),
            "backward": rows[0]["of_loss"],
            "ac.grad": ac.grad(f)(options.x).item(),
            "ac.jvp": ac.jvp(f, (options.x,), (1.0,))[1].item(),
            "central difference": float(central_difference(f, options.x)),
        }
        for way, value in ways.items():
            print(f"  {way:>30}: {value:.9f}")
        metrics[name] = ways
        run.graph(partial(f, ac.tensor(options.x, requires_grad=True, name="x")), f"{name}.svg")
        xs = np.linspace(-2, 2, 401)
        t = ac.tensor(xs, requires_grad=True)
        y = f(t)
        y.sum().backward()
        assert t.grad is not None
        panel.plot(xs, y.numpy(), color=BLUE, label="function")
        panel.plot(xs, t.grad.numpy(), color=ORANGE, label="derivative by backward")
        panel.plot(xs[::16], central_difference(f, xs[::16]), "k.", ms=4, label="central difference")
        panel.set(title=" → ".join(["x", *(n for n, _ in steps)]), xlabel="x")
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8)
    run.plot(made, "derivatives.png")
    return run.finish(**metrics)


if __name__ == "__main__":
    main()
