"""The gradient checks: right where the derivative is right, wrong where it is wrong, and plain about what cannot be told."""

import subprocess
import sys

import numpy as np
import pytest

import autograd_core as ac
from autograd_core.testing import (
    AccuracyWarning,
    DerivativeError,
    check_derivative,
    check_gradients,
    numerical_derivative,
    numerical_gradient,
    numerical_hessian,
    numerical_jacobian,
)

A = np.random.default_rng(0).normal(size=(3, 3))


def planted(forward, *rules):
    """A primitive with a rule of our choice."""
    f = ac.primitive(forward)
    ac.general(f, *rules)
    return f


# -- numerical derivatives ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [1e-3, 0.3, 2.0, [0.01, 1.0, 100.0]])
def test_the_estimated_error_bounds_the_error(x):
    """Over five orders of magnitude in one operand, without a step size to choose."""
    for f, exact in ((np.exp, np.exp), (np.sqrt, lambda x: 0.5 / np.sqrt(x)), (lambda x: 1 / x, lambda x: -1 / x**2)):
        x = np.minimum(np.asarray(x), 50.0)
        value, error = numerical_derivative(f, x, return_error=True)
        assert (np.abs(value - exact(x)) <= 10 * error + 1e-12 * np.abs(exact(x))).all()
        assert (error <= 1e-8 * np.abs(exact(x))).all()


@pytest.mark.parametrize(("method", "digits"), [("forward", 6), ("central", 9), ("richardson", 11), ("complex", 15)])
def test_methods_reach_their_precision(method, digits):
    got = numerical_derivative(lambda x: np.exp(np.sin(x)), 0.7, method=method)
    assert got == pytest.approx(np.exp(np.sin(0.7)) * np.cos(0.7), rel=10.0**-digits)


def test_shapes_of_numerical_derivatives():
    x = np.ones((2, 3))
    assert numerical_derivative(np.sin, x).shape == (2, 3)
    assert numerical_gradient(lambda t: (t**2).sum(), x).tolist() == pytest.approx(2 * x)
    assert numerical_jacobian(lambda t: t @ np.ones(3), x).shape == (2, 2, 3)
    assert numerical_jacobian(lambda t: t.sum(), np.ones((0, 2))).shape == (0, 2)
    hessian = numerical_hessian(np.prod, np.array([2.0, 3.0, 5.0]))
    np.testing.assert_allclose(hessian, [[0, 5, 3], [5, 0, 2], [3, 2, 0]], atol=1e-6)
    with pytest.raises(ValueError, match="use numerical_jacobian"):
        numerical_gradient(np.sin, x)
    with pytest.raises(ValueError, match="is not one of"):
        numerical_derivative(np.sin, x, method="magic")


# -- right derivatives pass -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "xs"),
    [
        (lambda x: np.tanh(A @ x) * x, (np.array([0.5, -1.0, 2.0]),)),
        (lambda z: np.abs(z) * np.exp(z), (np.array([1 + 1j, 2.0]),)),
        (lambda p: {"a": np.exp(p["w"] @ p["v"]), "b": [p["w"].sum()]}, ({"w": A, "v": np.ones(3)},)),
        (lambda x, n: x**n, (np.array([1.5, -0.5]), 3)),
        (lambda x: x * 1e-12, (1.0,)),
        (lambda x: np.exp(20 * x), (np.array([1.0, -1.0]),)),
        (lambda x: np.sum(x) * 0.0, (np.ones(3),)),
        (lambda x: ac.tensor(3.0), (1.0,)),
        (np.log, (1e-9,)),
        (lambda x: 1 / x, (np.array([1e-3, 1.0]),)),
        (lambda x: np.sum(np.sin(x)), (np.linspace(-3, 3, 500),)),
    ],
)
def test_right_derivatives_pass(f, xs):
    assert check_gradients(f, *xs, order=3).comparisons >= 6


def test_full_and_fast_mode_both_run():
    x = np.linspace(0.1, 1, 30)
    fast, full = (check_gradients(np.sin, x, order=1, full=flag) for flag in (False, True))
    assert full.comparisons == fast.comparisons * 31


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_one_walk_alone(mode):
    assert check_gradients(lambda x: np.sin(x) * x, np.ones(2), order=3, modes=(mode,))


@pytest.mark.parametrize(
    ("f", "x", "says"),
    [
        (abs, 0.0, None),
        (ac.relu, np.array([0.0, 1.0]), "a kink"),
        (ac.relu, 1e-5, None),
        (np.floor, 1.0, "jumps"),
        (lambda x: np.where(x > 0, x, -2 * x), 0.0, "a kink"),
        (lambda x: np.maximum(x, 2 * x), np.zeros(2), None),
    ],
)
def test_kinks_and_jumps_are_told_and_pass(f, x, says):
    """A convention between the two one-sided derivatives is not wrong."""
    report = check_gradients(f, x, order=1)
    assert says is None or any(says in note for note in report.notes)


def test_a_convention_outside_the_two_sides_fails():
    bad = planted(np.abs, lambda g, _y, a: g * np.where(a == 0, 3.0, np.sign(a)))
    with pytest.raises(DerivativeError, match="not between them"):
        check_gradients(bad, 0.0, order=1)


