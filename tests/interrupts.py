"""Interrupts at every point where CPython can deliver one: a program runs again and again, stopped a little later each time.

CPython looks for signals when a function of Python is entered, when one of C has returned, and when a loop goes round. The
first two are what a profiler is told of, the third a tracer; so a run can be counted, and gets its SIGINT at its k-th point.

    python -m tests.interrupts             # every point of every program, which takes minutes
"""

import argparse
import dis
import inspect
import shutil
import signal
import sys
import tempfile
import time
import weakref
from functools import cache
from pathlib import Path

import numpy as np

import autograd_core as ac
import nn
from autograd_core._backward import _GRAD_LOCK
from autograd_core._modes import MODE, Mode


@cache
def loops(code):
    """The lines to which a function jumps back."""
    steps = list(dis.get_instructions(code))
    lines = dict(dis.findlinestarts(code))
    starts = sorted(lines)
    back = [step.argval for step in steps if step.opname.startswith(("JUMP_BACKWARD", "POP_JUMP_BACKWARD"))]
    return frozenset(lines[max(s for s in starts if s <= offset)] for offset in back)


class Points:
    """Counts the points at which a program can be interrupted, and interrupts it at one."""

    def __init__(self, stop=None):
        self.stop, self.seen, self.place = stop, 0, ""

    def arrive(self, frame):
        if "__del__" in (frame.f_code.co_name, frame.f_back.f_code.co_name):  # Python drops what a finalizer raises
            return
        self.seen += 1
        if self.seen == self.stop:
            file = frame.f_code.co_filename.rpartition("/src/")[2]
            self.place = f"{file}:{frame.f_lineno} in {frame.f_code.co_name}"
            signal.raise_signal(signal.SIGINT)

    def profile(self, frame, event, _):
        if (event == "c_return" and frame.f_code.co_filename != __file__) or (
            event == "call" and not frame.f_code.co_flags & inspect.CO_GENERATOR  # or it may be a generator that is closed
        ):
            self.arrive(frame)

    def trace(self, frame, event, _):
        if event == "call" and (frame.f_code.co_filename == __file__ or not loops(frame.f_code)):
            return None
        if event == "line" and frame.f_lineno in loops(frame.f_code):
            self.arrive(frame)
        return self.trace

    def run(self, program):
        """Run a program to its end or its interrupt."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            sys.settrace(self.trace)
            sys.setprofile(self.profile)
            program()
        except KeyboardInterrupt:
            pass
        finally:
            sys.setprofile(None)
            sys.settrace(None)
            signal.signal(signal.SIGINT, before)


def check_ambient():
    """Nothing outside the program's own objects has changed."""
    assert MODE.get() == Mode()
    assert np.geterr() == {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
    assert not _GRAD_LOCK.locked()
    assert not ac.is_recomputing()


class Walked:
    """A backward pass through a hook and an assignment; each kind of program below is another way to get a loss."""

    A = np.random.default_rng(0).normal(size=(2, 2))
    X = np.random.default_rng(1).normal(size=(3, 2))

    def __init__(self):
        self.w, self.b = ac.tensor(self.A, requires_grad=True), ac.tensor(np.ones(2), requires_grad=True)
        self.kept, self.x, self.arrived = ac.tensor(self.A), self.X.copy(), []
        self.b.register_hook(self.arrived.append)

    def step(self, w, b):
        return (np.tanh(self.x @ w + b) ** 2).mean()

    def loss(self):
        h = self.w * 2.0
        h[0] = self.b
        h += 1.0
        return np.linalg.det(h) + ac.special.logsumexp(self.b * self.w[0])

    def __call__(self):
        self.loss().backward(retain_graph=True)

    def check(self, whole):
        assert np.array_equal(self.w.numpy(), self.A)
        assert np.array_equal(self.b.numpy(), np.ones(2))
        assert np.array_equal(self.x, self.X)
        doubled, cleared = 2 * self.A, np.vstack([np.zeros(2), 2 * self.A[1:]])
        assert any(np.array_equal(self.kept.numpy(), a) for a in (self.A, doubled, cleared))
        assert not any(t._array.flags.writeable for t in (self.w, self.b, self.kept))
        assert self.x.flags.writeable
        for t, right in ((self.w, whole and whole.w), (self.b, whole and whole.b)):
            assert t.grad is None or whole is None or np.array_equal(t.grad.numpy(), right.grad.numpy())
            t.grad = None
        self.step(self.w, self.b).backward()
        again = ac.grad(self.step, argnums=(0, 1))(self.A, np.ones(2))
        assert all(np.array_equal(t.grad.numpy(), g.numpy()) for t, g in zip((self.w, self.b), again, strict=True))


class Transformed(Walked):
    """Transforms inside a recorded computation, of functions that close over its variables, in both directions."""

    def loss(self):
        slope = ac.grad(lambda t: (np.sin(t) * self.b).sum())(self.b)
        inner, moved = ac.jvp(lambda t: self.step(self.w, t), (self.b,), (np.ones(2),))
        return (slope**2).sum() + inner * moved + ac.hessian(lambda t: (t**3 * self.b).sum())(self.A[0]).sum()


class Checkpointed(Walked):
    """Functions that run again in the backward pass, or have a pullback of their own."""

    def loss(self):
        @ac.custom_vjp
        def tripled(t):
            return t * 3.0

        tripled.defvjp(lambda t: (t * 3.0, None), lambda _, g: (g * 3.0,))
        return ac.checkpoint(lambda t: self.step(t, self.b))(self.w) + tripled(self.b).sum()


class Switched(Walked):
    """Modes, as blocks and as decorators, and writes in place inside them."""

    def loss(self):
        with ac.no_grad(), ac.enable_grad():
            loss = self.step(self.w, self.b)

        @ac.no_grad()
        def change():
            self.kept *= 2.0
            self.kept[0] = 0.0

        with ac.scope("switched"):
            change()
        return loss * 2


class Debugged:
    """`ac.debug` freezes the caller's arrays for a while."""

    def __init__(self):
        self.w, self.a = ac.tensor(np.ones(3), requires_grad=True), np.arange(1.0, 4.0)

    def __call__(self):
        with ac.debug():
            y = np.sum(np.exp(self.w * self.a) * self.a)
            y.backward()

    def check(self, _):
        assert self.a.flags.writeable
        assert not self.w._array.flags.writeable
        assert self.w.grad is None or np.allclose(self.w.grad.numpy(), self.a**2 * np.exp(self.a))


class Trained:
    """A step of training, with layers that have buffers and draw random numbers."""

    def __init__(self, optimizer=nn.optim.Adam):
        nn.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Dropout(0.2), nn.Linear(5, 2)).double()
        self.optimizer = optimizer(list(self.model.parameters()), lr=0.1)
        self.x, self.y = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 1, 0, 1, 1, 0])
        self.before = self.state()

    def state(self):
        return {name: t.numpy().copy() for name, t in self.model.state_dict().items()}

    def __call__(self):
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.model(self.x), self.y)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 0.1)
        self.optimizer.step()

    def check(self, whole):
        if whole is None:
            return
        parameters = [name for name, _ in self.model.named_parameters()]
        now, after = self.state(), whole.state()
        for name in now:
            assert any(np.array_equal(now[name], s[name]) for s in (self.before, after)), name
        moving = [name for name in parameters if not np.array_equal(self.before[name], after[name])]
        assert len({np.array_equal(now[name], after[name]) for name in moving}) == 1, "some parameters made the step, some not"
        counts = {state["step"] for state in self.optimizer.state.values() if "step" in state}
        assert counts <= {1}
        assert not any(p._array.flags.writeable for p in self.model.parameters())
        self.optimizer.zero_grad()
        self.model.eval()(self.x).sum().backward()


