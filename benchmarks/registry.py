"""What a workload is, and the table of all of them.

A workload has one builder a system. A builder makes its model from the same initial numbers as every other and returns
`step(*batch)`, one unit of work, whose results, in the system's own arrays, are compared before anything is timed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import workloads

Step = Callable[..., tuple[Any, ...]]
Builder = Callable[[], Step]
Batch = tuple[np.ndarray, ...]


def no_batch(_rng: np.random.Generator) -> Batch:
    """Stand for the inputs of a workload that brings its own."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One row of the table.

    Parameters
    ----------
    name : str
        How it is picked on the command line, `family-variant`.
    title : str
        How it reads in the table.
    systems : mapping from str to builder
        The systems that can do it.
    batch : callable
        Draws the arguments of one step. Every step gets a fresh batch: a loss that has been memorised underflows into
        denormal numbers, which are ten times slower than what is meant to be timed.
    goal : float or None
        Largest wanted ratio of this project's time to PyTorch's.
    per : int
        Operations in a step, by which its time is divided.
    rtol : float
        Largest difference between systems, relative to the largest element of the compared array.
    scaling : tuple of (str, int) or None
        The quantity that a scaling plot varies, and its value here.
    """

    name: str
    title: str
    systems: Mapping[str, Builder]
    batch: Callable[[np.random.Generator], Batch] = no_batch
    goal: float | None = None
    per: int = 1
    rtol: float = 1e-3
    scaling: tuple[str, int] | None = None

    @property
    def family(self) -> str:
        """The part of the name before the first hyphen."""
        return self.name.partition("-")[0]


WORKLOADS: dict[str, Workload] = {}


def add(workload: Workload) -> None:
    """Enter a workload into the table."""
    if workload.name in WORKLOADS:
        raise ValueError(f"the workload {workload.name!r} is registered twice; choose another name")
    WORKLOADS[workload.name] = workload


def load() -> dict[str, Workload]:
    """Import every file of `workloads/` and return the table."""
    for module in pkgutil.iter_modules(workloads.__path__, prefix=f"{workloads.__name__}."):
        importlib.import_module(module.name)
    return WORKLOADS


def pick(rows: str | None, *, scaling: bool) -> list[Workload]:
    """Select workloads by comma-separated names or families; all of the kind if none is given.

    Raises
    ------
    ValueError
        If a name fits nothing.
    """
    table = load()
    if rows is None:
        return [w for w in table.values() if (w.scaling is not None) == scaling]
    chosen = []
    for row in rows.split(","):
        fits = [w for w in table.values() if row in (w.name, w.family)]
        if not fits:
            families = ", ".join(dict.fromkeys(w.family for w in table.values()))
            raise ValueError(f"no workload is called {row!r}; families are {families} (--list shows every name)")
        chosen += [w for w in fits if w not in chosen]
    return chosen
