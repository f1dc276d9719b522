"""Training loops: `fit` with progress, validation, callbacks, checkpoints and exact resume; `evaluate`; `History`."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import autograd_core as ac

from ._checkpoint import load_checkpoint, save_checkpoint
from ._errors import ArgumentError, TrainingError, require
from .data import DataLoader, TensorDataset
from .module import Module
from .utils.clip import clip_grad_norm_, clip_grad_value_

__all__ = ["Callback", "EarlyStopping", "History", "Training", "accuracy", "evaluate", "fit"]

Metric = Callable[[Any, Any], float]


class History:
    """What `fit` recorded: the loss of every step, and one row of numbers an epoch.

    Attributes
    ----------
    steps : list of float
        Training loss of each step.
    epochs : list of dict
        ``loss``, ``lr``, and with validation ``val_loss`` and ``val_<metric>``.
    """

    def __init__(self) -> None:
        self.steps: list[float] = []
        self.epochs: list[dict[str, float]] = []

    def __getitem__(self, name: str) -> list[float]:
        """Return one column of the epochs, such as ``history["val_loss"]``."""
        return [row[name] for row in self.epochs]

    def __repr__(self) -> str:
        return f"History({len(self.epochs)} epochs, {len(self.steps)} steps, last {self.epochs[-1] if self.epochs else {}})"

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw the loss curves with matplotlib; save them if a path is given. Returns the figure."""
        figure = require("matplotlib.figure", "train").Figure(figsize=(7, 4), layout="constrained")
        axes = figure.subplots()
        per_epoch = len(self.steps) / max(len(self.epochs), 1)
        axes.plot(np.arange(1, len(self.steps) + 1) / per_epoch, self.steps, color="#9ecae1", lw=0.8, label="each step")
        ends = np.arange(1, len(self.epochs) + 1)
        axes.plot(ends - 0.5, self["loss"], "o-", color="#08519c", ms=3, label="training, epoch mean")
        if self.epochs and "val_loss" in self.epochs[-1]:
            axes.plot(ends, self["val_loss"], "s-", color="#d94801", ms=3, label="validation")
        if self.steps and min(self.steps) > 0:
            axes.set_yscale("log")
        axes.set(xlabel="epoch", ylabel="loss", title="Loss while training")
        axes.grid(alpha=0.3, which="both")
        axes.legend()
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure


class Training:
    """The state of a running `fit`, which callbacks read and may change.

    Attributes
    ----------
    model, optimizer, scheduler
        What `fit` was given.
    history : History
    epoch, batch, step : int
        Epochs done, batches done in this one, steps done in all.
    stop : bool
        Set it to end training after the current step.
    """

    def __init__(self, model: Module, optimizer: Any, scheduler: Any) -> None:
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.history = History()
        self.epoch = self.batch = self.step = 0
        self.total, self.seen = 0.0, 0  # sum of losses and number of examples of this epoch
        self.loader_state: Any = None  # of the loader's generator when this epoch began
        self.stop = False

    def done(self, epochs: int) -> bool:
        """Whether training is over after so many epochs."""
        return self.stop or self.epoch >= epochs


class Callback:
    """Does something while training: override what is needed. `state_dict` and `load_state_dict` go into checkpoints."""

    def on_train_begin(self, training: Training) -> None:
        """Be told that training begins."""

    def on_epoch_begin(self, training: Training) -> None:
        """Be told that an epoch begins."""

    def on_step_end(self, training: Training) -> None:
        """Be told that a step is done; its loss is ``training.history.steps[-1]``."""

    def on_epoch_end(self, training: Training) -> None:
        """Be told that an epoch is done; its numbers are ``training.history.epochs[-1]``."""

    def on_train_end(self, training: Training) -> None:
        """Be told that training ended."""

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint must remember: values that JSON can hold, and dictionaries of Tensors."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""


