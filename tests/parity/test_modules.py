"""Modules, containers, hooks and functions used as a PyTorch user uses them: the same code runs on both, and gives the same."""

import copy
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import autograd_core as ac
import nn

OURS = SimpleNamespace(nn=nn, F=nn.functional, optim=nn.optim, tensor=ac.asarray)
THEIRS = SimpleNamespace(nn=torch.nn, F=torch.nn.functional, optim=torch.optim, tensor=torch.as_tensor)

RNG = np.random.default_rng(0)


def plain(value):
    """A result of either library as arrays, numbers and text."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, torch.Tensor):
        return value.detach().numpy()
    return value.numpy() if isinstance(value, ac.Tensor) else value


def same(a, b):
    if isinstance(b, dict):
        assert list(a) == list(b)
        same(list(a.values()), list(b.values()))
    elif isinstance(b, list):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y)
    elif isinstance(b, np.ndarray):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-12)
    else:
        assert a == b


def names_of_a_slice(lib):
    model = lib.nn.Sequential(*(lib.nn.Linear(2, 2) for _ in range(4)))
    listed = lib.nn.ModuleList(model.children())
    return [[name for name, _ in m.named_parameters()] for m in (model[1:3], model[-2:], listed[1:3], listed[::2])]


def surgery_on_a_sequence(lib):
    ordered = {"a": lib.nn.ReLU(), "b": lib.nn.Tanh(), "c": lib.nn.Sigmoid()}
    from collections import OrderedDict

    model = lib.nn.Sequential(OrderedDict(ordered))
    model[1] = lib.nn.GELU()
    seen = [[name for name, _ in model.named_children()], [type(m).__name__ for m in model]]
    del model[0]
    seen.append([name for name, _ in model.named_children()])
    model.append(lib.nn.Tanh())
    model.insert(0, lib.nn.Softplus())
    seen.append([type(m).__name__ for m in model])
    popped = model.pop(1)
    model.extend([lib.nn.ELU(), lib.nn.SELU()])
    return [*seen, type(popped).__name__, [(name, type(m).__name__) for name, m in model.named_children()], len(model)]


def sums_of_lists(lib):
    first, second = lib.nn.ModuleList([lib.nn.ReLU()]), lib.nn.ModuleList([lib.nn.Tanh(), lib.nn.ELU()])
    both = first + second
    first += second
    return [[type(m).__name__ for m in both], [name for name, _ in first.named_children()], len(first), type(both).__name__]


def dictionaries(lib):
    table = lib.nn.ModuleDict({"x": lib.nn.ReLU()})
    table.update({"y": lib.nn.Tanh()})
    table["x"] = lib.nn.ELU()
    popped = table.pop("y")
    seen = [list(table.keys()), "x" in table, "y" in table, len(table), type(popped).__name__]
    table.clear()
    return [*seen, list(table)]


def shared_parameters(lib):
    a, b = lib.nn.Linear(2, 2, bias=False), lib.nn.Linear(2, 2, bias=False)
    b.weight = a.weight
    model = lib.nn.Sequential(a, b, a)
    return [
        [name for name, _ in model.named_parameters("model")],
        [name for name, _ in model.named_parameters(remove_duplicate=False)],
        len(list(model.modules())),
        len(list(model.modules(remove_duplicate=False))),
        list(model.state_dict()),
        list(model.state_dict(prefix="p.")),
        len(list(model.parameters(recurse=False))),
    ]


def buffers(lib):
    module = lib.nn.Module()
    module.register_buffer("a", lib.tensor(np.zeros(2)))
    module.register_buffer("b", lib.tensor(np.ones(1)), persistent=False)
    module.register_buffer("c", None)
    module.register_parameter("p", None)
    seen = [[name for name, _ in module.named_buffers()], list(module.state_dict())]
    module.c = lib.tensor(np.arange(3.0))
    seen.append([list(module.state_dict()), module.get_buffer("c")])
    del module.a
    module.register_buffer("b", lib.tensor(np.ones(4)))
    return [*seen, list(module.state_dict()), [name for name, _ in module.named_buffers()]]


def hooks(lib):
    log = []

    class Scaled(lib.nn.Module):
        def forward(self, x, scale=1.0):
            return x * scale

    module = Scaled()
    module.register_forward_pre_hook(lambda m, args, kwargs: (args, {"scale": kwargs["scale"] + 1}), with_kwargs=True)
    module.register_forward_pre_hook(lambda m, args: log.append("second") or (args[0] + 1,))
    module.register_forward_pre_hook(lambda m, args: log.append("first"), prepend=True)
    module.register_forward_hook(lambda m, args, kwargs, y: y + kwargs["scale"], with_kwargs=True)
    handle = module.register_forward_hook(lambda m, args, y: log.append("after") or y * 2)
    x = lib.tensor(np.array([1.0, 2.0]))
    seen = [module(x, scale=2.0)]
    handle.remove()
    seen.append(module(x, scale=2.0))
    return [seen, log]


def a_hook_registered_twice(lib):
    module, calls = lib.nn.Identity(), []

    def hook(m, args, y):
        calls.append(1)

    first = module.register_forward_hook(hook)
    module.register_forward_hook(hook)
    first.remove()
    module(lib.tensor(np.ones(1)))
    return len(calls)


def assigned_state(lib):
    model = lib.nn.Linear(2, 1, bias=False)
    before = model.weight
    result = model.load_state_dict({"weight": lib.tensor(np.array([[1.0, 2.0]], np.float32))}, assign=True)
    return [
        model.weight is before,
        str(model.weight.dtype).split(".")[-1],
        model.weight,
        list(result),
        model.weight.requires_grad,
    ]


def a_conversion_after_the_optimizer(lib):
    """The optimizer goes on with the parameters it was given."""
    model = lib.nn.Linear(2, 1)
    model.load_state_dict({"weight": lib.tensor(np.array([[1.0, 2.0]])), "bias": lib.tensor(np.array([0.5]))})
    optimizer = lib.optim.SGD(model.parameters(), lr=0.1)
    model.double()
    model(lib.tensor(np.ones((3, 2)))).sum().backward()
    optimizer.step()
    return [model.state_dict(), str(model.weight.dtype).split(".")[-1]]


def copies_of_an_optimizer(lib):
    """A deep copy of a model and its optimizer together trains on, apart from the original."""
    model = lib.nn.Linear(2, 1, bias=False)
    model.load_state_dict({"weight": lib.tensor(np.array([[1.0, 2.0]]))})
    model.double()
    optimizer = lib.optim.Adam(model.parameters(), lr=0.1)

    def step(m, o):
        o.zero_grad()
        m(lib.tensor(np.ones((3, 2)))).sum().backward()
        o.step()

    step(model, optimizer)
    twin, its = copy.deepcopy((model, optimizer))
    step(twin, its)
    step(twin, its)
    third, of_third = pickle.loads(pickle.dumps((twin, its)))
    step(third, of_third)
    return [model.state_dict(), twin.state_dict(), third.state_dict()]


def frozen_parts(lib):
    model = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.Linear(2, 1))
    for i, layer in enumerate(model):
        layer.load_state_dict({k: lib.tensor(np.full(tuple(v.shape), 0.1 * (i + 1))) for k, v in layer.state_dict().items()})
    model.double()
    model[0].requires_grad_(False)
    optimizer = lib.optim.AdamW(model.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        model(lib.tensor(np.ones((3, 2)))).sum().backward()
        optimizer.step()
    return [[p.grad is None for p in model.parameters()], model.state_dict()]


def a_group_added_while_training(lib):
    a, b = (lib.nn.Parameter(lib.tensor(np.array(v))) for v in ([1.0], [2.0]))
    optimizer = lib.optim.SGD([a], lr=0.1, momentum=0.9)

    def step(*, set_to_none=True):
        optimizer.zero_grad(set_to_none=set_to_none)
        ((a * b) ** 2).sum().backward()
        optimizer.step()

    step()
    optimizer.add_param_group({"params": b, "lr": 0.01})
    step()
    step(set_to_none=False)
    saved = optimizer.state_dict()
    return [
        a,
        b,
        [g["lr"] for g in saved["param_groups"]],
        [g["params"] for g in saved["param_groups"]],
        sorted(saved["state"]),
    ]


def named_groups(lib):
    model = lib.nn.Linear(2, 1)
    optimizer = lib.optim.SGD(model.named_parameters(), lr=0.1)
    return [len(group["params"]) for group in optimizer.param_groups]


def running_statistics_as_arguments(lib):
    x = lib.tensor(np.random.default_rng(1).normal(3, 2, (6, 3, 4)))
    mean, variance = lib.tensor(np.zeros(3)), lib.tensor(np.ones(3))
    y = lib.F.batch_norm(x, mean, variance, training=True, momentum=0.3)
    z = lib.F.instance_norm(x, mean, variance, momentum=0.2)
    w = lib.F.instance_norm(x, mean, variance, use_input_stats=False)
    return [y, z, w, mean, variance, lib.F.batch_norm(x, mean, variance)]


def statistics_are_updated_in_place(lib):
    norm = lib.nn.BatchNorm1d(3).double()
    mean = norm.running_mean
    norm(lib.tensor(np.random.default_rng(1).normal(3, 2, (6, 3))))
    return [mean is norm.running_mean, mean, norm.num_batches_tracked]


def no_offset(lib):
    made = [
        lib.nn.BatchNorm1d(4, bias=False),
        lib.nn.BatchNorm2d(4, affine=False),
        lib.nn.GroupNorm(2, 4, bias=False),
        lib.nn.InstanceNorm2d(4, affine=True, bias=False),
        lib.nn.LayerNorm(4, bias=False),
    ]
    return [list(m.state_dict()) for m in made]


def softmaxes(lib):
    seen = []
    for shape in ((4,), (3, 4), (2, 3, 4), (2, 3, 2, 2)):
        x = lib.tensor(np.random.default_rng(0).normal(size=shape))
        seen += [lib.nn.Softmax()(x), lib.F.log_softmax(x, dim=0), lib.F.softmin(x, -1)]
    half = lib.tensor(np.array([[1.0, 2.0]], np.float32))
    return [*seen, str(lib.F.softmax(half, -1, dtype=np.float64 if lib is OURS else torch.float64).dtype).split(".")[-1]]


def weighted_losses(lib):
    rng = np.random.default_rng(2)
    x, t, w = (lib.tensor(rng.uniform(0.1, 1, (4, 3))) for _ in range(3))
    return [
        getattr(lib.F, name)(x, t, reduction=reduction, weight=w)
        for name in ("mse_loss", "l1_loss", "huber_loss")
        for reduction in ("mean", "sum", "none")
    ]


def shared_heads(lib):
    rng = np.random.default_rng(3)
    q, k, v = (lib.tensor(rng.normal(size=(2, heads, 5, 4))) for heads in (6, 2, 3))
    return lib.F.scaled_dot_product_attention(q, k, v, enable_gqa=True, is_causal=True)


def padded_sequences(lib):
    rnn = lib.nn.utils.rnn
    parts = [lib.tensor(np.arange(2.0 * n).reshape(n, 2)) for n in (3, 1, 2)]
    packed = rnn.pack_sequence(parts, enforce_sorted=False)
    padded, lengths = rnn.pad_packed_sequence(packed, batch_first=True, padding_value=-1.0, total_length=5)
    return [rnn.pad_sequence(parts, True, 9.0, padding_side="left"), padded, [int(n) for n in lengths]]


def norms(lib):
    p = lib.nn.Parameter(lib.tensor(np.array([3.0, 4.0])))
    p.grad = lib.tensor(np.array([3.0, -4.0]))
    return [
        *(float(lib.nn.utils.get_total_norm([p.grad], n)) for n in (1.0, 2, float("inf"))),
        float(lib.nn.utils.clip_grad_norm_(p, 1.0, foreach=False)),
        p.grad,
        lib.nn.utils.clip_grad_value_([p], 0.5, foreach=None),
        p.grad,
    ]


def unbatched_inputs(lib):
    shapes = {
        "Conv1d": (lib.nn.Conv1d(2, 3, 2), (2, 5)),
        "Conv2d": (lib.nn.Conv2d(2, 3, 2), (2, 5, 5)),
        "ConvTranspose2d": (lib.nn.ConvTranspose2d(2, 3, 2), (2, 5, 5)),
        "MaxPool2d": (lib.nn.MaxPool2d(2), (2, 5, 5)),
        "AdaptiveAvgPool2d": (lib.nn.AdaptiveAvgPool2d(2), (2, 5, 5)),
        "InstanceNorm2d": (lib.nn.InstanceNorm2d(2), (2, 5, 5)),
        "GRU": (lib.nn.GRU(2, 3), (5, 2)),
        "LSTMCell": (lib.nn.LSTMCell(2, 3), (2,)),
        "Linear": (lib.nn.Linear(2, 3), (2,)),
        "Bilinear": (lambda x: lib.nn.Bilinear(2, 2, 3)(x, x), (2,)),
        "MultiheadAttention": (lambda x: lib.nn.MultiheadAttention(2, 1)(x, x, x), (5, 2)),
        "TransformerEncoderLayer": (lib.nn.TransformerEncoderLayer(2, 1, 4), (5, 2)),
    }
    seen = []
    for name, (layer, shape) in shapes.items():
        y = layer(lib.tensor(np.ones(shape, np.float32)))
        seen.append([name, _shapes(y)])
    return seen


def empty_batches(lib):
    shapes = {
        "Linear": (lib.nn.Linear(2, 3), (0, 2)),
        "Conv2d": (lib.nn.Conv2d(2, 3, 2), (0, 2, 5, 5)),
        "ConvTranspose2d": (lib.nn.ConvTranspose2d(2, 3, 2), (0, 2, 5, 5)),
        "MaxPool2d": (lib.nn.MaxPool2d(2), (0, 2, 4, 4)),
        "AvgPool2d": (lib.nn.AvgPool2d(2), (0, 2, 4, 4)),
        "AdaptiveAvgPool2d": (lib.nn.AdaptiveAvgPool2d(2), (0, 2, 5, 5)),
        "BatchNorm2d": (lib.nn.BatchNorm2d(2).eval(), (0, 2, 5, 5)),
        "LayerNorm": (lib.nn.LayerNorm(2), (0, 2)),
        "GroupNorm": (lib.nn.GroupNorm(2, 4), (0, 4, 3)),
        "Softmax": (lib.nn.Softmax(-1), (0, 3)),
        "Flatten": (lib.nn.Flatten(), (0, 2, 3)),
        "LSTMCell": (lib.nn.LSTMCell(2, 3), (0, 2)),
        "RNN": (lib.nn.RNN(2, 3, bidirectional=True), (4, 0, 2)),
        "LSTM": (lib.nn.LSTM(2, 3, 2, batch_first=True), (0, 4, 2)),
        "LSTM, projected": (lib.nn.LSTM(2, 3, proj_size=1), (4, 0, 2)),
        "GRU": (lib.nn.GRU(2, 3, 2), (4, 0, 2)),
    }
    return [[name, _shapes(layer(lib.tensor(np.ones(shape, np.float32))))] for name, (layer, shape) in shapes.items()]


def _shapes(y):
    return [_shapes(v) for v in y] if isinstance(y, tuple) else list(y.shape)


SCENES = [
    names_of_a_slice,
    surgery_on_a_sequence,
    sums_of_lists,
    dictionaries,
    shared_parameters,
    buffers,
    hooks,
    a_hook_registered_twice,
    assigned_state,
    a_conversion_after_the_optimizer,
    copies_of_an_optimizer,
    frozen_parts,
    a_group_added_while_training,
    named_groups,
    running_statistics_as_arguments,
    statistics_are_updated_in_place,
    no_offset,
    softmaxes,
    weighted_losses,
    shared_heads,
    padded_sequences,
    norms,
    unbatched_inputs,
    empty_batches,
]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
@pytest.mark.filterwarnings("ignore:Implicit dimension choice for softmax", "ignore:Implicit dimension choice for log_softmax")
def test_the_same_code_gives_the_same(scene):
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        expected = plain(scene(THEIRS))
    finally:
        torch.set_default_dtype(default)
    same(plain(scene(OURS)), expected)
