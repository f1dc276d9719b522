"""Modules: how they find their parameters, name them, and carry state."""

import copy
import pickle

import numpy as np
import pytest

import autograd_core as ac
import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(3, 4, rng=0), nn.Tanh())
        self.head = nn.Linear(4, 1, rng=1)
        self.register_buffer("scale", ac.tensor(2.0, dtype=np.float32))

    def forward(self, x):
        return self.head(self.features(x)) * self.scale


X = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
NAMES = ["features.0.weight", "features.0.bias", "head.weight", "head.bias"]


def test_parameters_are_found_and_named_by_their_path():
    model = Model()
    assert [name for name, _ in model.named_parameters()] == NAMES
    assert [p.name for p in model.parameters()] == NAMES
    assert [name for name, _ in model.named_modules()] == ["", "features", "features.0", "features.1", "head"]
    assert [name for name, _ in model.named_buffers()] == ["scale"]
    assert list(model.state_dict()) == ["scale", *NAMES]
    assert model.get_submodule("features.0") is model.features[0]


def test_a_shared_parameter_comes_once_but_is_saved_twice():
    model = nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)})
    model["b"].weight = model["a"].weight
    assert len(list(model.parameters())) == 3
    assert len(model.state_dict()) == 4


def test_the_module_path_is_on_what_is_recorded():
    y = Model()(X)
    assert {node.module for node in ac.trace(y).nodes} >= {"features.0", "head"}


def test_state_moves_between_models_and_is_a_snapshot():
    model, other = Model(), Model()
    state = model.state_dict()
    with ac.writable(model.head.bias) as array:
        array += 1
    assert (state["head.bias"].numpy() != model.head.bias.numpy()).all()
    assert other.load_state_dict(state) == ([], [])
    assert (other.head.bias.numpy() == state["head.bias"].numpy()).all()


def test_state_that_does_not_fit_changes_nothing_and_says_what_differs():
    model = Model()
    before = model.state_dict()
    bad = {**before, "head.weight": np.zeros((2, 4)), "extra": np.zeros(1), "head.bias": np.full(1, 7.0)}
    del bad["scale"]
    with pytest.raises(nn.StateDictError) as error:
        model.load_state_dict(bad)
    assert str(error.value).split("\n\t") == [
        "Error(s) in loading state_dict for Model:",
        'Unexpected key(s) in state_dict: "extra".',
        'Missing key(s) in state_dict: "scale".',
        "size mismatch for head.weight: the state_dict has shape (2, 4), the module (1, 4).",
    ]
    assert all((model.state_dict()[name].numpy() == value.numpy()).all() for name, value in before.items())
    del bad["head.weight"]
    assert model.load_state_dict(bad, strict=False) == (["scale", "head.weight"], ["extra"])
    assert model.head.bias.tolist() == [7.0]


def test_loading_keeps_the_optimizers_parameters():
    model = Model()
    parameters = list(model.parameters())
    model.load_state_dict(Model().state_dict())
    assert all(a is b for a, b in zip(parameters, model.parameters(), strict=True))


def test_buffers_take_only_tensors_without_history():
    model = Model()
    with pytest.raises(TypeError, match=r"buffer scale was given a Tensor of shape \(\) with history.*assign t.detach\(\)"):
        model.scale = model.scale * ac.tensor(2.0, requires_grad=True)
    with pytest.raises(TypeError, match="buffer scale takes a Tensor or None, not float"):
        model.scale = 3.0


def test_a_parameter_is_not_replaced_by_accident():
    with pytest.raises(ValueError, match=r"head.bias is a Parameter and cannot become a ndarray; assign nn.Parameter"):
        Model().head.bias = np.zeros(1)
    with pytest.raises(ValueError, match="head is a Module and cannot become a ufunc; assign a module, or delete it first"):
        Model().head = np.tanh


def test_modes_freezing_and_conversion():
    model = Model()
    model.eval()
    assert not any(m.training for m in model.modules())
    assert model.train().features[1].training
    model.requires_grad_(False)
    assert not model(X).requires_grad
    model.requires_grad_(True)
    model.double()
    assert {p.dtype for p in model.parameters()} == {np.dtype(float)}
    assert [p.name for p in model.parameters()] == NAMES
    assert model(X.astype(float)).dtype == float


def test_zero_grad():
    model = Model()
    model(X).sum().backward()
    model.zero_grad(set_to_none=False)
    assert model.head.bias.grad.tolist() == [0.0]
    model.zero_grad()
    assert model.head.bias.grad is None


def test_hooks_see_and_replace():
    layer, seen = nn.Linear(3, 4), []
    first = layer.register_forward_pre_hook(lambda module, args: (args[0] * 0,))
    second = layer.register_forward_hook(lambda module, args, output: seen.append(args[0].sum()))
    assert (layer(X).numpy() == layer.bias.numpy()).all()
    assert seen == [0.0]
    first.remove()
    second.remove()
    layer(X)
    assert len(seen) == 1


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), lambda m: m.copy()])
def test_copies_are_independent(duplicate):
    model = Model()
    other = duplicate(model)
    assert (other(X).numpy() == model(X).numpy()).all()
    with ac.writable(other.head.bias) as array:
        array += 1
    assert (other(X).numpy() != model(X).numpy()).all()
    assert [p.name for p in other.parameters()] == NAMES


