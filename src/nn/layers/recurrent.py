"""Recurrent layers: tanh or relu, LSTM, GRU; several layers, both directions, variable lengths."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_core as ac

from .. import functional
from .. import initializers as init
from .._errors import ArgumentError
from .._functional.checks import as_input, check_rank
from .._rng import Rng, generator
from ..module import Module, Parameter
from ..utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence
from ._make import empty
from ._recurrence import NONLINEARITIES, Weights, gru_scan, lstm_scan, rnn_scan, run, states_like

__all__ = ["GRU", "LSTM", "RNN"]


class _Recurrent(Module):
    """What the three recurrent layers share: parameters, layers, directions, lengths and states."""

    gates: int
    scan: Any

    def _set_up(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        proj_size: int,
        dtype: DTypeLike | None,
        rng: Rng,
    ) -> None:
        name = type(self).__name__
        if min(input_size, hidden_size, num_layers) < 1:
            raise ArgumentError(f"{name}: {input_size=}, {hidden_size=} and {num_layers=} must be positive")
        if not 0 <= proj_size < hidden_size:
            raise ArgumentError(f"{name}: proj_size={proj_size} must be smaller than {hidden_size=}")
        functional.dropout(0.0, dropout, training=False)  # raises if it is no probability
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self.rng = np.random.default_rng(rng) if isinstance(rng, int) else rng
        bound, rng = 1 / math.sqrt(hidden_size), generator(self.rng)
        rows, out = self.gates * hidden_size, proj_size or hidden_size
        for layer, suffix in self._directions():
            width = input_size if layer == 0 else out * (1 + bidirectional)
            shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, width), "weight_hh": (rows, out)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for kind, shape in shapes.items():
                parameter = empty(*shape, dtype=dtype)
                init.uniform_(parameter, -bound, bound, rng)
                setattr(self, f"{kind}{suffix}", parameter)

    def _directions(self) -> list[tuple[int, str]]:
        """Each layer's directions, with the end of their parameters' names: ``_l0``, ``_l0_reverse``, ..."""
        ends = ("", "_reverse") if self.bidirectional else ("",)
        return [(layer, f"_l{layer}{end}") for layer in range(self.num_layers) for end in ends]

    def _weights(self, suffix: str) -> Weights:
        found = vars(self)
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        return Weights(*(found.get(f"{kind}{suffix}") for kind in kinds))

    def _run(self, x: Any, states: tuple[Any, ...] | None, nonlinearity: Any = None) -> tuple[Any, tuple[Any, ...]]:
        """Run all layers; `states` and the result hold one Tensor (layers * directions, B, H) each."""
        packed = x if isinstance(x, PackedSequence) else None
        lengths = None
        if packed is not None:
            x, lengths = pad_packed_sequence(packed)
        x = as_input(x, self.weight_ih_l0, type(self).__name__)
        check_rank(x, (2, 3), "(T, B, I), (B, T, I) with batch_first, or (T, I)", type(self).__name__)
        alone = x.ndim == 2
        if alone:
            x, states = x[:, None], None if states is None else tuple(ac.asarray(s)[:, None] for s in states)
        elif self.batch_first and packed is None:
            x = x.swapaxes(0, 1)
        if x.shape[-1] != self.input_size or not len(x):
            raise ac.ShapeError(
                f"{type(self).__name__} expects {self.input_size} features at one step or more, "
                f"but the input has shape {x.shape}"
            )
        states = self._checked(states, x)
        finals: list[tuple[Any, ...]] = []
        for layer in range(self.num_layers):
            outputs = []
            for index, (_, suffix) in enumerate(d for d in self._directions() if d[0] == layer):
                place = layer * (1 + self.bidirectional) + index
                start = tuple(s[place] for s in states)
                y, last = run(type(self).scan, x, start, self._weights(suffix), lengths, index == 1, nonlinearity)
                outputs.append(y)
                finals.append(last)
            x = outputs[0] if len(outputs) == 1 else ac.concatenate(outputs, axis=-1)
            if self.dropout and layer < self.num_layers - 1:
                x = functional.dropout(x, self.dropout, self.training, rng=self.rng)
        ends = tuple(ac.stack(parts) for parts in zip(*finals, strict=True))
        if packed is not None:
            return pack_padded_sequence(x, lengths, enforce_sorted=False), ends
        if alone:
            return x[:, 0], tuple(s[:, 0] for s in ends)
        return (x.swapaxes(0, 1) if self.batch_first else x), ends

    def _checked(self, states: tuple[Any, ...] | None, x: Any) -> tuple[Any, ...]:
        rows = self.num_layers * (1 + self.bidirectional)
        sizes = (self.proj_size or self.hidden_size, self.hidden_size)[: 2 if isinstance(self, LSTM) else 1]
        shapes = tuple((rows, x.shape[1], size) for size in sizes)
        if states is None:
            return tuple(ac.asarray(np.zeros(shape, x.dtype)) for shape in shapes)
        return states_like(states, shapes, self.weight_ih_l0, type(self).__name__)

    weight_ih_l0: Parameter

    def extra_repr(self) -> str:
        """Return the constructor arguments that are not at their defaults."""
        text = f"{self.input_size}, {self.hidden_size}"
        usual = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
        return text + "".join(f", {k}={getattr(self, k)}" for k, v in usual.items() if getattr(self, k) != v)


class RNN(_Recurrent):
    """Apply ``h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)`` over time.

    Parameters
    ----------
    input_size, hidden_size, num_layers : int
        Features of the input and of the state, and how many layers read each other's outputs.
    nonlinearity : str
        ``tanh`` or ``relu``.
    bias : bool
        Whether to learn the offsets.
    batch_first : bool
        Whether input and output are (B, T, features) instead of (T, B, features).
    dropout : float
        Probability, while training, with which elements between layers are dropped.
    bidirectional : bool
        Read the sequence backwards too, and join the outputs.
    rng : numpy.random.Generator or int, optional
        Draws the initial values, uniform in +-1/sqrt(hidden_size), and the dropout.

    Attributes
    ----------
    weight_ih_l0 : Parameter, shape (hidden_size, input_size)
    weight_hh_l0 : Parameter, shape (hidden_size, hidden_size)
    bias_ih_l0, bias_hh_l0 : Parameter, shape (hidden_size,)
        And so on for ``_l1``, ..., ``_l0_reverse``, ...

    References
    ----------
    J. L. Elman, Finding Structure in Time, Cognitive Science 14, 1990.

    Examples
    --------
    >>> import nn, numpy as np
    >>> outputs, last = nn.RNN(3, 8, batch_first=True)(np.zeros((4, 10, 3), np.float32))
    >>> outputs.shape, last.shape
    ((4, 10, 8), (1, 4, 8))
    """

    gates, scan = 1, staticmethod(rnn_scan)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        if nonlinearity not in NONLINEARITIES:
            raise ArgumentError(f"RNN: nonlinearity={nonlinearity!r} must be 'tanh' or 'relu'")
        self.nonlinearity = nonlinearity
        self._set_up(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, dtype, rng)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Return all outputs (T, B, directions * hidden_size) and the last states (layers * directions, B, hidden_size)."""
        y, (h,) = self._run(input, None if hx is None else (hx,), NONLINEARITIES[self.nonlinearity])
        return y, h


