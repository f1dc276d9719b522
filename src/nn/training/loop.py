"""The training loop: `fit` with progress, validation, clipping, callbacks, and Ctrl-C that waits for the end of the step."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .._errors import ArgumentError, TrainingError, positive, require
from ..data import DataLoader
from ..module import Module
from ..optim.lr_scheduler import ReduceLROnPlateau
from ..utils.clip import clip_grad_norm_, clip_grad_value_
from .callbacks import Callback, Training, tell
from .evaluation import Metric, batches, evaluate, examples
from .history import History
from .resume import restore, save

__all__ = ["fit"]


def fit(
    model: Module,
    data: Any,
    loss: Callable[[Any, Any], Any],
    optimizer: Any,
    *,
    epochs: int = 1,
    validation: Any = None,
    metrics: Mapping[str, Metric] | None = None,
    scheduler: Any = None,
    scheduler_every: str = "epoch",
    clip_norm: float | None = None,
    clip_value: float | None = None,
    callbacks: Sequence[Callback] = (),
    checkpoint: str | Path | None = None,
    checkpoint_every: int | None = None,
    resume: bool = False,
    progress: bool = True,
) -> History:
    """Train a model.

    Parameters
    ----------
    model : Module
        Called as ``model(x)``.
    data : DataLoader, iterable of (x, target) batches, or pair of arrays
        Gone through once an epoch. Exact resume needs a `DataLoader`.
    loss : callable
        ``loss(output, target)``, one number.
    optimizer : nn.optim.Optimizer
        Of the model's parameters.
    epochs : int
        How often to go through the data.
    validation : like `data`, optional
        Evaluated after each epoch, with `metrics`.
    scheduler : optional
        From `nn.optim.lr_scheduler`, stepped each epoch, or each step with ``scheduler_every="step"``.
    clip_norm, clip_value : float, optional
        Clip the gradients before each step.
    callbacks : sequence of Callback
        Such as `EarlyStopping`.
    checkpoint : path, optional
        Where to save everything after each epoch, every `checkpoint_every` steps, and on Ctrl-C.
    resume : bool
        Go on from `checkpoint` if it exists: parameters become bit for bit those of a run that was never interrupted.
    progress : bool
        Show a progress bar with the loss.

    Returns
    -------
    History

    Raises
    ------
    TrainingError
        If there is no data or the loss is not a finite number.
    KeyboardInterrupt
        After the step that Ctrl-C interrupted is complete and saved.

    Examples
    --------
    >>> import nn, numpy as np
    >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
    >>> model = nn.Linear(1, 1, rng=0)
    >>> loader = nn.data.DataLoader(nn.data.TensorDataset(x, 3 * x + 1), 16, shuffle=True, rng=0)
    >>> optimizer = nn.optim.SGD(model.parameters(), lr=0.5)
    >>> history = nn.fit(model, loader, nn.MSELoss(), optimizer, epochs=20, progress=False)
    >>> [round(p.item(), 2) for p in model.parameters()]
    [3.0, 1.0]
    """
    if scheduler_every not in ("epoch", "step"):
        raise ArgumentError(f"scheduler_every={scheduler_every!r} must be 'epoch' or 'step'")
    positive("epochs", epochs, zero=True)
    if metrics and validation is None:
        raise ArgumentError(f"metrics={list(metrics)} are computed on validation data; pass validation= too")
    if checkpoint is None and (resume or checkpoint_every is not None):
        raise ArgumentError(f"{resume=} and {checkpoint_every=} need checkpoint=, the path of the file")
    if checkpoint_every is not None:
        positive("checkpoint_every", checkpoint_every)
    loader = batches(data)
    run = Training(model, optimizer, scheduler)
    if resume and checkpoint is not None and Path(checkpoint).exists():
        restore(run, checkpoint, callbacks, loader)
    tell(callbacks, "on_train_begin", run)
    with _deferred_interrupt() as interrupted:
        while not run.done(epochs):
            if not run.batch:
                tell(callbacks, "on_epoch_begin", run)
            model.train()
            for x, target in _bar(_begun(loader, run), loader, run, epochs, progress):
                _step(run, x, target, loss, clip_norm, clip_value)
                if scheduler_every == "step":
                    _schedule(scheduler, run.history.steps[-1])
                tell(callbacks, "on_step_end", run)
                due = checkpoint_every is not None and run.step % checkpoint_every == 0
                if checkpoint is not None and (due or interrupted()):
                    save(run, checkpoint, callbacks, loader)
                if interrupted():
                    raise KeyboardInterrupt
                if run.stop:
                    break
            _end_epoch(run, loss, validation, metrics, scheduler if scheduler_every == "epoch" else None)
            tell(callbacks, "on_epoch_end", run)
            if checkpoint is not None:
                save(run, checkpoint, callbacks, loader)
            if interrupted():
                raise KeyboardInterrupt
    tell(callbacks, "on_train_end", run)
    return run.history


def _begun(loader: Any, run: Training) -> Iterator[Any]:
    """The batches of the epoch that are still to come; draws the order that the epoch began with."""
    if not isinstance(loader, DataLoader):
        if run.batch:
            raise TrainingError("only a DataLoader can resume in the middle of an epoch; pass one to nn.fit")
        return iter(loader)
    if not run.batch:
        run.loader_state = loader.random_state()
        return loader.batches()
    now = loader.random_state()
    loader.set_random_state(run.loader_state)
    rest = loader.batches(run.batch)
    loader.set_random_state(now)
    return rest


def _step(
    run: Training, x: Any, target: Any, loss: Callable[[Any, Any], Any], clip_norm: float | None, clip_value: float | None
) -> None:
    run.optimizer.zero_grad()
    value = loss(run.model(x), target)
    if getattr(value, "shape", None) != ():
        raise TrainingError(
            f"the loss must be one number, a Tensor of shape (), not {type(value).__name__} of shape "
            f"{getattr(value, 'shape', None)}; use reduction='mean'"
        )
    number = float(value.item())
    if not math.isfinite(number):
        raise TrainingError(
            f"the loss is {number} in epoch {run.epoch + 1}, step {run.step + 1}; lower the learning rate, clip the gradients, "
            "or look at the data for NaN"
        )
    value.backward()
    if clip_norm is not None:
        clip_grad_norm_(run.model.parameters(), clip_norm)
    if clip_value is not None:
        clip_grad_value_(run.model.parameters(), clip_value)
    run.optimizer.step()
    run.history.steps.append(number)
    run.total += number * examples(x)
    run.seen += examples(x)
    run.batch += 1
    run.step += 1


def _end_epoch(run: Training, loss: Any, validation: Any, metrics: Any, scheduler: Any) -> None:
    if not run.seen:
        raise TrainingError("there is nothing to train on: the data has no batch")
    row = {"loss": run.total / run.seen, "lr": float(run.optimizer.param_groups[0].get("lr", math.nan))}
    if validation is not None:
        row |= {f"val_{k}": v for k, v in evaluate(run.model, validation, loss, metrics).items()}
    run.history.epochs.append(row)
    run.epoch, run.batch, run.total, run.seen = run.epoch + 1, 0, 0.0, 0
    _schedule(scheduler, row.get("val_loss", row["loss"]))


def _schedule(scheduler: Any, value: float) -> None:
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(value)
    elif scheduler is not None:
        scheduler.step()


def _bar(batches: Iterator[Any], loader: Any, run: Training, epochs: int, progress: bool) -> Iterator[Any]:
    if not progress:
        yield from batches
        return
    total = len(loader) if hasattr(loader, "__len__") else None
    width = len(str(epochs))
    with require("tqdm", "train").tqdm(
        batches, f"epoch {run.epoch + 1:{width}}/{epochs}", total, initial=run.batch, unit="step", leave=run.epoch + 1 == epochs
    ) as bar:
        for batch in bar:
            yield batch
            bar.set_postfix(loss=f"{run.total / max(run.seen, 1):.4f}", refresh=False)


@contextmanager
def _deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C wait until the step is complete; a second one interrupts at once."""
    pressed: list[bool] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def remember(_signal: int, _frame: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
