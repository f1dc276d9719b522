"""Ambient settings: one immutable `Mode` in one context variable, so that threads and tasks never see each other's.

The recording path reads it once an operation (18 ns); a new thread starts from the defaults.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from functools import wraps
from typing import Any, NamedTuple, Protocol, TypeVar

__all__ = ["MODE", "Mode", "Observer", "enable_grad", "leave", "no_grad", "scope", "setting"]

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
    outer: tuple[Any, Mode] | None = None
    """The innermost ``with setting(...)`` and the mode outside it: kept here, so that one instance serves all threads."""


MODE: ContextVar[Mode] = ContextVar("autograd_core.mode", default=Mode())


class setting(ContextDecorator):  # noqa: N801  (used as a verb: `with setting(grad=False)`)
    """Change some fields of the ambient `Mode` inside a ``with`` block or a decorated function."""

    def __init__(self, **changes: Any) -> None:
        self._changes = changes

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
        return super().__call__(f)

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

    def __enter__(self) -> None:
        mode = MODE.get()
        MODE.set(mode._replace(**self._changes, outer=(self, mode)))

    def __exit__(self, *exc: object) -> None:
        outer = MODE.get().outer
        while outer is not None:
            by, mode = outer
            if by is self:  # one inside may not have left, if it was interrupted
                MODE.set(mode)
                return
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


class scope:  # noqa: N801  (used as a verb: `with scope("features.0")`)
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

    __slots__ = ("_kind", "_path", "_token")

    def __init__(self, path: str | None, kind: str = "") -> None:
        self._path, self._kind = path, kind

    def __enter__(self) -> None:
        mode = MODE.get()
        if mode.observer is not None:
            mode.observer.enter(self._path, self._kind)
        self._token = MODE.set(Mode(mode.grad, self._path, mode.observer, mode.keep, mode.recomputing, mode.outer))

    def __exit__(self, *exc: object) -> None:
        leave(self._token)


def leave(token: Token[Mode]) -> None:
    """Undo a change of the mode, unless another context made it, as when an event loop closes an asynchronous generator."""
    try:  # noqa: SIM105  (`suppress` is a third of the cost of a scope, which every module call opens)
        MODE.reset(token)
    except ValueError:
        pass
