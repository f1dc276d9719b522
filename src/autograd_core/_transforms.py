"""Derivatives of functions: `grad`, `vjp`, `jvp`, `jacobian`, `hessian` and their like. They nest to any order.

Each transform gives its operands fresh identity nodes and walks only between those and the result, so that functions may close
over each other's variables. A walk is recorded exactly when something outside can be differentiated through it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from ._errors import DtypeError, GradientError, ShapeError
from ._graph import Form, Node, between, new_node, own, pullback, pushforward
from ._modes import MODE, setting
from ._primitive import Primitive
from ._record import box
from ._tensor import Tensor, as_tensor
from ._tree import flatten, map_leaves

__all__ = [
    "directional_derivative", "grad", "hessian", "hvp", "jacobian", "jvp", "stop_gradient", "value_and_grad", "vjp",
]  # fmt: skip


def _operand(a: Any) -> Any:
    """The operand of a transform, as itself."""
    return a


IDENTITY = Primitive(_operand, (lambda g, _y, _a: g,), linear=True)


class _Recording:
    """A function recorded on fresh identity nodes of its operands: what every transform starts from."""

    def __init__(self, f: Callable[..., Any], operands: Sequence[Any], name: str) -> None:
        self.outer = MODE.get().grad
        self.name = name
        leaves, self.rebuild = flatten(list(operands))
        self.operands = [_checked(leaf, name) for leaf in leaves]
        self.nodes = [_identity(t) for t in self.operands]
        inside = self.rebuild([box(t._array, n) for t, n in zip(self.operands, self.nodes, strict=True)])
        with setting(grad=True):
            result = f(*inside)
        self.result = result

    def outputs(self, tree: Any) -> tuple[list[Tensor], Callable[[list[Any]], Any]]:
        """The leaves of a result, each a Tensor."""
        leaves, rebuild = flatten(tree)
        for leaf in leaves:
            if not isinstance(leaf, (Tensor, np.ndarray, np.generic, int, float, complex)):
                raise GradientError(
                    f"{self.name}: the function returned {type(leaf).__name__}, not a Tensor; has_aux=True returns more than the value"
                )
        return [as_tensor(leaf) for leaf in leaves], rebuild

    def pull(self, outputs: Sequence[Tensor], cotangents: Sequence[Any]) -> list[Tensor]:
        """Cotangents of the operands, in order."""
        seeds: dict[Node, Any] = {}
        linked = any(t._node is not None for t in self.operands)
        for y, u in zip(outputs, cotangents, strict=True):
            if y._node is None:
                continue
            linked = linked or u._node is not None
            g = u.conj()
            seeds[y._node] = g if y._node not in seeds else seeds[y._node] + g
        path = between(seeds, self.nodes)
        recorded = self.outer and (linked or path[2])
        if not recorded:
            seeds = {node: g._array for node, g in seeds.items()}
        with setting(grad=self.outer):
            found = pullback(seeds, self.nodes, box=box if recorded else None, path=path)
        results = []
        for t, node in zip(self.operands, self.nodes, strict=True):
            if node not in found:
                results.append(_zeros(t))
            elif isinstance(found[node], Tensor):
                results.append(found.pop(node).conj())
            else:
                results.append(_finished(own(found.pop(node)).conj()))
        return results

    def push(self, outputs: Sequence[Tensor], tangents: Sequence[Tensor]) -> list[Tensor]:
        """Tangents of the outputs, in order."""
        nodes = {y._node for y in outputs if y._node is not None}
        path = between(nodes, self.nodes)
        linked = any(t._node is not None for t in (*self.operands, *tangents))
        recorded = self.outer and (linked or path[2])
        given = dict(zip(self.nodes, (t if recorded else t._array for t in tangents), strict=True))
        with setting(grad=self.outer):
            moved = pushforward(nodes, given, box=box, recorded=recorded, path=path)
        results = []
        for y in outputs:
            t = moved.get(y._node) if y._node is not None else None
            results.append(_zeros(y) if t is None else t if isinstance(t, Tensor) else _finished(own(t)))
        return results

    def closed(self, outputs: Sequence[Tensor]) -> bool:
        """Whether nothing outside can be differentiated through the outputs."""
        if not self.outer:
            return True
        if any(t._node is not None for t in self.operands):
            return False
        return not between({y._node for y in outputs if y._node is not None}, self.nodes)[2]

    def released(self, tree: Any) -> Any:
        """A result without the history of this recording, unless something outside needs it."""
        leaves, _ = flatten(tree)
        if self.closed([leaf for leaf in leaves if isinstance(leaf, Tensor)]):
            return stop_gradient(tree)
        return tree


def _checked(x: Any, name: str) -> Tensor:
    t = as_tensor(x)
    if t.dtype.kind not in "fc":
        raise DtypeError(
            f"{name}: an operand of dtype {t.dtype} and shape {t.shape} has no derivative; convert it to float, or name "
            "only floating operands in argnums"
        )
    return t


def _identity(t: Tensor) -> Node:
    kept = Form(t.shape, t.dtype) if t._node is None else t._node
    return new_node(IDENTITY, t.shape, t.dtype, (kept,), (t._node,))


def _finished(array: Any) -> Tensor:
    array = np.asarray(array) if isinstance(array, np.generic) else array
    if isinstance(array, np.ndarray):
        array.setflags(write=False)
    return box(array, None)  # type: ignore[no-any-return]


def _zeros(t: Tensor) -> Tensor:
    return _finished(np.zeros(t.shape, t.dtype))


def _like(given: Any, t: Tensor, what: str, name: str) -> Tensor:
    """A cotangent or tangent for `t`: of its shape, in its dtype."""
    u = as_tensor(given)
    if u.shape != t.shape:
        raise ShapeError(f"{name}: a {what} of shape {u.shape} for a value of shape {t.shape}; the two must be equal")
    if u.dtype == t.dtype:
        return u
    if u.dtype.kind == "c" != t.dtype.kind:
        raise DtypeError(f"{name}: a {what} of dtype {u.dtype} for a real value of dtype {t.dtype}; take its .real")
    return u.astype(t.dtype)  # type: ignore[no-any-return]


def _all_like(given: Any, targets: Sequence[Tensor], what: str, name: str) -> list[Tensor]:
    leaves, _ = flatten(given)
    if len(leaves) != len(targets):
        raise ShapeError(f"{name}: {len(leaves)} {what}(s) for {len(targets)} value(s); their structures must be equal")
    return [_like(u, t, what, name) for u, t in zip(leaves, targets, strict=True)]


def _partial(f: Callable[..., Any], argnums: int | Sequence[int], args: tuple[Any, ...], kwargs: Any, name: str) -> Any:
    """`f` as a function of the arguments in `argnums`, and those arguments."""
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for i in numbers:
        if not -len(args) <= i < len(args):
            raise GradientError(f"{name}: argnums={argnums} names argument {i}, but {len(args)} were given by position")
    places = [i % len(args) for i in numbers]

    def of_chosen(*chosen: Any) -> Any:
        full = list(args)
        for i, x in zip(places, chosen, strict=True):
            full[i] = x
        return f(*full, **kwargs)

    return of_chosen, [args[i] for i in places]


def vjp(f: Callable[..., Any], *xs: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Evaluate `f` and return a function that pulls cotangents back through it.

    Parameters
    ----------
    f : callable
        Takes and returns Tensors, or nested dicts, lists and tuples of them.
    *xs : array_like
        The operands.

    Returns
    -------
    y : Tensor or nested Tensors
        ``f(*xs)``.
    pull : callable
        Takes one cotangent structured like `y`; returns a tuple of cotangents structured like `xs`. It may be called often.

    Raises
    ------
    DtypeError
        If an operand is of an integer dtype.
    ShapeError
        If a cotangent has another shape than `y`.

    References
    ----------
    A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, section 3.2.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> y, pull = ac.vjp(lambda x: x * x, np.array([1.0, 2.0]))
    >>> pull(np.array([1.0, 10.0]))
    (Tensor([ 2., 40.]),)
    """
    recording = _Recording(f, xs, "vjp")
    outputs, _ = recording.outputs(recording.result)

    def pull(cotangent: Any) -> Any:
        return tuple(recording.rebuild(recording.pull(outputs, _all_like(cotangent, outputs, "cotangent", "vjp"))))

    return recording.released(recording.result), pull


