"""Calling a function of the table on Tensors: unwrap, compute, and record a node if an operand is being differentiated.

`unary` and `binary` are the same as `apply` for plain calls of one and two operands, written out because every microsecond here
is paid by every operation: 1.2 us against 3.4 us for a product of 16 elements.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from ._errors import AutogradError, DtypeError, HistoryError, ShapeError, UnsupportedFunction
from ._modes import MODE
from ._node import Form, Node, item_node, new_node, next_number
from ._primitive import Constant, Primitive

__all__ = ["apply", "binary", "box", "frozen", "is_numpy", "plain", "record_result", "results_are", "unary", "viewed"]

ndarray = np.ndarray
asarray = np.asarray
new = object.__new__
Tensor: type[Any]  # the class of results, set once by `results_are`: its methods call the functions of this module

SCALARS = frozenset({float, int, bool, complex})
KEPT = 64  # a constant operand of at most so many elements is kept on the node even if no rule reads it
FLOATING = frozenset("fc")
_NUMERIC = (np.generic, ndarray, bool, int, float, complex)


def results_are(cls: type[Any]) -> None:
    """Name the class of results (dependency injection: `_tensor` imports this module, not the reverse)."""
    global Tensor  # noqa: PLW0603
    Tensor = cls


def box(array: Any, node: Node | None) -> Any:
    """Make a Tensor of an array and the node it came from."""
    t = new(Tensor)
    t._array, t._node = array, node
    return t


def viewed(t: Any, out: Any) -> Any:
    """The Tensor whose array `out` is a view of, weakly: `t`, or what `t` itself is a view of."""
    array = t._array
    if out.base is not array and (array.base is None or out.base is not array.base):
        return None
    source = getattr(t, "_source", None)
    return source if source is not None and source() is not None else weakref.ref(t)


def operand(x: Any) -> Any:
    """Turn an operand that is not a Tensor into an array or a scalar that NumPy computes with."""
    kind = type(x)
    if kind is ndarray or kind in SCALARS or x is None or isinstance(x, np.generic):
        return x
    if isinstance(x, ndarray):
        if isinstance(x, np.memmap):
            return np.asarray(x)
        raise UnsupportedFunction(
            f"a {kind.__name__} of shape {x.shape} has semantics of its own that would be lost; pass np.asarray(x) instead"
        )
    if hasattr(kind, "__array_ufunc__"):
        if kind.__module__.startswith("dask."):
            from ._dask import Chunked

            return Chunked(x)
        return x
    if isinstance(x, (list, tuple)) and _holds_tensor(x):
        return Tensor.stacked(x)
    array = np.asarray(x)
    if array.dtype == object:
        raise DtypeError(f"a {kind.__name__} is not a number or an array of numbers, so it cannot be an operand: {x!r:.80}")
    return array


def is_numpy(x: Any) -> bool:
    """Whether something is NumPy's or becomes so, and is not an array of another library that speaks NumPy's protocols."""
    return isinstance(x, ndarray | np.generic) or not hasattr(type(x), "__array_ufunc__")


def _holds_tensor(x: Any) -> bool:
    return isinstance(x, Tensor) or (isinstance(x, (list, tuple)) and any(map(_holds_tensor, x)))


def plain(value: Any, where: str) -> Any:
    """Unwrap Tensors without history in metadata (an index, a mask); one with history would lose it, so raise."""
    if isinstance(value, Tensor):
        if value._node is not None:
            raise HistoryError(
                f"{where} is not differentiable in this argument, a Tensor of shape {value.shape} that requires grad; "
                "pass t.detach() to treat it as a constant"
            )
        return value._array
    if type(value) is tuple or type(value) is list:
        return type(value)(plain(v, where) for v in value)
    if type(value) is slice:
        return slice(*(plain(v, where) for v in (value.start, value.stop, value.step)))
    return value


def explained(primitive: Primitive | Constant, operands: tuple[Any, ...], error: Exception) -> Exception:
    """Say an exception of NumPy again with the operation, the operands' forms and the remedy."""
    if isinstance(error, AutogradError):
        return error
    forms = ", ".join(f"{getattr(a, 'dtype', type(a).__name__)}{list(np.shape(a))}" for a in operands)
    if isinstance(error, np.exceptions.AxisError | IndexError | np.linalg.LinAlgError):
        return error
    if isinstance(error, ValueError):
        return ShapeError(f"{primitive.name} of {forms}: {error}; make the shapes fit, for example with .reshape or x[:, None]")
    if isinstance(error, TypeError):
        return DtypeError(f"{primitive.name} of {forms}: {error}; convert with .astype or check the arguments")
    return error


