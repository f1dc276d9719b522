"""Padding with other widths, values and lengths at each end, of one element and of none."""

import numpy as np
import pytest

import autograd_core as ac

from .test_calls import agrees, refused

A = np.array([1.3, -0.4, 2.2, 0.7])
B = np.array([[0.9, -1.2, 0.3], [1.4, 0.6, -0.8]])
ODD = [{"mode": mode, "reflect_type": "odd"} for mode in ("reflect", "symmetric")]
RAMP, EMPTY = {"mode": "linear_ramp", "end_values": (2.0, -1.0)}, np.zeros((0, 3))
MODES = [
    *({"mode": mode} for mode in ("constant", "edge", "wrap", "reflect", "symmetric", "linear_ramp", "mean", "maximum")),
    {"mode": "median"}, *ODD, RAMP,
    {"constant_values": 1}, {"constant_values": (1.5, 2.5)}, {"constant_values": ((1.0, 2.0), (3.0, 4.0))},
    {"mode": "mean", "stat_length": (1, 2)}, {"mode": "minimum", "stat_length": ((1, 2), (3, 1))},
    {"mode": "linear_ramp", "end_values": ((1.0, 2.0), (3.0, 4.0))},
]  # fmt: skip


@pytest.mark.parametrize("options", MODES, ids=str)
@pytest.mark.parametrize("widths", [((1, 0), (0, 1)), ((0, 1), (1, 0)), ((0, 0), (2, 3)), ((3, 1), (0, 0))], ids=str)
def test_each_end_has_its_own_width(widths, options):
    agrees(lambda x: np.pad(x, widths, **options), B)


@pytest.mark.parametrize("options", ODD)
@pytest.mark.parametrize("widths", [(0, 1), (1, 0), (2, 3)])
def test_one_element_is_repeated(options, widths):
    agrees(lambda x: np.pad(x, widths, **options), A[:1])


@pytest.mark.parametrize("options", [{"mode": "edge"}, {"mode": "mean"}, *ODD, RAMP], ids=str)
def test_nothing_is_extended_from_nothing(options):
    """An axis without elements is refused if it has a width, else left."""
    agrees(lambda x: np.pad(x, ((0, 0), (1, 2)), **options), EMPTY)
    for width in ((1, 0), (0, 1), (1, 1), (2, 2)):
        refused(lambda x, width=width: np.pad(x, (width, (0, 0)), **options), EMPTY)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.pad(x, 1, "maximum", stat_length=0),
        lambda x: np.pad(x, -1),
        lambda x: np.pad(x, (1, -1), "edge"),
        lambda x: np.pad(x, {0: (-1, 0)}),
    ],
)
def test_what_numpy_refuses(f):
    refused(f, A)


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_a_mean_of_nothing_is_refused():
    """NumPy's is NaN."""
    with pytest.raises(ac.UnsupportedFunction, match=r"np.pad\(mode='mean', stat_length=0\): it must be at least 1"):
        np.pad(ac.tensor(A, requires_grad=True), 1, "mean", stat_length=0)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_what_is_put_at_the_ends_has_a_derivative(value):
    """Also where it is zero, which is not the number 0."""
    x = ac.tensor(B, requires_grad=True)
    assert ac.grad(lambda v: np.pad(x, 1, constant_values=v).sum())(value).item() == 14
    assert ac.grad(lambda v: np.pad(x, ((0, 1), (0, 0)), constant_values=v).sum())(value).item() == 3
    v = np.array([value, 2.0])
    ac.testing.check_gradients(lambda t: np.pad(t, 2, "linear_ramp", end_values=t[0]), v, order=1)


@pytest.mark.parametrize("values", [{}, {"constant_values": 0}])
def test_zeros_are_put_around_at_once(values):
    """One operation for all axes, which keeps nothing."""
    assert "from=with_zeros" in repr(np.pad(ac.tensor(B, requires_grad=True), 1, **values))
