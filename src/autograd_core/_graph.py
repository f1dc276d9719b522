"""The recorded graph and the two walks over it: `pullback` (reverse) and `pushforward` (forward).

Derivative rules are called here and only here. What every rule needs (summing out broadcast axes, casting to the operand's
dtype, accumulating) is done here once. A rule's result is borrowed: the walk adds in place only into arrays of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from itertools import count
from operator import attrgetter
from typing import Any, NoReturn

import numpy as np

from ._errors import GraphReleasedError, RuleError
from ._modes import Observer, setting
from ._primitive import Primitive

__all__ = ["ITEM", "RELEASED", "Form", "Node", "Watch", "item_node", "new_node", "own", "pullback", "pushforward"]

Box = Callable[[Any, "Node | None"], Any]
"""Makes a Tensor of an array and its node; the walks get it from above, since they know nothing of Tensors."""

ndarray = np.ndarray
next_number = count(1).__next__
_number = attrgetter("number")


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

    __array__ = __array_function__ = __eq__ = __ne__ = __bool__ = __float__ = __getitem__ = _refuse  # type: ignore[assignment]


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


ITEM = Primitive(_item, (lambda g, _y, _a, index: g,), linear=True)


def item_node(node: Node, index: int, out: Any) -> Node:
    """The node of output `index` of a node that holds a tuple."""
    return new_node(ITEM, out.shape, out.dtype, (node,), (node,), {"index": index})


def sum_to(c: Any, shape: tuple[int, ...]) -> Any:
    """Sum `c` down to `shape`: the transpose of broadcasting `shape` up to `c.shape`."""
    if c.shape == shape:
        return c
    lead = c.ndim - len(shape)
    if lead < 0 or any(n not in (1, m) for n, m in zip(shape, c.shape[lead:], strict=True)):
        raise RuleError(f"a rule returned shape {c.shape} for an operand of shape {shape}")
    axes = (*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1 != c.shape[lead + i]))
    return (c.sum(axis=axes) if axes else c).reshape(shape)


def cast(c: Any, dtype: np.dtype[Any]) -> Any:
    """Give a cotangent its operand's dtype: the real part where the operand is real."""
    if c.dtype == dtype:
        return c
    if c.dtype.kind == "c" and dtype.kind != "c":
        c = c.real
    return c.astype(dtype)


def references(c: Any) -> int:
    """Count the references to `c`, those of the call included."""
    return sys.getrefcount(c)


def own(c: Any) -> Any:
    """Return `c` itself if it is a dense array that nothing but the argument refers to, else a dense copy."""
    if type(c) is ndarray:
        alone = c.base is None and references(c) <= _ALONE
        if alone and (c.flags.c_contiguous or c.flags.f_contiguous):
            c.flags.writeable = True
            return c
        return np.array(c)
    return np.array(c) if isinstance(c, np.generic) else c


def _references_to_argument(c: Any) -> int:
    return references(c)


_ALONE = _references_to_argument(np.empty(0))  # what `own` counts for a temporary; it differs between Python versions


def ancestors(roots: Iterable[Node], floor: int = 0) -> list[Node]:
    """Every node that `roots` were computed from, themselves included and not older than `floor`, in creation order."""
    stack = list(roots)
    seen = set(stack)
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent not in seen and parent.number >= floor:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=_number)


def between(roots: Collection[Node], wanted: Collection[Node]) -> tuple[list[Node], set[Node], bool]:
    """The nodes on a path from `wanted` to `roots`, in creation order and as a set, and whether one has a parent off it."""
    live, order, open_ = set(wanted), [], False
    for node in ancestors(roots, min(map(_number, wanted), default=0)):
        if node in live:  # a wanted node: what it came from lies outside
            order.append(node)
        elif any(parent in live for parent in node.parents):
            live.add(node)
            order.append(node)
            open_ = open_ or any(parent is not None and parent not in live for parent in node.parents)
    return order, live, open_


def _check_not_released(order: list[Node]) -> None:
    for node in order:
        if node.args is RELEASED:
            name = node.primitive.name if node.primitive else "leaf"
            raise GraphReleasedError(
                f"the graph was released by an earlier backward(), at {name} of shape {node.shape}; "
                "call that backward() with retain_graph=True to walk it again"
            )


