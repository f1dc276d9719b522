"""What PyTorch and this package share takes the same arguments: names, places and defaults, but for a list of exceptions."""

import ast
import inspect

import pytest
import torch
import torch.utils.data

import nn

MACHINE = {"device", "foreach", "fused", "capturable", "differentiable", "generator", "pin_memory", "pin_memory_device", "out"}
"""Where and how PyTorch computes, and its kind of generator; ours is called `rng`."""

OBSOLETE = {"size_average", "reduce", "_stacklevel", "memo", "destination", "min_value", "max_value"}
"""What PyTorch warns about or uses itself."""

LACKING = {
    "nn.Embedding": {"sparse"},  # gradients are dense
    "F.embedding": {"sparse"},
    "Module.register_forward_hook": {"always_call"},
    "ParameterList.append": {"value"},  # as ModuleList's
    "ParameterList.extend": {"values"},
    "Sequential.extend": {"sequential"},
    "ReduceLROnPlateau.step": {"epoch"},  # deprecated there
    "data.DataLoader": {  # batches are read in threads, so nothing is sent between processes
        "timeout",
        "worker_init_fn",
        "multiprocessing_context",
        "persistent_workers",
        "in_order",
    },
}
"""Arguments that are not taken."""

DEFAULTS = {
    "nn.TransformerEncoderLayer": {"activation"},  # "relu" instead of the function
    "data.DataLoader": {"shuffle", "prefetch_factor"},  # False and 2, which None stands for
    "F.batch_norm": {"running_mean", "running_var"},  # may be left out when training
}
"""Arguments whose default is another one."""

VARIADIC = {"nn.Sequential", "nn.Identity", "nn.Parameter"}
"""Where PyTorch's signature says nothing."""


def parameters(function):
    """The parameters by name, without `self`; a function without a signature has one in the first line of its text."""
    try:
        found = inspect.signature(function).parameters
    except ValueError:
        text = function.__doc__.strip()
        line = text[: text.index(")") + 1].replace("*,", "").replace(" = ", "=")
        written = ast.parse(f"def {line}: pass".replace("\n", " ")).body[0].args
        defaults = [inspect.Parameter.empty] * (len(written.args) - len(written.defaults))
        defaults += [ast.literal_eval(d) for d in written.defaults]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        return {a.arg: inspect.Parameter(a.arg, kind, default=d) for a, d in zip(written.args, defaults, strict=True)}
    return {name: p for name, p in found.items() if name != "self"}


def of_recurrent(name):
    """Those of the base class, since the constructors of RNN, LSTM and GRU take anything."""
    found = parameters(torch.nn.modules.rnn.RNNBase.__init__)
    del found["mode"]
    if name != "LSTM":
        del found["proj_size"]
    if name == "RNN":
        items = list(found.items())
        items.insert(3, ("nonlinearity", inspect.Parameter("nonlinearity", inspect.Parameter.KEYWORD_ONLY, default="tanh")))
        found = dict(items)
    return found


def shared():
    """Every pair of callables that have a name in common: (name, ours, PyTorch's parameters)."""
    pairs = []
    libraries = [
        ("nn", nn, torch.nn),
        ("F", nn.functional, torch.nn.functional),
        ("optim", nn.optim, torch.optim),
        ("lr_scheduler", nn.optim.lr_scheduler, torch.optim.lr_scheduler),
        ("utils", nn.utils, torch.nn.utils),
        ("rnn", nn.utils.rnn, torch.nn.utils.rnn),
        ("init", nn.init, torch.nn.init),
        ("data", nn.data, torch.utils.data),
    ]
    for label, ours, theirs in libraries:
        for name in dir(ours):
            a, b = getattr(ours, name), getattr(theirs, name, None)
            if name.startswith("_") or not callable(a) or not callable(b) or inspect.isclass(a) != inspect.isclass(b):
                continue
            if name in ("Dataset", "Sampler", "Any"):
                continue
            if name in ("RNN", "LSTM", "GRU"):
                pairs.append((f"nn.{name}", a.__init__, of_recurrent(name)))
            elif inspect.isclass(a):
                pairs.append((f"{label}.{name}", a.__init__, parameters(b.__init__)))
            elif name.startswith("max_pool"):
                pairs.append((f"{label}.{name}", a, parameters(getattr(theirs, f"_{name}"))))
            else:
                pairs.append((f"{label}.{name}", a, parameters(b)))
            if inspect.isclass(a) and issubclass(a, nn.Module):
                methods(pairs, name, a, b, CONTAINERS.get(name, ["forward"]))
    methods(pairs, "Optimizer", nn.optim.Optimizer, torch.optim.Optimizer)
    for name in ("LRScheduler", "ReduceLROnPlateau"):
        methods(pairs, name, getattr(nn.optim.lr_scheduler, name), getattr(torch.optim.lr_scheduler, name))
    return pairs


CONTAINERS = dict.fromkeys(("Module", "ModuleList", "ModuleDict", "Sequential", "ParameterList"))


def methods(pairs, name, ours, theirs, names=None):
    for method in names or [m for m in dir(theirs) if not m.startswith("_")]:
        a, b = getattr(ours, method, None), getattr(theirs, method)
        base = name != "Module" and names is None and a is getattr(nn.Module, method, None)
        if inspect.isfunction(a) and inspect.isfunction(b) and not base:
            pairs.append((f"{name}.{method}", a, parameters(b)))


PAIRS = shared()


@pytest.mark.parametrize(("name", "ours", "theirs"), PAIRS, ids=[name for name, _, _ in PAIRS])
def test_the_arguments_are_the_same(name, ours, theirs):
    if name in VARIADIC:
        return
    mine = parameters(ours)
    for argument, expected in theirs.items():
        if argument in MACHINE | OBSOLETE | LACKING.get(name, set()) or expected.kind in VARIED:
            continue
        assert argument in mine, f"{name} does not take {argument}"
        if argument not in DEFAULTS.get(name, set()):
            assert mine[argument].default == expected.default, f"{name}({argument}=...)"
    places = [argument for argument, p in theirs.items() if p.kind not in VARIED]
    for i, (argument, p) in enumerate(mine.items()):
        if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and argument not in {"dtype", "rng"} and argument in theirs:
            assert i < len(places), name
            assert places[i] == argument, f"{name}: argument {i} is {places[i]} there and {argument} here"


VARIED = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


def test_the_exceptions_are_needed():
    """An exception that is no longer one has to go from the list."""
    known = {name: (parameters(ours), theirs) for name, ours, theirs in PAIRS}
    for name, arguments in LACKING.items():
        for argument in arguments:
            assert argument in known[name][1], f"{name}({argument}=...) is not PyTorch's"
            assert argument not in known[name][0], f"{name} takes {argument} after all"
    for name, arguments in DEFAULTS.items():
        for argument in arguments:
            assert known[name][0][argument].default != known[name][1][argument].default, f"{name}({argument}=...)"


def test_much_is_compared():
    assert len(PAIRS) > 230
