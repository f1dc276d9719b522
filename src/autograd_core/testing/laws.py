"""Laws of calculus, each a function to call: it evaluates both sides at a point and raises `DerivativeError` if they differ.

None has a step size: both sides are exact to rounding, whatever the function. `holds(law, ...)` makes a property of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import _record
from .._custom import checkpoint
from .._errors import require
from .._tensor import Tensor, as_tensor
from .._transforms import grad, jvp, vjp
from .._tree import flatten
from ._numerical import as_array
from ._problem import inner, random_like
from ._report import DerivativeError
from .domains import Operand

__all__ = [
    "adjoint", "broadcasting", "chain", "checkpointed", "euler", "forms", "hessian_symmetry", "holds", "inverse", "linearity",
    "mixed_order", "permutation", "precision", "product", "quotient", "recorded", "reshaping",
]  # fmt: skip

Function = Callable[..., Any]
Array = np.ndarray[Any, Any]


def same(left: Any, right: Any, law: str, rtol: float) -> None:
    """Raise unless two results agree to a multiple of rounding, relative to the larger of them."""
    a, b = as_array(left), as_array(right)
    if a.shape != b.shape:
        raise DerivativeError(f"{law}: one side has shape {a.shape}, the other {b.shape}")
    scale = max(1.0, *(float(np.abs(x[np.isfinite(x)]).max(initial=0.0)) for x in (a, b)))
    wrong = ~(np.abs(a - b) <= rtol * scale) & ~((a == b) | (np.isnan(a) & np.isnan(b)))
    if wrong.any():
        i = tuple(int(n) for n in np.argwhere(wrong)[0])
        raise DerivativeError(f"{law}: element {list(i)} is {a[i].item()} on one side and {b[i].item()} on the other")


def _drawn(like: Sequence[Any], seed: int) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [random_like(rng, as_array(x)) for x in like]


def _outputs(f: Function) -> Function:
    """`f` with its floating results in a list."""

    def listed(*xs: Any) -> list[Any]:
        leaves, _ = flatten(f(*xs))
        return [y for y in map(as_tensor, leaves) if y.dtype.kind in "fc"]

    return listed


def _moved(f: Function, xs: Sequence[Any], vs: Sequence[Any]) -> list[Any]:
    return list(jvp(_outputs(f), tuple(xs), tuple(vs))[1])


# -- of the derivative as a map -------------------------------------------------------------------------------------------


def linearity(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-10) -> None:
    """A derivative is linear in its direction: ``J (2 v + 3 w) = 2 J v + 3 J w``; and in its cotangent."""
    v, w = _drawn(xs, seed), _drawn(xs, seed + 1)
    both = _moved(f, xs, [2 * a + 3 * b for a, b in zip(v, w, strict=True)])
    for total, a, b in zip(both, _moved(f, xs, v), _moved(f, xs, w), strict=True):
        same(total, 2 * a + 3 * b, "linearity of the derivative in its direction", rtol)
    ys, pull = vjp(_outputs(f), *xs)
    u, s = _drawn(ys, seed), _drawn(ys, seed + 1)
    for total, a, b in zip(pull([2 * p + 3 * q for p, q in zip(u, s, strict=True)]), pull(u), pull(s), strict=True):
        same(total, 2 * a + 3 * b, "linearity of the derivative in its cotangent", rtol)


def adjoint(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-10) -> None:
    """The two walks are transposes of each other: ``Re <u, J v> = Re <J^T u, v>``."""
    ys, pull = vjp(_outputs(f), *xs)
    u, v = _drawn(ys, seed), _drawn(xs, seed + 1)
    same(inner(u, _moved(f, xs, v)), inner(list(pull(u)), v), "<u, J v> = <J^T u, v>", rtol)


def product(f: Function, g: Function, *xs: Any, seed: int = 0, rtol: float = 1e-10) -> None:
    """``(f g)' = f' g + f g'``."""
    v = _drawn(xs, seed)
    (a,), (b,) = _moved(f, xs, v), _moved(g, xs, v)
    same(_moved(lambda *t: f(*t) * g(*t), xs, v)[0], a * _value(g, xs) + _value(f, xs) * b, "product rule", rtol)


