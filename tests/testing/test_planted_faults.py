"""Wrong rules on purpose, in every family: `property_test` finds each within its default examples and names the operation."""

import numpy as np
import pytest

import autograd_core as ac
from autograd_core._primitive import Primitive
from autograd_core._rules import elementwise, indexing, products, special
from autograd_core.testing import DerivativeError, check_gradients, property_test
from autograd_core.testing._property import Settings
from autograd_core.testing.domains import DOMAINS

real, positive, distinct, nonzero, conditioned, spd = (
    DOMAINS[name] for name in ("real", "positive", "distinct", "nonzero", "conditioned", "spd")
)


# -- faults: each takes a right rule and gives a wrong one ------------------------------------------------------------------


def cut(x):
    return x.detach() if isinstance(x, ac.Tensor) else x


def conj(x):
    return np.conj(x) if hasattr(x, "conj") and not isinstance(x, str) else x


def sign(rule):
    return lambda g, y, *a, **m: -rule(g, y, *a, **m)


def factor(rule):
    return lambda g, y, *a, **m: rule(g, y, *a, **m) * 0.9


def detached(rule):
    """The saved values lose their history: right to first order, wrong from the second on."""
    return lambda g, y, *a, **m: rule(g, cut(y), *map(cut, a), **m)


def cotangent_cut(rule):
    """The cotangent loses its history: a derivative of the derivative is lost."""
    return lambda g, y, *a, **m: rule(cut(g), y, *a, **m)


def conjugate_saved(rule):
    return lambda g, y, *a, **m: rule(g, conj(y), *map(conj, a), **m)


def conjugate_cotangent(rule):
    return lambda g, y, *a, **m: rule(conj(g), y, *a, **m)


def first_of_copies(rule):
    """The sum over broadcast axes is forgotten: the cotangent of one copy stands for all."""

    def wrong(g, y, a, *rest, **m):
        c = rule(g, y, a, *rest, **m)
        lead = c.ndim - len(a.shape)
        axes = range(lead), (lead + i for i, n in enumerate(a.shape) if n == 1 != c.shape[lead + i])
        index = [slice(None)] * c.ndim
        for i in (*axes[0], *axes[1]):
            index[i] = slice(0, 1)
        return c[tuple(index)].reshape(a.shape)

    return wrong


def reversed_last(rule):
    """The right numbers in the wrong order."""
    return lambda g, y, *a, **m: rule(g, y, *a, **m)[..., ::-1]


def a_little(rule):
    """One element in a thousand parts, as a wrong branch makes it."""
    return lambda g, y, *a, **m: rule(g, y, *a, **m) * np.where(np.arange(max(np.shape(g)[-1:], default=1)) % 3 == 2, 1.01, 1.0)


def entry(function):
    return ac._primitive.TABLE[function]


ELEMENTWISE = {
    np.multiply: ["real", "real"], np.divide: ["real", "nonzero"], np.exp: ["real"], np.log: ["positive"],
    np.sqrt: ["positive"], np.tanh: ["inside"],
    np.sin: ["real"], np.cos: ["real"], np.square: ["real"], np.reciprocal: ["nonzero"],
    np.arctan: ["real"], np.sinh: ["real"], np.arcsinh: ["real"], np.log1p: ["positive"], special.erf: ["real"],
    special.expit: ["real"],
}  # fmt: skip
LINEAR = {
    np.sum: ([real(2, 3)], {"axis": 0}), np.mean: ([real(2, 3)], {"axis": 1}), np.reshape: ([real(2, 3)], {"shape": (3, 2)}),
    np.transpose: ([real(2, 3)], {}), np.flip: ([real(3)], {}), np.broadcast_to: ([real(3)], {"shape": (2, 3)}),
    indexing.scatter: ([real(3)], {"index": [0, 0, 2], "shape": (4,)}), indexing.diagonal: ([real(3, 3)], {}),
}  # fmt: skip
GENERAL = {
    np.matmul: ([real(2, 3), real(3, 2)], {}), np.inner: ([real(2, 3), real(2, 3)], {}), np.prod: ([real(3)], {}),
    np.max: ([distinct(2, 3)], {"axis": 1}), special.softmax: ([real(2, 3)], {}), special.logsumexp: ([real(4)], {}),
    special.log_softmax: ([real(3)], {}), indexing.put: ([real(4), real(2)], {"index": [0, 2]}),
}  # fmt: skip

