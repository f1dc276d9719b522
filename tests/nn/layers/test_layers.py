"""Layers without PyTorch: derivatives against central differences, bad arguments, and what training mode changes."""

import numpy as np
import pytest

import autograd_core as ac
import nn
from nn.examples._common import check_parameters

RNG = np.random.default_rng(0)
LAYERS = {
    "linear": (lambda: nn.Linear(3, 2), (4, 3)),
    "bilinear": (lambda: Twice(nn.Bilinear(3, 3, 2)), (4, 3)),
    "conv1d": (lambda: nn.Conv1d(2, 3, 3, stride=2, padding=1), (2, 2, 7)),
    "conv2d": (lambda: nn.Conv2d(2, 4, 3, groups=2, dilation=2, padding_mode="reflect", padding=2), (2, 2, 6, 5)),
    "conv3d": (lambda: nn.Conv3d(1, 2, 2), (1, 1, 3, 4, 3)),
    "transposed": (lambda: nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1, output_padding=1), (1, 2, 3, 4)),
    "batchnorm": (lambda: nn.BatchNorm1d(3), (6, 3)),
    "batchnorm2d": (lambda: nn.BatchNorm2d(2), (3, 2, 3, 3)),
    "layernorm": (lambda: nn.LayerNorm(5), (3, 5)),
    "groupnorm": (lambda: nn.GroupNorm(2, 4), (2, 4, 3)),
    "rmsnorm": (lambda: nn.RMSNorm(5), (3, 5)),
    "prelu": (lambda: nn.PReLU(3), (2, 3, 4)),
    "rnn": (lambda: First(nn.RNN(2, 3, 2, bidirectional=True)), (4, 2, 2)),
    "lstm": (lambda: First(nn.LSTM(2, 3, proj_size=2)), (4, 2, 2)),
    "gru": (lambda: First(nn.GRU(2, 3, batch_first=True)), (2, 4, 2)),
    "transformer": (lambda: nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0), (3, 2, 4)),
}


class First(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]


class OverTime(First):
    def forward(self, x):
        return self.layer(x[:, 0])[0]


class Twice(First):
    def forward(self, x):
        return self.layer(x, x * 2)


@pytest.mark.parametrize("name", LAYERS)
def test_derivatives_by_parameters(name):
    nn.manual_seed(3)
    make, shape = LAYERS[name]
    layer, x = make(), RNG.normal(size=shape)
    count = min(10, sum(p.size for p in layer.parameters()))
    weight = RNG.normal(size=layer(x.astype(np.float32)).shape)
    assert check_parameters(lambda m: (weight * ac.sin(m(x))).mean(), layer, count=count) < 1e-6


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Conv2d(2, 4, 3),
        lambda: nn.Conv2d(2, 4, 3, groups=2, padding=1),
        lambda: nn.Conv2d(2, 4, 3, padding=1, padding_mode="reflect"),
        lambda: nn.ConvTranspose2d(2, 4, 3, groups=2),
        lambda: nn.MaxPool2d(2),
        lambda: First(nn.MaxPool2d(2, return_indices=True)),
        lambda: nn.AvgPool2d(2, padding=1),
        lambda: nn.AdaptiveAvgPool2d(2),
        lambda: nn.BatchNorm2d(2).eval(),
        lambda: nn.GroupNorm(1, 2),
        lambda: nn.Linear(6, 3),
        lambda: OverTime(nn.RNN(6, 3, 2, batch_first=True, bidirectional=True)),
        lambda: OverTime(nn.LSTM(6, 3, 2, batch_first=True, bidirectional=True)),
        lambda: OverTime(nn.LSTM(6, 3, batch_first=True, proj_size=2)),
        lambda: OverTime(nn.GRU(6, 3, 2, batch_first=True)),
    ],
)
def test_an_empty_batch_goes_through_and_back(make):
    layer, x = make(), ac.tensor(np.zeros((0, 2, 6, 6), np.float32), requires_grad=True)
    y = layer(x)
    assert y.shape[0] == 0
    y.sum().backward()
    assert x.grad.shape == x.shape
    assert all((p.grad.numpy() == 0).all() for p in layer.parameters())