def elsewhere(p: Primitive, raw: tuple[Any, ...], meta: dict[str, Any] | None, error: Exception) -> Any:
    """Compute on another library's arrays by NumPy's dispatch, which `forward` goes around; else raise the error, explained."""
    if p.function is not p.forward and not all(map(is_numpy, raw)):
        try:
            return p.function(*raw, **(meta or {}))
        except Exception as second:
            raise explained(p, raw, second) from second
    raise explained(p, raw, error) from error


def _kept(a: Any) -> Any:
    """A constant operand that no rule reads: kept if small or if someone is looking, else its form."""
    if type(a) is ndarray and a.size > KEPT and not MODE.get().keep:
        return Form(a.shape, a.dtype)
    return a


def _operand_of(p: Primitive, a: Any) -> Any:
    """An operand that is not a Tensor, for a primitive: a Python number stays one only where NumPy promotes it as such."""
    a = operand(a)
    if a is None:
        raise DtypeError(f"{p.name} of None, which is not a number or an array of numbers; pass an array")
    return asarray(a) if not p.elementwise and type(a) in SCALARS else a


def unary(p: Primitive, a: Any, meta: dict[str, Any] | None = None) -> Any:
    """Apply a primitive of one operand; metadata comes bound to names."""
    node = handle = None
    if isinstance(a, Tensor):
        handle, node, a = a, a._node, a._array
    elif type(a) is not ndarray:
        a = _operand_of(p, a)
    try:
        out = p.forward(a) if meta is None else p.forward(a, **meta)
    except Exception as error:  # noqa: BLE001  (raised again, explained)
        out = elsewhere(p, (a,), meta, error)
    if type(out) is ndarray:
        if out is a:
            out = out.view()
        out.setflags(False)
    elif type(out) is tuple:
        return _several(p, out, (a,), (node,), meta)
    else:
        out = frozen(out)
    t = new(Tensor)
    t._array = out
    if out.base is not None and handle is not None:
        t._source = viewed(handle, out)
    if node is None or (meta is not None and out.dtype.kind not in FLOATING):
        t._node = None
        return t
    mode = MODE.get()
    if not mode.grad:
        t._node = None
        return t
    n = t._node = new(Node)
    n.primitive = p
    n.number = next_number()
    n.shape = out.shape
    n.dtype = out.dtype
    n.args = (a if p.reads[0] else node,)
    n.parents = (node,)
    n.out = out if p.reads_output else None
    n.meta, n.watch = meta, None
    n.scope = mode.scope
    if mode.observer is not None:
        mode.observer.forward(n, (a,), out)
    return t


def binary(p: Primitive, a: Any, b: Any) -> Any:
    """Apply a primitive of two operands without metadata.

    A Python number beside a floating array becomes an array of the same dtype, as NumPy's promotion has it: on 16 elements
    NumPy takes 0.7 us for ``a * 0.5`` and 0.27 us for the product with an array, and the rules meet the number again.
    """
    left = right = None
    if isinstance(a, Tensor):
        left, a = a._node, a._array
    elif type(a) is not ndarray and (not p.elementwise or (type(a) is not float and type(a) is not int)):
        a = _operand_of(p, a)
    if isinstance(b, Tensor):
        right, b = b._node, b._array
        if (type(a) is float or type(a) is int) and p.weak and b.dtype.kind == "f":
            a = asarray(a, b.dtype)
    elif type(b) is float or type(b) is int:
        if p.weak and type(a) is ndarray and a.dtype.kind == "f":
            b = asarray(b, a.dtype)
        elif not p.elementwise:
            b = asarray(b)
    elif type(b) is not ndarray:
        b = _operand_of(p, b)
    try:
        out = p.forward(a, b)
    except Exception as error:  # noqa: BLE001  (raised again, explained)
        out = elsewhere(p, (a, b), None, error)
    if type(out) is ndarray:
        out.setflags(False)  # type: ignore[call-arg]  # by position: 30 ns less
    elif type(out) is tuple:
        return _several(p, out, (a, b), (left, right), None)
    else:
        out = frozen(out)
    t = new(Tensor)
    t._array = out
    if left is None and right is None:
        t._node = None
        return t
    mode = MODE.get()
    if not mode.grad:
        t._node = None
        return t
    n = t._node = new(Node)
    n.primitive = p
    n.number = next_number()
    n.shape = out.shape
    n.dtype = out.dtype
    reads_a, reads_b = p.reads
    n.args = (
        a if reads_a else _kept(a) if left is None else left,
        b if reads_b else _kept(b) if right is None else right,
    )
    n.parents = (left, right)
    n.out = out if p.reads_output else None
    n.meta = n.watch = None
    n.scope = mode.scope
    if mode.observer is not None:
        mode.observer.forward(n, (a, b), out)
    return t


