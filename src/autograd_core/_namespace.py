"""NumPy's functions as functions of this package: they take Tensors, arrays and scalars, and return Tensors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from types import ModuleType
from typing import Any

import numpy as np

from ._call import call, call_function, wrapped
from ._errors import UnsupportedFunction
from ._primitive import Entry, Primitive, Refused, look_up
from ._record import is_numpy, unary
from ._rules import convolution as _convolution
from ._rules import elementwise, recurrent, ufuncs, windows
from ._tensor import as_tensor

__all__ = ["convolution", "fold", "lstm", "max_pool", "namespace", "public", "relu", "unfold"]


def _holds_tensor(x: Any) -> bool:
    """Whether something is a Tensor or another library's array, or holds one."""
    if isinstance(x, (list, tuple)):
        return any(map(_holds_tensor, x))
    return not is_numpy(x)


def public(function: Callable[..., Any], home: str = "autograd_core") -> Callable[..., Any]:
    """Make the function of this package that stands for a function of NumPy, or for one of ours in the table.

    `home` is the module that has it, so that it can be pickled.
    """
    entry: Entry = look_up(function)
    name = entry.name
    others = _ufunc_with_keywords(function, entry) if isinstance(function, np.ufunc) else partial(call, entry)

    if type(entry) is Primitive and entry.arity == 1:
        # mypy sees the union again inside the closures
        one: Primitive = entry

        def f(*args: Any, **kwargs: Any) -> Any:
            if len(args) == 1 and not kwargs:
                return unary(one, args[0])
            return others(args, kwargs)

    elif type(entry) is Primitive:

        def f(*args: Any, **kwargs: Any) -> Any:
            return others(args, kwargs)

    else:
        assert type(entry) is not Refused

        def f(*args: Any, **kwargs: Any) -> Any:
            if any(map(_holds_tensor, args)) or any(map(_holds_tensor, kwargs.values())):
                return wrapped(others(args, kwargs))
            return wrapped(function(*args, **kwargs))

    f.__name__ = f.__qualname__ = name
    f.__module__ = home
    module = getattr(function, "__module__", None) or "numpy"
    foreign = module.startswith("scipy") or (isinstance(function, np.ufunc) and not hasattr(np, name))
    if foreign or module.startswith("numpy"):
        f.__doc__ = f"``{'scipy.special' if foreign else module}.{name}``, recorded; see there for its parameters."
    else:
        f.__doc__ = function.__doc__
    f.__wrapped__ = function  # type: ignore[attr-defined]  # so that inspect.signature shows NumPy's
    return f


def _ufunc_with_keywords(ufunc: np.ufunc, entry: Entry) -> Callable[[tuple[Any, ...], dict[str, Any]], Any]:
    """Call a ufunc as NumPy's protocol would: ``dtype=`` converts operands, ``where=`` is refused."""

    def f(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not kwargs:
            return call(entry, args, kwargs)
        if not any(map(_holds_tensor, args)):
            return wrapped(ufunc(*args, **kwargs))
        return ufuncs.called(ufunc, call_function, args, kwargs)

    return f


def namespace(module: ModuleType, made: dict[str, Any]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a module of ours that has another's functions, each made when first asked for."""

    def get(name: str) -> Any:
        function = getattr(module, name, None)
        if name.startswith("_") or not callable(function):
            raise AttributeError(f"module {made['__name__']!r} has no attribute {name!r}")
        try:
            made[name] = f = public(function, made["__name__"])
        except UnsupportedFunction as error:
            raise AttributeError(f"{made['__name__']}.{name}: {error}") from error
        return f

    def names() -> list[str]:
        known = (name for name in dir(module) if not name.startswith("_") and _is_known(getattr(module, name)))
        return sorted({*(name for name in made if name.isidentifier() and not name.startswith("_")), *known})

    return get, names


def _is_known(function: Any) -> bool:
    try:
        look_up(function)
    except (TypeError, UnsupportedFunction):  # not hashable, or not in the table
        return False
    return True


def _of_tensors(function: Callable[..., Any], operands: int) -> Callable[..., Any]:
    """Make a function of ours take arrays, scalars and lists for its first operands too."""

    @wraps(function)
    def f(*args: Any, **kwargs: Any) -> Any:
        given = (a if a is None else as_tensor(a) for a in args[:operands])
        return function(*given, *args[operands:], **kwargs)

    f.__module__ = "autograd_core"  # where it is found by pickle
    return f


relu = public(elementwise.relu)
convolution = _of_tensors(_convolution.convolution, 3)
lstm = _of_tensors(recurrent.lstm, 4)
fold, unfold, max_pool = (_of_tensors(f, 1) for f in (windows.fold, windows.unfold, windows.max_pool))
