"""One process that does one workload in one system, on demand: `check`, then as many timed `round`s as asked for.

Commands come as JSON lines on standard input and are answered as JSON lines on standard output.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.registry import Step, Workload, load
from benchmarks.systems import SYSTEMS, System

CHECKED_STEPS = 3  # the third sees two updates of the optimizer
MOST_STEPS = 2000
SLOW = 2.0  # seconds a step above which one at a time has to do
BATCH_BYTES = 200_000_000  # of inputs drawn ahead of a round


def resident(key: str) -> int | None:
    """Read `VmRSS` (now) or `VmHWM` (peak) of this process in bytes; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    found = re.search(rf"^{key}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def forget_peak() -> None:
    """Let `VmHWM` start again from the present size."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


class Worker:
    """The state between commands: the step, its inputs' generator, and how long a step takes."""

    def __init__(self, workload: Workload, system: System, build: Any) -> None:
        self.workload, self.system, self.build = workload, system, build
        self.rng = np.random.default_rng(0)
        self.step: Step | None = None
        self.seconds = 0.0

    def draw(self) -> tuple[Any, ...]:
        """Draw one batch in the system's own arrays."""
        return tuple(self.system.native(array) for array in self.workload.batch(self.rng))

    def check(self, path: str) -> dict[str, Any]:
        """Run the first steps, save their results for comparison, and report the memory they took."""
        gc.collect()
        forget_peak()
        before = resident("VmRSS")
        self.step = self.build()
        results, peak = {}, None
        for index in range(CHECKED_STEPS):
            batch = self.draw()
            start = time.perf_counter()
            values = self.step(*batch)
            self.seconds = time.perf_counter() - start
            for position, value in enumerate(values):
                results[f"step {index} result {position}"] = np.array(self.system.numpy(value))
            del values, batch
            if self.seconds > SLOW:
                break
        if before is not None and results:
            peak = (resident("VmHWM") or 0) - before
        np.savez(path, **results)
        return {"peak": peak, "seconds": self.seconds}

    def round(self, budget: float) -> dict[str, Any]:
        """Time as many steps as fit into a budget of seconds, after one that is not timed."""
        assert self.step is not None, "a round comes after the check"
        size = max(1, sum(array.nbytes for array in self.workload.batch(np.random.default_rng(0))))
        steps = int(min(budget / max(self.seconds, 1e-7), BATCH_BYTES / size, MOST_STEPS))
        batches = [self.draw() for _ in range(max(steps, 1 if self.seconds > SLOW else 2) + 1)]
        step, clock = self.step, time.perf_counter
        gc.collect()
        if self.seconds <= SLOW:
            step(*batches[-1])  # caches are cold after the other systems' turn
        times = []
        for batch in batches[:-1]:
            start = clock()
            step(*batch)
            times.append(clock() - start)
        self.seconds = float(np.median(times))
        return {"times": times}


def main() -> int:
    """Answer commands until standard input ends."""
    row, name = sys.argv[1:]
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    sys.stdout = sys.stderr  # what a library prints must not be taken for an answer
    worker: Worker | None = None
    for line in sys.stdin:
        command, argument = json.loads(line)
        try:
            if command == "check":
                system = SYSTEMS[name]
                system.setup()
                workload = load()[row]
                worker = Worker(workload, system, workload.systems[name])
                reply = worker.check(argument)
            else:
                assert worker is not None
                reply = worker.round(argument)
        except Exception as error:  # noqa: BLE001  (whatever a library raises is the answer)
            reply = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        print(json.dumps(reply), file=replies)
    return 0


if __name__ == "__main__":
    sys.exit(main())
