"""Nested dicts, lists, tuples and named tuples as operands and results of transforms; other registered classes by `optree`.

A class can be registered only by who has imported `optree`, so that this module never needs to import it first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

__all__ = ["flatten", "map_leaves"]

Rebuild = Callable[[list[Any]], Any]
NAMESPACE = "autograd_core"
"""Classes that are registered with optree globally or in this namespace are trees."""


def flatten(tree: Any) -> tuple[list[Any], Rebuild]:
    """List the leaves of a tree, and give a function that puts others in their places.

    Dicts keep their order; ``None`` is a leaf. A class of your own is a tree once it is registered, with
    ``optree.register_pytree_node(cls, flatten, unflatten, namespace="autograd_core")`` or globally.

    Examples
    --------
    >>> leaves, rebuild = flatten({"w": 1, "b": [2, 3]})
    >>> leaves
    [1, 2, 3]
    >>> rebuild([10, 20, 30])
    {'w': 10, 'b': [20, 30]}
    """
    kind = type(tree)
    if kind is dict or (isinstance(tree, dict) and kind.__module__ == "collections"):
        keys, children = list(tree), list(tree.values())

        def make(values: list[Any]) -> Any:
            new = tree.copy()
            new.update(zip(keys, values, strict=True))
            return new

    elif kind is list or kind is tuple:
        children, make = list(tree), kind
    elif isinstance(tree, tuple) and hasattr(tree, "_fields"):
        children = list(tree)

        def make(values: list[Any]) -> Any:
            return kind(*values)

    elif (registered := _registered(tree)) is not None:
        children, make = registered  # type: ignore[assignment]  # `make` is defined above for the other branches
    else:
        return [tree], lambda leaves: leaves[0]
    parts = [flatten(child) for child in children]
    sizes = [len(leaves) for leaves, _ in parts]

    def rebuild(leaves: list[Any]) -> Any:
        values, start = [], 0
        for (_, child), size in zip(parts, sizes, strict=True):
            values.append(child(leaves[start : start + size]))
            start += size
        return make(values)

    return [leaf for leaves, _ in parts for leaf in leaves], rebuild


def _registered(tree: Any) -> tuple[list[Any], Rebuild] | None:
    """The children of an instance of a class registered with `optree`, and how to make another of others."""
    optree: Any = sys.modules.get("optree")
    if optree is None or optree.tree_is_leaf(tree, none_is_leaf=True, namespace=NAMESPACE):
        return None
    one = optree.tree_flatten_one_level(tree, none_is_leaf=True, namespace=NAMESPACE)
    return list(one.children), lambda values: one.unflatten_func(one.metadata, values)


def map_leaves(f: Callable[..., Any], tree: Any) -> Any:
    """Replace every leaf by `f` of it."""
    leaves, rebuild = flatten(tree)
    return rebuild([f(leaf) for leaf in leaves])
