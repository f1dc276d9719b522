"""Callbacks: early stopping, and what one is told."""

import numpy as np
import pytest

import nn

X = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
Y = (X @ [1.0, -2.0, 0.5] + 0.1)[:, None].astype(np.float32)


def test_early_stopping_brings_back_the_best_parameters():
    model = nn.Linear(3, 1, rng=0)
    optimizer = nn.optim.SGD(model.parameters(), 0.9)
    rates = nn.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.1 if epoch < 5 else 1.2)  # diverges from then on
    stopping = nn.EarlyStopping(patience=3)
    history = nn.fit(
        model,
        (X, Y),
        nn.MSELoss(),
        optimizer,
        epochs=50,
        validation=(X, Y),
        scheduler=rates,
        callbacks=[stopping],
        progress=False,
    )
    assert len(history.epochs) < 50
    assert nn.evaluate(model, (X, Y), nn.MSELoss())["loss"] == pytest.approx(min(history["val_loss"]))


def test_callbacks_are_told_in_order_and_can_stop():
    told = []

    class Listener(nn.Callback):
        def on_train_begin(self, training):
            told.append("train")

        def on_epoch_begin(self, training):
            told.append(f"epoch {training.epoch}")

        def on_step_end(self, training):
            told.append(training.step)
            training.stop = training.step == 5

        def on_epoch_end(self, training):
            told.append(f"end {training.epoch}")

        def on_train_end(self, training):
            told.append("over")

    model = nn.Linear(3, 1, rng=0)
    loader = nn.data.DataLoader(nn.data.TensorDataset(X, Y), 20)
    optimizer = nn.optim.SGD(model.parameters(), 0.1)
    nn.fit(model, loader, nn.MSELoss(), optimizer, epochs=9, callbacks=[Listener()], progress=False)
    assert told == ["train", "epoch 0", 1, 2, 3, "end 1", "epoch 1", 4, 5, "end 2", "over"]


def test_early_stopping_goes_up_too():
    stopping = nn.EarlyStopping("val_accuracy", patience=2, mode="max", restore_best=False)
    model = nn.Linear(3, 2, rng=0)
    optimizer = nn.optim.SGD(model.parameters(), 1e-12)
    labels = (X[:, 0] > 0).astype(int)
    history = nn.fit(
        model,
        (X, labels),
        nn.CrossEntropyLoss(),
        optimizer,
        epochs=50,
        validation=(X, labels),
        metrics={"accuracy": nn.accuracy},
        callbacks=[stopping],
        progress=False,
    )
    assert len(history.epochs) == 3
    with pytest.raises(ValueError, match="mode='up' must be 'min' or 'max'"):
        nn.EarlyStopping(mode="up")
