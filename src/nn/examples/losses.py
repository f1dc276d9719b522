"""Draw every loss as a function of one prediction, with its derivative, and check it.

Regression losses are drawn against the error, classification losses against the logit of the right class; the derivatives
come from the losses themselves and are compared with central differences away from kinks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_core as ac
from nn import functional
from nn.examples._common import BLUE, ORANGE, Run, arguments, central_difference, figure


def _cross_entropy(x: Any) -> Any:
    logits = ac.stack([x, np.zeros_like(x), -np.ones_like(x)], axis=1)
    return functional.cross_entropy(logits, np.zeros(len(x), int), reduction="none")


def _cosine(x: Any) -> Any:
    pair = ac.stack([ac.cos(x), ac.sin(x)], axis=1)
    return functional.cosine_embedding_loss(pair, np.tile([1.0, 0.0], (len(x), 1)), np.ones(len(x)), reduction="none")


LOSSES: dict[str, tuple[Callable[[Any], Any], str, float]] = {  # the loss, its axis, and where it has a kink
    "mean squared error": (lambda x: functional.mse_loss(x, 0 * x, reduction="none"), "error", np.inf),
    "absolute error": (lambda x: functional.l1_loss(x, 0 * x, reduction="none"), "error", 0.0),
    "smooth L1, beta 1": (lambda x: functional.smooth_l1_loss(x, 0 * x, reduction="none"), "error", 1.0),
    "Huber, delta 2": (lambda x: functional.huber_loss(x, 0 * x, "none", 2.0), "error", 2.0),
    "cross-entropy": (_cross_entropy, "logit of the right class", np.inf),
    "binary cross-entropy": (
        lambda x: functional.binary_cross_entropy_with_logits(x, 0 * x + 1, reduction="none"),
        "logit of the right class",
        np.inf,
    ),
    "hinge embedding, target -1": (
        lambda x: functional.hinge_embedding_loss(x, 0 * x - 1, reduction="none"),
        "distance",
        1.0,
    ),
    "cosine embedding": (_cosine, "angle", np.inf),
}


def _total(loss: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: loss(x).sum()


def _of_arrays(loss: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: loss(ac.asarray(x))


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Draw and check."""
    options = arguments("losses", __doc__, argv=argv)
    run, x = Run(options), np.linspace(-4, 4, 401)
    made, axes = figure(size=(12, 5.5), rows=2, columns=4)
    errors = {}
    for (name, (loss, label, kink)), panel in zip(LOSSES.items(), axes.flat, strict=True):
        slope = ac.grad(_total(loss))(x).numpy()
        smooth = np.abs(np.abs(x) - kink) > 0.01
        errors[name] = float(np.abs(slope - central_difference(_of_arrays(loss), x))[smooth].max())
        panel.plot(x, loss(ac.asarray(x)).numpy(), color=BLUE, label="loss")
        panel.plot(x, slope, color=ORANGE, label="derivative")
        panel.set_title(name, fontsize=10)
        panel.set(xlabel=label, ylim=(-3, 6))
        panel.grid(alpha=0.3)
    axes[0, 0].legend(fontsize=8)
    worst = max(errors, key=lambda name: errors[name])
    print(f"{len(errors)} losses; largest error against central differences {errors[worst]:.1e}, of {worst}")
    for logits in ([1e4, -1e4], [-1e4, 1e4]):
        value = functional.cross_entropy(np.array([logits]), [0]).item()
        print(f"cross-entropy at logits {logits}: {abs(value):g}")
    run.plot(made, "losses.png")
    run.graph(lambda: functional.cross_entropy(ac.tensor([[2.0, -1.0]], requires_grad=True, name="logits"), [0]))
    return run.finish(errors=errors)


if __name__ == "__main__":
    main()
