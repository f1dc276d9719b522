"""NumPy's functions against JAX's of the same name: one expression, both libraries, values and derivatives of two orders."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import pytest
import scipy.special as sp

import autograd_core as ac

jax.config.update("jax_enable_x64", True)

A, V, W = (2, 3), (5,), (4,)
NODES = np.array([-3.0, -1.1, 0.3, 1.4, 3.0])
PLACES = np.array([[0, 2], [1, 1]])

# a function of the library and of operands, and the shapes of those, drawn from 0.3 to 1.7 so that roots and logarithms exist
CALLS: dict[str, tuple[Any, tuple[tuple[int, ...], ...]]] = {
    name: (lambda xp, x, name=name: getattr(xp, name)(x), (A,))
    for name in (
        "sin", "cos", "tan", "arctan", "arcsinh", "sinh", "cosh", "tanh", "exp", "exp2", "expm1", "log",
        "log2", "log10", "log1p",
        "sqrt", "cbrt", "square", "reciprocal", "absolute", "fabs", "negative", "deg2rad", "rad2deg",
        "degrees", "radians", "sinc",
        "i0", "nan_to_num", "unwrap", "ravel", "transpose", "fliplr", "flipud", "sort", "median",
        "nanmedian", "ptp", "var", "std",
        "nanvar", "nanstd", "nansum", "nanprod", "nanmax", "nanmin", "nanmean", "cumsum", "cumprod", "nancumsum", "nancumprod",
        "prod", "mean", "max", "min", "diff", "ediff1d", "cov", "corrcoef", "diag", "diagflat", "tril", "triu", "atleast_3d",
    )
}  # fmt: skip
CALLS |= {
    name: (lambda xp, x, y, name=name: getattr(xp, name)(x, y), (A, (3,)))
    for name in (
        "add", "subtract", "multiply", "divide", "power", "float_power", "hypot", "arctan2", "logaddexp",
        "logaddexp2", "maximum",
        "minimum", "fmax", "fmin", "copysign", "kron", "outer", "inner", "cross", "append", "vecdot", "fmod", "remainder",
    )
}  # fmt: skip
CALLS |= {
    f"linalg.{name}": (lambda xp, x, name=name: getattr(xp.linalg, name)(x @ x.T + 2 * np.eye(3)), ((3, 3),))
    for name in ("inv", "det", "cholesky", "eigvalsh", "svdvals", "pinv", "norm", "cond", "trace")
}
CALLS |= {
    "trapezoid": (lambda xp, y, x: xp.trapezoid(y, xp.cumsum(x)), ((3, 4), W)),
    "gradient": (lambda xp, x: xp.gradient(x, 0.5, axis=0), ((4, 3),)),
    "interp": (lambda xp, x, fp: xp.interp(x, NODES, fp), (W, V)),
    "interp-period": (lambda xp, x, fp: xp.interp(x, NODES[1:4], fp, period=3.5), (W, (3,))),
    "convolve": (lambda xp, a, v: xp.convolve(a, v), (V, (3,))),
    "convolve-same": (lambda xp, a, v: xp.convolve(a, v, "same"), (V, W)),
    "correlate": (lambda xp, a, v: xp.correlate(a, v, "full"), (V, (3,))),
    "polyval": (lambda xp, p, x: xp.polyval(p, x), (W, A)),
    "polymul": (lambda xp, a, b: xp.polymul(a, b), (W, (3,))),
    "polyadd": (lambda xp, a, b: xp.polyadd(a, b), (W, (3,))),
    "polysub": (lambda xp, a, b: xp.polysub(a, b), ((3,), W)),
    "polyder": (lambda xp, p: xp.polyder(p, 2), (V,)),
    "polyint": (lambda xp, p: xp.polyint(p, 2), (W,)),
    "vander": (lambda xp, x: xp.vander(x, 4, increasing=True), ((3,),)),
    "linspace": (lambda xp, a, b: xp.linspace(a, b, 5), ((2,), (2,))),
    "logspace": (lambda xp, a, b: xp.logspace(a, b, 4), ((2,), (2,))),
    "geomspace": (lambda xp, a, b: xp.geomspace(a, b, 4), ((2,), (2,))),
    "quantile": (lambda xp, x: xp.quantile(x, np.array([0.2, 0.7]), axis=0), (V,)),
    "quantile-q": (lambda xp, x, q: xp.quantile(x, q / 2), (V, (2,))),
    "percentile": (lambda xp, x: xp.percentile(x, 30.0, axis=1), ((2, 5),)),
    "nanquantile": (lambda xp, x: xp.nanquantile(x, 0.3, axis=1), ((2, 5),)),
    "average": (lambda xp, x, w: xp.average(x, axis=1, weights=w), (A, (3,))),
    "where": (lambda xp, x, y: xp.where(x > 1, x * x, y), (A, (3,))),
    "select": (lambda xp, x: xp.select([x > 1.2, x > 0.8], [x * x, 3 * x], x), (A,)),
    "choose": (lambda xp, x, y: xp.choose(np.array([0, 1, 0]), [x[0], y]), (A, (3,))),
    "piecewise": (lambda xp, x: xp.piecewise(x, [x > 1, x <= 1], [lambda t: t * t, lambda t: 2 * t]), (V,)),
    "clip": (lambda xp, x: xp.clip(x, 0.6, 1.3), (A,)),
    "take": (lambda xp, x: xp.take(x, np.array([0, 5, 5])), (A,)),
    "take_along_axis": (lambda xp, x: xp.take_along_axis(x, PLACES, 1), (A,)),
    "compress": (lambda xp, x: xp.compress(np.array([True, False, True]), x, axis=1), (A,)),
    "insert": (lambda xp, x, v: xp.insert(x, np.array([1, 3]), v), (V, (2,))),
    "delete": (lambda xp, x: xp.delete(x, np.array([1, 3])), (V,)),
    "pad-reflect": (lambda xp, x: xp.pad(x, ((0, 0), (2, 3)), mode="reflect"), (A,)),
    "pad-odd": (lambda xp, x: xp.pad(x, ((0, 0), (2, 1)), mode="reflect", reflect_type="odd"), (A,)),
    "pad-symmetric": (lambda xp, x: xp.pad(x, (4, 5), mode="symmetric"), (W,)),
    "pad-ramp": (lambda xp, x: xp.pad(x, (2, 1), mode="linear_ramp", end_values=1.0), (W,)),
    "pad-mean": (lambda xp, x: xp.pad(x, (1, 2), mode="mean"), (W,)),
    "pad-wrap": (lambda xp, x: xp.pad(x, (5, 6), mode="wrap"), (W,)),
    "tile": (lambda xp, x: xp.tile(x, (2, 1, 2)), (A,)),
    "resize": (lambda xp, x: xp.resize(x, (3, 5)), (A,)),
    "rot90": (lambda xp, x: xp.rot90(x, 3), (A,)),
    "roll": (lambda xp, x: xp.roll(x, (1, -2), (0, 1)), (A,)),
    "block": (lambda xp, a, b: xp.block([[a, b[:, None]], [xp.ones((1, 4))]]), (A, (2,))),
    "tensordot": (lambda xp, a, b: xp.tensordot(a, b, axes=([0], [1])), (A, (4, 2))),
    "einsum": (lambda xp, a, b: xp.einsum("ij,kj,j->ki", a, b, b[0]), (A, (4, 3))),
    "apply_along_axis": (lambda xp, x: xp.apply_along_axis(lambda v: v * v[0], 1, x), (A,)),
    "solve": (lambda xp, a, b: xp.linalg.solve(a + 3 * np.eye(3), b), ((3, 3), (3,))),
    "slogdet": (lambda xp, a: xp.linalg.slogdet(a + 3 * np.eye(3))[1], ((3, 3),)),
    "eigh": (lambda xp, a: xp.linalg.eigh(a + a.T + np.diag([0.0, 3.0, 7.0]))[1] ** 2, ((3, 3),)),
    "svd": (lambda xp, a: xp.linalg.svd(a, full_matrices=False)[0] ** 2, ((4, 2),)),
    "qr": (lambda xp, a: xp.linalg.qr(a)[1] ** 2, ((4, 2),)),
    "matrix_power": (lambda xp, a: xp.linalg.matrix_power(a + np.eye(3), -2), ((3, 3),)),
    "multi_dot": (lambda xp, a, b, c: xp.linalg.multi_dot([a, b, c]), ((2, 3), (3, 4), (4,))),
    "vector_norm": (lambda xp, a: xp.linalg.vector_norm(a, ord=3, axis=1), (A,)),
    "matrix_norm-nuc": (lambda xp, a: xp.linalg.norm(a, "nuc"), (A,)),
    "fft": (lambda xp, x: xp.abs(xp.fft.fft(x)), (V,)),
    "irfft": (lambda xp, x: xp.fft.irfft(xp.fft.rfft(x) ** 2, 7), (V,)),
    "fft2": (lambda xp, x: xp.real(xp.fft.fft2(x)), (A,)),
}
SPECIAL = (
    "erf", "erfc", "expit", "logit", "gammaln", "digamma", "gamma", "ndtr", "log_ndtr", "ndtri", "entr",
    "i0", "i0e", "i1", "i1e",
    "erfinv", "expi", "spence",
)  # fmt: skip
PAIRS = ("xlogy", "xlog1py", "betaln", "beta", "rel_entr", "kl_div")


def cases() -> list[Any]:
    rows = [pytest.param(f, shapes, np, jnp, id=name) for name, (f, shapes) in CALLS.items()]
    rows += [pytest.param(lambda xp, x, n=n: getattr(xp, n)(x / 2), (A,), sp, jsp, id=f"special.{n}") for n in SPECIAL]
    rows += [pytest.param(lambda xp, x, y, n=n: getattr(xp, n)(x, y), (A, (3,)), sp, jsp, id=f"special.{n}") for n in PAIRS]
    return rows


@pytest.mark.parametrize(("f", "shapes", "ours", "theirs"), cases())
def test_agrees_with_jax(f, shapes, ours, theirs) -> None:
    """Values, the gradient of a weighted sum, and its derivative along a direction."""
    rng = np.random.default_rng(sum(map(sum, shapes)))
    xs = [rng.permutation(np.linspace(0.3, 1.7, int(np.prod(s)))).reshape(s) + 0.01 * k for k, s in enumerate(shapes)]
    vs = [rng.uniform(-1, 1, x.shape) for x in xs]
    y = f(ours, *map(ac.asarray, xs))
    z = np.asarray(f(theirs, *map(jnp.asarray, xs)))
    np.testing.assert_allclose(y.numpy(), z, rtol=1e-9, atol=1e-12)
    u = rng.uniform(-1, 1, z.shape)
    everything = tuple(range(len(xs)))

    def gradient(*a: Any) -> Any:
        return ac.grad(lambda *b: np.sum(u * f(ours, *b)), everything)(*a)

    of_jax = jax.grad(lambda *b: jnp.sum(u * f(theirs, *b)), everything)
    second = ac.jvp(lambda *a: list(gradient(*a)), tuple(xs), tuple(vs))[1]
    expected = jax.jvp(of_jax, tuple(map(jnp.asarray, xs)), tuple(map(jnp.asarray, vs)))
    for g, t, e, d in zip(gradient(*xs), second, *expected, strict=True):
        np.testing.assert_allclose(g.numpy(), np.asarray(e), rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(t.numpy(), np.asarray(d), rtol=1e-6, atol=1e-8)
