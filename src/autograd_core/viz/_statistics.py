"""Summaries of arrays for the page: a few numbers, a histogram and, for small arrays, the values themselves.

Everything is computed in float64 over the finite entries, so a summary never holds a NaN; the NaN and infinite
entries are counted instead. Complex arrays are summarised by their magnitude.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

#: Bins of a histogram.
BINS = 20
#: An array of at most this many elements is kept whole beside its summary.
KEEP = 64


@dataclass(frozen=True, slots=True)
class Statistics:
    """Summarise one array.

    ``min``, ``max``, ``mean``, ``std`` and ``l2`` are over the finite entries and None when there are none;
    ``nan``, ``inf`` and ``zero`` count entries; ``counts`` is a histogram over ``[min, max]``; ``value`` is the
    array as nested lists (non-finite and complex numbers as strings) when it was kept.

    Examples
    --------
    >>> s = summarise(np.array([3.0, -4.0, 0.0]))
    >>> s.l2, s.min, s.max, s.zero
    (5.0, -4.0, 3.0, 1)
    """

    size: int
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    std: float | None = None
    l2: float | None = None
    nan: int = 0
    inf: int = 0
    zero: int = 0
    counts: tuple[int, ...] = ()
    value: Any = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "size": self.size,
            "min": self.min,
            "max": self.max,
            "mean": self.mean,
            "std": self.std,
            "l2": self.l2,
            "nan": self.nan,
            "inf": self.inf,
            "zero": self.zero,
            "histogram": list(self.counts),
            "value": self.value,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Statistics:
        """Read what `to_dict` wrote; numbers are checked, absent fields take their defaults."""
        fields: dict[str, Any] = {key: _number(data.get(key)) for key in ("min", "max", "mean", "std", "l2")}
        fields.update({key: int(data.get(key, 0)) for key in ("size", "nan", "inf", "zero")})
        return cls(counts=tuple(int(c) for c in data.get("histogram", ())), value=data.get("value"), **fields)


def summarise(array: Any, *, keep: int = KEEP) -> Statistics:
    """Return the `Statistics` of an array (any shape, any numeric dtype), keeping up to ``keep`` elements."""
    a = np.asarray(array)
    value = _listed(a) if a.size <= keep else None
    if a.dtype.kind not in "biufc":
        return Statistics(size=a.size, value=value)
    x = np.abs(a) if a.dtype.kind == "c" else a
    x = np.asarray(x, dtype=np.float64).ravel()
    with np.errstate(all="ignore"):
        finite = np.isfinite(x)
        kept = x if finite.all() else x[finite]
        nan = int(np.count_nonzero(np.isnan(x)))
        found: dict[str, Any] = {"nan": nan, "inf": x.size - kept.size - nan}
        found["zero"] = int(x.size - np.count_nonzero(x))
        if kept.size:
            low, high = float(kept.min()), float(kept.max())
            found.update(min=low, max=high, counts=_histogram(kept, low, high), l2=_finite(_norm(kept)))
            found.update(mean=_finite(kept.mean()), std=_finite(kept.std()))
    return Statistics(size=a.size, value=value, **found)


def _norm(x: npt.NDArray[np.float64]) -> float:
    """Return the Euclidean norm; scaled only where squaring would overflow or vanish."""
    norm = float(np.linalg.norm(x))
    if math.isinf(norm) or norm < 1e-150:
        scale = float(np.max(np.abs(x)))
        norm = scale * float(np.linalg.norm(x / scale)) if scale > 0 else 0.0
    return norm


def _histogram(x: npt.NDArray[np.float64], low: float, high: float) -> tuple[int, ...]:
    if not high > low:
        return (x.size,)
    # Halved before subtracting: high - low may overflow when both are near the largest float.
    width = high / 2 - low / 2
    place = (x / 2 - low / 2) / width * BINS if width > 0 else np.zeros_like(x)
    bins = np.minimum(place.astype(np.int64), BINS - 1)
    return tuple(int(c) for c in np.bincount(bins, minlength=BINS))


def _finite(x: Any) -> float | None:
    x = float(x)
    return x if math.isfinite(x) else None


def _number(x: Any) -> float | None:
    return None if x is None else _finite(x)


def _listed(a: npt.NDArray[Any]) -> Any:
    """Return nested lists that JSON can hold: non-finite and complex numbers become strings."""
    if a.dtype.kind in "biu":
        return a.tolist()
    flat = [_readable(x) if a.dtype.kind == "f" else str(x) for x in a.ravel()]
    nested = np.empty(a.shape, dtype=object)
    nested.ravel()[:] = flat
    return nested.tolist()


def _readable(x: Any) -> float | str:
    """Return the shortest number that reads back: float32 would otherwise print as 0.10000000149011612."""
    number = float(str(x))
    return number if math.isfinite(number) else str(number)