def test_dtype_is_kept():
    for make, shape in LAYERS.values():
        x = RNG.normal(size=shape).astype(np.float32)
        layer = make()
        y = layer(x)
        y.sum().backward()
        assert y.dtype == np.float32
        assert {p.grad.dtype for p in layer.parameters()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: nn.Conv2d(3, 4, 3, groups=2), "Conv2d: groups=2 must divide in_channels=3 and out_channels=4"),
        (
            lambda: nn.Conv2d(1, 1, 3, padding_mode="mirror"),
            "Conv2d: padding_mode='mirror' must be one of 'zeros', 'reflect', 'replicate', 'circular'",
        ),
        (lambda: nn.Conv2d(1, 1, 0), r"kernel_size=0 must be 2 integer\(s\) of at least 1"),
        (lambda: nn.Conv2d(1, 1, 3, stride=2, padding="same"), "padding='same' needs stride 1, not"),
        (lambda: nn.Conv1d(1, 1, 3, padding="full"), "padding='full' must be integers, 'valid' or 'same'"),
        (
            lambda: nn.ConvTranspose2d(1, 1, 3, output_padding=1)(np.zeros((1, 1, 4, 4), np.float32)),
            "output_padding=.* must be smaller than stride or dilation",
        ),
        (lambda: nn.Linear(-1, 2), "feature counts must not be negative"),
        (lambda: nn.Dropout(1.5), r"dropout probability p=1.5 must lie in \[0, 1\]"),
        (lambda: nn.Hardtanh(1.0, -1.0)(np.zeros(1)), "hardtanh: min_val=1.0 must not exceed max_val=-1.0"),
        (lambda: nn.functional.embedding([0], np.zeros((3, 2)), padding_idx=5), "padding_idx=5 must be a row of 3"),
        (lambda: nn.functional.one_hot(np.zeros(0, int)), r"one_hot of shape \(0,\): without elements"),
        (lambda: nn.Embedding(3, 2, padding_idx=3), "padding_idx=3 must be a row of 3"),
        (lambda: nn.RNN(0, 2), "must be positive"),
        (lambda: nn.RNN(1, 2, nonlinearity="sin"), "RNN: nonlinearity='sin' must be 'tanh' or 'relu'"),
        (lambda: nn.LSTM(1, 2, proj_size=2), "proj_size=2 must be smaller than hidden_size=2"),
        (lambda: nn.MultiheadAttention(5, 2), "num_heads=2 must divide embed_dim=5"),
        (lambda: nn.TransformerEncoderLayer(4, 2, activation="sin"), "activation='sin' must be 'relu', 'gelu' or a function"),
        (lambda: nn.GELU("fast")(np.zeros(1)), "approximate='fast' must be 'none' or 'tanh'"),
        (lambda: nn.Conv2d(1, 1, 2.5), r"kernel_size=2.5 must be 2 integer\(s\) of at least 1"),
        (lambda: nn.MaxPool2d(2.5)(np.zeros((1, 1, 4, 4))), "kernel_size=2.5 must be one integer or 2"),
        (lambda: nn.MaxPool2d(2, stride=0)(np.zeros((1, 1, 4, 4))), r"MaxPool2d: max_pool: stride=\(0, 0\) must be 2 integer"),
        (lambda: nn.AdaptiveAvgPool2d((1, 2, 3))(np.zeros((1, 1, 4, 4))), r"output_size=\(1, 2, 3\) must be one length or 2"),
        (lambda: nn.AvgPool2d(2, divisor_override=0)(np.zeros((1, 1, 4, 4))), "divisor_override=0 divides by zero"),
        (
            lambda: nn.functional.scaled_dot_product_attention(*np.zeros((3, 2, 3, 4)), np.ones((2, 4), bool)),
            r"attn_mask of shape \(2, 4\) does not broadcast to scores of shape \(2, 3, 3\)",
        ),
        (lambda: nn.functional.batch_norm(np.zeros((2, 3))), "batch_norm needs running_mean and running_var, or training=True"),
        (lambda: nn.MaxPool2d(2, padding=2)(np.zeros((1, 1, 4, 4))), "must be at most half of the kernel"),
    ],
)
def test_bad_arguments_are_named(make, text):
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (nn.Conv2d(3, 4, 3), (1, 2, 8, 8), r"Conv2d: conv2d expects 3 channels, .* but the input has shape \(1, 2, 8, 8\)"),
        (nn.Conv2d(3, 4, 3), (2, 8), r"Conv2d: conv2d takes \(N, C, H, W\) or \(C, H, W\), not an input of shape \(2, 8\)"),
        (nn.BatchNorm2d(3), (2, 4, 5, 5), r"BatchNorm2d expects 3 channels, but the input has shape \(2, 4, 5, 5\)"),
        (nn.BatchNorm2d(3), (2, 3), r"BatchNorm2d takes \(N, C, H, W\), not an input of shape \(2, 3\)"),
        (nn.BatchNorm1d(3), (1, 3), r"needs more than one value a channel when training, not an input of shape \(1, 3\)"),
        (nn.LayerNorm(4), (2, 3), r"layer_norm expects last axes of lengths \(4,\), but the input has shape \(2, 3\)"),
        (nn.LSTM(3, 4), (5, 2, 2), r"LSTM expects 3 features at one step or more, but the input has shape \(5, 2, 2\)"),
        (nn.LSTM(3, 4), (0, 2, 3), r"LSTM expects 3 features at one step or more, but the input has shape \(0, 2, 3\)"),
        (nn.GRUCell(3, 4), (5, 2), r"GRUCell expects 3 features, but the input has shape \(5, 2\)"),
        (
            nn.Sequential(nn.Conv2d(1, 2, 5)),
            (1, 1, 3, 3),
            r"^0 \(Conv2d\): .* no window of kernel \(5, 5\).* spatial shape \(3, 3\)",
        ),
        (nn.Flatten(), (3,), r"flatten: axis 1 of an input of shape \(3,\), which has 1"),
        (nn.Flatten(2, 1), (2, 3, 4), r"flatten: start_dim=2 comes after end_dim=1 in shape \(2, 3, 4\)"),
        (nn.Unflatten(2, (1, 1)), (2, 3), r"unflatten: axis 2 of an input of shape \(2, 3\), which has 2"),
        (nn.GroupNorm(2, 4), (2, 6, 3), r"group_norm expects 4 channels, but the input has shape \(2, 6, 3\)"),
        (nn.InstanceNorm2d(2), (1, 2, 1, 1), r"InstanceNorm2d needs more than one pixel, not an input of shape \(1, 2, 1, 1\)"),
        (nn.ConvTranspose1d(2, 1, 2), (1, 3, 4), r"expects 2 channels, for a weight of shape \(2, 1, 2\)"),
    ],
)
def test_bad_shapes_are_named(layer, shape, text):
    with pytest.raises(ac.ShapeError, match=text):
        layer(np.zeros(shape, np.float32))