def test_float32_warns_and_still_tells_wrong_from_right():
    x = np.linspace(0.5, 1, 4, dtype="f4")
    with pytest.warns(AccuracyWarning, match="float32 sees errors above about a percent"):
        check_gradients(lambda t: np.tanh(t) * t, x)
    bad = planted(np.sin, lambda g, _y, a: g * np.cos(a) * 1.2)
    with pytest.warns(AccuracyWarning), pytest.raises(DerivativeError):
        check_gradients(bad, x)


def test_a_cast_inside_is_noticed():
    with pytest.warns(AccuracyWarning, match="look for a cast inside"):
        check_gradients(lambda x: np.sin(x.astype("f4")).astype("f8"), np.array([0.3, 0.5]))


def test_non_determinism_is_noticed():
    rng = np.random.default_rng(0)
    with pytest.raises(DerivativeError, match="different results for the same operands"):
        check_gradients(lambda x: x * rng.normal(), 1.0)


def test_nothing_to_differentiate_is_an_error():
    with pytest.raises(ValueError, match="no operand is a floating"):
        check_gradients(lambda n: n, 3)
    with pytest.raises(ValueError, match="modes are among"):
        check_gradients(np.sin, 1.0, modes=("backward",))


# -- wrong ones fail, and say where ---------------------------------------------------------------------------------------


def test_a_failure_names_operand_element_and_operation():
    """In the middle of a program, inside a nested operand, with values labelled."""
    bad = planted(np.sin, lambda g, _y, a: g * np.where(a > 1, -1.0, 1.0) * np.cos(a))

    def f(p):
        return (np.exp(bad(p["w"] * 2.0)) * p["b"]).sum()

    with pytest.raises(DerivativeError) as raised:
        check_gradients(f, {"b": 1.5, "w": np.array([0.1, 0.2, 0.9, 0.3])})
    finding = raised.value.finding
    assert (finding.operand, finding.element, finding.order, finding.walk) == ("operand 0['w']", (2,), 1, "reverse")
    assert finding.analytic.real == pytest.approx(-finding.numerical.real)
    text = str(raised.value)
    assert "analytic  (reverse walk): " in text
    assert "numerical (" in text
    assert "the rule of sin is wrong: operation 2 of " in text
    assert "to repeat:" in text


def test_the_snippet_runs():
    """What a failure prints can be pasted and fails in the same way."""
    code = (
        "import numpy as np, autograd_core as ac\n"
        "from autograd_core._primitive import TABLE\n"
        "ac.elementwise(np.tanh, lambda g, y, _a: g * (1 - y))\n"
        "try:\n    ac.testing.check_gradients(lambda x: np.tanh(x) * 2, np.array([0.3, 0.5]))\n"
        "except AssertionError as error:\n    text = str(error)\n"
        "code = text.split('to repeat:')[1]\n"
        "import textwrap\n"
        "try:\n    exec(textwrap.dedent(code))\n"
        "except AssertionError as error:\n    print('again', error.operation)\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "again tanh\n"


def test_a_fault_of_the_second_order_only():
    """The value a rule saved is detached: first derivatives are right."""
    bad = planted(np.sin, lambda g, _y, a: g * np.cos(ac.stop_gradient(a)))
    assert check_gradients(bad, 0.3, order=1)
    with pytest.raises(DerivativeError, match="wrong derivative of order 2") as raised:
        check_gradients(lambda x: bad(x) ** 2, 0.3)
    assert raised.value.operation == "sin"


def test_nan_where_the_derivative_is_finite():
    bad = planted(lambda a: a * 1.0, lambda g, _y, a: g * (a / a))
    with pytest.raises(DerivativeError, match="nan"):
        check_gradients(bad, 0.0, order=1)


# -- derivatives from anywhere --------------------------------------------------------------------------------------------


def test_check_derivative_of_each_layout():
    x = np.array([0.5, 1.0, 2.0])
    assert check_derivative(np.sin, np.cos, x)
    assert check_derivative(lambda t: (t**2).sum(), lambda t: 2 * t, x)
    assert check_derivative(lambda t: A @ t, lambda t: A, x)
    assert check_derivative(lambda a, b: a * b, lambda a, b: (b, a), 2.0, 3.0)
    assert check_derivative(np.abs, np.sign, np.array([0.0, 1.0])).notes == ()
    with pytest.raises(ac.ShapeError, match="give a gradient"):
        check_derivative(np.sin, lambda t: np.ones(2), x)


def test_check_derivative_of_scipys_own():
    """SciPy ships a function with its gradient and Hessian."""
    optimize = pytest.importorskip("scipy.optimize")
    x = np.array([1.3, 0.7, 0.8, 1.9])
    assert check_derivative(optimize.rosen, optimize.rosen_der, x)
    assert check_derivative(optimize.rosen_der, optimize.rosen_hess, x)


def test_check_derivative_names_the_element():
    wrong = A.copy()
    wrong[1, 2] *= 1.01
    with pytest.raises(DerivativeError, match=r"operand 0 of result \(1,\), element \[2\]") as raised:
        check_derivative(lambda t: A @ t, lambda t: wrong, np.ones(3))
    assert raised.value.finding.walk == "given"


def test_needs_no_hypothesis():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import numpy as np, autograd_core as ac\n"
        "print(bool(ac.testing.check_gradients(np.sin, 1.0)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"
