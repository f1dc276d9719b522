"""What a row of the comparison with PyTorch and JAX is, and how its operands are drawn, awkward ones among them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.special as sp
import torch

import autograd_core as ac

Array = np.ndarray[Any, Any]

KINDS = ("random", "ties", "reversed", "broadcast", "complex")
"""Anywhere; on a grid of halves, with ties and zeros; views of negative strides; views of stride zero; complex numbers."""


@dataclass(frozen=True)
class Row:
    """A function of ours and of its peers, and where its operands lie: a shape each, and bounds.

    Attributes
    ----------
    name : str
        The function's, with its module below `numpy` or `scipy`, and perhaps a variant after a hyphen.
    ours : callable
        An expression of NumPy's functions.
    torch : callable or None
        The same of PyTorch's; None where it has no counterpart that it differentiates.
    jax : callable, bool
        The same of JAX's. True: `ours`, which NumPy's protocols translate; False: JAX has none that it differentiates.
    full_rank : bool
        Matrices of equal rows have no unique value or derivative, so that only whole matrices repeat.
    index : tuple of (int, shape), optional
        A last operand: drawn integers below a bound, some of them equal.
    """

    name: str
    ours: Callable[..., Any]
    torch: Callable[..., Any] | None
    shapes: tuple[tuple[int, ...], ...]
    low: float = -2.0
    high: float = 2.0
    complex: bool = False
    real: bool = True
    full_rank: bool = False
    index: tuple[int, tuple[int, ...]] | None = None
    jax: Callable[..., Any] | bool = True

    def __repr__(self) -> str:
        return self.name

    @property
    def function(self) -> Any:
        """The function that it compares, or None for indexing and powers."""
        name = self.name.partition("-")[0]
        for prefix, homes in (
            ("linalg.", [np.linalg]),
            ("fft.", [np.fft]),
            ("special.", [sp, ac.special]),
            ("scimath.", [np.lib.scimath]),
            ("stride_tricks.", [np.lib.stride_tricks]),
            ("", [np, ac]),
        ):
            for home in homes if name.startswith(prefix) else ():
                if hasattr(home, name[len(prefix) :]):
                    return getattr(home, name[len(prefix) :])
        return None

    @cached_property
    def places(self) -> tuple[Array, ...]:
        """The drawn indices: one array, or none."""
        if self.index is None:
            return ()
        i = self.rng("index").integers(0, self.index[0], self.index[1])
        i.flat[-1] = i.flat[0]
        return (i,)

    def rng(self, *of: Any) -> np.random.Generator:
        """A generator of its own."""
        return np.random.default_rng(zlib.crc32(repr((self.name, *of)).encode()))

    def kinds(self) -> list[str]:
        """The kinds of operands it has."""
        repeats = not self.full_rank or any(len(shape) > 2 for shape in self.shapes)
        wanted = {"complex": self.complex, "broadcast": self.real and repeats}
        return [kind for kind in KINDS if wanted.get(kind, self.real)]

    def draws(self, kind: str, times: int = 3) -> Iterator[list[Array]]:
        """Draw operands of a kind, a few times."""
        for draw in range(times):
            rng = self.rng(kind, draw)
            yield [self._operand(kind, shape, rng) for shape in self.shapes]

    def _operand(self, kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        x = np.asarray(rng.uniform(self.low, self.high, shape))
        if kind == "ties":
            return np.clip(np.round(x * 2) / 2, self.low, self.high)
        if kind == "complex":
            return x + 1j * rng.uniform(0.1, 0.5, shape)
        if kind == "reversed":
            return x[tuple(slice(None, None, -1) for _ in shape)]
        if kind == "broadcast" and len(shape) > (2 if self.full_rank else 0):
            return np.broadcast_to(x[:1], shape)
        return x


ROWS: list[Row] = []


def row(name: str, ours: Any, theirs: Any, *shapes: tuple[int, ...], **options: Any) -> None:
    """Enter a function."""
    ROWS.append(Row(name, ours, theirs, shapes, **options))


def oddities(r: Row, kind: str) -> set[str]:
    """What is awkward about the operands that a row is given."""
    found = set()
    for xs in r.draws(kind):
        tied = [np.unique(x).size < x.size for x in xs if 0 not in x.strides]
        found |= {"ties"} if any(tied) else set()
        found |= {"zeros"} if any((x == 0).any() for x in xs) else set()
        found |= {"negative strides"} if any(s < 0 for x in xs for s in x.strides) else set()
        found |= {"stride zero"} if any(0 in x.strides for x in xs) else set()
    if isinstance(r.function, np.ufunc) and r.function.signature is None and len(set(r.shapes)) > 1:
        found.add("broadcast operands")
    return found | {"repeated indices" for i in r.places if np.unique(i).size < i.size}


def inner(u: Any, y: Any) -> Any:
    """The real inner product."""
    total = (u.conj() * y).sum()
    return total if isinstance(total, torch.Tensor) and not total.is_complex() else total.real


def close(actual: Any, expected: Any, what: str, rtol: float = 1e-7, atol: float = 1e-9) -> None:
    """Compare shapes and elements."""
    assert actual.shape == expected.shape, f"{what}: shapes {actual.shape} and {expected.shape}"
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol, err_msg=what)