def test_embedding_index_out_of_range():
    with pytest.raises(IndexError, match="Embedding: embedding index 5 is out of range for a table of 5 rows"):
        nn.Embedding(5, 2)([0, 5])
    with pytest.raises(ac.DtypeError, match="embedding takes integer indices, not float64"):
        nn.Embedding(5, 2)([0.5])


def test_dropout():
    layer, x = nn.Dropout(0.25, rng=0), np.ones((100, 100))
    y = layer(x).numpy()
    assert set(np.unique(y)) == {0.0, 1 / 0.75}
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert layer.eval()(x).numpy() is not None
    assert (layer(x).numpy() == 1).all()
    channels = nn.Dropout2d(0.5, rng=0)(np.ones((4, 8, 3, 3))).numpy()
    assert {float(np.ptp(c)) for c in channels.reshape(32, 9)} == {0.0}
    assert (nn.Dropout(1.0)(x).numpy() == 0).all()


def test_running_statistics_follow_training_and_not_grad_mode():
    layer, x = nn.BatchNorm1d(2), np.random.default_rng(0).normal(3, 1, (8, 2)).astype(np.float32)
    with ac.no_grad():
        layer(x)
    moved = layer.running_mean.numpy()
    assert (moved != 0).all()
    assert layer.num_batches_tracked.item() == 1
    assert not layer.running_mean.requires_grad
    layer.eval()(ac.tensor(x, requires_grad=True)).sum().backward()
    assert (layer.running_mean.numpy() == moved).all()


def test_recurrent_dropout_only_between_layers_and_only_while_training():
    x = RNG.normal(size=(5, 3, 2)).astype(np.float32)
    layer = nn.GRU(2, 4, 2, dropout=0.5, rng=0)
    assert (layer(x)[0].numpy() != layer(x)[0].numpy()).any()
    layer.eval()
    assert (layer(x)[0].numpy() == layer(x)[0].numpy()).all()


