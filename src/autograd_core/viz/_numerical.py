"""Numerical derivatives beside the exact one: how well each method follows it, and what the step size does to each.

Differences of a large step truncate, those of a small one round; the two lines of slope 1 or 2 and -1 in the last panel are
that, and the corner between them is the best a method can do. Extrapolation and the complex step go below it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import ShapeError, require
from .._tensor import Tensor
from ..testing import numerical_derivative
from ..testing._numerical import METHODS
from ._fields import COLOURS, exact, name_of, slope
from ._theme import DARK, Theme, ThemeName, theme_named

Array = npt.NDArray[np.float64]
Span = tuple[float, float]

NAMES = {"forward": "forward", "central": "central", "richardson": "Richardson", "complex": "complex step"}
_MARKS = {
    "forward": (COLOURS[1], "v"),
    "central": (COLOURS[4], "s"),
    "richardson": (COLOURS[2], "o"),
    "complex": (COLOURS[3], "D"),
}
_FLOOR = 1e-17  # an error of exactly zero is drawn here on the log scale


def plot_derivative(
    f: Callable[[Any], Any],
    xs: Span | npt.ArrayLike = (-3.0, 3.0),
    *,
    df: Callable[[Any], Any] | None = None,
    at: float | None = None,
    methods: Sequence[str] = METHODS,
    theme: ThemeName = "light",
) -> Any:
    """Draw a function with its derivative, exact and by each numerical method, and the errors of those.

    Three panels: the curves; the error of each method along x; and the error against the step size at one point.

    Parameters
    ----------
    f
        An element-wise function of one array. The complex step is left out if `f` takes no complex numbers.
    xs
        The interval drawn, or the points, shape (points,).
    df
        The exact derivative; by default the engine's.
    at
        Where the step size is varied; by default at a third of the interval.
    methods
        Of `ac.testing.numerical_derivative`: ``"forward"``, ``"central"``, ``"richardson"``, ``"complex"``.
    theme
        "light" or "dark".

    Returns
    -------
    matplotlib Figure
        With three axes.

    Raises
    ------
    ShapeError
        If `f` or `df` returns another shape than that of its operand.
    ValueError
        If a method is unknown.

    References
    ----------
    W. H. Press, S. A. Teukolsky, W. T. Vetterling and B. P. Flannery, Numerical Recipes, 3rd ed., 2007, section 5.7.

    Examples
    --------
    >>> import autograd_core as ac
    >>> figure = plot_derivative(ac.tanh)
    >>> [ax.get_title() for ax in figure.axes]
    ['tanh and its derivative', 'error along x', 'error against step, at x = -1']
    """
    for method in methods:
        if method not in METHODS:
            raise ValueError(f"method={method!r} is not one of {', '.join(METHODS)}")
    given = np.asarray(xs, dtype=np.float64)
    x = np.linspace(given[0], given[1], 401) if given.shape == (2,) else np.sort(given.ravel())
    point = float(x[0] + (x[-1] - x[0]) / 3) if at is None else float(at)
    derivative = slope(f) if df is None else df
    for given_name, function in (("f", f), ("df", derivative)):
        shape = np.shape(function(Tensor(x)))
        if shape != x.shape:
            raise ShapeError(f"plot_derivative: {given_name} of {x.shape} points has shape {shape}; it must be element-wise")
    y, true = exact(f, x), exact(derivative, x)
    found = {m: d for m in methods if (d := _numerical(f, x, m)) is not None}
    colours = theme_named(theme)
    figure = require("matplotlib.pyplot", "train").figure(figsize=(13, 4.6), layout="constrained", facecolor=colours.background)
    curves, along, against = figure.subplots(1, 3, width_ratios=(1.15, 1, 1))
    name = name_of(f) or "f"
    _draw_curves(curves, x, y, true, found, name, colours)
    for method, d in found.items():
        along.plot(x, _envelope(np.maximum(np.abs(d - true), _FLOOR)), color=_MARKS[method][0], lw=1.6)
    along.set(yscale="log", xlabel="x", xlim=(x[0], x[-1]), ylabel="absolute error", title="error along x")
    _draw_steps(against, f, derivative, point, list(found), colours)
    for ax in (curves, along, against):
        _themed(ax, colours)
    handles, labels = curves.get_legend_handles_labels()
    legend = figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9, frameon=False)
    for text in legend.get_texts():
        text.set_color(colours.text)
    return figure


def _envelope(errors: Array, width: int = 7) -> Array:
    """The largest error among neighbours: errors pass through zero, which a logarithm shows as spikes."""
    padded = np.pad(errors, width // 2, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, width).max(axis=-1))


def _numerical(f: Callable[[Any], Any], x: Array, method: str, step: float | None = None) -> Array | None:
    """A numerical derivative, or None where a method does not apply."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(numerical_derivative(f, x, method=method, step=step), dtype=np.float64)
    except Exception:
        if method != "complex":  # whatever keeps a function from taking complex numbers
            raise
        return None