def test_containers():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    model.append(nn.Linear(3, 1))
    model.insert(1, nn.Identity())
    assert [type(m).__name__ for m in model] == ["Linear", "Identity", "ReLU", "Linear"]
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "3.weight", "3.bias"]
    assert model[3].weight.name == "3.weight"
    del model[1]
    assert len(model) == 3
    assert model[-1] is model[2]
    model[1] = nn.Tanh()
    assert isinstance(model[:2][1], nn.Tanh)
    named = nn.ModuleDict({"x": nn.Linear(1, 1)})
    named["y"] = nn.ReLU()
    assert named.keys() == ["x", "y"]
    assert "y" in named
    assert len(named) == 2
    del named["y"]
    assert list(named) == ["x"]
    assert len(list(nn.ParameterList([np.ones(2), nn.Parameter([1.0])]).parameters())) == 2


def test_repr_is_a_tree():
    assert repr(nn.Sequential(nn.Linear(2, 3), nn.ReLU())) == (
        "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n  (1): ReLU()\n)"
    )


def test_errors_name_the_module_and_both_shapes():
    with pytest.raises(ac.ShapeError) as error:
        Model()(X[:, :2])
    assert str(error.value) == (
        "features.0 (Linear): linear expects 3 features on the last axis, for a weight of shape (4, 3), "
        "but the input has shape (5, 2)"
    )
    with pytest.raises(
        ac.DtypeError, match=r"features.0 \(Linear\): linear has parameters of dtype float32 but was given float64"
    ):
        Model()(X.astype(float))


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match=r"Module has no forward\(\); write one"):
        nn.Module()(1)


def test_an_optimizer_made_before_a_conversion_goes_on():
    """The parameters stay the same objects, with their names, gradients and sharing."""
    model = Model()
    model.head.weight = model.features[0].weight = nn.Parameter(np.ones((4, 3), np.float32))
    model.features[0].bias.grad = ac.tensor(np.ones(4, np.float32))
    before = list(model.named_parameters())
    optimizer = nn.optim.SGD([model.features[0].bias], lr=1.0)
    model.double()
    assert all(a is b for (_, a), (_, b) in zip(before, model.named_parameters(), strict=True))
    assert model.head.weight is model.features[0].weight
    assert model.scale.dtype == model.head.bias.dtype == float
    assert [name for name, p in model.named_parameters()] == [p.name.replace("head.w", "features.0.w") for _, p in before]
    old = model.features[0].bias.numpy().copy()
    optimizer.step()
    assert (model.features[0].bias.numpy() == old - 1).all()
    model.to(float)  # nothing to convert
    assert model.features[0].bias.grad is not None


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda m: m.add_module("a.b", nn.ReLU()), "'a.b' cannot be a name within a module"),
        (lambda m: m.register_buffer("", None), "'' cannot be a name within a module"),
        (lambda m: m.register_buffer("head", None), "Model already has an attribute 'head'"),
        (lambda m: m.register_parameter("forward", nn.Parameter([1.0])), "Model already has an attribute 'forward'"),
        (lambda m: m.add_module("extra", 3), "extra must be a Module or None, not a int"),
        (lambda m: setattr(m, "train", nn.ReLU()), "'train' is an attribute of every module, so no ReLU can have it"),
        (lambda m: nn.ModuleDict({"items": nn.ReLU()}), "ModuleDict already has an attribute 'items'"),
        (lambda m: nn.Sequential(nn.Linear(1, 1), np.tanh), "Sequential holds modules, not a ufunc; call it in forward"),
        (lambda m: nn.ModuleList([1]), "ModuleList holds modules, not a int"),
        (lambda m: m.train([1, 2]), r"train\(mode\) takes True or False, not a list"),
    ],
)
def test_names_and_values_that_would_break_a_module_are_refused(change, text):
    with pytest.raises(ValueError, match=text):
        change(Model())


def test_something_that_is_no_state_is_named():
    with pytest.raises(nn.StateDictError, match=r"a state_dict maps names to Tensors, not a str; files are for nn\.load"):
        Model().load_state_dict("model.safetensors")
    with pytest.raises(nn.StateDictError, match=r"head\.bias: an array of dtype <U1 cannot be copied into numbers"):
        Model().load_state_dict({"head.bias": np.array(["x"])}, strict=False)
    with pytest.raises(AttributeError, match=r"Model has no parameter at 'head\.scale'"):
        Model().get_parameter("head.scale")


def test_a_slice_keeps_names_and_can_grow():
    part = nn.Sequential(*(nn.Linear(1, 1) for _ in range(3)))[1:]
    part.append(nn.ReLU())
    assert [name for name, _ in part.named_children()] == ["1", "2", "3"]


def test_a_hook_can_be_there_for_a_block():
    layer, seen = nn.Linear(3, 4), []
    with layer.register_forward_hook(lambda *_: seen.append(1)):
        layer(X)
    layer(X)
    assert seen == [1]
