"""Make the pictures of the README: `python docs/pictures.py` writes docs/images (the screenshots need chromium)."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

import autograd_core as ac
import nn
from autograd_core import viz

IMAGES = Path(__file__).parent / "images"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


class Convolutional(nn.Module):
    """Two convolutions and a linear head."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(16 * 7 * 7, 10))

    def forward(self, x: ac.Tensor) -> ac.Tensor:
        """Return class scores, shape (examples, 10), of images, shape (examples, 1, 28, 28)."""
        return self.head(self.features(x))


class Recurrent(nn.Module):
    """A recurrent language model."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(30, 16)
        self.rnn = nn.RNN(16, 24, batch_first=True)
        self.out = nn.Linear(24, 30)

    def forward(self, x: np.ndarray) -> ac.Tensor:
        """Return scores, shape (examples * times, 30), of tokens, shape (examples, times)."""
        return self.out(self.rnn(self.embedding(x))[0]).reshape(-1, 30)


class Transformer(nn.Module):
    """A stack of encoder layers."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(30, 32)
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 6)
        self.out = nn.Linear(32, 30)

    def forward(self, x: np.ndarray) -> ac.Tensor:
        """Return scores, shape (examples * times, 30), of tokens, shape (examples, times)."""
        return self.out(self.encoder(self.embedding(x))).reshape(-1, 30)


def step(model: nn.Module, x: np.ndarray, target: np.ndarray, title: str) -> viz.Recording:
    """Record the loss and its gradient on one batch."""
    with viz.record(inputs={"x": x}, title=title) as recording:
        nn.CrossEntropyLoss()(model(x), target).backward()
    return recording


def main() -> None:
    """Write every picture."""
    nn.manual_seed(0)
    rng = np.random.default_rng(0)
    images = rng.normal(size=(16, 1, 28, 28)).astype(np.float32)
    tokens = rng.integers(0, 30, (8, 12))
    recordings = {
        "cnn": step(Convolutional(), images, rng.integers(0, 10, 16), "Convolutional network"),
        "rnn": step(Recurrent(), tokens, rng.integers(0, 30, 96), "Recurrent network"),
        "transformer": step(Transformer(), tokens, rng.integers(0, 30, 96), "Transformer"),
    }
    IMAGES.mkdir(exist_ok=True)
    for name, recording in recordings.items():
        for theme in ("light", "dark"):
            viz.draw(recording, engine="builtin", theme=theme).save(IMAGES / f"{name}-{theme}.svg")
    screenshots(recordings)


def screenshots(recordings: dict[str, viz.Recording]) -> None:
    """Write what the interactive page looks like in the middle of the backward pass."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is not installed, so the screenshots of the page are not made")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, part, theme in (("cnn", 0.8, "light"), ("rnn", 0.75, "dark"), ("transformer", 0.7, "light")):
            recording = recordings[name]
            path = viz.explore(recording, theme=theme).save(Path(folder) / f"{name}.html")
            page = browser.new_page(viewport={"width": 1280, "height": 760})
            page.goto(f"{path.as_uri()}#step={int(part * len(recording.graph.steps))}")
            page.wait_for_selector("body[data-ready]")
            page.screenshot(path=IMAGES / f"page-{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
