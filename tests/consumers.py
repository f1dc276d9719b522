"""Code that others wrote for the array API standard, run on Tensors by SciPy's and scikit-learn's dispatch.

Both decide at import whether they dispatch, so `test_array_api_use.py` runs this file in a process of its own, with
SCIPY_ARRAY_API=1: value and slope of each line are compared with the library's own on NumPy arrays.
"""

import numpy as np
import scipy.cluster.vq
import scipy.fft
import scipy.integrate
import scipy.optimize
import scipy.special
import scipy.stats
import sklearn
from scipy.spatial.transform import Rotation
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise
from sklearn.preprocessing import MinMaxScaler, Normalizer

import autograd_core as ac

V = np.array([0.31, 0.62, 0.95, 0.2])
X = np.random.default_rng(0).normal(size=(6, 3))
TARGET = X @ np.array([1.0, 2.0, 3.0])


def slope_is_right(name, f, x):
    """The gradient that a Tensor gives, along a direction, is the slope of what NumPy arrays give."""
    u = np.random.default_rng(1).normal(size=x.shape)
    value, gradient = ac.value_and_grad(f)(x)
    h = 1e-6
    slope = (float(f(x + h * u)) - float(f(x - h * u))) / (2 * h)
    np.testing.assert_allclose(value.item(), float(f(x)), rtol=1e-12, err_msg=name)
    np.testing.assert_allclose((gradient.numpy() * u).sum(), slope, rtol=1e-6, atol=1e-8, err_msg=name)


def xp_of(x):
    return ac if isinstance(x, ac.Tensor) else np


STATISTICS = ("skew", "kurtosis", "gmean", "hmean", "variation", "sem", "tvar", "iqr")
KERNELS = ("euclidean_distances", "cosine_similarity", "rbf_kernel", "polynomial_kernel", "sigmoid_kernel", "laplacian_kernel")

LINES = {
    **{f"scipy.special.{n}": (lambda x, n=n: (getattr(scipy.special, n)(x) ** 2).sum(), V) for n in ("erf", "expit")},
    **{f"scipy.special.{n}": (lambda x, n=n: (getattr(scipy.special, n)(x) ** 2).sum(), V) for n in ("softmax", "log_softmax")},
    "scipy.special.logsumexp": (scipy.special.logsumexp, V),
    "scipy.special.xlogy": (lambda x: scipy.special.xlogy(x, 2 * x).sum(), V),
    **{f"scipy.stats.{n}": (lambda x, n=n: getattr(scipy.stats, n)(x), V) for n in STATISTICS},
    "scipy.stats.pmean": (lambda x: scipy.stats.pmean(x, 3), V),
    "scipy.stats.zscore": (lambda x: (scipy.stats.zscore(x) ** 3).sum(), V),
    "scipy.integrate.trapezoid": (lambda x: scipy.integrate.trapezoid(x**2), V),
    "scipy.integrate.cumulative_trapezoid": (lambda x: scipy.integrate.cumulative_trapezoid(x**2).sum(), V),
    "scipy.optimize.rosen": (scipy.optimize.rosen, V),
    "scipy.optimize.rosen_der": (lambda x: (scipy.optimize.rosen_der(x) ** 2).sum(), V),
    "scipy.fft.fft": (lambda x: (abs(scipy.fft.fft(x)) ** 3).sum(), V),
    "scipy.fft.irfft": (lambda x: (scipy.fft.irfft(x * (1 + 0.5j)) ** 3).sum(), V),
    "scipy.cluster.vq.whiten": (lambda x: (scipy.cluster.vq.whiten(x) ** 3).sum(), X),
    "scipy.spatial.transform.Rotation": (
        lambda x: (Rotation.from_rotvec(x).apply(xp_of(x).asarray([1.0, 2.0, 3.0])) ** 3).sum(),
        V[:3],
    ),
    **{f"sklearn.metrics.pairwise.{n}": (lambda x, n=n: getattr(pairwise, n)(x, 2 * x[:2] + 1).sum(), X) for n in KERNELS},
    "sklearn.preprocessing.MinMaxScaler": (lambda x: (MinMaxScaler().fit_transform(x) ** 3).sum(), X),
    "sklearn.preprocessing.Normalizer": (lambda x: (Normalizer().fit_transform(x) ** 3).sum(), X),
    "sklearn.decomposition.PCA": (lambda x: (PCA(2, svd_solver="full").fit_transform(x) ** 4).sum(), X),
    "sklearn.linear_model.Ridge": (
        lambda x: (Ridge(solver="svd").fit(x, xp_of(x).asarray(TARGET)).coef_ ** 2).sum(),
        X,
    ),
}

if __name__ == "__main__":
    with sklearn.config_context(array_api_dispatch=True):
        for name, (f, x) in LINES.items():
            slope_is_right(name, f, x)
            print(name)
