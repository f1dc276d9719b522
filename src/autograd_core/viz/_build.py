"""Turn engine nodes into a `Graph`: the one place that knows both.

Nodes are numbered in creation order; an operand that is not a node (a batch of data, a number) becomes a leaf just before
the operation that reads it first, once for each array object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .._graph import ancestors
from .._modes import MODE
from .._node import RELEASED, Form
from .._node import Node as EngineNode
from .._recording import IDENTITY
from ._model import Edge, Failure, Graph, Group, Kind, Node, Source, Step
from ._statistics import Statistics, summarise

#: A constant of more elements than this is taken for data that flows in, and drawn as an input.
DATA = 64
#: What the user called, where the primitive behind it has another name.
SHOWN = {
    "pooled": "max_pool", "unfold_windows": "unfold", "fold_windows": "fold", "join": "stack", "contract": "einsum",
    "correlate": "convolution",
}  # fmt: skip
#: Metadata at its usual value is not worth a line.
USUAL = {"groups": 1}


@dataclass(slots=True)
class Facts:
    """What a recording adds to the structure; all of it may be empty."""

    forward: dict[EngineNode, Statistics] = field(default_factory=dict)
    gradient: dict[EngineNode, Statistics] = field(default_factory=dict)
    #: Norm of what a node sent to its operand in a slot.
    flows: dict[tuple[EngineNode, int], float] = field(default_factory=dict)
    operands: dict[EngineNode, tuple[Any, ...]] = field(default_factory=dict)
    sources: dict[EngineNode, Source] = field(default_factory=dict)
    calls: dict[EngineNode, int] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    #: Kind and name of leaves, noted while their Tensors were alive.
    leaves: dict[EngineNode, tuple[Kind, str]] = field(default_factory=dict)
    names: dict[tuple[int, tuple[int, ...]], str] = field(default_factory=dict)
    steps: list[tuple[str, EngineNode, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Failed:
    """An operation that raised before it became a node: its name, parents and message."""

    message: str
    operation: str = ""
    parents: tuple[EngineNode | None, ...] = ()


def assemble(
    nodes: Iterable[EngineNode],
    facts: Facts,
    *,
    outputs: Mapping[EngineNode, str] | None = None,
    title: str = "",
    failed: Failed | None = None,
) -> Graph:
    """Return the graph of these nodes and everything they were computed from."""
    order = ancestors(nodes)
    if failed is not None:
        order = ancestors({*order, *(p for p in failed.parents if p is not None)})
    made: list[Node] = []
    edges: list[Edge] = []
    number: dict[EngineNode, int] = {}
    constants: dict[int, int] = {}
    used: set[int] = set()
    for n in order:
        operands = facts.operands.get(n) or (() if n.args is RELEASED else n.args)
        reads: list[tuple[int, int]] = []
        for slot, parent in enumerate(n.parents):
            if parent is not None:
                reads.append((slot, number[parent]))
            elif slot < len(operands) and n.primitive is not IDENTITY:
                # Data that meets a computed value (a mask, a target) did not flow in as the input of a model does.
                meets = any(p is not None and p.primitive is not None for p in n.parents)
                at = _constant(operands[slot], constants, made, facts, data=not meets)
                if at is not None:
                    reads.append((slot, at))
        number[n] = len(made)
        for slot, source in reads:
            used.add(source)
            edges.append(Edge(source, number[n], slot, facts.flows.get((n, slot))))
        made.append(_node(n, number[n], facts))
    for n, at in number.items():
        ends = n in outputs if outputs is not None else at not in used and n in facts.gradient
        if ends and made[at].kind == "operation":
            made[at] = replace(made[at], kind="output", name=(outputs or {}).get(n) or made[at].name)
    failure = None
    if failed is not None:
        if failed.operation:
            at = len(made)
            made.append(Node(at, operation=failed.operation, module=MODE.get().scope or "", dtype=""))
            edges += [Edge(number[p], at, slot) for slot, p in enumerate(failed.parents) if p is not None]
            failure = Failure(failed.message, at)
        else:
            failure = Failure(failed.message, made[-1].id if made else None)
    steps = tuple(Step(phase, number[n], seconds) for phase, n, seconds in facts.steps)  # type: ignore[arg-type]
    groups = _groups(made, facts.classes)
    return Graph(tuple(made), tuple(edges), groups, steps, title, failure, tuple(facts.notes))


def _node(n: EngineNode, at: int, facts: Facts) -> Node:
    kind, name = facts.leaves.get(n) or leaf_kind(n)
    several = n.dtype == object  # a primitive with several outputs holds a tuple
    size = 0 if several else n.size * n.dtype.itemsize
    primitive = n.primitive
    module = (n.scope or "") if kind == "operation" else name.rpartition(".")[0] if kind == "parameter" else ""
    return Node(
        id=at,
        kind=kind,
        operation=_operation(n) if kind == "operation" else "",
        name=name,
        module=module,
        call=facts.calls.get(n, 0),
        shape=() if several else tuple(n.shape),
        dtype="" if several else str(n.dtype),
        bytes=size,
        arguments=f"{n.shape[0]} outputs" if several else argument_text(n.meta),
        derivative=primitive.words if primitive is not None and kind == "operation" else "",
        source=facts.sources.get(n),
        forward=facts.forward.get(n),
        gradient=facts.gradient.get(n),
    )


def _operation(n: EngineNode) -> str:
    assert n.primitive is not None
    name = n.primitive.name.strip("_")
    return SHOWN.get(name, name)


def leaf_kind(n: EngineNode) -> tuple[Kind, str]:
    """What a node without an operation stands for, and the name of its Tensor."""
    if n.primitive is not None and (n.primitive is not IDENTITY or n.parents[0] is not None):
        return "operation", ""
    tensor = tensor_of(n)
    name = (tensor.name if tensor is not None else None) or ""
    parameter = any(base.__name__ == "Parameter" for base in type(tensor).__mro__)
    return ("parameter" if parameter else "input"), name


def tensor_of(n: EngineNode) -> Any:
    """Return the Tensor that a leaf's gradient goes to, if it is alive."""
    return n.watch.tensor() if n.watch is not None and n.watch.tensor is not None else None


