"""Rows of the comparison with PyTorch and JAX: shapes, joining, ordering, indexing, creation."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import torch

from ._rows import row
from ._rows_elementwise import BOTH, MASK, T_MASK

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
    ("rot90-3", lambda x: np.rot90(x, 3), method("rot90", 3)),
    ("tile", lambda x: np.tile(x, (2, 2)), method("tile", (2, 2))),
    ("repeat", lambda x: np.repeat(x, 2, axis=1), method("repeat_interleave", 2, 1)),
    ("atleast_3d", np.atleast_3d, torch.atleast_3d),
    ("tril", np.tril, torch.tril),
    ("triu", lambda x: np.triu(x, 1), method("triu", 1)),
    ("diagonal", lambda x: np.diagonal(x, 1), method("diagonal", 1)),
    ("diag-of-matrix", np.diag, torch.diag),
    ("diagflat", np.diagflat, torch.diagflat),
    ("getitem-slice", lambda x: x[::-1, 1:], lambda x: x.flip(0)[:, 1:]),
    ("getitem-mask", lambda x: x[MASK], lambda x: x[T_MASK]),
    ("extract", lambda x: np.extract(MASK, x), lambda x: x[T_MASK]),
    ("split", lambda x: np.split(x, [1], 1)[1], lambda x: torch.tensor_split(x, [1], 1)[1]),
    ("array_split", lambda x: np.array_split(x, 2, 1)[0], lambda x: torch.tensor_split(x, 2, 1)[0]),
    ("unstack", lambda x: np.unstack(x)[1], lambda x: torch.unbind(x)[1]),
    ("delete", lambda x: np.delete(x, 1, 1), lambda x: x[:, [0, 2]]),
    (
        "pad",
        lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=3.0),
        lambda x: torch.nn.functional.pad(x, (0, 2, 1, 0), value=3.0),
    ),
    ("copy", np.copy, torch.clone),
    ("trace", lambda x: np.trace(x[:, :2]), lambda x: torch.trace(x[:, :2])),
    ("atleast_1d", np.atleast_1d, torch.atleast_1d),
    ("atleast_2d", np.atleast_2d, torch.atleast_2d),
    ("rollaxis", lambda x: np.rollaxis(x, 1), method("movedim", 1, 0)),
    ("matrix_transpose", np.matrix_transpose, lambda x: x.mT),
    ("hsplit", lambda x: np.hsplit(x, [1])[1], lambda x: torch.hsplit(x, [1])[1]),
    ("vsplit", lambda x: np.vsplit(x, [1])[0], lambda x: torch.vsplit(x, [1])[0]),
    ("dsplit", lambda x: np.dsplit(x[None], [1])[0], lambda x: torch.dsplit(x[None], [1])[0]),
    ("resize", lambda x: np.resize(x, (3, 5)), lambda x: torch.cat([x.ravel(), x.ravel(), x.ravel()])[:15].reshape(3, 5)),
    ("insert", lambda x: np.insert(x, 1, 4.0, axis=1), lambda x: torch.cat([x[:, :1], 0 * x[:, :1] + 4, x[:, 1:]], 1)),
    ("trim_zeros", lambda x: np.trim_zeros(np.pad(x[0] * x[0] + 1, 2)), lambda x: x[0] * x[0] + 1),
    ("astype", lambda x: np.astype(x, np.complex128), lambda x: x.to(torch.complex128)),
    ("full_like", lambda x: np.full_like(x, 2.0) * x, lambda x: torch.full_like(x, 2.0) * x),
)
for name, ours, theirs in SHAPES:
    row(name, ours, theirs, BOTH, complex=name not in ("copy", "pad", "trim_zeros"))
row(
    "stride_tricks.sliding_window_view",
    lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, 1),
    lambda x: x.unfold(1, 2, 1),
    BOTH,
    complex=True,
    jax=False,
)
PLACES = {"index": (3, (2, 4))}
row("take", np.take, torch.take, BOTH, complex=True, **PLACES)
row("take-axis", lambda x, i: np.take(x, i[0], 1), lambda x, i: torch.index_select(x, 1, i[0]), BOTH, complex=True, **PLACES)
row("take_along_axis", lambda x, i: np.take_along_axis(x, i, 1), lambda x, i: torch.take_along_dim(x, i, 1), BOTH, **PLACES)
row("getitem", lambda x, i: x[:, i[0]], lambda x, i: x[:, i[0]], BOTH, complex=True, **PLACES)
row("getitem-pairs", lambda x, i: x[i % 2, i[::-1]], lambda x, i: x[i % 2, i.flip(0)], BOTH, complex=True, **PLACES)
row("getitem-mixed", lambda x, i: x[None, 1, i], lambda x, i: x[None, 1, i], BOTH, **PLACES)
row(
    "repeat-counts",
    lambda x, i: np.repeat(x, i[0, :3], 1),
    lambda x, i: torch.repeat_interleave(x, i[0, :3], 1),
    BOTH,
    **PLACES,
)
row("choose", lambda a, b, i: np.choose(i, [a, b]), lambda a, b, i: torch.where(i == 1, b, a), BOTH, BOTH, index=(2, (2, 3)))
row("compress", lambda x, i: np.compress(i == 1, x, 1), lambda x, i: x[:, i == 1], BOTH, index=(2, (3,)))
row("delete-drawn", np.delete, lambda x, i: x[~torch.isin(torch.arange(6), i)], (6,), index=(5, (3,)))
row("einsum-repeated", lambda a: np.einsum("iij,jii->ji", a, a), lambda a: torch.einsum("iij,jii->ji", a, a), (2, 2, 2))
for mode, theirs_mode in (("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")):
    row(
        f"pad-{mode}",
        lambda x, mode=mode: np.pad(x, ((0, 0), (2, 1)), mode=mode),
        lambda x, mode=theirs_mode: torch.nn.functional.pad(x, (2, 1), mode=mode),
        (2, 4),
    )
for name, options in {
    "odd": {"mode": "reflect", "reflect_type": "odd"},
    "symmetric": {"mode": "symmetric"},
    "ramp": {"mode": "linear_ramp", "end_values": 1.0},
    "mean": {"mode": "mean"},
}.items():
    row(f"pad-{name}", lambda x, options=options: np.pad(x, (2, 3), **options), None, (4,))
row("sort", lambda x: np.sort(x, 0, stable=True), lambda x: torch.sort(x, dim=0, stable=True)[0], (4, 2))
row("diag", np.diag, torch.diag, (3,))


def first_of_each(x: Any) -> Any:
    y = torch.sort(x, stable=True)[0]
    return y[torch.cat([torch.tensor([True]), y[1:] != y[:-1]])]


row("unique", np.unique, first_of_each, (5,))
row("union1d", np.union1d, lambda a, b: first_of_each(torch.cat([a, b])), (3,), (4,))
row("partition", lambda x: np.sort(np.partition(x, 2, 0)[:2], 0), lambda x: torch.sort(x, dim=0, stable=True)[0][:2], (4, 2))
row("sort_complex", np.sort_complex, lambda x: torch.sort(x, stable=True)[0].to(torch.complex128), (5,))
for name in ("concatenate", "vstack", "hstack", "dstack", "column_stack"):
    of_ours, of_theirs = getattr(np, name), getattr(torch, name)
    row(name, lambda *a, f=of_ours: f(a), lambda *a, f=of_theirs: f(a), (2, 3), (2, 3), complex=True)
row("stack", lambda *a: np.stack(a, 1), lambda *a: torch.stack(a, 1), (2, 3), (2, 3), complex=True)
row("hstack-3", lambda *a: np.hstack(a), lambda *a: torch.hstack(a), (2, 1, 2), (2, 2, 2), (2, 1, 2))
row("append", np.append, lambda a, b: torch.cat([a.ravel(), b.ravel()]), (2, 2), (3,))
row("block", lambda a, b: np.block([[a, b]]), lambda a, b: torch.cat([a, b], 1), (2, 2), (2, 3))
row("meshgrid", lambda a, b: np.meshgrid(a, b)[0], lambda a, b: torch.meshgrid(a, b, indexing="xy")[0], (2,), (3,))
row("broadcast_arrays", lambda a, b: np.broadcast_arrays(a, b)[1], lambda a, b: torch.broadcast_tensors(a, b)[1], (2, 3), (3,))


def put_along(a: Any, b: Any) -> Any:
    a = a.copy()
    np.put_along_axis(a, np.array([[2], [0]]), b, 1)
    return a


row(
    "put_along_axis",
    put_along,
    lambda a, b: a.scatter(1, torch.tensor([[2], [0]]), b),
    (2, 3),
    (2, 1),
    jax=lambda a, b: jnp.put_along_axis(a, np.array([[2], [0]]), b, 1, inplace=False),
)
row(
    "linspace",
    lambda a, b: np.linspace(a, b, 4),
    lambda a, b: a + (b - a) * torch.arange(4.0)[:, None] / 3,
    (2,),
    (2,),
)
row(
    "logspace", lambda a, b: np.logspace(a, b, 4), lambda a, b: 10 ** (a + (b - a) * torch.arange(4.0)[:, None] / 3), (2,), (2,)
)
row(
    "geomspace",
    lambda a, b: np.geomspace(a, b, 4),
    lambda a, b: torch.exp(a.log() + (b / a).log() * torch.arange(4.0)[:, None] / 3),
    (2,),
    (2,),
    low=0.25,
)
