"""Domains: where the operands of a function may lie so that it has derivatives there, and how to draw operands from them.

A domain turns a random generator into an array, keeping clear of kinks, poles and branch cuts by more than a step of finite
differences. Matrix domains also know their tangent space: a symmetric matrix moves to symmetric ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "DOMAINS", "Domain", "Operand", "above_one", "between", "booleans", "conditioned", "distinct", "graded", "inside",
    "integers", "lower", "nonzero", "orthogonal", "positive", "probability", "real", "small", "spd", "symmetric", "unit",
]  # fmt: skip

Array = np.ndarray[Any, Any]
Values = Callable[[np.random.Generator, tuple[int, ...], int], Array]
Tangent = Callable[[Array], Array]


@dataclass(frozen=True)
class Domain:
    """A set of arrays to draw operands from. Called with a shape it is an `Operand`.

    Attributes
    ----------
    name, what : str
        The name to ask for, and what is drawn in words.
    values : callable
        Draws from ``(generator, shape, place)``, where `place` is the operand's position: domains that keep away from ties
        put the operands of one call on grids that never meet. Matrix domains get a real or complex sample in place of `shape`.
    matrix : bool
        The last two axes are one matrix; `values` turns a random one into a member.
    constant : bool
        Not differentiated: booleans and integers.
    tangent : callable, optional
        Projects a direction so that moving along it stays in the domain.
    squash : callable, optional
        Takes any real Tensor into the domain, smoothly; None where every number is in it.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core.testing import domains
    >>> bool((domains.positive(2, 3).draw(np.random.default_rng(0)) > 0).all())
    True
    """

    name: str
    what: str
    values: Callable[..., Array]
    matrix: bool = False
    constant: bool = False
    tangent: Tangent | None = None
    squash: Callable[[Any], Any] | None = None
    """Takes any Tensor of real numbers into the domain, smoothly; None where any real number is in it."""

    def __call__(self, *shape: int) -> Operand:
        """Make an operand of this domain and a shape."""
        return Operand(self, shape)


@dataclass(frozen=True)
class Operand:
    """An operand to draw: a domain and a shape."""

    domain: Domain
    shape: tuple[int, ...]

    def draw(self, rng: np.random.Generator, place: int = 0, *, complex: bool = False) -> Array:
        """Draw an array; a complex one spreads by up to 0.4 along the imaginary axis."""
        domain = self.domain
        if domain.matrix:
            sample = rng.uniform(-1, 1, self.shape)
            return np.asarray(domain.values(sample + 1j * rng.uniform(-1, 1, self.shape) if complex else sample))
        values = np.asarray(domain.values(rng, self.shape, place))
        if complex and not domain.constant:
            return np.asarray(values + 1j * rng.uniform(0.1, 0.4, self.shape) * rng.choice([-1.0, 1.0], self.shape))
        return values

    def direction(self, rng: np.random.Generator, *, complex: bool = False) -> Array:
        """Draw a direction that stays in the domain."""
        v = rng.uniform(-1, 1, self.shape)
        if complex:
            v = v + 1j * rng.uniform(-1, 1, self.shape)
        return v if self.domain.tangent is None else self.domain.tangent(v)


def _adjoint(a: Array) -> Array:
    return np.asarray(a.swapaxes(-1, -2).conj())


def _symmetrised(a: Array) -> Array:
    return np.asarray((a + _adjoint(a)) / 2)


def _eye(a: Array) -> Array:
    return np.asarray(np.eye(a.shape[-2], a.shape[-1]))


def _spaced(rng: np.random.Generator, shape: tuple[int, ...], place: int) -> Array:
    size = int(np.prod(shape))
    grid = 0.4 * (np.arange(size) - (size - 1) / 2) + 0.1 * place + 0.05
    return rng.permutation(grid + rng.uniform(-0.02, 0.02, size)).reshape(shape)


def _normalised(p: Any) -> Any:
    return p / p.sum(axis=-1, keepdims=True)


def _separated(a: Array) -> Array:
    """A symmetric matrix whose eigenvalues are at least 0.5 apart."""
    q, _ = np.linalg.qr(a + 2 * _eye(a)) if a.size else (a, a)
    n = a.shape[-1]
    return _symmetrised((q * (np.arange(n) - n / 3 + 0.3)) @ _adjoint(q))


def _graded(a: Array) -> Array:
    """A matrix whose singular values are at least 0.5 apart and at least 0.5."""
    if not a.size:
        return a
    u, _, v = np.linalg.svd(a, full_matrices=False)
    return np.asarray((u * (np.arange(u.shape[-1], 0, -1) * 0.6)) @ v)


def _onto(low: float, high: float) -> Callable[[Any], Any]:
    return lambda x: (low + high) / 2 + (high - low) / 2 * np.tanh(x)


def _counted(x: Any) -> Array:
    """0, 1, 2, ... in the shape of `x`."""
    return np.arange(float(x.size)).reshape(x.shape)


def _alternating(x: Any) -> Any:
    return (1.25 + 0.7 * np.tanh(x)) * (1 - 2 * (_counted(x) % 2))


def _apart(x: Any) -> Any:
    order = np.random.default_rng(0).permutation(x.size).reshape(x.shape)
    return 0.4 * (order - (x.size - 1) / 2) + 0.05 + 0.02 * np.tanh(x)


def _spread(x: Any) -> Any:
    """A symmetric matrix that is dominated by a diagonal of distinct numbers."""
    small_part = np.tanh(x)
    return 0.1 * (small_part + np.swapaxes(small_part, -1, -2)) + np.diag(np.arange(x.shape[-1]) * 1.5 + 1.0)


def _gram(x: Any) -> Any:
    bounded = np.tanh(x)
    return bounded @ np.swapaxes(bounded, -1, -2) / 2 + np.eye(x.shape[-1])


real = Domain("real", "from -2 to 2", lambda rng, shape, _: rng.uniform(-2, 2, shape))
small = Domain("small", "from -0.5 to 0.5", lambda rng, shape, _: rng.uniform(-0.5, 0.5, shape), squash=_onto(-0.5, 0.5))
positive = Domain("positive", "from 0.5 to 2", lambda rng, shape, _: rng.uniform(0.5, 2, shape), squash=_onto(0.5, 2.0))
nonzero = Domain(
    "nonzero",
    "from 0.5 to 2 with either sign",
    lambda rng, shape, _: rng.uniform(0.5, 2, shape) * rng.choice([-1.0, 1.0], shape),
    squash=_alternating,
)
unit = Domain("unit", "from 0.1 to 0.9", lambda rng, shape, _: rng.uniform(0.1, 0.9, shape), squash=_onto(0.1, 0.9))
inside = Domain("inside", "from -0.8 to 0.8", lambda rng, shape, _: rng.uniform(-0.8, 0.8, shape), squash=_onto(-0.8, 0.8))
above_one = Domain("above_one", "from 1.2 to 3", lambda rng, shape, _: rng.uniform(1.2, 3, shape), squash=_onto(1.2, 3.0))
between = Domain(
    "between",
    "from -3 to 3, at least 0.2 away from integers",
    lambda rng, shape, _: rng.integers(-3, 3, shape) + rng.uniform(0.2, 0.8, shape),
    squash=lambda x: _counted(x) + 0.5 + 0.25 * np.tanh(x),
)
distinct = Domain("distinct", "at least 0.05 apart, across all operands of a call, and away from zero", _spaced, squash=_apart)
probability = Domain(
    "probability",
    "positive, with sum 1 over the last axis",
    lambda rng, shape, _: _normalised(rng.uniform(0.2, 1, shape)),
    squash=lambda x: _normalised(1.25 + 0.75 * np.tanh(x)),
)
symmetric = Domain(
    "symmetric",
    "symmetric (Hermitian), eigenvalues at least 0.5 apart",
    _separated,
    matrix=True,
    tangent=_symmetrised,
    squash=_spread,
)
spd = Domain(
    "spd",
    "symmetric (Hermitian) positive definite",
    lambda a: _symmetrised(a @ _adjoint(a) / 2 + _eye(a)),
    matrix=True,
    tangent=_symmetrised,
    squash=_gram,
)
lower = Domain(
    "lower",
    "lower triangular, diagonal at least 1",
    lambda a: np.tril(a) + 2 * _eye(a),
    matrix=True,
    tangent=np.tril,
    squash=lambda x: np.tanh(x) * np.tril(np.ones(x.shape[-2:])) + 2 * np.eye(*x.shape[-2:]),
)
conditioned = Domain(
    "conditioned",
    "square, far from singular",
    lambda a: a / 2 + 1.5 * _eye(a),
    matrix=True,
    squash=lambda x: np.tanh(x) / (2 * max(x.shape[-1], 1)) + 1.5 * np.eye(*x.shape[-2:]),
)
graded = Domain(
    "graded",
    "any matrix whose singular values are at least 0.5 apart and from 0",
    _graded,
    matrix=True,
    squash=lambda x: 0.1 * np.tanh(x) + np.eye(*x.shape[-2:]) * (np.arange(x.shape[-1]) + 1.0),
)
orthogonal = Domain(
    "orthogonal",
    "orthonormal columns",
    lambda a: np.linalg.qr(a + _eye(a))[0] if a.size else a,
    matrix=True,
    squash=lambda x: np.linalg.qr(0.2 * np.tanh(x) + np.eye(*x.shape[-2:]))[0],
)
booleans = Domain("booleans", "True or False", lambda rng, shape, _: rng.integers(0, 2, shape) == 1, constant=True)
integers = Domain("integers", "integers from -3 to 3", lambda rng, shape, _: rng.integers(-3, 4, shape), constant=True)

DOMAINS: dict[str, Domain] = {
    d.name: d
    for d in (
        real, small, positive, nonzero, unit, inside, above_one, between, distinct, probability,
        symmetric, spd, lower, conditioned, graded, orthogonal, booleans, integers,
    )
}  # fmt: skip
"""Every domain by name."""
