"""Calls at the boundaries of their arguments: NumPy's value, dtype and shape, and a derivative that differences confirm; or its
exception.

The table of cases calls a function as it is mostly called; here are no elements, one element, ends, defaults and other kinds.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import autograd_core as ac

from .test_bad_input import compare

A = np.array([1.3, -0.4, 2.2, 0.7])
B = np.array([[0.9, -1.2, 0.3], [1.4, 0.6, -0.8]])
C = np.array([[2.0, 0.3, 0.1], [0.3, 1.5, -0.2], [0.1, -0.2, 1.1]])
Z = np.array([0.0, 0.0, 1.5, 0.0, -2.0, 0.0])
W = np.array([1.0 + 0.5j, -0.3 + 2j, 0.4 - 1j])
E = np.zeros(0)
ONE = np.array([0.8])
NAN = np.array([1.0, np.nan, 2.5, -1.0, np.nan])
INF = np.array([-np.inf, 1.0, 2.0, np.inf])
I = np.array([3, -1, 2, 0])
WILD = np.array([complex(1, np.inf), complex(np.nan, 2), complex(-np.inf, -1)])
ROW = np.array([True, False, True, False])
T = np.array([[0.4, 1.9, 0.3], [-1.6, 0.7, 0.2], [0.5, -0.6, 2.3]])  # two complex eigenvalues
D = np.diag([2.0, 0.0, -1.0])
STACK = np.stack([C, C @ C, T])
SMALL = np.array([np.diag([1.0, x]) for x in (4e-7, 4e-7, 4e-7, 4e-7, 1e-7)], "f4")  # beside the rounding of 2 x 2 matrices
H = np.array([[2.0, 1j, 0.0], [-1j, 1.0, 0.5], [0.0, 0.5, -1.0]])


def written(function: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """What a function makes of a copy that it writes into."""
    x = x.copy()
    function(x, *args, **kwargs)
    return x


CALLS: list[tuple[Callable[..., Any], np.ndarray]] = [
    # writing and creating
    (lambda x: np.array(x, ndmin=3, like=x), A), (lambda x: np.array(x, dtype="f4", copy=None, like=x), A),
    (lambda x: np.asarray(x, dtype="f4", like=x), A), (lambda x: np.asarray(x, dtype="f8", like=x), A),
    (lambda x: np.ascontiguousarray(x, dtype="f4", like=x), A), (lambda x: np.full((2, 4), x, dtype="f4", like=x), A),
    (lambda x: np.full_like(x, x[0], shape=(2, 2), dtype="f4"), A),
    (lambda x: np.piecewise(x, [x > 0, x > 1], [np.square, np.negative, 0.5]), A),
    (lambda x: np.piecewise(x, x > 0, [np.square, np.negative]), A),
    (lambda x: np.tile(x, True), A), (lambda x: np.split(x, [True]), A), (lambda x: np.subtract.reduce(x, axis=-1), A[0]),
    (lambda x: np.lib.stride_tricks.sliding_window_view(x, np.array(2)), A), (lambda x: np.take(x, []), A),
    (lambda x: np.cov(x, A), np.zeros((0, 3))), (lambda x: np.logaddexp.reduce(x, axis=None), A[0]),
    (lambda x: np.prod(x, dtype="f8"), W),
    (lambda x: np.prod(x, dtype="c16"), W), (lambda x: np.var(x, axis=0, dtype="f8"), W), (lambda x: np.std(x, dtype="c16"), A),
    (lambda x: np.var(x, dtype="f2"), A.astype("f4")),
    (lambda x: np.piecewise(x[0], x[0] > 0, [np.square, np.negative]), A), (lambda x: np.piecewise(x[0], True, [np.square]), A),
    (lambda x: np.piecewise(x[0], x[0] > 0, [np.square]), -A), (lambda x: np.piecewise(x, [[True]], [np.square]), ONE),
    (lambda x: np.piecewise(x, [True, False, True, False], [np.square]), A),
    (lambda x: np.arange(x[2], like=x), A), (lambda x: np.arange(-1, x[2], 0.5, like=x), A),
    (lambda x: np.arange(x[0], 9, dtype="f4", like=x), A), (lambda x: np.arange(5, x[1], -2, like=x), A),
    (lambda x: np.array([x, x], ndmin=2, like=x), A), (np.where, Z), (lambda x: np.where([0, 1, 2, -1], x, -x), A),
    (lambda x: np.where(x, x, 3.0), Z), (lambda x: np.append(x, []), A), (lambda x: np.append(x, [1, 2.5]), A),
    (lambda x: written(np.put, x, [-1], 3.0), ONE), (lambda x: written(np.put, x, [0, 0, 0], [1.0, 2.0, 3.0]), np.array(1.3)),
    (lambda x: written(np.put, x, [0, 0], x * [5.0, 7.0, 9.0]), ONE), (lambda x: written(np.copyto, x, 2.0, where=True), A),
    (lambda x: written(np.put_along_axis, x, np.array([[[1], [0]]]), 5.0, 2), C[:1] * np.ones((2, 2, 3))),
    # ordering and sets
    (lambda x: np.maximum.reduce(x, dtype="f4"), A), (lambda x: np.hypot.reduce(x[:0]), A),
    (lambda x: np.hypot.reduce(x, initial=2.0), A), (lambda x: np.hypot.reduce(x, axis=(0, 1), keepdims=True), B),
    (lambda x: np.hypot.reduce(x, axis=0), np.ones((0, 2))), (lambda x: np.hypot.reduce(x, axis=1), np.ones((0, 2))),
    (np.hypot.accumulate, E), (np.logaddexp.reduce, E), (np.hypot.reduce, ONE),
    (lambda x: np.subtract.reduce(x, axis=1, initial=5.0), np.stack([B, 2 * B], -1)),
    (lambda x: np.logaddexp2.reduce(x, axis=2, initial=0.5, keepdims=True), np.stack([B, 2 * B])),
    (lambda x: np.add.reduceat(x, [0, 0, 3, 1, 1]), A), (lambda x: np.hypot.reduceat(x, [2, 2, 0], axis=1), B),
    (lambda x: np.divmod.outer(x, [0.4, -0.3]), A), (lambda x: scipy.special.ellipj.outer(x, [0.3, 0.5]), A),
    (lambda x: np.exp(x, where=True, casting="same_kind", order="K", subok=True), A),
    (lambda x: np.add.reduce(x, where=True, initial=np._NoValue), A), (lambda x: np.exp(x, None), A),
    (lambda x: np.setxor1d(x, np.concatenate([x[1:], [8.0, 8.0]])), np.append(A, A)), (np.unique_values, NAN),
    (np.trim_zeros, Z), (lambda x: np.trim_zeros(x, "f"), Z), (lambda x: np.trim_zeros(x, "b"), Z),
    (np.trim_zeros, 0 * Z), (lambda x: np.trim_zeros(x, "f"), 0 * Z), (lambda x: np.trim_zeros(x, "b"), 0 * Z),
    (lambda x: np.setxor1d(x, x[:0]), E), (lambda x: np.setxor1d(x, x[:2]), A),
    (lambda x: np.setxor1d(x, x[1:] * 2, True), A), (lambda x: np.intersect1d(x, x[1:3], False, True), A),
    (lambda x: np.setdiff1d(x, x[1:3], True), A), (lambda x: np.unique(np.concatenate([x, x]), True, True, True), A),
    (lambda x: np.unique(x, equal_nan=False), NAN), (lambda x: np.unique(x, axis=1), B),
    (lambda x: np.select([x > 1, x > 0], [x, 2 * x], 3.5), A),
    (lambda x: np.choose([1, 0, 1, 0], [x, 2 * x], mode="clip"), A), (lambda x: np.take(x, -4), A),
    (lambda x: np.take(x, [True, False]), A), (np.unstack, A), (np.unique_all, NAN), (np.unique_counts, NAN),
    (np.unique_inverse, NAN), (lambda x: np.choose([5, -3, 0, 1], [x, 2 * x], mode="wrap"), A),
    (lambda x: np.choose([2, 0, 1, 2], [x, 2 * x, 3 * x]), A), (lambda x: np.ix_(x, x * 2, x[:2]), A),
    (lambda x: np.polyint(x, 2, 0.5), A), (lambda x: np.logaddexp(x, -np.inf), A),
    (lambda x: np.logaddexp(-np.inf, x), A), (lambda x: np.logaddexp2(x, -np.inf), A),
    (lambda x: np.logaddexp2(-np.inf, x), A), (lambda x: np.compress([False, True], x), A),
    (lambda x: np.extract(x > 0, x), A), (lambda x: np.partition(x, -1), A), (lambda x: np.rot90(x, 4), B),
    (lambda x: np.tri(3) * np.tril(x, -1), C), (lambda x: np.triu(x, 1), C),
    (lambda x: np.choose([4, 2, 0, -2], [x, 2 * x], mode="wrap"), A),
    (lambda x: np.choose([9, -9, 1, 0], [x, 2 * x], mode="clip"), A),
    (lambda x: np.select([x > 1, x > 0], [x, 2.5], 0.5), A.astype("f4")),
    (lambda x: np.select([x > 1, x > 0], [[1, 2, 3, 4], x], 1j), A),
    (lambda x: np.select([x > 1, x > 0], [x, 2]), A.astype("f4")),
    (lambda x: np.select([x > 1, x > 0], [x, [7.0] * 4]), A),
    (lambda x: np.piecewise(x, [x > 1, x < 0], [np.square, np.negative, np.sin]), A),
    (lambda x: np.piecewise(x, [[True], [True]], [np.sin, np.square]), ONE), (lambda x: np.piecewise(x, [ROW], [np.sin]), A),
    (lambda x: np.piecewise(x, [x > 9, x > 1], [lambda v: v / np.max(v), np.square, 0.5]), A),
    (lambda x: np.apply_along_axis(np.cumsum, 1, x[None]), A), (lambda x: np.apply_along_axis(np.sum, 0, x[:, None]), A),
    (lambda x: np.apply_over_axes(np.sum, x, (0, -1)), B), (lambda x: np.sort(x, axis=None), B),
    # statistics
    (lambda x: np.var(x, ddof=4), A), (lambda x: np.var(x, ddof=5), A), (lambda x: np.var(x, where=ROW, ddof=2), A),
    (lambda x: np.std(x, ddof=3), A), (lambda x: np.nanvar(x, ddof=3), NAN), (lambda x: np.nanvar(x, ddof=2), NAN),
    (np.std, np.ones(3)), (np.nanstd, np.array([2.0, np.nan, 2.0])), (lambda x: np.vecdot(x, x, axis=0, keepdims=True), B),
    (np.nansum, NAN), (lambda x: np.nansum(x, axis=0, initial=2.0), NAN), (lambda x: np.nanmax(x, axis=0), NAN[:, None]),
    (lambda x: np.nanvar(x, where=[True, True, True, False, True]), NAN), (np.nanvar, NAN[1:2]),
    (np.nanmean, I), (np.nanvar, I),
    (lambda x: np.nanstd(x, axis=1, keepdims=True), B), (lambda x: np.var(x, 0, keepdims=np._NoValue, where=np._NoValue), B),
    (np.nanmean, NAN), (np.nanstd, NAN), (np.nanmedian, NAN), (np.nanprod, NAN), (np.nancumprod, NAN),
    (np.nancumsum, NAN), (np.nanmax, NAN), (lambda x: np.nanquantile(x, [0.0, 0.4, 1.0]), NAN), (np.nanmean, NAN[1:2]),
    (np.nanmax, NAN[::3]), (lambda x: np.quantile(x, 1 / 3), INF), (lambda x: np.quantile(x, [0.0, 1.0]), A),
    (lambda x: np.average(x, weights=[0.5, 0.25, 0.125, 0.125]), A),
    (lambda x: np.histogramdd(np.stack([A, A * A], 1), 2, None, None, x), A),
    (lambda x: np.histogramdd(np.array([0.5, 1.0, 2.5, 3.0]), [[0, 1, 3]], None, False, x), A), (np.median, INF),
    (np.median, NAN), (np.median, INF[:3]), (np.cov, A), (np.cov, ONE), (lambda x: np.cov(x, ddof=4), A),
    (lambda x: np.cov(x, -x), A), (lambda x: np.cov(x, fweights=[1, 2, 3], ddof=6), B),
    (lambda x: np.cov(x, fweights=[1, 0, 3], aweights=[0.5, 1, 2]), B), (np.corrcoef, A),
    (np.corrcoef, np.stack([W, W[::-1] * 1j])), (lambda x: np.average(x, axis=0, weights=[1, 2]), B),
    (lambda x: np.average(x, 1, B * B, returned=True), B), (lambda x: np.bincount([0, 1, 1, 4], x, 6), A),
    (lambda x: np.histogram([0.5, 1.0, 2.5, 3.0], [0, 1, 2, 3], None, False, x), A),
    (lambda x: np.histogram([0.5, 1.0, 2.5, 3.1], 3, (0, 3), True, x), A),
    (lambda x: np.histogramdd([0.5, 1.0, 2.5, 3.0], [[0, 1, 3]], None, False, x), A),
    (lambda x: np.histogram2d(A, A * A, [-1, 0, 1, 3], None, True, x), A),
    (lambda x: np.histogram2d(A, A, [2, 3], None, None, x), A), (lambda x: np.histogram(x, 3)[0] * 1.0, A),
    (lambda x: np.average(x, returned=True), A), (lambda x: np.average(x, 1, returned=True), B),
    (lambda x: np.average(x[None], (2, 1), x.T * x.T, returned=True), B),
    (lambda x: np.cov(x, x[:, 0] + 1, rowvar=False), B.T), (lambda x: np.cov(x, x * x, rowvar=False), B.T),
    (lambda x: np.cov(x, x * x, rowvar=False), B), (lambda x: np.cov(x, x @ x), C),
    (lambda x: np.cov(x, x[:, :1] ** 2, rowvar=False), B),
    (lambda x: np.cov(x, (x * x)[:1]), B), (lambda x: np.percentile(x, 30), A), (lambda x: np.percentile(x, 62.5, axis=1), B),
    (lambda x: np.nanpercentile(x, 40), A), (lambda x: np.nanpercentile(x, 40), NAN), (lambda x: np.quantile(x, 0.3), ONE),
    (np.median, W), (np.nanmedian, W), (np.median, E), (np.nanmedian, E), (lambda x: np.nanquantile(x, 0.5), E),
    (lambda x: np.quantile(x, 0.1), INF), (np.median, np.full(4, np.inf)), (np.median, INF[[0, 3]]),
    (lambda x: np.nanquantile(x, [0.2, 0.5], axis=1),
     np.stack([NAN, NAN[::-1], NAN * np.nan, A[[0, 1, 2, 3, 0]], [np.nan] * 4 + [2]])),
    (lambda x: np.nanquantile(x.reshape(2, 2, 5), 0.3, axis=-1), np.stack([NAN, NAN[::-1], 2 * NAN, A[[0, 1, 2, 3, 0]]])),
    (lambda x: np.quantile(x, 0.4, axis=1, method="inverted_cdf", weights=[1, 2, 0.5]), B),
    (lambda x: np.quantile(x, 0.4, axis=1, method="inverted_cdf", weights=[[1, 2, 0.5], [0.1, 0.2, 3]]), B),
    (lambda x: np.quantile(x, [0.4, 0.9], axis=(2, 0), method="inverted_cdf", weights=np.arange(1.0, 5).reshape(2, 2)),
     np.stack([A, 2 * A, A - 3, A * A]).reshape(2, 4, 2)),
    (lambda q: np.quantile(I, q), np.array([0.1, 0.6])), (lambda q: np.percentile(I, q), np.array([10.0, 60.0])),
    (lambda q: np.nanquantile(I, q), np.array([0.1, 0.6])), (lambda q: np.quantile(B, q, axis=1), np.array([0.1, 0.6, 0.7])),
    (lambda x: np.quantile(x, [[0.1, 0.6, 0.2], [0.3, 1.0, 0.0]], axis=1), B), (lambda q: np.quantile(A, q), np.abs(B) / 2),
    # polynomials
    (np.roots, Z), (np.roots, 0 * Z), (np.roots, ONE), (np.roots, A[:2]), (np.poly, C), (np.poly, E), (np.poly, W),
    (lambda x: np.poly(np.concatenate([x, x.conj()])), W), (lambda x: np.vander(x, 0), A),
    (lambda x: np.vander(x, 1), A), (lambda x: np.polyfit(np.arange(4.0), x, 0), A),
    (lambda x: np.polyfit(np.arange(2.0), x, 1, w=[1.0, 2.0]), B),
    (lambda x: np.polyfit(np.arange(3.0), x, 1, rcond=0.5), W), (lambda x: np.polydiv(x, x[:1]), A),
    (lambda x: np.polydiv(x[:1], x), A), (lambda x: np.polyadd(x, x[:1]), A), (lambda x: np.polyint(x, 0), A),
    (lambda x: np.polyder(x, 0), A), (lambda x: np.polyder(x, 4), A), (lambda x: np.polyval(x[:0], x), A),
    (lambda x: np.polymul(x[:1], x), A), (lambda x: np.polysub(x[:1], x), A),
    # calculus
    (lambda x: np.linspace(x[0], x[1], 1), A), (lambda x: np.linspace(x[0], x[1], 0), A), (lambda x: np.diff(x, 4), A),
    (lambda x: np.linspace(x[0], x[1], 3, retstep=True), A),
    (lambda x: np.linspace(-2.5 * x[0], x[1], 4, dtype=int), A),
    (lambda x: np.linspace(x, 2 * x, 3, False, axis=-1), A), (lambda x: np.geomspace(x[0], x[2], 1), A),
    (lambda x: np.geomspace(-x[0], -x[2], 3), A),
    (lambda x: np.interp(x, [-1.0, 0.0, 2.0], [0.5, 1.5, -1.0]), np.append(A, 2.0)),
    (lambda x: np.interp([-5.0, 5.0, 0.1], [-1.0, 1.0, 0.3], x, period=-2.0), A[:3]),
    (lambda x: np.interp(x, [0.0, 1.0], [1, 3], left=7.0, right=8.0), A), (lambda x: np.interp(x, [1, 2], [1, 3j]), A),
    (lambda x: np.interp(x.astype("f4"), np.float32([0.0, 1.0]), x[:2].astype("f4")), A), (np.gradient, A[:2]),
    (lambda x: np.gradient(x, 2.0, axis=1), B), (lambda x: np.gradient(x, [0, 1, 3], edge_order=2, axis=1), B),
    (lambda x: np.unwrap(x * 4, discont=1.0), A), (lambda x: np.ediff1d(x, [1.0, 2.0]), A), (np.trapezoid, ONE),
    (lambda x: np.geomspace(x[0], x[2], 3, dtype="f4"), A), (lambda x: np.geomspace([1.0, 2.0], x[2], 3, axis=-1), A),
    (lambda x: np.interp(x, [0.1, 0.5], [1.0, 2.0], period=1.0), A),
    (lambda x: np.diff(x, prepend=0.0, append=[1.0, 2.0]), A), (lambda x: np.diff(x, 0), A),
    (lambda x: np.linspace(x[0], x[1], 1, retstep=True), A), (lambda x: np.geomspace(1.0, x[2], 3), A),
    (lambda x: np.dot(A[:2], x.reshape(3, 2, 1)), np.append(A, A[:2])), (lambda x: np.copysign(x, -1.0), Z),
    (lambda x: np.fmax(x, NAN[:4]), A), (lambda x: np.fmin(NAN[:4], x), A), (lambda x: np.clip(A, None, x), A + 0.1),
    (lambda x: np.clip(A, x, None), A + 0.1), (lambda x: np.ix_(x > 0, x < 0), A), (lambda x: np.ix_([1, 0], [2]), A),
    (scipy.special.tandg, np.array([30.0, 50.0])), (scipy.special.cotdg, np.array([30.0, 50.0])),
    (lambda x: np.cross(x, [[1.0, 2, 3]]), B), (lambda x: np.convolve(x, x[:1]), A),
    (lambda x: np.correlate(x, x[:2], "full"), W),
    # parts and powers
    (np.angle, -A), (lambda x: np.angle(x, True), W), (np.nan_to_num, NAN), (lambda x: np.nan_to_num(x, nan=1.0), WILD),
    (lambda x: np.nan_to_num(x, True, 0.5, 3.0, -3.0), INF), (lambda x: np.real_if_close(x, tol=0.5), W * 1e-3 + 1),
    (np.real_if_close, W), (lambda x: np.real_if_close(x * (1 + 0j)), A), (np.i0, INF[1:3]), (np.sinc, Z),
    (np.emath.sqrt, A), (np.emath.arccos, np.array([1.0, 0.0, -1.0])), (lambda x: np.real_if_close(x, tol=2.0), W),
    (np.emath.log, np.abs(A)), (np.emath.arccos, A), (lambda x: np.emath.logn(-2.0, x), np.abs(A)),
    (lambda x: np.emath.power(x, [-1, 2, 3, -2]), A), (lambda x: np.emath.power(x, 0.5), A),
    (np.emath.sqrt, np.abs(Z)), (np.emath.log, np.abs(A[2:])), (np.emath.arcsin, A[1:2]),
    (np.emath.arctanh, np.array([1.5, 0.2])), (np.emath.arccos, np.array([-1.5])),
    (lambda x: np.emath.power(x, np.array([0, 1, 2, 0], "i1")), np.abs(A).astype("f4")),
    (lambda x: np.emath.power(x, np.array([0, 1, -2, 0], "i1")), np.abs(A).astype("f4")), (lambda x: np.emath.power(x, 2), W),
    (lambda x: np.emath.power(x, x), I), (lambda x: np.emath.power(x, 0.5), np.abs(Z)),
    (lambda x: np.real_if_close(x, tol=1), A + 1e-3j), (lambda x: np.real_if_close(x, tol=1.5), A + 1e-3j),
    (lambda x: np.real_if_close(x, tol=2), A + 2 * np.finfo(float).eps * 1j),
    (lambda x: np.real_if_close(x, tol=0.25), A + 0.25j),
    (np.i0, np.array([0.0, 30.0, -300.0, 700.0])), (np.modf, A), (np.frexp, A),
    # linear algebra and Fourier transforms
    (lambda x: np.linalg.matrix_power(x, 0), np.stack([C, C])), (np.linalg.norm, C),
    (lambda x: np.linalg.norm(x, "fro", (-1, 0)), C), (lambda x: np.linalg.norm(x, None, (0, 1), True), C),
    (lambda x: np.linalg.norm(x, -np.inf, 0), C), (lambda x: np.linalg.norm(x, 0, 1), B),
    (lambda x: np.linalg.norm(x, -2), C), (np.linalg.norm, 0 * Z), (lambda x: np.linalg.norm(x, 3), 0 * Z),
    (lambda x: np.linalg.norm(x, 0.5), 0 * Z), (lambda x: np.linalg.pinv(x, 0.9), np.stack([W[:2], W[1:]])),
    (lambda x: np.fft.fftn(x, (2,)), B), (lambda x: np.linalg.norm(x, 3), Z), (lambda x: np.linalg.norm(x, 0.5), Z),
    (lambda x: np.linalg.norm(x, -1.5), A), (lambda x: np.linalg.cond(x, -2), C),
    (lambda x: np.linalg.lstsq(x, x[:, 0] + 1, rcond=None)[:2], B.T),
    (lambda x: np.linalg.lstsq(x, B[:, :1], rcond=0.9)[0], B), (lambda x: np.linalg.multi_dot([x, C, C @ B.T, B]), B),
    (lambda x: np.linalg.multi_dot([x[0], C]), B), (lambda x: np.linalg.pinv(x, rtol=0.7), C),
    (lambda x: np.linalg.pinv(x, rtol=None), C), (lambda x: np.linalg.pinv(x + x.T, 0.5, True), C),
    (lambda x: np.linalg.svd(x, compute_uv=False), B), (lambda x: np.linalg.qr(x, "r"), B.T), (np.linalg.cond, C),
    (lambda x: np.linalg.cond(x, 1), C), (lambda x: np.linalg.tensorsolve(x, [1.0, 2, 3]), C), (np.linalg.slogdet, -C),
    (lambda x: np.fft.fftn(x, (-1, 2), (0, 1)), B), (lambda x: np.fft.irfftn(x, (-1,), (1,)), B),
    (lambda x: np.fft.fft(x, 1), A), (lambda x: np.fft.irfft(x, 1), A), (np.fft.hfft, A),
    (lambda x: np.fft.fftshift(x, (0, -1)), B), (lambda x: np.fft.rfft2(x, (4, 2)), B), (np.fft.irfft2, B),
    (lambda x: np.fft.fftn(x, axes=()), B), (lambda x: np.linalg.qr(x, "complete"), C),
    (lambda x: np.linalg.qr(x, "complete"), B),
    (np.linalg.qr, B.T), (lambda x: np.linalg.svd(x, hermitian=True), D), (lambda x: np.abs(np.linalg.eig(x)[1]) ** 2, T),
    (lambda x: np.abs(np.linalg.eig(x)[1]) ** 2, T + 1j * C), (lambda x: np.abs(np.linalg.eig(x)[1]) ** 2, np.triu(C) + 0.1),
    (lambda x: np.linalg.slogdet(x)[1], np.stack([W, W * W, W[::-1]])), (lambda x: np.linalg.matrix_power(x, 0), 0 * C),
    (lambda x: np.linalg.matrix_power(x, 0), STACK[:, None]), (lambda x: np.linalg.pinv(x, rtol=None), SMALL),
    (lambda x: np.linalg.pinv(x, 0.4), STACK), (lambda x: np.linalg.pinv(x, [0.4, 0.1, 0.01]), STACK),
    (lambda x: np.linalg.lstsq(x, x[:, 0] + 1, rcond=0.5), np.diag([2.0, 1.0])),
    (lambda x: np.linalg.lstsq(1e-9 * x, x[:, :2]), C),
    (lambda x: np.linalg.lstsq(x[:, :0], x[:, 0]), C), (lambda x: np.linalg.lstsq(x[:0], x[:0, 0]), C),
    (lambda x: np.linalg.multi_dot([x, C, C @ A[:3]]), B), (lambda x: np.linalg.multi_dot([x, C, A[:3]]), B),
    (lambda x: np.linalg.multi_dot([x[0], C, x[1]]), B),
    (lambda x: np.linalg.tensorsolve((x + 2 * np.eye(6)).reshape(2, 3, 6), B),
     np.outer(np.append(A, A[:2]), np.append(A[:2], A))),
    (lambda x: np.linalg.norm(x, 0), np.array([0.0, 1.0, 2.0, 1.0])),
    (lambda x: np.linalg.norm(x, 3), np.array([0.0, 1.0, 0.0])),
    (lambda x: np.linalg.norm(x, "fro"), B), (lambda x: np.linalg.norm(x, 2, None, True), A),
    (lambda x: np.linalg.norm(x, "f", keepdims=True), B), (np.linalg.norm, STACK), (lambda x: np.linalg.norm(x, 1), A),
    (lambda x: np.linalg.cond(x, -2), B), (lambda x: np.linalg.cond(x, 2), B.T), (lambda x: np.linalg.cond(x, 1), STACK),
    (lambda x: np.linalg.cond(x, "fro"), STACK[:, None]), (np.linalg.matrix_norm, STACK[:2, None, :2]),
    (np.linalg.matrix_norm, STACK),
    (lambda x: np.linalg.svd(x + x.swapaxes(-1, -2), hermitian=True), STACK), (lambda x: np.linalg.svd(x, hermitian=True), H),
    # joining and padding
    (lambda x: np.array_split(x, [0, 2, 9]), A), (lambda x: np.array_split(x, 3, axis=-1), B),
    (lambda x: np.tile(x, ()), A), (lambda x: np.repeat(x, 0), A), (lambda x: np.repeat(x, [2, 0], axis=-2), B),
    (lambda x: np.resize(x, 0), A), (lambda x: np.resize(x, (3, 3)), A),
    (lambda x: np.delete(x, [True, False, True, False]), A), (lambda x: np.delete(x, -1, 1), B),
    (lambda x: np.insert(x, [0, 4], [7.0, 8.0]), A), (np.block, A), (lambda x: np.meshgrid(x, copy=False), A),
    (np.meshgrid, A[0]), (lambda x: np.roll(x, (1, -2), (0, 1)), B), (lambda x: np.roll(x, 5), B),
    (lambda x: np.rollaxis(x, 1), B), (lambda x: np.pad(x, (0, 5), "wrap"), A),
    (lambda x: np.pad(x, 3, "reflect"), ONE), (lambda x: np.pad(x, 1, "symmetric"), ONE),
    (lambda x: np.pad(x, 2, "linear_ramp"), A), (lambda x: np.pad(x, 2, "linear_ramp", end_values=(1.0, 2.0)), B),
    (lambda x: np.pad(x, 1, "median", stat_length=3), A), (lambda x: np.pad(x, ((0, 1),), "mean", stat_length=1), A),
    (lambda x: np.pad(x, 0, "edge"), B),
    # whole numbers have NumPy's dtypes
    (lambda x: np.cumsum(x, dtype="i1"), I), (np.cumprod, I.astype("i1")), (np.cov, I), (np.median, I), (np.var, I),
    (lambda x: np.quantile(x, 0.3), I), (lambda x: np.nanquantile(x, 0.3), I),
    (lambda x: np.quantile(x, 0.3, method="lower"), I),
    (lambda x: np.percentile(x, 30, method="lower"), I), (lambda x: np.nanquantile(x, 0.3, method="higher"), I),
    (np.ptp, I), (np.average, I),
    (np.roots, I), (np.poly, I), (lambda x: np.interp(x, x[:1], x[:1]), I), (lambda x: np.linspace(x[1], x[0], 5), I),
    (np.trapezoid, I), (np.gradient, I), (np.angle, I), (np.i0, np.abs(I)), (np.nan_to_num, I), (np.real_if_close, I),
    (lambda x: np.emath.power(x, x), np.abs(I) + 1), (lambda x: np.polyfit(x, x, 1), I),
    (lambda x: np.histogram(x, 2), I), (np.unwrap, I), (np.sinc, I), (np.diff, I > 0),
]  # fmt: skip

RAISES: list[tuple[Callable[..., Any], np.ndarray]] = [
    (lambda x: np.put(x, [4], 1.0), A), (lambda x: np.histogram2d(A, A, [2], None, None, x), A),
    (lambda x: np.put(x, [-5], 1.0), A), (lambda x: np.linspace(x[0], x[1], -1), A),
    (lambda x: np.polyfit(x, x, -1), A), (lambda x: np.vander(x, -1), A), (np.roots, B), (np.poly, B),
    (lambda x: np.histogram(A, 3, None, None, x), ONE), (lambda x: np.histogramdd(B, [3], None, None, x), ONE),
    (lambda x: np.interp(x, [0.0, 1.0], [1.0]), A), (lambda x: np.interp(x, [], []), A),
    (lambda x: np.interp(x, x, x, period=0), A), (np.gradient, ONE), (lambda x: np.gradient(x, edge_order=2), A[:2]),
    (lambda x: np.gradient(x, 1.0, 2.0), A), (lambda x: np.gradient(x, [0.0, 1.0]), A),
    (lambda x: np.cumsum(x, axis=1), A), (lambda x: np.cumsum(x, axis=-2), A),
    (lambda x: np.linalg.matrix_power(x, 2), B), (lambda x: np.linalg.matrix_power(x, 0.5), C),
    (lambda x: np.trim_zeros(x, "x"), A), (lambda x: np.linalg.multi_dot([x]), B),
    (lambda x: np.piecewise(x, [x > 0], [1, 2, 3]), A), (lambda x: np.select([x], [x]), A),
    (lambda x: np.copyto(x, 1j), A), (lambda x: np.putmask(x, [True], 1.0), A), (lambda x: np.place(x, x > 0, []), A),
    (lambda x: np.take(x, 4), A), (lambda x: np.fill_diagonal(x, 1.0), np.ones((2, 3, 2))),
    (lambda x: np.histogram([1.0], [0.0, 2.0, 1.0], None, None, x), ONE), (lambda x: np.block([x, [x]]), A),
    (lambda x: np.apply_along_axis(np.sum, 0, x.reshape(2, 0)), E), (lambda x: np.take(x, -5), A),
    (lambda x: np.choose([2, 0, 0, 0], [x, x]), A), (lambda x: np.split(x, 3), A), (lambda x: np.array_split(x, 0), A),
    (lambda x: np.delete(x, 4), A), (lambda x: np.delete(x, -5), A), (lambda x: np.insert(x, 5, 1.0), A),
    (lambda x: np.insert(x, -6, 1.0), A), (lambda x: np.repeat(x, [1, 2]), A), (lambda x: np.rollaxis(x, 2), B),
    (lambda x: np.rollaxis(x, 0, 3), B), (lambda x: np.average(x, weights=[1.0]), A),
    (lambda x: np.average(x, weights=np.zeros(4)), A), (lambda x: np.fft.fft(x, 0), A),
    (lambda x: np.fft.fftn(x, (2,), (0, 1)), B), (lambda x: np.quantile(x, 1.5), A),
    (lambda x: np.quantile(x, -0.1), A), (lambda x: np.kron(x, x).reshape(3), A), (lambda x: np.pad(x, -1), A),
    (lambda x: np.pad(x, 1, "mean", stat_length=0), A), (lambda x: np.cross(x, x), A), (np.i0, W), (np.fft.hfft, ONE),
    (lambda x: np.diag(x[None, None]), A), (np.trace, A), (lambda x: np.diff(x, -1), A), (np.rot90, A),
    (lambda x: np.rot90(x, 1, (0, 0)), B), (np.unstack, A[0]), (np.cumulative_sum, B), (np.diff, A[0]),
    (lambda x: np.lib.stride_tricks.sliding_window_view(x, 5), A), (lambda x: np.linalg.norm(x, "x"), A),
    (np.linalg.inv, B), (np.linalg.eig, B), (np.linalg.eigh, B), (np.linalg.cholesky, B), (np.linalg.det, B),
    (np.linalg.eigvals, B), (lambda x: np.cov(x, x[None, None]), A), (lambda x: np.arctan2.reduce(x, axis=(0, 1)), B),
    # what is not a whole number, an axis of a number, an index of several axes
    (lambda x: np.linspace(x[0], x[1], 2.0), A), (lambda x: np.tile(x, 2.0), A), (lambda x: np.split(x, [1.0]), A),
    (lambda x: np.linalg.matrix_power(x, 2.0), C), (lambda x: np.take(x, np.zeros(0)), A), (lambda x: np.insert(x, 1.0, 2), A),
    (lambda x: np.lib.stride_tricks.sliding_window_view(x, 2.0), A), (lambda x: np.mean(x, axis=0), A[0]),
    (lambda x: np.var(x, axis=-1), A[0]), (np.add.accumulate, A[0]), (np.logaddexp.accumulate, A[0]),
    (lambda x: np.add.reduceat(x, [0]), A[0]), (lambda x: np.subtract.reduce(x, axis=1), A[0]), (np.ix_, B), (np.ix_, A[0]),
    (lambda x: np.quantile(A, x), np.full((1, 2, 1), 0.5)),
    (np.divmod.reduce, A), (lambda x: np.matmul.outer(x, x), B), (np.exp.reduce, A),
    (lambda x: np.where(x > 0, x), A), (lambda x: np.geomspace(0.0, x[0], 3), A), (lambda x: np.linalg.norm(x, 5), C),
    (lambda x: np.linalg.norm(x, "fro"), A), (lambda x: np.linalg.norm(x, 1, (0, 0)), C),
    (lambda x: np.linalg.tensorinv(x, 0), C), (np.linalg.svd, A), (lambda x: np.linalg.lstsq(x, A, None), B),
    (lambda x: np.linalg.tensorinv(x, 0), ONE[None]), (lambda x: np.linalg.matrix_power(x, 2), B[None]),
    (lambda x: np.linalg.outer(x, A), B), (lambda x: np.linalg.outer(A, x), B), (lambda x: np.linalg.norm(x, "fro"), B[None]),
    (lambda x: np.linalg.norm(x, 2), B[None]), (lambda x: np.linalg.pinv(x, 0.1, rtol=0.2), C),
    (lambda x: np.quantile(x, 0.5), W), (lambda x: np.quantile(x, 0.5), E), (lambda q: np.quantile(A, q), np.array([1.3])),
    (lambda q: np.quantile(A, q), np.array([-0.4])), (lambda q: np.nanquantile(A, q), np.array([0.1, 1.1])),
    (lambda x: np.quantile(x, 0.5, method="inverted_cdf", weights=[1, 2]), B),
    (lambda x: np.quantile(x, 0.5, axis=1, method="inverted_cdf", weights=[1, 2]), B),
    (lambda x: np.apply_over_axes(lambda a, _axis: np.sum(a), x, 0), B),
    (lambda x: np.choose([0, 1, 0, 1], [x, x], mode="x"), A),
    (lambda x: np.average(x, 1, [1.0, 2.0]), B), (np.cov, np.ones((2, 2, 2))), (lambda x: np.linalg.cross(x, x[:2]), A[:3]),
    (np.linalg.slogdet, B), (lambda x: np.linalg.svd(x, hermitian=True), B), (np.linalg.eigvalsh, B), (np.linalg.svdvals, A),
    (np.linalg.eigvals, A), (np.linalg.qr, A), (np.linalg.pinv, A), (np.linalg.cond, A), (np.linalg.matrix_norm, A),
    (np.linalg.slogdet, A), (np.linalg.eigh, A), (lambda x: np.linalg.lstsq(x, A), A), (lambda x: np.linalg.pinv(x, 0.1), A),
    (lambda x: np.linalg.cond(x, 1), B), (lambda x: np.linalg.svd(x, hermitian=True), A),
]  # fmt: skip


@pytest.mark.parametrize(("f", "x"), CALLS, ids=range(len(CALLS)))
def test_values_and_derivatives(f: Callable[..., Any], x: np.ndarray) -> None:
    agrees(f, x)


def agrees(f: Callable[..., Any], x: np.ndarray) -> None:
    """Values, dtypes and shapes are NumPy's, with a history and without, and the derivative is that of differences."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = f(x.copy())
        y = f(ac.tensor(x, requires_grad=x.dtype.kind in "fc"))
        compare(y, expected)
        compare(f(ac.tensor(x)), expected)
        first = y[0] if isinstance(y, tuple | list) else y
        if (
            isinstance(first, ac.Tensor)
            and first.requires_grad
            and x.all()
            and np.isfinite(x).all()
            and np.isfinite(first.numpy()).all()
        ):
            ac.testing.check_gradients(lambda t: f(t)[0] if isinstance(y, tuple | list) else f(t), x, order=1)


@pytest.mark.parametrize(("f", "x"), RAISES, ids=range(len(RAISES)))
def test_what_numpy_refuses(f: Callable[..., Any], x: np.ndarray) -> None:
    """With an exception that may be caught as NumPy's."""
    refused(f, x)


def refused(f: Callable[..., Any], x: np.ndarray) -> None:
    """Both raise, ours what may be caught as theirs; a division by zero is no answer."""
    with np.errstate(all="ignore"):
        with pytest.raises(Exception) as theirs:  # noqa: PT011
            f(x.copy())
        with pytest.raises(theirs.type):
            f(ac.tensor(x, requires_grad=True) * 1)


@pytest.mark.parametrize(
    "f", [lambda t: np.outer(t, t), np.var, lambda t: np.dot(t, t), lambda t: np.polyval([1.0, 0.0], t * t)]
)
def test_a_warning_made_an_error_comes_out_of_a_composite_as_itself(f: Callable[..., Any]) -> None:
    """It was reported as a function without a derivative."""
    t = ac.tensor([1e200, 2e200], requires_grad=True)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match="overflow encountered"):
        f(t)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="overflow encountered"):
            f(t)
