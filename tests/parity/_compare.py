"""Run the same layer here and in PyTorch, from the same parameters, and compare outputs and derivatives of two orders."""

import numpy as np
import torch

import autograd_core as ac


def to_torch(value):
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    return tuple(map(to_torch, value)) if isinstance(value, tuple) else value


def flat(outputs):
    """All Tensors of a nested result, in order."""
    if isinstance(outputs, tuple | list):
        return [t for o in outputs for t in flat(o)]
    return [] if outputs is None else [outputs]


def agree(ours, theirs, what, rtol=1e-9, atol=1e-10):
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape, what
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=rtol, atol=atol, err_msg=what)


def load_from_torch(module, reference):
    """Give our module PyTorch's parameters and buffers, and check that the names are the same."""
    module.load_state_dict({name: value.numpy().copy() for name, value in reference.state_dict().items()})
    assert list(module.state_dict()) == list(reference.state_dict())


def layers_agree(module, reference, *inputs, second_order=True, rtol=1e-8, **arguments):
    """Compare outputs, gradients of floating inputs and of parameters, and gradients of a function of the input gradient."""
    load_from_torch(module, reference)
    module.zero_grad()
    differentiable = [isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in inputs]
    ours = [ac.tensor(a, requires_grad=True) if d else a for a, d in zip(inputs, differentiable, strict=True)]
    theirs = [to_torch(a).requires_grad_() if d else to_torch(a) for a, d in zip(inputs, differentiable, strict=True)]
    outputs = flat(module(*ours, **arguments))
    expected = flat(reference(*theirs, **{k: to_torch(v) for k, v in arguments.items()}))
    assert len(outputs) == len(expected)
    rng = np.random.default_rng(0)
    total = expected_total = 0.0
    for i, (y, z) in enumerate(zip(outputs, expected, strict=True)):
        if z.dtype.is_floating_point:
            agree(y, z, f"output {i}")
            weight = rng.normal(size=y.shape)
            total = total + (y * y * weight).sum()
            expected_total = expected_total + (z * z * torch.from_numpy(weight)).sum()
        else:
            assert (y.numpy() == z.numpy()).all()
    leaves = [t for t, d in zip(ours, differentiable, strict=True) if d]
    expected_leaves = [t for t, d in zip(theirs, differentiable, strict=True) if d]
    names, parameters = zip(*module.named_parameters(), strict=True) if list(module.parameters()) else ((), ())
    expected_parameters = [dict(reference.named_parameters())[n] for n in names]
    everything, expected_everything = [*leaves, *parameters], [*expected_leaves, *expected_parameters]
    total.backward(create_graph=second_order)
    first = torch.autograd.grad(expected_total, expected_everything, create_graph=second_order, allow_unused=True)
    labels = [*(f"input {i}" for i in range(len(leaves))), *names]
    gradients = [t.grad for t in everything]
    for label, g, h in zip(labels, gradients, first, strict=True):
        if h is not None:
            agree(g, h, f"gradient of {label}", rtol=rtol, atol=1e-9)
    if not second_order:
        return
    for t in everything:
        t.grad = None
    again = sum((g * g).sum() for g, h in zip(gradients, first, strict=True) if h is not None)
    expected_again = sum((h * h).sum() for h in first if h is not None)
    again.backward()
    second = torch.autograd.grad(expected_again, expected_everything, allow_unused=True)
    for label, t, h in zip(labels, everything, second, strict=True):
        if h is not None:
            scale = max(1.0, float(h.abs().max()))
            agree(t.grad, h, f"second-order gradient of {label}", rtol=max(1e-6, rtol), atol=max(1e-8, rtol / 10) * scale)
