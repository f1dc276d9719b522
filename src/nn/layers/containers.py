"""Modules made of modules: in sequence, in a list, in a dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from .._errors import ArgumentError
from ..module import Module, Parameter

__all__ = ["Identity", "ModuleDict", "ModuleList", "ParameterList", "Sequential"]


class _Numbered(Module):
    """Children named "0", "1", ..., held as attributes of these names."""

    def _named(self) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in vars(self).items() if name.isdigit()]

    def _items(self) -> list[Any]:
        return [value for _, value in self._named()]

    def _replace(self, items: Iterable[Any]) -> None:
        for name, _ in self._named():
            delattr(self, name)
        for i, item in enumerate(items):
            self._set(str(i), item)

    def _set(self, name: str, item: Any) -> None:
        if not isinstance(item, Module):
            raise ArgumentError(
                f"{type(self).__name__} holds modules, not a {type(item).__name__}; call it in forward() instead"
            )
        self.add_module(name, item)

    def append(self, module: Any) -> Self:
        """Add at the end, and return this container."""
        n = len(self)
        while str(n) in vars(self):  # a slice keeps names that do not start at 0
            n += 1
        self._set(str(n), module)
        return self

    def extend(self, modules: Iterable[Any]) -> Self:
        """Add several at the end, and return this container."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index: int, module: Any) -> None:
        """Add before the place `index`; the names of those behind move up."""
        items = self._items()
        items.insert(index, module)
        self._replace(items)

    def pop(self, key: int | slice) -> Any:
        """Take one out, or several, and return it; the names of those behind move down."""
        item = self[key]
        del self[key]
        return item

    def __len__(self) -> int:
        return len(self._named())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items())

    def __getitem__(self, index: int | slice) -> Any:
        return type(self)(self._items()[index]) if isinstance(index, slice) else self._items()[index]  # type: ignore[call-arg]

    def __setitem__(self, index: int, item: Any) -> None:
        self._set(self._named()[index][0], item)

    def __delitem__(self, index: int | slice) -> None:
        items = self._items()
        del items[index]
        self._replace(items)

    def __add__(self, other: Iterable[Any]) -> Self:
        return type(self)([*self, *other])  # type: ignore[call-arg]

    def __iadd__(self, other: Iterable[Any]) -> Self:
        return self.extend(other)


class Sequential(_Numbered):
    """Call modules one after the other.

    Parameters
    ----------
    *modules : Module, or one mapping from str to Module
        In order; a mapping names them.

    Examples
    --------
    >>> import nn, numpy as np
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> model(np.zeros((4, 2), np.float32)).shape
    (4, 1)
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        named = modules[0] if len(modules) == 1 and isinstance(modules[0], Mapping) else dict(enumerate(modules))
        for name, module in named.items():
            self._set(str(name), module)

    def _named(self) -> list[tuple[str, Any]]:
        return list(self.named_children())

    def __getitem__(self, index: int | slice) -> Any:
        """Return a module, or several as a Sequential in which they keep their names."""
        return type(self)(dict(self._named()[index])) if isinstance(index, slice) else self._items()[index]

    def __add__(self, other: Iterable[Any]) -> Self:
        return type(self)(*self, *other)

    def forward(self, input: Any) -> Any:
        """Return the last module's output."""
        for module in self.children():
            input = module(input)
        return input


class ModuleList(_Numbered):
    """Modules in a list, without a `forward` of their own.

    Examples
    --------
    >>> import nn
    >>> layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
    >>> len(layers), [name for name, _ in layers[:1].named_parameters()]
    (3, ['0.weight', '0.bias'])
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())


class ParameterList(_Numbered):
    """Parameters in a list; Tensors and arrays become Parameters."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend(values or ())

    def _set(self, name: str, item: Any) -> None:
        self.register_parameter(name, item if isinstance(item, Parameter) else Parameter(item))


class ModuleDict(Module):
    """Modules by name, without a `forward` of their own.

    Examples
    --------
    >>> import nn
    >>> heads = nn.ModuleDict({"mean": nn.Linear(8, 1), "spread": nn.Linear(8, 1)})
    >>> list(heads)
    ['mean', 'spread']
    """

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def update(self, modules: Mapping[str, Module]) -> None:
        """Add or replace several."""
        for name, module in modules.items():
            self[name] = module

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, module)

    def __getitem__(self, name: str) -> Module:
        return dict(self.named_children())[name]

    def pop(self, key: str) -> Module:
        """Take one out and return it."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take all out."""
        for name in self.keys():
            del self[name]

    def __delitem__(self, name: str) -> None:
        delattr(self, name)

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __len__(self) -> int:
        return len(list(self.children()))

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def keys(self) -> list[str]:
        """Return the names."""
        return [name for name, _ in self.named_children()]

    def values(self) -> list[Module]:
        """Return the modules."""
        return list(self.children())

    def items(self) -> list[tuple[str, Module]]:
        """Return pairs of name and module."""
        return list(self.named_children())


class Identity(Module):
    """Return the input; takes and ignores any constructor arguments."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        """Return the input."""
        return input
