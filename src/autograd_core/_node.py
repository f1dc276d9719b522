"""Nodes of the recorded graph: one application of a primitive each, and the `Form` that stands in for unread operands."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, NoReturn

import numpy as np

from ._errors import RuleError
from ._primitive import Primitive

__all__ = ["ITEM", "RELEASED", "Form", "Node", "Watch", "item_node", "new_node", "next_number"]

next_number = count(1).__next__


class Form:
    """Shape and dtype of an operand whose values no rule reads; it refuses to be anything else."""

    __slots__ = ("dtype", "shape")
    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.shape, self.dtype = shape, dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        size = 1
        for n in self.shape:
            size *= n
        return size

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise RuleError(
            f"a rule read the values of an operand of shape {self.shape}, but its parameter name starts with an underscore, "
            "which promises shape and dtype only; drop the underscore"
        )

    __array__ = __array_function__ = __eq__ = __ne__ = __bool__ = __float__ = __getitem__ = _refuse


class Watch:
    """What happens when a cotangent arrives at a node: hooks, then the `.grad` of a Tensor that wants one."""

    __slots__ = ("hooks", "tensor")

    def __init__(self, tensor: Callable[[], Any] | None = None) -> None:
        self.tensor = tensor  # a weak reference, so that a graph does not keep its leaves alive
        self.hooks: list[Callable[[Any], Any]] = []


class Node(Form):
    """One application of a primitive, and the form of its output.

    `args` are the raw operands, with a `Form` in place of each that no rule reads; `parents`, aligned with them, the nodes they
    came from. A leaf has no primitive. `number` grows with creation, which is an order of the graph that needs no search.
    """

    __slots__ = ("__weakref__", "args", "meta", "number", "out", "parents", "primitive", "scope", "watch")
    primitive: Primitive | None
    args: tuple[Any, ...]
    parents: tuple[Node | None, ...]
    meta: dict[str, Any] | None
    out: Any
    number: int
    scope: str | None
    watch: Watch | None

    def __repr__(self) -> str:
        name = "leaf" if self.primitive is None else self.primitive.name
        return f"<node {self.number} {name} {self.shape} {self.dtype}>"


class _Released:
    def __repr__(self) -> str:
        return "<released>"


RELEASED: Any = _Released()


def new_node(
    primitive: Primitive | None,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    args: tuple[Any, ...] = (),
    parents: tuple[Node | None, ...] = (),
    meta: dict[str, Any] | None = None,
    out: Any = None,
) -> Node:
    """Make a node; the recording of one- and two-operand functions writes the same out in line."""
    node = Node.__new__(Node)
    node.primitive, node.shape, node.dtype = primitive, shape, dtype
    node.args, node.parents, node.meta, node.out = args, parents, meta, out
    node.number, node.scope, node.watch = next_number(), None, None
    return node


def _item(outputs: tuple[Any, ...], *, index: int) -> Any:
    """Read one output of a primitive that has several."""
    return outputs[index]


def _no_add(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("the walk bundles the cotangents of items itself")


ITEM = Primitive(_item, (lambda g, _y, _a, **_: g,), linear=True, add_to=_no_add)


def item_node(node: Node, index: int, out: Any) -> Node:
    """The node of output `index` of a node that holds a tuple."""
    return new_node(ITEM, out.shape, out.dtype, (node,), (node,), {"index": index})
