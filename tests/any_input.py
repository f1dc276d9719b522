"""Arguments that nobody would write, drawn by the names of parameters: what `test_any_input.py` feeds to every function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["arguments"]

NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.7, -2.5, np.nan, np.inf, -np.inf, 1e308, -1e308, 1e-308, 1e300]
DTYPES = ["f8", "f8", "f8", "f4", "f2", "c16", "c8", "i8", "i4", "u1", "i1", "?"]
SCALARS = [1.5, 2, True, 1j, np.float32(2.5), np.int8(3), -1, 1e308, 10**30, 0]
ODDITIES: list[Any] = [
    None, "abc", [1.0, 2.0], [[1.0], [2.0, 3.0]], np.array([None, 1], object), np.array(["a", "b"]), np.array([1, 2], "M8[D]"),
]  # fmt: skip

INTEGERS = frozenset(
    {
        "axis", "axis1", "axis2", "k", "n", "N", "M", "offset", "decimals", "deg", "m", "kth", "num", "ddof",
        "correction", "ndmin", "repeats", "indices_or_sections", "source", "destination", "minlength", "shift",
        "rowvar", "bias", "d", "start", "stop",
    }
)  # fmt: skip
SHAPES = frozenset({"shape", "newshape", "reps", "repetitions", "pad_width", "new_shape", "s", "dims"})
FLAGS = frozenset(
    {
        "keepdims", "endpoint", "retstep", "return_index", "return_inverse", "return_counts", "assume_unique", "invert",
        "right", "full", "cov", "density", "increasing", "equal_nan", "hermitian", "full_matrices", "compute_uv",
        "include_initial", "descending", "stable", "copy", "sorted", "upper", "return_indices", "wrap",
        "overwrite_input",
    }
)  # fmt: skip
SEQUENCES = frozenset({"arrays", "tup", "seq", "arys", "choicelist", "condlist", "xi"})
CHOICES: dict[str, list[Any]] = {
    "dtype": ["f8", "f4", "i8", "c16", "bool", "U3"],
    "ord": [None, 1, 2, -1, -2, np.inf, -np.inf, "fro", "nuc", 0, 3, 0.5, "x"],
    "mode": ["constant", "edge", "reflect", "wrap", "raise", "clip", "full", "same", "valid", "reduced", "r", "x", "symmetric"],
    "method": ["linear", "lower", "median_unbiased", "nearest", "x"],
    "q": [0.5, [0.1, 0.9], 2.0, np.float32(0.3), -1],
    "subscripts": ["ij->ji", "ii->i", "ij,jk->ik", "...i,...i", "i,j", "ii", "ij->", "i->ii", "zz...", "ij,ij->i"],
    "norm": [None, "ortho", "forward", "backward", "x"],
    "side": ["left", "right", "x"],
    "initial": [0, 1, 2.5, -np.inf],
    "kind": [None, "stable", "quicksort", "x"],
    "bins": [3, [0, 1, 2], "auto", 0],
    "casting": ["same_kind", "unsafe", "no"],
    "axes": [0, 1, 2, (0, 1), (1,), (-1, 0), ([0], [1]), None, (0, 0), (3,)],
    "rcond": [1e-3, 0.1, 0],
    "rtol": [1e-3, 0.1, 0],
    "tol": [1e-3, 0.1, 0],
    "func": [np.sum],
    "func1d": [np.sum],
    "function": [np.sum],
}
DRAWN = INTEGERS | SHAPES | FLAGS | CHOICES.keys() | {
    "where", "indices", "prepend", "append", "weights", "fill_value", "constant_values", "left", "right", "period", "max",
    "min", "a_min", "a_max", "x", "dx", "b", "mean", "to_begin", "to_end", "posinf", "neginf", "aweights", "fweights", "sorter",
}  # fmt: skip


def array(rng: np.random.Generator, shape: tuple[int, ...] | None = None, dtype: Any = None) -> np.ndarray:
    """Small, perhaps empty or without axes, of any dtype, perhaps of awkward numbers only."""
    if shape is None:
        shape = tuple(int(n) for n in rng.choice([0, 1, 2, 2, 3, 3, 4], size=rng.choice([0, 1, 1, 2, 2, 3])))
    dtype = np.dtype(rng.choice(DTYPES) if dtype is None else dtype)
    size = int(np.prod(shape))
    tame = rng.random() < 0.6
    if dtype.kind == "f":
        values: Any = rng.normal(size=size) if tame else rng.choice(NUMBERS, size=size)
    elif dtype.kind == "c":
        values = rng.normal(size=size) + 1j * rng.normal(size=size) if tame else rng.choice(NUMBERS, size=size) * (1 + 1j)
    else:
        values = rng.integers(*{"b": (0, 2), "u": (0, 4)}.get(dtype.kind, (-3, 4)), size=size)
    with np.errstate(all="ignore"):
        return np.asarray(values).astype(dtype).reshape(shape)


def _integers(rng: np.random.Generator) -> Any:
    kind = rng.integers(10)
    if kind < 6:
        return int(rng.integers(-3, 4))
    if kind < 8:
        return tuple(int(i) for i in rng.integers(-2, 3, size=rng.integers(0, 3)))
    return [None, 1.5, [0, 1], array(rng)][rng.integers(4)]


def _index(rng: np.random.Generator) -> Any:
    kind = rng.integers(5)
    if kind < 2:
        return rng.integers(-2, 3, size=tuple(rng.integers(0, 3, size=rng.integers(0, 3))))
    return [array(rng, dtype="?"), int(rng.integers(-3, 4)), array(rng)][kind - 2]


def value(rng: np.random.Generator, name: str) -> Any:
    """Something for a parameter of this name."""
    chance = rng.random()
    if name in CHOICES:
        choices = CHOICES[name]
        return choices[rng.integers(len(choices))]
    if name in INTEGERS or name.endswith("axis"):
        return _integers(rng)
    if name in SHAPES:
        return tuple(int(n) for n in rng.integers(-1, 4, size=rng.integers(0, 4))) if chance < 0.8 else int(rng.integers(-2, 5))
    if name in FLAGS:
        return bool(rng.integers(0, 2))
    if name in SEQUENCES:
        shape, dtype = array(rng).shape, rng.choice(DTYPES)
        alike = chance < 0.7
        return [array(rng, shape if alike else None, dtype if alike else None) for _ in range(rng.integers(0, 4))]
    if name in {"indices", "ind", "index", "multi_index", "condition", "obj"}:
        return _index(rng)
    if name == "where":
        return array(rng, dtype="?") if chance < 0.5 else True
    if chance < 0.85:
        return array(rng)
    return SCALARS[rng.integers(len(SCALARS))] if chance < 0.93 else ODDITIES[rng.integers(len(ODDITIES))]


def arguments(function: Callable[..., Any], rng: np.random.Generator) -> tuple[list[Any], dict[str, Any]]:
    """Draw the arguments of a call by NumPy's signature: operands often alike, keywords now and then."""
    first: np.ndarray | None = None

    def like_first(v: Any) -> Any:
        nonlocal first
        if not isinstance(v, np.ndarray) or v.dtype.kind not in "biufc":
            return v
        if first is None:
            first = v
            return v
        return array(rng, first.shape, first.dtype if rng.random() < 0.5 else None) if rng.random() < 0.6 else v

    if isinstance(function, np.ufunc):
        args = [like_first(value(rng, "x")) for _ in range(function.nin)]
        return args, {"dtype": rng.choice(["f4", "f8", "i4", "c8"]).item()} if rng.random() < 0.1 else {}
    args, kwargs = [], {}
    for p in inspect.signature(function).parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            args += [value(rng, p.name) for _ in range(rng.integers(0, 3))]
        elif p.kind is not p.VAR_KEYWORD and p.default is p.empty:
            args.append(like_first(value(rng, p.name)))
        elif p.name in DRAWN and rng.random() < 0.25:
            kwargs[p.name] = value(rng, p.name)
    return args, kwargs
