"""Strategies draw what they promise; random programs run, are right, and reach every primitive."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_core as ac
from autograd_core._primitive import TABLE, Composite, Primitive
from autograd_core.testing import DerivativeError, check_gradients, domains, property_test
from autograd_core.testing import strategies as ac_st
from autograd_core.testing._programs import Word, draw_program
from autograd_core.testing._property import Settings
from autograd_core.testing._snippet import imported
from tests.cases_linalg import columns
from tests.every_case import CASES
from tests.test_cases import origin

WORDS = [Word(c.function, call.args, call.kwargs, c.pointwise, c.through) for c in CASES for call in c.calls]
# what can be imported: functions of the cases are made there, and `np.clip` has a ufunc of no public name
SHOWN = [w for w in WORDS if imported(w.function) and not (getattr(w.function, "__module__", None) or "").startswith("tests")]
MOST = settings.default.max_examples  # 100, and more in the profiles `long` and `explore`
few = settings(max_examples=MOST // 4)

MEMBER = {
    "real": lambda x: np.abs(x).max(initial=0) <= 2,
    "small": lambda x: np.abs(x).max(initial=0) <= 0.5,
    "positive": lambda x: (x >= 0.5).all(),
    "nonzero": lambda x: (np.abs(x) >= 0.5).all(),
    "unit": lambda x: ((x > 0) & (x < 1)).all(),
    "inside": lambda x: (np.abs(x) < 1).all(),
    "above_one": lambda x: (x > 1).all(),
    "between": lambda x: (np.abs(x - np.round(x)) >= 0.19).all(),
    "distinct": lambda x: np.diff(np.sort(x, axis=None)).min(initial=1) > 0.05,
    "probability": lambda x: np.allclose(x.sum(-1), 1) and (x > 0).all(),
    "symmetric": lambda x: np.allclose(x, x.T) and np.diff(np.linalg.eigvalsh(x)).min(initial=1) > 0.3,
    "spd": lambda x: np.allclose(x, x.T) and np.linalg.eigvalsh(x).min(initial=1) > 0.3,
    "lower": lambda x: np.allclose(x, np.tril(x)) and np.diag(x).min(initial=1) > 0.9,
    "conditioned": lambda x: np.linalg.cond(x) < 20 if x.size else True,
    "graded": lambda x: np.diff(np.linalg.svd(x, compute_uv=False)[::-1]).min(initial=1) > 0.3,
    "orthogonal": lambda x: np.allclose(x.T @ x, np.eye(x.shape[1])),
    "booleans": lambda x: x.dtype == bool,
    "integers": lambda x: x.dtype.kind == "i",
}


@pytest.mark.parametrize("name", domains.DOMAINS)
@few
@given(st.data())
def test_domains_hold_what_they_say(name, data):
    domain = domains.DOMAINS[name]
    shape = (3, 3) if domain.matrix or name == "probability" else data.draw(ac_st.shapes())
    x = data.draw(ac_st.arrays(shape, domain=name))
    assert x.shape == shape
    assert MEMBER[name](x)
    if not domain.constant:
        direction = domains.Operand(domain, shape).direction(np.random.default_rng(0))
        if name not in ("orthogonal", "probability"):
            assert MEMBER[name](x + 1e-4 * direction) or name in ("real", "small", "positive", "nonzero", "between")
    if domain.squash is not None:
        y = domain.squash(np.random.default_rng(0).normal(size=shape) * 3)
        assert y.shape == shape
        assert MEMBER[name](y) or name == "between"


@few
@given(ac_st.tensors(dtype=np.float32, requires_grad=True), st.integers(1, 3).flatmap(ac_st.broadcastable))
def test_tensors_and_broadcastable_shapes(t, shapes):
    assert t.dtype == np.float32
    assert t.requires_grad
    np.broadcast_shapes(*shapes)


@given(st.data())
def test_indices_and_axes_fit(data):
    shape = data.draw(ac_st.shapes(max_side=3))
    x = np.arange(float(np.prod(shape))).reshape(shape)
    index = data.draw(ac_st.indices(shape))
    y = ac.tensor(x, requires_grad=True)[index]
    np.testing.assert_array_equal(y.numpy(), x[index])
    np.sum(x, axis=data.draw(ac_st.axes(x.ndim)))


@few
@given(ac_st.einsum_calls(), ac_st.matmul_operands())
def test_einsum_and_matmul_calls(call, operands):
    text, xs = call
    check_gradients(lambda *ts: np.einsum(text, *ts), *xs, order=1, full=False)
    check_gradients(np.matmul, *operands, order=1, full=False)


@few
@given(ac_st.conv_calls(), ac_st.pool_calls(), ac_st.shapes_and_permutations())
def test_convolution_pooling_and_permutation_calls(conv, pool, permutation):
    xs, options = conv
    check_gradients(lambda *ts: ac.convolution(*ts, **options), *xs, order=1, full=False)
    x, options = pool
    check_gradients(lambda t: ac.max_pool(t, **options), x, order=1, full=False)
    shape, order = permutation
    assert np.transpose(np.zeros(shape), order).ndim == len(shape)


def test_an_unknown_domain_lists_them():
    with pytest.raises(ValueError, match="domain='positve' is not one of real, small, positive"):
        ac_st.arrays(domain="positve")


# -- programs -------------------------------------------------------------------------------------------------------------


@few
@given(ac_st.programs())
def test_programs_are_differentiable(program):
    check_gradients(program, *program.operands, order=2, full=False)


@settings(max_examples=2 * MOST // 5)
@given(ac_st.programs(WORDS))
def test_programs_of_every_primitive_are_right(program):
    """Random compositions in both walks and by differences: what single operations cannot show, their interplay does."""
    check_gradients(program, *program.operands, order=2, full=False, modes=("reverse", "forward"))


@few
@given(ac_st.programs(SHOWN))
def test_the_source_of_a_program_is_the_program(program):
    names = {}
    exec(program.source(), names)
    given_, own = (f(*map(ac.asarray, program.operands)) for f in (names["program"], program))
    np.testing.assert_array_equal(given_.numpy(), own.numpy())


@pytest.mark.parametrize(
    "word",
    [
        Word(np.linalg.norm, (domains.real(2, 3), -np.inf)),
        Word(np.apply_along_axis, (np.cumsum, 1, domains.real(2, 3))),
        Word(np.linalg.eigh, (domains.symmetric(3, 3),), through=columns),
    ],
    ids=lambda word: word.name,
)
def test_the_source_shows_infinities_functions_and_what_is_applied_to_a_result(word):
    rng, names = np.random.default_rng(0), {}
    program = draw_program(lambda n: int(rng.integers(n)), [word], steps=2, rng=rng)
    assert program.steps
    exec(program.source(), names)
    np.testing.assert_array_equal(names["program"](*program.operands), program(*program.operands))


def test_every_primitive_occurs_in_ten_thousand_programs():
    rng, seen = np.random.default_rng(0), set()
    for _ in range(10_000):
        for step in draw_program(lambda n: int(rng.random() * n), WORDS, rng=rng, steps=3).steps:
            seen |= {step.word.function, getattr(step.word.function, "__wrapped__", None)}
    wanted = {f: e.name for f, e in TABLE.items() if isinstance(e, Primitive | Composite) and "autograd_core" in origin(e)}
    empty = {"intersect1d"}  # of numbers that move, nothing stays common
    missing = [name for f, name in wanted.items() if f not in seen and name not in empty]
    assert not missing


def test_a_failing_program_shrinks_to_a_short_one(monkeypatch):
    """A fault in one primitive is left with hardly anything around it."""
    p = TABLE[np.arctan]
    monkeypatch.setattr(p, "rules", (lambda g, _y, a: g / (1 + a),))
    smallest = []

    @settings(max_examples=300, report_multiple_bugs=False)
    @given(ac_st.programs())
    def law(program):
        try:
            check_gradients(program, *program.operands, order=1, full=False, explain=False)
        except DerivativeError:
            smallest.append(program)
            raise

    with pytest.raises(DerivativeError):
        law()
    assert smallest[-1].words == ["arctan"]


# -- property_test and the plugin -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "domain", "options"),
    [
        (np.tanh, "inside", {"complex": True}),
        (np.hypot, ["nonzero", "nonzero"], {}),
        (np.where, ["booleans", "real", "real"], {}),
        (np.linalg.cholesky, domains.spd(3, 3), {}),
        (np.mean, domains.real(2, 3), {"axis": 0}),
        (ac.special.softmax, domains.real(2, 3), {"order": 3}),
    ],
)
def test_property_tests_pass(f, domain, options):
    property_test(f, domain, examples=6, **options)()


def test_property_tests_have_names_and_take_the_options(monkeypatch):
    monkeypatch.setattr(Settings, "examples", 3)
    calls = []

    def f(x):
        calls.append(x)
        return x * 2.0

    test = property_test(f, domains.real(2), order=1)
    assert test.__name__ == "test_f"
    test()
    few_calls = len(calls)
    monkeypatch.setattr(Settings, "examples", 12)
    test()
    assert len(calls) - few_calls > 2 * few_calls
