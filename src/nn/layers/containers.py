"""Modules made of modules: in sequence, in a list, in a dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module import Module, Parameter

__all__ = ["Identity", "ModuleDict", "ModuleList", "ParameterList", "Sequential"]


class _Numbered(Module):
    """Children named "0", "1", ..., held as attributes of these names."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__()
        self.extend(items)

    def _items(self) -> list[Any]:
        return [value for name, value in vars(self).items() if name.isdigit()]

    def _replace(self, items: Iterable[Any]) -> None:
        for name in [name for name in vars(self) if name.isdigit()]:
            delattr(self, name)
        for i, item in enumerate(items):
            setattr(self, str(i), item)

    def append(self, item: Any) -> Any:
        """Add at the end, and return this container."""
        setattr(self, str(len(self)), item)
        return self

    def extend(self, items: Iterable[Any]) -> Any:
        """Add several at the end, and return this container."""
        for item in items:
            self.append(item)
        return self

    def insert(self, index: int, item: Any) -> None:
        """Add before the place `index`; the names of those behind move up."""
        items = self._items()
        items.insert(index, item)
        self._replace(items)

    def __len__(self) -> int:
        return len(self._items())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items())

    def __getitem__(self, index: int | slice) -> Any:
        items = self._items()[index]
        return type(self)._of(items) if isinstance(index, slice) else items

    def __setitem__(self, index: int, item: Any) -> None:
        setattr(self, str(range(len(self))[index]), item)

    def __delitem__(self, index: int | slice) -> None:
        items = self._items()
        del items[index]
        self._replace(items)

    @classmethod
    def _of(cls, items: Iterable[Any]) -> Any:
        return cls(items)


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
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            super().__init__()
            for name, module in modules[0].items():
                setattr(self, name, module)
        else:
            super().__init__(modules)

    def _items(self) -> list[Any]:
        return list(self.children())

    @classmethod
    def _of(cls, items: Iterable[Any]) -> Any:
        return cls(*items)

    def forward(self, x: Any) -> Any:
        """Return the last module's output."""
        for module in self._items():
            x = module(x)
        return x


class ModuleList(_Numbered):
    """Modules in a list, without a `forward` of their own.

    Examples
    --------
    >>> import nn
    >>> layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
    >>> len(layers), [name for name, _ in layers[:1].named_parameters()]
    (3, ['0.weight', '0.bias'])
    """


class ParameterList(_Numbered):
    """Parameters in a list; Tensors and arrays become Parameters."""

    def append(self, item: Any) -> Any:
        """Add at the end, and return this container."""
        return super().append(item if isinstance(item, Parameter) else Parameter(item))


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
        setattr(self, name, module)

    def __getitem__(self, name: str) -> Module:
        return dict(self.named_children())[name]

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

    def forward(self, x: Any) -> Any:
        """Return `x`."""
        return x
