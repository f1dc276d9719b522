"""Functions with a pullback of their own: `checkpoint` and `custom_vjp`, at every order and without leaving a cycle."""

import gc
import weakref

import numpy as np
import pytest

import autograd_core as ac

RNG = np.random.default_rng(0)
X = RNG.normal(size=3)
A = RNG.normal(size=(3, 3))


def test_checkpoint_changes_nothing_but_memory():
    w = ac.tensor(A, requires_grad=True)
    plain = lambda x: np.tanh(w @ x) * x  # noqa: E731
    kept = ac.checkpoint(plain)
    for g in (ac.grad(lambda x: plain(x).sum()), ac.grad(lambda x: kept(x).sum())):
        w.grad = None
        (g(X) ** 2).sum().backward()
        first = w.grad.numpy()
    w.grad = None
    (ac.grad(lambda x: plain(x).sum())(X) ** 2).sum().backward()
    np.testing.assert_allclose(first, w.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(
        ac.hessian(lambda x: kept(x).sum())(X).numpy(), ac.hessian(lambda x: plain(x).sum())(X).numpy(), rtol=1e-12
    )
    np.testing.assert_allclose(ac.jvp(kept, (X,), (X,))[1].numpy(), ac.jvp(plain, (X,), (X,))[1].numpy(), rtol=1e-12)


def test_checkpoint_of_what_it_closes_over_alone():
    """As of a model's weights, applied to data that has no history: returned as they are, and to second order."""
    w = ac.tensor(3.0, requires_grad=True)
    ac.checkpoint(lambda _: w)(2.0).backward()
    assert w.grad.item() == 1
    ac.checkpoint(lambda _: (w, w * w, w))(2.0)[2].backward()
    assert w.grad.item() == 2
    w.grad = None
    ac.checkpoint(lambda x: w * w * x)(2.0).backward(create_graph=True)
    first = w.grad
    assert first.item() == 12
    w.grad = None
    first.backward()
    assert w.grad.item() == 4
    cubed = lambda a: ac.checkpoint(lambda x: a**3 * x)(2.0)  # noqa: E731
    assert ac.hessian(cubed)(3.0).item() == 36
    assert ac.grad(lambda a: ac.jvp(cubed, (a,), (1.0,))[1])(3.0).item() == 36


def test_checkpoint_restores_registered_state_and_notices_the_rest():
    rng = np.random.default_rng(0)
    noisy = ac.checkpoint(lambda x: x * rng.normal(size=3))
    x = ac.tensor(X, requires_grad=True)
    y = noisy(x).sum()
    with pytest.raises(ac.GradientError, match="returned another value when it ran again"):
        y.backward()


def test_custom_vjp_at_every_order():
    @ac.custom_vjp
    def square(x):
        return x * x

    square.defvjp(lambda x: (x * x, x), lambda x, g: (g * 2 * x,))
    values = [square(ac.asarray(3.0)).item()]
    f = square
    for _ in range(3):
        f = ac.grad(f)
        values.append(f(3.0).item())
    assert values == [9.0, 6.0, 2.0, 0.0]
    assert ac.jvp(square, (3.0,), (1.0,))[1].item() == 6.0


def test_custom_vjp_that_closes_over_a_tensor_raises():
    """Its pullback has nothing for what is no argument: the derivative would be lost."""
    w = ac.tensor(3.0, requires_grad=True)
    for held in (w, w.detach()):

        @ac.custom_vjp
        def scaled(x, held=held):
            return x * held

        scaled.defvjp(lambda x, held=held: (x * held, held), lambda held, g: (g * held,))
        x = ac.tensor(2.0, requires_grad=True)
        if held is w:
            with pytest.raises(
                ac.GradientError, match="custom_vjp function scaled uses a Tensor that requires grad and is no argument"
            ):
                scaled(x)
        else:
            scaled(x).backward()
            assert x.grad.item() == 3


def test_an_unrecorded_pullback_leaves_no_history():
    """Also where the pullback computes with a Tensor that requires grad, which it may close over."""
    w = ac.tensor(3.0, requires_grad=True)

    @ac.custom_vjp
    def steep(x):
        return x * 1.0

    steep.defvjp(lambda x: (x * 1.0, None), lambda _, g: (g * w,))
    x = ac.tensor(2.0, requires_grad=True)
    steep(x).backward()
    assert x.grad.item() == 3
    assert not x.grad.requires_grad


def walked_twice(f):
    x = ac.tensor(X, requires_grad=True)
    f(f(x)).sum().backward(create_graph=True)
    (ac.grad(lambda t: (f(f(t)) * x).sum())(x) ** 2).sum().backward(create_graph=True)
    x.grad = None
    return weakref.ref(x._node)


@pytest.mark.parametrize("make", ["checkpoint", "custom_vjp"])
def test_a_recorded_pullback_leaves_no_cycle(make):
    """Reference counting frees the graph: nothing keeps a cotangent beside the node that it came from."""
    if make == "checkpoint":
        f = ac.checkpoint(lambda x: np.sin(x) * x)
    else:
        f = ac.custom_vjp(lambda x: x * x)
        f.defvjp(lambda x: (x * x, x), lambda x, g: (g * 2 * x,))
    gc.collect()
    gc.disable()
    try:
        assert walked_twice(f)() is None
    finally:
        gc.enable()


def test_custom_vjp_of_several_results_and_complex_operands():
    @ac.custom_vjp
    def parts(z, scale):
        return z * scale, z * z

    parts.defvjp(
        lambda z, scale: (parts(z, scale), (z, scale)),
        lambda saved, g: (g[0] * np.conj(saved[1]) + g[1] * 2 * np.conj(saved[0]), np.real(g[0] * np.conj(saved[0])).sum()),
    )
    z = np.array([1 + 2j, -0.5j])
    loss = lambda f: lambda z, s: sum((abs(t) ** 2).sum() for t in f(z, s))  # noqa: E731
    plain = lambda z, s: (z * s, z * z)  # noqa: E731
    for argnums in (0, 1):
        np.testing.assert_allclose(
            ac.grad(loss(parts), argnums)(z, 1.5).numpy(), ac.grad(loss(plain), argnums)(z, 1.5).numpy(), rtol=1e-12
        )
