"""No rule allocates more than a small multiple of its operands, its result and its cotangent."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import polynomial

import autograd_core as ac
from autograd_core._rules import polynomials

N = 20_000
MANY = np.arange(N) % 97
SQUARE = (140, 140)


def assigned(x: Any, v: Any) -> Any:
    """`x` with `v` written at places of which each occurs often."""
    y = x * 1.0
    y[MANY] = v
    return y


CALLS: dict[str, tuple[Any, tuple[tuple[int, ...], ...]]] = {
    "diag": (np.diag, ((200,),)),
    "diagonal": (np.diagonal, (SQUARE,)),
    "trace": (np.trace, (SQUARE,)),
    "kron": (np.kron, ((10, 10), (15, 15))),
    "take": (lambda x: np.take(x, MANY), ((N,),)),
    "take_along_axis": (lambda x: np.take_along_axis(x, MANY, 0), ((N,),)),
    "sort": (np.sort, ((N,),)),
    "median": (np.median, ((N,),)),
    "quantile": (lambda x: np.quantile(x, [0.1, 0.5], axis=0), (SQUARE,)),
    "unique": (np.unique, ((N,),)),
    "einsum": (lambda a, b: np.einsum("ij,jk->ik", a, b), (SQUARE, SQUARE)),
    "einsum-diagonal": (lambda a: np.einsum("ii->i", a), (SQUARE,)),
    "einsum-three": (lambda a, b, c: np.einsum("ij,jk,kl->il", a, b, c), (SQUARE, SQUARE, SQUARE)),
    "inner": (np.inner, (SQUARE, SQUARE)),
    "matmul": (np.matmul, (SQUARE, SQUARE)),
    "matmul-stack": (np.matmul, ((50, 20, 20), (20, 20))),
    "matmul-of-stack": (np.matmul, ((20, 20), (50, 20, 20))),
    "matvec": (np.matvec, ((50, 60), (100, 60))),
    "put": (assigned, ((N,), (N,))),
    "det": (np.linalg.det, ((100, 8, 8),)),
    "arctan2": (np.arctan2, ((N,), (N,))),
    "cumsum": (np.cumsum, ((N,),)),
    "cumprod": (np.cumprod, ((N,),)),
    "prod": (lambda x: np.prod(x, axis=1), (SQUARE,)),
    "max": (lambda x: np.max(x, axis=0), (SQUARE,)),
    "var": (lambda x: np.var(x, axis=0), (SQUARE,)),
    "cov": (np.cov, (SQUARE,)),
    "tile": (lambda x: np.tile(x, 10), ((2000,),)),
    "repeat": (lambda x: np.repeat(x, 10), ((2000,),)),
    "concatenate": (lambda a, b: np.concatenate([a, b]), ((N,), (N,))),
    "pad": (lambda x: np.pad(x, 7), (SQUARE,)),
    "pad-reflect": (lambda x: np.pad(x, 7, mode="reflect"), (SQUARE,)),
    "roll": (lambda x: np.roll(x, 3), (SQUARE,)),
    "tril": (np.tril, (SQUARE,)),
    "diff": (lambda x: np.diff(x, n=2), ((N,),)),
    "gradient": (np.gradient, ((N,),)),
    "trapezoid": (np.trapezoid, ((N,),)),
    "convolve": (np.convolve, ((N,), (50,))),
    "correlate": (lambda a, v: np.correlate(a, v, "same"), ((N,), (51,))),
    "interp": (lambda x, fp: np.interp(x, np.linspace(-3, 3, 1000), fp), ((N,), (1000,))),
    "bincount": (lambda w: np.bincount(MANY, w), ((N,),)),
    "histogram": (lambda x: np.histogram(x, 50)[1], ((N,),)),
    "choose": (lambda a, b: np.choose(MANY % 2, [a, b]), ((N,), (N,))),
    "fft": (lambda x: np.fft.fft(x).real, ((N,),)),
    "rfft": (lambda x: np.fft.rfft(x).real, ((N,),)),
    "inv": (lambda x: np.linalg.inv(x + 200 * np.eye(140)), (SQUARE,)),
    "solve": (lambda a, b: np.linalg.solve(a + 200 * np.eye(140), b), (SQUARE, (140,))),
    "pinv": (np.linalg.pinv, ((2000, 10),)),
    "pinv-stack": (np.linalg.pinv, ((4, 500, 10),)),
    "svd": (lambda x: np.linalg.svd(x, full_matrices=False)[1], ((2000, 10),)),
    "qr": (lambda x: np.linalg.qr(x)[1], ((2000, 10),)),
    "lstsq": (lambda a, b: np.linalg.lstsq(a, b)[0], ((2000, 10), (2000,))),
    "norm": (lambda x: np.linalg.norm(x, axis=0), (SQUARE,)),
    "sinc": (np.sinc, ((N,),)),
    "polyval": (np.polyval, ((200,), (2000,))),
    "polyval2d": (polynomial.polyval2d, ((2000,), (2000,), (40, 40))),
    "polygrid2d": (polynomial.polygrid2d, ((140,), (140,), (40, 40))),
    "polydiv": (lambda u: np.concatenate(np.polydiv(u, [3.0, 1.0, 0.5])), ((5000,),)),
    "poly": (lambda r: polynomials.from_roots(r / 100), ((1000,),)),  # np.poly itself looks at each root for overrides
    "vander": (lambda x: np.vander(x, 20), ((2000,),)),
}


@pytest.mark.parametrize("name", CALLS)
def test_peak_is_a_small_multiple(name) -> None:
    """The peak of the forward and backward pass together, counted in operands and results."""
    function, shapes = CALLS[name]
    rng = np.random.default_rng(0)
    xs = [rng.standard_normal(shape) for shape in shapes]
    result = np.asarray(function(*xs))
    leaves = [ac.tensor(x, requires_grad=True) for x in xs]
    np.sum(function(*leaves)).backward()  # whatever is made once is made here
    tracemalloc.start()
    try:
        np.sum(function(*leaves)).backward()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    given = sum(x.nbytes for x in xs) + result.nbytes
    assert peak < 8 * given + 50_000, f"{name}: {peak / given:.1f} times its operands and result of {given} bytes"
