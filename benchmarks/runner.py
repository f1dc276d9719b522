"""Runs workloads: a process for each system, their results compared first, then timed in turn, round after round.

Seconds drift on a shared machine while ratios hold, so systems take turns within a round and are compared by round.
"""

from __future__ import annotations

import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.registry import Workload
from benchmarks.systems import SYSTEMS, THREADS, UNSET

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 300.0  # seconds for one answer


class Failed(Exception):
    """A system could not do a workload; the message says why."""


@dataclass
class Result:
    """What was measured of one system at one workload; times are seconds for one operation."""

    system: str
    error: str = ""
    peak: int | None = None
    rounds: list[list[float]] = field(default_factory=list)

    @property
    def minimum(self) -> float:
        """The fastest step of all rounds."""
        return min(min(times) for times in self.rounds)

    @property
    def median(self) -> float:
        """The median over rounds of a round's median."""
        return statistics.median(statistics.median(times) for times in self.rounds)


@dataclass
class Row:
    """A workload and the results of its systems."""

    workload: Workload
    results: dict[str, Result]

    def timed(self, system: str) -> Result | None:
        """Return the result of a system that was timed."""
        result = self.results.get(system)
        return result if result is not None and result.rounds else None

    def ratio(self, system: str, peer: str, *, of: str) -> float | None:
        """Ratio of the minima, or the median over rounds of the ratio of medians; None if one was not timed."""
        mine, theirs = self.timed(system), self.timed(peer)
        if mine is None or theirs is None:
            return None
        if of == "minimum":
            return mine.minimum / theirs.minimum
        pairs = zip(mine.rounds, theirs.rounds, strict=True)
        return statistics.median(statistics.median(a) / statistics.median(b) for a, b in pairs)

    def to_dict(self) -> dict[str, Any]:
        """Everything measured, for JSON."""
        results = {
            name: asdict(result)
            | ({"minimum": result.minimum, "median": result.median} if result.rounds else {})
            | {f"{of}_ratio_to_torch": self.ratio(name, "torch", of=of) for of in ("minimum", "median") if self.timed(name)}
            for name, result in self.results.items()
        }
        w = self.workload
        return {"name": w.name, "title": w.title, "goal": w.goal, "scaling": w.scaling, "results": results}


class Process:
    """A worker process and its two pipes."""

    def __init__(self, workload: Workload, system: str) -> None:
        environment = {key: value for key, value in os.environ.items() if key not in UNSET}
        environment |= THREADS | SYSTEMS[system].environment
        environment["PYTHONPATH"] = str(ROOT / "src")  # this checkout, whatever is installed
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", workload.name, system],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str, argument: Any) -> dict[str, Any]:
        """Send a command and wait for its answer.

        Raises
        ------
        Failed
            If the worker raised, died or said nothing for `PATIENCE` seconds.
        """
        stdin, stdout = self.popen.stdin, self.popen.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            print(json.dumps([command, argument]), file=stdin, flush=True)
        except BrokenPipeError:
            raise Failed(f"the process ended with code {self.popen.wait()}") from None
        if not select.select([stdout], [], [], PATIENCE)[0]:
            raise Failed(f"no answer to {command!r} within {PATIENCE:.0f} s")
        line = stdout.readline()
        if not line:
            raise Failed(f"the process ended with code {self.popen.wait()}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise Failed(reply["error"])
        return reply

    def close(self) -> None:
        """End the process."""
        self.popen.kill()
        self.popen.communicate()


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Measure the largest difference relative to the largest element; infinite if not comparable."""
    if a.shape != b.shape or not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    scale = max(float(np.abs(a).max(initial=0.0)), float(np.abs(b).max(initial=0.0)), 1e-30)
    return float(np.abs(a.astype(np.float64) - b).max(initial=0.0)) / scale


def compare(files: dict[str, Path], rtol: float) -> dict[str, str]:
    """Compare every system's first results with the reference's and say what is wrong with those that differ.

    The reference is the first of PyTorch, hand-written NumPy and the others that was run.
    """
    order = [name for name in ("torch", "hand", *files) if name in files]
    if not order:
        return {}
    reference = np.load(files[order[0]])
    wrong = {}
    for name in order[1:]:
        values = np.load(files[name])
        for key in reference.files:
            if key in values.files and (apart := difference(values[key], reference[key])) > rtol:
                wrong[name] = (
                    f"computes something else: {key} of shape {values[key].shape} differs from {order[0]}'s "
                    f"of shape {reference[key].shape} by {apart:.1e} of its largest element, more than {rtol:.0e}"
                )
                break
    return wrong


def measure(workload: Workload, systems: Sequence[str], *, rounds: int, budget: float) -> Row:
    """Check and time one workload in the given systems.

    Parameters
    ----------
    rounds : int
        Turns of every system; 0 only checks.
    budget : float
        Seconds a turn takes; a longer step is done once or twice.
    """
    results = {name: Result(name) for name in systems if name in workload.systems}
    processes = {}
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        try:
            for name, result in results.items():
                processes[name] = Process(workload, name)
                path = Path(folder, f"{name}.npz")
                try:
                    result.peak = processes[name].ask("check", str(path))["peak"]
                    files[name] = path
                except Failed as error:
                    result.error = str(error)
            for name, message in compare(files, workload.rtol).items():
                results[name].error = message
            sound = [name for name, result in results.items() if not result.error]
            for _ in range(rounds):
                for name in list(sound):
                    try:
                        times = processes[name].ask("round", budget)["times"]
                        results[name].rounds.append([seconds / workload.per for seconds in times])
                    except Failed as error:
                        results[name] = Result(name, error=str(error))
                        sound.remove(name)
        finally:
            for process in processes.values():
                process.close()
    return Row(workload, results)


def measure_all(
    workloads: Iterable[Workload], systems: Sequence[str], *, rounds: int, budget: float, too_slow: float
) -> Iterable[Row]:
    """Measure workloads one after the other.

    A scaling series leaves a system out where its step is expected to take more than `too_slow` seconds, in proportion to the
    last one.
    """
    last: dict[tuple[str, str], float] = {}  # seconds a step for each unit of what the series varies
    for workload in workloads:
        series, size = workload.scaling or ("", 0)
        names = [name for name in systems if last.get((series, name), 0.0) * size <= too_slow]
        start = time.perf_counter()
        row = measure(workload, names, rounds=rounds, budget=budget)
        for name, result in row.results.items():
            if series and result.rounds:
                last[series, name] = result.minimum * workload.per / size
        print(f"  {workload.name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
        yield row