class LSTM(_Recurrent):
    """Long short-term memory over time. Arguments as `RNN`, and `proj_size`, to which the state is projected down.

    Attributes
    ----------
    weight_ih_l0 : Parameter, shape (4 * hidden_size, input_size)
        Gates in the order input, forget, cell, output.
    weight_hh_l0 : Parameter, shape (4 * hidden_size, hidden_size or proj_size)
    bias_ih_l0, bias_hh_l0 : Parameter, shape (4 * hidden_size,)
    weight_hr_l0 : Parameter, shape (proj_size, hidden_size), if projecting

    References
    ----------
    S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9, 1997.

    Examples
    --------
    >>> import nn, numpy as np
    >>> outputs, (h, c) = nn.LSTM(3, 8, num_layers=2)(np.zeros((10, 4, 3), np.float32))
    >>> outputs.shape, h.shape, c.shape
    ((10, 4, 8), (2, 4, 8), (2, 4, 8))
    """

    gates, scan = 4, staticmethod(lstm_scan)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        self._set_up(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, dtype, rng)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, tuple[Any, Any]]:
        """Return all outputs, and the last hidden and cell states."""
        y, (h, c) = self._run(input, hx)
        return y, (h, c)


class GRU(_Recurrent):
    """Gated recurrent units over time. Arguments as `RNN`; gates in the order reset, update, new.

    References
    ----------
    K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, arXiv 1406.1078, section 2.3.

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.GRU(3, 8, bidirectional=True)(np.zeros((10, 4, 3), np.float32))[0].shape
    (10, 4, 16)
    """

    gates, scan = 3, staticmethod(gru_scan)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        self._set_up(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, dtype, rng)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Return all outputs and the last states."""
        y, (h,) = self._run(input, None if hx is None else (hx,))
        return y, h
