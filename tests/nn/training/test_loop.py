"""`fit`: it learns, validates, stops early, and a run that was killed goes on bit for bit."""

import os
import signal

import numpy as np
import pytest

import nn
from nn.data import BatchSampler, DataLoader, RandomSampler, WeightedRandomSampler

X = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
Y = (X @ [1.0, -2.0, 0.5] + 0.1)[:, None].astype(np.float32)


class Lazy:
    """A sampler that draws each place when it is asked for."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return 60

    def __iter__(self):
        return (int(self.rng.integers(60)) for _ in range(60))


ORDERS = {
    "shuffled": lambda data: DataLoader(data, 8, shuffle=True, rng=3),
    "by the default generator": lambda data: DataLoader(data, 8, shuffle=True),
    "weighted": lambda data: DataLoader(data, 8, sampler=WeightedRandomSampler(np.arange(60) + 1, 60, rng=3)),
    "in batches": lambda data: DataLoader(data, batch_sampler=BatchSampler(RandomSampler(data, rng=3), 8, False)),
    "lazy": lambda data: DataLoader(data, 8, sampler=Lazy(3)),
}


def setting(order="shuffled", lr=0.05):
    """A model with dropout, an optimizer with state, a schedule and a loader in random order, all from fixed seeds."""
    nn.manual_seed(7)
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.3, rng=2), nn.Dropout(0.2), nn.Linear(8, 1))
    optimizer = nn.optim.Adam(model.parameters(), lr)
    scheduler = nn.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    return model, optimizer, scheduler, ORDERS[order](nn.data.TensorDataset(X, Y))


def run(path=None, epochs=4, stop_after=None, order="shuffled", **options):
    model, optimizer, scheduler, loader = setting(order)
    callbacks = [] if stop_after is None else [Killer(stop_after)]
    history = nn.fit(
        model,
        loader,
        nn.MSELoss(),
        optimizer,
        epochs=epochs,
        scheduler=scheduler,
        callbacks=callbacks,
        validation=(X, Y),
        checkpoint=path,
        progress=False,
        clip_norm=1.0,
        **options,
    )
    return model, history


class Killer(nn.Callback):
    def __init__(self, step):
        self.step = step

    def on_step_end(self, training):
        if training.step == self.step:
            raise RuntimeError("killed")


def test_it_learns_and_records():
    model, _, _, _ = setting()
    plain = nn.Linear(3, 1, rng=0)
    optimizer = nn.optim.Adam(plain.parameters(), 0.1)
    loader = nn.data.DataLoader(nn.data.TensorDataset(X, Y), 10, shuffle=True, rng=0)
    metrics = {"worst": lambda output, target: float(abs(output - target).max().item())}
    history = nn.fit(plain, loader, nn.MSELoss(), optimizer, epochs=60, validation=(X, Y), metrics=metrics, progress=False)
    assert history["val_loss"][-1] < 1e-4 < history["val_loss"][0]
    assert len(history.steps) == 360
    assert set(history.epochs[0]) == {"loss", "lr", "val_loss", "val_worst"}
    np.testing.assert_allclose(plain.weight.numpy(), [[1.0, -2.0, 0.5]], atol=0.01)
    assert model.training


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("killed_at", [3, 8, 13, 16, 24])
def test_a_killed_run_resumes_bit_for_bit(tmp_path, killed_at, order):
    """8 steps an epoch and a checkpoint every 3 steps: kills fall inside epochs, at their ends, and on checkpoints."""
    whole, expected = run(order=order)
    path = tmp_path / "run.safetensors"
    with pytest.raises(RuntimeError, match="killed"):
        run(path, stop_after=killed_at, checkpoint_every=3, order=order)
    nn.manual_seed(99)  # another process starts elsewhere
    model, optimizer, scheduler, loader = setting(order)
    callbacks = [Killer(-1)] if path.exists() else []
    history = nn.fit(
        model,
        loader,
        nn.MSELoss(),
        optimizer,
        epochs=4,
        scheduler=scheduler,
        callbacks=callbacks,
        validation=(X, Y),
        checkpoint=path,
        resume=True,
        progress=False,
        clip_norm=1.0,
    )
    assert history.steps == expected.steps
    assert history.epochs == expected.epochs
    for name, value in whole.state_dict().items():
        assert (model.state_dict()[name].numpy() == value.numpy()).all(), name


def test_interrupting_leaves_a_loadable_checkpoint_and_finishes_the_step(tmp_path):
    class Interrupter(nn.Callback):
        def on_step_end(self, training):
            if training.step == 5:
                os.kill(os.getpid(), signal.SIGINT)

    model, optimizer, scheduler, loader = setting()
    path = tmp_path / "run.safetensors"
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        nn.fit(
            model,
            loader,
            nn.MSELoss(),
            optimizer,
            epochs=4,
            scheduler=scheduler,
            callbacks=[Interrupter()],
            validation=(X, Y),
            checkpoint=path,
            progress=False,
            clip_norm=1.0,
        )
    assert signal.getsignal(signal.SIGINT) is before
    whole, _ = run()
    model, optimizer, scheduler, loader = setting()
    history = nn.fit(
        model,
        loader,
        nn.MSELoss(),
        optimizer,
        epochs=4,
        scheduler=scheduler,
        callbacks=[nn.Callback()],
        validation=(X, Y),
        checkpoint=path,
        resume=True,
        progress=False,
        clip_norm=1.0,
    )
    assert len(history.steps) == 32
    assert (model[0].weight.numpy() == whole[0].weight.numpy()).all()


def test_plateau_schedule_gets_the_validation_loss():
    model = nn.Linear(3, 1, rng=0)
    optimizer = nn.optim.SGD(model.parameters(), 1e-9)
    rates = nn.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.5, eps=0)
    history = nn.fit(model, (X, Y), nn.MSELoss(), optimizer, epochs=4, validation=(X, Y), scheduler=rates, progress=False)
    assert history["lr"] == [1e-9, 1e-9, 5e-10, 2.5e-10]
    nn.fit(model, (X, Y), nn.MSELoss(), optimizer, epochs=3, scheduler=rates, scheduler_every="step", progress=False)
    assert optimizer.param_groups[0]["lr"] < 2.5e-10


def test_bad_training_is_named():
    model = nn.Linear(3, 1, rng=0)
    optimizer = nn.optim.SGD(model.parameters(), 1e-3)
    with pytest.raises(nn.TrainingError, match="the loss is nan in epoch 1, step 1; lower the learning rate"):
        nn.fit(model, (X * np.nan, Y), nn.MSELoss(), optimizer, progress=False)
    with pytest.raises(nn.TrainingError, match=r"the loss must be one number, .* not Tensor of shape \(60, 1\)"):
        nn.fit(model, [(X, Y)], nn.MSELoss(reduction="none"), optimizer, progress=False)
    with pytest.raises(ValueError, match="epochs=-1 must be non-negative"):
        nn.fit(model, (X, Y), nn.MSELoss(), optimizer, epochs=-1, progress=False)
    with pytest.raises(nn.TrainingError, match="there is nothing to train on: the data has no batch"):
        nn.fit(model, [], nn.MSELoss(), optimizer, progress=False)
    with pytest.raises(nn.TrainingError, match="there is nothing to evaluate"):
        nn.evaluate(model, [], nn.MSELoss())
    with pytest.raises(ValueError, match=r"metrics=\['accuracy'\] are computed on validation data"):
        nn.fit(model, (X, Y), nn.MSELoss(), optimizer, metrics={"accuracy": nn.accuracy}, progress=False)
    with pytest.raises(ValueError, match="resume=True and checkpoint_every=None need checkpoint="):
        nn.fit(model, (X, Y), nn.MSELoss(), optimizer, resume=True, progress=False)
    with pytest.raises(ValueError, match="checkpoint_every=0 must be positive"):
        nn.fit(model, (X, Y), nn.MSELoss(), optimizer, checkpoint="x", checkpoint_every=0, progress=False)
    with pytest.raises(ValueError, match="EarlyStopping monitors 'val_loss', but the epoch has only"):
        nn.fit(model, (X, Y), nn.MSELoss(), optimizer, callbacks=[nn.EarlyStopping()], progress=False)


def test_progress_bar_shows_the_loss(capsys):
    pytest.importorskip("tqdm")
    model = nn.Linear(3, 1, rng=0)
    nn.fit(model, (X, Y), nn.MSELoss(), nn.optim.SGD(model.parameters(), 0.1), epochs=2)
    assert "epoch 2/2" in capsys.readouterr().err
