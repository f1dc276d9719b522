"""The command line: which rows, which systems, how many rounds."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks import registry, report, runner
from benchmarks.systems import SYSTEMS, installed

RESULTS = Path(__file__).resolve().parent / "results"


def parser() -> argparse.ArgumentParser:
    """Describe the options."""
    described = argparse.ArgumentParser(prog="python -m benchmarks", description=runner.__doc__)
    described.add_argument("--rows", help="names or families, comma-separated (default: the table, then the scaling series)")
    described.add_argument("--systems", help=f"of {', '.join(SYSTEMS)} (default: those that are installed)")
    described.add_argument("--rounds", type=int, default=5, help="turns of every system (default 5)")
    described.add_argument("--budget", type=float, default=0.4, help="seconds a turn (default 0.4)")
    described.add_argument(
        "--too-slow", type=float, default=20.0, help="seconds a step at which a scaling series ends (default 20)"
    )
    described.add_argument("--check", action="store_true", help="only check that all systems compute the same numbers")
    described.add_argument("--no-scaling", action="store_true", help="leave the scaling series out")
    described.add_argument(
        "--stock-allocator", action="store_true", help="do not let any system keep the pages of freed arrays"
    )
    described.add_argument("--list", action="store_true", help="list the workloads and their systems")
    described.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    return described


def main() -> int:
    """Run what was asked for; fail if a system failed or computed something else."""
    options = parser().parse_args()
    if options.stock_allocator:
        os.environ["BENCHMARKS_STOCK_ALLOCATOR"] = "1"
    if options.list:
        for workload in registry.load().values():
            print(f"{workload.name:24}{workload.title}  [{', '.join(workload.systems)}]")
        return 0
    names = options.systems.split(",") if options.systems else [name for name in SYSTEMS if installed(name)]
    if unknown := [name for name in names if name not in SYSTEMS]:
        raise SystemExit(f"unknown systems: {', '.join(unknown)}; there are {', '.join(SYSTEMS)}")
    try:
        workloads = registry.pick(options.rows, scaling=False)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    if options.rows is None and not options.no_scaling:
        workloads += registry.pick(None, scaling=True)
    rounds = 0 if options.check else options.rounds
    measured = runner.measure_all(workloads, names, rounds=rounds, budget=options.budget, too_slow=options.too_slow)
    if options.check:
        rows = []
        for row in measured:
            print(report.agreement(row), flush=True)
            rows.append(row)
    else:
        rows = list(measured)
        report.write(rows, names, options.out)
    return int(any(result.error for row in rows for result in row.results.values()))


if __name__ == "__main__":
    sys.exit(main())
