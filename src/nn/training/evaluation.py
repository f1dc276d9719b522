"""Numbers that say how good a model is: means of a loss and of metrics over a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import autograd_core as ac

from .._arrays import array_of
from .._errors import TrainingError
from ..data import DataLoader, TensorDataset
from ..module import Module

__all__ = ["Metric", "accuracy", "batches", "evaluate", "evaluating", "examples"]

Metric = Callable[[Any, Any], float]


def accuracy(output: Any, target: Any) -> float:
    """Return the fraction of rows of `output` (N, C, ...) whose largest entry is the target class."""
    scores = array_of(output)
    labels = array_of(target)
    return float((scores.argmax(axis=1) == labels).mean())


def batches(data: Any, batch_size: int = 256) -> Iterable[Any]:
    """A loader as it is; a pair of arrays as batches in order."""
    if isinstance(data, tuple) and len(data) == 2 and hasattr(data[0], "shape"):
        return DataLoader(TensorDataset(*data), batch_size)
    return data  # type: ignore[no-any-return]


def examples(x: Any) -> int:
    """How many examples a batch has: the length of its first array, however nested."""
    while isinstance(x, tuple | list | Mapping):
        x = next(iter(x.values() if isinstance(x, Mapping) else x))
    return len(x)


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Evaluation mode without recording; afterwards every module is in the mode it was in."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with ac.no_grad():
            yield
    finally:
        for module, training in modes:
            module.training = training


def evaluate(
    model: Module,
    data: Any,
    loss: Callable[[Any, Any], Any] | None = None,
    metrics: Mapping[str, Metric] | None = None,
) -> dict[str, float]:
    """Return means of the loss and of metrics over a data set, in evaluation mode and without recording.

    Parameters
    ----------
    model : Module
    data : iterable of (input, target) batches, or a pair of arrays
    loss : callable, optional
        ``loss(output, target)``.
    metrics : mapping from str to callable, optional
        ``metric(output, target) -> float``.

    Raises
    ------
    TrainingError
        If there is no batch.
    """
    measures: dict[str, Metric] = dict(metrics or {})
    if loss is not None:
        measures = {"loss": lambda output, target: float(loss(output, target).item()), **measures}
    sums, seen = dict.fromkeys(measures, 0.0), 0
    with evaluating(model):
        for x, target in batches(data):
            output, n = model(x), examples(x)
            seen += n
            for name, measure in measures.items():
                sums[name] += float(measure(output, target)) * n
    if not seen:
        raise TrainingError("there is nothing to evaluate: the data has no batch")
    return {name: total / seen for name, total in sums.items()}
