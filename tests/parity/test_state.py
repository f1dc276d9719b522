"""A model's parameters move from PyTorch to here and back through safetensors files, written and read by either side."""

import numpy as np
import pytest
import safetensors.torch
import torch

import autograd_core as ac
import nn


class Sequence:
    """A recurrent layer or an encoder, and a linear layer on its last output; made from either library's `Module`."""

    @staticmethod
    def of(library, layer):
        class Model(library.Module):
            def __init__(self):
                super().__init__()
                self.layer = layer
                self.last = library.Linear(8, 10)

            def forward(self, x):
                y = self.layer(x)
                return self.last((y[0] if isinstance(y, tuple) else y)[:, -1])

        return Model()


def convolutional(library):
    return library.Sequential(
        library.Conv2d(1, 4, 3, padding=1),
        library.BatchNorm2d(4),
        library.ReLU(),
        library.MaxPool2d(2),
        library.Flatten(),
        library.Linear(64, 10),
    )


def recurrent(library):
    return Sequence.of(library, library.LSTM(6, 4, 2, batch_first=True, bidirectional=True))


def transformer(library):
    layer = library.TransformerEncoderLayer(8, 2, 16, 0.0, activation="gelu", batch_first=True)
    return Sequence.of(library, library.TransformerEncoder(layer, 2, library.LayerNorm(8)))


MODELS = {"CNN": (convolutional, (6, 1, 8, 8)), "LSTM": (recurrent, (6, 5, 6)), "transformer": (transformer, (6, 5, 8))}


def models(library, name="CNN"):
    """The same model, of single precision, built from either library."""
    return MODELS[name][0](library).to(torch.float32 if library is torch.nn else np.float32)


def outputs_and_gradients(model, loss, x, y):
    output = model(x)
    loss(output, y).backward()
    return output.detach().numpy(), {name: p.grad.numpy() for name, p in model.named_parameters()}


@pytest.mark.filterwarnings("ignore:enable_nested_tensor:UserWarning")
@pytest.mark.parametrize("direction", ["from PyTorch", "to PyTorch"])
@pytest.mark.parametrize("name", MODELS)
def test_a_file_gives_the_same_outputs_and_gradients(tmp_path, name, direction):
    ours, theirs = models(nn, name), models(torch.nn, name)
    path = tmp_path / "model.safetensors"
    if direction == "from PyTorch":
        safetensors.torch.save_file(theirs.state_dict(), path)
        assert nn.load(path, ours) == ([], [])
    else:
        nn.save(ours, path)
        theirs.load_state_dict(safetensors.torch.load_file(path))
    for a, b in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert (a.numpy() == b.numpy()).all()
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=MODELS[name][1]).astype(np.float32), rng.integers(0, 10, 6)
    value, gradients = outputs_and_gradients(ours, nn.CrossEntropyLoss(), ac.asarray(x), y)
    expected, references = outputs_and_gradients(theirs, torch.nn.CrossEntropyLoss(), torch.from_numpy(x), torch.from_numpy(y))
    np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-6)
    assert list(gradients) == list(references)
    for key, g in gradients.items():
        np.testing.assert_allclose(g, references[key], rtol=1e-4, atol=1e-6, err_msg=key)


def test_a_training_run_goes_on_in_the_other_library(tmp_path):
    """Ten steps of Adam there after ten steps here end where twenty steps here do."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 1, 8, 8)).astype(np.float32), rng.integers(0, 10, 16)
    ours, theirs = models(nn), models(torch.nn)
    optimizer, reference = nn.optim.SGD(ours.parameters(), 0.05), torch.optim.SGD(theirs.parameters(), 0.05)

    def advance(model, o, loss, x, y, n):
        for _ in range(n):
            o.zero_grad()
            loss(model(x), y).backward()
            o.step()

    advance(ours, optimizer, nn.CrossEntropyLoss(), ac.asarray(x), y, 5)
    nn.save(ours, tmp_path / "half.safetensors")
    theirs.load_state_dict(safetensors.torch.load_file(tmp_path / "half.safetensors"))
    advance(theirs, reference, torch.nn.CrossEntropyLoss(), torch.from_numpy(x), torch.from_numpy(y), 5)
    advance(ours, optimizer, nn.CrossEntropyLoss(), ac.asarray(x), y, 5)
    for (name, a), b in zip(ours.state_dict().items(), theirs.state_dict().values(), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-3, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("LSTM", (3, 4, 2, True, True, 0.0, True)),
        ("MultiheadAttention", (8, 2)),
        ("TransformerEncoderLayer", (8, 2, 16)),
        ("Embedding", (5, 3)),
        ("GRU", (3, 4)),
        ("GroupNorm", (2, 4)),
        ("ConvTranspose2d", (2, 4, 3)),
        ("PReLU", (3,)),
    ],
)
def test_names_and_shapes_are_the_same_both_ways(tmp_path, name, arguments):
    ours, theirs = getattr(nn, name)(*arguments), getattr(torch.nn, name)(*arguments)
    nn.save(ours, tmp_path / "a")
    assert theirs.load_state_dict(safetensors.torch.load_file(tmp_path / "a")).missing_keys == []
    safetensors.torch.save_file(theirs.state_dict(), tmp_path / "b")
    assert nn.load(tmp_path / "b", ours) == ([], [])
