"""Whole matrices of derivatives, and products with them: `jacobian`, `hessian`, `hvp`, `directional_derivative`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from ._call import call_function
from ._errors import GradientError
from ._record import box
from ._recording import Recording, finished, of_arguments, zeros_of
from ._tensor import Tensor, as_tensor
from ._transforms import grad, jvp, vjp

__all__ = ["directional_derivative", "hessian", "hvp", "jacobian"]


def _basis(t: Tensor) -> list[Tensor]:
    eye = np.eye(t.size, dtype=t.dtype).reshape(t.size, *t.shape)
    eye.setflags(write=False)
    return [box(e, None) for e in eye]


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Make a function that returns the Jacobian of `f`, by the walk that needs fewer passes.

    Parameters
    ----------
    f : callable
        Returns a Tensor of any shape.
    argnums : int or sequence of int
        The arguments to differentiate with respect to; a tuple of Jacobians for a sequence.

    Returns
    -------
    callable
        Its results have shape ``y.shape + x.shape``, structured like the arguments.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    Tensor([[2., 0.],
            [0., 4.]])
    """

    @wraps(f, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        of_chosen, chosen = of_arguments(f, argnums, args, kwargs, "jacobian")
        recording = Recording(of_chosen, chosen, "jacobian")
        outputs, _ = recording.outputs(recording.result)
        if len(outputs) != 1:
            raise GradientError(f"jacobian needs a function that returns one Tensor, not {len(outputs)}; stack or choose one")
        y, xs = outputs[0], recording.operands
        real = all(t.dtype.kind == "f" for t in (y, *xs))
        if real and sum(x.size for x in xs) < y.size:
            blocks = _columns(recording, y)
        else:
            rows = [recording.pull([y], [e]) for e in _basis(y)]
            blocks = [_stacked([row[i] for row in rows], y.shape + x.shape, x) for i, x in enumerate(xs)]
        rebuilt = recording.rebuild(blocks)
        return rebuilt[0] if isinstance(argnums, int) else tuple(rebuilt)

    return transformed


def _columns(recording: Recording, y: Tensor) -> list[Tensor]:
    blocks = []
    for i, x in enumerate(recording.operands):
        zeros = [zeros_of(t) for t in recording.operands]
        columns = [recording.push([y], [*zeros[:i], e, *zeros[i + 1 :]])[0] for e in _basis(x)]
        block = _stacked(columns, (x.size, y.size), y)
        blocks.append(block.T.reshape(y.shape + x.shape))
    return blocks


def _stacked(parts: list[Tensor], shape: tuple[int, ...], like: Tensor) -> Tensor:
    if not parts:
        return finished(np.zeros(shape, like.dtype))
    return call_function(np.stack, (parts,), {}).reshape(shape)  # type: ignore[no-any-return]


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """Make a function that returns the Hessian of `f`, of shape ``x.shape + x.shape``.

    Parameters
    ----------
    f : callable
        Returns a Tensor of one real element.
    argnums : int
        The argument to differentiate with respect to.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.hessian(lambda x: (x ** 3).sum())(np.array([1.0, 2.0]))
    Tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], xs: Any, vs: Any) -> Any:
    """Return the product of the Hessian of `f` with `vs`, without forming the Hessian.

    Parameters
    ----------
    f : callable
        Returns a Tensor of one real element.
    xs : array_like, or tuple of the operands of `f`
        Where.
    vs : like `xs`
        The direction.

    Returns
    -------
    Tensor, or tuple of Tensors
        Of the structure of `xs`; its cost is a small constant times that of `f`.

    References
    ----------
    B. A. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994), section 3.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.hvp(lambda x: (x ** 3).sum(), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    Tensor([ 6., 12.])
    """
    operands = xs if isinstance(xs, tuple) else (xs,)
    _, pull = vjp(grad(f, tuple(range(len(operands)))), *operands)
    products = pull(vs if isinstance(xs, tuple) else (vs,))
    return products if isinstance(xs, tuple) else products[0]


def directional_derivative(f: Callable[..., Any], x: Any, u: Any, *, normalize: bool = True) -> Any:
    """Return the rate of change of `f` at `x` along `u`, by one forward walk.

    Parameters
    ----------
    f : callable
        Takes one Tensor.
    x, u : array_like
        The point, and the direction of the same shape.
    normalize : bool
        Divide `u` by its length first, as the definition with a unit vector has it.

    Raises
    ------
    GradientError
        If `u` is zero and `normalize` is on.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.directional_derivative(lambda x: (x * x).sum(), np.array([1.0, 1.0]), np.array([3.0, 4.0]))
    Tensor(2.8)
    """
    x, u = as_tensor(x), as_tensor(u)
    if normalize:
        length = math.sqrt(float((abs(u.detach()) ** 2).sum()))
        if length == 0:
            raise GradientError(f"directional_derivative along the zero vector of shape {u.shape} has no direction")
        u = u / length
    return jvp(f, (x,), (u if u.dtype == x.dtype else u.astype(x.dtype),))[1]
