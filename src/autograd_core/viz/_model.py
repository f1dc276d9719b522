"""The recorded graph as plain data with versioned JSON: the one representation every renderer reads.

Nothing here needs the engine. An edge always goes from a smaller id to a larger one (ids are creation order), so a
`Graph` is acyclic by construction and no reader needs to search for cycles.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ._statistics import Statistics

#: What the files say they are, and the newest version this module writes and reads.
FORMAT = "autograd-core/graph"
VERSION = 1

Kind = Literal["input", "parameter", "constant", "operation", "output"]
KINDS: tuple[Kind, ...] = ("input", "parameter", "constant", "operation", "output")
PHASES = ("forward", "backward")


@dataclass(frozen=True, slots=True)
class Source:
    """The line of the user's program that made a node."""

    file: str
    line: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One array of a computation: a leaf, or the result of one operation.

    ``id`` is the creation index; ``module`` a dotted path ("features.0", or "" outside any module) and ``call`` tells
    the calls of one module apart; ``arguments`` is the operation's metadata as text; ``derivative`` its rule in words.
    """

    id: int
    kind: Kind = "operation"
    operation: str = ""
    name: str = ""
    module: str = ""
    call: int = 0
    shape: tuple[int, ...] = ()
    dtype: str = "float64"
    bytes: int = 0
    arguments: str = ""
    derivative: str = ""
    source: Source | None = None
    forward: Statistics | None = None
    gradient: Statistics | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """Operand ``slot`` of node ``target`` is node ``source``; ``gradient`` is the norm of what flowed back along it."""

    source: int
    target: int
    slot: int = 0
    gradient: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A module: its path, class, direct children's paths and parameter count.

    ``repeat_of`` is the path of an earlier sibling that did the same operations on the same shapes.
    """

    path: str
    class_name: str = ""
    children: tuple[str, ...] = ()
    parameters: int = 0
    repeat_of: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, in order: node ``node`` was computed (forward) or received its gradient (backward)."""

    phase: Literal["forward", "backward"]
    node: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A computation that raised: the message and, when known, the last node that ran."""

    message: str
    node: int | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A computation as data: nodes in creation order, edges, module groups and the steps that ran.

    Examples
    --------
    >>> g = Graph(nodes=(Node(0, "input", name="x"), Node(1, operation="tanh")), edges=(Edge(0, 1),))
    >>> Graph.from_dict(g.to_dict()) == g
    True
    >>> [n.operation or n.name for n in g]
    ['x', 'tanh']
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()
    steps: tuple[Step, ...] = ()
    title: str = ""
    failure: Failure | None = None
    #: What was left out and why (values over the memory budget, for example).
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(self)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        return f"Graph({len(self.nodes)} nodes, {len(self.edges)} edges, {len(self.steps)} steps)"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the picture in a notebook."""
        from ._draw import draw

        return draw(self)._repr_mimebundle_(include, exclude)

    def to_dict(self) -> dict[str, Any]:
        """Return the graph as plain dicts, lists, strings and numbers."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "title": self.title,
            "nodes": [_node_to_dict(n) for n in self.nodes],
            "edges": [{"source": e.source, "target": e.target, "slot": e.slot, "gradient": e.gradient} for e in self.edges],
            "groups": [
                {
                    "path": g.path,
                    "class": g.class_name,
                    "children": list(g.children),
                    "parameters": g.parameters,
                    "repeat_of": g.repeat_of,
                }
                for g in self.groups
            ],
            "steps": [{"phase": s.phase, "node": s.node, "seconds": s.seconds} for s in self.steps],
            "failure": None if self.failure is None else {"message": self.failure.message, "node": self.failure.node},
            "notes": list(self.notes),
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """Return `to_dict` as JSON text (strictly JSON: no NaN)."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, indent=indent)

    def save(self, path: str | Path) -> Path:
        """Write the graph as a JSON file and return its path."""
        path = Path(path)
        path.write_text(self.to_json() + "\n", encoding="utf-8")
        return path

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Graph:
        """Read what `to_dict` wrote.

        Raises
        ------
        ValueError
            If the data is not a graph, is of another version, or is inconsistent (an edge to a node that is not
            there, ids out of order); the message names the offending entry.
        """
        if not hasattr(data, "get") or data.get("format") != FORMAT:
            raise ValueError(f'not an autograd-core graph: expected an object with "format": "{FORMAT}"')
        if data.get("version") != VERSION:
            raise ValueError(
                f"graph version {data.get('version')!r} is not one this autograd-core reads (it reads {VERSION}); "
                "write the file again with this version"
            )
        try:
            failure = data.get("failure")
            return cls(
                nodes=tuple(_node_from_dict(n) for n in data["nodes"]),
                edges=tuple(
                    Edge(int(e["source"]), int(e["target"]), int(e.get("slot", 0)), e.get("gradient")) for e in data["edges"]
                ),
                groups=tuple(
                    Group(
                        str(g["path"]),
                        str(g.get("class", "")),
                        tuple(str(c) for c in g.get("children", ())),
                        int(g.get("parameters", 0)),
                        g.get("repeat_of"),
                    )
                    for g in data.get("groups", ())
                ),
                steps=tuple(Step(s["phase"], int(s["node"]), s.get("seconds")) for s in data.get("steps", ())),
                title=str(data.get("title", "")),
                failure=None if failure is None else Failure(str(failure["message"]), failure.get("node")),
                notes=tuple(str(n) for n in data.get("notes", ())),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the graph's data is malformed: {type(error).__name__}: {error}") from error

    @classmethod
    def from_json(cls, text: str) -> Graph:
        """Read what `to_json` wrote."""
        try:
            data = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            raise ValueError(f"not JSON: {error}") from error
        return cls.from_dict(data)

    @classmethod
    def load(cls, path: str | Path) -> Graph:
        """Read a JSON file written by `save`."""
        return cls.from_json(Path(path).read_text(encoding="utf-8"))


def _node_to_dict(n: Node) -> dict[str, Any]:
    return {
        "id": n.id,
        "kind": n.kind,
        "operation": n.operation,
        "name": n.name,
        "module": n.module,
        "call": n.call,
        "shape": list(n.shape),
        "dtype": n.dtype,
        "bytes": n.bytes,
        "arguments": n.arguments,
        "derivative": n.derivative,
        "source": None if n.source is None else {"file": n.source.file, "line": n.source.line, "code": n.source.code},
        "forward": None if n.forward is None else n.forward.to_dict(),
        "gradient": None if n.gradient is None else n.gradient.to_dict(),
    }


def _node_from_dict(d: Mapping[str, Any]) -> Node:
    source, forward, gradient = d.get("source"), d.get("forward"), d.get("gradient")
    return Node(
        id=int(d["id"]),
        kind=d.get("kind", "operation"),
        operation=str(d.get("operation", "")),
        name=str(d.get("name") or ""),
        module=str(d.get("module") or ""),
        call=int(d.get("call", 0)),
        shape=tuple(int(s) for s in d.get("shape", ())),
        dtype=str(d.get("dtype", "")),
        bytes=int(d.get("bytes", 0)),
        arguments=str(d.get("arguments", "")),
        derivative=str(d.get("derivative", "")),
        source=None if source is None else Source(str(source["file"]), int(source["line"]), str(source.get("code", ""))),
        forward=None if forward is None else Statistics.from_dict(forward),
        gradient=None if gradient is None else Statistics.from_dict(gradient),
    )


def _check(graph: Graph) -> None:
    last = -1
    for n in graph.nodes:
        if n.id <= last:
            raise ValueError(f"node ids must increase: {n.id} comes after {last}")
        if n.kind not in KINDS:
            raise ValueError(f"node {n.id} has kind {n.kind!r}; expected one of {', '.join(KINDS)}")
        last = n.id
    ids = {n.id for n in graph.nodes}
    for e in graph.edges:
        _known(ids, e.source, f"edge {e.source} -> {e.target}")
        _known(ids, e.target, f"edge {e.source} -> {e.target}")
        if e.source >= e.target:
            raise ValueError(f"edge {e.source} -> {e.target} goes backwards: an operand is made before its result")
    paths: set[str] = set()
    for g in graph.groups:
        if g.path in paths:
            raise ValueError(f"group {g.path!r} appears twice")
        paths.add(g.path)
    for s in graph.steps:
        if s.phase not in PHASES:
            raise ValueError(f"step of phase {s.phase!r}; expected forward or backward")
        _known(ids, s.node, f"{s.phase} step")
    if graph.failure is not None and graph.failure.node is not None:
        _known(ids, graph.failure.node, "failure")


def _known(ids: set[int], node: int, where: str) -> None:
    if node not in ids:
        raise ValueError(f"{where}: there is no node {node}")


def elements(shape: Sequence[int]) -> int:
    """Return the number of elements of an array of this shape."""
    n = 1
    for s in shape:
        n *= s
    return n
