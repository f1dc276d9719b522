"""Transforms of functions: they nest to any order, close over each other's variables, and agree with each other."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_core as ac

RNG = np.random.default_rng(0)
X = RNG.normal(size=3)
A = RNG.normal(size=(3, 3))


def composed(x):
    """A function of 3 numbers with indexing, broadcasting, reductions, products and shared subexpressions."""
    h = np.tanh(A @ x)
    outer = h[:, None] * np.exp(-(x**2))[None, :]
    mixed = np.concatenate([outer.sum(axis=0), h[[0, 0, 2]] * x[::-1]])
    return np.sum(np.log1p(mixed**2)) + np.prod(1.5 + np.sin(x)) * h.max()


def central(f, x, v, h=1e-3):
    at = lambda s: np.asarray(f(x + s * v))  # noqa: E731
    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


# -- any order ------------------------------------------------------------------------------------------------------------


def test_third_derivatives_of_a_composed_function():
    """`grad(grad(grad(f)))` along fixed directions, each order against central differences of the one before."""
    u, v, w = RNG.normal(size=(3, 3))
    first = lambda x: ac.grad(composed)(x) @ u  # noqa: E731
    second = lambda x: ac.grad(first)(x) @ v  # noqa: E731
    third = lambda x: ac.grad(second)(x) @ w  # noqa: E731
    fourth = ac.grad(third)
    for lower, exact, direction in ((composed, first, u), (first, second, v), (second, third, w)):
        witness = central(lambda x, f=lower: f(ac.asarray(x)).numpy(), X, direction)
        assert exact(X).item() == pytest.approx(float(witness), rel=1e-7, abs=1e-7)
    assert fourth(X) @ u == pytest.approx(float(central(lambda x: third(ac.asarray(x)).numpy(), X, u)), rel=1e-6)


def test_scalar_derivatives_to_order_eight():
    f = np.sin
    values = []
    for _ in range(8):
        f = ac.grad(f)
        values.append(f(0.3).item())
    s, c = np.sin(0.3), np.cos(0.3)
    np.testing.assert_allclose(values, [c, -s, -c, s, c, -s, -c, s], rtol=1e-14)


def test_every_nesting_of_walks_gives_the_hessian():
    """Reverse over reverse, forward over reverse, reverse over forward, forward over forward."""
    expected = ac.hessian(composed)(X).numpy()
    v = RNG.normal(size=3)
    product = expected @ v
    basis = np.eye(3)
    forward_over_reverse = ac.jvp(ac.grad(composed), (X,), (v,))[1]
    reverse_over_forward = ac.grad(lambda x: ac.jvp(composed, (x,), (v,))[1])(X)
    forward_over_forward = [ac.jvp(lambda x, e=e: ac.jvp(composed, (x,), (e,))[1], (X,), (v,))[1].item() for e in basis]
    for actual in (forward_over_reverse, reverse_over_forward, ac.hvp(composed, X, v)):
        np.testing.assert_allclose(actual.numpy(), product, rtol=1e-10)
    np.testing.assert_allclose(forward_over_forward, product, rtol=1e-10)
    np.testing.assert_allclose(expected, expected.T, rtol=1e-10)


# -- nesting and perturbation confusion -----------------------------------------------------------------------------------


def test_perturbation_confusion():
    """d/dx (x d/dy (x + y)) is 1: an engine that confuses the two perturbations gives 2 (Siskind and Pearlmutter 2005)."""
    assert ac.grad(lambda x: x * ac.grad(lambda y: x + y)(1.0))(1.0).item() == 1.0
    inner = lambda x: ac.jvp(lambda y: x + y, (1.0,), (1.0,))[1]  # noqa: E731
    assert ac.jvp(lambda x: x * inner(x), (1.0,), (1.0,))[1].item() == 1.0


def test_the_inner_operand_is_the_outer_one():
    """With the operand's own node as the inner variable, this gives 6."""
    assert ac.grad(lambda x: ac.grad(lambda y: x * y)(x))(3.0).item() == 1.0
    assert ac.grad(lambda x: x * ac.grad(lambda y: y * y * x)(x))(2.0).item() == 3 * 2 * 2.0**2


@pytest.mark.parametrize("outer", ["reverse", "forward"])
@pytest.mark.parametrize("inner", ["reverse", "forward"])
def test_closures_over_outer_variables(outer, inner):
    """d/dx of x (d/dy x y^2 at y = x^2) = d/dx 2 x^4 = 8 x^3."""
    derivative = {"reverse": ac.grad, "forward": lambda f: lambda x: ac.jvp(f, (x,), (1.0,))[1]}
    f = lambda x: x * derivative[inner](lambda y: x * y * y)(x * x)  # noqa: E731
    assert derivative[outer](f)(1.5).item() == pytest.approx(8 * 1.5**3)


