"""The Tensor: an array and the node that made it, with Python's operators and NumPy's protocols.

A Tensor is a handle: the graph refers to nodes, never to Tensors (a leaf's node only weakly), so reference counting frees it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from . import _rules
from ._assignment import assign
from ._backward import Gradients
from ._call import call_function
from ._conversion import Conversion
from ._copying import Copying
from ._errors import DtypeError, GradientError, HistoryError, ShapeError
from ._interchange import Interchange
from ._methods import Methods
from ._node import Node, Watch, new_node
from ._operators import Operators
from ._primitive import TABLE, Primitive, entry_of
from ._record import apply, binary, box, is_numpy, operand, plain, results_are, unary
from ._rules.indexing import gather

__all__ = ["Tensor", "as_tensor", "holds_tensor"]

_GATHER = entry_of(gather)


class Tensor(Operators, Methods, Gradients, Conversion, Copying, Interchange):
    """An array that remembers how it was computed.

    Parameters
    ----------
    data : array_like
        The values; copied.
    dtype : dtype, optional
        NumPy's default for `data` without it.
    requires_grad : bool
        Make it a leaf: `backward()` accumulates the gradient with respect to it in `.grad`.
    name : str, optional
        Shown in pictures and errors.

    Raises
    ------
    DtypeError
        If a leaf that requires grad is not of a floating or complex dtype.

    Examples
    --------
    >>> import autograd_core as ac
    >>> x = ac.tensor([1.0, 2.0], requires_grad=True)
    >>> y = (x ** 3).sum()
    >>> y.backward()
    >>> x.grad
    Tensor([ 3., 12.])
    """

    __slots__ = ("__weakref__", "_array", "_grad", "_name", "_node", "_source")
    __autograd__: ClassVar[bool] = True
    _array: Any
    _node: Node | None
    _source: Any  # a weak reference to the Tensor whose array this one's is a view of; unset if of none

    def __init__(
        self, data: Any, *, dtype: DTypeLike | None = None, requires_grad: bool = False, name: str | None = None
    ) -> None:
        source = self.stacked(data, dtype) if holds_tensor(data) else data
        if isinstance(source, Tensor):
            if source._node is not None:
                raise HistoryError(
                    f"Tensor(t) copies values and would lose the history of t, of shape {source.shape}; "
                    "use t itself, t.copy(), or t.detach() to leave the graph on purpose"
                )
            source = source._array
        array = np.array(source, dtype=dtype) if is_numpy(source) else operand(source).astype(dtype or source.dtype)
        if array.dtype.kind not in "biufc":
            raise DtypeError(f"cannot make a Tensor of {data!r:.80}: its elements are not numbers")
        if is_numpy(array):
            array.setflags(write=False)
        self._array, self._node, self._name = array, None, name
        if requires_grad:
            self.requires_grad_()

    @classmethod
    def stacked(cls, items: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        """Stack nested sequences of Tensors and numbers, keeping the Tensors' history.

        Each is converted to `dtype` on its own: ``2**53 + 1`` beside a float stays itself in ``int64``.
        """
        parts = [cls.stacked(x, dtype) if isinstance(x, (list, tuple)) else _converted(x, dtype) for x in items]
        return call_function(np.stack, (parts,), {})  # type: ignore[no-any-return]

    # -- what it is -------------------------------------------------------------------------------------------------------

    @property
    def data(self) -> np.ndarray[Any, Any]:
        """The values, as a read-only array that shares memory; the Dask array of a Tensor over one."""
        return getattr(self._array, "inner", self._array)  # type: ignore[no-any-return]

    def numpy(self) -> np.ndarray[Any, Any]:
        """Return the values as a read-only array that shares memory; use ``.numpy().copy()`` to write.

        Works on Tensors that require grad too, since asking for NumPy by name is asking to leave the graph. A Dask array is
        computed.
        """
        return np.asarray(self._array if is_numpy(self._array) else self._array.compute())

    shape = property(lambda self: self._array.shape, doc="Length of each axis.")
    ndim = property(lambda self: self._array.ndim, doc="Number of axes.")
    size = property(lambda self: self._array.size, doc="Number of elements.")
    dtype = property(lambda self: self._array.dtype, doc="NumPy dtype of the elements.")
    nbytes = property(lambda self: self._array.nbytes, doc="Size of the values in bytes.")
    itemsize = property(lambda self: self._array.itemsize, doc="Size of one element in bytes.")
    device = property(lambda _: "cpu", doc="Where the values are: always 'cpu'.")

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this Tensor are recorded."""
        return self._node is not None

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user and not computed from a Tensor that requires grad."""
        return self._node is None or self._node.primitive is None

    @property
    def name(self) -> str | None:
        """A name for pictures and errors."""
        try:
            return self._name
        except AttributeError:
            return None

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name

    def requires_grad_(self, flag: bool = True) -> Tensor:
        """Turn recording on or off for a leaf, and return it.

        Raises
        ------
        DtypeError
            If its dtype is not floating or complex.
        GradientError
            If it is not a leaf: `.detach()` gives one.
        """
        if self._node is not None and self._node.primitive is not None:
            if flag:
                return self
            raise GradientError(f"a Tensor computed by {self._node.primitive.name} cannot stop requiring grad; use .detach()")
        if flag and self._array.dtype.kind not in "fc":
            raise DtypeError(
                f"a leaf of dtype {self._array.dtype} cannot require grad, since only floating and complex numbers have "
                "derivatives; convert it with .astype(float)"
            )
        if not flag:
            self._node = None
        elif self._node is None:
            if is_numpy(self._array) and (self._array.flags.writeable or self._array.base is not None):
                self._array = np.array(self._array)  # a leaf owns its values: nobody may change them behind the graph
                self._array.setflags(write=False)
            self._node = new_node(None, self._array.shape, self._array.dtype)
            self._node.watch = Watch(weakref.ref(self))
        return self

    def detach(self) -> Tensor:
        """Return a Tensor of the same values, sharing memory, without history."""
        t: Tensor = box(self._array, None)
        if self.name is not None:
            t.name = self.name
        return t

    # -- its gradient, as it arrives --------------------------------------------------------------------------------------

    def retain_grad(self) -> None:
        """Let `backward` write `.grad` of this Tensor too, though it is not a leaf."""
        if self._node is None:
            raise GradientError(f"retain_grad() of a Tensor of shape {self.shape} that has no history")
        self._watch().tensor = weakref.ref(self)

    def register_hook(self, hook: Callable[[Tensor], Any]) -> Callable[[], None]:
        """Call `hook(gradient)` when the gradient of this Tensor is computed; what it returns, if anything, replaces it.

        Parameters
        ----------
        hook : callable
            Takes a Tensor of this Tensor's shape and dtype; returns one like it, or None.

        Returns
        -------
        callable
            Call it to remove the hook.

        Examples
        --------
        >>> import autograd_core as ac
        >>> x = ac.tensor(3.0, requires_grad=True)
        >>> remove = x.register_hook(lambda g: g * 10)
        >>> (x * x).backward()
        >>> x.grad
        Tensor(60.)
        """
        if self._node is None:
            raise GradientError(f"register_hook() on a Tensor of shape {self.shape} that does not require grad")
        shape, dtype, hooks = self.shape, self.dtype, self._watch().hooks

        def arrive(g: Any) -> Any:
            given = g if isinstance(g, Tensor) else box(np.asarray(g) if is_numpy(g) else g, None)
            replaced = hook(given.conj())
            if replaced is None:
                return g
            replaced = as_tensor(replaced)
            if replaced.shape != shape or replaced.dtype != dtype:
                raise ShapeError(
                    f"a hook returned {replaced.dtype}{list(replaced.shape)} for a gradient of {dtype}{list(shape)}"
                )
            replaced = replaced.conj()
            return replaced if isinstance(g, Tensor) else replaced._array

        hooks.append(arrive)
        return lambda: hooks.remove(arrive) if arrive in hooks else None

    def _watch(self) -> Watch:
        assert self._node is not None
        if self._node.watch is None:
            self._node.watch = Watch()
        return self._node.watch

    # -- NumPy's protocols ------------------------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Any:
        if method == "__call__":
            if not kwargs:
                entry = TABLE.get(ufunc)
                if type(entry) is Primitive:
                    if entry.arity == 2 == len(args) and None not in entry.rules:
                        return binary(entry, args[0], args[1])
                    if entry.arity == 1 == len(args):
                        return unary(entry, args[0])
                    return apply(entry, args, kwargs)
            return _rules.ufuncs.called(ufunc, call_function, args, kwargs)
        return _rules.ufuncs.method(ufunc, method, call_function, args, kwargs)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return call_function(function, args, kwargs)

    # -- indexing and assignment ------------------------------------------------------------------------------------------

    def __getitem__(self, index: Any) -> Tensor:
        index = index if type(index) is int else plain(index, "an index")
        return unary(_GATHER, self, {"index": index})  # type: ignore[no-any-return]

    def __setitem__(self, index: Any, value: Any) -> None:
        assign(self, index, value)

    def __delitem__(self, index: Any) -> NoReturn:
        raise ShapeError(f"elements of a Tensor of shape {self.shape} cannot be deleted; use np.delete")


def holds_tensor(data: Any) -> bool:
    """Whether a nested sequence holds a Tensor."""
    return isinstance(data, (list, tuple)) and any(isinstance(x, Tensor) or holds_tensor(x) for x in data)


def _converted(x: Any, dtype: DTypeLike | None) -> Tensor:
    if dtype is None:
        return as_tensor(x)
    t = as_tensor(np.asarray(x, dtype) if is_numpy(x) else x)
    return t if t.dtype == np.dtype(dtype) else t.astype(dtype)


results_are(Tensor)


def as_tensor(x: Any) -> Tensor:
    """Return `x` if it is a Tensor, else a Tensor of it that shares memory when it can."""
    if isinstance(x, Tensor):
        return x
    if holds_tensor(x):
        return Tensor.stacked(x)
    array = operand(x)
    if not is_numpy(array):
        return box(array, None)  # type: ignore[no-any-return]
    array = np.asarray(array)
    if array.dtype.kind not in "biufc":
        raise DtypeError(f"cannot make a Tensor of {x!r:.80}: its elements are not numbers")
    if array.flags.writeable:
        array = array.view()
        array.setflags(write=False)
    return box(array, None)  # type: ignore[no-any-return]
