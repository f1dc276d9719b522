"""Functions with a pullback of their own: `custom_vjp`, and `checkpoint`, which runs again in the backward pass.

Both record one node whose rule pulls back all operands at once; what it needs beside them travels in a `_Memo` operand,
which is released with the node.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import update_wrapper, wraps
from typing import Any

import numpy as np

from ._errors import GradientError, ShapeError
from ._graph import ancestors
from ._modes import MODE, setting
from ._node import Node, next_number
from ._primitive import Primitive
from ._record import record_result
from ._recording import Recording
from ._tensor import Tensor, as_tensor
from ._tree import flatten

__all__ = ["checkpoint", "custom_vjp", "is_recomputing", "register_state"]


class _Memo:
    """Carries a pullback from the forward to the backward pass, as the last operand of its node."""

    __slots__ = ("pull",)
    __array_ufunc__ = None

    def __init__(self, pull: Callable[[tuple[Any, ...], tuple[Any, ...]], Sequence[Tensor]]) -> None:
        self.pull = pull


def _pull_all(recorded: bool, g: Any, _y: Any, *operands: Any) -> list[Any]:
    """Of all operands; the caller's convention outside is the direction of steepest ascent, so conjugate both ways."""
    us = [np.zeros(y.shape, y.dtype) if u is None else u for u, y in zip(g, _y, strict=True)] if type(g) is tuple else [g]

    def pulled() -> list[Tensor]:
        return [c.conj() for c in operands[-1].pull(tuple(as_tensor(u).conj() for u in us), operands[:-1])]

    cs: list[Any] = setting(grad=recorded and MODE.get().grad).call(pulled)
    return cs if recorded else [c._array for c in cs]


def _pull_one(g: Any, _y: Any, i: int, *operands: Any) -> Any:
    """Of one operand, for the forward walk, which transposes one at a time."""
    return _pull_all(True, g, _y, *operands)[i]


def _record(
    function: Callable[..., Any],
    outputs: Sequence[Tensor],
    arrays: Sequence[Any],
    parents: Sequence[Node | None],
    pull: Callable[[tuple[Any, ...], tuple[Any, ...]], Sequence[Tensor]],
) -> list[Tensor]:
    """Record `outputs` as one node with the given operands and pullback."""
    p = Primitive(function, (), rule=_pull_one, joint=_pull_all)
    values = [t._array for t in outputs]
    out = values[0] if len(values) == 1 else tuple(values)
    result = record_result(p, out, (*arrays, _Memo(pull)), (*parents, None), None)
    return list(result) if isinstance(result, tuple) else [result]


class _Call:
    """The arguments of a call, of which the Tensors are operands."""

    def __init__(self, args: tuple[Any, ...]) -> None:
        self.leaves, self.rebuild = flatten(list(args))
        self.places = [i for i, leaf in enumerate(self.leaves) if isinstance(leaf, Tensor)]
        self.operands: list[Tensor] = [self.leaves[i] for i in self.places]

    def with_operands(self, operands: Sequence[Any]) -> list[Any]:
        leaves = list(self.leaves)
        for i, x in zip(self.places, operands, strict=True):
            leaves[i] = as_tensor(x)
        return self.rebuild(leaves)  # type: ignore[no-any-return]


class custom_vjp:  # noqa: N801  (JAX's name, used as a decorator)
    """Give a function a pullback of its own, where its derivative by the chain rule would be slow or unstable.

    Parameters
    ----------
    f : callable
        Takes Tensors (or nested ones) and returns a Tensor or a tuple of Tensors.

    Notes
    -----
    The pullback is written with Tensor operations, so derivatives of higher order follow from it; for those the forward
    function runs again, so that what it saved has its history.

    Examples
    --------
    >>> import autograd_core as ac
    >>> @ac.custom_vjp
    ... def log1pexp(x):
    ...     return ac.log(1 + ac.exp(x))
    >>> log1pexp.defvjp(lambda x: (log1pexp(x), x), lambda x, g: (g * (1 - 1 / (1 + ac.exp(x))),))
    >>> ac.grad(log1pexp)(100.0)
    Tensor(1.)
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self._forward: Callable[..., Any] | None = None
        self._backward: Callable[..., Any] | None = None
        update_wrapper(self, f)

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Set the pullback.

        Parameters
        ----------
        forward : callable
            Of the arguments; returns ``(f(*args), residuals)``.
        backward : callable
            ``backward(residuals, cotangent)`` returns a tuple with one cotangent an argument, None for a zero one.
        """
        self._forward, self._backward = forward, backward

    def __call__(self, *args: Any) -> Any:
        """Evaluate the function.

        Raises
        ------
        GradientError
            If an argument is being differentiated and no pullback was set, or if the function closes over a Tensor that
            requires grad, whose derivative would be lost.
        """
        call = _Call(args)
        if not MODE.get().grad or all(t._node is None for t in call.operands):
            return self.f(*args)
        if self._forward is None or self._backward is None:
            raise GradientError(f"custom_vjp function {self.__name__} has no pullback yet; set one with .defvjp")  # type: ignore[attr-defined]
        forward, backward = self._forward, self._backward
        value, residuals = forward(*call.with_operands([t._array for t in call.operands]))
        outputs, rebuild = flatten(value)
        if any(isinstance(t, Tensor) and t._node is not None for t in outputs):
            raise GradientError(
                f"custom_vjp function {self.__name__} uses a Tensor that requires grad and is no argument, to which its "  # type: ignore[attr-defined]
                "pullback gives nothing; make it an argument, or detach it"
            )

        def pull(cotangents: tuple[Any, ...], operands: tuple[Any, ...]) -> list[Tensor]:
            again = any(isinstance(x, Tensor) for x in operands)
            saved = forward(*call.with_operands(operands))[1] if again else residuals
            given = backward(saved, rebuild(list(cotangents)))
            return _aligned(given, args, call, self.__name__)  # type: ignore[attr-defined]

        arrays, parents = [t._array for t in call.operands], [t._node for t in call.operands]
        return rebuild(_record(self.f, [as_tensor(t) for t in outputs], arrays, parents, pull))


