"""Modules and parameters: a tree of Python objects whose leaves are Tensors that require grad.

A module keeps its parameters, buffers and children as plain attributes and finds them again by their type. Every module knows
its path from the root it was last attached to (`features.0`), which names its parameters, its errors and its part of a picture.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import DTypeLike

import autograd_core as ac

from ._errors import ArgumentError, BufferError_
from ._hooks import Hooked, after, before
from ._parameter import Parameter
from ._state import KeyMismatch, entries, load
from ._tree import Tree, join

__all__ = ["KeyMismatch", "Module", "Parameter"]


class Module(Tree, Hooked):
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
    _buffers: Mapping[str, bool] = {}  # replaced on the instance, never changed in place, so that the default can be shared

    if TYPE_CHECKING:  # attributes that `register_buffer` and `setattr` make

        def __getattr__(self, name: str) -> Any: ...

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(); write one")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward` between the hooks, with this module's path on what is recorded and in errors."""
        try:
            run = self._between_hooks if self._forward_hooks or self._forward_pre_hooks else self.forward
            return ac.scope(self._path, type(self).__name__).call(run, *args, **kwargs)
        except Exception as error:
            if not getattr(error, "module", None):  # the innermost module is the one to name
                where = self._where()
                if isinstance(error, ac.AutogradError):
                    error.args = (f"{where}: {error.args[0] if error.args else ''}", *error.args[1:])
                else:  # another's error keeps its text, and its traceback ends with a note
                    error.add_note(f"in module {where}")
                with contextlib.suppress(AttributeError):
                    error.module = where  # type: ignore[attr-defined]
            raise

    def _between_hooks(self, *args: Any, **kwargs: Any) -> Any:
        if self._forward_pre_hooks:
            args, kwargs = before(self._forward_pre_hooks, self, args, kwargs)
        y = self.forward(*args, **kwargs)
        return after(self._forward_hooks, self, args, kwargs, y) if self._forward_hooks else y

    def _where(self) -> str:
        name = type(self).__name__
        return f"{self._path} ({name})" if self._path else name

    # -- attributes -------------------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._buffers:
            _check_buffer(join(self._path, name), value)
        elif isinstance(value, Parameter | Module):
            if hasattr(Module, name):
                raise ArgumentError(
                    f"{name!r} is an attribute of every module, so no {type(value).__name__} can have it; choose another name"
                )
            if isinstance(value, Module):
                value._move(join(self._path, name))
            else:
                value.name = join(self._path, name)
        elif isinstance(old := self.__dict__.get(name), Parameter | Module) and value is not None:
            kind, remedy = (
                ("Module", "assign a module, or delete it first")
                if isinstance(old, Module)
                else ("Parameter", "assign nn.Parameter(...), or write into it with ac.writable")
            )
            raise ArgumentError(f"{join(self._path, name)} is a {kind} and cannot become a {type(value).__name__}; {remedy}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        if name in self._buffers:
            object.__setattr__(self, "_buffers", {k: v for k, v in self._buffers.items() if k != name})

    def _add(self, name: str, value: Any, kind: type) -> None:
        """Set an attribute under a name that is free, or was one of this kind."""
        if not name or "." in name:
            raise ArgumentError(f"{name!r} cannot be a name within a module: it must not be empty or contain a dot")
        if hasattr(self, name) and not isinstance(vars(self).get(name, self.forward), kind | None):
            raise ArgumentError(f"{type(self).__name__} already has an attribute {name!r}; choose another name")
        setattr(self, name, value)

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
        if name in self._buffers:
            object.__delattr__(self, name)
        self._add(name, value, type(None))
        object.__setattr__(self, "_buffers", {**self._buffers, name: persistent})

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Set an attribute to a Parameter, or to None where the layer goes without it.

        Raises
        ------
        ArgumentError
            If the name is taken, empty, or contains a dot; likewise for buffers and modules.
        """
        self._add(name, param, Parameter)

    def add_module(self, name: str, module: Module | None) -> None:
        """Set an attribute to a child module."""
        if module is not None and not isinstance(module, Module):
            raise ArgumentError(f"{join(self._path, name)} must be a Module or None, not a {type(module).__name__}")
        self._add(name, module, Module)

    # -- state ------------------------------------------------------------------------------------------------------------

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> dict[str, ac.Tensor]:
        """Return parameters and persistent buffers by path.

        Parameters
        ----------
        prefix : str
            Put before every path.
        keep_vars : bool
            Return the parameters themselves. The Tensors are snapshots without history otherwise: a later optimizer step does
            not change them.
        """
        return {prefix + path: value if keep_vars else value.detach() for path, _, _, value in entries(self)}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> KeyMismatch:
        """Copy values by path into parameters and buffers; nothing is changed if anything does not fit.

        Parameters
        ----------
        state_dict : mapping from str to Tensor or array_like
            As `state_dict` returns, or PyTorch's of the same model.
        strict : bool
            Raise on missing and on unknown names; without it they are only returned.
        assign : bool
            Make new parameters and buffers of the given values, in their dtype, instead of copying into those there are.

        Returns
        -------
        KeyMismatch
            ``missing_keys`` and ``unexpected_keys``.

        Raises
        ------
        StateDictError
            If names (when strict) or shapes differ.
        """
        return load(self, state_dict, strict, assign)

    # -- changing the whole tree ------------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Switch dropout, batch normalization and their like to training behaviour, here and below."""
        if not isinstance(mode, bool):
            raise ArgumentError(f"train(mode) takes True or False, not a {type(mode).__name__}; to train a model see nn.fit")
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

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module below, then on this one."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, dtype: DTypeLike) -> Self:
        """Convert floating parameters and buffers to another dtype.

        Parameters stay the same objects, so that an optimizer made before goes on with them. Graphs recorded before do not see
        the conversion, and hooks registered on a parameter are gone.
        """
        for parameter in self.parameters():
            parameter.convert(dtype)
        for module in self.modules():
            for name in module._buffers:
                value = getattr(module, name)
                if value is not None and value.dtype.kind in "fc":
                    setattr(module, name, value.astype(dtype))
        return self

    def float(self) -> Self:
        """Convert to float32."""
        return self.to(np.float32)

    def double(self) -> Self:
        """Convert to float64."""
        return self.to(np.float64)

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


def _check_buffer(path: str, value: Any) -> None:
    if value is not None and not isinstance(value, ac.Tensor):
        raise BufferError_(f"buffer {path} takes a Tensor or None, not {type(value).__name__}; wrap it in ac.tensor")
    if value is not None and value.requires_grad:
        raise BufferError_(
            f"buffer {path} was given a Tensor of shape {value.shape} with history, which would keep every graph alive; "
            "assign t.detach()"
        )
