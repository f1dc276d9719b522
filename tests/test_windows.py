"""Windows against their definition: copied, added up, and the largest of each, with its derivative."""

from itertools import product

import numpy as np
import pytest

import autograd_core as ac
from autograd_core._rules.windows import fold_windows, unfold_windows, windows_of

GEOMETRIES = [  # spatial shape, kernel, stride, padding, dilation
    ((5,), 1, 1, 0, 1),
    ((4,), 1, 1, 1, 1),
    ((4,), 3, 1, 1, 1),
    ((2,), 2, 2, 1, 1),
    ((7,), 2, 3, 0, 2),
    ((8,), 2, 2, 0, 2),
    ((5, 4), (3, 2), (1, 2), ((2, 1), (0, 1)), (1, 2)),
    ((4, 6), (2, 3), (2, 3), 0, 1),
    ((4, 5), 2, 1, 1, (2, 1)),
    ((3, 4, 5), (2, 1, 3), (1, 2, 1), ((0, 1), (0, 0), (1, 1)), (2, 1, 1)),
]
everywhere = pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)


def defined(x, windows, fill):
    """(B, *windows, *kernel, C), element by element."""
    padded = np.pad(x, [(0, 0), (0, 0), *windows.padding], constant_values=fill)
    lengths = windows.lengths(x.shape[2:])
    y = np.zeros((x.shape[0], *lengths, *windows.kernel, x.shape[1]), x.dtype)
    for at, place in product(np.ndindex(*lengths), np.ndindex(*windows.kernel)):
        element = tuple(i * s + k * d for i, k, s, d in zip(at, place, windows.stride, windows.dilation, strict=True))
        y[(slice(None), *at, *place)] = padded[(..., *element)]
    return y


@everywhere
@pytest.mark.parametrize("channels", [1, 3])
def test_unfold_copies_every_window_and_fold_is_its_transpose(geometry, channels):
    spatial, *options = geometry
    windows = windows_of(spatial, *options, "test")
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, channels, *spatial))
    y = defined(x, windows, 0.0)
    named = dict(zip(("stride", "padding", "dilation"), options[1:], strict=True))
    np.testing.assert_array_equal(ac.unfold(ac.asarray(x), options[0], **named).numpy(), y)
    np.testing.assert_array_equal(unfold_windows(np.asfortranarray(x), windows=windows), y)
    g = rng.standard_normal(y.shape)
    back = ac.fold(ac.asarray(g), spatial, options[0], **named).numpy()
    assert back.shape == x.shape
    np.testing.assert_array_equal(back, fold_windows(g, windows=windows, spatial=spatial))
    assert np.isclose((back * x).sum(), (g * y).sum())


@everywhere
@pytest.mark.parametrize("kind", ["distinct", "ties", "some NaN", "all NaN"])
def test_max_pool_is_the_largest_of_each_window(geometry, kind):
    """Its derivative goes to the first place, in row-major order, that holds it; NaN is larger than everything."""
    spatial, *options = geometry
    windows = windows_of(spatial, *options, "test")
    rng = np.random.default_rng(0)
    x = rng.permutation(3 * 2 * int(np.prod(spatial))).reshape(3, 2, *spatial).astype(float)
    x = {"distinct": x, "ties": x // 7, "some NaN": np.where(x % 5 == 0, np.nan, x), "all NaN": x * np.nan}[kind]
    seen = defined(x, windows, -np.inf).reshape(3, -1, int(np.prod(windows.kernel)), 2)
    expected = np.moveaxis(seen.max(axis=2), -1, 1).reshape(3, 2, *windows.lengths(spatial))
    named = dict(zip(("stride", "padding", "dilation"), options[1:], strict=True))
    leaf = ac.tensor(x, requires_grad=True)
    y = ac.max_pool(leaf, options[0], **named)
    np.testing.assert_array_equal(y.numpy(), expected, strict=True)
    g = rng.integers(1, 9, y.shape).astype(float)
    y.backward(g)
    numbers = defined(np.arange(1.0, x.size + 1).reshape(x.shape), windows, 0.0).reshape(seen.shape)
    first = np.where(np.isnan(seen).any(axis=2), np.isnan(seen).argmax(axis=2), seen.argmax(axis=2))
    chosen = np.take_along_axis(numbers, first[:, :, None], 2)[:, :, 0].astype(int)
    by_element = np.bincount(chosen.ravel(), np.moveaxis(g, 1, -1).ravel(), x.size + 1)[1:]
    np.testing.assert_array_equal(leaf.grad.numpy(), by_element.reshape(x.shape))


X = ac.asarray(np.zeros((1, 2, 4)))


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda: ac.unfold(X, (2, 2)), "unfold: kernel=(2, 2) must be 1 integer(s) of at least 1"),
        (lambda: ac.unfold(X, 0), "unfold: kernel=0 must be 1 integer(s) of at least 1"),
        (lambda: ac.unfold(X, 2, stride=0), "unfold: stride=0 must be 1 integer(s) of at least 1"),
        (lambda: ac.unfold(X, 2, padding=-1), "unfold: padding=-1 must be 1 integer(s) of at least 0"),
        (lambda: ac.max_pool(X, 2, dilation=(1, 1)), "max_pool: dilation=(1, 1) must be 1 integer(s) of at least 1"),
        (
            lambda: ac.max_pool(X, 2, padding=((1, 1), (1, 1))),
            "max_pool: padding=((1, 1), (1, 1)) must be 1 pairs of integers of at least 0",
        ),
        (
            lambda: ac.unfold(X, 5),
            "unfold: no window of kernel (5,), dilation (1,) fits spatial shape (4,) padded by ((0, 0),)",
        ),
        (
            lambda: ac.fold(np.zeros((1, 3, 3, 2)), (4,), 2),
            "fold: columns of shape (1, 3, 3, 2) for (3, 2) windows and kernel; they must agree",
        ),
        (
            lambda: ac.fold(np.zeros((1, 3, 2)), (4,), 2),
            "fold: columns of shape (1, 3, 2) for (3, 2) windows and kernel; they must agree",
        ),
    ],
)
def test_what_does_not_fit_is_said(act, text):
    with pytest.raises(ac.ShapeError) as raised:
        act()
    assert str(raised.value) == text
