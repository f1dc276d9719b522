"""Recurrent layers and cells agree with PyTorch's: layers, directions, lengths, projections, two orders of derivatives."""

import numpy as np
import pytest
import torch

import autograd_core as ac
import nn
from tests.parity._compare import agree, layers_agree, load_from_torch

KINDS = ("RNN", "LSTM", "GRU")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_layer(kind, seed):
    rng = np.random.default_rng(seed)
    features, hidden, layers, steps, batch = rng.integers(2, 5, 5).tolist()
    options = {
        "num_layers": min(layers, 3),
        "bias": bool(rng.integers(4)),
        "batch_first": bool(rng.integers(2)),
        "bidirectional": bool(rng.integers(2)),
    }
    if kind == "LSTM" and rng.integers(2):
        options["proj_size"] = hidden - 1
    if kind == "RNN" and rng.integers(2):
        options["nonlinearity"] = "relu"
    ours = getattr(nn, kind)(features, hidden, dtype=np.float64, **options)
    theirs = getattr(torch.nn, kind)(features, hidden, **options)
    alone = seed == 7
    shape = (steps,) if alone else (batch, steps) if options["batch_first"] else (steps, batch)
    x = rng.normal(size=(*shape, features))
    if seed % 2:
        layers_agree(ours, theirs, x)
        return
    rows = options["num_layers"] * (2 if options["bidirectional"] else 1)
    sizes = [options.get("proj_size") or hidden] + ([hidden] if kind == "LSTM" else [])
    states = tuple(rng.normal(size=(rows, batch, size)) for size in sizes)
    layers_agree(Fed(ours), Fed(theirs), x, *states)


class Fed(nn.Module):
    """A recurrent layer, ours or PyTorch's, called with its states as separate operands."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, *states):
        return self.layer(x, states if len(states) > 1 else states[0])

    def state_dict(self):
        return self.layer.state_dict()

    def load_state_dict(self, state):
        return self.layer.load_state_dict(state)

    def named_parameters(self, **options):
        return self.layer.named_parameters(**options)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_packed_sequences(kind, bidirectional):
    rng = np.random.default_rng(0)
    lengths = [3, 6, 1, 4]
    ours = getattr(nn, kind)(3, 4, 2, bidirectional=bidirectional, dtype=np.float64)
    theirs = getattr(torch.nn, kind)(3, 4, 2, bidirectional=bidirectional)
    load_from_torch(ours, theirs)
    array = rng.normal(size=(6, 4, 3))
    x, z = ac.tensor(array, requires_grad=True), torch.tensor(array, requires_grad=True)
    pack = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    expected = torch.nn.utils.rnn.pack_padded_sequence(z, lengths, enforce_sorted=False)
    agree(pack.data, expected.data, "packed data")
    assert pack.batch_sizes.tolist() == expected.batch_sizes.tolist()
    y, last = ours(pack)
    w, expected_last = theirs(expected)
    out, sizes = nn.utils.rnn.pad_packed_sequence(y)
    expected_out, _ = torch.nn.utils.rnn.pad_packed_sequence(w)
    assert sizes.tolist() == lengths
    agree(out, expected_out, "outputs")
    for a, b in zip(last if kind == "LSTM" else (last,), expected_last if kind == "LSTM" else (expected_last,), strict=True):
        agree(a, b, "last states")
    (out * out).sum().backward()
    (expected_out * expected_out).sum().backward()
    agree(x.grad, z.grad, "gradient of the input")
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        agree(p.grad, q.grad, f"gradient of {name}", rtol=1e-8)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_cell(kind):
    rng = np.random.default_rng(0)
    for bias in (True, False):
        ours = getattr(nn, kind)(3, 4, bias, dtype=np.float64)
        theirs = getattr(torch.nn, kind)(3, 4, bias)
        layers_agree(ours, theirs, rng.normal(size=(5, 3)))
        layers_agree(ours, theirs, rng.normal(size=3))
        states = tuple(rng.normal(size=(5, 4)) for _ in range(2 if kind == "LSTMCell" else 1))
        layers_agree(Fed(ours), Fed(theirs), rng.normal(size=(5, 3)), *states)
