"""Training and calculus as pictures: what is drawn are the engine's numbers."""

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import viz


@pytest.fixture(autouse=True)
def _closed():
    pytest.importorskip("matplotlib").use("agg")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    yield
    pyplot.close("all")


def new_axes():
    from matplotlib.figure import Figure

    return Figure().add_subplot()


def drawn(ax):
    """Render, so that an error in any artist shows."""
    ax.figure.canvas.draw()
    return ax


def test_a_function_beside_its_derivatives():
    ax = drawn(viz.derivative(ac.sin, (-1, 1), order=2, points=11))
    x = np.linspace(-1, 1, 11)
    lines = [line.get_ydata() for line in ax.get_lines()[:3]]
    for line, expected in zip(lines, (np.sin(x), np.cos(x), -np.sin(x)), strict=True):
        np.testing.assert_allclose(line, expected, atol=1e-12)


def test_constant_functions_have_flat_derivatives():
    ax = drawn(viz.derivative(lambda x: 0 * x + 2.0, points=5))
    np.testing.assert_array_equal(ax.get_lines()[1].get_ydata(), np.zeros(5))


def test_contour_arrows_are_the_gradient():
    ax = drawn(viz.contour(lambda x, y: x**2 + 3 * y, (0, 1), (0, 1), arrows=3))
    quiver = next(c for c in ax.collections if hasattr(c, "U"))
    np.testing.assert_allclose(quiver.U, np.tile([0.0, 1.0, 2.0], 3))
    np.testing.assert_allclose(quiver.V, np.full(9, 3.0))


def test_field_arrows_have_length_one_and_the_size_as_colour():
    ax = drawn(viz.gradient_field(lambda x, y: 3 * x + 4 * y, arrows=4))
    quiver = next(c for c in ax.collections if hasattr(c, "U"))
    np.testing.assert_allclose(np.hypot(quiver.U, quiver.V), 1)
    np.testing.assert_allclose(quiver.get_array(), 5)


def test_a_stationary_point_has_no_direction():
    drawn(viz.gradient_field(lambda x, y: 0 * x * y, arrows=3))


def test_loss_surface_shows_where_the_optimizer_went():
    path = [np.array([3.0, 2.0, 0.0]) * 0.7**k for k in range(8)]
    ax = drawn(viz.loss_surface(lambda p: (ac.asarray(p) ** 2).sum(), path, points=9, ax=new_axes()))
    along = np.array(ax.get_lines()[0].get_data()).T
    steps = np.linalg.norm(np.diff(along, axis=0), axis=1)
    np.testing.assert_allclose(steps, np.linalg.norm(np.diff(path, axis=0), axis=1))
    chosen = viz.loss_surface(lambda p: p @ p, path, directions=([1, 0, 0], [0, 1, 0]), points=5)
    np.testing.assert_allclose(np.array(chosen.get_lines()[0].get_data())[:, 0], path[0][:2] - path[-1][:2])


@pytest.mark.parametrize("path", [[], [1.0, 2.0], [[1.0]]])
def test_a_path_without_two_directions_is_refused(path):
    with pytest.raises(ac.ShapeError, match=r"expected \(steps, parameters\) with 2 or more parameters"):
        viz.loss_surface(lambda p: 0.0, path)


def test_a_loss_that_explodes_still_draws():
    drawn(viz.loss_surface(lambda p: np.exp(1e3 * p[0] ** 2), [[1.0, 0.0], [0.0, 0.0]], points=5))


def recorded():
    w = ac.tensor(np.ones((2, 2)), requires_grad=True, name="first")
    v = ac.tensor(np.ones((2, 2)), requires_grad=True, name="last")
    with viz.record() as recording:
        ((np.eye(2) @ w) @ v).sum().backward()
    return recording, {"first": w, "last": v}


def test_gradient_flow_of_one_step_and_of_many():
    recording, tensors = recorded()
    norms = {name: float(np.linalg.norm(t.grad.numpy())) for name, t in tensors.items()}
    assert viz.gradient_norms(recording) == viz.gradient_norms(tensors) == viz.gradient_norms(tensors.items()) == norms
    ax = drawn(viz.gradient_flow(recording, ax=new_axes()))
    assert [p.get_height() for p in ax.patches] == list(norms.values())
    ax = drawn(viz.gradient_flow([norms, {"first": 0.0, "last": 2.0}]))
    assert [line.get_label() for line in ax.get_lines()] == ["first", "last"]
    assert ax.get_lines()[0].get_ydata()[1] == 1e-12
    with pytest.raises(ValueError, match="there is no gradient to draw; call backward"):
        viz.gradient_flow({"w": ac.tensor(1.0)})


