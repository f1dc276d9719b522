"""How gradients fade and explode on their way back through time, and what clipping does about it; a part of the rnn example."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, GREEN, GREY, ORANGE, RED, figure

RADII = {0.5: BLUE, 0.9: GREEN, 1.1: ORANGE, 2.0: RED}


def network(radius: float, hidden: int, seed: int) -> nn.RNN:
    """A tanh recurrent layer whose recurrent matrix has a given spectral radius."""
    layer = nn.RNN(1, hidden, bias=False, dtype=float, rng=seed)
    with ac.writable(layer.weight_hh_l0) as w:
        w *= radius / np.abs(np.linalg.eigvals(w)).max()
    return layer


def reach(layer: nn.RNN, steps: int, size: float) -> Any:
    """Return the norm of the gradient of the last state by the input at each step, relative to the last step's."""
    x = ac.tensor(np.random.default_rng(1).normal(0, size, (steps, 16, 1)), requires_grad=True)
    (layer(x)[0][-1]).sum().backward()
    assert x.grad is not None
    norms = np.linalg.norm(x.grad.numpy(), axis=(1, 2))
    return norms / norms[-1]


def train(clip: float | None, steps: int, seed: int) -> tuple[list[float], list[float]]:
    """Train a network that starts on the edge of exploding to add up what it saw; return losses and norms of the gradient."""
    rng = np.random.default_rng(seed)
    layer, head = network(1.2, 32, seed), nn.Linear(32, 1, dtype=float, rng=rng)
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer, losses, norms = nn.optim.SGD(parameters, lr=0.1), [], []
    for _ in range(steps):
        x = rng.normal(0, 0.1, (40, 32, 1))
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(head(layer(x)[0][-1]), x.sum(axis=0))
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(parameters, np.inf if clip is None else clip).item())
        optimizer.step()
        losses.append(loss.item())
        if losses[-1] > 1e3:
            break  # it has exploded
    return losses, norms


def study(steps: int, seed: int) -> tuple[Any, dict[str, Any]]:
    """Draw both, and return the numbers.

    References
    ----------
    R. Pascanu, T. Mikolov and Y. Bengio, On the difficulty of training Recurrent Neural Networks, arXiv 1211.5063, sections 2.1
    and 3.2.
    """
    made, (left, middle, right) = figure(size=(14, 4.2), columns=3)
    metrics: dict[str, Any] = {"first_against_last_step": {}}
    for radius, color in RADII.items():
        relative = reach(network(radius, 32, seed), 40, 1e-3)  # small inputs keep tanh in its linear part
        metrics["first_against_last_step"][str(radius)] = float(relative[0])
        left.semilogy(np.arange(1, 41), relative, color=color, label=f"spectral radius {radius}")
    left.set(xlabel="step of the sequence", ylabel="gradient, relative to the last step", title="Gradients fade or explode")
    for clip, color in ((None, GREY), (0.3, BLUE)):
        losses, norms = train(clip, steps, seed)
        name = "without clipping" if clip is None else f"clipped to norm {clip:g}"
        middle.semilogy(norms, color=color, lw=0.8, label=name)
        right.semilogy(losses, color=color, lw=0.8, label=name)
        metrics[name] = {"largest_norm": max(norms), "mean_of_last_losses": float(np.mean(losses[-steps // 4 :]))}
    middle.set(xlabel="step of training", ylabel="norm of the gradient", title="Norms, before clipping")
    right.set(xlabel="step of training", ylabel="loss", title="Adding up 40 numbers")
    for panel in (left, middle, right):
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8)
    return made, metrics
