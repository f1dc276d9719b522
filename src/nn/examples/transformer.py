"""Train a small transformer to write, character by character, like Python's own documentation.

The text is the language reference that ships with Python for ``help()``. Two encoder layers with a causal mask read 64
characters and predict the next one at every place; afterwards the model writes a sample.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pydoc_data.topics import topics
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, GREY, ORANGE, Run, arguments, check_parameters, figure, progress

START = "The "


class Writer(nn.Module):
    """Embeddings of characters and places, encoder layers with a causal mask, and logits of the next character."""

    def __init__(self, characters: int, context: int, width: int, layers: int, rng: Any) -> None:
        super().__init__()
        self.context = context
        self.characters = nn.Embedding(characters, width, rng=rng)
        self.places = nn.Embedding(context, width, rng=rng)
        layer = nn.TransformerEncoderLayer(
            width, 4, 4 * width, 0.0, nn.functional.gelu, batch_first=True, norm_first=True, rng=rng
        )
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width))
        self.head = nn.Linear(width, characters, rng=rng)

    def forward(self, index: Any) -> Any:
        """Return logits (N, T, characters) for indices (N, T)."""
        x = self.characters(index) + self.places(np.arange(index.shape[1]))
        return self.head(self.encoder(x, is_causal=True))


def read(size: int) -> tuple[str, Any]:
    """Return the alphabet of the text, and the text as indices."""
    text = "\n".join(topics[name] for name in sorted(topics))[:size]
    alphabet = "".join(sorted(set(text)))
    return alphabet, np.array([alphabet.index(c) for c in text])


def write(model: Writer, alphabet: str, length: int, rng: np.random.Generator, temperature: float = 0.7) -> str:
    """Draw a text from the model."""
    index = [alphabet.index(c) for c in START]
    model.eval()
    with ac.no_grad():
        for _ in range(length):
            logits = model(np.array([index[-model.context :]])).numpy()[0, -1].astype(float) / temperature
            p = np.exp(logits - logits.max())
            index.append(int(rng.choice(len(p), p=p / p.sum())))
    model.train()
    return "".join(alphabet[i] for i in index)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--context", type=int, default=64, help="characters the model sees (default: %(default)s)")
    parser.add_argument("--width", type=int, default=64, help="of the layers (default: %(default)s)")
    parser.add_argument("--sample", type=int, default=300, help="characters to write at the end (default: %(default)s)")


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Train, and write."""
    options = arguments("transformer", __doc__, steps=600, batch_size=16, lr=3e-3, argv=argv, more=_more)
    ac.tune_allocator()
    run, rng = Run(options), np.random.default_rng(options.seed)
    alphabet, text = read(200_000)
    train, test = text[:180_000], text[180_000:]
    model = Writer(len(alphabet), options.context, options.width, 2, rng)
    print(f"{len(text):,} characters, {len(alphabet)} different; {sum(p.size for p in model.parameters()):,} parameters")

    def batch(source: Any, size: int) -> tuple[Any, Any]:
        starts = rng.integers(0, len(source) - options.context - 1, size)
        rows = source[starts[:, None] + np.arange(options.context + 1)]
        return rows[:, :-1], rows[:, 1:]

    def loss(m: nn.Module, x: Any, y: Any) -> Any:
        return nn.functional.cross_entropy(m(x).reshape(-1, len(alphabet)), y.reshape(-1))

    few = batch(train, 2)
    error = check_parameters(lambda m: loss(m, few[0][:, :8], few[1][:, :8]), model, seed=options.seed)
    print(f"ten random parameters against central differences: worst relative error {error:.1e}")
    run.graph(lambda: loss(model, *few))
    optimizer = nn.optim.AdamW(model.parameters(), options.lr)
    schedule = nn.optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=options.epochs + 1, cycle_momentum=False)
    losses = []
    for _ in (bar := progress(options.epochs, options.quiet, "training")):
        optimizer.zero_grad()
        value = loss(model, *batch(train, options.batch_size))
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(value.item())
        bar.set_postfix(loss=f"{np.mean(losses[-20:]):.3f}", refresh=False)
    with ac.no_grad():
        held_out = float(np.mean([loss(model, *batch(test, 16)).item() for _ in range(8)]))
    counts = np.bincount(train, minlength=len(alphabet)) + 1
    guess = float(-np.log(counts / counts.sum())[test].mean())
    sample = write(model, alphabet, options.sample, rng)
    print(
        f"loss on unseen text {held_out:.3f}; by frequencies of characters alone {guess:.3f}\n{'-' * 70}\n{sample}\n{'-' * 70}"
    )
    run.path("sample.txt").write_text(sample + "\n")
    made, axes = figure()
    axes.plot(losses, color="#9ecae1", lw=0.8, label="each step")
    means = np.convolve(losses, np.full(20, 0.05), "valid")
    axes.plot(np.arange(len(means)) + 9.5, means, color=BLUE, label="mean of 20")  # each in the middle of its 20 steps
    axes.axhline(guess, color=GREY, ls="--", lw=1, label="frequencies of characters")
    axes.axhline(held_out, color=ORANGE, ls="--", lw=1, label="on unseen text, at the end")
    axes.set(xlabel="step", ylabel="cross-entropy, nats a character", title="Loss while training")
    axes.grid(alpha=0.3)
    axes.legend()
    run.plot(made, "loss.png")
    nn.save(model, run.path("parameters.safetensors"))
    return run.finish(loss=float(np.mean(losses[-20:])), held_out=held_out, frequencies=guess, gradient_check=error)


if __name__ == "__main__":
    main()
