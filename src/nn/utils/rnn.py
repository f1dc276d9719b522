"""Sequences of different lengths: padded to one array, or packed without the padding (`nn.utils.rnn`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd_core as ac

from .._arrays import array_of, tensor_of
from .._errors import ArgumentError

__all__ = [
    "PackedSequence",
    "detach",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
]


class PackedSequence(NamedTuple):
    """Sequences sorted by falling length, step after step, without padding.

    Attributes
    ----------
    data : Tensor, shape (sum of lengths, ...)
    batch_sizes : ndarray of int, shape (longest,)
        How many sequences reach each step.
    sorted_indices, unsorted_indices : ndarray of int, shape (B,), or None
        The permutation to the sorted order, and back.
    """

    data: Any
    batch_sizes: np.ndarray[Any, Any]
    sorted_indices: np.ndarray[Any, Any] | None = None
    unsorted_indices: np.ndarray[Any, Any] | None = None


def pad_sequence(
    sequences: Sequence[Any], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> ac.Tensor:
    """Stack sequences (T_i, ...) into (longest, B, ...), or (B, longest, ...) with `batch_first`; pad behind or before them.

    Raises
    ------
    ArgumentError
        If there is no sequence, or `padding_side` is neither ``right`` nor ``left``.
    """
    if not len(sequences) or padding_side not in ("right", "left"):
        raise ArgumentError(
            f"pad_sequence needs a sequence, of which it got {len(sequences)}, and {padding_side=} right or left"
        )
    longest = max(len(s) for s in sequences)
    padded = []
    for s in map(ac.asarray, sequences):
        rest = np.full((longest - len(s), *s.shape[1:]), padding_value, s.dtype)
        padded.append(ac.concatenate([s, rest] if padding_side == "right" else [rest, s]) if len(rest) else s)
    stacked: ac.Tensor = ac.stack(padded, axis=0 if batch_first else 1)
    return stacked


def pack_padded_sequence(input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True) -> PackedSequence:
    """Leave the padding of (T, B, ...) out.

    Parameters
    ----------
    input : Tensor, shape (T, B, ...), or (B, T, ...) with `batch_first`
    lengths : array_like of int, shape (B,)
    enforce_sorted : bool
        Raise unless the lengths fall; without it the sequences are sorted.

    Raises
    ------
    autograd_core.ShapeError
        If there is no sequence, a length is not in [1, T], or lengths rise with `enforce_sorted`.
    """
    lengths = array_of(lengths)
    x = tensor_of(input)
    if batch_first:
        x = x.swapaxes(0, 1)
    if not lengths.size:
        raise ac.ShapeError(f"no sequence to pack in an input of shape {x.shape}; pass one with a batch of at least one")
    if lengths.shape != x.shape[1:2] or (lengths < 1).any() or (lengths > x.shape[0]).any():
        raise ac.ShapeError(f"lengths {lengths.tolist()} must be {x.shape[1]} numbers from 1 to {x.shape[0]}")
    if enforce_sorted and (np.diff(lengths) > 0).any():
        raise ac.ShapeError(f"lengths {lengths.tolist()} must fall; pass enforce_sorted=False to have them sorted")
    order = np.argsort(-lengths, kind="stable")
    steps = np.arange(int(lengths.max()))
    sizes = (steps[:, None] < lengths).sum(axis=1)
    times = np.repeat(steps, sizes)
    places = order[np.concatenate([np.arange(n) for n in sizes])]
    back = np.argsort(order)
    return PackedSequence(x[times, places], sizes, None if enforce_sorted else order, None if enforce_sorted else back)


def pack_sequence(sequences: Sequence[Any], enforce_sorted: bool = True) -> PackedSequence:
    """Pack a list of sequences (T_i, ...)."""
    return pack_padded_sequence(pad_sequence(sequences), [len(s) for s in sequences], enforce_sorted=enforce_sorted)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[ac.Tensor, np.ndarray[Any, Any]]:
    """Return the padded sequences in their original order, and their lengths.

    Parameters
    ----------
    total_length : int, optional
        Pad to so many steps instead of the longest sequence's.

    Raises
    ------
    ArgumentError
        If a sequence is longer than `total_length`.
    """
    data, sizes = sequence.data, sequence.batch_sizes
    batch, steps = int(sizes[0]), len(sizes)
    if total_length is not None:
        if total_length < steps:
            raise ArgumentError(f"total_length={total_length} is less than the longest sequence, of {steps} steps")
        sizes, steps = np.concatenate([sizes, np.zeros(total_length - steps, sizes.dtype)]), total_length
    lengths = (sizes[:, None] > np.arange(batch)).sum(axis=0)
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    back = np.arange(batch) if sequence.unsorted_indices is None else sequence.unsorted_indices
    lengths = lengths[back]
    inside = np.arange(steps)[:, None] < lengths
    rows = np.where(inside, offsets[:, None] + back, 0)
    mask = inside.reshape(*inside.shape, *(1,) * (data.ndim - 1))
    padded: ac.Tensor = ac.where(mask, data[rows], padding_value)
    return (padded.swapaxes(0, 1) if batch_first else padded), lengths


def detach(state: Any) -> Any:
    """Cut the history of a recurrent state, or of a tuple of them: truncated backpropagation through time.

    Examples
    --------
    >>> import nn, numpy as np
    >>> lstm, state = nn.LSTM(1, 4), None
    >>> for chunk in np.zeros((5, 10, 2, 1), np.float32):  # 50 steps, differentiated 10 at a time
    ...     y, state = lstm(chunk, state)
    ...     y.sum().backward()
    ...     state = nn.utils.rnn.detach(state)
    """
    return tuple(map(detach, state)) if isinstance(state, tuple) else state.detach()
