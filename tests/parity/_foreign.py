"""Arrays of another library that answer NumPy's functions with that library's functions of the same name.

NumPy's own protocols translate: a function or a random program written with `np.` runs unchanged on a `JaxArray`, and every
call lands in `jax.numpy`, `jax.scipy.special` or, failing a counterpart, in an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import scipy.special as sp
from numpy.lib.mixins import NDArrayOperatorsMixin

import autograd_core as ac


class NoCounterpart(Exception):
    """The other library has no such function, or not with these arguments."""


class Foreign(NDArrayOperatorsMixin):
    """An array of another library behind NumPy's protocols (NEP 13 and NEP 18)."""

    functions: ClassVar[Mapping[Any, Callable[..., Any]]]

    def __init__(self, array: Any) -> None:
        self.array = array

    @classmethod
    def call(cls, function: Any, args: Any, kwargs: Any) -> Any:
        """Answer a function of NumPy, of SciPy or of ours."""
        theirs = cls.functions.get(function)
        if theirs is None:
            raise NoCounterpart(f"{getattr(function, '__name__', function)} has no counterpart")
        return cls.outside(theirs(*map(cls.inside, args), **{k: cls.inside(v) for k, v in kwargs.items()}))

    @classmethod
    def inside(cls, x: Any) -> Any:
        """Unwrap an argument."""
        if isinstance(x, Foreign):
            return x.array
        if isinstance(x, list | tuple) and cls.holds_arrays(x):
            return type(x)(map(cls.inside, x))
        return cls.given(x)

    @classmethod
    def given(cls, x: Any) -> Any:
        """Take an argument that is none of the library's arrays: lists of numbers are arrays."""
        return np.asarray(x) if isinstance(x, list) else x

    @classmethod
    def outside(cls, y: Any) -> Any:
        """Wrap the arrays of a result."""
        if isinstance(y, list | tuple):
            parts = [cls.outside(part) for part in y]
            return type(y)(*parts) if hasattr(y, "_fields") else parts if isinstance(y, list) else tuple(parts)
        return cls(y) if cls.is_array(y) else y

    @classmethod
    def holds_arrays(cls, x: Any) -> bool:
        if isinstance(x, list | tuple):
            return any(map(cls.holds_arrays, x))
        return isinstance(x, Foreign | np.ndarray)

    @classmethod
    def is_array(cls, y: Any) -> bool:
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: Any, way: str, *args: Any, **kwargs: Any) -> Any:
        return self.call(ufunc if way == "__call__" else getattr(ufunc, way), args, kwargs)

    def __array_function__(self, function: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        return self.call(function, args, kwargs)

    @property
    def dtype(self) -> Any:
        return self.array.dtype

    def __getitem__(self, index: Any) -> Any:
        parts = index if isinstance(index, tuple) else (index,)
        return type(self)(self.array[tuple(map(self.inside, parts))])

    def __abs__(self) -> Any:
        return np.absolute(self)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    @property
    def real(self) -> Any:
        return np.real(self)

    def reshape(self, *shape: Any) -> Any:
        return np.reshape(self, shape if len(shape) != 1 else shape[0])

    def conj(self) -> Any:
        return np.conjugate(self)

    def swapaxes(self, i: int, j: int) -> Any:
        return np.swapaxes(self, i, j)

    def sum(self, *args: Any, **kwargs: Any) -> Any:
        return np.sum(self, *args, **kwargs)


def same_names(ours: ModuleType, theirs: ModuleType) -> dict[Any, Callable[..., Any]]:
    """Functions that two modules both have."""
    both = {name: getattr(ours, name) for name in dir(theirs) if callable(getattr(ours, name, None)) and name[0] != "_"}
    return {f: getattr(theirs, name) for name, f in both.items() if not isinstance(f, type)}


class JaxArray(Foreign):
    """An array of JAX."""

    functions: ClassVar = {
        **same_names(sp, jsp),
        **same_names(np, jnp),
        **same_names(np.linalg, jnp.linalg),
        **same_names(np.fft, jnp.fft),
        ac.relu.__wrapped__: jax.nn.relu,
        ac.special.log_softmax.__wrapped__: lambda x, axis=None: jax.nn.log_softmax(x, axis),
        ac.special.softmax.__wrapped__: lambda x, axis=None: jax.nn.softmax(x, axis),
        ac.special.erf.__wrapped__: jax.scipy.special.erf,
        ac.special.expit.__wrapped__: jax.nn.sigmoid,
        ac.special.gelu.__wrapped__: lambda x: jax.nn.gelu(x, approximate=False),
        ac.special.gelu_tanh.__wrapped__: jax.nn.gelu,
        ac.special.softplus: jax.nn.softplus,
        ac.special.log_expit.__wrapped__: jax.nn.log_sigmoid,
    }

    @classmethod
    def is_array(cls, y: Any) -> bool:
        return isinstance(y, jax.Array)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(jax.lax.stop_gradient(self.array))
