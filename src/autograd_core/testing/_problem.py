"""A function of nested operands as one of a flat list of arrays, and the numbers that its derivatives are taken of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._graph import ancestors
from .._recording import Recording
from .._tensor import Tensor, as_tensor
from .._transforms import grad, jvp
from .._tree import flatten
from ._numerical import as_array
from ._report import DerivativeError

__all__ = ["Along", "Holomorphic", "Problem", "Pushed", "PushedNumber", "inner", "paths", "random_like"]

Array = np.ndarray[Any, Any]


class Problem:
    """A function of a flat list of arrays, those of its operands that are differentiated."""

    def __init__(self, f: Callable[..., Any], xs: Sequence[Any], seed: int) -> None:
        leaves, rebuild = flatten(list(xs))
        names = paths(list(xs))
        self.function, self.rng = f, np.random.default_rng(seed)
        values = [as_array(leaf) if _is_number(leaf) else leaf for leaf in leaves]
        self.places = [i for i, v in enumerate(values) if isinstance(v, np.ndarray) and v.dtype.kind in "fc"]
        if not self.places:
            raise ValueError("check_gradients: no operand is a floating or complex array, so there is nothing to differentiate")
        self.operands: list[Array] = [values[i] for i in self.places]
        self.names = [names[i] for i in self.places]
        self.leaves, self.rebuild = leaves, rebuild
        self.size = sum(x.size for x in self.operands)
        self.dtype = _narrowest(self.f, self.operands)
        ys, again = self.outputs(*self.operands), self.outputs(*self.operands)
        if not all(np.array_equal(as_array(a), as_array(b), equal_nan=True) for a, b in zip(ys, again, strict=True)):
            raise DerivativeError(
                "the function returned different results for the same operands, so it has no derivative to check; "
                "fix its random generator, or put it in evaluation mode"
            )
        one = len(ys) == 1 and ys[0].size == 1 and ys[0].dtype.kind == "f"  # the numbers shown are then the derivative itself
        self.us = [np.ones(ys[0].shape, ys[0].dtype)] if one else [random_like(self.rng, y) for y in ys]
        self.weighted = not one
        self.magnitude = 2 * float(sum(np.abs(u * as_array(y)).sum() for u, y in zip(self.us, ys, strict=True)))
        self.bends = [0.5 / max(1.0, float(np.abs(as_array(y)).max(initial=0.0))) for y in ys]

    def f(self, *ts: Any) -> Any:
        leaves = list(self.leaves)
        for i, t in zip(self.places, ts, strict=True):
            leaves[i] = t
        return self.function(*self.rebuild(leaves))

    def outputs(self, *ts: Any) -> list[Any]:
        """Floating results, flat."""
        leaves, _ = flatten(self.f(*(as_tensor(t) for t in ts)))
        return [y for y in map(as_tensor, leaves) if y.dtype.kind in "fc"]

    def projected(self, *ts: Any) -> Any:
        """The number `s0`."""
        return inner(self.us, self.outputs(*ts))

    def bent(self, *ts: Any) -> list[Any]:
        """The results, bent by a part of their squares."""
        return [y + y * y * bend for y, bend in zip(self.outputs(*ts), self.bends, strict=True)]

    def bent_and_projected(self, *ts: Any) -> Any:
        """The number that derivatives from the second order on are of."""
        return inner(self.us, self.bent(*ts))


def _narrowest(f: Callable[..., Any], operands: Sequence[Array]) -> np.dtype[Any]:
    """The narrowest real dtype that a function computes with, its operands' included: a cast inside costs precision too."""
    recording = Recording(f, operands, "check_gradients")
    leaves, _ = flatten(recording.result)
    nodes = ancestors(t._node for t in leaves if isinstance(t, Tensor) and t._node is not None)
    dtypes = [x.dtype for x in operands] + [n.dtype for n in nodes if n.dtype.kind in "fc"]
    return np.empty(0, min(dtypes, key=lambda d: np.finfo(d).bits)).real.dtype


class Holomorphic:
    """The line of `s0`, which takes complex steps too: then through the plain function, without its conjugates."""

    def __init__(self, problem: Problem, v: list[Array], line: Callable[[Any], Any]) -> None:
        self.problem, self.v, self.line = problem, v, line

    def __call__(self, t: Any) -> Any:
        if not isinstance(t, complex):
            return self.line(t)
        ys = self.problem.outputs(*(x + t * d for x, d in zip(self.problem.operands, self.v, strict=True)))
        return sum(np.sum(u * as_array(y)) for u, y in zip(self.problem.us, ys, strict=True))


class Along:
    """The number that `s` changes by along `v`, from the reverse walk."""

    def __init__(self, s: Callable[..., Any], argnums: tuple[int, ...], v: list[Array]) -> None:
        self.gradient, self.v = grad(s, argnums), v

    def __call__(self, *ts: Any) -> Any:
        return inner(self.v, list(self.gradient(*ts)))


class PushedNumber:
    """The same from the forward walk."""

    def __init__(self, s: Callable[..., Any], v: list[Array]) -> None:
        self.s, self.v = s, tuple(v)

    def __call__(self, *ts: Any) -> Any:
        return jvp(self.s, ts, self.v)[1]


class Pushed:
    """The tangents of a list of results along `v`."""

    def __init__(self, f: Callable[..., Any], v: list[Array]) -> None:
        self.f, self.v = f, tuple(v)

    def __call__(self, *ts: Any) -> list[Any]:
        return list(jvp(self.f, ts, self.v)[1])


def inner(us: Sequence[Any], ys: Sequence[Any]) -> Any:
    """The real inner product of two lists of arrays; NaN where a shape has changed, as that of `np.arange` may."""
    total: Any = 0.0
    for u, y in zip(us, ys, strict=True):
        if u.shape != y.shape:
            return np.asarray(np.nan)
        total = total + np.sum(np.real(np.conj(u) * y))
    return total


def random_like(rng: np.random.Generator, y: Any) -> Array:
    """Numbers between 0.3 and 1 with either sign: none so small that it would hide an element."""
    u = rng.uniform(0.3, 1, y.shape) * rng.choice([-1.0, 1.0], y.shape)
    if y.dtype.kind == "c":
        u = u + 1j * rng.uniform(0.3, 1, y.shape) * rng.choice([-1.0, 1.0], y.shape)
    return np.asarray(u, dtype=y.dtype)


def _is_number(x: Any) -> bool:
    return isinstance(x, Tensor | np.ndarray | np.generic | float | complex) and not isinstance(x, bool)


def paths(xs: list[Any]) -> list[str]:
    """A name for each leaf of the operands, such as ``operand 0['w'][1]``."""
    found: list[str] = []

    def visit(tree: Any, name: str) -> None:
        if isinstance(tree, dict):
            for key, child in tree.items():
                visit(child, f"{name}[{key!r}]")
        elif isinstance(tree, list | tuple):
            fields = getattr(tree, "_fields", None)
            for i, child in enumerate(tree):
                visit(child, f"{name}.{fields[i]}" if fields else f"{name}[{i}]")
        else:
            found.append(name)

    for i, x in enumerate(xs):
        visit(x, f"operand {i}")
    return found
