"""NumPy's functions against JAX's of the same name: the same expression, translated by NumPy's protocols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import autograd_core as ac

from ._foreign import JaxArray
from ._rows import Row, close, inner
from ._table import ROWS, expected
from .test_numpy_functions import derivatives_of_ours, differences, directions

PEER = "JAX"


def walk(r: Row) -> Callable[..., Any]:
    """JAX's value, gradient along a cotangent and that gradient's derivative along a direction, in one compiled function."""

    def value(*xs: Any) -> Any:
        if callable(r.jax):
            return r.jax(*xs, *r.places)
        return r.ours(*map(JaxArray, xs), *r.places).array

    def both(u: Any, vs: tuple[Any, ...], *xs: Any) -> Any:
        everything = tuple(range(len(xs)))
        gradient = jax.grad(lambda *a: inner(u, value(*a)), everything)
        return value(*xs), *jax.jvp(gradient, xs, vs)

    compiled = jax.jit(both)

    def run(*args: Any) -> Any:
        try:
            return compiled(*args)
        except (jax.errors.ConcretizationTypeError, TypeError):  # a shape or a path depends on values, or JAX cannot nest
            return both(*args)

    return run


def disagreements(r: Row, kind: str, theirs: Callable[..., Any]) -> list[str]:
    """Compare at every draw: a value that differs fails at once, derivatives that differ are told."""
    told = []
    for xs in r.draws(kind):
        value = np.asarray(r.ours(*xs, *r.places))
        u, vs = directions(r, kind, xs, value)
        y, *derivatives = theirs(u, tuple(vs), *map(jnp.asarray, xs))
        close(r.ours(*map(ac.asarray, xs), *r.places).numpy(), np.asarray(y), f"value, {kind}")
        # JAX's gradient of a complex operand is the conjugate of the direction of steepest ascent
        told += differences(derivatives_of_ours(r, xs, u, vs), [[np.conj(g) for g in gs] for gs in derivatives])
    return [f"{kind}: {text}" for text in told]


@pytest.mark.parametrize("r", [pytest.param(r, id=r.name) for r in ROWS if r.jax])
def test_agrees_with_jax(r: Row) -> None:
    """Value, gradient along a random cotangent, and derivative of that along a random direction, for every kind of operands."""
    theirs = walk(r)
    for kind in r.kinds():
        told = disagreements(r, kind, theirs)
        assert not told or expected(r, PEER, kind), told[0]
