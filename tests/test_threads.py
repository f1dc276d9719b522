"""Four threads that switch as often as Python can: each has settings of its own, and nothing shared is half written."""

import sys
import threading
import time

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import _primitive


@pytest.fixture(autouse=True)
def tiny_switch_interval():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_four_threads(work):
    """Run ``work(thread number)`` at once in four threads; what one raises is raised here."""
    errors, start = [], threading.Barrier(4)

    def run(k):
        try:
            start.wait(10)
            work(k)
        except BaseException as error:  # noqa: BLE001  (raised again below)
            errors.append(error)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def test_thousands_of_nested_gradients():
    """Each thread's 500 third derivatives, of a function that turns recording off and on inside, are its own."""

    def work(k):
        for i in range(500):
            x = 1.0 + k + i / 500

            def f(t, x=x):
                with ac.no_grad():
                    c = t * 0 + x
                    with ac.enable_grad():
                        y = t * t
                    assert not (t * t).requires_grad
                assert (t * t).requires_grad
                return c * y * t

            third = ac.grad(ac.grad(ac.grad(f)))(x)
            assert abs(third.item() - 6 * x) < 1e-9
            _, tangent = ac.jvp(ac.grad(f), (x,), (1.0,))
            assert abs(tangent.item() - 6 * x * x) < 1e-9

    in_four_threads(work)


def test_one_leaf_collects_from_every_thread():
    """`.grad` is written under a lock; no contribution is lost or counted twice."""
    x = ac.tensor(np.arange(3.0), requires_grad=True)

    def work(k):
        for _ in range(250):
            (x * x * (k + 1)).sum().backward()

    in_four_threads(work)
    np.testing.assert_array_equal(x.grad.numpy(), 2 * np.arange(3.0) * 250 * (1 + 2 + 3 + 4))


def test_one_context_manager_serves_all_threads():
    """An instance of `no_grad` keeps no state of its own."""
    off, on = ac.no_grad(), ac.enable_grad()
    x = ac.tensor(2.0, requires_grad=True)

    @ac.no_grad()
    def decorated():
        return x * x

    def work(_):
        for _ in range(500):
            with off:
                assert not (x * x).requires_grad
                with on:
                    assert (x * x).requires_grad
                with off:
                    assert not decorated().requires_grad
                assert not (x * x).requires_grad
            assert (x * x).requires_grad

    in_four_threads(work)


def test_rules_of_a_variadic_primitive_are_right_in_every_thread(monkeypatch):
    """Its rules by place are made on first use, which may be in several threads at once."""
    at_place = _primitive._at_place

    def slow(rule, i):
        time.sleep(1e-4)
        return at_place(rule, i)

    monkeypatch.setattr(_primitive, "_at_place", slow)

    @ac.primitive
    def weighted(*xs):
        return sum(k * x for k, x in enumerate(xs))

    ac.variadic(weighted, lambda g, _y, i, *_xs: g * i)

    def work(_):
        gradients = ac.grad(weighted, argnums=tuple(range(12)))(*np.ones(12))
        assert [g.item() for g in gradients] == list(range(12))

    in_four_threads(work)


def test_first_uses_of_lazily_made_names():
    """Functions of the namespace are made when first asked for, perhaps by several threads at once."""
    names = ("hypot", "logaddexp", "cross", "kron")
    for name in names:
        vars(ac).pop(name, None)
    found = [[] for _ in range(4)]

    def work(k):
        found[k].extend(getattr(ac, name)(1.5 * np.ones(3), np.arange(3.0)).tolist() for name in names)

    in_four_threads(work)
    assert found[0] == found[1] == found[2] == found[3]
