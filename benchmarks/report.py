"""Writes what was measured: JSON with every time, a Markdown table with ratios, a bar plot, a plot a scaling series."""

from __future__ import annotations

import json
import math
import os
import platform
import re
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.runner import ROOT, Row
from benchmarks.systems import SYSTEMS, THREADS, installed

COLOURS = {
    "hand": "#8a8a8a", "ours": "#d1495b", "torch": "#2e6f95", "torch-fused": "#7fb2d1",
    "mygrad": "#66a182", "hips": "#edae49", "jax": "#8e6bb0",
}  # fmt: skip


def machine() -> dict[str, Any]:
    """Describe what the numbers were measured on."""
    model = platform.processor()
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
        model = found[1] if found else model
    except OSError:
        pass
    described = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    commit = subprocess.run(described, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "commit": commit or "unknown",
        "processor": model,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "allocator": "as it is" if os.environ.get("BENCHMARKS_STOCK_ALLOCATOR") else "keeps freed pages",
        "threads": " ".join(f"{key}={value}" for key, value in THREADS.items()),
    }


def duration(seconds: float) -> str:
    """Format seconds with three digits and a unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale or unit == "us":
            value = seconds / scale
            return f"{value:.{max(0, 2 - int(math.log10(max(value, 1))))}f} {unit}"
    raise AssertionError


def cell(row: Row, system: str) -> str:
    """One system's entry: minimum and median, and their ratios to PyTorch eager."""
    result = row.results.get(system)
    if result is None:
        return "-"
    if not result.rounds:
        return "failed"
    text = f"{duration(result.minimum)} / {duration(result.median)}"
    low, mid = row.ratio(system, "torch", of="minimum"), row.ratio(system, "torch", of="median")
    return text if system == "torch" or low is None or mid is None else f"{text} ({low:.2f} / {mid:.2f})"


def agreement(row: Row) -> str:
    """Say which systems computed the same numbers, and what became of the others."""
    sound = [name for name, result in row.results.items() if not result.error]
    failed = [f"{name} {result.error}" for name, result in row.results.items() if result.error]
    alike = f"{' and '.join(sound)} agree" if len(sound) > 1 else "nothing to compare"
    return "; ".join([f"{row.workload.name}: {alike}", *failed])


def memory(row: Row, systems: Sequence[str]) -> str:
    """Peak megabytes above the import, in the order of the columns."""
    peaks = [row.results[name].peak if name in row.results else None for name in systems]
    return " / ".join("-" if peak is None else f"{peak / 1e6:.0f}" for peak in peaks)


def verdict(row: Row) -> str:
    """Say what the goal is and whether it was met."""
    ratio = row.ratio("ours", "torch", of="minimum")
    if row.workload.goal is None or ratio is None:
        return "-"
    return f"{row.workload.goal:.2f} {'met' if ratio <= row.workload.goal else 'missed'}"


def columns(rows: Sequence[Row], systems: Sequence[str]) -> list[str]:
    """Lay out rows of the table under their heads."""
    titles = " | ".join(SYSTEMS[name].title for name in systems)
    lines = [f"| workload | {titles} | goal | MB ({', '.join(systems)}) |", "|---" * (len(systems) + 3) + "|"]
    for row in rows:
        cells = " | ".join(cell(row, name) for name in systems)
        lines.append(f"| {row.workload.title} | {cells} | {verdict(row)} | {memory(row, systems)} |")
    return lines


def grid_summary(rows: Sequence[Row], systems: Sequence[str]) -> list[str]:
    """Say of the convolution grid what its rows add up to."""
    lines = []
    for name in systems:
        pairs = [(row.timed(name), row.timed("torch"), row) for row in rows]
        both = [(mine.minimum, theirs.minimum, row.workload.title) for mine, theirs, row in pairs if mine and theirs]
        if not both or name == "torch":
            continue
        ratios = [mine / theirs for mine, theirs, _ in both]
        worst, title = max((mine / theirs, title) for mine, theirs, title in both)
        total = sum(mine for mine, _, _ in both) / sum(theirs for _, theirs, _ in both)
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        lines.append(
            f"- {SYSTEMS[name].title}, {len(both)} convolutions: sum {total:.2f} x PyTorch, "
            f"geometric mean {mean:.2f} x, worst {worst:.2f} x ({title})"
        )
    return lines


