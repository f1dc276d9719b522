"""Who can draw here: the system's `dot`, the `graphviz-pure` wheel, or the built-in layout; never nobody.

An engine runs in a subprocess of our own with a time limit, so messages, limits and fallbacks are ours.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from .._errors import AutogradError

#: Environment variable that chooses the engine when `engine=` is not given.
VARIABLE = "AUTOGRAD_CORE_VIZ_ENGINE"
ENGINES = ("dot", "graphviz-pure", "builtin")
#: Seconds one run of an engine may take before the next engine is tried.
LIMIT = 15.0
#: Largest raster, in pixels, and the resolutions between which it is chosen.
PIXELS = 16_000_000
DPI, LEAST_DPI = 144, 40


class DrawingError(AutogradError, RuntimeError):
    """A picture could not be made; the message names what to do instead."""


@dataclass(frozen=True, slots=True)
class Backend:
    """One engine: its name, where it is (None when it is not installed) and the formats it writes."""

    name: str
    path: str | None
    formats: tuple[str, ...]
    hint: str = ""

    @property
    def available(self) -> bool:
        """Tell whether it can draw here."""
        return self.path is not None


def backends() -> list[Backend]:
    """Return the engines in the order they are tried, the absent ones too (with how to install them).

    Examples
    --------
    >>> [b.name for b in backends()]
    ['dot', 'graphviz-pure', 'builtin']
    >>> backends()[-1].available
    True
    """
    return [
        Backend("dot", shutil.which("dot"), ("svg", "png", "pdf"), "install Graphviz (apt install graphviz)"),
        Backend("graphviz-pure", _pure(), ("svg", "png"), "pip install 'autograd-core[viz]'"),
        Backend("builtin", "built in", ("svg", "pdf", "png"), "png needs pip install 'autograd-core[train]'"),
    ]


def _pure() -> str | None:
    """Return the command of the wheel: on PATH, or among this environment's scripts."""
    return shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))


def chain(engine: str | None, form: str) -> list[Backend]:
    """Return the engines to try for a format, in order; a named engine is the only one tried.

    Raises
    ------
    DrawingError
        If the named engine is unknown, not installed or does not write this format.
    """
    chosen = engine or os.environ.get(VARIABLE) or None
    found = backends()
    if chosen is None:
        return [b for b in found if b.available and form in b.formats]
    if chosen not in ENGINES:
        raise DrawingError(f"engine {chosen!r} is not one of {', '.join(ENGINES)}")
    backend = next(b for b in found if b.name == chosen)
    if not backend.available:
        raise DrawingError(f"engine {chosen!r} is not installed: {backend.hint}, or leave out `engine`")
    if form not in backend.formats:
        raise DrawingError(f"engine {chosen!r} does not write {form}; it writes {', '.join(backend.formats)}")
    return [backend]


def run(backend: Backend, source: str, form: str, *, limit: float | None = None) -> bytes:
    """Return DOT source rendered by an external engine.

    Raises
    ------
    DrawingError
        If it fails, takes longer than ``limit`` seconds, or a raster would be too large to read.
    """
    if form != "png":
        return _run(backend, source, [f"-T{form}"], limit)
    size = re.search(rb'<svg[^>]*?width="([\d.]+)pt"\s+height="([\d.]+)pt"', _run(backend, source, ["-Tsvg"], limit))
    if size is None:
        raise DrawingError(f"{backend.name} wrote an SVG without a size")
    dpi = raster_dpi(float(size[1]), float(size[2]))
    return _run(backend, source, ["-Tpng", f"-Gdpi={dpi}"], limit)


def raster_dpi(width: float, height: float) -> int:
    """Return the resolution for a drawing of this many points, under the cap on pixels.

    Raises
    ------
    DrawingError
        If the drawing would be unreadable at the largest resolution that fits.
    """
    area = max(width * height, 1.0)
    # No image side over 32,000 pixels either: many viewers refuse them.
    dpi = min(DPI, int(72 * (PIXELS / area) ** 0.5), int(72 * 32_000 / max(width, height, 1.0)))
    if dpi < LEAST_DPI:
        raise DrawingError(
            f"a {width:.0f} by {height:.0f} point drawing is too large for a readable PNG of {PIXELS // 10**6} "
            "megapixels; save as .svg or .html, or lower `budget`"
        )
    return dpi


def _run(backend: Backend, source: str, arguments: list[str], limit: float | None) -> bytes:
    assert backend.path is not None
    limit = LIMIT if limit is None else limit
    try:
        done = subprocess.run(
            [backend.path, *arguments], input=source.encode(), capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        raise DrawingError(f"{backend.name} took more than {limit:g} s; lower `budget` or use engine='builtin'") from None
    except OSError as error:
        raise DrawingError(f"{backend.name} ({Path(backend.path)}) could not be run: {error}") from error
    if done.returncode or not done.stdout:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        message = lines[-1] if lines else "no message"
        raise DrawingError(f"{backend.name} failed with exit code {done.returncode}: {message[:300]}")
    return done.stdout