def test_a_leaf_outside_sees_through_a_transform():
    """`backward()` reaches a leaf that a transform's function closed over: a gradient penalty trains a model so."""
    w = ac.tensor(3.0, requires_grad=True)
    g = ac.grad(lambda x: w * x * x)(2.0)
    assert g.requires_grad
    g.backward()
    assert w.grad.item() == 4.0


def test_transforms_do_not_touch_leaf_grads():
    w = ac.tensor(3.0, requires_grad=True)
    ac.grad(lambda x: w * x)(2.0)
    ac.grad(lambda x: x * x)(w)
    assert w.grad is None


def test_results_without_anything_outside_have_no_history():
    x = np.ones(3)
    value, gradient = ac.value_and_grad(composed)(x)
    assert not value.requires_grad
    assert not gradient.requires_grad
    assert not ac.jvp(composed, (x,), (x,))[0].requires_grad
    assert not ac.vjp(composed, x)[0].requires_grad


@pytest.mark.parametrize("f", [np.add, np.multiply, np.maximum, lambda x, y: np.where(np.ones((3, 1), bool), x, y)])
def test_a_tangent_has_the_shape_of_its_result(f):
    """Also where the operand was broadcast and its tangent moves as it is."""
    x, v = np.arange(4.0), np.array([1.0, -2.0, 0.5, 3.0])
    y, t = ac.jvp(lambda x: f(x, np.full((3, 1), 0.5)), (x,), (v,))
    assert t.shape == y.shape == (3, 4)
    twice = ac.jvp(lambda x: ac.jvp(lambda x: f(x * x, np.full((3, 1), 0.5)), (x,), (v,))[1], (x,), (v,))[1]
    assert twice.shape == (3, 4)


def test_a_function_of_complex_numbers_that_is_not_holomorphic():
    """`holomorphic=False` pushes by transposing the rule, which for (2 - i) z |z|^2 is not the rule itself."""

    @ac.primitive
    def bent(z):
        return (2 - 1j) * z * z * z.conj()

    def rule(g, _y, z):
        return g * ((2 - 1j) * 2 * z * z.conj()) + (g * ((2 - 1j) * z * z)).conj()

    ac.elementwise(bent, rule, holomorphic=False)
    ac.testing.check_gradients(bent, np.array([0.4 - 0.3j, 1.1 + 0.2j]), order=2)


def test_a_result_that_does_not_depend_gives_zeros():
    """Of the operand's shape and dtype, at every order."""
    x = np.ones((2, 3), "f4")
    g = ac.grad(lambda t: ac.tensor(5.0))(x)
    assert (g.shape, g.dtype, g.tolist()) == ((2, 3), np.float32, [[0.0] * 3] * 2)
    assert ac.grad(lambda t: np.floor(t).sum())(x).tolist() == [[0.0] * 3] * 2
    assert ac.grad(ac.grad(lambda t: t * 3.0))(2.0).item() == 0.0
    assert ac.jvp(np.floor, (x,), (x,))[1].tolist() == [[0.0] * 3] * 2
    assert ac.hessian(lambda t: t.sum())(X).tolist() == [[0.0] * 3] * 3


def test_the_identity_and_constants_as_results():
    assert ac.grad(lambda x: x)(2.0).item() == 1.0
    assert ac.grad(lambda x: 5.0)(2.0).item() == 0.0
    _y, pull = ac.vjp(lambda x: (x, x, 2.0), 3.0)
    assert [t.item() for t in pull((1.0, 10.0, 100.0))] == [11.0]
    assert ac.jacobian(lambda x: x)(X).tolist() == np.eye(3).tolist()


def test_stop_gradient_inside_transforms():
    assert ac.grad(lambda x: ac.stop_gradient(x) * x * x)(3.0).item() == 18.0
    assert ac.grad(lambda t: ac.stop_gradient({"a": [t]})["a"][0] * t)(3.0).item() == 3.0


# -- interfaces -----------------------------------------------------------------------------------------------------------