def test_histograms_leave_out_what_is_not_finite():
    ax = drawn(viz.histograms({"good": np.arange(10.0), "bad": [np.nan, 1.0], "empty": [], "tensor": ac.tensor([1.0])}))
    assert [t.get_text() for t in ax.get_yticklabels()] == ["good", "bad (1 not finite)", "empty", "tensor"]
    with pytest.raises(ValueError, match="nothing to draw"):
        viz.histograms({})


@pytest.mark.parametrize("channels", [1, 3, 8])
def test_filters(channels):
    weight = np.random.default_rng(0).normal(size=(6, channels, 5, 5))
    ax = drawn(viz.filters(weight))
    image = ax.get_images()[0].get_array()
    assert image.shape[:2] == (2 * 6 - 1, 3 * 6 - 1)
    if channels != 3:
        np.testing.assert_allclose(image[:5, :5], weight[0, 0] / np.abs(weight).max())
    with pytest.raises(ac.ShapeError, match=r"a weight of shape \(5, 5\); expected \(out, in, height, width\)"):
        viz.filters(weight[0, 0])


def test_feature_maps():
    a = np.arange(2 * 3 * 3.0).reshape(1, 2, 3, 3)
    image = drawn(viz.feature_maps(ac.tensor(a), columns=2)).get_images()[0].get_array()
    np.testing.assert_allclose(image[:, :3], (a[0, 0] - 0) / 8)
    assert np.ma.is_masked(image[:, 3])
    with pytest.raises(ac.ShapeError, match=r"expected \(channels, height, width\), one example"):
        viz.feature_maps(np.zeros((2, 2, 3, 3)))


def test_confusion_matrix():
    scores = np.eye(3)[[0, 1, 1, 2]]
    ax = drawn(viz.confusion_matrix([0, 1, 2, 2], scores, labels=["a", "b", "c"]))
    np.testing.assert_array_equal(ax.get_images()[0].get_array(), [[1, 0, 0], [0, 1, 0], [0, 1, 1]])
    assert ax.get_title() == "accuracy 75 %"
    with pytest.raises(ac.ShapeError, match="2 targets and 1 predictions"):
        viz.confusion_matrix([0, 1], [0])
    with pytest.raises(ValueError, match="do not fit the labels"):
        viz.confusion_matrix([0, 5], [0, 1], labels=["a", "b"])


def test_numerical_derivatives_follow_the_exact_one_by_their_order():
    """What is drawn are errors: 8, 10, 12 and 15 digits at the default step, and slopes 1 and 2 before rounding sets in."""
    figure = viz.plot_derivative(lambda x: np.exp(np.sin(x)), (-2, 2))
    curves, along, against = figure.axes
    figure.canvas.draw()
    x = np.linspace(-2, 2, 401)
    np.testing.assert_allclose(curves.get_lines()[2].get_ydata(), np.cos(x) * np.exp(np.sin(x)), atol=1e-14)
    worst = [line.get_ydata().max() for line in along.get_lines()]
    for found, (low, high) in zip(worst, ((1e-9, 1e-6), (1e-11, 1e-8), (1e-14, 1e-10), (1e-17, 1e-14)), strict=True):
        assert low < found < high
    forward, central, _, stepped = (line.get_ydata() for line in against.get_lines()[:4])
    steps = against.get_lines()[0].get_xdata()
    several = slice(*np.searchsorted(steps, [1e-4, 1e-2]))
    for errors, order in ((forward, 1), (central, 2), (stepped, 2)):
        assert np.polyfit(np.log(steps[several]), np.log(errors[several]), 1)[0] == pytest.approx(order, abs=0.1)


def test_a_derivative_written_by_hand_can_be_drawn():
    figure = viz.plot_derivative(np.sin, np.linspace(0, 1, 50), df=np.cos, at=0.5, methods=["central"], theme="dark")
    assert figure.axes[2].get_title() == "error against step, at x = 0.5"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["sin(x)", "derivative, exact", "central"]


def test_the_complex_step_is_left_out_of_real_functions():
    figure = viz.plot_derivative(np.cbrt, (1, 2))
    assert "complex step" not in [text.get_text() for text in figure.legends[0].get_texts()]


def test_what_has_no_derivative_to_draw_is_said():
    with pytest.raises(ac.ShapeError, match=r"f of \(401,\) points has shape \(\); it must be element-wise"):
        viz.plot_derivative(np.sum, df=np.cos)
    with pytest.raises(ValueError, match="method='magic' is not one of"):
        viz.plot_derivative(np.sin, methods=["magic"])
    with pytest.raises(ValueError, match="theme 'blue' is not one of"):
        viz.plot_derivative(np.sin, theme="blue")
