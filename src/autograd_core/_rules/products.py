"""Matrix and tensor products. Each is linear in each operand, and its transposes are products again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._primitive import composite, general, primitive, variadic
from .common import array as _array
from .common import axes_of, refuse_out

# -- matmul ---------------------------------------------------------------------------------------------------------------


def matmul_left(g: Any, _y: Any, _a: Any, b: Any) -> Any:
    """Of ``a @ b`` with respect to `a`: G B^T; of one matrix `a` one product, not a stack of them that is summed."""
    if b.ndim == 1:
        return g[..., None] * b
    if _a.ndim == 1:
        return (b @ g[..., None])[..., 0]
    if _a.ndim == 2 < b.ndim:
        count = math.prod(b.shape[:-2]) * b.shape[-1]
        rows, columns = (np.moveaxis(x, -2, 0).reshape(x.shape[-2], count) for x in (g, b))
        return rows @ columns.transpose()
    return g @ b.swapaxes(-1, -2)


def matmul_right(g: Any, _y: Any, a: Any, _b: Any) -> Any:
    """Of ``a @ b`` with respect to `b`: A^T G; one product of flattened stacks where `b` is a matrix."""
    if a.ndim == 1:
        return a[:, None] * g[..., None, :] if _b.ndim > 1 else a * g
    if _b.ndim == 1:
        return (a.swapaxes(-1, -2) @ g[..., None])[..., 0]
    if _b.ndim == 2 < a.ndim:
        rows = math.prod(g.shape[:-1])
        return a.reshape(rows, a.shape[-1]).transpose() @ g.reshape(rows, g.shape[-1])
    return a.swapaxes(-1, -2) @ g


general(np.matmul, matmul_left, matmul_right, multilinear=True, words="dA = G B^T; dB = A^T G")

# -- inner: the product with the last axes of both, which is what a dense layer computes ----------------------------------


def _inner(a: Any, b: Any) -> Any:
    if a.ndim and b.ndim == 2:
        if a.shape[-1] == b.shape[1] == 1:
            return a * b[:, 0]  # BLAS is made for longer sums (1600 x 1 by 1 x 256: 0.45 ms, this 0.04)
        return a @ b.transpose()  # BLAS; np.inner loops over stacks (8 x for 8 x 128 x 256 by 256 x 256)
    return np.inner(a, b)


def inner_left(g: Any, _y: Any, _a: Any, b: Any) -> Any:
    """Contract the axes of `g` that came from `b` with those of `b`."""
    if _a.ndim == 0 or b.ndim == 0:
        return g * b
    if b.ndim == 2:
        return g @ b
    return np.tensordot(g, b, b.ndim - 1) if b.ndim > 1 else g[..., None] * b


def inner_right(g: Any, _y: Any, a: Any, _b: Any) -> Any:
    """Contract the axes of `g` that came from `a` with those of `a`."""
    if a.ndim == 0 or _b.ndim == 0:
        return g * a
    if _b.ndim == 2:
        rows = g.reshape(math.prod(g.shape[:-1]), g.shape[-1])
        return rows.transpose() @ a.reshape(rows.shape[0], a.shape[-1])
    lead = tuple(range(a.ndim - 1))
    return np.tensordot(g, a, (lead, lead))


general(np.inner, inner_left, inner_right, forward=_inner, multilinear=True, words="dA = G B; dB = G^T A")


@composite(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """As `matmul` up to two axes; beyond, the sum over the last axis of `a` and the last but one of `b`."""
    refuse_out("dot", out)
    a, b = _array(a), _array(b)
    if a.ndim == 0 or b.ndim == 0:
        return np.multiply(a, b)
    if b.ndim <= 2:
        return np.matmul(a, b)
    return np.tensordot(a, b, (-1, -2))


@composite(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """The product of flattened operands, the first conjugated."""
    return np.matmul(np.ravel(_array(a)).conj(), np.ravel(_array(b)))


@composite(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Every product of an element of `a` with one of `b`."""
    refuse_out("outer", out)
    return np.ravel(_array(a))[:, None] * np.ravel(_array(b))[None, :]


