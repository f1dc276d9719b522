"""Tensors over Dask arrays: the same rules, lazily; what Dask does not implement raises and computes nothing."""

import copy
import pickle
import warnings

import dask
import dask.array as da
import numpy as np
import pytest

import autograd_core as ac
from autograd_core import AssignmentError, ShapeError, UnsupportedFunction

X = np.arange(12.0).reshape(6, 2) / 10 - 0.3
Y = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])
W = np.array([0.3, -0.2])


def chunked(array):
    return da.from_array(array, chunks=2)


@pytest.fixture
def computed():
    """How often Dask's scheduler ran."""
    runs = []

    def scheduler(graph, keys, **options):
        runs.append(keys)
        return dask.get(graph, keys, **options)

    with dask.config.set(scheduler=scheduler):
        yield runs


def logistic_loss(x, y, w):
    z = np.matmul(x, w)
    return (np.logaddexp(0, z) - y * z).mean()


@pytest.mark.parametrize("wrap", [lambda a: a, ac.asarray, ac.tensor])
def test_the_gradient_of_a_logistic_regression_is_numpy_s_and_lazy(wrap, computed):
    expected = ac.grad(logistic_loss, 2)(X, Y, W)
    w = ac.tensor(W, requires_grad=True)
    logistic_loss(wrap(chunked(X)), wrap(chunked(Y)), w).backward()
    assert isinstance(w.grad.data, da.Array)
    assert not computed
    np.testing.assert_allclose(w.grad.numpy(), expected.numpy(), rtol=1e-14)
    assert len(computed) == 1


def test_second_derivatives_and_forward_mode_are_lazy_too(computed):
    x, y = chunked(X), chunked(Y)
    v = np.array([1.0, 2.0])
    product = ac.hvp(lambda w: logistic_loss(x, y, w), W, v)
    _, tangent = ac.jvp(lambda w: logistic_loss(x, y, w), (W,), (v,))
    assert not computed
    np.testing.assert_allclose(product.numpy(), ac.hvp(lambda w: logistic_loss(X, Y, w), W, v).numpy())
    np.testing.assert_allclose(tangent.item(), ac.jvp(lambda w: logistic_loss(X, Y, w), (W,), (v,))[1].item())


def test_data_larger_than_memory_is_never_made():
    """A hundred gigabytes: the recipe of the gradient is made in a moment."""
    rows = 1_000_000_000
    x = da.ones((rows, 13), chunks=(50_000_000, 13))
    value, gradient = ac.value_and_grad(lambda w: ((np.matmul(x, w) - 1.0) ** 2).mean())(np.zeros(13))
    assert x.nbytes > 100e9
    assert isinstance(value.data, da.Array)
    assert gradient.shape == (13,)


LAZY = {
    "average": lambda x: (np.average(x, axis=0, weights=x + 1) ** 2).sum(),
    "broadcast_to": lambda x: (np.broadcast_to(x, (3, 6, 2)) ** 2).sum(),
    "cholesky": lambda x: np.linalg.cholesky(x.T @ x + np.eye(2)).sum(),
    "clip": lambda x: (np.clip(x, -0.2, 0.5) ** 2).sum(),
    "concatenate": lambda x: (np.concatenate([x, x * x]) ** 2).sum(),
    "cumprod": lambda x: (np.cumprod(x + 1, axis=0) ** 2).sum(),
    "cumsum": lambda x: (np.cumsum(x, axis=0) ** 2).sum(),
    "diff": lambda x: (np.diff(x, axis=0) ** 2).sum(),
    "einsum": lambda x: (np.einsum("ij,ik->jk", x, x) ** 2).sum(),
    "erf": lambda x: ac.special.erf(x).sum(),
    "empty": lambda x: (
        x[:0].sum() + x[[]].sum() + x[np.zeros(6, bool)].sum() + x[None, 3:1].sum() + x[:, []].sum() + x * x
    ).sum(),
    "expand_dims": lambda x: (x[0][None] * x).sum(),
    "flip": lambda x: (np.flip(x, 0) * x).sum(),
    "geomspace": lambda x: (np.geomspace(x[0] + 2, x[1] + 3, 4) ** 2).sum(),
    "histogram_bin_edges": lambda x: (np.histogram_bin_edges(X, x[:, 0]) ** 2).sum(),
    "index": lambda x: (x[1:3] * x[2:4, ::-1]).sum(),
    "index-and-more": lambda x: (x * x).sum() + (x[1:3] * x[2:4]).sum(),  # a cotangent that indexing added to in place
    "logsumexp": lambda x: ac.special.logsumexp(x, axis=0).sum(),
    "mask-behind-a-slice": lambda x: (x[:, np.array([True, False])] ** 2).sum(),
    "max": lambda x: x.max(axis=1).sum(),
    "multigammaln": lambda x: ac.special.multigammaln(x + 3, 3).sum(),
    "norm": np.linalg.norm,
    "prod": lambda x: np.prod(x + 1),
    "relu": lambda x: ac.relu(x - 0.15).sum(),
    "setitem": lambda x: ((y := x * 1).__setitem__(0, 5.0), (y**2).sum())[1],
    "softmax": lambda x: (ac.special.softmax(x, axis=-1) ** 2).sum(),
    "solve": lambda x: np.linalg.solve(x.T @ x + np.eye(2), np.ones(2)).sum(),
    "stack": lambda x: (np.stack([x, x * x]) ** 2).sum(),
    "std": lambda x: np.std(x, axis=0).sum(),
    "tensordot": lambda x: (np.tensordot(x, x, axes=([0], [0])) ** 2).sum(),
    "where": lambda x: np.where(x > 0.15, x * x, 0).sum(),
}


