"""What second-order methods share: derivatives of a loss by all parameters as one vector, and solvers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import ArgumentError
from ..utils.vector import split_vector

__all__ = ["conjugate_gradients", "dense_or_products", "flat", "gradient", "move", "solve"]

Array = np.ndarray[Any, Any]
SMALL = 512  # parameters up to which "auto" forms the matrix


def dense_or_products(method: str, size: int) -> bool:
    """Whether to form the matrix: ``exact``, ``cg``, or ``auto`` by the number of parameters."""
    if method not in ("auto", "exact", "cg"):
        raise ArgumentError(f"method={method!r} must be 'auto', 'exact' or 'cg'")
    return method == "exact" or (method == "auto" and size <= SMALL)


def gradient(t: Any, leaves: Sequence[ac.Tensor], cotangent: Any = None, *, record: bool = False) -> Any:
    """The derivative of `t` by all leaves, joined into one Tensor; the graph stays. `.grad` of the leaves is left as it was."""
    kept = [p.grad for p in leaves]
    for p in leaves:
        p.grad = None
    try:
        t.backward(cotangent, create_graph=record, retain_graph=True, inputs=leaves)
        parts = [np.zeros(p.size, p.dtype) if p.grad is None else p.grad.reshape(-1) for p in leaves]
    finally:
        for p, g in zip(leaves, kept, strict=True):
            p.grad = g
    return ac.concatenate(parts)


def flat(leaves: Sequence[ac.Tensor]) -> Array:
    """The values of all leaves as one vector."""
    return np.concatenate([p.numpy().reshape(-1) for p in leaves])


def move(leaves: Sequence[ac.Tensor], values: Array) -> None:
    """Write a vector into all leaves."""
    for p, piece in zip(leaves, split_vector(values, [p.shape for p in leaves]), strict=True):
        ac.writable(p).call(np.copyto, piece)


def solve(matrix: Array, b: Array, damping: float) -> Array:
    """Solve ``(matrix + damping I) x = b``; where that is not positive definite, with the least damping that makes it so."""
    matrix = (matrix + matrix.T) / 2
    values, vectors = np.linalg.eigh(matrix)
    least = max(float(np.abs(values).max(initial=0.0)) * 1e-12, 1e-300)
    shift = max(damping, least - float(values.min(initial=0.0)) if values.min(initial=0.0) + damping < least else damping)
    x: Array = vectors @ ((vectors.T @ b) / (values + shift))
    return x


def conjugate_gradients(product: Callable[[Array], Array], b: Array, tolerance: float, limit: int) -> Array:
    """Solve ``A x = b`` by products with a symmetric A; stop at a direction of negative curvature, which is as far as it helps.

    References
    ----------
    J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., algorithm 7.1.
    """
    x, r = np.zeros_like(b), b.copy()
    d, rr = r.copy(), float(r @ r)
    stop = tolerance * tolerance * rr
    for iteration in range(limit):
        ad = product(d)
        curvature = float(d @ ad)
        if curvature <= 0:
            return b.copy() if iteration == 0 else x
        a = rr / curvature
        x += a * d
        r -= a * ad
        rr, old = float(r @ r), rr
        if rr <= stop:
            break
        d = r + (rr / old) * d
    return x
