"""Code that others wrote for the array API standard, run on Tensors by SciPy's and scikit-learn's dispatch.

Both decide at import whether they dispatch, so `test_array_api_use.py` runs this file in a process of its own, with
SCIPY_ARRAY_API=1: value and slope of each line are compared with the library's own on NumPy arrays.
"""

import numpy as np
import scipy.cluster.vq
import scipy.fft
import scipy.integrate
import scipy.optimize
import scipy.signal
import scipy.special
import scipy.stats
import sklearn
from scipy.spatial.transform import Rotation
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.metrics import pairwise
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import KernelCenterer, MaxAbsScaler, MinMaxScaler, Normalizer, PolynomialFeatures

import autograd_core as ac

V, W = np.array([0.31, 0.62, 0.95, 0.2]), np.array([0.1, 0.8, 0.33, 0.5])
X = np.random.default_rng(0).normal(size=(6, 3))
N = np.random.default_rng(2).normal(size=24)
TARGET = X @ np.array([1.0, 2.0, 3.0])
CLASSES = np.array([0, 1, 0, 1, 0, 1])


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


STATISTICS = (
    "skew", "kurtosis", "gmean", "hmean", "variation", "sem", "tvar", "tstd", "tmean", "iqr", "gstd", "circmean", "circvar",
    "circstd", "entropy", "differential_entropy",
)  # fmt: skip
TESTS = ("skewtest", "kurtosistest", "normaltest", "jarque_bera")
OF_SAMPLES = ("ttest_ind", "ttest_rel", "pearsonr", "f_oneway", "bartlett", "levene")
SIGNALS = ("hilbert", "hilbert2", "envelope")
KERNELS = (
    "euclidean_distances", "cosine_similarity", "rbf_kernel", "polynomial_kernel", "sigmoid_kernel", "laplacian_kernel",
    "manhattan_distances", "cosine_distances",
)  # fmt: skip
SCALERS = (MinMaxScaler, MaxAbsScaler, Normalizer, PolynomialFeatures)

LINES = {
    **{f"scipy.special.{n}": (lambda x, n=n: (getattr(scipy.special, n)(x) ** 2).sum(), V) for n in ("erf", "expit")},
    **{f"scipy.special.{n}": (lambda x, n=n: (getattr(scipy.special, n)(x) ** 2).sum(), V) for n in ("softmax", "log_softmax")},
    "scipy.special.logsumexp": (scipy.special.logsumexp, V),
    "scipy.special.xlogy": (lambda x: scipy.special.xlogy(x, 2 * x).sum(), V),
    **{f"scipy.stats.{n}": (lambda x, n=n: getattr(scipy.stats, n)(x), abs(N)) for n in STATISTICS},
    **{f"scipy.stats.{n}": (lambda x, n=n: sum(getattr(scipy.stats, n)(x)), N) for n in TESTS},
    **{f"scipy.stats.{n}": (lambda x, n=n: sum(getattr(scipy.stats, n)(x, xp_of(x).asarray(W))), V) for n in OF_SAMPLES},
    "scipy.stats.moment": (lambda x: scipy.stats.moment(x, 3), V),
    "scipy.stats.directional_stats": (lambda x: (scipy.stats.directional_stats(x).mean_direction ** 3).sum(), X),
    "scipy.stats.quantile": (lambda x: scipy.stats.quantile(x, 0.3), V),
    "scipy.stats.pmean": (lambda x: scipy.stats.pmean(x, 3), V),
    "scipy.stats.zscore": (lambda x: (scipy.stats.zscore(x) ** 3).sum(), V),
    "scipy.integrate.trapezoid": (lambda x: scipy.integrate.trapezoid(x**2), V),
    "scipy.integrate.cumulative_trapezoid": (lambda x: scipy.integrate.cumulative_trapezoid(x**2).sum(), V),
    "scipy.optimize.rosen": (scipy.optimize.rosen, V),
    "scipy.optimize.rosen_der": (lambda x: (scipy.optimize.rosen_der(x) ** 2).sum(), V),
    "scipy.fft.fft": (lambda x: (abs(scipy.fft.fft(x)) ** 3).sum(), V),
    "scipy.fft.irfft": (lambda x: (scipy.fft.irfft(x * (1 + 0.5j)) ** 3).sum(), V),
    **{f"scipy.signal.{n}": (lambda x, n=n: (abs(getattr(scipy.signal, n)(x)) ** 3).sum(), X) for n in SIGNALS},
    "scipy.signal.resample": (lambda x: (scipy.signal.resample(x, 8) ** 3).sum(), V),
    "scipy.signal.fftconvolve": (lambda x: (scipy.signal.fftconvolve(x, xp_of(x).asarray(W)) ** 2).sum(), V),
    "scipy.signal.freqz": (lambda x: (abs(scipy.signal.freqz(x, worN=8)[1]) ** 2).sum(), V),
    "scipy.signal.zpk2tf": (lambda x: (scipy.signal.zpk2tf(x[:2], x[2:], x[0])[0] ** 2).sum(), V),
    "scipy.cluster.vq.whiten": (lambda x: (scipy.cluster.vq.whiten(x) ** 3).sum(), X),
    "scipy.spatial.transform.Rotation": (
        lambda x: (Rotation.from_rotvec(x).apply(xp_of(x).asarray([1.0, 2.0, 3.0])) ** 3).sum(),
        V[:3],
    ),
    **{f"sklearn.metrics.pairwise.{n}": (lambda x, n=n: getattr(pairwise, n)(x, 2 * x[:2] + 1).sum(), X) for n in KERNELS},
    **{f"sklearn.preprocessing.{s.__name__}": (lambda x, s=s: (s().fit_transform(x) ** 3).sum(), X) for s in SCALERS},
    "sklearn.preprocessing.KernelCenterer": (lambda x: (KernelCenterer().fit_transform(x @ x.T) ** 3).sum(), X),
    "sklearn.decomposition.PCA": (lambda x: (PCA(2, svd_solver="full").fit_transform(x) ** 4).sum(), X),
    "sklearn.decomposition.PCA(whiten)": (lambda x: (PCA(2, svd_solver="full", whiten=True).fit_transform(x) ** 4).sum(), X),
    "sklearn.discriminant_analysis.LinearDiscriminantAnalysis": (
        lambda x: (LinearDiscriminantAnalysis().fit(x, xp_of(x).asarray(CLASSES)).predict_proba(x) ** 2).sum(),
        X,
    ),
    "sklearn.naive_bayes.GaussianNB": (
        lambda x: (GaussianNB().fit(x, xp_of(x).asarray(CLASSES)).predict_proba(x) ** 2).sum(),
        X,
    ),
    "sklearn.kernel_approximation.Nystroem": (
        lambda x: (Nystroem(n_components=3, random_state=0).fit_transform(x) ** 2).sum(),
        X,
    ),
    "sklearn.linear_model.Ridge": (
        lambda x: (Ridge(solver="svd").fit(x, xp_of(x).asarray(TARGET)).coef_ ** 2).sum(),
        X,
    ),
    "sklearn.linear_model.RidgeCV": (
        lambda x: (RidgeCV(alphas=[0.1, 1.0]).fit(x, xp_of(x).asarray(TARGET)).coef_ ** 2).sum(),
        X,
    ),
}

if __name__ == "__main__":
    with sklearn.config_context(array_api_dispatch=True):
        for name, (f, x) in LINES.items():
            slope_is_right(name, f, x)
            print(name)
