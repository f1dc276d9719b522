"""The history of a run: columns, and a plot."""

import pytest

import nn


def history():
    made = nn.History()
    made.steps = [4.0, 2.0, 1.0, 0.5]
    made.epochs = [{"loss": 3.0, "lr": 0.1, "val_loss": 2.5}, {"loss": 0.75, "lr": 0.1, "val_loss": 1.0}]
    return made


def test_columns():
    assert history()["val_loss"] == [2.5, 1.0]
    assert repr(history()) == "History(2 epochs, 4 steps, last {'loss': 0.75, 'lr': 0.1, 'val_loss': 1.0})"


def test_history_draws_itself(tmp_path):
    pytest.importorskip("matplotlib")
    figure = history().plot(tmp_path / "loss.png")
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    steps, training, validation = figure.axes[0].lines
    assert list(steps.get_xdata()) == [0.5, 1.0, 1.5, 2.0]  # in epochs
    assert list(training.get_xdata()) == [0.5, 1.5]  # the mean of an epoch stands in its middle
    assert list(validation.get_xdata()) == [1, 2]


def test_a_run_without_an_epoch_draws_itself():
    pytest.importorskip("matplotlib")
    assert nn.History().plot().axes
