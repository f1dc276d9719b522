"""A function recorded on fresh identity nodes of its operands: what every transform starts from.

A walk covers the nodes between those and the result only, and is recorded exactly when something outside can be differentiated
through it, so that transforms nest and functions may close over each other's variables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from ._errors import DtypeError, GradientError, ShapeError
from ._forward import pushforward
from ._graph import Path, between, own, pullback
from ._modes import MODE, setting
from ._node import Form, Node, new_node
from ._primitive import Primitive
from ._record import box
from ._tensor import Tensor, as_tensor
from ._tree import flatten, map_leaves

__all__ = ["IDENTITY", "Recording", "all_like", "finished", "of_arguments", "zeros_of"]


def _operand(a: Any) -> Any:
    """The operand of a transform, as itself."""
    return a


IDENTITY = Primitive(_operand, (lambda g, _y, _a: g,), linear=True)


class Recording:
    """A function recorded on fresh identity nodes of its operands: what every transform starts from."""

    def __init__(self, f: Callable[..., Any], operands: Sequence[Any], name: str) -> None:
        self.outer = MODE.get().grad
        self.name = name
        leaves, self.rebuild = flatten(list(operands))
        self.operands = [_checked(leaf, name) for leaf in leaves]
        self.nodes = [_identity(t) for t in self.operands]
        inside = self.rebuild([box(t._array, n) for t, n in zip(self.operands, self.nodes, strict=True)])
        self.result = setting(grad=True).call(f, *inside)
        self._paths: dict[tuple[Node, ...], Path] = {}

    def _path(self, roots: Collection[Node], wanted: Sequence[Node]) -> Path:
        """What lies between, looked for once: the rows of a Jacobian walk the same nodes."""
        key = (*roots, *wanted)
        path = self._paths.get(key)
        if path is None:
            path = self._paths[key] = between(roots, wanted)
        return path

    def outputs(self, tree: Any) -> tuple[list[Tensor], Callable[[list[Any]], Any]]:
        """The leaves of a result, each a Tensor."""
        leaves, rebuild = flatten(tree)
        for leaf in leaves:
            if not isinstance(leaf, (Tensor, np.ndarray, np.generic, int, float, complex)):
                raise GradientError(
                    f"{self.name}: the function returned {type(leaf).__name__}, not a Tensor; has_aux=True allows more"
                )
        return [as_tensor(leaf) for leaf in leaves], rebuild

    def pull(self, outputs: Sequence[Tensor], cotangents: Sequence[Any], free: Sequence[Node] = ()) -> list[Tensor]:
        """Cotangents of the operands, in order, and then of `free` nodes, which the function closes over."""
        seeds: dict[Node, Any] = {}
        linked = bool(free) or any(t._node is not None for t in self.operands)
        for y, u in zip(outputs, cotangents, strict=True):
            if y._node is None:
                continue
            linked = linked or u._node is not None
            g = u.conj()
            seeds[y._node] = g if y._node not in seeds else seeds[y._node] + g
        nodes = [*self.nodes, *free]
        path = self._path(seeds, nodes)
        recorded = self.outer and (linked or path[2])
        if not recorded:
            seeds = {node: g._array for node, g in seeds.items()}
        found = setting(grad=self.outer).call(
            pullback, seeds, nodes, box=box if recorded else None, path=path, observer=MODE.get().observer
        )
        results = []
        for node in nodes:
            if node not in found:
                results.append(zeros_of(node))
            elif isinstance(found[node], Tensor):
                results.append(found.pop(node).conj())
            else:
                results.append(finished(own(found.pop(node)).conj()))
        return results

    def push(self, outputs: Sequence[Tensor], tangents: Sequence[Tensor]) -> list[Tensor]:
        """Tangents of the outputs, in order."""
        nodes = {y._node for y in outputs if y._node is not None}
        path = self._path(nodes, self.nodes)
        linked = any(t._node is not None for t in (*self.operands, *tangents))
        recorded = self.outer and (linked or path[2])
        given = dict(zip(self.nodes, (t if recorded else t._array for t in tangents), strict=True))
        moved = setting(grad=self.outer).call(pushforward, nodes, given, box=box, recorded=recorded, path=path)
        results = []
        for y in outputs:
            t = moved.get(y._node) if y._node is not None else None
            results.append(zeros_of(y) if t is None else t if isinstance(t, Tensor) else finished(own(t)))
        return results

    def closed(self, outputs: Sequence[Tensor]) -> bool:
        """Whether nothing outside can be differentiated through the outputs."""
        if not self.outer:
            return True
        if any(t._node is not None for t in self.operands):
            return False
        return not self._path({y._node for y in outputs if y._node is not None}, self.nodes)[2]

    def released(self, tree: Any) -> Any:
        """A result without the history of this recording, unless something outside needs it."""
        leaves, _ = flatten(tree)
        if self.closed([leaf for leaf in leaves if isinstance(leaf, Tensor)]):
            return map_leaves(lambda leaf: leaf.detach() if isinstance(leaf, Tensor) else leaf, tree)
        return tree


def _checked(x: Any, name: str) -> Tensor:
    try:
        t = as_tensor(x)
    except DtypeError as error:
        raise DtypeError(
            f"{name}: an operand holds a {type(x).__name__}, which is neither numbers nor a known container; register "
            "its class with optree.register_pytree_node (pip install 'autograd-core[tree]')"
        ) from error
    if t.dtype.kind not in "fc":
        raise DtypeError(
            f"{name}: an operand of dtype {t.dtype} and shape {t.shape} has no derivative; convert it to float, or name "
            "only floating operands in argnums"
        )
    return t


def _identity(t: Tensor) -> Node:
    kept = Form(t.shape, t.dtype) if t._node is None else t._node
    return new_node(IDENTITY, t.shape, t.dtype, (kept,), (t._node,))


def finished(array: Any) -> Tensor:
    """A read-only Tensor without history of an array that a walk returned."""
    array = np.asarray(array) if isinstance(array, np.generic) else array
    if isinstance(array, np.ndarray):
        array.setflags(write=False)
    return box(array, None)  # type: ignore[no-any-return]


def zeros_of(t: Tensor | Form) -> Tensor:
    """Zeros of the shape and dtype of a Tensor or node."""
    return finished(np.zeros(t.shape, t.dtype))


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


def all_like(given: Any, targets: Sequence[Tensor], what: str, name: str) -> list[Tensor]:
    """The leaves of cotangents or tangents, each checked against the value it is for."""
    leaves, _ = flatten(given)
    if len(leaves) != len(targets):
        raise ShapeError(f"{name}: {len(leaves)} {what}(s) for {len(targets)} value(s); their structures must be equal")
    return [_like(u, t, what, name) for u, t in zip(leaves, targets, strict=True)]


def of_arguments(f: Callable[..., Any], argnums: int | Sequence[int], args: tuple[Any, ...], kwargs: Any, name: str) -> Any:
    """`f` as a function of the arguments in `argnums`, and those arguments."""
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for i in numbers:
        if not -len(args) <= i < len(args):
            raise GradientError(f"{name}: argnums={argnums} names argument {i}, but {len(args)} were given by position")
    places = [i % len(args) for i in numbers]
    if len(set(places)) < len(places):
        raise GradientError(f"{name}: argnums={argnums} names an argument twice, which could be differentiated only once")

    def of_chosen(*chosen: Any) -> Any:
        full = list(args)
        for i, x in zip(places, chosen, strict=True):
            full[i] = x
        return f(*full, **kwargs)

    return of_chosen, [args[i] for i in places]
