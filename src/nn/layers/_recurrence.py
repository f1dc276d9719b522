"""One recurrent layer in one direction, as functions of Tensors: the step of each kind of cell, and the loop over time.

Gates are stacked in PyTorch's order: LSTM input, forget, cell, output; GRU reset, update, new.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import autograd_core as ac

from .._functional.checks import as_input

__all__ = ["NONLINEARITIES", "Weights", "gru_scan", "lstm_scan", "rnn_scan", "run", "states_like"]

NONLINEARITIES = {"tanh": ac.tanh, "relu": ac.relu}


class Weights(NamedTuple):
    """The parameters of one layer in one direction."""

    ih: Any  # (gates * H, I)
    hh: Any  # (gates * H, H)
    bias_ih: Any  # (gates * H,) or None
    bias_hh: Any
    hr: Any = None  # (projected, H) of a projecting LSTM


def _projected(x: Any, w: Weights) -> Any:
    """What the inputs of all steps contribute, in one product: (T, B, gates * H)."""
    y = ac.inner(x, w.ih)
    return y if w.bias_ih is None else y + (w.bias_ih + w.bias_hh)


def rnn_scan(x: Any, state: Any, w: Weights, alive: Any, nonlinearity: Callable[[Any], Any]) -> tuple[Any, Any]:
    """``h = nonlinearity(W_ih x + b_ih + W_hh h + b_hh)`` over time.

    Parameters
    ----------
    x : Tensor, shape (T, B, I)
    state : tuple of one Tensor, shape (B, H)
    alive : None, or a list of boolean arrays (B, 1)
        Which sequences have not ended at each step; the others keep their state.

    Returns
    -------
    Tensor (T, B, H), and the last state
    """
    (h,) = state
    out = []
    for t, z in enumerate(_projected(x, w)):
        new = nonlinearity(z + ac.inner(h, w.hh))
        h = new if alive is None else ac.where(alive[t], new, h)
        out.append(h)
    return ac.stack(out), (h,)


def lstm_scan(x: Any, state: Any, w: Weights, alive: Any, _: Any = None) -> tuple[Any, Any]:
    """``c = f c + i g; h = o tanh(c)`` over time, with all gates from one product.

    One operation runs the whole sequence where all have the same length and states are not projected; elsewhere it is written
    out step by step.

    References
    ----------
    S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9, 1997; with forget gates as in F. Gers,
    J. Schmidhuber and F. Cummins, Learning to Forget, Neural Computation 12, 2000, eq. 1 to 6.
    """
    h, c = state
    projected = _projected(x, w)
    if alive is None and w.hr is None:
        states, cells = ac.lstm(projected, w.hh, h, c)
        return states, (states[-1], cells[-1])
    size = c.shape[-1]
    out = []
    for t, z in enumerate(projected):
        gates = z + ac.inner(h, w.hh)
        i, f, g, o = (gates[:, k * size : (k + 1) * size] for k in range(4))
        i, f, o = ac.special.expit(i), ac.special.expit(f), ac.special.expit(o)
        new_c = f * c + i * ac.tanh(g)
        new_h = o * ac.tanh(new_c)
        if w.hr is not None:
            new_h = ac.inner(new_h, w.hr)
        if alive is None:
            h, c = new_h, new_c
        else:
            h, c = ac.where(alive[t], new_h, h), ac.where(alive[t], new_c, c)
        out.append(h)
    return ac.stack(out), (h, c)


def gru_scan(x: Any, state: Any, w: Weights, alive: Any, _: Any = None) -> tuple[Any, Any]:
    """``h = n + z (h - n)`` with ``n = tanh(W_in x + b_in + r (W_hn h + b_hn))`` over time.

    References
    ----------
    K. Cho et al., Learning Phrase Representations, arXiv 1406.1078, eq. 5 to 8, with the reset gate after the product.
    """
    (h,) = state
    size = h.shape[-1]
    projected = ac.inner(x, w.ih)
    if w.bias_ih is not None:
        projected = projected + w.bias_ih
    out = []
    for t, p in enumerate(projected):
        q = ac.inner(h, w.hh)
        if w.bias_hh is not None:
            q = q + w.bias_hh
        gates = ac.special.expit(p[:, : 2 * size] + q[:, : 2 * size])
        r, z = gates[:, :size], gates[:, size:]
        n = ac.tanh(p[:, 2 * size :] + r * q[:, 2 * size :])
        new = n + z * (h - n)
        h = new if alive is None else ac.where(alive[t], new, h)
        out.append(h)
    return ac.stack(out), (h,)


def run(scan: Any, x: Any, state: Any, w: Weights, lengths: Any, reverse: bool, nonlinearity: Any) -> tuple[Any, Any]:
    """Run one direction over (T, B, I): the outputs (T, B, H), zero beyond each sequence's end, and the last state.

    The reverse direction reads each sequence from its own last element.
    """
    steps, batch = x.shape[:2]
    alive = order = None
    if lengths is not None:
        inside = np.arange(steps)[:, None] < lengths
        alive = list(inside[..., None])
        if reverse:
            order = (np.where(inside, lengths - 1 - np.arange(steps)[:, None], np.arange(steps)[:, None]), np.arange(batch))
    if reverse:
        x = x[::-1] if order is None else x[order]
    y, last = scan(x, state, w, alive, nonlinearity)
    if reverse:
        y = y[::-1] if order is None else y[order]
    return (y if alive is None else ac.where(inside[..., None], y, 0.0)), last


def states_like(states: Any, shapes: tuple[tuple[int, ...], ...], weight: Any, name: str) -> tuple[Any, ...]:
    """Initial states as Tensors, which must have these shapes and the dtype of the parameters."""
    given = tuple(as_input(s, weight, name) for s in states)
    if tuple(s.shape for s in given) != shapes:
        raise ac.ShapeError(f"{name} expects initial states of shapes {shapes}, not {tuple(s.shape for s in given)}")
    return given