def jvp(f: Callable[..., Any], xs: Sequence[Any], vs: Sequence[Any]) -> tuple[Any, Any]:
    """Evaluate `f` and push tangents forward through it: the derivative along a direction.

    Parameters
    ----------
    f : callable
        Takes and returns Tensors, or nested dicts, lists and tuples of them.
    xs, vs : tuple
        The operands, and their tangents of the same structure and shapes.

    Returns
    -------
    y, t : Tensor or nested Tensors
        ``f(*xs)`` and its tangent. The cost and memory are those of a recorded graph.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.jvp(lambda x: x ** 3, (2.0,), (1.0,))
    (Tensor(8.), Tensor(12.))
    """
    recording = _Recording(f, _tuple(xs, "jvp"), "jvp")
    outputs, rebuild = recording.outputs(recording.result)
    tangents = _all_like(list(_tuple(vs, "jvp")), recording.operands, "tangent", "jvp")
    moved = recording.push(outputs, tangents)
    return recording.released(recording.result), rebuild(moved)


def _tuple(xs: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(xs, tuple | list):
        raise TypeError(
            f"{name} takes a tuple of operands and a tuple of tangents, not {type(xs).__name__}; write (x,)"
        )
    return tuple(xs)


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Make a function that returns the value of `f` and its gradient.

    Parameters
    ----------
    f : callable
        Returns a Tensor of one real element; with `has_aux`, that and anything else.
    argnums : int or sequence of int
        The arguments to differentiate with respect to; a tuple of gradients for a sequence.
    has_aux : bool
        `f` returns ``(value, aux)``, and so does the value returned here.

    Raises
    ------
    GradientError
        If the value is not one real number.
    """
    name = "grad"

    @wraps(f, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        of_chosen, chosen = _partial(f, argnums, args, kwargs, name)
        recording = _Recording(of_chosen, chosen, name)
        result = recording.result
        if has_aux:
            if not (isinstance(result, tuple) and len(result) == 2):
                raise GradientError(f"{name}: has_aux=True needs a function that returns (value, aux)")
            result = result[0]
        (y, *rest), _ = recording.outputs(result)
        if rest or y.size != 1:
            raise GradientError(
                f"{name} needs a function that returns one number, not {len(rest) + 1} result(s) of shape {y.shape}; "
                "reduce it, for example with .sum(), or use ac.jacobian or ac.vjp"
            )
        if y.dtype.kind == "c":
            raise GradientError(
                f"{name} of a complex value of dtype {y.dtype} has no direction of steepest ascent; take .real or abs, or use ac.vjp"
            )
        gradients = recording.rebuild(recording.pull([y], [_finished(np.ones(y.shape, y.dtype))]))
        value = recording.released((y, recording.result[1]) if has_aux else y)
        return value, gradients[0] if isinstance(argnums, int) else tuple(gradients)

    return transformed


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Make a function that returns the gradient of `f`, a function of one real number of results.

    Parameters
    ----------
    f : callable
        Returns a Tensor of one real element; with `has_aux`, that and anything else.
    argnums : int or sequence of int
        The arguments to differentiate with respect to; a tuple of gradients for a sequence.
    has_aux : bool
        `f` returns ``(value, aux)``; the new function returns ``(gradient, aux)``.

    Returns
    -------
    callable
        Of the arguments of `f`. With respect to a complex operand, the direction of steepest ascent.

    Raises
    ------
    GradientError
        If the value is not one real number.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.grad(ac.grad(np.sin))(0.5)
    Tensor(-0.47942554)
    """
    both = value_and_grad(f, argnums, has_aux)

    @wraps(f, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        value, gradients = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return transformed


def _basis(t: Tensor) -> list[Tensor]:
    eye = np.eye(t.size, dtype=t.dtype).reshape(t.size, *t.shape)
    eye.setflags(write=False)
    return [box(e, None) for e in eye]


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Make a function that returns the Jacobian of `f`, by the walk that needs fewer passes.

    Parameters
    ----------
    f : callable
        Returns a Tensor of any shape.
    argnums : int or sequence of int
        The arguments to differentiate with respect to; a tuple of Jacobians for a sequence.

    Returns
    -------
    callable
        Its results have shape ``y.shape + x.shape``, structured like the arguments.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    Tensor([[2., 0.],
            [0., 4.]])
    """

    @wraps(f, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        of_chosen, chosen = _partial(f, argnums, args, kwargs, "jacobian")
        recording = _Recording(of_chosen, chosen, "jacobian")
        outputs, _ = recording.outputs(recording.result)
        if len(outputs) != 1:
            raise GradientError(
                f"jacobian needs a function that returns one Tensor, not {len(outputs)}; stack or choose one"
            )
        y, xs = outputs[0], recording.operands
        real = all(t.dtype.kind == "f" for t in (y, *xs))
        if real and sum(x.size for x in xs) < y.size:
            blocks = _columns(recording, y)
        else:
            rows = [recording.pull([y], [e]) for e in _basis(y)]
            blocks = [_stacked([row[i] for row in rows], y.shape + x.shape, x) for i, x in enumerate(xs)]
        rebuilt = recording.rebuild(blocks)
        return rebuilt[0] if isinstance(argnums, int) else tuple(rebuilt)

    return transformed


def _columns(recording: _Recording, y: Tensor) -> list[Tensor]:
    blocks = []
    for i, x in enumerate(recording.operands):
        zeros = [_zeros(t) for t in recording.operands]
        columns = [recording.push([y], [*zeros[:i], e, *zeros[i + 1 :]])[0] for e in _basis(x)]
        block = _stacked(columns, (x.size, y.size), y)
        blocks.append(block.T.reshape(y.shape + x.shape))
    return blocks


def _stacked(parts: list[Tensor], shape: tuple[int, ...], like: Tensor) -> Tensor:
    if not parts:
        return _finished(np.zeros(shape, like.dtype))
    return np.stack(parts).reshape(shape)  # type: ignore[call-overload, no-any-return]


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """Make a function that returns the Hessian of `f`, of shape ``x.shape + x.shape``.

    Parameters
    ----------
    f : callable
        Returns a Tensor of one real element.
    argnums : int
        The argument to differentiate with respect to.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.hessian(lambda x: (x ** 3).sum())(np.array([1.0, 2.0]))
    Tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], xs: Any, vs: Any) -> Any:
    """Return the product of the Hessian of `f` with `vs`, without forming the Hessian.

    Parameters
    ----------
    f : callable
        Returns a Tensor of one real element.
    xs : array_like, or tuple of the operands of `f`
        Where.
    vs : like `xs`
        The direction.

    Returns
    -------
    Tensor, or tuple of Tensors
        Of the structure of `xs`; its cost is a small constant times that of `f`.

    References
    ----------
    B. A. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994), section 3.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.hvp(lambda x: (x ** 3).sum(), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    Tensor([ 6., 12.])
    """
    operands = xs if isinstance(xs, tuple) else (xs,)
    _, pull = vjp(grad(f, tuple(range(len(operands)))), *operands)
    products = pull(vs if isinstance(xs, tuple) else (vs,))
    return products if isinstance(xs, tuple) else products[0]


