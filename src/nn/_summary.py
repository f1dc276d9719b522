"""A table of a model's modules: shapes, parameters, multiplications, and the memory of activations and gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ._errors import ArgumentError, require
from ._functional.windows import numbers
from .layers.convolution import _Windowed
from .module import Module
from .training.evaluation import evaluating

__all__ = ["Row", "Summary", "summary"]


@dataclass
class Row:
    """One module of the table."""

    name: str
    kind: str
    depth: int
    input_shape: tuple[int, ...] | None = None
    output_shape: tuple[int, ...] | None = None
    parameters: int = 0
    kernel: tuple[int, ...] | None = None
    multiplications: int = 0
    output_bytes: int = 0
    gradient_bytes: int = 0
    leaf: bool = True


@dataclass
class Summary:
    """The rows and their totals; `str` gives the table, and rich draws it in colour where it is installed.

    Attributes
    ----------
    total_parameters, trainable_parameters : int
    multiplications : int
        Multiply-adds of one forward pass.
    input_bytes, parameter_bytes, activation_bytes, gradient_bytes : int
        Of the input, the parameters, the outputs of all layers, and `.grad` of all parameters.
    """

    rows: list[Row]
    total_parameters: int = 0
    trainable_parameters: int = 0
    multiplications: int = 0
    input_bytes: int = 0
    parameter_bytes: int = 0
    activation_bytes: int = 0
    gradient_bytes: int = 0
    header: tuple[str, ...] = field(
        default=(
            "Layer (type: name)",
            "Input shape",
            "Output shape",
            "Param #",
            "Kernel",
            "Mult-adds",
            "Activations",
            "Gradients",
        ),
        repr=False,
    )

    def cells(self) -> list[tuple[str, ...]]:
        """Return the text of every row."""
        return [
            (
                "  " * row.depth + (f"{row.kind}: {row.name}" if row.name else row.kind),
                _shape(row.input_shape),
                _shape(row.output_shape),
                f"{row.parameters:,}" if row.parameters else "--",
                _shape(row.kernel),
                f"{row.multiplications:,}" if row.multiplications else "--",
                _size(row.output_bytes),
                _size(row.gradient_bytes),
            )
            for row in self.rows
        ]

    def totals(self) -> list[tuple[str, str]]:
        """Return the lines below the table."""
        memory = (
            ("Input", self.input_bytes),
            ("Parameters", self.parameter_bytes),
            ("Activations", self.activation_bytes),
            ("Gradients of parameters", self.gradient_bytes),
        )
        return [
            ("Total parameters", f"{self.total_parameters:,}"),
            ("Trainable parameters", f"{self.trainable_parameters:,}"),
            ("Non-trainable parameters", f"{self.total_parameters - self.trainable_parameters:,}"),
            ("Mult-adds", f"{self.multiplications:,}"),
            *((f"{name} (MB)", f"{size / 1e6:.2f}") for name, size in memory),
            ("Estimated total (MB)", f"{sum(size for _, size in memory) / 1e6:.2f}"),
        ]

    def __str__(self) -> str:
        table = [self.header, *self.cells()]
        widths = [max(len(row[i]) for row in table) for i in range(len(self.header))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in table]
        rule = "=" * max(map(len, lines))
        totals = [f"{name}: {value}" for name, value in self.totals()]
        return "\n".join([rule, lines[0], rule, *lines[1:], rule, *totals, rule])

    __repr__ = __str__

    def __rich__(self) -> Any:
        table = require("rich.table", "rich").Table(
            caption="\n".join(f"{name}: {value}" for name, value in self.totals()), caption_justify="left"
        )
        for i, name in enumerate(self.header):
            table.add_column(name, justify="left" if i < 3 else "right", style="cyan" if i == 0 else None)
        for cells in self.cells():
            table.add_row(*cells)
        return table


def _shape(shape: tuple[int, ...] | None) -> str:
    return "--" if shape is None else "(" + ", ".join(map(str, shape)) + ")"


def _size(count: int) -> str:
    """Bytes in the unit that suits them."""
    if not count:
        return "--"
    power = min(int(math.log(count, 1000)), 3)
    return f"{count} B" if power == 0 else f"{count / 1000**power:.1f} {'kMG'[power - 1]}B"


def _shape_of(value: Any) -> tuple[int, ...] | None:
    """The shape of the first array in nested arguments or results."""
    if isinstance(value, tuple | list):
        return next((s for s in map(_shape_of, value) if s is not None), None)
    return getattr(value, "shape", None)


def _multiplications(module: Module, output: tuple[int, ...] | None) -> int:
    """Multiply-adds of a module's own parameters: each weight is used once for every output place."""
    weights = [p for p in module.parameters(recurse=False) if p.ndim > 1]
    if output is None or not weights:
        return 0
    places = output[0] * (math.prod(output[2:]) if isinstance(module, _Windowed) else math.prod(output[1:-1]))
    return int(sum(p.size for p in weights) * places)


