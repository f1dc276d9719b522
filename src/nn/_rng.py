"""Random numbers: an explicit generator or seed wherever one is taken, and one default generator that `manual_seed` resets."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_core as ac

__all__ = ["Rng", "generator", "manual_seed", "random_state", "set_random_state"]

Rng = np.random.Generator | int | None

_DEFAULT = np.random.default_rng()


def generator(rng: Rng = None) -> np.random.Generator:
    """Return the generator that `rng` stands for: itself, a fresh one from a seed, or the default one.

    Examples
    --------
    >>> generator(0).integers(10) == generator(0).integers(10)
    np.True_
    """
    if rng is None:
        return _DEFAULT
    return rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng)


def manual_seed(seed: int) -> np.random.Generator:
    """Reset the default generator, from which layers, dropout and loaders draw when no `rng` is given.

    Parameters
    ----------
    seed : int
        Any non-negative integer.

    Returns
    -------
    numpy.random.Generator
        The default generator.

    Examples
    --------
    >>> import nn
    >>> first = nn.manual_seed(3).random()
    >>> first == nn.manual_seed(3).random()
    True
    """
    set_random_state(np.random.default_rng(seed).bit_generator.state)
    return _DEFAULT


def random_state() -> Any:
    """Return the state of the default generator, as plain numbers that JSON can hold."""
    return _DEFAULT.bit_generator.state


def set_random_state(state: Any) -> None:
    """Put the default generator into a state that `random_state` returned."""
    _DEFAULT.bit_generator.state = state


# A checkpointed function that runs again must draw the same numbers, for example in dropout.
ac.register_state(random_state, set_random_state)
