"""Long runs and injected faults: memory stays flat, and an exception at any point leaves no wrong state behind."""

import gc
import multiprocessing
import os
import signal
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from linecache import getline

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


class Interrupted(BaseException):
    """As abrupt as KeyboardInterrupt, and nobody else's."""


INJECTIONS = 150  # spread over the run; 1,000,000 interrupts it at every line


@cache
def is_with(filename, line):
    """Between a `with` and its `__enter__` or `__exit__`, no context manager in Python can be interrupted and restore."""
    return getline(filename, line).lstrip().startswith("with ")


def run_traced(run, at_line):
    """Call `run`, and `at_line` at each line of the package that it executes."""

    def tracer(frame, event, _):
        filename = frame.f_code.co_filename
        if "autograd_core" not in filename or filename.endswith("_modes.py"):
            return None
        if event == "line" and not is_with(filename, frame.f_lineno):
            at_line()
        return tracer

    sys.settrace(tracer)
    try:
        run()
    finally:
        sys.settrace(None)


def lines_run(run):
    count = [0]

    def at_line():
        count[0] += 1

    run_traced(run, at_line)
    return count[0]


def interrupted(run, lines):
    left = [lines]

    def at_line():
        left[0] -= 1
        if left[0] == 0:
            raise Interrupted

    run_traced(run, at_line)


def whole(w, b, x):
    """Forward, a transform inside, backward twice over, an assignment: everything that keeps state."""
    with ac.no_grad():
        pass
    y = step(w, b, x)
    h = w * 2.0
    h[0] = b
    penalty = ac.grad(lambda t: (np.sin(t) * b).sum())(b)
    (y + (penalty**2).sum() + h.sum()).backward(retain_graph=True)
    ac.jvp(ac.checkpoint(lambda t: step(w, t, x)), (b,), (np.ones(4),))


def test_an_exception_anywhere_leaves_no_wrong_state():
    """Interrupts all along the way: modes are restored, gradients whole or absent, and the next computation is right."""
    x = np.random.default_rng(1).normal(size=(2, 4))
    w, b = ac.tensor(A, requires_grad=True), ac.tensor(np.ones(4), requires_grad=True)
    whole(w, b, x)
    right = [w.grad.numpy().copy(), b.grad.numpy().copy()]
    w.grad = b.grad = None
    total = lines_run(lambda: whole(w, b, x))
    assert total > 500
    for lines in range(1, total, max(1, total // INJECTIONS)):
        w, b = ac.tensor(A, requires_grad=True), ac.tensor(np.ones(4), requires_grad=True)
        with pytest.raises(Interrupted):
            interrupted(lambda: whole(w, b, x), lines)  # noqa: B023  (called here)
        assert MODE.get() == Mode()
        assert (w.numpy() == A).all()
        for t, g in zip((w, b), right, strict=True):
            assert t.grad is None or np.array_equal(t.grad.numpy(), g)
        w.grad = b.grad = None
        whole(w, b, x)
        for t, g in zip((w, b), right, strict=True):
            np.testing.assert_array_equal(t.grad.numpy(), g)


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
        assert MODE.get()._replace(outer=None) == Mode()
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