def quotient(f: Function, g: Function, *xs: Any, seed: int = 0, rtol: float = 1e-10) -> None:
    """``(f / g)' = (f' g - f g') / g^2``."""
    v = _drawn(xs, seed)
    (a,), (b,) = _moved(f, xs, v), _moved(g, xs, v)
    y, z = _value(f, xs), _value(g, xs)
    same(_moved(lambda *t: f(*t) / g(*t), xs, v)[0], (a * z - y * b) / (z * z), "quotient rule", rtol)


def chain(f: Function, g: Function, *xs: Any, seed: int = 0, rtol: float = 1e-10) -> None:
    """``(g o f)' v = g'(f) (f' v)``."""
    v = _drawn(xs, seed)
    (t,) = _moved(f, xs, v)
    same(_moved(lambda *s: g(f(*s)), xs, v)[0], _moved(g, [_value(f, xs)], [t])[0], "chain rule", rtol)


def _value(f: Function, xs: Sequence[Any]) -> Any:
    return as_tensor(f(*map(as_tensor, xs))).detach()


# -- of higher orders -----------------------------------------------------------------------------------------------------


def _projected(f: Function, xs: Sequence[Any], seed: int) -> Function:
    u = _drawn(_outputs(f)(*map(as_tensor, xs)), seed)
    return lambda *ts: inner(u, _outputs(f)(*ts))


def hessian_symmetry(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-9) -> None:
    """Second derivatives commute: ``<v, H w> = <w, H v>``."""
    s, everything = _projected(f, xs, seed), tuple(range(len(xs)))
    v, w = _drawn(xs, seed + 1), _drawn(xs, seed + 2)
    first = grad(lambda *t: inner(v, list(grad(s, everything)(*t))), everything)(*xs)
    second = grad(lambda *t: inner(w, list(grad(s, everything)(*t))), everything)(*xs)
    same(inner(w, list(first)), inner(v, list(second)), "symmetry of the Hessian", rtol)


def mixed_order(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-9) -> None:
    """Reverse over forward, forward over reverse and forward over forward give the same second derivative."""
    s, everything = _projected(f, xs, seed), tuple(range(len(xs)))
    v, w = _drawn(xs, seed + 1), _drawn(xs, seed + 2)
    one = inner(w, list(grad(lambda *t: jvp(s, t, tuple(v))[1], everything)(*xs)))
    two = inner(w, list(jvp(grad(s, everything), tuple(xs), tuple(v))[1]))
    three = jvp(lambda *t: jvp(s, t, tuple(v))[1], tuple(xs), tuple(w))[1]
    same(one, two, "reverse over forward = forward over reverse", rtol)
    same(one, three, "reverse over forward = forward over forward", rtol)


# -- of shapes ------------------------------------------------------------------------------------------------------------


def reshaping(f: Function, x: Any, *, seed: int = 0, rtol: float = 1e-10) -> None:
    """An element-wise function does not know the shape of its operand, nor does its derivative."""
    x = as_array(x)
    (v,) = _drawn([x], seed)
    flat = _moved(f, [x.reshape(-1)], [v.reshape(-1)])[0]
    same(_moved(f, [x], [v])[0], flat.reshape(x.shape), "invariance under reshaping", rtol)


def permutation(f: Function, x: Any, *, seed: int = 0, rtol: float = 1e-10) -> None:
    """An element-wise function does not know the order of elements, nor does its derivative."""
    x = as_array(x).reshape(-1)
    (v,) = _drawn([x], seed)
    order = np.random.default_rng(seed).permutation(x.size)
    same(_moved(f, [x[order]], [v[order]])[0], _moved(f, [x], [v])[0][order], "invariance under permutation", rtol)


def broadcasting(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-10) -> None:
    """The gradient of an operand that was broadcast is the sum of those of its copies."""
    arrays = [as_array(x) for x in xs]
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    copies = [np.array(np.broadcast_to(x, shape)) for x in arrays]
    u = _drawn(_outputs(f)(*map(as_tensor, arrays)), seed)
    gradients, of_copies = ([as_array(g) for g in vjp(_outputs(f), *some)[1](u)] for some in (arrays, copies))
    for x, g, c in zip(arrays, gradients, of_copies, strict=True):
        lead = len(shape) - x.ndim
        axes = (*range(lead), *(lead + i for i, n in enumerate(x.shape) if n == 1 != shape[lead + i]))
        same(g, c.sum(axis=axes).reshape(x.shape), "the gradient of a broadcast operand is the sum over its copies", rtol)


# -- of the engine --------------------------------------------------------------------------------------------------------