def test_argnums_has_aux_and_keywords():
    f = lambda x, y, scale=1.0: x * y * y * scale  # noqa: E731
    assert ac.grad(f, 1)(2.0, 3.0).item() == 12.0
    assert ac.grad(f, -1)(2.0, 3.0, scale=10.0).item() == 120.0
    assert [g.item() for g in ac.grad(f, (0, 1))(2.0, 3.0)] == [9.0, 12.0]
    assert [g.item() for g in ac.grad(f, (1, 0))(2.0, 3.0)] == [12.0, 9.0]
    (value, aux), g = ac.value_and_grad(lambda x: (x * x, {"seen": x * 1.0}), has_aux=True)(3.0)
    assert (value.item(), aux["seen"].item(), g.item()) == (9.0, 3.0, 6.0)
    assert not aux["seen"].requires_grad
    g, aux = ac.grad(lambda x: (x * x, "text"), has_aux=True)(3.0)
    assert (g.item(), aux) == (6.0, "text")
    assert ac.grad(composed).__name__ == "composed"


class Pair(NamedTuple):
    left: Any
    right: Any


def test_nested_containers():
    params = {"layers": [{"w": np.ones((2, 2)), "b": np.zeros(2)}, Pair(np.ones(2), 3.0)], "scale": (2.0,)}

    def loss(p, x):
        h = np.tanh(p["layers"][0]["w"] @ x + p["layers"][0]["b"])
        return (h @ p["layers"][1].left) * p["layers"][1].right * p["scale"][0]

    g = ac.grad(loss)(params, np.array([0.1, 0.2]))
    assert isinstance(g["layers"][1], Pair)
    assert g["layers"][0]["w"].shape == (2, 2)
    assert isinstance(g["scale"], tuple)
    assert g["layers"][1].right.item() == pytest.approx(2 * 2 * np.tanh(0.3))
    y, pull = ac.vjp(lambda p: {"out": [p["a"] * 2, p["b"]]}, {"a": 1.0, "b": np.ones(2)})
    (c,) = pull({"out": [3.0, np.array([1.0, 2.0])]})
    assert (c["a"].item(), c["b"].tolist()) == (6.0, [1.0, 2.0])
    y, t = ac.jvp(lambda p: {"out": p["a"] * p["b"]}, ({"a": 2.0, "b": 3.0},), ({"a": 1.0, "b": 10.0},))
    assert (y["out"].item(), t["out"].item()) == (6.0, 23.0)


def test_jacobian_takes_the_cheaper_walk_and_both_agree():
    tall = lambda x: np.concatenate([np.sin(x), x * x, x**3])  # noqa: E731
    wide = lambda x: np.stack([x.sum(), (x**2).sum()])  # noqa: E731
    for f, x in ((tall, X), (wide, X)):
        j = ac.jacobian(f)(x).numpy()
        columns = np.stack([ac.jvp(f, (x,), (e,))[1].numpy() for e in np.eye(3)], axis=-1)
        y, pull = ac.vjp(f, x)
        rows = np.stack([pull(e)[0].numpy() for e in np.eye(y.size)])
        np.testing.assert_allclose(j, columns, rtol=1e-14)
        np.testing.assert_allclose(j, rows, rtol=1e-14)
    assert ac.jacobian(lambda a, b: a[:, None] * b, (0, 1))(X, np.ones(2))[1].shape == (3, 2, 2)
    assert ac.jacobian(lambda x: x[:0])(X).shape == (0, 3)
    assert ac.jacobian(lambda x: (x * 2).sum())(np.zeros((0, 2))).shape == (0, 2)
    nested = ac.jacobian(lambda p: p["a"] * p["b"])({"a": X, "b": 2.0})
    assert nested["a"].shape == (3, 3)
    assert nested["b"].shape == (3,)


def test_jacobian_is_differentiable():
    f = lambda x: np.stack([x[0] * x[1], x[1] ** 3, x[2] * x[0]])  # noqa: E731
    det_like = lambda x: (ac.jacobian(f)(x) ** 2).sum()  # noqa: E731
    witness = [central(lambda x: det_like(ac.asarray(x)).numpy(), X, e) for e in np.eye(3)]
    np.testing.assert_allclose(ac.grad(det_like)(X).numpy(), witness, rtol=1e-8)


def test_hessian_of_a_matrix_operand():
    m = RNG.normal(size=(2, 3))
    h = ac.hessian(lambda x: (x**3).sum() + (x[0] @ x[1]) ** 2)(m).numpy()
    assert h.shape == (2, 3, 2, 3)
    np.testing.assert_allclose(h.reshape(6, 6), h.reshape(6, 6).T, rtol=1e-12)


