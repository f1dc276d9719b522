"""Checks of what layers are given: dtype, rank, feature count. The error shows what was expected and what came."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_core as ac

__all__ = ["as_input", "check_rank"]


def as_input(x: Any, weight: Any, operation: str) -> ac.Tensor:
    """Make the input of a layer a Tensor of the same floating dtype as its parameters.

    Raises
    ------
    autograd_core.DtypeError
        If the input has another dtype than the weight, which NumPy would promote silently.
    """
    t: ac.Tensor = x if isinstance(x, ac.Tensor) else ac.asarray(x)
    if weight is not None and t.dtype != weight.dtype:
        module = f" or the module with .to({t.dtype.name!r})" if t.dtype.kind in "fc" else ""
        raise ac.DtypeError(
            f"{operation} has parameters of dtype {weight.dtype} but was given {t.dtype}{list(t.shape)}; "
            f"convert with x.astype({np.dtype(weight.dtype).name!r}){module}"
        )
    return t


def check_rank(x: ac.Tensor, ranks: tuple[int, ...], axes: str, operation: str) -> None:
    """Raise if the number of axes is not one of `ranks`; `axes` names what is expected."""
    if x.ndim not in ranks:
        raise ac.ShapeError(f"{operation} takes {axes}, not an input of shape {x.shape}")