@composite(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sum over pairs of axes, as one matrix product."""
    a, b = _array(a), _array(b)
    if isinstance(axes, int | np.integer):
        of_a, of_b = list(range(a.ndim - int(axes), a.ndim)), list(range(int(axes)))
    else:
        of_a, of_b = ([i] if np.ndim(i) == 0 else list(i) for i in axes)
    of_a, of_b = list(axes_of(of_a, a.ndim)), list(axes_of(of_b, b.ndim))
    if [a.shape[i] for i in of_a] != [b.shape[i] for i in of_b]:
        raise ValueError(f"tensordot over axes {of_a} of shape {a.shape} and {of_b} of shape {b.shape}: their lengths differ")
    free_a, free_b = ([i for i in range(x.ndim) if i not in of] for x, of in ((a, of_a), (b, of_b)))
    shape = tuple(a.shape[i] for i in free_a) + tuple(b.shape[i] for i in free_b)
    inside = int(np.prod([a.shape[i] for i in of_a]))
    left = np.transpose(a, free_a + of_a).reshape(int(np.prod([a.shape[i] for i in free_a])), inside)
    right = np.transpose(b, of_b + free_b).reshape(inside, int(np.prod([b.shape[i] for i in free_b])))
    return np.matmul(left, right).reshape(shape)


@composite(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Every element of `a` times the whole of `b`, as blocks."""
    a, b = _array(a), _array(b)
    ndim = max(a.ndim, b.ndim)
    first, second = ((1,) * (ndim - x.ndim) + x.shape for x in (a, b))
    left = a.reshape(tuple(n for m in first for n in (m, 1)))
    right = b.reshape(tuple(n for m in second for n in (1, m)))
    return (left * right).reshape(tuple(m * n for m, n in zip(first, second, strict=True)))


@composite(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    """The vector perpendicular to two vectors of three (or, deprecated in NumPy, two) components."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(_array(a), axisa, -1), np.moveaxis(_array(b), axisb, -1)
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise ValueError(f"incompatible dimensions for cross product (dimension must be 2 or 3): {a.shape} and {b.shape}")
    a0, a1, b0, b1 = a[..., 0], a[..., 1], b[..., 0], b[..., 1]
    last = a0 * b1 - a1 * b0
    if a.shape[-1] == b.shape[-1] == 2:
        return last
    a2, b2 = (x[..., 2] if x.shape[-1] == 3 else np.zeros_like(x[..., 0]) for x in (a, b))
    return np.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, last], axis=axisc)


@composite(np.vecdot)
def vecdot(a: Any, b: Any, axis: int = -1, keepdims: bool = False) -> Any:
    """The product of vectors along an axis of each, the first conjugated."""
    a, b = np.moveaxis(_array(a), axis, -1), np.moveaxis(_array(b), axis, -1)
    if a.shape[-1] != b.shape[-1]:  # the axis of vectors does not broadcast
        raise ValueError(f"vecdot along axis {axis} of vectors of {a.shape[-1]} and of {b.shape[-1]} elements")
    products = np.sum(a.conj() * b, axis=-1)
    return np.expand_dims(products, axis) if keepdims else products


@composite(np.matvec)
def matvec(a: Any, b: Any) -> Any:
    """Matrices times vectors, broadcast over leading axes."""
    a = _array(a)
    if a.ndim < 2:
        raise ValueError(f"matvec takes matrices first, not shape {a.shape}")
    return np.matmul(a, _array(b)[..., None])[..., 0]


@composite(np.vecmat)
def vecmat(a: Any, b: Any) -> Any:
    """Conjugated vectors times matrices, broadcast over leading axes."""
    b = _array(b)
    if b.ndim < 2:
        raise ValueError(f"vecmat takes matrices second, not shape {b.shape}")
    return np.matmul(_array(a).conj()[..., None, :], b)[..., 0, :]


# -- einsum ---------------------------------------------------------------------------------------------------------------


@primitive
def contract(*operands: Any, subscripts: str) -> Any:
    """`np.einsum` with explicit output, no ellipsis and no index repeated in one operand."""
    return np.einsum(subscripts, *operands, optimize=len(operands) > 1)


def contract_rule(g: Any, _y: Any, i: int, *operands: Any, subscripts: str) -> Any:
    """Contract the cotangent with the other operands; an index that stands in this operand alone is spread again."""
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    others = [(t, a) for j, (t, a) in enumerate(zip(terms, operands, strict=True)) if j != i]
    seen = set(output).union(*(t for t, _ in others))
    present = "".join(k for k in terms[i] if k in seen)
    c = contract(g, *(a for _, a in others), subscripts=",".join([output, *(t for t, _ in others)]) + "->" + present)
    if present != terms[i]:
        c = c[tuple(slice(None) if k in seen else None for k in terms[i])]
    shape = tuple(m if n == 1 else n for m, n in zip(c.shape, operands[i].shape, strict=True))  # where the others have 1
    return c if c.shape == shape else np.broadcast_to(c, shape)


variadic(contract, contract_rule, multilinear=True, words="dA = the cotangent contracted with the other operands")


def _subscripts(args: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The string form of either form of einsum's arguments, and the operands."""
    if isinstance(args[0], str):
        return args[0].replace(" ", ""), [_array(a) for a in args[1:]]
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def term(labels: Any) -> str:
        if any(k is not Ellipsis and not 0 <= k < len(letters) for k in labels):
            raise ValueError(f"einsum: a label of {labels!r} is not within the valid range [0, {len(letters)})")
        return "".join("..." if k is Ellipsis else letters[k] for k in labels)

    pairs = len(args) // 2
    text = ",".join(term(args[2 * i + 1]) for i in range(pairs))
    if len(args) % 2:
        text += "->" + term(args[-1])
    return text, [_array(a) for a in args[0 : 2 * pairs : 2]]


@composite(np.einsum)
def einsum(
    *args: Any, out: Any = None, optimize: Any = False, dtype: Any = None, order: str = "K", casting: str = "safe"
) -> Any:
    """Any contraction in Einstein's notation: implicit or explicit output, ellipsis, repeated indices, string or list form."""
    refuse_out("einsum", out)
    if dtype is not None:
        raise TypeError("einsum(dtype=...) is not differentiable; use .astype on the operands")
    text, operands = _subscripts(args)
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(operands):
        raise ValueError(f"einsum {text!r} names {len(terms)} operands, but {len(operands)} were given")
    free = [k for k in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if k not in text]
    extra = max((a.ndim - len(t.replace("...", "")) for t, a in zip(terms, operands, strict=True) if "..." in t), default=0)
    dots = "".join(free[:extra])
    named = [k for k in inputs if k.isalpha()]
    for i, (t, a) in enumerate(zip(terms, operands, strict=True)):
        if "..." in t:
            count = a.ndim - len(t.replace("...", ""))
            terms[i] = t.replace("...", dots[extra - count :])
    output = output.replace("...", dots) if arrow else dots + "".join(sorted(k for k in set(named) if named.count(k) == 1))
    for i, t in enumerate(terms):
        if len(t) != operands[i].ndim:
            raise ValueError(f"einsum {text!r}: operand {i} of shape {operands[i].shape} does not have the axes {t!r}")
        terms[i], operands[i] = _distinct_indices(t, operands[i])
    return contract(*operands, subscripts=",".join(terms) + "->" + output)


def _distinct_indices(term: str, a: Any) -> tuple[str, Any]:
    """Take the diagonal over the axes of an index that is repeated in one operand."""
    lengths = dict(zip(term, a.shape, strict=True))
    if any(lengths[k] != n for k, n in zip(term, a.shape, strict=True)):
        raise ValueError(f"einsum: an index is repeated in {term!r}, but its lengths in shape {a.shape} differ")
    for k in dict.fromkeys(term):
        while term.count(k) > 1:
            i = term.index(k)
            j = term.index(k, i + 1)
            a = np.diagonal(a, axis1=i, axis2=j)
            term = term[:i] + term[i + 1 : j] + term[j + 1 :] + k
    return term, a