class EarlyStopping(Callback):
    """Stop when a number has not improved for `patience` epochs; by default bring back the best parameters.

    Parameters
    ----------
    monitor : str
        A column of the history.
    patience : int
        Epochs to wait.
    min_delta : float
        What counts as an improvement.
    mode : str
        ``min`` or ``max``.
    restore_best : bool
        Load the parameters of the best epoch at the end.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        mode: str = "min",
        restore_best: bool = True,
    ) -> None:
        if mode not in ("min", "max"):
            raise ArgumentError(f"mode={mode!r} must be 'min' or 'max'")
        self.monitor, self.patience, self.min_delta, self.restore_best = monitor, patience, min_delta, restore_best
        self.sign = 1 if mode == "min" else -1
        self.best, self.waited = math.inf, 0
        self.state: dict[str, Any] | None = None

    def on_epoch_end(self, training: Training) -> None:
        """Compare with the best epoch so far."""
        row = training.history.epochs[-1]
        if self.monitor not in row:
            raise ArgumentError(f"EarlyStopping monitors {self.monitor!r}, but the epoch has only {sorted(row)}")
        value = self.sign * row[self.monitor]
        if value < self.best - self.min_delta:
            self.best, self.waited = value, 0
            if self.restore_best:
                self.state = training.model.state_dict()
        else:
            self.waited += 1
            training.stop = training.stop or self.waited >= self.patience

    def on_train_end(self, training: Training) -> None:
        """Bring back the best parameters."""
        if self.state is not None:
            training.model.load_state_dict(self.state)

    def state_dict(self) -> dict[str, Any]:
        """Return the best value, how long ago it was, and the parameters it had."""
        return {"best": self.best, "waited": self.waited, "state": self.state}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.best, self.waited, self.state = state["best"], state["waited"], state.get("state")


def accuracy(output: Any, target: Any) -> float:
    """Return the fraction of rows of `output` (N, C, ...) whose largest entry is the target class."""
    scores = output.numpy() if isinstance(output, ac.Tensor) else np.asarray(output)
    labels = target.numpy() if isinstance(target, ac.Tensor) else np.asarray(target)
    return float((scores.argmax(axis=1) == labels).mean())


def _batches(data: Any, batch_size: int = 256) -> Iterable[Any]:
    """A loader as it is; a pair of arrays as batches in order."""
    if isinstance(data, tuple) and len(data) == 2 and hasattr(data[0], "shape"):
        return DataLoader(TensorDataset(*data), batch_size)
    return data  # type: ignore[no-any-return]


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
    training = model.training
    model.eval()
    try:
        with ac.no_grad():
            for x, target in _batches(data):
                output, n = model(x), len(x)
                seen += n
                for name, measure in measures.items():
                    sums[name] += float(measure(output, target)) * n
    finally:
        model.train(training)
    if not seen:
        raise TrainingError("there is nothing to evaluate: the data has no batch")
    return {name: total / seen for name, total in sums.items()}


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
    loader = _batches(data)
    run = Training(model, optimizer, scheduler)
    if resume and checkpoint is not None and Path(checkpoint).exists():
        _restore(run, checkpoint, callbacks, loader)
    _tell(callbacks, "on_train_begin", run)
    with _deferred_interrupt() as interrupted:
        while not run.done(epochs):
            if not run.batch:
                _tell(callbacks, "on_epoch_begin", run)
            model.train()
            for x, target in _bar(_begun(loader, run), loader, run, epochs, progress):
                _step(run, x, target, loss, clip_norm, clip_value)
                if scheduler is not None and scheduler_every == "step":
                    scheduler.step()
                _tell(callbacks, "on_step_end", run)
                due = checkpoint_every is not None and run.step % checkpoint_every == 0
                if checkpoint is not None and (due or interrupted()):
                    _save(run, checkpoint, callbacks, loader)
                if interrupted():
                    raise KeyboardInterrupt
                if run.stop:
                    break
            _end_epoch(run, loss, validation, metrics, scheduler if scheduler_every == "epoch" else None)
            _tell(callbacks, "on_epoch_end", run)
            if checkpoint is not None:
                _save(run, checkpoint, callbacks, loader)
            if interrupted():
                raise KeyboardInterrupt
    _tell(callbacks, "on_train_end", run)
    return run.history


def _tell(callbacks: Sequence[Callback], event: str, run: Training) -> None:
    for callback in callbacks:
        getattr(callback, event)(run)


def _begun(loader: Any, run: Training) -> Iterator[Any]:
    """The batches of the epoch that are still to come; draws the order that the epoch began with."""
    if not isinstance(loader, DataLoader):
        if run.batch:
            raise TrainingError("only a DataLoader can resume in the middle of an epoch; pass one to nn.fit")
        return iter(loader)
    if not run.batch:
        run.loader_state = loader.rng.bit_generator.state
        return loader.batches()
    now = loader.rng.bit_generator.state
    loader.rng.bit_generator.state = run.loader_state
    rest = loader.batches(run.batch)
    loader.rng.bit_generator.state = now
    return rest


def _step(
    run: Training, x: Any, target: Any, loss: Callable[[Any, Any], Any], clip_norm: float | None, clip_value: float | None
) -> None:
    run.optimizer.zero_grad()
    value = loss(run.model(x), target)
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
    run.total += number * len(x)
    run.seen += len(x)
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
    if scheduler is not None:
        scheduler.step(row.get("val_loss", row["loss"])) if hasattr(scheduler, "patience") else scheduler.step()


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


def _save(run: Training, path: str | Path, callbacks: Sequence[Callback], loader: Any) -> None:
    states = [callback.state_dict() for callback in callbacks]
    arrays = {
        f"callback/{i}/{key}/{name}": array
        for i, state in enumerate(states)
        for key, value in state.items()
        if _is_arrays(value)
        for name, array in value.items()
    }
    about = {
        "epoch": run.epoch,
        "batch": run.batch,
        "step": run.step,
        "total": run.total,
        "seen": run.seen,
        "stop": run.stop,
        "loader_began": run.loader_state,
        "loader": loader.rng.bit_generator.state if isinstance(loader, DataLoader) else None,
        "steps": run.history.steps,
        "epochs": run.history.epochs,
        "scheduler": None if run.scheduler is None else run.scheduler.state_dict(),
        "callbacks": [{k: v for k, v in state.items() if not _is_arrays(v)} for state in states],
    }
    save_checkpoint(path, run.model, run.optimizer, about, arrays)


def _is_arrays(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(v, ac.Tensor) for v in value.values())


def _restore(run: Training, path: str | Path, callbacks: Sequence[Callback], loader: Any) -> None:
    state, arrays = load_checkpoint(path, run.model, run.optimizer)
    run.epoch, run.batch, run.step = state["epoch"], state["batch"], state["step"]
    run.total, run.seen, run.stop, run.loader_state = (
        state["total"],
        state["seen"],
        state["stop"],
        state["loader_began"],
    )
    if isinstance(loader, DataLoader):
        loader.rng.bit_generator.state = state["loader"]
    run.history.steps, run.history.epochs = state["steps"], state["epochs"]
    if run.scheduler is not None and state["scheduler"] is not None:
        run.scheduler.load_state_dict(state["scheduler"])
    if len(callbacks) != len(state["callbacks"]):
        raise ArgumentError(f"{path} was written with {len(state['callbacks'])} callbacks, not {len(callbacks)}")
    for name, array in arrays.items():
        _, i, key, rest = name.split("/", 3)
        state["callbacks"][int(i)].setdefault(key, {})[rest] = ac.asarray(array)
    for callback, saved in zip(callbacks, state["callbacks"], strict=True):
        callback.load_state_dict(saved)
