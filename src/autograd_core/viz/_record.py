"""`record`: watch a computation run, forward and backward, and keep what a page needs to show it.

The engine calls the observer once an operation and once a step of a reverse walk; when nobody records, that is one
`is not None`. Arrays are summarised at once and not kept, so a recording costs time (0.1 to 0.2 ms an operation, and
every rule twice, to know what each consumer sent) but little memory.
"""

from __future__ import annotations

import linecache
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Literal, Self

import numpy as np

from .._graph import contributions
from .._modes import MODE, setting
from .._modes import Observer as EngineObserver
from .._node import Node as EngineNode
from .._primitive import Primitive
from .._tensor import Tensor
from ._build import Facts, Failed, assemble, leaf_kind, place_of
from ._model import Graph, Source
from ._statistics import KEEP, Statistics, summarise

#: Elements of a larger array that ``values="sample"`` keeps, evenly spaced.
SAMPLE = 256
#: Frames inside these folders are ours, not the user's program.
OURS = (str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "nn"), str(Path(np.__file__).parent))


class Observer:
    """Collect facts while the engine works."""

    def __init__(self, values: str, budget: float, names: dict[tuple[int, tuple[int, ...]], str], *, sources: bool) -> None:
        self.facts = Facts(names=names)
        self.outer: EngineObserver | None = None  # `ac.debug()` or another recording, which goes on watching
        self.nodes: list[EngineNode] = []
        self._held: dict[int, Any] = {}
        self._values, self._left, self._dropped = values, int(budget * 2**20), 0
        self._sources = sources
        self._called: dict[str, int] = {}
        self._running: tuple[EngineNode, int] | None = None
        self._clock = time.perf_counter()

    def enter(self, path: str | None, kind: str) -> None:
        """Count the calls of each module."""
        if self.outer is not None:
            self.outer.enter(path, kind)
        if path:
            self._called[path] = self._called.get(path, -1) + 1
            self.facts.classes.setdefault(path, kind)

    def forward(self, node: EngineNode, operands: tuple[Any, ...], array: Any) -> None:
        """Summarise a result, and the leaves it was computed from when they are new."""
        facts, spent = self.facts, time.perf_counter() - self._clock
        if self.outer is not None:
            self.outer.forward(node, operands, array)
        self.nodes.append(node)
        facts.steps.append(("forward", node, spent))
        facts.operands[node] = operands
        if node.scope:
            facts.calls[node] = self._called.get(node.scope, 0)
        for a, parent in zip(operands, node.parents, strict=False):
            if parent is None:
                self._held[id(a)] = a  # an id must not be used again while the recording lasts
            elif parent not in facts.forward and isinstance(a, np.ndarray):
                facts.forward[parent] = self._summary(a)
                if parent.primitive is None:
                    facts.leaves[parent] = leaf_kind(parent)
        if isinstance(array, np.ndarray):
            facts.forward[node] = self._summary(array)
        if self._sources:
            source = _source(sys._getframe(1))
            if source is not None:
                facts.sources[node] = source
        self._clock = time.perf_counter()

    def backward(self, node: EngineNode, cotangent: Any) -> None:
        """Summarise the gradient that arrived at a node, and what it will send on."""
        now, facts = time.perf_counter(), self.facts
        if self.outer is not None:
            self.outer.backward(node, cotangent)
        if self._running is not None:  # the rule of the step before ran since its callback
            before, at = self._running
            facts.steps[at] = ("backward", before, now - self._clock)
        self._running = (node, len(facts.steps))
        facts.steps.append(("backward", node, 0.0))
        g = _raw(cotangent)
        if isinstance(g, np.ndarray):
            # Inside the walk cotangents are unconjugated; a user sees the direction of steepest ascent.
            facts.gradient[node] = self._summary(g.conj() if g.dtype.kind == "c" else g)
        for slot, sent in ((slot, _raw(c)) for slot, c in contributions(node, g)):
            if isinstance(sent, np.ndarray):
                norm = float(np.linalg.norm(sent.astype(np.complex128 if sent.dtype.kind == "c" else np.float64)))
                facts.flows[node, slot] = norm if np.isfinite(norm) else 0.0
        self._clock = time.perf_counter()

    def failed(self, error: BaseException) -> None:
        """Pass it on; the recording sees the exception itself."""
        if self.outer is not None:
            self.outer.failed(error)

    def finish(self) -> None:
        """Say what was dropped."""
        if self._dropped:
            self.facts.notes.append(f"{self._dropped} arrays were sampled: the memory budget of the recording was used up")

    def _summary(self, array: np.ndarray[Any, Any]) -> Statistics:
        if array.size <= KEEP or self._values == "stats":
            return summarise(array)
        if self._values == "full":
            size = 10 * array.size  # about what the numbers take as text
            if size <= self._left:
                self._left -= size
                return summarise(array, keep=array.size)
            self._dropped += 1
        sample = array.ravel()[np.linspace(0, array.size - 1, SAMPLE).astype(np.int64)]
        found = summarise(array)
        kept = summarise(sample, keep=SAMPLE).value
        return Statistics(**{name: getattr(found, name) for name in Statistics.__slots__} | {"value": kept})


