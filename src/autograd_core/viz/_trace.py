"""`trace`: the graph of a Tensor's history, or of a function's run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .._graph import ancestors
from .._modes import setting
from .._tensor import Tensor
from ._build import Facts, assemble, tensor_of
from ._model import Graph
from ._statistics import summarise


def as_graph(target: Any, *, title: str = "") -> Graph:
    """Return the graph of whatever can be drawn.

    Raises
    ------
    TypeError
        If it is nothing that has a graph.
    ValueError
        If it is a Tensor without history.
    """
    if isinstance(target, Graph):
        return target
    graph = getattr(target, "graph", None)
    if isinstance(graph, Graph):
        return graph
    outputs = list(_tensors(target))
    if not outputs:
        raise TypeError(f"cannot draw {type(target).__name__}; give a Tensor (or several in a list), a Graph or a recording")
    named = {t._node: t.name or "" for t in outputs if t._node is not None}
    if not named:
        shapes = ", ".join(str(t.shape) for t in outputs)
        raise ValueError(
            f"nothing was recorded for a Tensor of shape {shapes}: compute it from a Tensor with requires_grad=True, "
            "outside no_grad()"
        )
    facts = Facts()
    for t in outputs:
        if t._node is not None:
            facts.forward[t._node] = summarise(t.numpy())
    for n in ancestors(named):
        tensor = tensor_of(n)
        if tensor is not None:
            facts.forward[n] = summarise(tensor.numpy())
            if tensor.grad is not None:
                facts.gradient[n] = summarise(tensor.grad.numpy())
    return assemble(named, facts, outputs=named, title=title)


def _tensors(target: Any) -> Iterable[Tensor]:
    todo = [target]
    seen: set[int] = set()
    while todo:
        t = todo.pop()
        if isinstance(t, Tensor):
            yield t
        elif isinstance(t, (list, tuple, dict)) and id(t) not in seen:
            seen.add(id(t))
            todo.extend(reversed(list(t.values() if isinstance(t, dict) else t)))


def trace(target: Any) -> Any:
    """Return the graph of a computation.

    Parameters
    ----------
    target
        A Tensor (or a list, tuple or dict of them): its whole history. Or a function: then the result is a function
        that takes the same arguments, runs it, and returns the graph, with the arguments named after the parameters.

    Raises
    ------
    ValueError
        If the Tensor has no history.

    Examples
    --------
    >>> import autograd_core as ac
    >>> graph = ac.trace(lambda x: ac.tanh(x * 2))(1.0)
    >>> [n.operation or n.name for n in graph]
    ['x', '', 'multiply', 'tanh']
    """
    if not callable(target) or isinstance(target, Tensor):
        return as_graph(target)
    function: Callable[..., Any] = target
    title = getattr(function, "__name__", type(function).__name__).strip("<>")

    def traced(*args: Any, **kwargs: Any) -> Graph:
        names = _argument_names(function, args, kwargs)
        given = [_leaf(a, name) for a, name in zip(args, names, strict=False)]
        named = {key: _leaf(a, key) for key, a in kwargs.items()}
        result = setting(grad=True, keep=True).call(function, *given, **named)
        if not any(t._node is not None for t in _tensors(result)):
            raise ValueError(f"{title} returned nothing that depends on its arguments; there is no graph to show")
        return as_graph(result, title="" if title == "lambda" else title)

    return traced


def _argument_names(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[str]:
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):  # the call itself will say what is wrong
        return [f"argument {i}" for i in range(len(args))]
    names: list[str] = []
    for name, value in bound.arguments.items():
        several = inspect.signature(function).parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        names += [f"{name}[{i}]" for i in range(len(value))] if several else [name]
    return names


def _leaf(a: Any, name: str) -> Any:
    """Return an argument as a Tensor that requires grad, if it is a floating number or array."""
    if isinstance(a, Tensor):
        if a._node is not None or a.dtype.kind not in "fc":
            return a
        a = a.numpy()
    if isinstance(a, (float, complex, np.floating, np.complexfloating)) or (isinstance(a, np.ndarray) and a.dtype.kind in "fc"):
        return Tensor(a, requires_grad=True, name=name)
    return a
