"""What each system needs: its import, its best settings, and the way to and from its arrays.

Every worker process runs exactly one of them, on one thread.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Set on some machines for the sake of old libraries; the kernels they name are slow in a current NumPy.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")

# Set by `--stock-allocator` for the worker processes.
STOCK_ALLOCATOR = bool(os.environ.get("BENCHMARKS_STOCK_ALLOCATOR"))
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


@dataclass(frozen=True, kw_only=True)
class System:
    """A library under test.

    Parameters
    ----------
    title : str
        How it reads in the table.
    packages : tuple of str
        Distributions whose versions are printed.
    setup : callable
        Imports the library and gives it its best settings.
    native : callable
        Turns an input array into what a user would pass, outside the timed part.
    numpy : callable
        Turns a result into an array, outside the timed part.
    environment : mapping from str to str
        Further environment variables of its processes.
    """

    title: str
    packages: tuple[str, ...]
    setup: Callable[[], None]
    native: Callable[[np.ndarray], Any] = np.asarray
    numpy: Callable[[Any], np.ndarray] = np.asarray
    environment: Mapping[str, str] = field(default_factory=dict)

    def versions(self) -> str:
        """Name the installed versions.

        Raises
        ------
        importlib.metadata.PackageNotFoundError
            If one is missing.
        """
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in self.packages)


def keep_freed_pages() -> None:
    """Let glibc reuse the pages of freed arrays instead of faulting new ones in; other C libraries are left alone.

    It took hand-written NumPy from 28.6 to 19.5 ms on the CNN and from 17.2 to 7.7 us on small operations of 10,000
    elements; PyTorch kept its minima. All systems get it unless the command line asks for the stock allocator.
    """
    if not STOCK_ALLOCATOR and hasattr(ctypes.CDLL(None), "mallopt"):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(M_TRIM_THRESHOLD, 2_000_000_000)


def set_up_ours() -> None:
    """Import this project and keep freed pages, as its documentation advises for training."""
    import autograd_core as ac
    import nn  # noqa: F401  (an example may use either package)

    if not STOCK_ALLOCATOR:
        ac.tune_allocator()


def ours_to_native(array: np.ndarray) -> Any:
    """Share the array with a Tensor, unless it holds indices."""
    import autograd_core as ac

    return array if array.dtype.kind in "iub" else ac.asarray(array)


def ours_to_numpy(value: Any) -> np.ndarray:
    """Unwrap a Tensor."""
    return value.numpy() if hasattr(value, "numpy") else np.asarray(value)


def set_up_hand() -> None:
    """Keep freed pages; NumPy itself is imported already."""
    keep_freed_pages()


def set_up_torch() -> None:
    """Import PyTorch, with what its optimizers import at first use, and confine it to one thread."""
    import torch
    import torch._dynamo

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    keep_freed_pages()


def torch_to_native(array: np.ndarray) -> Any:
    """Share the array with a PyTorch tensor."""
    import torch

    return torch.from_numpy(array)


def torch_to_numpy(value: Any) -> np.ndarray:
    """Unwrap a PyTorch tensor."""
    return value.detach().numpy()


def set_up_mygrad() -> None:
    """Import MyGrad and turn off the guarding of its arrays, which costs it time and is off in none of its checks."""
    import mygrad

    mygrad.turn_memory_guarding_off()
    keep_freed_pages()


def mygrad_to_numpy(value: Any) -> np.ndarray:
    """Unwrap a MyGrad tensor."""
    return value.data if hasattr(value, "creator") else np.asarray(value)


def set_up_hips() -> None:
    """Import HIPS autograd, with the part that imports SciPy."""
    import autograd.scipy.special  # noqa: F401

    keep_freed_pages()


def set_up_jax() -> None:
    """Import JAX on one processor: XLA starts a pool of its own whatever the environment says."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import jax

    jax.config.update("jax_enable_x64", True)


SYSTEMS: dict[str, System] = {
    "hand": System(title="hand-written NumPy", packages=("numpy",), setup=set_up_hand),
    "ours": System(
        title="autograd-core",
        packages=("numpy",),  # and the checkout, whose commit the report names
        setup=set_up_ours,
        native=ours_to_native,
        numpy=ours_to_numpy,
    ),
    "torch": System(
        title="PyTorch eager",
        packages=("torch",),
        setup=set_up_torch,
        native=torch_to_native,
        numpy=torch_to_numpy,
    ),
    "torch-fused": System(
        title="PyTorch, fused form",
        packages=("torch",),
        setup=set_up_torch,
        native=torch_to_native,
        numpy=torch_to_numpy,
    ),
    "mygrad": System(title="MyGrad", packages=("mygrad", "numpy"), setup=set_up_mygrad, numpy=mygrad_to_numpy),
    "hips": System(title="HIPS autograd", packages=("autograd", "numpy"), setup=set_up_hips),
    "jax": System(
        title="JAX jit",
        packages=("jax",),
        setup=set_up_jax,
        environment={"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"},
    ),
}


def installed(name: str) -> bool:
    """Tell whether the packages of a system are here."""
    try:
        SYSTEMS[name].versions()
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