def directional_derivative(f: Callable[..., Any], x: Any, u: Any, *, normalize: bool = True) -> Any:
    """Return the rate of change of `f` at `x` along `u`, by one forward walk.

    Parameters
    ----------
    f : callable
        Takes one Tensor.
    x, u : array_like
        The point, and the direction of the same shape.
    normalize : bool
        Divide `u` by its length first, as the definition with a unit vector has it.

    Raises
    ------
    GradientError
        If `u` is zero and `normalize` is on.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.directional_derivative(lambda x: (x * x).sum(), np.array([1.0, 1.0]), np.array([3.0, 4.0]))
    Tensor(2.8)
    """
    x, u = as_tensor(x), as_tensor(u)
    if normalize:
        length = math.sqrt(float((abs(u.detach()) ** 2).sum()))
        if length == 0:
            raise GradientError(f"directional_derivative along the zero vector of shape {u.shape} has no direction")
        u = u / length
    return jvp(f, (x,), (u if u.dtype == x.dtype else u.astype(x.dtype),))[1]


def stop_gradient(x: Any) -> Any:
    """Return the same values without history, for a Tensor or nested Tensors.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.grad(lambda x: ac.stop_gradient(x) * x)(3.0)
    Tensor(3.)
    """
    return map_leaves(lambda leaf: leaf.detach() if isinstance(leaf, Tensor) else leaf, x)
