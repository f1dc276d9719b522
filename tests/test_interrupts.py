"""Ctrl-C at points all along a program leaves no wrong state: modes, gradients, parameters, files, read-only flags."""

import signal
import threading

import pytest

import autograd_core as ac
from autograd_core._modes import MODE, Mode
from nn._interrupts import uninterrupted

from .interrupts import PROGRAMS, inject

COUNTS = {"backward": 360, "transforms": 200, "checkpoint": 450, "modes": 430, "debug": 760, "adam": 200, "sgd": 100, "fit": 10}


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_interrupt_leaves_no_wrong_state(name):
    """At so many of the points where CPython delivers one; `python -m tests.interrupts` takes them all."""
    assert inject(PROGRAMS[name], COUNTS[name]) > COUNTS[name] / 2


def test_a_block_that_could_not_leave_is_left_when_it_is_gone():
    """What an interrupt at the very start of `__exit__` does."""
    block = ac.no_grad()
    block.__enter__()
    assert not MODE.get().grad
    del block
    assert MODE.get() == Mode()


@pytest.fixture(autouse=True)
def python_handles_ctrl_c():
    """A shell lets the processes that it starts in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_for_a_step():
    done = []

    def step():
        signal.raise_signal(signal.SIGINT)
        done.append("the step")
        return "result"

    with pytest.raises(KeyboardInterrupt):
        uninterrupted(step)
    assert done == ["the step"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_does_not_wait():
    def step():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError

    with pytest.raises(KeyboardInterrupt):
        uninterrupted(step)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_get_no_signals():
    found = []
    thread = threading.Thread(target=lambda: found.append(uninterrupted(lambda x: x + 1, 1)))
    thread.start()
    thread.join()
    assert found == [2]
