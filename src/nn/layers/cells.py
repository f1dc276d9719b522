"""Cells: one step of a recurrent layer each, for loops over time that a caller writes out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_core as ac

from .. import initializers as init
from .._errors import ArgumentError
from .._functional.checks import as_input, check_rank
from .._rng import Rng, generator
from ..module import Module
from ._make import empty
from ._recurrence import NONLINEARITIES, Weights, gru_scan, lstm_scan, rnn_scan, states_like

__all__ = ["GRUCell", "LSTMCell", "RNNCell"]


class _Cell(Module):
    """One step of a recurrent layer."""

    gates: int
    scan: Any

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, dtype: DTypeLike | None = None, *, rng: Rng = None
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, bound = input_size, hidden_size, 1 / math.sqrt(hidden_size)
        rows, rng = self.gates * hidden_size, generator(rng)
        self.weight_ih, self.weight_hh = empty(rows, input_size, dtype=dtype), empty(rows, hidden_size, dtype=dtype)
        self.bias_ih, self.bias_hh = (empty(rows, dtype=dtype) if bias else None for _ in range(2))
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound, rng)

    def _step(self, x: Any, states: tuple[Any, ...] | None, nonlinearity: Any = None) -> tuple[Any, ...]:
        name = type(self).__name__
        x = as_input(x, self.weight_ih, name)
        check_rank(x, (1, 2), "(B, I) or (I,)", name)
        if x.shape[-1] != self.input_size:
            raise ac.ShapeError(f"{name} expects {self.input_size} features, but the input has shape {x.shape}")
        shapes = ((*x.shape[:-1], self.hidden_size),) * (2 if isinstance(self, LSTMCell) else 1)
        if states is None:
            states = (ac.asarray(np.zeros(shapes[0], x.dtype)),) * len(shapes)
        states = states_like(states, shapes, self.weight_ih, name)
        alone = x.ndim == 1
        if alone:
            x, states = x[None], tuple(s[None] for s in states)
        w = Weights(self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        _, states = type(self).scan(x[None], states, w, None, nonlinearity)
        return tuple(s[0] for s in states) if alone else states

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"{self.input_size}, {self.hidden_size}"


class RNNCell(_Cell):
    """One step of `RNN`: ``h = cell(x, h)`` for (B, input_size) and (B, hidden_size)."""

    gates, scan = 1, staticmethod(rnn_scan)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype, rng=rng)
        if nonlinearity not in NONLINEARITIES:
            raise ArgumentError(f"RNNCell: nonlinearity={nonlinearity!r} must be 'tanh' or 'relu'")
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Return the next state."""
        return self._step(input, None if hx is None else (hx,), NONLINEARITIES[self.nonlinearity])[0]


class LSTMCell(_Cell):
    """One step of `LSTM`: ``h, c = cell(x, (h, c))``."""

    gates, scan = 4, staticmethod(lstm_scan)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Return the next hidden and cell states."""
        h, c = self._step(input, hx)
        return h, c


class GRUCell(_Cell):
    """One step of `GRU`: ``h = cell(x, h)``."""

    gates, scan = 3, staticmethod(gru_scan)

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Return the next state."""
        return self._step(input, None if hx is None else (hx,))[0]
