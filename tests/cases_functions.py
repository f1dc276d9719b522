"""Cases of the functions that are composed of others: joining, ordering, padding, statistics, calculus, polynomials.

Their derivatives follow from primitives tested in `cases.py`, so order 2 is enough to show that nothing loses its history.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy._core import umath
from numpy.polynomial import polynomial

from autograd_core._rules import analytic, calculus, histograms, horner, ordering, padding, polynomials, rearranging
from autograd_core.testing.domains import above_one, between, distinct, inside, nonzero, positive, real, small, unit

from .cases import call, pointwise, shaped

composed = partial(shaped, order=2)
of_reals = partial(shaped, order=2, complex=False)
MASK = np.array([[True, False, True], [False, True, True]])
PLACES = np.array([[0, 2, 2, 1], [1, 0, 0, 2]])

# -- element-wise ---------------------------------------------------------------------------------------------------------

pointwise(np.sinc, real)
pointwise(np.nextafter, distinct, distinct, half=False, rtol=1e-5)
pointwise(np.heaviside, distinct, real)
for name in ("sin", "sinh", "expm1", "log1p"):
    for order in (0, 2):
        shaped(analytic.over_argument, call(small(3), name=name, order=order), name=f"over_argument-{name}-{order}")
shaped(analytic.bessel_i, call(real(3), order=0), call(real(2), order=2), complex=False)
shaped(analytic.bessel_i0, call(real(3)), complex=False)
pointwise(analytic.fraction, between, complex=False)
pointwise(analytic.mantissa, between, complex=False, name="mantissa")
shaped(np.ldexp, call(real(3), np.array([1, -2, 0])), call(real(2), 3), complex=False)
of_reals(np.modf, call(between(2, 3)))
of_reals(np.frexp, call(between(3)))
of_reals(np.divmod, call(distinct(3), nonzero(3)))
of_reals(np.i0, call(real(3)))
composed(np.angle, call(nonzero(3)), call(nonzero(2), deg=True))
composed(np.nan_to_num, call(real(2, 3)))
composed(np.real_if_close, call(real(3)))
of_reals(np.unwrap, call(distinct(6)), call(distinct(2, 6), axis=0, period=1.0))
for name, domain in (("sqrt", positive), ("log", positive), ("log2", positive), ("log10", positive), ("arcsin", inside),
                     ("arccos", inside), ("arctanh", inside)):  # fmt: skip
    composed(getattr(np.emath, name), call(domain(3)), name=f"emath.{name}")
composed(np.emath.logn, call(2.0, positive(3)))
composed(np.emath.power, call(positive(3), real(3)), name="emath.power")

# -- joining and splitting ------------------------------------------------------------------------------------------------

for joined in (np.vstack, np.dstack):
    composed(joined, call([real(2, 3), real(2, 3)]), call([real(3), real(3)]))
composed(np.hstack, call([real(2, 3), real(2, 1)]), call([real(3), real(2)]))
composed(np.column_stack, call([real(3), real(3, 2)]))
composed(np.block, call([[real(2, 2), real(2, 1)], [real(1, 3)]]), call([real(2), real(1)]))
composed(np.append, call(real(2), real(2, 2)), call(real(2, 2), real(1, 2), axis=0))
for several in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    composed(several, call(real()), call(real(3), real(2, 3)), name=several.__name__)
composed(np.split, call(real(4, 2), 2), call(real(5), [1, 3]))
composed(np.array_split, call(real(5, 2), 3), call(real(2, 5), [2, 9], axis=1))
composed(np.hsplit, call(real(2, 4), 2), call(real(4), 2))
composed(np.vsplit, call(real(4, 2), [1]))
composed(np.dsplit, call(real(1, 2, 4), 2))
composed(np.unstack, call(real(2, 3)), call(real(2, 3), axis=-1))
composed(np.repeat, call(real(2, 2), 2), call(real(2, 3), [1, 0, 2], axis=1), call(real(2, 2), 3, axis=0))
composed(np.tile, call(real(2), 3), call(real(2, 1), (2, 1, 2)), call(real(1, 2, 2), 2))
composed(np.resize, call(real(2, 2), (3, 2)), call(real(3), 2))
composed(np.delete, call(real(4), [0, 2]), call(real(2, 3), 1, axis=1), call(real(5), slice(0, 4, 2)))
composed(
    np.insert,
    call(real(3), 1, real()),
    call(real(3), [2, 0], real(2)),
    call(real(2, 3), 1, real(2), axis=1),
    call(real(2, 3), slice(0, 2), real(2, 3), axis=0),
    call(real(3), [1], real(3)),
    mixed=False,
)
composed(np.fliplr, call(real(2, 3)))
composed(np.flipud, call(real(2, 3)))
composed(np.rot90, *(call(real(2, 3), k) for k in range(4)), call(real(2, 2, 1), axes=(2, 0)))
composed(np.rollaxis, call(real(2, 3, 2), 2), call(real(2, 3, 2), 0, 2))
composed(np.broadcast_arrays, call(real(2, 1), real(3)))
composed(np.meshgrid, call(real(2), real(3)), call(real(2), real(3), indexing="ij", sparse=True))
composed(np.lib.stride_tricks.sliding_window_view, call(real(5), 2), call(real(3, 4), (2, 2)), call(real(3, 4), 3, axis=1))
shaped(rearranging.windows_over, call(real(4, 3), lengths=(2, 2), axes=(0, 0)), call(real(2, 3), lengths=(2,), axes=(1,)))
shaped(rearranging.overlapped, call(real(2, 2, 2), shape=(2, 3), lengths=(2,), axes=(1,)))
shaped(padding.with_zeros, call(real(2, 3), widths=((1, 2), (0, 1))), call(real(), widths=()))
shaped(padding.without_ends, call(real(4, 3), widths=((1, 2), (0, 1))))
PADS: tuple[Any, ...] = (
    call(real(2, 3), 1), call(real(2, 3), ((1, 0), (0, 2)), constant_values=3.0), call(real(3), (4, 7), mode="reflect"),
    call(real(3), (4, 7), mode="reflect", reflect_type="odd"), call(real(3), (5, 4), mode="symmetric"),
    call(real(3), (5, 4), mode="symmetric", reflect_type="odd"), call(real(2, 3), 2, mode="wrap"),
    call(real(2, 3), 1, mode="edge"), call(real(2, 3), (1, 2), mode="mean"),
    call(real(3), 2, mode="linear_ramp", end_values=1.0),
    call(real(2, 3), {1: (0, 2)}, mode="mean", stat_length=2),
)  # fmt: skip
composed(np.pad, *PADS)
of_reals(np.pad, *(call(distinct(4), 2, mode=mode) for mode in ("maximum", "minimum", "median")), name="pad-order")

# -- ordering and choosing ------------------------------------------------------------------------------------------------

shaped(ordering.along, call(real(2, 3), index=PLACES, axis=1), call(real(3, 4), index=PLACES[:1], axis=0))
shaped(ordering.added_along, call(real(2, 4), index=PLACES, axis=1, distinct=False, shape=(2, 3)))
composed(np.take_along_axis, call(real(2, 3), PLACES, axis=1), call(real(6), np.array([0, 0, 5]), axis=None))
of_reals(np.sort, call(distinct(5)), call(distinct(2, 3), axis=0), call(distinct(2, 3), axis=None))
of_reals(np.sort_complex, call(distinct(4)), rtol=1e-5)
of_reals(np.partition, call(distinct(5), 2), call(distinct(2, 4), (1, 2), axis=-1))
composed(
    np.take, call(real(2, 3), [0, 5, 5]), call(real(2, 3), [[0, -1]], axis=1), call(real(3), 7, mode="wrap"),
    call(real(3), [-1, 9], mode="clip"), call(real(2, 3), 1, axis=0),
)  # fmt: skip
composed(np.choose, call(np.array([0, 1, 0]), [real(3), real(3)]), call(np.array([3, -1]), [real(2), real()], mode="wrap"))
composed(np.select, call([MASK, ~MASK[:1]], [real(2, 3), real(3)]), call([MASK], [real(2, 3)], default=2.0))
of_reals(np.piecewise, call(distinct(5), [np.array([True, False, True, False, False])], [np.square, np.negative]))
composed(np.compress, call([True, False, True], real(3)), call([False, True], real(2, 3), axis=0))
composed(np.extract, call(MASK, real(2, 3)))
composed(np.diag, call(real(3)), call(real(2), -1), call(real(2, 3), 1))
composed(np.diagflat, call(real(2, 1), 1))
composed(np.trace, call(real(3, 3)), call(real(2, 3, 4), 1, 2, 1))
composed(np.tril, call(real(3, 3)), call(real(2, 2, 3), 1), call(real(2)))
composed(np.triu, call(real(3, 3)), call(real(2, 2, 3), -1))
composed(np.trim_zeros, call(distinct(4)))
composed(np.rot90, *(call(real(2, 3), k) for k in (-1, 5, 7)), name="rot90-more")
of_reals(np.unique, call(distinct(4)), call(distinct(4), True, True, True), call(distinct(3, 2), axis=0))
for unique in (np.unique_all, np.unique_counts, np.unique_inverse, np.unique_values):
    of_reals(unique, call(distinct(4)))
of_reals(np.union1d, call(distinct(3), distinct(2)))
of_reals(np.setxor1d, call(distinct(3), distinct(2)))
of_reals(np.setdiff1d, call(distinct(3), distinct(2)))
of_reals(np.intersect1d, call(distinct(3), np.array([9.0])))
composed(np.apply_along_axis, call(np.cumsum, 1, real(2, 3)), call(np.diag, 0, real(2, 2)))
composed(np.apply_over_axes, call(np.sum, real(2, 3, 2), (0, 2)))

# -- statistics -----------------------------------------------------------------------------------------------------------

for extreme in (np.amax, np.amin):
    of_reals(extreme, call(distinct(2, 3), axis=0), call(distinct(3), keepdims=True), name=extreme.__name__)
of_reals(np.ptp, call(distinct(2, 3)), call(distinct(2, 3), axis=1, keepdims=True))
of_reals(np.median, call(distinct(5)), call(distinct(2, 4), axis=1), call(distinct(2, 3, 2), axis=(0, 2), keepdims=True))
of_reals(
    np.quantile,
    call(distinct(5), 0.3),
    call(distinct(2, 5), [0.1, 0.6], axis=1),
    call(distinct(4), unit(2)),
    call(distinct(2, 4), unit(2), axis=1),
)
of_reals(np.quantile, *(call(distinct(5), 0.37, method=m) for m in ("lower", "hazen", "weibull", "nearest")), name="quantiles")
of_reals(np.percentile, call(distinct(2, 5), [10, 60], axis=0))
of_reals(np.nanmedian, call(distinct(5)), call(distinct(2, 4), axis=1))
of_reals(np.nanquantile, call(distinct(2, 5), 0.3, axis=1, keepdims=True))
of_reals(np.nanpercentile, call(distinct(5), [10, 60]))
WEIGHTS = np.array([1.0, 2.0, 0.5])
of_reals(
    np.quantile,
    call(distinct(3), 0.4, weights=WEIGHTS, method="inverted_cdf"),
    call(distinct(3, 2), 0.4, axis=0, weights=WEIGHTS, method="inverted_cdf"),
    name="quantile-weights",
)
for blind in (np.nansum, np.nanprod):
    composed(blind, call(real(2, 3)), call(real(2, 3), axis=0, keepdims=True), call(real(2, 3), where=MASK, initial=2.0))
for blind in (np.nanmax, np.nanmin):
    of_reals(blind, call(distinct(2, 3), axis=0), call(distinct(2, 3), where=MASK, initial=0.5))
composed(np.nanmean, call(real(2, 3), axis=1), call(real(2, 3), where=MASK))
for spread in (np.nanvar, np.nanstd):
    of_reals(spread, call(distinct(2, 3), axis=1), call(distinct(2, 3), where=MASK, ddof=1))
composed(np.nancumsum, call(real(2, 3)), call(real(2, 3), axis=1))
composed(np.nancumprod, call(real(2, 3), axis=0))
composed(np.average, call(real(2, 3), axis=1), call(real(2, 3), axis=1, weights=WEIGHTS), call(real(3), None, positive(3)))
composed(
    np.cov,
    call(real(3, 4)),
    call(real(4), real(4), bias=True),
    call(real(4, 2), rowvar=False),
    call(real(4, 2), real(4, 3), rowvar=False),
)
of_reals(
    np.cov,
    call(real(3, 4), None, True, False, None, np.array([1, 2, 1, 3]), positive(4)),
    call(real(2, 4), None, True, False, 0, None, positive(4)),
    name="cov-weights",
)
of_reals(np.corrcoef, call(real(3, 5)))
of_reals(np.bincount, call(np.array([0, 2, 2, 1]), real(4)), call(np.array([0, 1]), real(2), minlength=4))
EDGES = np.array([0.0, 1.0, 2.5])
of_reals(np.histogram, call(np.array([0.5, 2.0, 1.5, 7.0]), EDGES, None, True, positive(4)), call(distinct(6), 3))
of_reals(np.histogram_bin_edges, call(distinct(5), 3))
of_reals(np.histogram2d, call(np.array([0.5, 2.0]), np.array([0.5, 2.0]), [EDGES, EDGES], None, None, positive(2)))
of_reals(np.histogramdd, call(np.array([[0.5, 0.1], [2.0, 1.5]]), [EDGES, EDGES], None, True, positive(2)))
shaped(histograms.counted_weights, call(real(4), index=np.array([0, 2, 2, -1]), size=3))
shaped(histograms.weights_of, call(real(3), index=np.array([0, 2, 2, -1])))

# -- calculus -------------------------------------------------------------------------------------------------------------

composed(np.diff, call(real(4)), call(real(3, 2), n=2, axis=0), call(real(3), 1, -1, 0.0, real(2)))
composed(np.ediff1d, call(real(2, 2), real(2), real()), mixed=False)
UNEVEN = np.array([0.0, 0.5, 1.7, 2.0, 3.1])
composed(
    np.gradient,
    call(real(4)),
    call(real(3, 3)),
    call(real(5), 0.5, edge_order=2),
    call(real(4), EDGES[[0, 1, 2, 2]] + np.arange(4)),
    call(real(5), UNEVEN, edge_order=2),
    call(real(3, 5), 0.5),
    call(real(3, 5), UNEVEN[:3], UNEVEN, edge_order=2),
)
composed(np.trapezoid, call(real(4)), call(real(3, 4), real(4)), call(real(3, 2), dx=0.5, axis=0))
composed(np.trapezoid, call(real(3, 2), real(3), axis=0), call(real(3, 2), real(3, 2), axis=0), name="trapezoid-first-axis")
composed(np.cumulative_sum, call(real(3), include_initial=True), call(real(2, 3), axis=1))
composed(np.cumulative_prod, call(real(3), include_initial=True), call(real(2, 3), axis=0))
POINTS = np.array([-2.0, -0.4, 0.7, 2.1])
of_reals(np.interp, call(small(5), POINTS, real(4)), call(2.5, POINTS, real(4)), call(small(3), POINTS, real(4), period=5.0))
composed(np.linspace, call(real(), real(), 5), call(real(2), real(2), 3, endpoint=False, axis=1))
of_reals(np.interp, call(small(3), POINTS[:2], real(2)), call(small(2), POINTS[:1], real(1)), name="interp-few-points")
of_reals(
    np.logspace,
    call(small(), small(2), 4),
    call(small(), small(), 3, True, positive()),
    call(small(), small(2), 3, True, positive(2)),
    call(small(), small(2, 1), 3, True, positive(2)),
)
of_reals(np.geomspace, call(positive(), above_one(2), 4))
composed(np.convolve, call(real(4), real(2)), call(real(2), real(4), mode="same"), call(real(4), real(3), mode="valid"))
composed(np.correlate, call(real(4), real(2)), call(real(2), real(5), mode="same"), call(real(3), real(2), mode="full"))
shaped(calculus.convolved, call(real(4), real(2)))
shaped(calculus.correlated, call(real(4), real(2)))

# -- products -------------------------------------------------------------------------------------------------------------

composed(np.kron, call(real(2, 2), real(3)), call(real(2), real(2, 1)))
composed(np.cross, call(real(3), real(2, 3)), call(real(3, 2), real(3, 2), axis=0))
composed(np.vecdot, call(real(3), real(2, 3)))
composed(np.matvec, call(real(2, 3), real(2, 3)))
composed(np.vecmat, call(real(2), real(2, 3)))

# -- polynomials ----------------------------------------------------------------------------------------------------------

composed(np.polyval, call(real(4), real(2)), call(real(1), real(2)), call(real(3), real()), call(real(3, 2), real(2, 2)))
shaped(
    horner.valued,
    call(real(3, 2), real(2), real(2)),
    call(real(2, 3, 2, 1), real(2, 1), real(3)),
    call(real(1, 2), real(), real()),
)
shaped(
    horner.moments, call(real(2), real(2), shape=(3,)), call(real(2, 3), real(2, 1), real(3), shape=(2, 3, 1)),
    call(real(3, 2), real(2), shape=(2, 3, 1)), call(real(), real(), real(), shape=(1, 2)),
)  # fmt: skip
shaped(horner.valued, call(real(1, 2, 2, 1, 1), real(2, 1), real(3), real(2, 3)), order=2, name="horner.valued-of-three")
shaped(
    horner.moments, call(real(2, 3), real(2, 1), real(3), real(2, 3), shape=(1, 2, 2, 1, 1)), order=2,
    name="horner.moments-of-three",
)  # fmt: skip
composed(np.polyadd, call(real(3), real(2)))
composed(np.polysub, call(real(2), real(3)))
composed(np.polymul, call(nonzero(3), nonzero(2)))
composed(np.polydiv, call(nonzero(4), nonzero(2)), call(nonzero(2), nonzero(1)), call(nonzero(2), nonzero(3)))
shaped(polynomials.divided, call(nonzero(5), nonzero(3)), call(nonzero(2), nonzero(2)), call(nonzero(3), nonzero(1)))
composed(np.polyder, call(real(4)), call(real(4), 2))
composed(np.polyint, call(real(3), 2, real(2)))
composed(np.poly, call(real(3)), call(real(1)), rtol=1e-5)
shaped(polynomials.from_roots, call(real(5)), call(real(2)), call(real(0)))
composed(np.roots, call(nonzero(2)))
composed(np.vander, call(real(3)), call(real(2), 4, increasing=True))
of_reals(np.polyfit, call(np.linspace(-1, 1, 5), real(5), 2), call(np.linspace(-1, 1, 4), real(4), 1, w=WEIGHTS[[0, 1, 2, 0]]))
composed(polynomial.polyval2d, call(real(2), real(2), real(2, 3)))
composed(polynomial.polygrid2d, call(real(2), real(3), real(2, 3)), call(real(2, 1), real(), real(1, 2, 2)))

# -- assignment and creation, which NumPy dispatches by their first argument or by `like=` --------------------------------


def standing_for(function: Any, body: Callable[..., Any], *calls: Any, **options: Any) -> None:
    """Enter a function that changes its operand, or does not take one, by a body that shows what it did."""
    body.__name__, body.__wrapped__ = function.__name__, function  # type: ignore[attr-defined]
    shaped(body, *calls, **{"order": 2, "mixed": False, "name": function.__name__} | options)


def written(function: Any) -> Callable[..., Any]:
    def body(x: Any, *args: Any, **kwargs: Any) -> Any:
        x = x.copy()
        function(x, *args, **kwargs)
        return x

    return body


standing_for(np.copyto, written(np.copyto), call(real(2, 3), real(3)), call(real(2, 3), real(2, 3), where=MASK))
standing_for(
    np.put_along_axis,
    written(np.put_along_axis),
    call(real(2, 3), np.array([[2], [0]]), real(2, 1), 1),
    call(real(4), np.array([2, 0]), real(2), None),
    call(real(2, 2, 3), np.array([[[1, 0, 1], [0, 0, 1]]]), real(1, 2, 3), 0),
)
standing_for(
    np.put,
    written(np.put),
    call(real(2, 3), [4, -1], real(2)),
    call(real(3), [-3, 2], real(2)),
    call(real(3), [7], real(1), mode="wrap"),
)
standing_for(np.putmask, written(np.putmask), call(real(2, 3), MASK, real(4)))
standing_for(np.place, written(np.place), call(real(2, 3), MASK, real(2)))
standing_for(
    np.fill_diagonal,
    written(np.fill_diagonal),
    call(real(3, 2), real()),
    call(real(2, 2, 2), real(2)),
    call(real(5, 2), real()),
)
standing_for(np.array, lambda a, b: np.array([a, b], like=a), call(real(2), real(2)))
for name in ("asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "require"):
    function = getattr(np, name)
    standing_for(function, lambda a, f=function: f(a, like=a), call(real(2)))
standing_for(np.ix_, lambda a: a[np.ix_(np.argsort(a[:, 0]), [0, 1])], call(distinct(3, 2)))
standing_for(np.full, lambda a: np.full((2, 3), a, like=a), call(real()))
standing_for(np.arange, lambda a, b: np.arange(a, 9.0, b, like=a), call(unit(), above_one()), complex=False)
standing_for(np.full_like, lambda a, b: np.full_like(a, fill_value=b), call(real(2, 3), real()), complex=False)
shaped(umath.clip, call(distinct(4), -0.5, 0.5), complex=False, order=2, name="umath.clip")
