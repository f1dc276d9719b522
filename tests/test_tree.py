"""Trees as operands and results: nested dicts, lists, tuples, named tuples, and classes registered with `optree`."""

import os
import subprocess
import sys
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import DtypeError, GradientError, ShapeError
from autograd_core._tree import flatten, map_leaves

optree = pytest.importorskip("optree")


class Layer(NamedTuple):
    w: Any
    b: Any


@dataclass
class Model:
    """A user's class; optree learns its fields."""

    layers: Any
    scale: Any


class Opaque:
    """A class that nobody registered."""


optree.register_pytree_node(
    Model, lambda m: ((m.layers, m.scale), None, ("layers", "scale")), lambda _, c: Model(*c), namespace="autograd_core"
)

W, B, S = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -0.5]), np.array(1.5)
X = np.array([1.0, -2.0])

TREES = {
    "tuple": (W, B, S),
    "list": [W, [B, S]],
    "dict": {"w": W, "b": B, "s": S},
    "nested": {"layers": [Layer(W, B)], "scale": S},
    "ordered": OrderedDict(w=W, b=B, s=S),
    "default": defaultdict(list, w=W, b=B, s=S),
    "deque": deque([W, B, S]),
    "registered": Model([Layer(W, B)], S),
}


def value(tree):
    """A function of three leaves, whatever holds them."""
    w, b, s = flatten(tree)[0]
    return (np.tanh(w @ X + b) * s).sum()


def structure(tree):
    return optree.tree_structure(tree, none_is_leaf=True, namespace="autograd_core")


EXPECTED = [g.numpy() for g in ac.grad(lambda w, b, s: value((w, b, s)), (0, 1, 2))(W, B, S)]