def _draw_curves(ax: Any, x: Array, y: Array, true: Array, found: dict[str, Array], name: str, colours: Theme) -> None:
    ax.axhline(0, color=colours.edge, lw=0.6)
    ax.plot(x, y, color=colours.muted, lw=1.4, ls=(0, (5, 2)), label=f"{name}(x)")
    ax.plot(x, true, color=COLOURS[5] if colours is DARK else COLOURS[0], lw=4.5, alpha=0.5, label="derivative, exact")
    for k, (method, d) in enumerate(found.items()):  # the marks of different methods take turns along the curve
        colour, mark = _MARKS[method]
        some = slice(3 + k * max(len(x) // 48, 1), None, max(len(x) // 12, len(found)))
        ax.plot(x[some], d[some], mark, color=colour, ms=5.5, mec=colours.background, mew=0.6, label=NAMES[method])
    ax.set(xlabel="x", xlim=(x[0], x[-1]), title=f"{name} and its derivative")


def _draw_steps(ax: Any, f: Any, derivative: Any, point: float, methods: list[str], colours: Theme) -> None:
    true = float(exact(derivative, np.array([point]))[0])
    steps = np.geomspace(1e-14, 1.0, 57)
    shown = [_FLOOR]
    for method in methods:
        colour, mark = _MARKS[method]
        values = [_numerical(f, np.array([point]), method, float(h)) for h in steps]
        errors = np.array([np.nan if v is None else max(abs(v[0] - true), _FLOOR) for v in values])
        shown += list(errors[np.isfinite(errors)])
        wide = method == "complex"  # its error is that of central differences until those round: behind them
        ax.plot(
            steps,
            errors,
            mark + "-",
            color=colour,
            ms=2.6,
            lw=3.2 if wide else 1.2,
            alpha=0.6 if wide else 1,
            zorder=1 + (not wide),
        )
    for method, power, text in (("forward", 1 / 2, "$\\varepsilon^{1/2}$"), ("central", 1 / 3, "$\\varepsilon^{1/3}$")):
        if method in methods:
            best = float(np.finfo(float).eps) ** power
            ax.axvline(best, color=_MARKS[method][0], lw=0.9, ls=":")
            ax.annotate(text, (best, 0.02), xycoords=("data", "axes fraction"), color=colours.text, fontsize=9, ha="center")
    ax.set(xscale="log", yscale="log", xlabel="step", ylabel="absolute error", title=f"error against step, at x = {point:.4g}")
    ax.set_ylim(_FLOOR / 30, max(10 * min(max(shown), 1e3), 1.0))
    ax.invert_xaxis()


def _themed(ax: Any, colours: Theme) -> None:
    ax.set_facecolor(colours.background)
    ax.grid(color=colours.edge, alpha=0.25, lw=0.6)
    ax.tick_params(colors=colours.muted, labelsize=8, which="both")
    for side, spine in ax.spines.items():
        spine.set(color=colours.edge, lw=0.8, visible=side in ("left", "bottom"))
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        text.set_color(colours.text)
    ax.title.set_fontsize(11)
