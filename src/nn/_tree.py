"""Walking the tree of modules: children, parameters and buffers with their paths, in the order of their attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import autograd_core as ac

from ._parameter import Parameter

if TYPE_CHECKING:
    from .module import Module

__all__ = ["Tree", "join"]

T = TypeVar("T")


def join(path: str, name: str) -> str:
    """Join two parts of an attribute path."""
    return f"{path}.{name}" if path and name else path or name


class Tree:
    """The part of a module that finds what is below it; the modules that it meets are all of this class."""

    _buffers: Mapping[str, bool]

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over the modules directly below, with their attribute names."""
        found: Iterator[tuple[str, Any]] = (
            (name, value) for name, value in list(vars(self).items()) if isinstance(value, Tree)
        )
        return found

    def children(self) -> Iterator[Module]:
        """Iterate over the modules directly below."""
        return (child for _, child in self.named_children())

    def named_modules(self, *, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """Iterate over this module and all below, depth first, with their paths from here; a shared one comes once."""
        seen: set[Tree] = set()
        pending: list[tuple[str, Any]] = [(prefix, self)]
        while pending:
            path, module = pending.pop()
            if module in seen and remove_duplicate:
                continue
            seen.add(module)
            yield path, module
            pending.extend((join(path, name), child) for name, child in reversed(list(module.named_children())))

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Iterate over this module and all below."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Iterate over the parameters with their paths from here; a shared one comes once."""
        seen: set[Parameter] = set()
        for path, module in (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else ((prefix, self),)
        ):
            for name, value in list(vars(module).items()):
                if isinstance(value, Parameter) and not (remove_duplicate and value in seen):
                    seen.add(value)
                    yield join(path, name), value

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Iterate over the parameters, each once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, ac.Tensor]]:
        """Iterate over the buffers with their paths from here; a shared one comes once."""
        seen: set[ac.Tensor] = set()
        for path, module in (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else ((prefix, self),)
        ):
            for name in module._buffers:
                value = getattr(module, name)
                if value is not None and not (remove_duplicate and value in seen):
                    seen.add(value)
                    yield join(path, name), value

    def buffers(self, recurse: bool = True) -> Iterator[ac.Tensor]:
        """Iterate over the buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """Find the module at a path such as ``"features.0"``."""
        return _find(self, "module", target, self.named_modules(remove_duplicate=False))

    def get_parameter(self, target: str) -> Parameter:
        """Find the parameter at a path such as ``"features.0.weight"``."""
        return _find(self, "parameter", target, self.named_parameters(remove_duplicate=False))

    def get_buffer(self, target: str) -> ac.Tensor:
        """Find the buffer at a path such as ``"norm.running_mean"``."""
        return _find(self, "buffer", target, self.named_buffers(remove_duplicate=False))


def _find(root: Any, kind: str, target: str, named: Iterator[tuple[str, T]]) -> T:
    found = dict(named)
    if target not in found:
        raise AttributeError(f"{type(root).__name__} has no {kind} at {target!r}")
    return found[target]
