"""The derivative rules, one family a file; importing this package fills the table. No rule file knows of Tensors."""

from . import cumulative, elementwise, indexing, products, reductions, shapes, special, ufuncs, windows

__all__ = ["cumulative", "elementwise", "indexing", "products", "reductions", "shapes", "special", "ufuncs", "windows"]
