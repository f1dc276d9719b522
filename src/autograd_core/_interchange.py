"""A Tensor among other libraries' arrays: its namespace by the array API standard, and DLPack."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["Interchange"]

_PROBE = np.empty(0)


class _Shared:
    """An array's memory without its flag of being read-only, for who asks for no copy and cannot be told of the flag."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = array  # kept alive
        interface = array.__array_interface__
        self.__array_interface__ = {**interface, "data": (interface["data"][0], False)}


class Interchange:
    """The protocol methods of the array API standard.

    One name of the namespace means something else: `trace` is the graph, and the trace of a matrix `linalg.trace`.
    """

    __slots__ = ()

    def __array_namespace__(self, *, api_version: Any = None) -> ModuleType:
        _PROBE.__array_namespace__(api_version=api_version)  # raises for a version that NumPy does not support
        return importlib.import_module(__name__.rpartition(".")[0])

    def to_device(self, device: Any, /, *, stream: Any = None) -> Any:
        """Return the Tensor itself for ``"cpu"``; there is no other device.

        Raises
        ------
        ValueError
            For another device, or a stream.
        """
        _PROBE.to_device(device, stream=stream)
        return self

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: Any = None,
        copy: bool | None = None,
    ) -> Any:
        array = self.__array__()  # type: ignore[attr-defined]  # raises for a Tensor with a history, which would lose it
        readable = max_version is not None and max_version[0] >= 1  # the consumer knows of memory that is read-only
        if copy is None and (not readable or any(step < 0 for step in array.strides)):
            copy = True  # PyTorch ends the process at a negative stride
        if copy is False and not readable:
            array = np.asarray(_Shared(array))
        return array.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self) -> tuple[int, int]:
        return _PROBE.__dlpack_device__()
