"""The graph and the reverse walk: depth, memory without the collector, release, order, aliasing, and walks that fail."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import autograd_core as ac
from autograd_core._graph import ancestors, between, cast, own
from autograd_core._node import Form, new_node
from autograd_core._rules.common import sum_to

from .derivatives import leaf


@pytest.fixture
def no_collector():
    """Reference counting alone frees every graph, so the collector stays off."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


# -- depth and lifetime ---------------------------------------------------------------------------------------------------


def test_a_hundred_thousand_operations(no_collector):
    """No recursion when it is built, walked or freed, and no reference cycle: reference counting frees it at once."""
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.00001
    node = weakref.ref(y._node)
    y.backward()
    assert x.grad.item() == pytest.approx(1.00001**100_000)
    del y
    assert node() is None


def test_an_undifferentiated_deep_graph_is_freed(no_collector):
    """Freeing a chain of nodes must not recurse either."""
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = np.sin(y)
    node = weakref.ref(y._node)
    del y
    assert node() is None


def test_graphs_of_transforms_are_freed(no_collector):
    """Higher derivatives keep nothing alive either."""
    array = np.linspace(0, 1, 10_000)
    f = ac.grad(lambda x: (ac.grad(lambda y: np.sum(np.sin(y) ** 3))(x) ** 2).sum())
    f(array)
    tracemalloc.start()
    f(array)
    held, _ = tracemalloc.get_traced_memory()
    for _ in range(5):
        f(array)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - held < 20_000


def test_results_do_not_keep_the_graph():
    x = leaf(np.ones(3))
    y = (x * x).sum()
    node = weakref.ref(y._node)
    detached, value = y.detach(), y.numpy()
    del y
    gc.collect()
    assert node() is None
    assert detached.item() == value == 3.0


def test_a_graph_does_not_keep_its_leaves():
    x = leaf(np.ones(3))
    y = (x * x).sum()
    ref = weakref.ref(x)
    del x
    assert ref() is None
    y.backward()


# -- release --------------------------------------------------------------------------------------------------------------


def test_backward_releases_unless_asked_to_keep():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0
    with pytest.raises(ac.GraphReleasedError):
        y.backward()
    assert x.grad.item() == 12.0


def test_release_drops_saved_arrays():
    x = leaf(np.ones(1000))
    y = np.exp(x)
    saved = weakref.ref(y._node.out)
    z = y.sum()
    del y
    assert saved() is not None
    z.backward()
    assert saved() is None


def test_a_released_part_stops_a_walk_before_any_rule_runs():
    """Even where the released node saved nothing, and before `.grad` of any leaf changes."""
    x, w = leaf(2.0), leaf(3.0)
    shared = x + 1.0
    (shared * 2.0).backward()
    x.grad = None
    with pytest.raises(ac.GraphReleasedError, match="released by an earlier backward"):
        (w * w + shared).backward()
    assert x.grad is None
    assert w.grad is None


def test_create_graph_keeps_the_graph():
    x = leaf(2.0)
    y = x**3
    y.backward(create_graph=True)
    first = x.grad
    assert first.requires_grad
    x.grad = None
    first.backward(create_graph=True)
    assert x.grad.item() == 12.0
    second, x.grad = x.grad, None
    second.backward()
    assert x.grad.item() == 6.0


# -- order, sharing, aliasing ---------------------------------------------------------------------------------------------


def test_shared_subexpressions_accumulate():
    x = leaf(3.0)
    a = x * x
    b = a * a + a
    c = b * a + b
    c.backward()
    value = ac.grad(lambda t: t**6 + 2 * t**4 + t**2)(3.0)
    assert x.grad.item() == value.item()


def test_a_diamond_of_depth_fifty_takes_linear_time():
    """Paths double at each level; a walk by nodes visits each once."""
    x = leaf(1.0)
    y = x
    for _ in range(50):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**50


def test_cotangents_that_rules_share_are_never_written():
    """`add` hands the same array to both operands; adding to one in place must not change the other."""
    x, y = leaf(np.ones(3)), leaf(np.ones(3))
    s = x + y
    (s + x * 2.0 + y * 5.0 + x * 7.0).sum().backward()
    assert x.grad.tolist() == [10.0] * 3
    assert y.grad.tolist() == [6.0] * 3


def test_the_cotangent_given_is_never_written():
    x = leaf(np.ones(3))
    g = np.ones(3)
    y = x + 0.0
    (y + y + x).backward(g)
    assert g.tolist() == [1.0] * 3
    g[0] = 9.0
    assert x.grad.tolist() == [3.0] * 3


def test_many_reads_of_a_large_array_fill_one_buffer():
    """`x[t]` read T times allocates one array in the backward pass, not T."""
    x = leaf(np.ones((200, 1000)))
    y = sum((x[t] * float(t)).sum() for t in range(200))
    tracemalloc.start()
    y.backward()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * x.nbytes
    assert x.grad.numpy()[:, 0].tolist() == [float(t) for t in range(200)]


def test_duplicate_indices_accumulate_with_other_uses():
    x = leaf(np.arange(3.0))
    (x[[0, 0, 2]].sum() + (x * x).sum() + x[1] * 10.0).backward()
    assert x.grad.tolist() == [2.0, 12.0, 5.0]


