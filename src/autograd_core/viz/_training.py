"""Training as pictures: gradients through depth and time, histograms, filters, feature maps, confusion.

Each function returns matplotlib axes and takes ``ax=``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import ShapeError
from .._tensor import Tensor
from ._fields import COLOURS, axes
from ._model import Graph

#: Norms of exactly zero are drawn here on the log scale.
FLOOR = 1e-12


def gradient_norms(target: Any) -> dict[str, float]:
    """Return the gradient norm of each parameter by name.

    ``target`` is a recording or a `Graph`, a mapping of names to Tensors with ``.grad``, or pairs of them as
    ``model.named_parameters()`` gives. Parameters without a gradient are left out.
    """
    graph = target if isinstance(target, Graph) else getattr(target, "graph", None)
    if isinstance(graph, Graph):
        leaves = [n for n in graph if n.kind in ("parameter", "input") and n.gradient is not None and n.name]
        return {n.name: n.gradient.l2 for n in leaves if n.gradient is not None and n.gradient.l2 is not None}
    pairs = target.items() if isinstance(target, Mapping) else target
    return {name: float(np.linalg.norm(t.grad.numpy())) for name, t in pairs if t.grad is not None}


def gradient_flow(steps: Any, *, ax: Any = None) -> Any:
    """Draw the gradient norm of each layer, to see gradients vanish or explode.

    Parameters
    ----------
    steps
        What `gradient_norms` reads or returns, for one training step; or a list of them, for many. One step is drawn
        over the depth of the model, many as a line a layer over the steps, on a logarithmic scale.
    ax
        Axes to draw on; a new figure by default.

    Raises
    ------
    ValueError
        If there is no gradient at all.

    Examples
    --------
    >>> ax = gradient_flow([{"first": 1.0, "last": 2.0}, {"first": 0.1, "last": 1.5}])
    >>> ax.get_yscale(), len(ax.get_lines())
    ('log', 2)
    """
    several = isinstance(steps, (list, tuple)) and not (steps and isinstance(steps[0], tuple))
    rows = [_norms(s) for s in (steps if several else [steps])]
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise ValueError("gradient_flow: there is no gradient to draw; call backward() first, or record it")
    ax = axes(ax, figsize=(8, 4.5))
    if len(rows) == 1:
        norms = [max(rows[0][name], FLOOR) for name in names]
        ax.bar(range(len(names)), norms, color=[COLOURS[1] if v <= FLOOR else COLOURS[0] for v in norms])
        ax.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=8)
        ax.set(ylabel="gradient norm", title="Gradient through the depth of the model")
    else:
        cmap = axes_colours(len(names))
        for name, colour in zip(names, cmap, strict=True):
            ax.plot([max(row.get(name, np.nan), FLOOR) for row in rows], color=colour, label=name, lw=1.2)
        ax.set(xlabel="step", ylabel="gradient norm", title="Gradient of each layer while training")
        ax.legend(fontsize=7, ncols=1 + len(names) // 16, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set_yscale("log")
    ax.grid(alpha=0.3)
    return ax


def _norms(step: Any) -> dict[str, float]:
    if isinstance(step, Mapping) and all(isinstance(v, (int, float)) for v in step.values()):
        return {name: float(v) for name, v in step.items()}
    return gradient_norms(step)


def axes_colours(count: int) -> list[Any]:
    """Return colours from first to last layer, dark to bright."""
    from matplotlib import colormaps

    return [colormaps["viridis"](0.9 * k / max(count - 1, 1)) for k in range(count)]


def histograms(arrays: Mapping[str, Any] | Iterable[tuple[str, Any]], *, bins: int = 60, ax: Any = None) -> Any:
    """Draw histograms of weights or activations, one above the other, on one scale.

    ``arrays`` maps names to arrays or Tensors (or is pairs of them, as ``model.named_parameters()``); entries that
    are not finite are left out and counted in the label.

    Examples
    --------
    >>> ax = histograms({"weight": np.linspace(-1, 1, 100), "bias": np.zeros(4)})
    >>> [t.get_text() for t in ax.get_yticklabels()]
    ['weight', 'bias']
    """
    pairs = list(arrays.items() if isinstance(arrays, Mapping) else arrays)
    if not pairs:
        raise ValueError("histograms: there is nothing to draw")
    flat = {name: _array(a).ravel().astype(np.float64) for name, a in pairs}
    finite = {name: a[np.isfinite(a)] for name, a in flat.items()}
    everything = np.concatenate(list(finite.values()))
    low, high = (everything.min(), everything.max()) if everything.size else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1.0, bins + 1)
    ax = axes(ax, figsize=(7, 1 + 0.55 * len(pairs)))
    labels = []
    for k, (name, a) in enumerate(finite.items()):
        counts, _ = np.histogram(a, edges)
        tall = 0.9 * counts / max(counts.max(), 1)
        ax.fill_between(edges, k, k - np.append(tall, tall[-1]), step="post", color=COLOURS[0], alpha=0.65, lw=0)
        ax.axhline(k, color="#8b95a3", lw=0.5)
        bad = flat[name].size - a.size
        labels.append(f"{name} ({bad} not finite)" if bad else name)
    ax.set_yticks(range(len(labels)), labels, fontsize=8)
    ax.set(xlabel="value", title="Distribution of values", ylim=(len(labels) - 0.9, -1.0))
    return ax


def filters(weight: Any, *, columns: int | None = None, ax: Any = None) -> Any:
    """Draw the filters of a convolution side by side.

    ``weight`` has shape (out channels, in channels, height, width). With three input channels filters are drawn in
    colour, else the first input channel of each; grey is zero.
    """
    w = _array(weight).astype(np.float64)
    if w.ndim != 4:
        raise ShapeError(f"filters: a weight of shape {w.shape}; expected (out, in, height, width)")
    scale = np.abs(w).max() or 1.0
    tiles = (np.moveaxis(w, 1, -1) / scale + 1) / 2 if w.shape[1] == 3 else w[:, 0] / scale
    return _mosaic(
        tiles, columns, axes(ax), cmap="PuOr", limits=(-1, 1), title=f"{len(w)} filters of {w.shape[2]}×{w.shape[3]}"
    )


def feature_maps(activation: Any, *, columns: int | None = None, ax: Any = None) -> Any:
    """Draw the channels of an activation of shape (channels, height, width), each on its own scale."""
    a = _array(activation).astype(np.float64)
    if a.ndim == 4 and len(a) == 1:
        a = a[0]
    if a.ndim != 3:
        raise ShapeError(f"feature_maps: an activation of shape {a.shape}; expected (channels, height, width), one example")
    low, high = a.min(axis=(1, 2), keepdims=True), a.max(axis=(1, 2), keepdims=True)
    tiles = (a - low) / np.where(high > low, high - low, 1.0)
    return _mosaic(tiles, columns, axes(ax), cmap="viridis", limits=(0, 1), title=f"{len(a)} feature maps")


def _mosaic(
    tiles: npt.NDArray[np.float64], columns: int | None, ax: Any, *, cmap: str, limits: tuple[float, float], title: str
) -> Any:
    """Draw images of one size as a grid with gaps, in one image."""
    n, h, w = tiles.shape[:3]
    columns = columns or int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    gap = 1
    canvas = np.full((rows * (h + gap) - gap, columns * (w + gap) - gap, *tiles.shape[3:]), np.nan)
    for k, tile in enumerate(tiles):
        y, x = (k // columns) * (h + gap), (k % columns) * (w + gap)
        canvas[y : y + h, x : x + w] = tile
    shown = np.nan_to_num(canvas, nan=1.0) if tiles.ndim == 4 else np.ma.masked_invalid(canvas)
    ax.imshow(shown, cmap=cmap, vmin=limits[0], vmax=limits[1], interpolation="nearest")
    ax.set(title=title, xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set_visible(False)
    return ax


def confusion_matrix(target: Any, prediction: Any, *, labels: Sequence[str] | None = None, ax: Any = None) -> Any:
    """Draw how often each class was taken for each other, with the accuracy in the title.

    ``target`` and ``prediction`` are class numbers of shape (examples,); ``prediction`` may also be scores of shape
    (examples, classes), of which the largest counts.

    Examples
    --------
    >>> ax = confusion_matrix([0, 1, 1], [0, 1, 0], labels=["cat", "dog"])
    >>> ax.get_title()
    'accuracy 66.67 %'
    """
    t, p = _array(target).ravel().astype(np.int64), _array(prediction)
    p = (p.argmax(axis=1) if p.ndim == 2 else p.ravel()).astype(np.int64)
    if t.shape != p.shape or not t.size:
        raise ShapeError(f"confusion_matrix: {t.size} targets and {p.size} predictions; expected as many, at least one")
    count = max(int(t.max()), int(p.max())) + 1
    count = max(count, len(labels)) if labels is not None else count
    if min(t.min(), p.min()) < 0 or (labels is not None and len(labels) < count):
        raise ValueError(f"confusion_matrix: classes from {min(t.min(), p.min())} to {count - 1} do not fit the labels")
    matrix = np.zeros((count, count), dtype=np.int64)
    np.add.at(matrix, (t, p), 1)
    ax = axes(ax)
    ax.imshow(matrix, cmap="Blues")
    if count <= 20:
        for i in range(count):
            for j in range(count):
                if matrix[i, j]:
                    colour = "white" if matrix[i, j] > matrix.max() / 2 else "#1b2430"
                    ax.text(j, i, str(matrix[i, j]), ha="center", va="center", fontsize=8, color=colour)
    if labels is not None:
        ax.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
        ax.set_yticks(range(len(labels)), labels)
    accuracy = 100 * float((t == p).mean())
    ax.set(xlabel="predicted", ylabel="true", title=f"accuracy {accuracy:.4g} %")
    return ax


def _array(a: Any) -> npt.NDArray[Any]:
    return np.asarray(a.numpy() if isinstance(a, Tensor) else a)
