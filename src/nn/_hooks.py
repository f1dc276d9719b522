"""Hooks around `forward`: how a module keeps them, in which order they run, and how one is taken off again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Self

__all__ = ["Hook", "Hooked", "Removable", "after", "before"]


class Hook(NamedTuple):
    """A function, and whether it is told of keyword arguments."""

    function: Callable[..., Any]
    with_kwargs: bool


class Removable:
    """Undoes a registration: call `remove()`, or leave the block of a `with` statement."""

    def __init__(self, undo: Callable[[], None]) -> None:
        self.remove = undo

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def before(
    hooks: tuple[Hook, ...], module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Run the hooks before `forward`, and return the arguments they leave."""
    for hook in hooks:
        if hook.with_kwargs:
            replaced = hook.function(module, args, kwargs)
            if replaced is not None:
                args, kwargs = replaced
        else:
            replaced = hook.function(module, args)
            if replaced is not None:
                args = replaced if isinstance(replaced, tuple) else (replaced,)
    return args, kwargs


def after(hooks: tuple[Hook, ...], module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
    """Run the hooks after `forward`, and return the output they leave."""
    for hook in hooks:
        replaced = hook.function(module, args, kwargs, output) if hook.with_kwargs else hook.function(module, args, output)
        if replaced is not None:
            output = replaced
    return output


class Hooked:
    """The part of a module that keeps its hooks."""

    # Replaced on the instance, never changed in place, so that the empty defaults can be shared.
    _forward_hooks: tuple[Hook, ...] = ()
    _forward_pre_hooks: tuple[Hook, ...] = ()

    def register_forward_hook(self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False) -> Removable:
        """Call ``hook(module, args, output)`` after `forward`; what it returns, if anything, replaces the output.

        Parameters
        ----------
        hook : callable
            ``hook(module, args, kwargs, output)`` if `with_kwargs`.
        prepend : bool
            Run it before the hooks there are, not after.
        """
        return self._hook("_forward_hooks", Hook(hook, with_kwargs), prepend)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Removable:
        """Call ``hook(module, args)`` before `forward`; what it returns, if anything, replaces the arguments.

        Parameters
        ----------
        hook : callable
            ``hook(module, args, kwargs)`` if `with_kwargs`, which returns both.
        prepend : bool
            Run it before the hooks there are, not after.
        """
        return self._hook("_forward_pre_hooks", Hook(hook, with_kwargs), prepend)

    def _hook(self, where: str, hook: Hook, prepend: bool) -> Removable:
        there = getattr(self, where)
        setattr(self, where, (hook, *there) if prepend else (*there, hook))
        return Removable(lambda: setattr(self, where, tuple(h for h in getattr(self, where) if h is not hook)))
