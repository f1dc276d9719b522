"""Hypothesis strategies for differentiable functions: operands, shapes, indices, calls, and whole programs.

Values come from a drawn seed, so that a failure shrinks to a small shape and a readable call, and a program to few statements.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._errors import require
from .._tensor import Tensor
from ._programs import VOCABULARY, Program, Word, draw_program, fit, joined
from .domains import DOMAINS, Domain, Operand

st = require("hypothesis.strategies", extra="test")
numpy_strategies = require("hypothesis.extra.numpy", extra="test")

__all__ = [
    "arrays", "axes", "broadcastable", "conv_calls", "domains", "einsum_calls", "fit", "indices", "joined", "matmul_operands",
    "operands", "pool_calls", "programs", "shapes", "shapes_and_permutations", "tensors",
]  # fmt: skip

Strategy = Any  # hypothesis.strategies.SearchStrategy; the package may be absent when types are checked

_SEEDS = st.integers(0, 2**32 - 1)


def domains() -> Strategy:
    """Draw a domain of real numbers."""
    return st.sampled_from([d for d in DOMAINS.values() if not d.constant and not d.matrix])


def domain_of(domain: str | Domain) -> Domain:
    """Look a domain up by its name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if isinstance(domain, Domain):
        return domain
    if domain not in DOMAINS:
        raise ValueError(f"domain={domain!r} is not one of {', '.join(DOMAINS)}")
    return DOMAINS[domain]


def shapes(*, min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 4) -> Strategy:
    """Draw a shape; empty and zero-dimensional ones among them."""
    return numpy_strategies.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)


def arrays(shape: Any = None, dtype: Any = np.float64, domain: str | Domain = "real", *, place: int = 0) -> Strategy:
    """Draw an array of a domain.

    Parameters
    ----------
    shape : tuple of int or strategy, optional
        Any small shape without it; a square matrix for domains of matrices.
    dtype : dtype
        Floating or complex.
    domain : str or Domain
        Where the values lie: ``real``, ``positive``, ``distinct``, ``spd`` and so on; see `autograd_core.testing.DOMAINS`.
    place : int
        Of the operand in its call: ``distinct`` operands at different places never tie.
    """
    chosen = domain_of(domain)
    if shape is None:
        shape = st.integers(1, 4).map(lambda n: (n, n)) if chosen.matrix else shapes()
    of_shape = shape if hasattr(shape, "example") else st.just(tuple(shape))
    is_complex = np.dtype(dtype).kind == "c"

    def make(drawn: tuple[tuple[int, ...], int]) -> Any:
        array = Operand(chosen, drawn[0]).draw(np.random.default_rng(drawn[1]), place, complex=is_complex)
        return array if chosen.constant else array.astype(dtype)

    return st.tuples(of_shape, _SEEDS).map(make)


def tensors(
    shape: Any = None, dtype: Any = np.float64, domain: str | Domain = "real", *, requires_grad: bool = False, place: int = 0
) -> Strategy:
    """Draw a Tensor of a domain; parameters as for `arrays`."""
    return arrays(shape, dtype, domain, place=place).map(lambda a: Tensor(a, requires_grad=requires_grad))


def broadcastable(n: int, *, max_dims: int = 3, max_side: int = 4, min_side: int = 0) -> Strategy:
    """Draw `n` shapes that broadcast with each other."""
    drawn = numpy_strategies.mutually_broadcastable_shapes(
        num_shapes=n, max_dims=max_dims, max_side=max_side, min_side=min_side
    )
    return drawn.map(lambda s: s.input_shapes)


@st.composite  # type: ignore[untyped-decorator, unused-ignore]
def operands(draw: Any, wanted: Sequence[Operand | Domain | str], *, pointwise: bool = False, dtype: Any = np.float64) -> Any:
    """Draw the operands of a call: given with shapes, or domains only for an element-wise function, which then broadcast."""
    if pointwise:
        given = draw(broadcastable(len(wanted), max_side=3, max_dims=2))
        parts = [Operand(domain_of(w.domain if isinstance(w, Operand) else w), s) for w, s in zip(wanted, given, strict=True)]
    else:
        parts = [w if isinstance(w, Operand) else Operand(domain_of(w), ()) for w in wanted]
    return tuple(draw(arrays(p.shape, dtype, p.domain, place=i)) for i, p in enumerate(parts))


def axes(ndim: int) -> Strategy:
    """Draw an `axis` argument for an array of `ndim` axes: None, a number of either sign, or a tuple of distinct ones."""
    if ndim == 0:
        return st.sampled_from([None, ()])
    one = st.integers(-ndim, ndim - 1)
    return st.none() | one | st.lists(one, max_size=ndim, unique_by=lambda i: i % ndim).map(tuple)


