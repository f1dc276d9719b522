"""`no_grad`, `enable_grad` and threads: ambient settings belong to one thread or task."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import autograd_core as ac
from autograd_core._modes import MODE, Mode


def test_no_grad_and_enable_grad_nest():
    x = ac.tensor(2.0, requires_grad=True)
    with ac.no_grad():
        assert not (x * x).requires_grad
        with ac.enable_grad():
            assert (x * x).requires_grad
        assert not (x * x).requires_grad
    assert (x * x).requires_grad


def test_as_decorators_and_after_exceptions():
    x = ac.tensor(2.0, requires_grad=True)

    @ac.no_grad()
    def f(depth):
        assert not (x * x).requires_grad
        if depth:
            return f(depth - 1)
        raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            f(3)
        assert (x * x).requires_grad


def test_a_transform_records_inside_no_grad():
    """`grad` asks for a derivative, so it records whatever the mode; its result has no history then."""
    x = ac.tensor(3.0, requires_grad=True)
    with ac.no_grad():
        g = ac.grad(lambda t: t * t * x)(2.0)
    assert g.item() == 12.0
    assert not g.requires_grad


def test_threads_start_from_the_defaults():
    """PyTorch's `no_grad` is per thread too; a process-wide flag is a race."""
    x = ac.tensor(2.0, requires_grad=True)
    entered, leave = threading.Event(), threading.Event()
    seen = []

    def other():
        entered.wait(5)
        seen.append((x * x).requires_grad)
        leave.set()

    thread = threading.Thread(target=other)
    thread.start()
    with ac.no_grad():
        entered.set()
        assert leave.wait(5)
    thread.join()
    assert seen == [True]


def test_tasks_do_not_see_each_other():
    x = ac.tensor(2.0, requires_grad=True)

    async def off():
        with ac.no_grad():
            await asyncio.sleep(0)
            return (x * x).requires_grad

    async def on():
        await asyncio.sleep(0)
        return (x * x).requires_grad

    async def main():
        return await asyncio.gather(off(), on(), off(), on())

    assert asyncio.run(main()) == [False, True, False, True]


def test_four_threads_accumulate_into_one_leaf():
    """`.grad` is written under a lock, so that no contribution is lost."""
    x = ac.tensor([1.0, 2.0], requires_grad=True)

    def step(_):
        (x * x).sum().backward()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(step, range(400)))
    assert x.grad.tolist() == [800.0, 1600.0]


def test_nested_transforms_in_four_threads():
    def f(x):
        return ac.grad(lambda y: y * y * x)(x)

    with ThreadPoolExecutor(4) as pool:
        values = list(pool.map(lambda k: ac.grad(f)(float(k)).item(), range(200)))
    assert values == [4.0 * k for k in range(200)]


def recorded():
    return (ac.tensor(2.0, requires_grad=True) * 3).requires_grad


def test_a_decorated_generator_runs_its_steps_in_the_mode():
    """Its body runs when it is stepped, not when it is called; between the steps the caller's mode holds."""

    @ac.no_grad()
    def steps(n):
        try:
            for _ in range(n):
                received = yield recorded()
                assert received == "sent" or received is None
        except KeyError:
            yield "caught", recorded()
        finally:
            ended.append(recorded())
        return "result"

    ended = []
    generator = steps(2)
    assert (next(generator), recorded(), generator.send("sent"), recorded()) == (False, True, False, True)
    with pytest.raises(StopIteration, match="result"):
        next(generator)
    generator = steps(2)
    next(generator)
    assert generator.throw(KeyError) == ("caught", False)
    generator.close()
    assert recorded()
    assert list(steps(2)) == [False, False]
    assert ended == [False, False, False]
    with pytest.raises(TypeError, match="unexpected"):
        steps(unexpected=1)


def test_a_decorated_coroutine_runs_in_the_mode():
    @ac.no_grad()
    async def inside():
        await asyncio.sleep(0)
        return recorded()

    async def both():
        return await asyncio.gather(inside(), asyncio.to_thread(recorded)), recorded()

    assert asyncio.run(both()) == ([False, True], True)


def test_an_asynchronous_generator_cannot_be_decorated():
    async def steps():
        yield 1

    with pytest.raises(
        TypeError, match=r"^no_grad cannot decorate .*steps, an asynchronous generator; put a with block into it$"
    ):
        ac.no_grad()(steps)


@pytest.mark.parametrize("block", [lambda: ac.scope("a.b"), ac.debug, ac.no_grad])
def test_a_block_may_be_left_in_another_context(block):
    """As when an event loop closes an asynchronous generator that was not finished."""
    context = contextvars.copy_context()
    opened = block()
    context.run(opened.__enter__)
    opened.__exit__(None, None, None)
    assert recorded()
    assert MODE.get() == Mode()


def test_a_function_called_inside_a_mode():
    """What the engine does itself, since the end of a ``with`` block can be interrupted."""
    x = ac.tensor(2.0, requires_grad=True)
    assert not ac.no_grad().call(lambda t, power: t**power, x, power=2).requires_grad
    with pytest.raises(KeyError):
        ac.no_grad().call({}.__getitem__, "nothing")
    assert (x * x).requires_grad
