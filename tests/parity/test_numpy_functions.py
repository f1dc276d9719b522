"""NumPy's functions against PyTorch's: values, first and second derivatives, on plain and on awkward arguments.

Each function meets numbers on a coarse grid (ties, zeros, kinks), reversed views, broadcast operands and, where it has them,
complex numbers. Where the two disagree on purpose the published table of conventions says so, and `DEPARTURES` names the row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import autograd_core as ac

from . import _numpy_rows_linalg as _more  # noqa: F401  (it adds its rows)
from ._numpy_rows import ROWS, Row

DEPARTURES: dict[tuple[str, str], str] = {
    ("fmax", "ties"): "`maximum(a, b)`, `minimum` at a == b: 1/2 each, of which PyTorch's fmax gives 1 to the first",
    ("fmin", "ties"): "`maximum(a, b)`, `minimum` at a == b: 1/2 each, of which PyTorch's fmin gives 1 to the first",
    ("sinc", "ties"): "`sinc` at 0: the limits at higher orders, where PyTorch's second derivative is NaN",
}
"""(function, arguments) where derivatives differ on purpose, and the row of the table of conventions that says so."""

KINDS = ("random", "ties", "reversed", "broadcast", "complex")
TESTS = [
    pytest.param(r, kind, id=f"{r.name}-{kind}")
    for r in ROWS
    for kind in KINDS
    if (r.complex if kind == "complex" else r.real and (r.ties or kind != "ties"))
]


def draw(r: Row, kind: str, rng: np.random.Generator) -> list[np.ndarray]:
    """The operands: on a grid of quarters where ties and zeros are wanted, else anywhere."""
    made = []
    for shape in r.shapes:
        x = rng.uniform(r.low, r.high, shape)
        if kind == "ties":
            x = np.clip(np.round(x * 2) / 2, r.low, r.high)
        elif kind == "complex":
            x = x + 1j * rng.uniform(0.1, 0.5, shape)
        elif kind == "reversed":
            x = rng.uniform(r.low, r.high, shape)[tuple(slice(None, None, -1) for _ in shape)]
        elif kind == "broadcast" and shape and shape[0] > 1 and r.ties:
            x = np.broadcast_to(rng.uniform(r.low, r.high, (1, *shape[1:])), shape)
        made.append(x)
    return made


def inner(u: Any, y: Any) -> Any:
    """The real inner product."""
    total = (u.conj() * y).sum() if isinstance(y, torch.Tensor) else np.sum(u.conj() * y)
    return total.real if isinstance(y, np.ndarray | ac.Tensor) or y.is_complex() else total


def derivatives_of_ours(r: Row, xs: list[np.ndarray], u: Any, vs: list[np.ndarray]) -> tuple[list[Any], list[Any]]:
    everything = tuple(range(len(xs)))

    def first(*a: Any) -> Any:
        return ac.grad(lambda *b: inner(u, r.ours(*b)), everything)(*a)

    def moved(*a: Any) -> Any:
        return sum(inner(v, g) for v, g in zip(vs, first(*a), strict=True))

    return [g.numpy() for g in first(*xs)], [g.numpy() for g in ac.grad(moved, everything)(*xs)]


def derivatives_of_theirs(r: Row, xs: list[np.ndarray], u: Any, vs: list[np.ndarray]) -> tuple[Any, list[Any], list[Any]]:
    ts = [torch.tensor(np.array(x), requires_grad=True) for x in xs]
    y = r.theirs(*ts)
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


@pytest.mark.parametrize(("r", "kind"), TESTS)
def test_agrees_with_pytorch(r: Row, kind: str) -> None:
    """Value, gradient along a random cotangent, and gradient of that along a random direction."""
    rng = np.random.default_rng(len(r.name) + KINDS.index(kind))
    xs = draw(r, kind, rng)
    value = np.asarray(r.ours(*xs))
    u = rng.uniform(-1, 1, value.shape) + (1j * rng.uniform(-1, 1, value.shape) if value.dtype.kind == "c" else 0)
    vs = [rng.uniform(-1, 1, x.shape) + (1j * rng.uniform(-1, 1, x.shape) if x.dtype.kind == "c" else 0) for x in xs]
    expected, first, second = derivatives_of_theirs(r, xs, u, vs)
    close(np.asarray(r.ours(*map(ac.asarray, xs))), expected, "value")
    of_ours = derivatives_of_ours(r, xs, u, vs)
    if (r.name, kind) in DEPARTURES:
        with pytest.raises(AssertionError, match="derivative of order"):
            all_close(of_ours, (first, second))
    else:
        all_close(of_ours, (first, second))


def all_close(actual: Any, expected: Any) -> None:
    for order, (ours, theirs) in enumerate(zip(actual, expected, strict=True), 1):
        for k, (a, e) in enumerate(zip(ours, theirs, strict=True)):
            close(a, e, f"derivative of order {order}, operand {k}")


def close(actual: Any, expected: Any, what: str) -> None:
    assert actual.shape == expected.shape, what
    np.testing.assert_allclose(actual, expected, rtol=1e-7, atol=1e-9, err_msg=what)


def test_there_are_enough_functions() -> None:
    """At least 200 functions, not counting variants of one by axis, length or norm."""
    assert len({r.name.partition("-")[0] for r in ROWS}) > 150
    assert len(ROWS) > 250
