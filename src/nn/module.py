"""Modules and parameters: a tree of Python objects whose leaves are Tensors that require grad.

A module keeps its parameters, buffers and children as plain attributes and finds them again by their type. Every module knows
its path from the root it was last attached to (`features.0`), which names its parameters, its errors and its part of a picture.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike

import autograd_core as ac

from ._errors import ArgumentError, BufferError_, StateDictError

__all__ = ["KeyMismatch", "Module", "Parameter"]


class Parameter(ac.Tensor):
    """A Tensor that a module owns and an optimizer changes.

    Parameters
    ----------
    data : array_like
        The initial values; copied, and kept in their floating dtype.
    requires_grad : bool
        Whether `backward` computes its gradient.

    Examples
    --------
    >>> import nn
    >>> nn.Parameter([1.0, 2.0]).requires_grad
    True
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True, *, dtype: DTypeLike | None = None) -> None:
        super().__init__(data, dtype=dtype, requires_grad=requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        twin = memo[id(self)] = Parameter(self.numpy(), self.requires_grad)
        twin.name = self.name
        return twin

    def __reduce__(self) -> Any:
        return Parameter, (self.numpy(), self.requires_grad)


class KeyMismatch(NamedTuple):
    """The names on which a state dictionary and a module disagree, as `load_state_dict` returns them."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Removable:
    """Undoes a registration: call `remove()`."""

    def __init__(self, undo: Callable[[], None]) -> None:
        self.remove = undo


def join(path: str, name: str) -> str:
    """Join two parts of an attribute path."""
    return f"{path}.{name}" if path and name else path or name


class Module:
    """Base class of layers, losses and models: write `__init__` and `forward`, call the instance.

    Parameters, buffers and child modules are found among the attributes. The methods are those of `torch.nn.Module`.

    Examples
    --------
    >>> import autograd_core as ac, nn, numpy as np
    >>> class Model(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden, self.out = nn.Linear(3, 4), nn.Linear(4, 1)
    ...     def forward(self, x):
    ...         return self.out(ac.tanh(self.hidden(x)))
    >>> model = Model()
    >>> [name for name, _ in model.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
    >>> model(np.zeros((5, 3), np.float32)).shape
    (5, 1)
    """

    training: bool = True
    _path: str = ""
    # Replaced on the instance, never changed in place, so that the empty defaults can be shared.
    _buffers: Mapping[str, bool] = {}
    _forward_hooks: tuple[Callable[..., Any], ...] = ()
    _forward_pre_hooks: tuple[Callable[..., Any], ...] = ()

    if TYPE_CHECKING:  # attributes that `register_buffer` and `setattr` make

        def __getattr__(self, name: str) -> Any: ...

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(); write one")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward` between the hooks, with this module's path on what is recorded and in errors."""
        try:
            with ac.scope(self._path, type(self).__name__):
                for hook in self._forward_pre_hooks:
                    replaced = hook(self, args)
                    if replaced is not None:
                        args = replaced if isinstance(replaced, tuple) else (replaced,)
                y = self.forward(*args, **kwargs)
                for hook in self._forward_hooks:
                    replaced = hook(self, args, y)
                    if replaced is not None:
                        y = replaced
                return y
        except ac.AutogradError as error:
            if not getattr(error, "module", None):  # the innermost module is the one to name
                error.module = where = self._where()  # type: ignore[attr-defined]
                error.args = (f"{where}: {error.args[0] if error.args else ''}", *error.args[1:])
            raise

    def _where(self) -> str:
        name = type(self).__name__
        return f"{self._path} ({name})" if self._path else name

    # -- attributes -------------------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._buffers:
            _check_buffer(join(self._path, name), value)
        elif isinstance(value, Parameter):
            value.name = join(self._path, name)
        elif isinstance(value, Module):
            value._move(join(self._path, name))
        elif isinstance(self.__dict__.get(name), Parameter) and value is not None:
            raise ArgumentError(
                f"{join(self._path, name)} is a Parameter and cannot become a {type(value).__name__}; "
                "assign nn.Parameter(...), or write into it with ac.writable"
            )
        object.__setattr__(self, name, value)

    def _move(self, path: str) -> None:
        """Take a new path, and name everything below after it."""
        object.__setattr__(self, "_path", path)
        for name, value in vars(self).items():
            if isinstance(value, Parameter):
                value.name = join(path, name)
            elif isinstance(value, Module):
                value._move(join(path, name))

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Keep a Tensor that belongs to the state but is not trained, such as a running mean.

        Parameters
        ----------
        name : str
            Attribute name.
        tensor : Tensor, array_like or None
            Its value, without history.
        persistent : bool
            Whether `state_dict` contains it.
        """
        value = tensor if tensor is None or isinstance(tensor, ac.Tensor) else ac.tensor(tensor)
        _check_buffer(join(self._path, name), value)
        object.__setattr__(self, "_buffers", {**self._buffers, name: persistent})
        object.__setattr__(self, name, value)

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        """Set an attribute to a Parameter, or to None where the layer goes without it."""
        setattr(self, name, parameter)

    def add_module(self, name: str, module: Module | None) -> None:
        """Set an attribute to a child module."""
        setattr(self, name, module)

    # -- walking the tree -------------------------------------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over the modules directly below, with their attribute names."""
        return ((name, value) for name, value in list(vars(self).items()) if isinstance(value, Module))

    def children(self) -> Iterator[Module]:
        """Iterate over the modules directly below."""
        return (child for _, child in self.named_children())

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """Iterate over this module and all below, depth first, with their paths from here; a shared one comes once."""
        seen: set[Module] = set()
        pending: list[tuple[str, Module]] = [(prefix, self)]
        while pending:
            path, module = pending.pop()
            if module in seen and remove_duplicate:
                continue
            seen.add(module)
            yield path, module
            pending.extend((join(path, name), child) for name, child in reversed(list(module.named_children())))

    def modules(self) -> Iterator[Module]:
        """Iterate over this module and all below."""
        return (module for _, module in self.named_modules())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Iterate over the parameters with their paths from here; a shared one comes once."""
        seen: set[Parameter] = set()
        for path, module in self.named_modules(prefix, remove_duplicate) if recurse else ((prefix, self),):
            for name, value in list(vars(module).items()):
                if isinstance(value, Parameter) and not (remove_duplicate and value in seen):
                    seen.add(value)
                    yield join(path, name), value

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Iterate over the parameters, each once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, ac.Tensor]]:
        """Iterate over the buffers with their paths from here."""
        for path, module in self.named_modules(prefix) if recurse else ((prefix, self),):
            for name in module._buffers:
                if getattr(module, name) is not None:
                    yield join(path, name), getattr(module, name)

    def buffers(self, recurse: bool = True) -> Iterator[ac.Tensor]:
        """Iterate over the buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """Find the module at a path such as ``"features.0"``."""
        found = dict(self.named_modules(remove_duplicate=False)).get(target)
        if found is None:
            raise AttributeError(f"{type(self).__name__} has no module at {target!r}")
        return found

    # -- state ------------------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, ac.Tensor]:
        """Return parameters and persistent buffers by path.

        The Tensors are snapshots without history: a later optimizer step does not change them.
        """
        state: dict[str, ac.Tensor] = {}
        for path, module in self.named_modules(remove_duplicate=False):
            for name, value in vars(module).items():
                if isinstance(value, Parameter):
                    state[join(path, name)] = value.detach()
            for name, persistent in module._buffers.items():
                if persistent and getattr(module, name) is not None:
                    state[join(path, name)] = getattr(module, name).detach()
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> KeyMismatch:
        """Copy values by path into parameters and buffers; nothing is changed if anything does not fit.

        Parameters
        ----------
        state_dict : mapping from str to Tensor or array_like
            As `state_dict` returns, or PyTorch's of the same model.
        strict : bool
            Raise on missing and on unknown names; without it they are only returned.

        Returns
        -------
        KeyMismatch
            ``missing_keys`` and ``unexpected_keys``.

        Raises
        ------
        StateDictError
            If names (when strict) or shapes differ.
        """
        own = self.state_dict()
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        problems = []
        if strict and unexpected:
            problems.append("Unexpected key(s) in state_dict: " + ", ".join(f'"{name}"' for name in unexpected) + ".")
        if strict and missing:
            problems.append("Missing key(s) in state_dict: " + ", ".join(f'"{name}"' for name in missing) + ".")
        values = {name: _values(state_dict[name]) for name in own if name in state_dict}
        problems += [
            f"size mismatch for {name}: the state_dict has shape {values[name].shape}, the module {own[name].shape}."
            for name in values
            if values[name].shape != own[name].shape
        ]
        if problems:
            raise StateDictError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(problems))
        del own  # its snapshots would force a copy of every parameter
        for path, module in self.named_modules(remove_duplicate=False):
            for name, value in list(vars(module).items()):
                given = values.get(join(path, name))
                if given is None:
                    continue
                if isinstance(value, Parameter):
                    with ac.writable(value) as array:
                        array[...] = given
                else:
                    setattr(module, name, ac.tensor(given, dtype=value.dtype))
        return KeyMismatch(missing, unexpected)

    # -- changing the whole tree ------------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Switch dropout, batch normalization and their like to training behaviour, here and below."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation behaviour, here and below."""
        return self.train(False)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero."""
        for parameter in self.parameters():
            parameter.grad = None if set_to_none or parameter.grad is None else ac.tensor(np.zeros_like(parameter.grad))

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freeze or thaw all parameters."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def apply(self, function: Callable[[Module], Any]) -> Self:
        """Call `function` on every module below, then on this one."""
        for child in self.children():
            child.apply(function)
        function(self)
        return self

    def to(self, dtype: DTypeLike) -> Self:
        """Convert floating parameters and buffers to another dtype.

        Parameters become new objects, so make the optimizer afterwards.
        """
        converted: dict[Parameter, Parameter] = {}
        for module in self.modules():
            for name, value in list(vars(module).items()):
                if not isinstance(value, ac.Tensor) or value.dtype.kind not in "fc" or value.dtype == np.dtype(dtype):
                    continue
                if isinstance(value, Parameter):
                    if value not in converted:
                        converted[value] = Parameter(value.numpy(), value.requires_grad, dtype=dtype)
                    setattr(module, name, converted[value])
                elif name in module._buffers:
                    setattr(module, name, value.astype(dtype))
        return self

    def float(self) -> Self:
        """Convert to float32."""
        return self.to(np.float32)

    def double(self) -> Self:
        """Convert to float64."""
        return self.to(np.float64)

    # -- hooks ------------------------------------------------------------------------------------------------------------

    def register_forward_hook(self, hook: Callable[..., Any]) -> Removable:
        """Call ``hook(module, args, output)`` after `forward`; what it returns, if anything, replaces the output."""
        self._forward_hooks = (*self._forward_hooks, hook)
        return Removable(lambda: setattr(self, "_forward_hooks", _without(self._forward_hooks, hook)))

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> Removable:
        """Call ``hook(module, args)`` before `forward`; what it returns, if anything, replaces the arguments."""
        self._forward_pre_hooks = (*self._forward_pre_hooks, hook)
        return Removable(lambda: setattr(self, "_forward_pre_hooks", _without(self._forward_pre_hooks, hook)))

    # -- text -------------------------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Return the arguments to show between the parentheses of `repr`."""
        return ""

    def __repr__(self) -> str:
        children = [f"({name}): " + repr(child).replace("\n", "\n  ") for name, child in self.named_children()]
        if not children:
            return f"{type(self).__name__}({self.extra_repr()})"
        return f"{type(self).__name__}({self.extra_repr()}\n  " + "\n  ".join(children) + "\n)"

    def copy(self) -> Self:
        """Return a deep copy: the same structure with parameters of its own."""
        return copy.deepcopy(self)


def _values(value: Any) -> np.ndarray[Any, Any]:
    return value.numpy() if isinstance(value, ac.Tensor) else np.asarray(value)


def _without(hooks: tuple[Any, ...], hook: Any) -> tuple[Any, ...]:
    return tuple(h for h in hooks if h is not hook)


def _check_buffer(path: str, value: Any) -> None:
    if value is not None and not isinstance(value, ac.Tensor):
        raise BufferError_(f"buffer {path} takes a Tensor or None, not {type(value).__name__}; wrap it in ac.tensor")
    if value is not None and value.requires_grad:
        raise BufferError_(
            f"buffer {path} was given a Tensor of shape {value.shape} with history, which would keep every graph alive; "
            "assign t.detach()"
        )