def _gradients(f: Function, xs: Sequence[Any], seed: int, *, create_graph: bool = False) -> list[Array]:
    leaves = [Tensor(as_array(x), requires_grad=True) for x in xs]
    ys = _outputs(f)(*leaves)
    total = inner(_drawn(ys, seed), ys)
    if getattr(total, "requires_grad", False):
        total.backward(create_graph=create_graph)
    return [np.zeros_like(as_array(x)) if t.grad is None else t.grad.numpy() for t, x in zip(leaves, xs, strict=True)]


def recorded(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-12) -> None:
    """A walk that is recorded gives what one that is not gives."""
    for a, b in zip(_gradients(f, xs, seed), _gradients(f, xs, seed, create_graph=True), strict=True):
        same(a, b, "a recorded walk gives the same", rtol)


def checkpointed(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-12) -> None:
    """``checkpoint(f)`` has the gradients of `f`."""
    for a, b in zip(_gradients(f, xs, seed), _gradients(checkpoint(f), xs, seed), strict=True):
        same(a, b, "checkpoint(f) gives the same", rtol)


def forms(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-12) -> None:
    """A rule reads no more than its parameter names declare: nothing changes when the rest is not kept."""
    expected, kept = _gradients(f, xs, seed), _record.KEPT
    _record.KEPT = -1
    try:
        actual = _gradients(f, xs, seed)
    finally:
        _record.KEPT = kept
    for a, b in zip(expected, actual, strict=True):
        same(a, b, "a rule reads what it declares", rtol)


def precision(f: Function, *xs: Any, seed: int = 0, rtol: float = 1e-2) -> None:
    """A gradient has its operand's shape and dtype, for float32 and complex64 too, and agrees with the wider one."""
    narrow = [as_array(x).astype("c8" if as_array(x).dtype.kind == "c" else "f4") for x in xs]
    for x, a, b in zip(narrow, _gradients(f, narrow, seed), _gradients(f, xs, seed), strict=True):
        if a.dtype != x.dtype or a.shape != x.shape:
            raise DerivativeError(f"the gradient of an operand {x.dtype}{list(x.shape)} is {a.dtype}{list(a.shape)}")
        same(a.astype(b.dtype), b, "the gradient in float32 agrees with float64's", rtol)


# -- of particular functions ----------------------------------------------------------------------------------------------


def inverse(f: Function, f_inverse: Function, x: Any, *, seed: int = 0, rtol: float = 1e-8) -> None:
    """The derivative of an inverse is the inverse of the derivative: pushing through both gives the direction back."""
    (v,) = _drawn([as_array(x)], seed)
    y, (t,) = _value(f, [x]), _moved(f, [x], [v])
    same(_moved(f_inverse, [y], [t])[0], v, "derivative of an inverse", rtol)


def euler(f: Function, x: Any, degree: float, *, rtol: float = 1e-9) -> None:
    """Of a homogeneous function of some degree the derivative along the point itself is the degree times the value."""
    same(_moved(f, [x], [as_array(x)])[0], degree * _value(f, [x]), f"Euler's theorem for degree {degree}", rtol)


# -- as properties --------------------------------------------------------------------------------------------------------


def holds(law: Function, f: Function, *wanted: Any, examples: int = 25, **options: Any) -> Callable[[], None]:
    """Make a test that a law holds for a function over drawn operands.

    Parameters
    ----------
    law : callable
        Of this module.
    f : callable
        The function.
    *wanted : Operand, Domain or str
        Operands with shapes, as ``positive(2, 3)``; or domains, for an element-wise function.
    examples : int
        How many to draw.
    **options
        For the law, such as ``degree=2``.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core.testing import domains, laws
    >>> length = lambda x: np.sqrt((x * x).sum())
    >>> test_length_is_homogeneous = laws.holds(laws.euler, length, domains.positive(3), degree=1)
    >>> test_length_is_homogeneous()
    """
    hypothesis = require("hypothesis", extra="test")
    strategies = require("autograd_core.testing.strategies", extra="test")
    pointwise = not all(isinstance(w, Operand) for w in wanted)

    def test(xs: Any) -> None:
        law(f, *xs, **options)

    chosen = hypothesis.settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    made = chosen(hypothesis.given(strategies.operands(wanted, pointwise=pointwise))(test))
    made.__name__ = made.__qualname__ = f"test_{law.__name__}"
    return made  # type: ignore[no-any-return]
