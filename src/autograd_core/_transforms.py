"""Derivatives of functions: `vjp`, `jvp`, `grad`, `value_and_grad`. They nest to any order, with each other and themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from ._errors import GradientError
from ._record import is_numpy
from ._recording import Recording, all_like, finished, of_arguments
from ._tensor import Tensor
from ._tree import map_leaves

__all__ = ["grad", "jvp", "stop_gradient", "value_and_grad", "vjp"]


def vjp(f: Callable[..., Any], *xs: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Evaluate `f` and return a function that pulls cotangents back through it.

    Parameters
    ----------
    f : callable
        Takes and returns Tensors, or nested dicts, lists and tuples of them.
    *xs : array_like
        The operands.

    Returns
    -------
    y : Tensor or nested Tensors
        ``f(*xs)``.
    pull : callable
        Takes one cotangent structured like `y`; returns a tuple of cotangents structured like `xs`. It may be called often.

    Raises
    ------
    DtypeError
        If an operand is of an integer dtype.
    ShapeError
        If a cotangent has another shape than `y`.

    References
    ----------
    A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, section 3.2.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> y, pull = ac.vjp(lambda x: x * x, np.array([1.0, 2.0]))
    >>> pull(np.array([1.0, 10.0]))
    (Tensor([ 2., 40.]),)
    """
    recording = Recording(f, xs, "vjp")
    outputs, _ = recording.outputs(recording.result)

    def pull(cotangent: Any) -> Any:
        return tuple(recording.rebuild(recording.pull(outputs, all_like(cotangent, outputs, "cotangent", "vjp"))))

    return recording.released(recording.result), pull


def jvp(f: Callable[..., Any], xs: Sequence[Any], vs: Sequence[Any]) -> tuple[Any, Any]:
    """Evaluate `f` and push tangents forward through it: the derivative along a direction.

    Parameters
    ----------
    f : callable
        Takes and returns Tensors, or nested dicts, lists and tuples of them.
    xs, vs : tuple
        The operands, and their tangents of the same structure and shapes.

    Returns
    -------
    y, t : Tensor or nested Tensors
        ``f(*xs)`` and its tangent. The cost and memory are those of a recorded graph.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.jvp(lambda x: x ** 3, (2.0,), (1.0,))
    (Tensor(8.), Tensor(12.))
    """
    recording = Recording(f, _tuple(xs, "jvp"), "jvp")
    outputs, rebuild = recording.outputs(recording.result)
    tangents = all_like(list(_tuple(vs, "jvp")), recording.operands, "tangent", "jvp")
    moved = recording.push(outputs, tangents)
    return recording.released(recording.result), rebuild(moved)


def _tuple(xs: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(xs, tuple | list):
        raise TypeError(f"{name} takes a tuple of operands and a tuple of tangents, not {type(xs).__name__}; write (x,)")
    return tuple(xs)


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Make a function that returns the value of `f` and its gradient.

    Parameters
    ----------
    f : callable
        Returns a Tensor of one real element; with `has_aux`, that and anything else.
    argnums : int or sequence of int
        The arguments to differentiate with respect to; a tuple of gradients for a sequence.
    has_aux : bool
        `f` returns ``(value, aux)``, and so does the value returned here.

    Raises
    ------
    GradientError
        If the value is not one real number.
    """
    name = "grad"

    @wraps(f, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        of_chosen, chosen = of_arguments(f, argnums, args, kwargs, name)
        recording = Recording(of_chosen, chosen, name)
        result = recording.result
        if has_aux:
            if not (isinstance(result, tuple) and len(result) == 2):
                raise GradientError(f"{name}: has_aux=True needs a function that returns (value, aux)")
            result = result[0]
        (y, *rest), _ = recording.outputs(result)
        if rest or y.size != 1:
            raise GradientError(
                f"{name} needs a function that returns one number, not {len(rest) + 1} result(s) of shape {y.shape}; "
                "reduce it, for example with .sum(), or use ac.jacobian or ac.vjp"
            )
        if y.dtype.kind == "c":
            raise GradientError(
                f"{name} of a complex value of dtype {y.dtype} has no steepest ascent; take .real or abs, or use ac.vjp"
            )
        one = np.ones(y.shape, y.dtype) if is_numpy(y._array) else np.ones_like(y._array)
        gradients = recording.rebuild(recording.pull([y], [finished(one)]))
        value = recording.released((y, recording.result[1]) if has_aux else y)
        return value, gradients[0] if isinstance(argnums, int) else tuple(gradients)

    return transformed


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Make a function that returns the gradient of `f`, a function of one real number of results.

    Parameters
    ----------
    f : callable
        Returns a Tensor of one real element; with `has_aux`, that and anything else.
    argnums : int or sequence of int
        The arguments to differentiate with respect to; a tuple of gradients for a sequence.
    has_aux : bool
        `f` returns ``(value, aux)``; the new function returns ``(gradient, aux)``.

    Returns
    -------
    callable
        Of the arguments of `f`. With respect to a complex operand, the direction of steepest ascent.

    Raises
    ------
    GradientError
        If the value is not one real number.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.grad(ac.grad(np.sin))(0.5)
    Tensor(-0.47942554)
    """
    both = value_and_grad(f, argnums, has_aux)

    @wraps(f, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        value, gradients = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return transformed


def stop_gradient(x: Any) -> Any:
    """Return the same values without history, for a Tensor or nested Tensors.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.grad(lambda x: ac.stop_gradient(x) * x)(3.0)
    Tensor(3.)
    """
    return map_leaves(lambda leaf: leaf.detach() if isinstance(leaf, Tensor) else leaf, x)