def check(tree, of, arrays=None):
    """`tree` has the structure of `of` and these leaves."""
    assert structure(tree) == structure(of)
    for leaf, array in zip(flatten(tree)[0], arrays or EXPECTED, strict=True):
        np.testing.assert_allclose(leaf.numpy(), array, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", TREES)
def test_trees_are_operands_of_every_transform(name):
    """Each gives back what it was given: the structure of the operand, leaf by leaf."""
    tree = TREES[name]
    check(ac.grad(value)(tree), tree)
    y, gradient = ac.value_and_grad(value)(tree)
    check(gradient, tree)
    y, pull = ac.vjp(value, tree)
    check(pull(1.0)[0], tree)
    direction = map_leaves(np.ones_like, tree)
    z, tangent = ac.jvp(value, (tree,), (direction,))
    assert y.item() == z.item()
    np.testing.assert_allclose(tangent.item(), sum(g.sum() for g in EXPECTED), rtol=1e-12)
    check(ac.jacobian(value)(tree), tree)
    u = 1e-5
    shifted = [map_leaves(lambda leaf, h=h: leaf + h, tree) for h in (u, -u)]
    plus, minus = (flatten(ac.grad(value)(t))[0] for t in shifted)
    slopes = [(p.numpy() - m.numpy()) / (2 * u) for p, m in zip(plus, minus, strict=True)]
    product = ac.hvp(value, tree, direction) if not isinstance(tree, tuple) else None
    if product is not None:
        assert structure(product) == structure(tree)
        for leaf, slope in zip(flatten(product)[0], slopes, strict=True):
            np.testing.assert_allclose(leaf.numpy(), slope, rtol=1e-6, atol=1e-8)


def test_jacobians_of_trees_have_a_block_for_each_leaf():
    tree = {"w": W, "b": B}
    blocks = ac.jacobian(lambda t: t["w"] @ X + t["b"])(tree)
    np.testing.assert_array_equal(blocks["b"].numpy(), np.eye(2))
    assert blocks["w"].shape == (2, 2, 2)


def test_transforms_of_trees_nest():
    """The gradient of a gradient's squared length, a dict within a dict."""
    tree = {"w": W, "b": B}

    def f(t):
        return (np.tanh(t["w"] @ X + t["b"])).sum()

    def squared_length(t):
        return sum((g * g).sum() for g in ac.grad(f)(t).values())

    gradient = ac.grad(squared_length)(tree)
    product = ac.hvp(f, tree, map_leaves(lambda g: 2 * g.numpy(), ac.grad(f)(tree)))
    for key in tree:
        np.testing.assert_allclose(gradient[key].numpy(), product[key].numpy(), rtol=1e-12)


def test_results_may_be_trees():
    y, pull = ac.vjp(lambda x: {"sum": x.sum(), "parts": [x * 2, x * x]}, X)
    assert list(y) == ["sum", "parts"]
    (g,) = pull({"sum": 1.0, "parts": [np.ones(2), np.zeros(2)]})
    np.testing.assert_array_equal(g.numpy(), [3.0, 3.0])
    _, t = ac.jvp(lambda x: Layer(x * 2, [x * x]), (X,), (np.ones(2),))
    assert type(t) is Layer
    np.testing.assert_array_equal(t.b[0].numpy(), 2 * X)


@pytest.mark.parametrize("transform", [ac.grad, ac.value_and_grad])
def test_aux_is_handed_through(transform):
    """What goes with the value is given back as it was, without the history of the walk."""

    def f(t):
        y = t["w"] @ X
        return y.sum(), {"y": y, "note": "kept", "count": 3}

    tree = {"w": W}
    if transform is ac.grad:
        gradient, aux = ac.grad(f, has_aux=True)(tree)
    else:
        (y, aux), gradient = ac.value_and_grad(f, has_aux=True)(tree)
        assert y.item() == (W @ X).sum()
    check(gradient, tree, [np.stack([X, X])])
    assert (aux["note"], aux["count"]) == ("kept", 3)
    assert not aux["y"].requires_grad
    with pytest.raises(GradientError, match=r"has_aux=True needs a function that returns \(value, aux\)"):
        transform(lambda t: t["w"].sum(), has_aux=True)(tree)


def test_gradients_of_several_graphs_accumulate():
    """`backward` of several losses adds up in each leaf of a tree, and `inputs=` chooses among them."""
    tree = map_leaves(lambda a: ac.tensor(a, requires_grad=True), TREES["nested"])
    leaves = flatten(tree)[0]
    for factor in (1.0, 2.0, -0.5):
        (value(tree) * factor).backward()
    for leaf, expected in zip(leaves, EXPECTED, strict=True):
        np.testing.assert_allclose(leaf.grad.numpy(), 2.5 * expected, rtol=1e-12)
    value(tree).backward(inputs=leaves[:1])
    np.testing.assert_allclose(leaves[0].grad.numpy(), 3.5 * EXPECTED[0], rtol=1e-12)
    np.testing.assert_allclose(leaves[1].grad.numpy(), 2.5 * EXPECTED[1], rtol=1e-12)


def test_stop_gradient_of_a_tree():
    gradient = ac.grad(lambda t: (ac.stop_gradient(t)["w"] * t["w"]).sum())({"w": W})
    np.testing.assert_array_equal(gradient["w"].numpy(), W)


def test_a_default_dict_goes_on_making_defaults():
    gradient = ac.grad(lambda t: (t["w"] ** 2).sum())(defaultdict(list, w=W))
    assert gradient["missing"] == []


def test_trees_that_do_not_fit_raise():
    _, pull = ac.vjp(lambda x: {"a": x, "b": x}, X)
    with pytest.raises(ShapeError, match=r"^vjp: 1 cotangent\(s\) for 2 value\(s\); their structures must be equal"):
        pull({"a": X})
    with pytest.raises(
        DtypeError, match=r"^grad: an operand holds a Opaque, which is neither numbers nor a known container; reg"
    ):
        ac.grad(lambda m: m)([Opaque()])
    with pytest.raises(DtypeError, match=r"^grad: an operand holds a NoneType"):
        ac.grad(lambda t: t["w"].sum())({"w": W, "none": None})


def test_optree_is_never_imported_by_us():
    """The containers of the standard library need no other package."""
    program = (
        "import sys, autograd_core as ac\n"
        "print(ac.grad(lambda t: t['w'] * t['w'])({'w': 3.0})['w'].item(), 'optree' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "6.0 False\n"
