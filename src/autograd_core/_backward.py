"""Gradients of a Tensor: `backward` walks the graph and accumulates what it finds in `.grad` of the leaves."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import DtypeError, GradientError, ShapeError
from ._graph import own, pullback
from ._modes import MODE
from ._node import Node
from ._record import box, is_numpy

if TYPE_CHECKING:
    from ._tensor import Tensor

__all__ = ["Gradients"]

_GRAD_LOCK = threading.Lock()  # guards `.grad`, the one thing that walks of several threads write


class Gradients:
    """`backward` and `.grad`."""

    __slots__ = ()
    _array: Any
    _node: Node | None
    _grad: Any
    shape: Any
    dtype: Any
    astype: Any
    conj: Any

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient of a leaf, or of a Tensor after `retain_grad`; ``None`` before the first `backward`."""
        try:
            return self._grad  # type: ignore[no-any-return]
        except AttributeError:
            return None

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Gradients):
                raise DtypeError(f".grad takes a Tensor or None, not {type(value).__name__}; wrap it in ac.tensor")
            if value.shape != self.shape or value.dtype != self.dtype:
                raise ShapeError(
                    f".grad of {value.dtype}{list(value.shape)} does not fit a Tensor of {self.dtype}{list(self.shape)}"
                )
        self._grad = value

    def backward(
        self,
        gradient: Any = None,
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
        inputs: Sequence[Tensor] | None = None,
    ) -> None:
        """Accumulate the derivative of this Tensor into `.grad` of the leaves it was computed from.

        Parameters
        ----------
        gradient : array_like, optional
            The cotangent of this Tensor, of its shape; one for a Tensor of one element.
        retain_graph : bool
            Keep the saved arrays for another walk.
        create_graph : bool
            Record the walk, so that `.grad` can be differentiated again; keeps the graph too.
        inputs : sequence of Tensor, optional
            Accumulate into these only.

        Raises
        ------
        GradientError
            If it has no history, or has several elements and no `gradient` is given.
        ShapeError
            If `gradient` has another shape.
        GraphReleasedError
            If an earlier call released the graph.

        References
        ----------
        A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, section 3.2.

        Examples
        --------
        >>> import autograd_core as ac
        >>> x = ac.tensor(3.0, requires_grad=True)
        >>> (x * x).backward()
        >>> x.grad
        Tensor(6.)
        """
        if self._node is None:
            raise GradientError(
                f"backward() of a Tensor of shape {self.shape} that has no history; compute it from a Tensor with "
                "requires_grad=True, outside no_grad()"
            )
        seed = self._seed(gradient)
        nodes = None if inputs is None else [_node_of(t) for t in inputs]
        mode = MODE.get()
        found = pullback(
            {self._node: seed if create_graph else getattr(seed, "_array", seed)},
            nodes,
            box=box if create_graph else None,
            beyond=True,
            keep=retain_graph or create_graph,
            observer=mode.observer,
        )
        targets = [(node, node.watch.tensor()) for node in found if node.watch is not None and node.watch.tensor is not None]
        if inputs is not None:
            targets = list({id(t): (node, t) for node, t in zip(nodes or (), inputs, strict=True)}.values())
        left = Counter(node for node, _ in targets)  # two Tensors, a copy and its original, may have one node
        with _GRAD_LOCK:
            for node, leaf in targets:
                left[node] -= 1
                if leaf is not None and node in found:
                    _accumulate(leaf, own(found[node] if left[node] else found.pop(node)))

    def _seed(self, gradient: Any) -> Any:
        array = self._array
        if gradient is None:
            if array.size != 1:
                raise GradientError(
                    f"backward() of a Tensor of shape {array.shape} needs gradient=, a cotangent of the same shape; "
                    "or reduce it to one number first, for example with .sum()"
                )
            return np.ones(array.shape, array.dtype) if is_numpy(array) else np.ones_like(array)
        g = gradient if isinstance(gradient, Gradients) else np.asarray(gradient)
        if g.shape != array.shape:
            raise ShapeError(f"gradient of shape {g.shape} for a Tensor of shape {array.shape}; the two must be equal")
        if g.dtype != array.dtype:
            if g.dtype.kind == "c" != array.dtype.kind:
                raise DtypeError(f"gradient of dtype {g.dtype} for a real Tensor of dtype {array.dtype}; take its .real")
            g = g.astype(array.dtype)
        return g.conj() if g.dtype.kind == "c" else g


def _node_of(t: Tensor) -> Node:
    if t._node is None:
        raise GradientError(f"backward(inputs=...) holds a Tensor of shape {t.shape} that does not require grad")
    return t._node


def _accumulate(leaf: Tensor, cotangent: Any) -> None:
    """Add a cotangent of its own to `.grad`, which is always a dense array that its leaf owns alone."""
    if isinstance(cotangent, Gradients):
        gradient = cotangent.conj()
    else:
        gradient = box(_conjugated(cotangent) if cotangent.dtype.kind == "c" else cotangent, None)
        if is_numpy(cotangent):
            cotangent.setflags(write=False)
    before = leaf.grad
    leaf._grad = gradient if before is None else before + gradient


def _conjugated(array: Any) -> Any:
    return np.conj(array, out=array) if is_numpy(array) else np.conj(array)