def _reboxed(node: Node, box: Box) -> tuple[Any, tuple[Any, ...]]:
    """Output and operands of a node as Tensors, so that its rules record."""
    args = tuple(
        a if parent is None or isinstance(a, Form) else box(a, parent)
        for a, parent in zip(node.args, node.parents, strict=True)
    )
    out = node.out
    if type(out) is tuple:
        return tuple(
            o if isinstance(o, Form) or o.dtype.kind not in "fc" else box(o, item_node(node, i, o))
            for i, o in enumerate(out)
        ), args
    return (box(out, node) if out is not None else node), args


def pullback(
    seeds: dict[Node, Any],
    wanted: Collection[Node] | None = None,
    *,
    box: Box | None = None,
    keep: bool = True,
    path: tuple[list[Node], set[Node], bool] | None = None,
    observer: Observer | None = None,
) -> dict[Node, Any]:
    """Walk the graph in reverse, from cotangents of some nodes to those of others.

    Parameters
    ----------
    seeds : dict
        Cotangents by node, each of the node's shape and dtype.
    wanted : collection of Node, optional
        Nodes whose cotangents are returned; without it, the leaves and the nodes that retain theirs.
    box : callable, optional
        Record the walk: rules get Tensors that it makes.
    keep : bool
        Keep the saved arrays for another walk, instead of releasing each node once its rules have run.
    path : optional
        The result of `between`, when the caller has it already.

    Raises
    ------
    GraphReleasedError
        If a node on the way was released, before any rule runs.
    """
    live: set[Node] | None = None
    if wanted is None:
        order = ancestors(seeds)
    else:
        wanted = set(wanted)
        order, live, _ = path or between(seeds, wanted)
    _check_not_released(order)
    cotangents = {node: g for node, g in seeds.items() if live is None or node in live}
    owned: set[Node] = set()
    found: dict[Node, Any] = {}
    node = None
    try:
        with np.errstate(all="ignore"):
            while order:
                node = order.pop()
                g = cotangents.pop(node, None)
                if g is not None:
                    if node.watch is not None:
                        for hook in node.watch.hooks:
                            g = hook(g)
                        if wanted is None and node.watch.tensor is not None:
                            found[node] = g
                    if wanted is not None and node in wanted:
                        found[node] = g
                    if observer is not None:
                        observer.backward(node, g)
                    if node.primitive is not None:
                        _pull(node, g, cotangents, owned, live, box)
                g = None
                if not keep:
                    node.args, node.out = RELEASED, None
    except BaseException:
        if not keep:
            for node in (*order, node):
                if node is not None:
                    node.args, node.out = RELEASED, None
        raise
    return found


def _pull(
    node: Node, g: Any, cotangents: dict[Node, Any], owned: set[Node], live: set[Node] | None, box: Box | None
) -> None:
    """Run the rules of one node and add what they return to the cotangents of its parents."""
    primitive, args, meta = node.primitive, node.args, node.meta
    assert primitive is not None
    if primitive is ITEM:
        _pull_item(node, g, cotangents)
        return
    if box is None:
        y = node.out if node.out is not None else node
    else:
        y, args = _reboxed(node, box)
    i = -1
    for parent in node.parents:
        i += 1
        if parent is None or (live is not None and parent not in live):
            continue
        if box is None and primitive.add_to is not None:
            _add_to(primitive.add_to, parent, g, cotangents, owned, meta)
            continue
        if primitive.rule is not None:
            c = primitive.rule(g, y, i, *args, **meta) if meta else primitive.rule(g, y, i, *args)
        elif meta:
            c = primitive.rules[i](g, y, *args, **meta)  # type: ignore[misc]
        else:
            c = primitive.rules[i](g, y, *args)  # type: ignore[misc]
        if c.shape != parent.shape:
            c = sum_to(c, parent.shape)
        if c.dtype is not parent.dtype:
            c = cast(c, parent.dtype)
        before = cotangents.get(parent)
        if before is None:
            cotangents[parent] = c
        elif parent in owned:
            before += c
        else:
            total = cotangents[parent] = before + c
            if type(total) is ndarray:
                owned.add(parent)


def _pull_item(node: Node, g: Any, cotangents: dict[Node, Any]) -> None:
    (parent,), index = node.parents, node.meta["index"]  # type: ignore[index]
    assert parent is not None
    before = cotangents.get(parent, ())
    bundle = list(before) + [None] * (parent.shape[0] - len(before))
    bundle[index] = g if bundle[index] is None else bundle[index] + g
    cotangents[parent] = tuple(bundle)


