"""The LSTM over a whole sequence as one operation: a node a sequence instead of nineteen a step."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._primitive import primitive, variadic

__all__ = ["lstm"]


@primitive
def lstm_scan(z: Any, u: Any, h: Any, c: Any) -> Any:
    """Run the cell: states, cells, gates and bounded cells of all steps, (T, B, H) or (T, B, 4H)."""
    size = c.shape[1]
    dtype = np.result_type(z, u, h, c)
    half = np.full(4 * size, 0.5, dtype)
    half[2 * size : 3 * size] = 1
    rest = 1 - half
    # One tanh for all gates, since sigmoid(z) = tanh(z / 2) / 2 + 1 / 2; halving once does it for all steps.
    gates, turned = z * half, np.ascontiguousarray((u * half[:, None]).T)
    states, cells, bounded = (np.empty((*z.shape[:2], size), dtype) for _ in range(3))
    for k, a in enumerate(gates):
        a += h @ turned
        np.tanh(a, out=a)
        a *= half
        a += rest
        i, f, g, o = a[:, :size], a[:, size : 2 * size], a[:, 2 * size : 3 * size], a[:, 3 * size :]
        c = np.multiply(f, c, out=cells[k])
        c += i * g
        h = np.multiply(o, np.tanh(c, out=bounded[k]), out=states[k])
    return states, cells, gates, bounded


def lstm_rule(g: Any, y: Any, z: Any, u: Any, h: Any, c: Any) -> tuple[Any, Any, Any, Any]:
    """Back through time: what reaches a cell goes on to the gates, to the state before, and to the cell before."""
    (g_states, g_cells, g_gates, g_bounded), (states, cells, gates, bounded) = g, y
    size = c.shape[1]
    i, f, new, o = (gates[..., k * size : (k + 1) * size] for k in range(4))
    before = np.concatenate([c[None], cells[:-1]])
    bend, rise = 1 - bounded * bounded, gates * (1 - gates)
    of_i, of_f, of_o = (rise[..., k * size : (k + 1) * size] for k in (0, 1, 3))
    of_new = 1 - new * new
    slopes = np.concatenate([new * of_i, before * of_f, i * of_new, bounded * of_o], axis=-1)
    more = g_cells if g_bounded is None else g_bounded * bend if g_cells is None else g_cells + g_bounded * bend
    if g_gates is not None:
        own = np.concatenate([of_i, of_f, of_new, of_o], axis=-1) * g_gates
    through = o * bend
    g_h, g_c, found = np.zeros_like(h), np.zeros_like(c), []
    for k in reversed(range(len(z))):
        g_h = g_h if g_states is None else g_h + g_states[k]
        g_c = g_c + g_h * through[k]
        g_c = g_c if more is None else g_c + more[k]
        g_z = np.concatenate([g_c, g_c, g_c, g_h], axis=-1) * slopes[k]
        g_z = g_z if g_gates is None else g_z + own[k]
        found.append(g_z)
        g_h, g_c = g_z @ u, g_c * f[k]
    g_z = np.stack(found[::-1])
    earlier = np.concatenate([h[None], states[:-1]]).reshape(-1, size)
    return g_z, g_z.reshape(-1, 4 * size).transpose() @ earlier, g_h, g_c


# all four derivatives come from one loop back through time
variadic(
    lstm_scan,
    lambda g, y, i, *operands: lstm_rule(g, y, *operands)[i],
    joint=lambda _recorded, g, y, *operands: lstm_rule(g, y, *operands),
    words="back through time, step by step",
)


def lstm(z: Any, weight: Any, h: Any, c: Any) -> Any:
    """Run an LSTM over a whole sequence.

    Parameters
    ----------
    z : array_like, shape (T, B, 4H)
        What inputs and offsets contribute to the gates, in the order input, forget, cell, output.
    weight : array_like, shape (4H, H)
        Of the state before.
    h, c : array_like, shape (B, H)
        First state and first cell.

    Returns
    -------
    tuple of Tensor, shape (T, B, H) each
        All states, and all cells.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    F. Gers, J. Schmidhuber and F. Cummins, Learning to Forget, Neural Computation 12, 2000, eq. 1 to 6.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> states, cells = ac.lstm(np.ones((2, 1, 4)), np.ones((4, 1)), np.zeros((1, 1)), np.zeros((1, 1)))
    >>> states.numpy().round(4).ravel().tolist()
    [0.3696, 0.6505]
    """
    steps, batch, rows = z.shape
    size = rows // 4
    if not steps or rows % 4 or weight.shape != (rows, size) or h.shape != (batch, size) or c.shape != (batch, size):
        raise ValueError(
            f"lstm: z {z.shape}, weight {weight.shape}, h {h.shape} and c {c.shape} must be "
            "(T, B, 4H), (4H, H), (B, H) and (B, H)"
        )
    return lstm_scan(z, weight, h, c)[:2]
