"""Train a deep sigmoid network on 8x8 digits with and without batch normalization, at several learning rates.

Without it the four layers barely pass any gradient back, and the network learns at hardly any rate; with it, at all of them.
The derivative through the batch's mean and variance is compared with central differences first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, ORANGE, Run, arguments, check_parameters, figure


def network(normalized: bool, seed: int) -> nn.Sequential:
    """Build four hidden layers of 32 sigmoid units, each normalized before its sigmoid or not."""
    rng, layers, width = np.random.default_rng(seed), [], 64
    for _ in range(4):
        layers += [nn.Linear(width, 32, rng=rng), *([nn.BatchNorm1d(32)] if normalized else []), nn.Sigmoid()]
        width = 32
    return nn.Sequential(nn.Flatten(), *layers, nn.Linear(32, 10, rng=rng))


def first_gradient(model: nn.Module, loss: Any, x: Any, y: Any) -> float:
    """Return the norm of the gradient of the first layer's weight."""
    model.zero_grad()
    loss(model(x), y).backward()
    return float(np.linalg.norm(next(model.parameters()).grad.numpy()))  # type: ignore[union-attr]


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Train six networks."""
    options = arguments("batchnorm", __doc__, epochs=8, batch_size=32, lr=0.1, argv=argv)
    ac.tune_allocator()
    run, loss = Run(options), nn.CrossEntropyLoss()
    images, labels = nn.datasets.digits()
    train, test = nn.datasets.stratified_split(labels, 0.25, options.seed)
    few = images[train[:16]].astype(float), labels[train[:16]]
    model = network(True, options.seed)
    error = check_parameters(lambda m: loss(m(few[0]), few[1]), model, seed=options.seed)
    print(f"ten random parameters against central differences: worst relative error {error:.1e}")
    run.graph(lambda: loss(model(images[train[:32]]), labels[train[:32]]))
    made, axes = figure(size=(12, 4), columns=3, sharey=True)
    metrics: dict[str, Any] = {"gradient_check": error, "accuracy": {}, "first_layer_gradient": {}}
    for rate, panel in zip((options.lr / 10, options.lr, options.lr * 10), axes, strict=True):
        for normalized, color in ((False, BLUE), (True, ORANGE)):
            name = "with" if normalized else "without"
            model = network(normalized, options.seed)
            metrics["first_layer_gradient"][name] = first_gradient(model, loss, images[train[:64]], labels[train[:64]])
            data = nn.data.TensorDataset(images[train], labels[train])
            # A last batch of three images would leave its own mean and variance in the running ones.
            loader = nn.data.DataLoader(data, options.batch_size, shuffle=True, drop_last=True, rng=options.seed)
            history = nn.fit(
                model,
                loader,
                loss,
                nn.optim.SGD(model.parameters(), rate),
                epochs=options.epochs,
                validation=(images[test], labels[test]),
                metrics={"accuracy": nn.accuracy},
                progress=not options.quiet,
            )
            accuracy = history["val_accuracy"][-1]
            metrics["accuracy"][f"{name}, lr {rate:g}"] = accuracy
            panel.plot(
                np.arange(1, options.epochs + 1),
                history["val_accuracy"],
                "o-",
                ms=3,
                color=color,
                label=f"{name}: {accuracy:.0%}",
            )
        panel.set(title=f"Learning rate {rate:g}", xlabel="epoch", ylim=(0, 1.02))
        panel.grid(alpha=0.3)
        panel.legend(loc="center right", title="batch normalization")
    axes[0].set_ylabel("test accuracy")
    for name, norm in metrics["first_layer_gradient"].items():
        print(f"norm of the first layer's gradient {name} batch normalization: {norm:.1e}")
    for name, accuracy in metrics["accuracy"].items():
        print(f"{name}: test accuracy {accuracy:.1%}")
    run.plot(made, "accuracy.png")
    return run.finish(**metrics)


if __name__ == "__main__":
    main()