class Fitted:
    """`nn.fit` with a checkpoint: what was interrupted goes on from the file to the same parameters, bit for bit."""

    def __init__(self):
        folder = tempfile.mkdtemp()
        weakref.finalize(self, shutil.rmtree, folder)
        self.path = Path(folder) / "training.safetensors"
        self.make()

    def make(self):
        nn.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.2), nn.Linear(3, 1)).double()
        self.optimizer = nn.optim.Adam(self.model.parameters(), lr=0.1)
        x = np.random.default_rng(0).normal(size=(8, 2))
        self.loader = nn.data.DataLoader(nn.data.TensorDataset(x, x[:, :1]), 4, shuffle=True, rng=0)

    def __call__(self):
        nn.fit(
            self.model,
            self.loader,
            nn.MSELoss(),
            self.optimizer,
            epochs=2,
            checkpoint=self.path,
            checkpoint_every=1,
            resume=True,
            progress=False,
        )

    def check(self, whole):
        assert not list(self.path.parent.glob(".*")), "a temporary file was left"
        self.make()
        self()
        if whole is not None:
            for a, b in zip(self.model.parameters(), whole.model.parameters(), strict=True):
                assert np.array_equal(a.numpy(), b.numpy())


PROGRAMS = {
    "backward": Walked,
    "transforms": Transformed,
    "checkpoint": Checkpointed,
    "modes": Switched,
    "debug": Debugged,
    "adam": Trained,
    "sgd": lambda: Trained(lambda p, lr: nn.optim.SGD(p, lr, momentum=0.9)),
    "fit": Fitted,
}


def inject(make, count=None, show=None):
    """Interrupt a program at `count` points spread over its run, or at every one; return how many there were.

    With `show`, tell it of what fails, instead of raising.
    """
    for _ in range(2):  # the first run fills caches
        whole, points = make(), Points()
        points.run(whole)
    whole.check(None)
    check_ambient()
    whole = make()
    whole()
    places = range(1, points.seen + 1, -(-points.seen // count) if count else 1)
    for k in places:
        program, stopped = make(), Points(k)
        stopped.run(program)
        try:
            check_ambient()
            program.check(whole)
        except Exception as error:
            MODE.set(Mode())
            error.add_note(f"interrupted at point {k}, {stopped.place}")
            if show is None:
                raise
            show(k, stopped.place, error)
    return len(places)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, help="points of each program (default: all)")
    parser.add_argument("--only", choices=PROGRAMS)
    given = parser.parse_args()
    for name in [given.only] if given.only else PROGRAMS:
        wrong, start = [], time.time()
        done = inject(PROGRAMS[name], given.count, lambda *what, wrong=wrong: wrong.append(what))
        print(f"{name}: {done} interrupts, {len(wrong)} left wrong state, {time.time() - start:.0f} s", flush=True)
        for k, place, error in wrong:
            print(f"  {k} {place}: {type(error).__name__} {str(error)[:200]}")


if __name__ == "__main__":
    main()
