"""Calling any function of the table: primitives are recorded, composites run on Tensors, constants are computed and wrapped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from . import _record
from ._errors import AutogradError, DtypeError, UnsupportedFunction
from ._modes import MODE
from ._primitive import Composite, Entry, Function, Primitive, look_up
from ._record import apply, binary, box, frozen, is_numpy, operand, unary, viewed
from ._rules.quiet import quiet

__all__ = ["call", "call_function", "compared", "wrapped"]

ndarray = np.ndarray


def wrapped(value: Any) -> Any:
    """Wrap the arrays among a constant function's results.

    Raises
    ------
    DtypeError
        If the elements of one are not numbers, such as the objects that NumPy makes of None or of too large integers.
    """
    if isinstance(value, ndarray) and value.dtype.kind not in "biufc":
        raise DtypeError(
            f"the result is an array of dtype {value.dtype} and shape {value.shape}, and a Tensor is of numbers; "
            "check the arguments, or call NumPy on arrays"
        )
    if isinstance(value, ndarray | np.generic) or not (is_numpy(value) or isinstance(value, _record.Tensor)):
        return box(frozen(value if is_numpy(value) else operand(value)), None)
    if isinstance(value, tuple | list):
        items = [wrapped(v) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return value


def unwrapped(value: Any) -> Any:
    """Replace Tensors in the arguments of a constant function by their arrays."""
    if isinstance(value, _record.Tensor):
        return value._array
    if type(value) in (tuple, list):
        return type(value)(unwrapped(v) for v in value)
    if type(value) is dict:
        return {k: unwrapped(v) for k, v in value.items()}
    return value if is_numpy(value) and (type(value) is ndarray or not isinstance(value, ndarray)) else operand(value)


_MAY_WRITE = frozenset({"copy", "out", "overwrite_input"})


def compose(entry: Composite, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a composite: its body where something has a history, else NumPy's own function, for its dtypes, errors and speed."""
    if entry.numpys is not None and _MAY_WRITE.isdisjoint(kwargs) and not (_needs_body(args) or _needs_body(kwargs)):
        return _sourced(entry.numpys(*unwrapped(args), **unwrapped(kwargs)), args)
    try:
        # what it made of constants is a Tensor too
        return wrapped(entry.body(*map(_boxed, args), **{name: _boxed(x) for name, x in kwargs.items()}))
    except (AutogradError, ArithmeticError, Warning):  # NumPy's warnings, where the caller makes errors of them
        raise
    except Exception as error:
        raise _as_numpy_says(entry, args, kwargs, error) from error


_PLAIN = frozenset({ndarray, bool, int, float, complex, str, slice, type(None)})


def _needs_body(x: Any) -> bool:
    """Whether an argument has a history, may close over one, or is another library's or a subclass's array."""
    if type(x) in _PLAIN:
        return False
    if isinstance(x, _record.Tensor):
        return (x._node is not None and MODE.get().grad) or type(x._array) is not ndarray
    if isinstance(x, list | tuple):
        return any(map(_needs_body, x))
    if type(x) is dict:
        return any(map(_needs_body, x.values()))
    return not is_numpy(x) or isinstance(x, ndarray) or (callable(x) and not isinstance(x, type | np.dtype))


def _boxed(x: Any) -> Any:
    """Another library's array as a Tensor, so that the functions of a body are ours on it: Dask's own may compute it."""
    if type(x) is list or type(x) is tuple:
        return type(x)(map(_boxed, x))
    return x if type(x) in _PLAIN or isinstance(x, _record.Tensor) or is_numpy(x) else box(operand(x), None)


def _sourced(value: Any, args: tuple[Any, ...]) -> Any:
    """Wrap the arrays that NumPy computed; one that is an operand's own is that operand, a view knows whose it is."""
    if isinstance(value, ndarray):
        t = None
        for a in args:
            if isinstance(a, _record.Tensor):
                if value is a._array:
                    return a
                if t is None and value.base is not None and (source := viewed(a, value)) is not None:
                    t = box(frozen(value), None)
                    t._source = source
        return wrapped(value) if t is None else t
    if type(value) in (tuple, list):
        return type(value)(_sourced(v, args) for v in value)
    return wrapped(value)


def _as_numpy_says(entry: Composite, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> Exception:
    """What to raise where the body of a composite failed: NumPy's own exception, or that these arguments have no rule."""
    if entry.numpys is None:
        return error
    try:
        quiet(partial(entry.numpys, *unwrapped(args), **unwrapped(kwargs)))
    except Exception as own:  # noqa: BLE001  (it is the answer)
        return own
    return UnsupportedFunction(
        f"np.{entry.name} of these arguments has no derivative here ({error}); "
        "call it on t.detach() to leave the graph on purpose"
    )


def call(entry: Entry, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function through its entry."""
    if type(entry) is Primitive:
        if not kwargs:
            if len(args) == 1 == entry.arity:
                return unary(entry, args[0])
            if len(args) == 2 == entry.arity and entry.rules[0] is not None and entry.rules[1] is not None:
                return binary(entry, args[0], args[1])
        return apply(entry, args, kwargs)
    if type(entry) is Composite:
        return compose(entry, args, kwargs)
    if kwargs.get("out") is not None:
        raise UnsupportedFunction(f"{entry.name}(out=...) writes into an array; use the returned Tensor instead")
    return wrapped(entry.function(*unwrapped(args), **unwrapped(kwargs)))  # type: ignore[union-attr]


def compared(operator: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """Compare by Python's operator, which knows what NumPy's ufunc refuses: no number equals a text."""
    return wrapped(operator(unwrapped(a), unwrapped(b)))


def call_function(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function of NumPy, or one of ours, on arguments of which some are Tensors."""
    return call(look_up(function), args, kwargs)
