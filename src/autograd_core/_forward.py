"""The forward walk: `pushforward` moves tangents through the same nodes by the same rules; there is no second table.

An element-wise rule is its own pushforward, since its Jacobian is diagonal; a linear primitive pushes by being applied;
everything else is pushed by transposing its rule locally with a probe.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from ._graph import Box, Path, cast, check_not_released, pullback, reboxed
from ._modes import setting
from ._node import ITEM, Node, new_node
from ._primitive import Primitive
from ._rules.common import sum_to
from ._rules.quiet import quiet

__all__ = ["pushforward"]


def pushforward(
    roots: Collection[Node],
    tangents: dict[Node, Any],
    *,
    box: Box,
    recorded: bool,
    path: Path,
) -> dict[Node, Any]:
    """Walk the same graph forwards, from tangents of some nodes to those of `roots`; a root that none reaches is left out.

    `path` is the result of `between`; `box` makes the Tensors of probes; with `recorded`, operands are boxed too, so that the
    result can be differentiated.
    """
    order, _, _ = path
    check_not_released(order)
    moved = dict(tangents)
    quiet(_walk, order, set(tangents), moved, box, recorded)
    return {root: moved[root] for root in roots if root in moved}


def _walk(order: list[Node], given: set[Node], moved: dict[Node, Any], box: Box, recorded: bool) -> None:
    for node in order:
        if node in given:
            continue
        y, args = reboxed(node, box) if recorded else (node.out if node.out is not None else node, node.args)
        total = None
        for i, parent in enumerate(node.parents):
            t = moved.get(parent) if parent is not None else None
            if t is not None:
                pushed = _push(node, i, t, y, args, box, recorded)
                total = pushed if total is None else _plus(total, pushed)
        if total is not None:
            moved[node] = total


def _plus(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if type(a) is tuple:
        return tuple(_plus(x, y) for x, y in zip(a, b, strict=True))
    return a + b


def _push(node: Node, i: int, t: Any, y: Any, args: tuple[Any, ...], box: Box, recorded: bool) -> Any:
    """Tangent of the output due to operand `i`, from the reverse rule alone."""
    primitive, meta = node.primitive, node.meta or {}
    assert primitive is not None  # a leaf has no parents
    if primitive is ITEM:
        return t[meta["index"]]
    if primitive.linear:
        meta = {name: value for name, value in meta.items() if name != "initial"}  # a sum's start does not move
        if primitive.rule is None:
            moved = primitive.function(t, **meta)
        else:
            zeros = [np.zeros(getattr(a, "shape", ()), t.dtype) for a in args]
            moved = primitive.function(*zeros[:i], t, *zeros[i + 1 :], **meta)
    elif primitive.multilinear:  # the rule of this operand reads all others, so they were kept
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
    rule = primitive.rules_of(len(args))[i]
    assert rule is not None

    def transposed() -> Any:
        g = tuple(box(np.zeros(p.shape, p.dtype), p) if p.dtype.kind in "fc" else None for p in probes)
        return cast(sum_to(rule(g if several else g[0], y, *args, **meta), parent.shape), parent.dtype)

    pulled = setting(grad=True, observer=None).call(transposed)
    found: dict[Node, Any] = {}
    if getattr(pulled, "_node", None) is not None:
        found = pullback({pulled._node: t}, set(probes), box=box if recorded else None)
    moved = tuple(found.get(p) for p in probes)
    if several:
        return moved
    return np.zeros(node.shape, node.dtype) if moved[0] is None else moved[0]