def _raw(g: Any) -> Any:
    if isinstance(g, Tensor):
        return g._array
    if isinstance(g, np.generic):  # NumPy computes numbers from arrays without axes
        return np.asarray(g)
    return tuple(map(_raw, g)) if isinstance(g, tuple) else g


def _source(frame: FrameType | None) -> Source | None:
    """Return the innermost line of the user's program."""
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(OURS):
            code = linecache.getline(file, frame.f_lineno).strip()
            return Source(_short_path(file), frame.f_lineno, code[:200])
        frame = frame.f_back
    return None


def _short_path(file: str) -> str:
    """Return a path relative to where the program runs, else the file's name: a page is made to be shared."""
    path = Path(file)
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return path.name


class Recording:
    """A computation being recorded; made by `record`. After the ``with`` block, ``graph`` is the `Graph`."""

    def __init__(self, values: str, budget: float, inputs: Mapping[str, Any], *, sources: bool, title: str) -> None:
        self._title = title
        self._inputs = {name: a._array if isinstance(a, Tensor) else a for name, a in inputs.items()}
        names = {place_of(a): name for name, a in self._inputs.items() if isinstance(a, np.ndarray)}
        self._observer = Observer(values, budget, names, sources=sources)
        self._mode: setting | None = None
        self._graph: Graph | None = None

    @property
    def graph(self) -> Graph:
        """What was recorded.

        Raises
        ------
        RuntimeError
            Inside the ``with`` block, before the recording is complete.
        """
        if self._graph is None:
            raise RuntimeError("the recording has no graph yet; read `recording.graph` after the `with` block")
        return self._graph

    def __enter__(self) -> Self:
        if self._mode is not None:
            raise RuntimeError("a recording is used once; call ac.viz.record() again")
        self._observer.outer = MODE.get().observer
        self._mode = setting(observer=self._observer, keep=True)
        self._mode.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._mode is not None
        failed = None if error is None else _failed(error, trace)
        self._mode.__exit__(kind, error, trace)
        observer = self._observer
        observer.finish()
        nodes = {*observer.nodes, *(n for _, n, _ in observer.facts.steps)}
        graph = assemble(nodes, observer.facts, title=self._title, failed=failed)
        self._graph = graph
        del self._observer, self._inputs  # nodes and arrays are free from here on

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the interactive page in a notebook."""
        from ._page import explore

        return {"text/plain": repr(self)} if self._graph is None else explore(self)._repr_mimebundle_(include, exclude)

    def __repr__(self) -> str:
        return f"Recording({'running' if self._graph is None else self._graph!r})"


def _failed(error: BaseException, trace: TracebackType | None) -> Failed:
    """Return what raised; the operation and its parents are read from the engine's own frame when it was one."""
    message = f"{type(error).__name__}: {error}"[:2000]
    found = Failed(message)
    while trace is not None:
        frame = trace.tb_frame
        local = frame.f_locals
        if frame.f_code.co_name in ("unary", "binary", "apply") and frame.f_code.co_filename.endswith("_record.py"):
            p = local.get("p")
            if isinstance(p, Primitive):
                given = local.get("parents") or (local.get("node"), local.get("left"), local.get("right"))
                parents = tuple(n if isinstance(n, EngineNode) else None for n in given)
                found = Failed(message, p.name, parents)
        trace = trace.tb_next
    return found


def record(
    *,
    values: Literal["stats", "sample", "full"] = "stats",
    budget: float = 64.0,
    inputs: Mapping[str, Any] | None = None,
    sources: bool = True,
    title: str = "",
) -> Recording:
    """Record what runs inside a ``with`` block: forward values, gradients, both passes in order, and where they came from.

    Parameters
    ----------
    values
        What is kept of each array beside its statistics: arrays of at most 64 elements whole ("stats"), an even sample
        of 256 elements of larger ones too ("sample"), or all of them ("full").
    budget
        Megabytes that "full" may use; arrays over it are sampled, and the graph's notes say how many.
    inputs
        Names for arrays and Tensors that flow in, such as ``{"images": x}``.
    sources
        Keep the line of the program for each operation.
    title
        Title of the graph.

    Raises
    ------
    ValueError
        If ``values`` is none of the three.

    Examples
    --------
    >>> import autograd_core as ac
    >>> x = ac.tensor([3.0, 4.0], requires_grad=True, name="x")
    >>> with ac.viz.record() as recording:
    ...     (x * x).sum().backward()
    >>> node = recording.graph.to_dict()["nodes"][0]
    >>> node["name"], node["forward"]["l2"], node["gradient"]["l2"]
    ('x', 5.0, 10.0)
    >>> [step.phase for step in recording.graph.steps]
    ['forward', 'forward', 'backward', 'backward', 'backward']
    """
    if values not in ("stats", "sample", "full"):
        raise ValueError(f"values={values!r} is not one of 'stats', 'sample', 'full'")
    return Recording(values, budget, inputs or {}, sources=sources, title=title)