def _add_to(
    add_to: Callable[..., None],
    parent: Node,
    g: Any,
    cotangents: dict[Node, Any],
    owned: set[Node],
    meta: dict[str, Any] | None,
) -> None:
    """Let a linear primitive add its cotangent into one buffer, instead of making a large array for each use."""
    buffer = cotangents.get(parent)
    if parent not in owned:
        start = np.zeros_like(g, shape=parent.shape, dtype=parent.dtype)
        if buffer is not None:
            start += buffer
        buffer = cotangents[parent] = start
        owned.add(parent)
    add_to(buffer, g, **(meta or {}))


def pushforward(
    roots: Collection[Node],
    tangents: dict[Node, Any],
    *,
    box: Box,
    recorded: bool = False,
    path: tuple[list[Node], set[Node], bool] | None = None,
) -> dict[Node, Any]:
    """Walk the same graph forwards, from tangents of some nodes to those of `roots`; a root that none reaches is left out.

    `box` makes the Tensors of probes; with `recorded`, operands are boxed too, so that the result can be differentiated.
    """
    order, _, _ = path or between(roots, tangents)
    _check_not_released(order)
    moved = dict(tangents)
    with np.errstate(all="ignore"):
        for node in order:
            if node in tangents or node.primitive is None:
                continue
            y, args = _reboxed(node, box) if recorded else (node.out if node.out is not None else node, node.args)
            total = None
            for i, parent in enumerate(node.parents):
                t = moved.get(parent) if parent is not None else None
                if t is not None:
                    pushed = _push(node, node.primitive, i, t, y, args, box, recorded)
                    total = pushed if total is None else _plus(total, pushed)
            if total is not None:
                moved[node] = total
    return {root: moved[root] for root in roots if root in moved}


def _plus(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if type(a) is tuple:
        return tuple(_plus(x, y) for x, y in zip(a, b, strict=True))
    return a + b


def _push(
    node: Node, primitive: Primitive, i: int, t: Any, y: Any, args: tuple[Any, ...], box: Box, recorded: bool
) -> Any:
    """Tangent of the output due to operand `i`, from the reverse rule alone."""
    meta = node.meta or {}
    if primitive is ITEM:
        return t[meta["index"]]
    if primitive.linear:
        if primitive.rule is None:
            moved = primitive.function(t, **meta)
        else:
            zeros = [np.zeros(getattr(a, "shape", ()), t.dtype) for a in args]
            moved = primitive.function(*zeros[:i], t, *zeros[i + 1 :], **meta)
    elif primitive.multilinear and not any(isinstance(a, Form) for j, a in enumerate(args) if j != i):
        moved = primitive.function(*args[:i], t, *args[i + 1 :], **meta)
    elif primitive.elementwise and (primitive.holomorphic or node.dtype.kind != "c" != t.dtype.kind):
        moved = primitive.rules[i](t, y, *args, **meta)  # type: ignore[misc]
        if moved.shape != node.shape:
            moved = np.broadcast_to(moved, node.shape)
    else:
        return _push_by_probe(node, primitive, i, t, y, args, box, recorded)
    return cast(moved, node.dtype)


def _push_by_probe(
    node: Node, primitive: Primitive, i: int, t: Any, y: Any, args: tuple[Any, ...], box: Box, recorded: bool
) -> Any:
    """Transpose the rule: a pullback is linear in `g`, so its own pullback at `g = 0` moves the tangent."""
    meta, parent = node.meta or {}, node.parents[i]
    assert parent is not None
    several = type(y) is tuple
    outputs = y if several else (node,)
    probes = [new_node(None, o.shape, o.dtype) for o in outputs]
    with setting(grad=True, observer=None):
        g = tuple(box(np.zeros(p.shape, p.dtype), p) if p.dtype.kind in "fc" else None for p in probes)
        rule = primitive.rules[i] if primitive.rule is None else None
        if rule is not None:
            pulled = rule(g if several else g[0], y, *args, **meta)
        else:
            assert primitive.rule is not None
            pulled = primitive.rule(g[0], y, i, *args, **meta)
        pulled = cast(sum_to(pulled, parent.shape), parent.dtype)
    found: dict[Node, Any] = {}
    if getattr(pulled, "_node", None) is not None:
        found = pullback({pulled._node: t}, set(probes), box=box if recorded else None)
    moved = tuple(found.get(p) for p in probes)
    if several:
        return moved
    return np.zeros(node.shape, node.dtype) if moved[0] is None else moved[0]
