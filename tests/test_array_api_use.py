"""Code that others wrote for the array API standard runs on Tensors, with gradients through what is smooth."""

import os
import subprocess
import sys
from pathlib import Path

import array_api_compat
import array_api_extra as xpx
import numpy as np
import pytest

import autograd_core as ac

from .consumers import LINES, slope_is_right

A = np.array([[3.0, 1.0, 2.0], [4.0, 6.0, 5.5]])


def xp_of(x):
    return ac if isinstance(x, ac.Tensor) else np


SMOOTH = {
    "angle": lambda x: xpx.angle(x + 1j * x * x).sum(),
    "apply_where": lambda x: (xpx.apply_where(x > 2.5, x, lambda a: a * a, lambda a: -a)).sum(),
    "at.add": lambda x: (xpx.at(x, (0, slice(None))).add(x[1, :], copy=True) ** 2).sum(),
    "at.divide": lambda x: (xpx.at(x)[:, 1].divide(2.0, copy=True) ** 2).sum(),
    "at.max": lambda x: (xpx.at(x)[0, :].max(x[1, :] - 2.0, copy=True) ** 2).sum(),
    "at.multiply": lambda x: (xpx.at(x, x > 2.5).multiply(2.0, copy=True) ** 2).sum(),
    "at.set": lambda x: (xpx.at(x)[0, :].set(x[1, :], copy=True) ** 2).sum(),
    "atleast_nd": lambda x: (xpx.atleast_nd(x, ndim=3) ** 2).sum(),
    "cov": lambda x: (xpx.cov(x, axis=-1) ** 2).sum(),
    "create_diagonal": lambda x: (xpx.create_diagonal(x[0]) ** 2).sum(),
    "deg2rad": lambda x: (xpx.deg2rad(x) ** 2).sum(),
    "kron": lambda x: xpx.kron(x, x).sum(),
    "lazy_apply": lambda x: xpx.lazy_apply(lambda a: a * a, x).sum(),
    "nan_to_num": lambda x: (xpx.nan_to_num(x) ** 2).sum(),
    "nanmax": lambda x: (xpx.nanmax(x, axis=0) ** 2).sum(),
    "nanmean": lambda x: (xpx.nanmean(x, axis=0) ** 2).sum(),
    "nanmin": lambda x: (xpx.nanmin(x, axis=1) ** 2).sum(),
    "nansum": lambda x: (xpx.nansum(x * x, axis=1) ** 2).sum(),
    "pad": lambda x: (xpx.pad(x, 1, constant_values=2.0) ** 2).sum(),
    "partition": lambda x: (xpx.partition(x, 1)[:, 0] ** 2).sum(),
    "rad2deg": lambda x: (xpx.rad2deg(x) ** 2).sum(),
    "sinc": lambda x: (xpx.sinc(x / 3) ** 2).sum(),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_array_api_extra_is_differentiable(name):
    slope_is_right(name, SMOOTH[name], A)


@pytest.mark.parametrize(
    "f",
    [
        lambda xp: xpx.isclose(xp.asarray(A), xp.asarray(A + 1e-9)),
        lambda xp: xpx.nunique(xp.asarray(A)),
        lambda xp: xpx.one_hot(xp.asarray([1, 2, 0]), 3),
        lambda xp: xpx.setdiff1d(xp.asarray([1, 2, 3]), xp.asarray([2])),
        lambda xp: xpx.union1d(xp.asarray([1, 2]), xp.asarray([3, 2])),
        lambda xp: xpx.isin(xp.asarray([1, 2]), xp.asarray([2])),
        lambda xp: xpx.argpartition(xp.asarray(A), 1),
        lambda xp: xpx.searchsorted(xp.asarray([1.0, 2.0, 3.0]), xp.asarray([0.5, 2.0]), side="right"),
        lambda xp: xpx.unravel_index(xp.asarray([1, 5]), (2, 3))[1],
        lambda xp: xpx.tril_indices(3, xp=xp)[0],
    ],
)
def test_array_api_extra_computes_what_it_does_with_numpy(f):
    ours, theirs = f(ac), f(np)
    assert isinstance(ours, ac.Tensor)
    np.testing.assert_array_equal(ours.numpy(), theirs)
    assert ours.dtype == theirs.dtype


def test_array_api_extra_s_assertions_take_tensors():
    x = ac.asarray(A)
    for check in (xpx.testing.assert_close, xpx.testing.assert_equal):
        check(x * 1, x)
        with pytest.raises(AssertionError, match="Mismatched elements"):
            check(x + 1, x)


def test_array_api_compat_recognises_a_tensor():
    x = ac.asarray(A)
    assert array_api_compat.is_array_api_obj(x)
    assert array_api_compat.array_namespace(x, 1.0, None) is ac
    assert array_api_compat.device(x) == "cpu"
    assert array_api_compat.to_device(x, "cpu") is x
    assert array_api_compat.size(x) == 6


def test_scipy_and_scikit_learn_dispatch_to_tensors():
    """Special functions, statistics, quadrature, kernels, scalers and a decomposition: value and slope of each."""
    environment = {**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.consumers"],
        env=environment,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split("\n")[:-1] == list(LINES)