def frozen(out: Any) -> Any:
    """A result as a read-only array; other libraries' arrays stay as they are."""
    if isinstance(out, _NUMERIC):
        out = np.asarray(out)
        out.setflags(False)
    return out


def apply(p: Primitive, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Apply a primitive to a call's arguments: bound to its signature, each a Tensor, an array, a scalar or metadata."""
    if kwargs.get("out") is not None:
        shapes = [np.shape(a) for a in args]
        raise UnsupportedFunction(
            f"{p.name}(out=...) writes into an array the graph may still need (operand shapes {shapes}); "
            "use the returned Tensor instead"
        )
    meta: dict[str, Any] | None = None
    if kwargs or (len(args) != p.arity and p.rule is None):
        args, meta = p.bind(args, kwargs)
        meta = {name: plain(value, f"{p.name}({name}=...)") for name, value in meta.items() if name != "out"}
    raw: list[Any] = []
    parents: list[Node | None] = []
    for a in args:
        if not isinstance(a, Tensor):
            a = None if a is None and p.arity != 1 else _operand_of(p, a)  # one of several may be left out, as a bias is
        if isinstance(a, Tensor):
            raw.append(a._array)
            parents.append(a._node)
        else:
            raw.append(a)
            parents.append(None)
    if p.rule is None:
        parents = [node if rule is not None else None for node, rule in zip(parents, p.rules, strict=True)]
    try:
        out = p.forward(*raw, **meta) if meta else p.forward(*raw)
    except Exception as error:  # noqa: BLE001  (raised again, explained)
        out = elsewhere(p, tuple(raw), meta, error)
    t = record_result(p, out, tuple(raw), tuple(parents), meta)
    if type(out) is ndarray and out.base is not None:
        for a in args:
            if isinstance(a, Tensor) and getattr(t, "_source", None) is None:
                t._source = viewed(a, out)
    return t


def record_result(
    p: Primitive, out: Any, raw: tuple[Any, ...], parents: tuple[Node | None, ...], meta: dict[str, Any] | None
) -> Any:
    """Make the Tensor or Tensors of a result, with a node if an operand has one and recording is on."""
    if isinstance(out, tuple):
        return _several(p, out, raw, parents, meta)
    if any(out is a for a in raw):
        out = out.view()
    out = frozen(out)
    mode = MODE.get()
    if not mode.grad or out.dtype.kind not in FLOATING or not any(parent is not None for parent in parents):
        return box(out, None)
    node = new_node(p, out.shape, out.dtype, _saved(p, raw, parents), parents, meta, out if p.reads_output else None)
    node.scope = mode.scope
    if mode.observer is not None:
        mode.observer.forward(node, raw, out)
    return box(out, node)


def _saved(p: Primitive, raw: tuple[Any, ...], parents: tuple[Node | None, ...]) -> tuple[Any, ...]:
    reads = p.reads if p.rule is None else p.reads * len(raw)
    return tuple(
        a if read else _kept(a) if parent is None else parent for a, read, parent in zip(raw, reads, parents, strict=True)
    )


def _several(
    p: Primitive, outputs: Any, raw: tuple[Any, ...], parents: tuple[Node | None, ...], meta: dict[str, Any] | None
) -> Any:
    """Record a primitive with several outputs: one node holding the tuple, and an `item` node for each output."""
    arrays = tuple(map(frozen, outputs))
    mode = MODE.get()
    results: list[Any]
    if mode.grad and any(parent is not None for parent in parents):
        kept = arrays if p.reads_output else tuple(Form(a.shape, a.dtype) for a in arrays)
        node = new_node(p, (len(arrays),), np.dtype(object), _saved(p, raw, parents), parents, meta, kept)
        node.scope = mode.scope
        if mode.observer is not None:
            mode.observer.forward(node, raw, arrays)
        results = [box(a, item_node(node, i, a) if a.dtype.kind in FLOATING else None) for i, a in enumerate(arrays)]
    else:
        results = [box(a, None) for a in arrays]
    return type(outputs)(*results) if hasattr(outputs, "_fields") else tuple(results)