def test_hvp_of_several_operands():
    f = lambda a, b: (a * a * b).sum()  # noqa: E731
    a, b = X, X + 1
    va, vb = RNG.normal(size=(2, 3))
    pa, pb = ac.hvp(f, (a, b), (va, vb))
    np.testing.assert_allclose(pa.numpy(), 2 * b * va + 2 * a * vb)
    np.testing.assert_allclose(pb.numpy(), 2 * a * va)


def test_directional_derivative():
    f = lambda x: (x**2).sum()  # noqa: E731
    u = np.array([3.0, 4.0, 0.0])
    assert ac.directional_derivative(f, X, u).item() == pytest.approx(2 * X @ u / 5)
    assert ac.directional_derivative(f, X, u, normalize=False).item() == pytest.approx(2 * X @ u)


def test_pull_may_be_called_often_and_in_any_order():
    _y, pull = ac.vjp(lambda a, b: a @ b, A, X)
    for e in (np.eye(3)[1], np.ones(3), np.eye(3)[1]):
        ga, gb = pull(e)
        np.testing.assert_allclose(ga.numpy(), np.outer(e, X))
        np.testing.assert_allclose(gb.numpy(), A.T @ e)


def test_pull_and_tangent_are_differentiable():
    """A vjp is linear in its cotangent, and its derivative by the cotangent is the Jacobian."""
    f = lambda x: np.sin(x) * x  # noqa: E731
    through = ac.jacobian(lambda u: ac.vjp(f, X)[1](u)[0])(np.ones(3)).numpy()
    np.testing.assert_allclose(through, ac.jacobian(f)(X).numpy().T)
    through = ac.jacobian(lambda v: ac.jvp(f, (X,), (v,))[1])(np.ones(3)).numpy()
    np.testing.assert_allclose(through, ac.jacobian(f)(X).numpy())


def test_complex_operands():
    """`grad` of a real loss is the direction of steepest ascent; a holomorphic jacobian is the complex derivative."""
    z = np.array([1 + 2j, 0.5 - 1j])
    np.testing.assert_allclose(ac.grad(lambda t: (abs(t) ** 2).sum())(z).numpy(), 2 * z)
    f = lambda t: np.exp(t) * t  # noqa: E731
    np.testing.assert_allclose(np.diag(ac.jvp(f, (z,), (np.ones(2) + 0j,))[1].numpy()), np.diag(np.exp(z) * (1 + z)))
    _y, pull = ac.vjp(f, z)
    np.testing.assert_allclose(pull(np.ones(2) + 0j)[0].numpy(), np.conj(np.exp(z) * (1 + z)))


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.floats(-2, 2), st.floats(-2, 2))
def test_jvp_is_linear_and_adjoint_to_vjp(seed, a, b):
    rng = np.random.default_rng(seed)
    x, v, w, u = rng.normal(size=(4, 3))
    f = lambda t: np.sin(A @ t) * np.exp(-(t[::-1] ** 2))  # noqa: E731
    push = lambda t: ac.jvp(f, (x,), (t,))[1].numpy()  # noqa: E731
    np.testing.assert_allclose(push(a * v + b * w), a * push(v) + b * push(w), atol=1e-12)
    (pulled,) = ac.vjp(f, x)[1](u)
    assert push(v) @ u == pytest.approx(v @ pulled.numpy(), abs=1e-12)


# -- several results ------------------------------------------------------------------------------------------------------


@ac.primitive
def both(a, b):
    """Two results, of which the first depends on one operand only."""
    return np.sin(a), a * b


def both_left(g, _y, a, b):
    first = None if g[0] is None else g[0] * np.cos(a)
    second = None if g[1] is None else g[1] * b
    return second if first is None else first if second is None else first + second


def both_right(g, _y, a, _b):
    return np.zeros_like(a) if g[1] is None else g[1] * a


ac.general(both, both_left, both_right)


@pytest.mark.parametrize("used", [(0,), (1,), (0, 1)])
def test_several_results_with_and_without_a_cotangent(used):
    """A rule gets None for each result that nothing used, and a push may reach some results only."""

    def f(a, b):
        return [both(a, b)[i] * (i + 1.0) for i in used]

    def plain(a, b):
        return [(np.sin(a), a * b)[i] * (i + 1.0) for i in used]

    assert ac.testing.check_gradients(f, X, X + 1, order=3)
    for tangents in ((X, X), (X, 0 * X), (0 * X, X)):
        for t, e in zip(ac.jvp(f, (X, X + 1), tangents)[1], ac.jvp(plain, (X, X + 1), tangents)[1], strict=True):
            np.testing.assert_allclose(t.numpy(), e.numpy(), rtol=1e-13)
