"""Remember one number through 40 steps of noise: where a plain recurrent network forgets, an LSTM does not.

The class of a sequence is the sign of its first element; the others are noise. Backpropagation through time has to carry a
gradient over all steps, which the cell of the LSTM lets through and the tanh of the plain network shrinks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, GREEN, ORANGE, Run, arguments, check_parameters, figure, progress

KINDS = {"RNN": ORANGE, "GRU": GREEN, "LSTM": BLUE}


class Reader(nn.Module):
    """A recurrent layer over (T, N, 1), and a dense layer that reads its last output."""

    def __init__(self, kind: str, hidden_size: int, seed: int) -> None:
        super().__init__()
        rng = np.random.default_rng(seed)
        self.recurrent = getattr(nn, kind)(1, hidden_size, rng=rng)
        self.head = nn.Linear(hidden_size, 1, rng=rng)
        if kind == "LSTM":  # a forget gate that starts open, or the cell forgets before it has learned to keep
            with ac.writable(self.recurrent.bias_ih_l0) as array:
                array[hidden_size : 2 * hidden_size] = 2

    def forward(self, x: Any) -> Any:
        """Return the logit (N, 1) of a positive first element."""
        return self.head(self.recurrent(x)[0][-1])


def draw(rng: np.random.Generator, steps: int, batch: int) -> tuple[Any, Any]:
    """Return sequences (T, N, 1) and the sign of their first element (N, 1)."""
    x = rng.normal(0, 0.5, (steps, batch, 1)).astype(np.float32)
    y = rng.integers(0, 2, (batch, 1)).astype(np.float32)
    x[0] = 2 * y - 1
    return x, y


def reach(model: nn.Module, x: Any, y: Any) -> Any:
    """Return the norm of the gradient of the loss by the input at each step."""
    t = ac.tensor(x, requires_grad=True)
    nn.functional.binary_cross_entropy_with_logits(model(t), y).backward()
    assert t.grad is not None
    return np.linalg.norm(t.grad.numpy(), axis=(1, 2))


def _objective(loss: nn.Module, x: Any, y: Any) -> Callable[[nn.Module], Any]:
    return lambda model: loss(model(x), y)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, default=40, help="length of the sequences (default: %(default)s)")
    parser.add_argument("--hidden", type=int, default=24, help="units (default: %(default)s)")


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Train all three, and measure how far back their gradients reach."""
    options = arguments("lstm", __doc__, steps=500, batch_size=32, lr=2e-3, argv=argv, more=_more)
    ac.tune_allocator()
    run, loss = Run(options), nn.BCEWithLogitsLoss()
    made, (left, right) = figure(size=(11, 4.2), columns=2)
    metrics: dict[str, Any] = {}
    for kind, color in KINDS.items():
        rng = np.random.default_rng(options.seed)
        model, test = Reader(kind, options.hidden, options.seed), draw(np.random.default_rng(99), options.steps, 500)
        error = check_parameters(_objective(loss, test[0][:6, :4].astype(float), test[1][:4]), model)
        if kind == "LSTM":
            run.graph(lambda: loss(model(test[0][:, :4]), test[1][:4]))  # noqa: B023  (called at once)
        before, optimizer, losses = reach(model, *test), nn.optim.Adam(model.parameters(), options.lr), []
        for _ in (bar := progress(options.epochs, options.quiet, kind)):
            x, y = draw(rng, options.steps, options.batch_size)
            optimizer.zero_grad()
            value = loss(model(x), y)
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(value.item())
            bar.set_postfix(loss=f"{losses[-1]:.4f}", refresh=False)
        with ac.no_grad():
            accuracy = float(((model(test[0]).numpy() > 0) == test[1]).mean())
        metrics[kind] = {"accuracy": accuracy, "gradient_check": error, "first_step_reach": float(before[0] / before[-1])}
        print(
            f"{kind:>4}: accuracy {accuracy:.1%}; first against last step's gradient at the start {before[0] / before[-1]:.1e}"
        )
        left.semilogy(losses, color=color, lw=0.9, label=f"{kind}: {accuracy:.0%} right")
        right.semilogy(before, color=color, label=kind)
    left.set(xlabel="step of training", ylabel="loss", title="Loss")
    right.set(
        xlabel="element of the sequence", ylabel="norm of the gradient", title="How far back gradients reach, before training"
    )
    for panel in (left, right):
        panel.grid(alpha=0.3)
        panel.legend()
    run.plot(made, "memory.png")
    nn.save(model, run.path("parameters.safetensors"))
    return run.finish(**metrics)


if __name__ == "__main__":
    main()
