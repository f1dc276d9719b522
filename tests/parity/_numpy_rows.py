"""The rows of `test_numpy_functions.py`: a function of NumPy, what PyTorch calls it, and where its operands lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

MASK = np.array([[True, False, True], [False, True, True]])
T_MASK = torch.from_numpy(MASK)
INDEX = np.array([[0, 2, 2], [1, 0, 0]])
T_INDEX = torch.from_numpy(INDEX)


@dataclass(frozen=True)
class Row:
    """A function of ours and of PyTorch, and where its operands lie: a shape each, and bounds."""

    name: str
    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    low: float = -2.0
    high: float = 2.0
    complex: bool = False
    real: bool = True
    ties: bool = True
    """Whether arguments on a coarse grid have comparable derivatives."""


ROWS: list[Row] = []


def row(name: str, ours: Any, theirs: Any, *shapes: tuple[int, ...], **options: Any) -> None:
    ROWS.append(Row(name, ours, theirs, shapes, **options))


# -- element-wise ---------------------------------------------------------------------------------------------------------

BOTH = (2, 3)
for name in [
    "sin",
    "cos",
    "exp",
    "exp2",
    "expm1",
    "sinh",
    "cosh",
    "tanh",
    "arctan",
    "arcsinh",
    "square",
    "negative",
    "positive",
]:
    row(name, getattr(np, name), getattr(torch, name), BOTH, complex=name not in ("exp2", "expm1"))
for name in ["tan", "arcsin", "arccos", "arctanh"]:
    row(name, getattr(np, name), getattr(torch, name), BOTH, low=-0.8, high=0.8, complex=name != "arccos")
for name in ["sqrt", "log", "log2", "log10", "reciprocal"]:
    row(name, getattr(np, name), getattr(torch, name), BOTH, low=0.25, high=3, complex=True)
for name in ["abs", "fabs", "deg2rad", "rad2deg", "sinc", "sign", "floor", "ceil", "trunc", "nan_to_num"]:
    row(name, getattr(np, name), getattr(torch, {"fabs": "abs"}.get(name, name)), BOTH)
row("log1p", np.log1p, torch.log1p, BOTH, low=-0.5)
row("arccosh", np.arccosh, torch.arccosh, BOTH, low=1.25, high=3)
row("cbrt", np.cbrt, lambda x: x ** (1 / 3), BOTH, low=0.25, high=3)
row("degrees", np.degrees, torch.rad2deg, BOTH)
row("radians", np.radians, torch.deg2rad, BOTH)
row("i0", np.i0, torch.special.i0, BOTH)
row("conjugate", np.conjugate, lambda x: torch.conj(x).resolve_conj(), BOTH, complex=True)
row("real", np.real, lambda x: torch.real(x).clone() if x.is_complex() else x * 1, BOTH, complex=True)
row("imag", np.imag, torch.imag, BOTH, complex=True, real=False)
row("absolute-complex", np.absolute, torch.abs, BOTH, complex=True)
row("angle", np.angle, torch.angle, BOTH, low=0.3, complex=True)
row("clip", lambda x: np.clip(x, -0.5, 1.0), lambda x: torch.clamp(x, -0.5, 1.0), BOTH)
row("square-by-power", lambda x: x**2, lambda x: x**2, BOTH, complex=True)
row("cube", lambda x: x**3, lambda x: x**3, BOTH, complex=True)
row("modf", lambda x: np.modf(x)[0], torch.frac, BOTH)
row("add", np.add, torch.add, (2, 3), (3,), complex=True)
row("subtract", np.subtract, torch.subtract, (2, 1), (3,), complex=True)
row("multiply", np.multiply, torch.multiply, (2, 3), (3,), complex=True)
row("divide", np.divide, torch.divide, (2, 3), (2, 1), low=0.25, complex=True)
row("power", np.power, torch.pow, (2, 3), (3,), low=0.25, complex=True)
row("float_power", np.float_power, torch.float_power, (2, 3), (3,), low=0.25)
for name in ["maximum", "minimum", "fmax", "fmin"]:
    row(name, getattr(np, name), getattr(torch, name), (2, 3), (3,))
row("hypot", np.hypot, torch.hypot, (2, 3), (3,), low=0.25)
row("arctan2", np.arctan2, torch.atan2, (2, 3), (3,), low=0.25)
row("logaddexp", np.logaddexp, torch.logaddexp, (2, 3), (3,))
row("logaddexp2", np.logaddexp2, torch.logaddexp2, (2, 3), (3,))
row("copysign", np.copysign, torch.copysign, (2, 3), (3,), low=0.25)
row("remainder", np.remainder, torch.remainder, (2, 3), (3,), low=0.3, ties=False)
row("fmod", np.fmod, torch.fmod, (2, 3), (3,), low=0.3, ties=False)
row("ldexp", lambda x: np.ldexp(x, 3), lambda x: torch.ldexp(x, torch.tensor(3)), BOTH)
row("where", lambda x, y: np.where(MASK, x, y), lambda x, y: torch.where(T_MASK, x, y), (2, 3), (3,), complex=True)
row("select", lambda x, y: np.select([MASK], [x], y), lambda x, y: torch.where(T_MASK, x, y), (2, 3), (3,))
row(
    "heaviside",
    np.heaviside,
    lambda x, y: torch.where(x == 0, y, torch.heaviside(x, y).detach()),
    (2, 3),
    (3,),
)

# -- reductions -----------------------------------------------------------------------------------------------------------

AXES: tuple[Any, ...] = (None, 0, -1, (0, 2))
for axis in AXES:
    dims = tuple(range(3)) if axis is None else axis
    for keep in (False, True):
        for name, theirs in (("sum", torch.sum), ("mean", torch.mean), ("nansum", torch.nansum), ("nanmean", torch.nanmean)):
            of_ours = getattr(np, name)
            row(
                f"{name}-{axis}-{keep}",
                lambda x, f=of_ours, axis=axis, keep=keep: f(x, axis=axis, keepdims=keep),
                lambda x, f=theirs, dims=dims, keep=keep: f(x, dim=dims, keepdim=keep),
                (2, 3, 2),
            )
        for name in ("max", "min", "amax", "amin"):
            of_ours, of_theirs = getattr(np, name), getattr(torch, {"max": "amax", "min": "amin"}.get(name, name))
            row(
                f"{name}-{axis}-{keep}",
                lambda x, f=of_ours, axis=axis, keep=keep: f(x, axis=axis, keepdims=keep),
                lambda x, f=of_theirs, dims=dims, keep=keep: f(x, dim=dims, keepdim=keep),
                (2, 3, 2),
            )
    for name in ("var", "std"):
        of_ours, of_theirs = getattr(np, name), getattr(torch, name)
        row(
            f"{name}-{axis}",
            lambda x, f=of_ours, axis=axis: f(x, axis=axis, ddof=1),
            lambda x, f=of_theirs, dims=dims: f(x, dim=dims, correction=1),
            (2, 3, 2),
            ties=False,
        )
for axis in (0, -1):
    row(f"prod-{axis}", lambda x, axis=axis: np.prod(x, axis), lambda x, axis=axis: torch.prod(x, axis), (2, 4), complex=True)
    row(
        f"cumsum-{axis}",
        lambda x, axis=axis: np.cumsum(x, axis),
        lambda x, axis=axis: torch.cumsum(x, axis),
        (2, 4),
        complex=True,
    )
    row(
        f"cumprod-{axis}",
        lambda x, axis=axis: np.cumprod(x, axis),
        lambda x, axis=axis: torch.cumprod(x, axis),
        (2, 4),
        complex=True,
    )
    row(
        f"median-{axis}",
        lambda x, axis=axis: np.median(x, axis),
        lambda x, axis=axis: torch.quantile(x, 0.5, axis),
        (4, 4),
        ties=False,
    )
    row(
        f"quantile-{axis}",
        lambda x, axis=axis: np.quantile(x, [0.2, 0.7], axis),
        lambda x, axis=axis: torch.quantile(x, torch.tensor([0.2, 0.7], dtype=x.dtype), axis),
        (4, 5),
        ties=False,
    )
    row(
        f"nanquantile-{axis}",
        lambda x, axis=axis: np.nanquantile(x, 0.3, axis),
        lambda x, axis=axis: torch.nanquantile(x, 0.3, axis),
        (4, 5),
        ties=False,
    )
    row(
        f"trapezoid-{axis}",
        lambda x, axis=axis: np.trapezoid(x, axis=axis),
        lambda x, axis=axis: torch.trapezoid(x, dim=axis),
        (3, 4),
        complex=True,
    )
    row(
        f"diff-{axis}",
        lambda x, axis=axis: np.diff(x, axis=axis),
        lambda x, axis=axis: torch.diff(x, dim=axis),
        (3, 4),
        complex=True,
    )
    row(
        f"gradient-{axis}",
        lambda x, axis=axis: np.gradient(x, 0.5, axis=axis),
        lambda x, axis=axis: torch.gradient(x, spacing=0.5, dim=axis)[0],
        (3, 4),
    )
row("sum-where", lambda x: np.sum(x, where=MASK), lambda x: (x * T_MASK).sum(), BOTH)
row("prod-where", lambda x: np.prod(x, where=MASK), lambda x: torch.where(T_MASK, x, 1.0).prod(), BOTH)
row("ptp", np.ptp, lambda x: x.amax() - x.amin(), BOTH)
row("average", lambda x, w: np.average(x, weights=w), lambda x, w: (x * w).sum() / w.sum(), BOTH, BOTH, low=0.25)
row("cov", np.cov, torch.cov, (3, 5), complex=True)
row("corrcoef", np.corrcoef, torch.corrcoef, (3, 5), ties=False)
row("trapezoid-x", np.trapezoid, torch.trapezoid, (3, 4), (4,))
row("vander", lambda x: np.vander(x, 4), lambda x: torch.stack([x**3, x**2, x, x**0], 1), (3,))
COUNTS = np.array([0, 2, 2, 1])
row(
    "bincount",
    lambda w: np.bincount(COUNTS, w),
    lambda w: torch.zeros(3, dtype=w.dtype).index_add(0, torch.from_numpy(COUNTS), w),
    (4,),
)

# -- shapes, joining, ordering ----------------------------------------------------------------------------------------------


def method(name: str, *args: Any) -> Any:
    return lambda x: getattr(torch, name)(x, *args)


SHAPES: tuple[tuple[str, Any, Any], ...] = (
    ("reshape", lambda x: np.reshape(x, (3, 2)), method("reshape", (3, 2))),
    ("ravel", np.ravel, torch.ravel),
    ("transpose", np.transpose, lambda x: x.mT),
    ("swapaxes", lambda x: np.swapaxes(x, 0, 1), method("swapaxes", 0, 1)),
    ("moveaxis", lambda x: np.moveaxis(x, 0, -1), method("moveaxis", 0, -1)),
    ("expand_dims", lambda x: np.expand_dims(x, 1), method("unsqueeze", 1)),
    ("squeeze", lambda x: np.squeeze(x[:1]), lambda x: torch.squeeze(x[:1])),
    ("broadcast_to", lambda x: np.broadcast_to(x, (4, 2, 3)), method("broadcast_to", (4, 2, 3))),
    ("flip", lambda x: np.flip(x, (0, 1)), method("flip", (0, 1))),
    ("fliplr", np.fliplr, torch.fliplr),
    ("flipud", np.flipud, torch.flipud),
    ("roll", lambda x: np.roll(x, (1, -1), (0, 1)), method("roll", (1, -1), (0, 1))),
    ("rot90", lambda x: np.rot90(x, 1), method("rot90", 1)),
    ("rot270", lambda x: np.rot90(x, 3), method("rot90", 3)),
    ("tile", lambda x: np.tile(x, (2, 2)), method("tile", (2, 2))),
    ("repeat", lambda x: np.repeat(x, 2, axis=1), method("repeat_interleave", 2, 1)),
    ("atleast_3d", np.atleast_3d, torch.atleast_3d),
    ("tril", np.tril, torch.tril),
    ("triu", lambda x: np.triu(x, 1), method("triu", 1)),
    ("diagonal", lambda x: np.diagonal(x, 1), method("diagonal", 1)),
    ("diag-of-matrix", np.diag, torch.diag),
    ("diagflat", np.diagflat, torch.diagflat),
    ("take", lambda x: np.take(x, [0, 5, 5, 1]), lambda x: torch.take(x, torch.tensor([0, 5, 5, 1]))),
    ("take-axis", lambda x: np.take(x, [2, 0, 0], 1), lambda x: torch.index_select(x, 1, torch.tensor([2, 0, 0]))),
    ("take_along_axis", lambda x: np.take_along_axis(x, INDEX, 1), lambda x: torch.take_along_dim(x, T_INDEX, 1)),
    ("index", lambda x: x[[0, 1, 1], [2, 2, 2]], lambda x: x[[0, 1, 1], [2, 2, 2]]),
    ("index-slice", lambda x: x[::-1, 1:], lambda x: x.flip(0)[:, 1:]),
    ("mask", lambda x: x[MASK], lambda x: x[T_MASK]),
    ("extract", lambda x: np.extract(MASK, x), lambda x: x[T_MASK]),
    ("compress", lambda x: np.compress([True, False, True], x, 1), lambda x: x[:, [0, 2]]),
    ("split", lambda x: np.split(x, [1], 1)[1], lambda x: torch.tensor_split(x, [1], 1)[1]),
    ("array_split", lambda x: np.array_split(x, 2, 1)[0], lambda x: torch.tensor_split(x, 2, 1)[0]),
    ("unstack", lambda x: np.unstack(x)[1], lambda x: torch.unbind(x)[1]),
    ("delete", lambda x: np.delete(x, 1, 1), lambda x: x[:, [0, 2]]),
    (
        "pad",
        lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=3.0),
        lambda x: torch.nn.functional.pad(x, (0, 2, 1, 0), value=3.0),
    ),
    ("sliding_window_view", lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, 1), lambda x: x.unfold(1, 2, 1)),
    ("copy", np.copy, torch.clone),
    ("trace", lambda x: np.trace(x[:, :2]), lambda x: torch.trace(x[:, :2])),
)
for name, ours, theirs in SHAPES:
    row(name, ours, theirs, BOTH, complex=name not in ("copy", "pad"))
for mode, theirs_mode in (("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")):
    row(
        f"pad-{mode}",
        lambda x, mode=mode: np.pad(x, ((0, 0), (2, 1)), mode=mode),
        lambda x, mode=theirs_mode: torch.nn.functional.pad(x, (2, 1), mode=mode),
        (2, 4),
    )
row("sort", lambda x: np.sort(x, 0, stable=True), lambda x: torch.sort(x, dim=0, stable=True)[0], (4, 2))
row("diag", np.diag, torch.diag, (3,))
row("unique", np.unique, lambda x: torch.sort(x)[0], (5,), ties=False)
for name in ("concatenate", "vstack", "hstack", "dstack", "column_stack"):
    of_ours, of_theirs = getattr(np, name), getattr(torch, name)
    row(name, lambda *a, f=of_ours: f(a), lambda *a, f=of_theirs: f(a), (2, 3), (2, 3), complex=True)
row("stack", lambda *a: np.stack(a, 1), lambda *a: torch.stack(a, 1), (2, 3), (2, 3), complex=True)
row("append", np.append, lambda a, b: torch.cat([a.ravel(), b.ravel()]), (2, 2), (3,))
row("block", lambda a, b: np.block([[a, b]]), lambda a, b: torch.cat([a, b], 1), (2, 2), (2, 3))
row("meshgrid", lambda a, b: np.meshgrid(a, b)[0], lambda a, b: torch.meshgrid(a, b, indexing="xy")[0], (2,), (3,))
row("broadcast_arrays", lambda a, b: np.broadcast_arrays(a, b)[1], lambda a, b: torch.broadcast_tensors(a, b)[1], (2, 3), (3,))


def put_along(a: Any, b: Any) -> Any:
    a = a.copy()
    np.put_along_axis(a, np.array([[2], [0]]), b, 1)
    return a


row("put_along_axis", put_along, lambda a, b: a.scatter(1, torch.tensor([[2], [0]]), b), (2, 3), (2, 1))
row("choose", lambda a, b: np.choose(MASK.astype(int), [a, b]), lambda a, b: torch.where(T_MASK, b, a), (2, 3), (2, 3))
row(
    "interp-fp",
    lambda y: np.interp([0.5, 1.2], [0.0, 1.0, 2.0], y),
    lambda y: torch.stack([(y[0] + y[1]) / 2, 0.8 * y[1] + 0.2 * y[2]]),
    (3,),
)
row(
    "linspace",
    lambda a, b: np.linspace(a, b, 4),
    lambda a, b: a + (b - a) * torch.arange(4.0, dtype=a.dtype)[:, None] / 3,
    (2,),
    (2,),
)