@pytest.mark.parametrize("name", LAZY)
def test_gradients_are_lazy_and_those_of_numpy(name, computed):
    gradient = ac.grad(LAZY[name])(chunked(X))
    assert isinstance(gradient.data, da.Array)
    assert not computed
    np.testing.assert_allclose(gradient.numpy(), ac.grad(LAZY[name])(X).numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda x: ac.median(x.data), r"Dask does not implement numpy"),
        (lambda x: ac.argsort(x.data), r"Dask does not implement numpy.argsort"),
        (lambda x: np.sort(ac.concatenate([x.data, X])), r"Dask does not implement numpy.argsort"),
        (np.sort, r"Dask does not implement numpy.argsort, of an array of shape \(6, 2\)"),
        (lambda x: np.linalg.det(x[:2]), r"Dask does not implement numpy.linalg.det"),
        (lambda x: np.linalg.svd(x)[1], r"Dask does not implement numpy.linalg.svd"),
        (lambda x: np.maximum.at(x, 0, 1.0), r"np.maximum.at writes into its operand"),
        (ac.grad(lambda x: x[np.array([0, 0])].sum()), r"Dask does not implement np.add.at"),
        (lambda x: np.reshape(x, -1, order="F"), r"Dask does not implement reshape\(order='F'\)"),
        (lambda x: x[None][0, :, [1, 0]], r"Dask does not implement an index of arrays on both sides of a slice"),
        (lambda x: x[np.array(0)], r"Dask does not implement this index, .* \(Dask says: AssertionError\)"),
        (lambda x: x[True], r"Dask does not implement a single boolean as an index, True, of an array of shape \(6, 2\)"),
        (lambda x: x[:, np.False_], r"Dask does not implement a single boolean as an index"),
        (np.emath.sqrt, r"np.emath's dtype .* not known of an array of shape \(6, 2\) before Dask computes it"),
        (lambda x: np.emath.power(2, x.astype(int)), r"np.emath.power's dtype depends on whether an exponent is negative"),
        (lambda x: np.real_if_close(x + 0j), r"np.real_if_close's dtype depends on whether an imaginary part is large"),
        (lambda x: np.choose(x.astype(int), [X, X]), r"np.choose\(mode=\"raise\"\) checks every number, which is not known"),
        (lambda x: np.polydiv(x[:, 0], x[:2, 1]), r"polydiv's remainder .* of arrays of shapes \(6,\) and \(2,\) before Dask"),
        (lambda x: x[[0, 1], [1, 0]], r"Dask does not implement this index, .* \(Dask says: Don't yet support nd fancy"),
    ],
)
def test_what_dask_lacks_raises_and_computes_nothing(f, text, computed):
    with pytest.raises(UnsupportedFunction, match=text):
        f(ac.asarray(chunked(X)))
    assert not computed


def test_a_dask_array_beside_a_constant_stays_lazy(computed):
    """A composite without a history is NumPy's own function, but not for another library's arrays."""
    for y in (np.concatenate([chunked(X), ac.asarray(X)]), ac.concatenate([chunked(X), X]), ac.diff(chunked(X), axis=0)):
        assert isinstance(y, ac.Tensor)
        assert isinstance(y.data, da.Array)
    assert not computed


def test_a_composite_of_a_plain_dask_array_is_ours(computed):
    """Dask itself warns, and computes, where it has no function of the name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for f in (ac.median, ac.nanmedian):
            with pytest.raises(UnsupportedFunction, match="Dask does not implement"):
                f(chunked(X))
    assert not computed


def test_an_unknown_shape_raises():
    x = ac.asarray(chunked(X))
    with pytest.raises(ShapeError, match=r"unknown shape \(nan,\).*compute_chunk_sizes\(\)"):
        x[x > 0.1]


def test_assignment_makes_another_recipe(computed):
    inner = chunked(X)
    x = ac.asarray(inner)
    x[0] = 9.0
    x += 1.0
    assert not computed
    np.testing.assert_array_equal(x.numpy()[0], [10.0, 10.0])
    np.testing.assert_array_equal(inner.compute(), X)
    with pytest.raises(ValueError, match="broadcast"):
        x[:0] = np.ones((3, 2))
    with pytest.raises(AssignmentError, match=r"over a dask.array.core array, which has no memory of its own"):
        ac.writable(x)


def test_leaves_copy_and_pickle_without_being_computed(computed):
    x = ac.tensor(chunked(X), requires_grad=True)
    for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.requires_grad
        assert isinstance(y.data, da.Array)
    assert "dask.array" in repr(x)
    assert not computed


def test_a_gradient_on_a_cluster_of_two_workers():
    """The same graph on Dask's distributed scheduler, in two processes."""
    distributed = pytest.importorskip("distributed")
    w = ac.tensor(W, requires_grad=True)
    logistic_loss(chunked(X), chunked(Y), w).backward()
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
        dask.config.set(scheduler=client),
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        gradient = w.grad.numpy()
    np.testing.assert_allclose(gradient, ac.grad(logistic_loss, 2)(X, Y, W).numpy(), rtol=1e-14)


def test_a_lazy_operand_outside_the_domain_is_nan_once_computed(computed):
    """The check that raises on NumPy's arrays would compute."""
    y = ac.special.multigammaln(chunked(np.array([0.5, 3.0])), 3)
    assert not computed
    np.testing.assert_array_equal(y.numpy(), [np.nan, ac.special.multigammaln(3.0, 3).item()])