def test_an_output_that_is_not_floating_reaches_a_recorded_rule_as_an_array():
    """So that a rule can index with it at every order."""

    @ac.primitive
    def ranked(a):
        ranks = np.argsort(np.argsort(a))
        return np.sort(a) ** 2, ranks

    ac.general(ranked, lambda g, y, a: g[0][y[1]] * (2 * a))
    x = np.array([0.3, -1.2, 0.7, 0.1])
    f = lambda t: np.sum(np.sin(ranked(t)[0]) * np.arange(1.0, 5.0))  # noqa: E731
    ac.testing.check_gradients(f, x, order=2)
    assert not ranked(leaf(x))[1].requires_grad


def test_int_results_have_no_history():
    x = leaf([1.5, 2.5])
    assert not x.astype(int).requires_grad
    assert not (x > 2).requires_grad
    assert not np.argmax(x).requires_grad
    (x * x.astype(int)).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0]


# -- walks that fail ------------------------------------------------------------------------------------------------------


def test_an_exception_in_a_hook_leaves_grads_alone_and_releases():
    """A walk that failed wrote no `.grad` at all, and its graph is not half-usable."""
    x, w = leaf(2.0), leaf(3.0)
    y = x * w

    def fail(g):
        raise KeyError("hook")

    remove = x.register_hook(fail)
    with pytest.raises(KeyError, match="hook"):
        y.backward()
    assert x.grad is None
    assert w.grad is None
    remove()
    with pytest.raises(ac.GraphReleasedError):
        y.backward()
    (x * w).backward()
    assert (x.grad.item(), w.grad.item()) == (3.0, 2.0)


def test_a_failed_walk_that_keeps_the_graph_can_be_repeated():
    x = leaf(2.0)
    y = x * x
    remove = x.register_hook(lambda g: g.reshape(1))
    with pytest.raises(ac.ShapeError, match="a hook returned"):
        y.backward(retain_graph=True)
    remove()
    y.backward()
    assert x.grad.item() == 4.0


def test_backward_inside_a_hook():
    """A walk inside a walk has a state of its own."""
    x, w = leaf(2.0), leaf(3.0)

    def hook(g):
        (w * w).backward()

    h = x * x
    h.register_hook(hook)
    h.backward()
    assert (x.grad.item(), w.grad.item()) == (4.0, 6.0)


# -- the parts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shape"),
    [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3), ()), ((4, 2, 3), (1, 3)), ((0, 3), (1, 3)), ((2, 0), (2, 1))],
)
def test_sum_to_is_the_transpose_of_broadcasting(given, shape):
    rng = np.random.default_rng(0)
    c, x = rng.normal(size=given), rng.normal(size=shape)
    assert sum_to(c, shape).shape == shape
    np.testing.assert_allclose(np.sum(sum_to(c, shape) * x), np.sum(c * np.broadcast_to(x, given)), atol=1e-12)


@pytest.mark.parametrize(("given", "shape"), [((3,), (2,)), ((2, 3), (2, 2)), ((3,), (1, 3)), ((1,), (3,))])
def test_sum_to_refuses_what_broadcasting_cannot_make(given, shape):
    with pytest.raises(ac.RuleError, match="a rule returned shape"):
        sum_to(np.zeros(given), shape)


def test_cast_takes_the_real_part_for_a_real_operand():
    assert cast(np.array([1 + 2j]), np.dtype("f4")).tolist() == [1.0]
    assert cast(np.array([1.0]), np.dtype("c8")).dtype == np.complex64


def test_own_copies_exactly_when_it_must():
    a = np.ones(3)
    assert own(a) is not a
    assert own(np.ones((2, 3)).T[0]).flags.c_contiguous
    assert own(np.broadcast_to(1.0, (3,))).strides == (8,)
    assert own(np.ones(3)).flags.writeable


@pytest.mark.parametrize("order", ["C", "F"])
def test_own_takes_what_nobody_else_holds(order):
    """Without a copy, whatever its memory order; what is neither is made dense."""
    only = [np.ones((2, 3), order=order)]
    address = only[0].ctypes.data
    taken = own(only.pop())  # not within an assertion, which would hold it
    assert taken.ctypes.data == address
    held = np.ones((2, 3), order=order)
    assert own(held).ctypes.data != held.ctypes.data


def test_ancestors_come_in_creation_order():
    x = leaf(1.0)
    a = x * 2
    b = a + x
    c = b * a
    assert [n.number for n in ancestors([c._node])] == sorted(n._node.number for n in (x, a, b, c))
    order, live, open_ = between([c._node], [a._node])
    assert order == [a._node, b._node, c._node]
    assert open_ is True
    assert live == set(order)


def test_a_form_refuses_everything_but_its_form():
    form = Form((2, 3), np.dtype(float))
    assert (form.shape, form.ndim, form.size, form.dtype) == ((2, 3), 2, 6, np.dtype(float))
    for read in (
        lambda: np.asarray(form),
        lambda: form == 1,
        lambda: form != 1,
        lambda: bool(form),
        lambda: form[0],
        lambda: np.sum(form),
        lambda: float(form),
    ):
        with pytest.raises(ac.RuleError, match="promises shape and dtype only"):
            read()
    for combine in (lambda: form + 1, lambda: np.ones(3) * form, lambda: np.exp(form)):
        with pytest.raises(TypeError):
            combine()


def test_a_node_says_what_it_is():
    assert repr(new_node(None, (2,), np.dtype(float))).endswith("leaf (2,) float64>")
    assert " multiply () float64>" in repr((leaf(1.0) * 2)._node)
