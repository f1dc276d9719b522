"""Checkpoints that do not fit, or were tampered with: a clear error, and a model that is left as it was."""

import json

import numpy as np
import pytest
import safetensors.numpy

import nn

X = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
Y = X[:, :1]


def train(path, model=None, method="Adam", callbacks=(), resume=True, epochs=2):
    model = nn.Linear(3, 1, rng=0) if model is None else model
    optimizer = getattr(nn.optim, method)(model.parameters(), 0.1)
    data = nn.data.DataLoader(nn.data.TensorDataset(X, Y), 4, rng=0)
    nn.fit(
        model,
        data,
        nn.MSELoss(),
        optimizer,
        epochs=epochs,
        checkpoint=path,
        resume=resume,
        callbacks=callbacks,
        progress=False,
    )
    return model


def tampered(path, change):
    """Write the checkpoint again after `change` to its table of training state."""
    with safetensors.safe_open(path, framework="numpy") as file:
        arrays, metadata = {k: file.get_tensor(k) for k in file.keys()}, file.metadata()  # noqa: SIM118
    about = json.loads(metadata["training"])
    change(about)
    path.write_bytes(safetensors.numpy.save(arrays, metadata | {"training": json.dumps(about)}))


@pytest.mark.parametrize("key", ["epoch", "steps", "callbacks", "optimizer", "random", "generators", "loader"])
def test_a_missing_entry_is_an_error_of_the_file(tmp_path, key):
    path = tmp_path / "run.safetensors"
    train(path)
    tampered(path, lambda about: about.pop(key))
    with pytest.raises(nn.FileError, match=f"run.safetensors: not a checkpoint of .*{key}"):
        train(path)


@pytest.mark.parametrize("value", [None, "x", [[]]])
@pytest.mark.parametrize("key", ["optimizer", "callbacks", "loader_began", "epoch"])
def test_an_entry_of_the_wrong_kind_is_an_error_of_the_file(tmp_path, key, value):
    path = tmp_path / "run.safetensors"
    train(path, epochs=1)
    tampered(path, lambda about: about.update({"batch": 1, key: value}))
    with pytest.raises((nn.FileError, nn.StateDictError), match=r"run\.safetensors"):
        train(path)


def test_a_checkpoint_of_something_else_is_named(tmp_path):
    path = tmp_path / "run.safetensors"
    train(path)
    with pytest.raises(nn.StateDictError, match="holds the state of Adam, not of SGD"):
        train(path, method="SGD")
    with pytest.raises(nn.StateDictError, match="was written with 0 callbacks, not 1"):
        train(path, callbacks=[nn.Callback()])
    other = nn.Linear(4, 1, rng=0)
    before = other.weight.numpy().copy()
    with pytest.raises(nn.StateDictError, match=r"size mismatch for weight: .* shape \(1, 3\), the module \(1, 4\)"):
        train(path, other)
    assert (other.weight.numpy() == before).all()
    nn.save(nn.Linear(3, 1), path)
    with pytest.raises(nn.FileError, match=r"not a checkpoint of nn\.fit"):
        train(path)
    path.write_bytes(b"\x00" * 40)
    with pytest.raises(nn.FileError, match="it is truncated, corrupted, or another format"):
        train(path)