def markdown(rows: Sequence[Row], systems: Sequence[str]) -> str:
    """Lay out the table, the grid of convolutions, the scaling series, and what failed."""
    about = machine()
    versions = "; ".join(f"{SYSTEMS[name].title}: {SYSTEMS[name].versions()}" for name in systems if installed(name))
    lines = [
        f"autograd-core at {about['commit']}, Python {about['python']}, {about['system']}.",
        f"{about['processor']}, {about['cores']} cores, load average {about['load']:.1f}.",
        f"One thread ({about['threads']}); the allocator {about['allocator']}.",
        f"Versions: {versions}.",
        "",
        "Time of a step, minimum / median over rounds (ratios of both to PyTorch eager).",
        "Memory is the peak resident size above that after the import, over the first three steps.",
    ]
    grid = [row for row in rows if row.workload.family == "convgrid"]
    scaling = [row for row in rows if row.workload.scaling]
    table = [row for row in rows if row not in grid and row not in scaling]
    if table:
        lines += ["", *columns(table, systems)]
    if grid:
        lines += ["", "Grid of convolutions; what it adds up to, by minimum:", "", *grid_summary(grid, systems), ""]
        lines += columns(grid, systems)
    if scaling:
        lines += ["", "Scaling:", "", *columns(scaling, systems)]
    failures = [
        f"- {row.workload.name}, {name}: {result.error}" for row in rows for name, result in row.results.items() if result.error
    ]
    if failures:
        lines += ["", "Failures:", "", *failures]
    return "\n".join(lines) + "\n"


def plot_bars(rows: Sequence[Row], systems: Sequence[str], path: Path) -> None:
    """Draw one bar a system for each workload: its minimum as a multiple of PyTorch eager's, on a log scale."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rows = [r for r in rows if r.workload.family != "convgrid" and not r.workload.scaling and r.timed("torch")]
    names = [name for name in systems if name != "torch"]
    if not rows or not names:
        return
    figure, axes = plt.subplots(figsize=(10, 1.2 + 0.14 * len(rows) * (len(names) + 1.5)), layout="constrained")
    height = 1 / (len(names) + 1.5)
    for index, name in enumerate(names):
        pairs = [(place + index * height, row.ratio(name, "torch", of="minimum")) for place, row in enumerate(rows)]
        bars = [(place, ratio) for place, ratio in pairs if ratio]
        places, ratios = [place for place, _ in bars], [ratio for _, ratio in bars]
        lengths = [ratio - 1 for ratio in ratios]  # from PyTorch's line, to the left if faster
        drawn = axes.barh(places, lengths, height, left=1, color=COLOURS[name], label=SYSTEMS[name].title)
        if name == "ours":
            axes.bar_label(drawn, [f"{ratio:.2g}" for ratio in ratios], padding=3, fontsize=7, color=COLOURS[name])
    axes.axvline(1, color=COLOURS["torch"], linewidth=1.5, label=SYSTEMS["torch"].title)
    axes.set_xscale("log")
    axes.margins(x=0.08)
    low, high = axes.get_xlim()
    ticks = [t for t in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low <= t <= high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
    axes.set_xticks([], minor=True)
    axes.set_yticks([place + height * (len(names) - 1) / 2 for place in range(len(rows))])
    axes.set_yticklabels([textwrap.fill(row.workload.title, 40) for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.3, -0.4)
    axes.set_xlabel("time of a step as a multiple of PyTorch eager's (left is faster)")
    axes.grid(axis="x", which="major", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=4, fontsize=8)
    figure.savefig(path)
    plt.close(figure)


def plot_scaling(rows: Sequence[Row], systems: Sequence[str], folder: Path) -> None:
    """Draw for each series the time of a step against what is varied, one line a system."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    for series in dict.fromkeys(row.workload.scaling[0] for row in rows if row.workload.scaling):
        figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
        for name in systems:
            points = [
                (row.workload.scaling[1], result.minimum * row.workload.per)
                for row in rows
                if row.workload.scaling and row.workload.scaling[0] == series and (result := row.timed(name))
            ]
            if points:
                axes.loglog(*zip(*points, strict=True), "o-", color=COLOURS[name], label=SYSTEMS[name].title, markersize=3)
        axes.set_xlabel(series)
        axes.set_ylabel("seconds a step (minimum)")
        axes.grid(which="major", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(fontsize=8)
        figure.savefig(folder / f"scaling-{series.replace(' ', '-')}.svg")
        plt.close(figure)


def write(rows: Sequence[Row], systems: Sequence[str], folder: Path) -> None:
    """Write all there is to a folder and print the table."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "machine": machine(),
        "versions": {name: SYSTEMS[name].versions() for name in systems if installed(name)},
        "rows": [row.to_dict() for row in rows],
    }
    (folder / "results.json").write_text(json.dumps(data, indent=1))
    text = markdown(rows, systems)
    (folder / "table.md").write_text(text)
    print(text)
    plot_bars(rows, systems, folder / "bars.svg")
    plot_scaling(rows, systems, folder)
    print(f"written to {folder}", file=sys.stderr)