def _constant(value: Any, constants: dict[int, int], made: list[Node], facts: Facts, *, data: bool) -> int | None:
    """Return the place of the leaf for an operand that is not a node, made on first sight; None where it is not data."""
    if isinstance(value, Form):
        key, shape, dtype = id(value), tuple(value.shape), value.dtype
    elif isinstance(value, (np.ndarray, np.generic, bool, int, float, complex)):
        array = np.asarray(value)
        key, shape, dtype = id(value), array.shape, array.dtype
    else:
        return None
    shared = isinstance(value, (np.ndarray, Form))
    if shared and key in constants:
        return constants[key]
    size = int(np.prod(shape, dtype=np.int64))
    name = facts.names.get(place_of(value), "") if isinstance(value, np.ndarray) else ""
    kind: Kind = "input" if name or (data and size > DATA) else "constant"
    statistics = None if isinstance(value, Form) else summarise(value)
    at = len(made)
    made.append(Node(at, kind, name=name, shape=shape, dtype=str(dtype), bytes=size * dtype.itemsize, forward=statistics))
    if shared:
        constants[key] = at
    return at


def place_of(a: np.ndarray[Any, Any]) -> tuple[int, tuple[int, ...]]:
    """Return what tells arrays apart: where the data is, and the shape (a Tensor of an array is a view of it)."""
    return a.__array_interface__["data"][0], a.shape


def argument_text(meta: Mapping[str, Any] | None) -> str:
    """Return metadata as "axis=1, keepdims=True"; an index as "[:, 0]"; arrays by dtype and shape."""
    parts = []
    for name, value in (meta or {}).items():
        if (
            value is None or name == "shape" or (name in USUAL and value == USUAL[name])
        ):  # the shape of the result is shown anyway
            continue
        if name == "windows" and isinstance(value, tuple) and value and isinstance(value[0], tuple):
            parts.append(f"windows={'×'.join(map(str, value[0]))}")
        elif name == "index":
            items = value if isinstance(value, tuple) else (value,)
            parts.append(f"[{', '.join(map(_short, items))}]")
        else:
            parts.append(f"{name}={_short(value)}")
    return ", ".join(parts)


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}[{'×'.join(map(str, value.shape))}]" if value.size > 1 else str(value)
    if isinstance(value, slice):
        ends = ["" if v is None else str(v) for v in (value.start, value.stop, value.step)]
        return ":".join(ends[:2] if not ends[2] else ends)
    if value is Ellipsis:
        return "..."
    if isinstance(value, (tuple, list)) and len(value) <= 8:
        inner = ", ".join(map(_short, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    text = getattr(value, "__name__", None) or str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _groups(nodes: Sequence[Node], classes: Mapping[str, str]) -> tuple[Group, ...]:
    """Return the modules that have operations, with what was repeated."""
    made: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    parameters: dict[str, int] = {}
    for n in nodes:
        parts = n.module.split(".", 31) if n.module else []
        for k in range(1, len(parts) + 1):
            path = ".".join(parts[:k])
            if n.kind == "parameter":
                parameters[path] = parameters.get(path, 0) + int(np.prod(n.shape, dtype=np.int64))
            else:
                made.setdefault(path, []).append((n.operation, n.shape))
    first: dict[object, str] = {}
    groups = []
    for path, content in made.items():
        above = path.rpartition(".")[0]
        key = (above, tuple(content))
        twin = first.setdefault(key, path)
        children = tuple(p for p in made if p.rpartition(".")[0] == path)
        repeated = twin if twin != path else None
        groups.append(Group(path, classes.get(path, ""), children, parameters.get(path, 0), repeated))
    return tuple(groups)