FAULTS = [
    *((f, sign, d, {}) for f, d in ELEMENTWISE.items()),
    *((f, factor, d, {}) for f, d in list(ELEMENTWISE.items())[::2]),
    *((f, detached, d, {}) for f, d in ELEMENTWISE.items()),
    *((f, fault, d, m) for f, (d, m) in LINEAR.items() for fault in (sign, factor)),
    *((f, fault, d, m) for f, (d, m) in GENERAL.items() for fault in (sign, factor)),
    *((f, detached, *GENERAL[f]) for f in (np.matmul, np.inner, np.prod, special.softmax, special.logsumexp)),
    *((f, cotangent_cut, ELEMENTWISE[f], {}) for f in (np.exp, np.multiply, np.sin)),
    *((f, conjugate_saved, ELEMENTWISE[f], {"complex": True}) for f in (np.multiply, np.exp, np.sin, np.square, np.log)),
    *((f, conjugate_cotangent, ELEMENTWISE[f], {"complex": True}) for f in (np.multiply, np.tanh, np.sqrt)),
    (np.absolute, conjugate_saved, ["nonzero"], {"complex": True}),
    (np.conjugate, conjugate_cotangent, ["real"], {"complex": True}),
    *((f, first_of_copies, ["real", "real"], {}) for f in (np.multiply, np.add, np.logaddexp)),
    (np.maximum, first_of_copies, ["distinct", "distinct"], {}),
    (elementwise.select, sign, ["booleans", "real", "real"], {}),
    (np.power, sign, ["positive", "real"], {}),
    (np.hypot, detached, ["nonzero", "nonzero"], {}),
    (np.arctan2, factor, ["nonzero", "nonzero"], {}),
    *((f, reversed_last, *GENERAL[f]) for f in (np.matmul, special.softmax, np.prod)),
    (np.sin, a_little, [real(3)], {}),
    (np.linalg.inv, sign, [conditioned(3, 3)], {}),
    (np.linalg.cholesky, factor, [spd(3, 3)], {}),
    (products.contract, sign, [real(2, 3), real(3)], {"subscripts": "ij,j->i"}),
]  # fmt: skip


def plant(patch, function, fault):
    """Break the rule of the first differentiable operand of a primitive, or of each operand of a variadic one."""
    p = entry(function)
    if not isinstance(p, Primitive):
        pytest.skip(f"{function.__name__} is composed of others here")
    if p.rule is not None:
        patch.setattr(p, "rule", fault(p.rule))
        patch.setattr(p, "_rules_by_place", ())
    else:
        at = next(i for i, r in enumerate(p.rules) if r is not None)
        patch.setattr(p, "rules", (*p.rules[:at], fault(p.rules[at]), *p.rules[at + 1 :]))
    patch.setattr(p, "add_to", None)
    return p


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    """Finding is under test, not shrinking."""
    monkeypatch.setattr(Settings, "shrink", False)


def test_there_are_sixty():
    assert len(FAULTS) >= 60


@pytest.mark.parametrize(
    ("function", "fault", "domain", "options"), FAULTS, ids=[f"{f.__name__}-{fault.__name__}" for f, fault, _, _ in FAULTS]
)
def test_found_and_named(function, fault, domain, options, monkeypatch):
    p = plant(monkeypatch, function, fault)
    with pytest.raises(DerivativeError) as raised:
        property_test(lambda *xs, **m: function(*xs, **m) * 1.0, domain, **options)()
    assert raised.value.operation in (p.name, None)
    if raised.value.finding is not None:
        assert raised.value.operation == p.name


def thirty(x):
    """A program of thirty different operations."""
    v = np.sin(x) + 0.5
    v = np.exp(-np.abs(v)) * np.cos(v)
    v = np.concatenate([v, np.flip(v)])
    v = np.outer(v, np.tanh(v))
    v = np.reshape(v, (4, 9)) @ np.transpose(np.reshape(v, (4, 9)))
    v = np.log1p(np.square(v)) / (1.0 + np.arctan(v) ** 2)
    v = np.cumsum(v, axis=1)[:, ::2]
    v = np.hypot(v, np.arcsinh(v)) - np.mean(v, axis=0, keepdims=True)
    v = np.max(v, axis=1) + np.logaddexp(v[:, 0], 0.3)
    return np.sum(np.sqrt(v * v + 1.0)) * np.prod(np.expm1(0.1 * v))


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        *((f, sign) for f in (np.tanh, np.transpose, np.log1p, np.arcsinh, np.logaddexp, np.max)),
        *((f, detached) for f in (np.tanh, np.log1p, np.expm1)),
    ],
)
def test_named_in_the_middle_of_a_program(function, fault, monkeypatch):
    x = np.array([0.3, -0.7, 0.9])
    assert check_gradients(thirty, x)
    p = plant(monkeypatch, function, fault)
    with pytest.raises(DerivativeError) as raised:
        check_gradients(thirty, x)
    assert raised.value.operation == p.name
    assert f"the rule of {p.name} is wrong: operation " in str(raised.value)
