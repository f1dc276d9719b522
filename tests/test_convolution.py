"""Convolution in both of its ways, on rows where they lie and on columns, against its definition."""

import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_core as ac
from autograd_core._rules.convolution import _grid, correlate, correlate_input, correlate_weight
from autograd_core._rules.windows import windows_of


def defined(x, weight, windows, groups):
    """The sum of its definition, window by window and place by place."""
    padded = np.pad(x, [(0, 0), (0, 0), *windows.padding])
    lengths, filters = windows.lengths(x.shape[2:]), weight.shape[0]
    y = np.zeros((x.shape[0], filters, *lengths))
    for at, place in product(np.ndindex(*lengths), np.ndindex(*windows.kernel)):
        element = tuple(i * s + k * d for i, k, s, d in zip(at, place, windows.stride, windows.dilation, strict=True))
        seen = padded[(..., *element)].reshape(x.shape[0], groups, -1)
        split = weight[(..., *place)].reshape(groups, filters // groups, -1)
        y[(..., *at)] += np.einsum("bgc,gfc->bgf", seen, split).reshape(x.shape[0], filters)
    return y


@st.composite
def calls(draw):
    axes = draw(st.integers(1, 3))

    def several(low, high):
        return tuple(draw(st.lists(st.integers(low, high), min_size=axes, max_size=axes)))

    spatial, kernel, dilation = several(1, 9 if axes < 3 else 4), several(1, 4), several(1, 2)
    stride = several(1, 3) if draw(st.booleans()) else (1,) * axes
    padding = tuple(
        (max(0, d * (k - 1) + 1 - n) + draw(st.integers(0, 3)), draw(st.integers(0, 3)))
        for n, k, d in zip(spatial, kernel, dilation, strict=True)
    )
    groups, inside, outside = (draw(st.sampled_from(s)) for s in ((1, 1, 2, 3), (1, 2, 8, 17), (1, 2, 3)))
    windows = windows_of(spatial, kernel, stride, padding, dilation, "test")
    return windows, spatial, draw(st.integers(1, 3)), groups, inside, outside


@given(calls(), st.integers(0, 1000))
def test_all_three_are_one_trilinear_form(call, seed):
    """The form <g, W * x> as each of the three gives it, so that they are transposes of one another and of the definition."""
    windows, spatial, batch, groups, inside, outside = call
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((batch, groups * inside, *spatial))
    weight = rng.standard_normal((groups * outside, inside, *windows.kernel))
    y = defined(x, weight, windows, groups)
    g = rng.standard_normal(y.shape)
    np.testing.assert_allclose(correlate(x, weight, None, windows=windows, groups=groups), y, atol=1e-10)
    of_x = correlate_input(g, weight, windows=windows, groups=groups, spatial=spatial)
    of_weight = correlate_weight(x, g, windows=windows, groups=groups)
    assert (of_x.shape, of_weight.shape) == (x.shape, weight.shape)
    u, v = rng.standard_normal(x.shape), rng.standard_normal(weight.shape)
    assert np.isclose((of_x * u).sum(), (defined(u, weight, windows, groups) * g).sum())
    assert np.isclose((of_weight * v).sum(), (defined(x, v, windows, groups) * g).sum())


@pytest.mark.parametrize(
    ("shape", "stride", "filters", "on_rows"),
    [((2, 8, 16, 16), 1, 32, True), ((2, 8, 16, 16), 2, 32, False), ((2, 8, 4, 4), 1, 64, False), ((2, 1, 9, 9), 1, 1, True)],
)
def test_images_are_multiplied_where_they_lie_if_the_gaps_cost_less_than_copies(shape, stride, filters, on_rows):
    windows = windows_of(shape[2:], 3, stride, 1, 1, "test")
    assert (_grid(np.zeros(shape), windows, filters) is not None) == on_rows


@pytest.mark.parametrize("spatial", [(12, 12), (4, 4)])
def test_a_value_that_is_not_finite_stays_in_the_windows_that_see_it(spatial):
    windows, x, weight = windows_of(spatial, 3, 1, 1, 1, "test"), np.ones((2, 4, *spatial)), np.ones((8, 4, 3, 3))
    x[0, 0, -1, -1] = np.inf
    y = correlate(x, weight, None, windows=windows)
    assert np.isinf(y[0, :, -2:, -2:]).all()
    y[0, :, -2:, -2:] = 0
    assert np.isfinite(y).all()


def test_padding_is_not_negative():
    with pytest.raises(ValueError, match=r"convolution: padding=\(\(-1, 0\),\) must be 1 pairs of integers of at least 0"):
        windows_of((4,), 2, 1, ((-1, 0),), 1, "convolution")


@pytest.mark.parametrize("shapes", [((1, 2, 4), (3, 2, 2, 2)), ((1, 2), (3, 2)), ((1, 2, 4, 4), (3, 2, 2))])
def test_as_many_axes_as_the_kernel_and_at_least_three(shapes):
    x, weight = map(np.zeros, shapes)
    with pytest.raises(ac.ShapeError) as raised:
        ac.convolution(x, weight)
    text = f"convolution: x of shape {x.shape} and weight of shape {weight.shape} must be (B, C, ...) and (F, C, ...)"
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("inside", "groups", "takes"),
    [
        (1, 1, "takes 1 channels and a multiple of 1 filters"),
        (1, 2, "takes 2 channels and a multiple of 2 filters"),
        (2, -1, "takes -2 channels and a multiple of -1 filters"),
        (2, 0, "takes 0 channels and a multiple of 0 filters"),
    ],
)
def test_channels_and_filters_are_those_of_the_groups(inside, groups, takes):
    x, weight = np.zeros((1, 2, 4)), np.zeros((3, inside, 2))
    with pytest.raises(ac.ShapeError) as raised:
        ac.convolution(x, weight, groups=groups)
    text = f"convolution: weight of shape {weight.shape} with groups={groups} {takes}, but x of shape (1, 2, 4) has 2 channels"
    assert str(raised.value) == text


def test_windows_of_many_images_are_copied_some_at_a_time():
    """A kernel of 1 x 9 sees each element nine times; no copy of all that is ever made."""
    x, weight = np.ones((256, 2, 1, 128)), np.ones((2, 2, 1, 9))
    windows = windows_of(x.shape[2:], (1, 9), 1, ((0, 0), (4, 4)), 1, "test")
    windows = windows._replace(stride=(2, 1))
    assert _grid(x, windows, 2) is None
    tracemalloc.start()
    try:
        y = correlate(x, weight, None, windows=windows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < x.nbytes + 2 * y.nbytes