def _aligned(given: Any, args: tuple[Any, ...], call: _Call, name: str) -> list[Tensor]:
    """What a pullback returned, one cotangent an operand."""
    if not isinstance(given, tuple) or len(given) != len(args):
        raise ShapeError(
            f"the pullback of {name} must return a tuple of {len(args)} cotangent(s), one an argument, not {given!r:.60}"
        )
    leaves: list[Any] = []
    for c, arg in zip(given, args, strict=True):
        count = len(flatten(arg)[0])
        leaves += [None] * count if c is None else flatten(c)[0]
    results = []
    for t, i in zip(call.operands, call.places, strict=True):
        c = as_tensor(np.zeros(t.shape, t.dtype) if leaves[i] is None else leaves[i])
        if c.shape != t.shape:
            raise ShapeError(f"the pullback of {name} returned shape {c.shape} for an operand of shape {t.shape}")
        results.append(c)
    return results


# -- checkpoint -------------------------------------------------------------------------------------------------------------

_STATES: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []


def register_state(capture: Callable[[], Any], restore: Callable[[Any], None]) -> Callable[[], None]:
    """Name ambient state, such as a random generator's, that `checkpoint` restores before it runs a function again.

    Parameters
    ----------
    capture : callable
        Returns the state, as a value that later draws do not change.
    restore : callable
        Takes such a value and makes it the state.

    Returns
    -------
    callable
        Takes the state off the list again.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> rng = np.random.default_rng(0)
    >>> forget = ac.register_state(lambda: rng.bit_generator.state, lambda s: setattr(rng.bit_generator, "state", s))
    >>> forget()
    """
    state = (capture, restore)
    _STATES.append(state)

    def forget() -> None:
        if state in _STATES:
            _STATES.remove(state)

    return forget


def is_recomputing() -> bool:
    """Whether a checkpointed function is running again, so that a layer must not update its buffers a second time.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.is_recomputing()
    False
    """
    return MODE.get().recomputing


def _fingerprint(outputs: Sequence[Tensor]) -> list[int]:
    return [zlib.crc32(np.ascontiguousarray(t._array).data.cast("B")) if t.size else 0 for t in outputs]


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that keeps only its operands and runs again in the backward pass: less memory for more time.

    Parameters
    ----------
    f : callable
        Takes and returns Tensors, or nested dicts, lists and tuples of them. It may close over Tensors that require grad.

    Returns
    -------
    callable
        The same function. Registered state (`register_state`) is as it was when it runs again.

    Raises
    ------
    GradientError
        In the backward pass, if running again gives another value: the function depends on state that is not registered.

    References
    ----------
    A. Griewank and A. Walther, Algorithm 799: revolve, ACM TOMS 26 (2000), section 1.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.grad(ac.checkpoint(lambda x: ac.exp(ac.sin(x))))(0.0)
    Tensor(1.)
    """

    @wraps(f, updated=())
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        if not MODE.get().grad:
            return f(*args, **kwargs)
        call = _Call(args)
        states = [capture() for capture, _ in _STATES]

        def run(*operands: Any) -> Any:
            return f(*call.with_operands(operands), **kwargs)

        start = next_number()
        first = Recording(run, call.operands, "checkpoint")
        outputs, rebuild = first.outputs(first.result)
        inside = ancestors([t._node for t in outputs if t._node is not None], start)
        # what the function closes over: older nodes that newer ones were computed from, or that it returns as they are
        own = set(first.nodes)
        ends = [p for node in inside if node not in own for p in (node.parents if node.number > start else (node,))]
        free = list(dict.fromkeys(p for p in ends if p is not None and p.number < start))
        expected = _fingerprint(outputs)
        del first, inside

        def pull(cotangents: tuple[Any, ...], operands: tuple[Any, ...]) -> list[Tensor]:
            now = [capture() for capture, _ in _STATES]
            _restore(states)
            try:
                again: Recording = setting(recomputing=True).call(Recording, run, operands[: len(call.operands)], "checkpoint")
            finally:
                _restore(now)
            results, _ = again.outputs(again.result)
            if _fingerprint(results) != expected:
                raise GradientError(
                    f"checkpoint: {getattr(f, '__name__', f)} returned another value when it ran again for its "
                    "derivative; name the state it depends on with ac.register_state, or do not checkpoint it"
                )
            return again.pull(results, cotangents, free)

        arrays = [t._array for t in call.operands] + free
        parents = [t._node for t in call.operands] + free
        return rebuild(_record(f, outputs, arrays, parents, pull))

    return checkpointed


def _restore(states: Sequence[Any]) -> None:
    for (_, restore), state in zip(_STATES, states, strict=True):
        restore(state)
