"""Hooks around `forward`: how a module keeps them, in which order they run, and how one is taken off again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Self

__all__ = ["Hook", "Removable", "after", "before"]


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
