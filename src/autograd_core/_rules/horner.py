"""Polynomials of one or several variables at points, by Horner's rule: a closed pair that keeps its operands and no step.

`valued(c, x)` is ``c[0] + c[1] x + c[2] x**2 + ...`` at every point; its transpose in the coefficients, `moments`, sums a
cotangent times each power. Each is the other's derivative, so that every order follows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._primitive import primitive, variadic
from .common import slab, sum_to


@primitive
def valued(c: Any, *points: Any) -> Any:
    """The value of a polynomial, its first axes the powers of each variable; the other axes broadcast with the points."""
    if not points:
        return c
    axis, x = len(points) - 1, points[-1]

    def at(k: int) -> Any:
        return valued(c[(*(slice(None),) * axis, k)], *points[:-1])

    y = at(c.shape[axis] - 1) + 0 * x
    for k in range(c.shape[axis] - 2, -1, -1):
        y *= x
        y += at(k)
    return y


@primitive
def moments(g: Any, *points: Any, shape: tuple[int, ...]) -> Any:
    """The sums of `g` times the powers of the points, of the shape of the coefficients of a polynomial."""
    if not points:
        return sum_to(g, shape)
    axis, x = len(points) - 1, points[-1]
    inner = (*shape[:axis], *shape[axis + 1 :])
    wide = np.broadcast_shapes(inner[axis:], *(p.shape for p in points[:-1]))
    sums = np.empty(shape, np.result_type(g.dtype, *(p.dtype for p in points)), like=g[...])
    for k in range(shape[axis]):
        g = g * x if k else g
        sums[(*(slice(None),) * axis, k)] = moments(sum_to(g, wide), *points[:-1], shape=inner)
    return sums


def _derived(c: Any, axis: int) -> Any:
    """The coefficients of the derivative by one variable."""
    n = c.shape[axis]
    c = c * np.arange(n).astype(c.dtype).reshape(-1, *(1,) * (c.ndim - 1 - axis))
    return c if n == 1 else c[slab(axis, 1, None)]


def valued_rule(g: Any, _y: Any, i: int, *operands: Any) -> Any:
    """A coefficient's cotangent is a moment; a point's is the derivative of the polynomial there."""
    c, *points = operands
    if i == 0:
        return moments(g, *points, shape=c.shape)
    return sum_to(g * valued(_derived(c, i - 1), *points), points[i - 1].shape)


def moments_rule(g: Any, _y: Any, i: int, *operands: Any, shape: tuple[int, ...]) -> Any:
    """The moments are linear in the cotangents they sum, whose coefficients make a polynomial."""
    weights, *points = operands
    if i == 0:
        return valued(g, *points)
    return sum_to(weights * valued(_derived(g, i - 1), *points), points[i - 1].shape)


variadic(valued, valued_rule, words="dC = the moments of G; dX = G times the derivative at X")
variadic(moments, moments_rule)
