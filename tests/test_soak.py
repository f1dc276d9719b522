"""Long runs: a deep graph, flat memory, real signals, threads and processes."""

import gc
import multiprocessing
import os
import signal
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import autograd_core as ac
from autograd_core._modes import MODE, Mode

A = np.random.default_rng(0).normal(size=(4, 4))


def step(w, b, x):
    return (np.tanh(x @ w + b) ** 2).mean()


def test_a_million_operations():
    """Built, walked and freed by reference counting alone."""
    gc.collect()
    gc.disable()
    try:
        x = ac.tensor(0.0, requires_grad=True)
        y = x
        for _ in range(1_000_000):
            y = y + 1.0
        node = weakref.ref(y._node)
        y.backward()
        del y
        assert x.grad.item() == 1.0
        assert node() is None
    finally:
        gc.enable()


def test_ten_thousand_training_steps_keep_memory_flat():
    w, b = ac.tensor(A, requires_grad=True), ac.tensor(np.zeros(4), requires_grad=True)
    x = np.random.default_rng(1).normal(size=(8, 4))

    def train(count):
        for _ in range(count):
            w.grad = b.grad = None
            step(w, b, x).backward()
            with ac.no_grad():
                w.__isub__(0.01 * w.grad)
                b.__isub__(0.01 * b.grad)

    train(100)
    gc.collect()
    gc.disable()
    train(10_000)  # CPython keeps up to 2,000 freed tuples of each size for reuse, and counts them as allocated
    try:
        before = sys.getallocatedblocks()
        train(10_000)
        after = sys.getallocatedblocks()
    finally:
        gc.enable()
    assert after - before < 500


def test_keyboard_interrupts_between_steps_of_training():
    """Real signals, at times nobody chose."""
    w, b = ac.tensor(A, requires_grad=True), ac.tensor(np.zeros(4), requires_grad=True)
    x = np.random.default_rng(1).normal(size=(8, 4))
    step(w, b, x).backward()
    right = w.grad.numpy().copy()
    caught = 0
    for k in range(50):
        w.grad = b.grad = None
        previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
        try:
            signal.setitimer(signal.ITIMER_REAL, 1e-3 + 1e-4 * (k % 20))
            for _ in range(200):
                w.grad = b.grad = None
                step(w, b, x).backward()
        except KeyboardInterrupt:
            caught += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
        assert MODE.get() == Mode()
        assert w.grad is None or np.array_equal(w.grad.numpy(), right)
        w.grad = b.grad = None
        step(w, b, x).backward()
        np.testing.assert_array_equal(w.grad.numpy(), right)
    assert caught > 10


def work(seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(3, 4)), ac.tensor(A, requires_grad=True)
    total = 0.0
    for _ in range(20):
        b = ac.tensor(np.zeros(4), requires_grad=True)
        step(w, b, x).backward()
        total += float(np.abs(b.grad.numpy()).sum()) + ac.hessian(lambda t: (np.sin(t) ** 2).sum())(x[0]).numpy().sum()
        with ac.no_grad():
            w -= 0.1 * w.grad
        w.grad = None
    return total


def test_four_threads_compute_what_one_does():
    expected = [work(k) for k in range(8)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(8))) == expected


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_compute_what_one_does(method):
    """After `fork` nothing inherited is locked or half-recorded; under `spawn` everything imports again."""
    expected = [work(k) for k in range(2)]
    if method == "fork" and sys.version_info >= (3, 12):
        pytest.skip("Python warns of fork in a process with threads, and warnings are errors here")
    old = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    try:
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(work, range(2)) == expected
    finally:
        os.environ.pop("PYTHONPATH") if old is None else os.environ.__setitem__("PYTHONPATH", old)
