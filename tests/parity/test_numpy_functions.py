"""NumPy's functions against PyTorch's: values, first and second derivatives, on plain and on awkward arguments.

Each function meets numbers on a coarse grid (ties, zeros, kinks), reversed views, repeated rows and, where it has them, complex
numbers. Where the two disagree on purpose, the page of conventions says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import autograd_core as ac

from ._rows import Array, Row, close, inner
from ._table import ROWS, expected

PEER = "PyTorch"


def derivatives_of_ours(r: Row, xs: list[Array], u: Any, vs: list[Array]) -> tuple[list[Any], list[Any]]:
    """The gradient along a cotangent, and the gradient of that along a direction."""
    everything = tuple(range(len(xs)))

    def first(*a: Any) -> Any:
        return ac.grad(lambda *b: inner(u, r.ours(*b, *r.places)), everything)(*a)

    def moved(*a: Any) -> Any:
        return sum(inner(v, g) for v, g in zip(vs, first(*a), strict=True))

    return [g.numpy() for g in first(*xs)], [g.numpy() for g in ac.grad(moved, everything)(*xs)]


def derivatives_of_theirs(r: Row, xs: list[Array], u: Any, vs: list[Array]) -> tuple[Any, list[Any], list[Any]]:
    """The value, and the same two of PyTorch."""
    assert r.torch is not None
    ts = [torch.tensor(np.array(x), requires_grad=True) for x in xs]
    y = r.torch(*ts, *map(torch.from_numpy, r.places))
    value = y.detach().resolve_conj().numpy(force=True)
    if not y.requires_grad:
        return value, [np.zeros_like(x) for x in xs], [np.zeros_like(x) for x in xs]
    first = torch.autograd.grad(inner(torch.tensor(u), y), ts, create_graph=True, materialize_grads=True)
    moved = sum(inner(torch.tensor(np.array(v)), g) for v, g in zip(vs, first, strict=True))
    if moved.requires_grad:
        second = torch.autograd.grad(moved, ts, allow_unused=True, materialize_grads=True)
    else:
        second = tuple(torch.zeros_like(t) for t in ts)
    return value, *([g.detach().resolve_conj().numpy(force=True) for g in gs] for gs in (first, second))  # type: ignore[return-value]


def directions(r: Row, kind: str, xs: list[Array], value: Array) -> tuple[Any, list[Array]]:
    """A cotangent of the value, and a direction for each operand."""
    rng = r.rng(kind, "directions")

    def like(x: Array) -> Array:
        return rng.uniform(-1, 1, x.shape) + (1j * rng.uniform(-1, 1, x.shape) if x.dtype.kind == "c" else 0)

    return like(value), [like(x) for x in xs]


def disagreements(r: Row, kind: str) -> list[str]:
    """Compare at every draw: a value that differs fails at once, derivatives that differ are told."""
    told = []
    for xs in r.draws(kind):
        value = np.asarray(r.ours(*xs, *r.places))
        u, vs = directions(r, kind, xs, value)
        theirs, *derivatives = derivatives_of_theirs(r, xs, u, vs)
        close(r.ours(*map(ac.asarray, xs), *r.places).numpy(), theirs, "value")
        told += differences(derivatives_of_ours(r, xs, u, vs), derivatives)
    return told


def differences(actual: Any, expected: Any) -> list[str]:
    """What differs, in words."""
    told = []
    for order, (ours, theirs) in enumerate(zip(actual, expected, strict=True), 1):
        for k, (a, e) in enumerate(zip(ours, theirs, strict=True)):
            try:
                close(a, e, f"derivative of order {order}, operand {k}")
            except AssertionError as error:
                told.append(str(error))
    return told


@pytest.mark.parametrize(
    ("r", "kind"), [pytest.param(r, kind, id=f"{r.name}-{kind}") for r in ROWS if r.torch for kind in r.kinds()]
)
def test_agrees_with_pytorch(r: Row, kind: str) -> None:
    """Value, gradient along a random cotangent, and gradient of that along a random direction."""
    told = disagreements(r, kind)
    assert not told or expected(r, PEER, kind), told[0]
