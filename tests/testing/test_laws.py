"""Each law holds where it should and is broken by a rule that breaks it."""

import numpy as np
import pytest

import autograd_core as ac
from autograd_core.testing import DerivativeError, domains, laws

X = np.array([0.5, -1.0, 2.0])
A = np.random.default_rng(0).normal(size=(3, 3))


def f(x):
    return np.tanh(A @ x) * x


HOLD = [
    (laws.linearity, (f, X)),
    (laws.adjoint, (f, X)),
    (laws.adjoint, (lambda z: np.abs(z) * np.exp(z), X + 1j)),
    (laws.product, (np.sin, np.exp, X)),
    (laws.quotient, (np.sin, np.cosh, X)),
    (laws.chain, (np.sin, f, X)),
    (laws.hessian_symmetry, (lambda a, b: np.sin(a * b), X, X)),
    (laws.mixed_order, (f, X)),
    (laws.reshaping, (np.arctan, A)),
    (laws.permutation, (np.arctan, X)),
    (laws.broadcasting, (np.multiply, A, X)),
    (laws.broadcasting, (np.hypot, X[:, None], X)),
    (laws.recorded, (f, X)),
    (laws.checkpointed, (f, X)),
    (laws.forms, (f, X)),
    (laws.precision, (f, X)),
    (laws.inverse, (np.sinh, np.arcsinh, X)),
    (laws.euler, (lambda x: np.sqrt((x * x).sum()), X, 1)),
    (laws.euler, (np.prod, X, 3)),
]


@pytest.mark.parametrize(("law", "arguments"), HOLD, ids=[law.__name__ for law, _ in HOLD])
def test_holds(law, arguments):
    law(*arguments)


def planted(forward, *rules, verb=ac.general):
    g = ac.primitive(forward)
    verb(g, *rules)
    return g


half = planted(lambda a: a * 0.5, lambda g, _y, _a: g * 0.4, verb=ac.linear)
conditional = planted(np.sin, lambda g, _y, a: g * np.cos(a) * np.where(g > 0, 1.0, 0.5))
indexed = planted(np.sin, lambda g, _y, a: g * np.cos(a) * np.arange(1.0, 1 + a.size).reshape(a.shape))
cut = planted(np.sin, lambda g, _y, a: g * np.cos(ac.stop_gradient(a)))
product = planted(np.multiply, lambda g, _y, _a, b: g * b, lambda g, _y, a, _b: g * ac.stop_gradient(a))
doubled = planted(np.sin, lambda g, _y, a: g * np.cos(a) * (1.0 if isinstance(a, np.ndarray) else 2.0))
shaped = planted(np.multiply, lambda g, _y, _a, b: g * b, lambda g, _y, a, _b: (g * a)[:1] if _b.ndim == 1 else g * a)
wide = planted(lambda a: a * 1.0, lambda g, _y, _a: g * np.float64(1.0))
liar = planted(lambda a, b: a * b, lambda g, _y, _a, _b: g * getattr(_b, "real", _b), None)


@pytest.mark.parametrize(
    ("law", "arguments"),
    [
        (laws.adjoint, (half, X)),
        (laws.linearity, (conditional, X)),
        (laws.permutation, (indexed, X)),
        (laws.reshaping, (planted(np.sin, lambda g, _y, a: g * np.cos(a) * (1.0 + 0.1 * a.ndim)), A)),
        (laws.hessian_symmetry, (product, X, X + 1)),
        (laws.recorded, (doubled, X)),
        (laws.broadcasting, (shaped, A, X)),
        (laws.euler, (np.sin, X, 1)),
        (laws.inverse, (np.sin, np.arctan, X)),
        (laws.chain, (np.sin, half, X)),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_is_broken_by_a_wrong_rule(law, arguments):
    if law is laws.chain:  # a law between derivatives of one engine holds if both sides are wrong alike
        law(*arguments)
        return
    with pytest.raises((DerivativeError, ac.RuleError)):
        law(*arguments)


def test_a_broken_law_shows_both_sides():
    with pytest.raises(
        DerivativeError, match=r"^Euler's theorem for degree 2: element \[\] is -3.0 on one side and -2.0 on the other$"
    ):
        laws.euler(np.prod, X, 2)


def test_a_rule_that_reads_what_it_disowned_is_found():
    with pytest.raises((ac.RuleError, TypeError)):
        laws.forms(lambda a: liar(a, np.ones(3)), X)


@pytest.mark.parametrize("name", [n for n in laws.__all__ if n != "holds"])
def test_every_law_has_a_case(name):
    assert getattr(laws, name) in {law for law, _ in HOLD}


test_norm = laws.holds(laws.euler, lambda x: np.sqrt((x * x).sum()), domains.positive(4), degree=1)
test_sine_reshaping = laws.holds(laws.reshaping, np.sin, "real")
test_product_broadcasting = laws.holds(laws.broadcasting, np.multiply, "real", "real")
