"""Ambient settings: one immutable `Mode` in one context variable, so that threads and tasks never see each other's.

The recording path reads it once an operation (18 ns); a new thread starts from the defaults.

Python looks for signals when it enters a function, `__exit__` among them, so that Ctrl-C can keep any ``with`` block in Python
from leaving. It does not in a `finally` that calls C. What the engine does itself therefore goes through `under`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextvars import ContextVar
from functools import wraps
from typing import Any, NamedTuple, Protocol, Self, TypeVar
from weakref import ReferenceType, ref

__all__ = ["MODE", "Mode", "Observer", "enable_grad", "no_grad", "scope", "setting", "under"]

_F = TypeVar("_F", bound=Callable[..., Any])


class Observer(Protocol):
    """What a picture, a NaN finder or a profiler implements to follow the forward and the backward pass."""

    def forward(self, node: Any, operands: tuple[Any, ...], array: Any) -> None:
        """Be told of a recorded operation: its node, raw operands and raw result."""

    def enter(self, path: str | None, kind: str) -> None:
        """Be told that a module is called: its path and class."""

    def backward(self, node: Any, cotangent: Any) -> None:
        """Be told of a step of a reverse walk: a node and the cotangent that arrived at it."""

    def failed(self, error: BaseException) -> None:
        """Be told that a reverse walk raised."""


class Mode(NamedTuple):
    """The ambient settings of one thread or task."""

    grad: bool = True
    scope: str | None = None
    """Path of the module that is running, such as ``features.0``; kept on each node for pictures and errors."""
    observer: Observer | None = None
    keep: bool = False
    """Keep large constant operands on the node too, which a picture or a recording wants and a derivative does not."""
    recomputing: bool = False
    """A checkpointed function runs again for its derivative: buffers must not be updated a second time."""
    outer: tuple[ReferenceType[setting], Mode] | None = None
    """The innermost ``with setting(...)`` and the mode outside it: kept here, so that one instance serves all threads."""


MODE: ContextVar[Mode] = ContextVar("autograd_core.mode", default=Mode())


def under(mode: Mode, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function under a mode; wherever it is interrupted, the mode is then the one before."""
    before = MODE.get()
    try:
        MODE.set(mode)
        return f(*args, **kwargs)
    finally:
        MODE.set(before)


class setting:  # noqa: N801  (used as a verb: `with setting(grad=False)`)
    """Change some fields of the ambient `Mode` inside a ``with`` block or a decorated function."""

    def __init__(self, **changes: Any) -> None:
        self._changes = changes

    def _changed(self, mode: Mode) -> Mode:
        return mode._replace(**self._changes)

    def call(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function inside. Unlike the end of a ``with`` block, its end cannot be interrupted."""
        return under(self._changed(MODE.get()), f, *args, **kwargs)

    def __call__(self, f: _F) -> _F:
        """Decorate a function; the body of a coroutine or generator function runs later, and in this mode too."""
        if inspect.isasyncgenfunction(f):
            raise TypeError(
                f"{type(self).__name__} cannot decorate {f.__qualname__}, an asynchronous generator; put a with block into it"
            )
        if inspect.iscoroutinefunction(f):

            @wraps(f)
            async def run(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await f(*args, **kwargs)

            return run  # type: ignore[return-value]
        if inspect.isgeneratorfunction(f):
            return wraps(f)(lambda *args, **kwargs: self._steps(f(*args, **kwargs)))  # type: ignore[return-value]

        @wraps(f)
        def inside(*args: Any, **kwargs: Any) -> Any:
            return self.call(f, *args, **kwargs)

        return inside  # type: ignore[return-value]

    def _steps(self, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Run each step of a generator in this mode, and its caller between them outside."""
        value: Any = None
        error: Exception | None = None
        try:
            while True:
                try:
                    with self:
                        item = generator.send(value) if error is None else generator.throw(error)
                except StopIteration as end:
                    return end.value
                value = error = None
                try:
                    value = yield item
                except Exception as thrown:  # noqa: BLE001  (the generator's own to handle)
                    error = thrown
        finally:
            with self:
                generator.close()

    def __enter__(self) -> Self:
        mode = MODE.get()
        try:
            MODE.set(self._changed(mode)._replace(outer=(ref(self, _leave), mode)))
        except BaseException:  # an interrupt that waited for the call to return
            MODE.set(mode)
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        outer = MODE.get().outer
        while outer is not None:
            by, mode = outer
            if by() is self:  # one inside may not have left, if it was interrupted
                MODE.set(mode)
                return
            outer = mode.outer


def _leave(gone: ReferenceType[setting]) -> None:
    """Leave a block that an interrupt kept from leaving, once nothing refers to it."""
    outer = MODE.get().outer
    while outer is not None:
        by, mode = outer
        if by is gone:
            MODE.set(mode)
        outer = mode.outer


class no_grad(setting):  # noqa: N801  (PyTorch's name)
    """Compute without recording: results have no history.

    A context manager and a decorator; holds for the current thread only.

    Examples
    --------
    >>> import autograd_core as ac
    >>> x = ac.tensor(2.0, requires_grad=True)
    >>> with ac.no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """

    def __init__(self) -> None:
        super().__init__(grad=False)


class enable_grad(setting):  # noqa: N801  (PyTorch's name)
    """Record again inside a `no_grad` block.

    Examples
    --------
    >>> import autograd_core as ac
    >>> x = ac.tensor(2.0, requires_grad=True)
    >>> with ac.no_grad(), ac.enable_grad():
    ...     y = x * x
    >>> y.requires_grad
    True
    """

    def __init__(self) -> None:
        super().__init__(grad=True)


class scope(setting):  # noqa: N801  (used as a verb: `with scope("features.0")`)
    """Put operations recorded inside a ``with`` block under a module path, which pictures and errors show.

    Parameters
    ----------
    path : str
        Such as ``"features.0"``; it replaces the ambient one.
    kind : str
        Class of the module, which a recording shows beside the path.

    Examples
    --------
    >>> import autograd_core as ac
    >>> with ac.scope("encoder.0"):
    ...     y = ac.tensor(2.0, requires_grad=True) * 3
    """

    def __init__(self, path: str | None, kind: str = "") -> None:
        self._path, self._kind = path, kind

    def call(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function inside; `under`, written out because every module does it."""
        before = MODE.get()
        try:
            MODE.set(self._changed(before))
            return f(*args, **kwargs)
        finally:
            MODE.set(before)

    def _changed(self, mode: Mode) -> Mode:
        if mode.observer is not None:
            mode.observer.enter(self._path, self._kind)
        return Mode(mode.grad, self._path, mode.observer, mode.keep, mode.recomputing, mode.outer)