def indices(shape: tuple[int, ...]) -> Strategy:
    """Draw an index of an array of `shape`: basic, advanced, boolean, mixed, with duplicates."""
    basic = numpy_strategies.basic_indices(shape, allow_newaxis=True)
    kinds = [basic, numpy_strategies.arrays(bool, shape)]
    if shape and min(shape) > 0:
        whole = numpy_strategies.integer_array_indices(shape, result_shape=shapes(max_dims=2, min_side=1, max_side=3))
        first = st.lists(st.integers(-shape[0], shape[0] - 1), min_size=1, max_size=4)
        mixed = st.tuples(first, st.just(Ellipsis)).map(lambda pair: (pair[0], pair[1]))
        kinds += [whole, first, mixed, st.builds(lambda rest: (slice(None), *rest), _tail(shape[1:]))]
    return st.one_of(kinds)


def _tail(shape: tuple[int, ...]) -> Strategy:
    if not shape:
        return st.just(())
    return st.lists(st.integers(0, shape[0] - 1), min_size=1, max_size=3).map(lambda i: (i,))


@st.composite  # type: ignore[untyped-decorator, unused-ignore]
def einsum_calls(draw: Any, *, max_operands: int = 3) -> tuple[str, tuple[Any, ...]]:
    """Draw subscripts and operands for `einsum`: contractions, diagonals, sums, outer products, lengths of one."""
    lengths = {k: draw(st.integers(1, 3)) for k in string.ascii_lowercase[:4]}
    terms = [draw(st.text("abcd", max_size=3)) for _ in range(draw(st.integers(1, max_operands)))]
    seen = sorted(set("".join(terms)))
    output = "".join(draw(st.lists(st.sampled_from(seen), unique=True))) if seen else ""
    made = [draw(arrays(tuple(lengths[k] for k in term))) for term in terms]
    return ",".join(terms) + "->" + output, tuple(made)


@st.composite  # type: ignore[untyped-decorator, unused-ignore]
def matmul_operands(draw: Any) -> tuple[Any, Any]:
    """Draw two operands of `matmul`: vectors, matrices and stacks that broadcast."""
    given = numpy_strategies.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, max_side=3)
    left, right = draw(given).input_shapes
    return draw(arrays(left)), draw(arrays(right))


@st.composite  # type: ignore[untyped-decorator, unused-ignore]
def conv_calls(draw: Any, *, spatial: int | None = None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Draw ``(x, weight, bias), options`` for `convolution`, with strides, padding, dilation and groups."""
    n = draw(st.integers(1, 2)) if spatial is None else spatial
    groups, inside, per_group = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel = [draw(st.integers(1, 3)) for _ in range(n)]
    dilation = [draw(st.integers(1, 2)) for _ in range(n)]
    padding = [draw(st.integers(0, 1)) for _ in range(n)]
    least = [max(1, d * (k - 1) + 1 - 2 * p) for k, d, p in zip(kernel, dilation, padding, strict=True)]
    sizes = [draw(st.integers(low, low + 2)) for low in least]
    x = draw(arrays((draw(st.integers(1, 2)), groups * inside, *sizes)))
    weight, bias = draw(arrays((groups * per_group, inside, *kernel))), draw(arrays((groups * per_group,)))
    stride = tuple(draw(st.integers(1, 2)) for _ in range(n))
    return (x, weight, bias), {"stride": stride, "padding": tuple(padding), "dilation": tuple(dilation), "groups": groups}


@st.composite  # type: ignore[untyped-decorator, unused-ignore]
def pool_calls(draw: Any, *, spatial: int | None = None) -> tuple[Any, dict[str, Any]]:
    """Draw ``x, options`` for `max_pool`; no two elements tie."""
    n = draw(st.integers(1, 2)) if spatial is None else spatial
    kernel = [draw(st.integers(1, 3)) for _ in range(n)]
    padding = [draw(st.integers(0, (k - 1) // 2)) for k in kernel]
    x = draw(arrays((1, draw(st.integers(1, 2)), *(k + draw(st.integers(0, 2)) for k in kernel)), domain="distinct"))
    stride = tuple(draw(st.integers(1, 3)) for _ in range(n))
    return x, {"kernel": tuple(kernel), "stride": stride, "padding": tuple(padding)}


@st.composite  # type: ignore[untyped-decorator, unused-ignore]
def shapes_and_permutations(draw: Any, *, max_dims: int = 4) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Draw a shape and a permutation of its axes."""
    shape = draw(shapes(max_dims=max_dims, max_side=3))
    return shape, tuple(draw(st.permutations(range(len(shape)))))


@st.composite  # type: ignore[untyped-decorator, unused-ignore]
def programs(draw: Any, vocabulary: Sequence[Word] = VOCABULARY, *, steps: int = 5) -> Program:
    """Draw a program: statements that share values, broadcast, index, branch and loop, with a point to differentiate it at.

    Parameters
    ----------
    vocabulary : sequence of Word
        The functions that may occur.
    steps : int
        The most statements.
    """
    return draw_program(lambda n: draw(st.integers(0, n - 1)), vocabulary, steps=steps)
