"""Rows of the comparison with PyTorch and JAX: reductions, statistics, cumulative functions, discrete calculus, polynomials."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ._rows import row
from ._rows_elementwise import BOTH, MASK, T_MASK

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
    )
    row(
        f"quantile-{axis}",
        lambda x, axis=axis: np.quantile(x, [0.2, 0.7], axis),
        lambda x, axis=axis: torch.quantile(x, torch.tensor([0.2, 0.7], dtype=x.dtype), axis),
        (4, 5),
    )
    row(
        f"nanquantile-{axis}",
        lambda x, axis=axis: np.nanquantile(x, 0.3, axis),
        lambda x, axis=axis: torch.nanquantile(x, 0.3, axis),
        (4, 5),
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
row("corrcoef", np.corrcoef, torch.corrcoef, (3, 5), full_rank=True)
row("trapezoid-x", np.trapezoid, torch.trapezoid, (3, 4), (4,))
row("vander", lambda x: np.vander(x, 4), lambda x: torch.stack([x**3, x**2, x, x**0], 1), (3,))
row(
    "bincount",
    lambda w, i: np.bincount(i, w, minlength=3),
    lambda w, i: torch.zeros(3, dtype=w.dtype).index_add(0, i, w),
    (4,),
    index=(3, (4,)),
)
row(
    "nansum-nan",
    lambda x: np.nansum(np.where(MASK, x, np.nan), 1),
    lambda x: torch.nansum(torch.where(T_MASK, x, torch.nan), 1),
    BOTH,
)
row(
    "nanmean-nan",
    lambda x: np.nanmean(np.where(MASK, x, np.nan), 1),
    lambda x: torch.nanmean(torch.where(T_MASK, x, torch.nan), 1),
    BOTH,
)
INFINITE = float("inf")
for name, theirs in (
    ("nanprod", lambda x: torch.where(T_MASK, x, 1.0).prod(1)),
    ("nanmax", lambda x: torch.where(T_MASK, x, -INFINITE).amax(1)),
    ("nanmin", lambda x: torch.where(T_MASK, x, INFINITE).amin(1)),
    ("nancumsum", lambda x: torch.where(T_MASK, x, 0.0).cumsum(1)),
    ("nancumprod", lambda x: torch.where(T_MASK, x, 1.0).cumprod(1)),
    ("nanvar", lambda x: torch.stack([x[0, [0, 2]].var(correction=0), x[1, 1:].var(correction=0)])),
    ("nanstd", lambda x: torch.stack([x[0, [0, 2]].std(correction=0), x[1, 1:].std(correction=0)])),
    ("nanmedian", lambda x: torch.stack([x[0, [0, 2]].mean(), x[1, 1:].mean()])),
    ("nanpercentile", lambda x: torch.stack([x[0, [0, 2]].mean(), x[1, 1:].mean()])),
):
    more = {"q": 50.0} if name == "nanpercentile" else {}
    row(name, lambda x, f=name, more=more: getattr(np, f)(np.where(MASK, x, np.nan), axis=1, **more), theirs, BOTH)
row("percentile", lambda x: np.percentile(x, 30.0, axis=1), lambda x: torch.quantile(x, 0.3, 1), (2, 5))
row("quantile-q", np.quantile, torch.quantile, (5,), (2,), low=0.1, high=0.9)
row("cumulative_sum", lambda x: np.cumulative_sum(x, axis=1), lambda x: torch.cumsum(x, 1), (2, 4), complex=True)
row("cumulative_prod", lambda x: np.cumulative_prod(x, axis=1), lambda x: torch.cumprod(x, 1), (2, 4), complex=True)
row("ediff1d", np.ediff1d, lambda x: torch.diff(x.ravel()), BOTH)
row("unwrap", np.unwrap, None, BOTH)
row("apply_along_axis", lambda x: np.apply_along_axis(lambda v: v * v[0], 1, x), lambda x: x * x[:, :1], BOTH)
row("apply_over_axes", lambda x: np.apply_over_axes(np.sum, x, (0, 1)), lambda x: x.sum((0, 1), keepdim=True), BOTH)

# -- polynomials, convolutions, interpolation -------------------------------------------------------------------------------


def horner(p: Any, x: Any) -> Any:
    y = 0 * x
    for c in p:
        y = y * x + c
    return y


def padded(a: Any, n: int) -> Any:
    return torch.nn.functional.pad(a, (n - len(a), 0))


def product(a: Any, b: Any) -> Any:
    """All of the convolution of two vectors."""
    return torch.nn.functional.conv1d(a[None, None], b.flip(0)[None, None], padding=len(b) - 1)[0, 0]


row("polyval", np.polyval, horner, (4,), BOTH)
row("polymul", np.polymul, product, (4,), (3,), low=0.25)
row("polyadd", np.polyadd, lambda a, b: a + padded(b, 4), (4,), (3,))
row("polysub", np.polysub, lambda a, b: padded(a, 4) - b, (3,), (4,))
row("polyder", np.polyder, lambda p: p[:-1] * torch.arange(4.0, 0, -1), (5,))
row("polyint", np.polyint, lambda p: torch.cat([p / torch.arange(4.0, 0, -1), torch.zeros(1)]), (4,))
row("poly", np.poly, lambda r: product(torch.stack([0 * r[0] + 1, -r[0]]), torch.stack([0 * r[0] + 1, -r[1]])), (2,), low=0.25)
row("convolve", np.convolve, product, (5,), (3,))
row("convolve-same", lambda a, b: np.convolve(a, b, "same"), lambda a, b: product(a, b)[1:-2], (5,), (4,))
row("convolve-valid", lambda a, b: np.convolve(a, b, "valid"), lambda a, b: product(a, b)[2:-2], (5,), (3,))
row("correlate", lambda a, b: np.correlate(a, b, "full"), lambda a, b: product(a, b.flip(0)), (5,), (3,))
row(
    "interp-fp",
    lambda y: np.interp([0.5, 1.2], [0.0, 1.0, 2.0], y),
    lambda y: torch.stack([(y[0] + y[1]) / 2, 0.8 * y[1] + 0.2 * y[2]]),
    (3,),
)
NODES = np.array([-3.0, -1.1, 0.3, 1.4, 3.0])
row("interp-x", lambda x, y: np.interp(x, NODES, y), None, (4,), (5,), low=-1.9, high=1.9)
row("interp-period", lambda x, y: np.interp(x, NODES[1:4], y, period=3.5), None, (4,), (3,))