def summary(model: Module, input_shape: Any = None, *, inputs: Any = None, dtype: Any = np.float32) -> Summary:
    """Run a model once on zeros, and tabulate its modules.

    Parameters
    ----------
    model : Module
        Put into evaluation mode for the run, and back.
    input_shape : tuple of int, or several
        Shape of the input, batch included; or a list of shapes.
    inputs : array_like or tuple of array_like, optional
        The inputs themselves instead, for example indices.
    dtype : dtype
        Of the zeros.

    Returns
    -------
    Summary

    Examples
    --------
    >>> import nn
    >>> model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> table = nn.summary(model, (5, 4))
    >>> table.total_parameters, table.multiplications, table.rows[1].output_shape
    (23, 90, (5, 3))
    """
    if inputs is None:
        if input_shape is None:
            raise ArgumentError("summary needs input_shape=, the shape of the input with its batch, or inputs=")
        several = bool(input_shape) and not isinstance(input_shape[0], int)
        shapes = list(input_shape) if several else [input_shape]
        given = tuple(np.zeros(tuple(shape), dtype) for shape in shapes)
    else:
        given = inputs if isinstance(inputs, tuple) else (inputs,)
    rows: dict[Module, Row] = {}
    for path, module in model.named_modules():
        kernel = getattr(module, "kernel_size", None)
        row = Row(path.rpartition(".")[2], type(module).__name__, path.count(".") + bool(path))
        row.parameters = sum(p.size for p in module.parameters(recurse=False))
        row.gradient_bytes = sum(p.nbytes for p in module.parameters(recurse=False) if p.requires_grad)
        row.leaf = next(module.children(), None) is None
        if kernel is not None:
            row.kernel = numbers(kernel, getattr(module, "axes", 2), "kernel_size")
        rows[module] = row
    activations = _run(model, given, rows)
    result = Summary(list(rows.values()))
    parameters = list(model.parameters())
    result.total_parameters = sum(p.size for p in parameters)
    result.trainable_parameters = sum(p.size for p in parameters if p.requires_grad)
    result.multiplications = sum(row.multiplications for row in rows.values())
    result.input_bytes = sum(np.asarray(x).nbytes for x in given)
    result.parameter_bytes = sum(p.nbytes for p in parameters)
    result.gradient_bytes = sum(p.nbytes for p in parameters if p.requires_grad)
    result.activation_bytes = activations
    return result


def _run(model: Module, inputs: tuple[Any, ...], rows: dict[Module, Row]) -> int:
    """Run the model with hooks that fill the rows; return the bytes of the outputs of modules without children."""

    def note(module: Module, args: Any, output: Any) -> None:
        row = rows[module]
        row.input_shape, row.output_shape = _shape_of(args), _shape_of(output)
        row.multiplications += _multiplications(module, row.output_shape)
        first = output[0] if isinstance(output, tuple) else output
        row.output_bytes += getattr(first, "nbytes", 0) if row.leaf else 0

    hooks = [module.register_forward_hook(note) for module in rows]
    try:
        with evaluating(model):
            model(*inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return sum(row.output_bytes for row in rows.values())