def test_padding_beyond_the_end_of_a_sequence_changes_nothing():
    x, lengths = RNG.normal(size=(6, 3, 2)).astype(np.float32), [6, 2, 4]
    layer = nn.LSTM(2, 3, bidirectional=True, rng=0)
    pack = nn.utils.rnn.pack_padded_sequence
    y, _ = nn.utils.rnn.pad_packed_sequence(layer(pack(x, lengths, enforce_sorted=False))[0])
    for i, n in enumerate(lengths):
        np.testing.assert_allclose(y.numpy()[:n, i], layer(x[:n, i])[0].numpy(), rtol=1e-5, atol=1e-7)
        assert (y.numpy()[n:, i] == 0).all()


def test_packing_no_sequence_is_refused():
    with pytest.raises(ac.ShapeError, match=r"no sequence to pack in an input of shape \(3, 0, 2\); pass one with a batch"):
        nn.utils.rnn.pack_padded_sequence(np.zeros((3, 0, 2)), [])


def test_truncated_backpropagation_stops_at_the_cut():
    layer, x = nn.RNN(1, 3, rng=0), ac.tensor(np.ones((8, 1, 1), np.float32), requires_grad=True)
    _, state = layer(x[:4])
    layer(x[4:], nn.utils.rnn.detach(state))[0].sum().backward()
    assert (x.grad.numpy()[:4] == 0).all()
    assert (x.grad.numpy()[4:] != 0).all()


def test_layers_of_an_encoder_do_not_drop_the_same_elements():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, dropout=0.5, rng=0), 2)
    assert encoder.layers[0].dropout.rng is encoder.layers[1].dropout.rng
    assert (encoder.layers[0].linear1.weight.numpy() == encoder.layers[1].linear1.weight.numpy()).all()


def test_checkpointed_dropout_drops_the_same_elements_again():
    x = ac.tensor(np.ones(1000), requires_grad=True)
    layer = nn.Dropout(0.5)
    y = ac.checkpoint(lambda t: layer(t * 2))(x)
    y.sum().backward()
    assert (x.grad.numpy() == y.numpy()).all()


@pytest.mark.parametrize(
    ("layer", "shapes"),
    [
        (nn.GRU(3, 4), [(1, 2, 5)]),
        (nn.LSTM(3, 4), [(1, 2, 4), (1, 1, 4)]),
        (nn.GRUCell(3, 4), [(2, 5)]),
        (nn.LSTMCell(3, 4), [(2, 4)]),
    ],
)
def test_initial_states_that_do_not_fit_are_named(layer, shapes):
    x = np.zeros((2, 3) if "Cell" in type(layer).__name__ else (5, 2, 3), np.float32)
    states = [np.zeros(shape, np.float32) for shape in shapes]
    with pytest.raises(ac.ShapeError, match=f"{type(layer).__name__} expects initial states of shapes"):
        layer(x, tuple(states) if "LSTM" in type(layer).__name__ else states[0])
    fit = [s[..., :4].astype(float) for s in (states * 2)[:2]]
    with pytest.raises(ac.DtypeError, match="has parameters of dtype float32 but was given float64"):
        layer(x, tuple(fit) if "LSTM" in type(layer).__name__ else fit[0])


def test_another_error_says_in_its_note_which_module_it_came_from():
    class Broken(nn.Module):
        def forward(self, x):
            return {}[x]

    with pytest.raises(KeyError) as caught:
        nn.Sequential(nn.Sequential(Broken()))(3)
    assert caught.value.args == (3,)
    assert caught.value.__notes__ == ["in module 0.0 (Broken)"]


@pytest.mark.parametrize("name", ["attn_mask", "key_padding_mask"])
def test_a_mask_of_integers_is_refused(name):
    x, mask = np.zeros((3, 3, 4), np.float32), np.ones((3, 3), int)
    with pytest.raises(ac.DtypeError, match=f"{name} must be boolean, or floating numbers to add, not int64"):
        nn.MultiheadAttention(4, 2)(x, x, x, **{name: mask})
    with pytest.raises(ac.DtypeError, match="attn_mask must be boolean"):
        nn.functional.scaled_dot_product_attention(x, x, x, mask)


def test_flattening_a_number_gives_it_an_axis():
    assert nn.Flatten(0)(np.float32(1)).shape == (1,)
