"""A Tensor among other libraries' arrays: its namespace by the array API standard, and DLPack."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["Interchange"]

_PROBE = np.empty(0)


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
        if max_version is None and copy is None:
            copy = True  # an old consumer cannot be told that memory is read-only, so it gets memory of its own
        if copy:
            array = np.array(array)
        return array.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=None if copy else copy)

    def __dlpack_device__(self) -> tuple[int, int]:
        return _PROBE.__dlpack_device__()
