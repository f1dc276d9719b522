"""What tests of derivatives say often: a leaf, the derivative of a function of one number, gradients as lists."""

import numpy as np

import autograd_core as ac


def leaf(x, **more):
    """A Tensor that requires grad."""
    return ac.tensor(x, requires_grad=True, **more)


def d(f, x, order=1):
    """The derivative of a function of one number."""
    for _ in range(order):
        f = ac.grad(f)
    return f(float(x)).item()


def gradient(f, *xs):
    """Gradients of the sum of `f`, as nested lists."""
    gs = ac.grad(lambda *ts: np.sum(f(*ts)), tuple(range(len(xs))))(*(np.asarray(x, float) for x in xs))
    return gs[0].tolist() if len(xs) == 1 else [g.tolist() for g in gs]
