"""Calculus as pictures: a function beside its derivatives, contours with gradients, and a loss around a point.

Each function returns matplotlib axes and takes ``ax=``; derivatives come from the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import ShapeError, require
from .._modes import no_grad
from .._tensor import Tensor
from .._transforms import grad

#: Okabe and Ito's hues, which people with any kind of colour vision can tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
Span = tuple[float, float]
Array = npt.NDArray[np.float64]


def axes(ax: Any, **options: Any) -> Any:
    """Return the given axes, or those of a new figure."""
    if ax is not None:
        return ax
    figure = require("matplotlib.pyplot", "train").figure(layout="constrained", **options)
    return figure.add_subplot()


def derivative(f: Callable[[Any], Any], span: Span = (-3.0, 3.0), *, order: int = 1, points: int = 400, ax: Any = None) -> Any:
    """Draw a function of one variable beside its derivatives.

    Parameters
    ----------
    f
        An element-wise function of one array.
    span
        The interval drawn.
    order
        How many derivatives.
    points
        Number of points evaluated.
    ax
        Axes to draw on; a new figure by default.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ax = derivative(ac.tanh, order=2)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['f', "f'", "f''"]
    """
    x = np.linspace(*span, points)
    ax = axes(ax)
    function = f
    for k in range(order + 1):
        ax.plot(x, exact(function, x), color=COLOURS[k % len(COLOURS)], label="f" + "'" * k, lw=2.2 if k == 0 else 1.5)
        function = slope(function)
    ax.axhline(0, color="#8b95a3", lw=0.6)
    ax.set(xlabel="x", xlim=span, title=name_of(f))
    ax.grid(alpha=0.25)
    ax.legend()
    return ax


def contour(
    f: Callable[[Any, Any], Any], x: Span = (-2.0, 2.0), y: Span = (-2.0, 2.0), *, arrows: int = 13, ax: Any = None
) -> Any:
    """Draw level lines of a function of two variables with its gradient vectors, which cross them at right angles.

    ``f`` is element-wise in two arrays; arrows show the gradient's direction, and its size by their length.

    Examples
    --------
    >>> ax = contour(lambda x, y: x**2 + 2 * y**2)
    >>> ax.get_xlabel()
    'x'
    """
    ax = axes(ax)
    X, Y = np.meshgrid(np.linspace(*x, 160), np.linspace(*y, 160))
    levels = ax.contour(X, Y, exact(f, X, Y), levels=16, cmap="viridis", linewidths=1.2)
    ax.clabel(levels, fontsize=7)
    _arrows(f, x, y, arrows, ax, normal=False)
    ax.set(xlabel="x", ylabel="y", title=name_of(f), aspect="equal")
    return ax


def gradient_field(
    f: Callable[[Any, Any], Any], x: Span = (-2.0, 2.0), y: Span = (-2.0, 2.0), *, arrows: int = 21, ax: Any = None
) -> Any:
    """Draw the gradient of a function of two variables as arrows of one length, coloured by its size.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ax = gradient_field(lambda x, y: ac.sin(x) * ac.cos(y))
    """
    ax = axes(ax)
    quiver = _arrows(f, x, y, arrows, ax, normal=True)
    ax.figure.colorbar(quiver, ax=ax, label="size of the gradient")
    ax.set(xlabel="x", ylabel="y", title=name_of(f), aspect="equal")
    return ax


def loss_surface(
    loss: Callable[[Array], Any],
    path: Sequence[npt.ArrayLike] | npt.ArrayLike,
    *,
    directions: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    margin: float = 0.3,
    points: int = 41,
    ax: Any = None,
) -> Any:
    """Draw a loss along two directions of parameter space, with the path an optimizer took.

    Parameters
    ----------
    loss
        A function of one flat parameter vector, shape (parameters,), to a number.
    path
        Parameter vectors in the order they were visited, shape (steps, parameters); the last is the centre.
    directions
        Two vectors; by default the two principal directions of the path, in which it varies most.
    margin
        How far beyond the path the surface goes, as a part of its extent.
    points
        The loss is evaluated on a grid of ``points`` by ``points``.
    ax
        Axes to draw on; a new figure by default.

    Raises
    ------
    ShapeError
        If the path is not a sequence of vectors of equal length with at least two parameters.

    References
    ----------
    Li, Xu, Taylor, Studer, Goldstein (2018), "Visualizing the loss landscape of neural nets", section 4 and appendix C.

    Examples
    --------
    >>> steps = [np.array([3.0, 2.0]) * 0.8**k for k in range(12)]
    >>> ax = loss_surface(lambda p: p[0] ** 2 + 3 * p[1] ** 2, steps)
    >>> ax.get_lines()[0].get_label()
    'path'
    """
    walked = np.asarray([np.ravel(_raw(p)) for p in path], dtype=np.float64)  # type: ignore[union-attr]
    if walked.ndim != 2 or walked.shape[1] < 2 or not len(walked):
        raise ShapeError(
            f"loss_surface: a path of shape {walked.shape}; expected (steps, parameters) with 2 or more parameters"
        )
    centre = walked[-1]
    basis = (
        _principal(walked - centre) if directions is None else np.asarray([np.ravel(_raw(d)) for d in directions], np.float64)
    )
    if basis.shape != (2, centre.size):
        raise ShapeError(f"loss_surface: directions of shape {basis.shape} for {centre.size} parameters")
    along = np.linalg.lstsq(basis.T, (walked - centre).T, rcond=None)[0].T
    spans = []
    for k in range(2):
        low, high = along[:, k].min(), along[:, k].max()
        # One direction of a straight path has no extent of its own: take the other's.
        room = max(high - low, 0.2 * float(np.ptp(along)), 1e-6) * margin
        spans.append(np.linspace(low - room, high + room, points))
    with no_grad(), np.errstate(all="ignore"):
        values = np.array([[float(_raw(loss(centre + a * basis[0] + b * basis[1]))) for a in spans[0]] for b in spans[1]])
    ax = axes(ax)
    filled = ax.contourf(*spans, _clipped(values), levels=30, cmap="viridis")
    ax.figure.colorbar(filled, ax=ax, label="loss")
    ax.plot(*along.T, marker="o" if len(along) <= 40 else "", color="white", mec="#1b2430", ms=4, lw=1.6, label="path")
    ax.plot(*along[-1], "*", color="#e69f00", mec="#1b2430", ms=14, label="end")
    ax.set(xlabel="first direction", ylabel="second direction", title="Loss along two directions")
    ax.legend()
    return ax


def _principal(steps: Array) -> Array:
    """Return two orthonormal directions: the principal ones of the path, completed where it is a line."""
    _, _, rows = np.linalg.svd(np.vstack([steps, np.zeros((2, steps.shape[1]))]), full_matrices=False)
    return np.asarray(rows[:2], dtype=np.float64)


def _clipped(values: Array) -> Array:
    """Cap a surface that explodes, so that one corner does not take all the colours."""
    finite = values[np.isfinite(values)]
    high = np.quantile(finite, 0.97) if finite.size else 1.0
    return np.clip(np.nan_to_num(values, nan=high, posinf=high, neginf=finite.min() if finite.size else 0.0), None, high)


def _arrows(f: Callable[..., Any], x: Span, y: Span, count: int, ax: Any, *, normal: bool) -> Any:
    X, Y = np.meshgrid(np.linspace(*x, count), np.linspace(*y, count))
    U, V = (np.broadcast_to(g.numpy(), X.shape) for g in grad(lambda a, b: f(a, b).sum(), argnums=(0, 1))(X, Y))
    size = np.hypot(U, V)
    largest = float(size.max()) or 1.0  # matplotlib's own scale divides by zero where every arrow is zero
    if not normal:
        return ax.quiver(X, Y, U, V, color="#1b2430", alpha=0.75, width=0.003, scale=0.7 * count * largest)
    safe = np.where(size > 0, size, 1.0)
    return ax.quiver(X, Y, U / safe, V / safe, size, cmap="viridis", pivot="middle", scale=1.1 * count)


def slope(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The derivative of an element-wise function."""
    return grad(lambda x: f(x).sum())


def exact(f: Callable[..., Any], *operands: Array) -> Array:
    """The values of a function of Tensors, in the shape of the first operand."""
    with no_grad():
        return np.broadcast_to(np.asarray(_raw(f(*(Tensor(a) for a in operands)))), operands[0].shape)


def _raw(a: Any) -> Any:
    return a.numpy() if isinstance(a, Tensor) else a


def name_of(f: Callable[..., Any]) -> str:
    """The name of a function, empty if it has none."""
    name = getattr(f, "__name__", "")
    return "" if name == "<lambda>" else name
