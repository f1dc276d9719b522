"""What a function does on both sides of a point, scale by scale: tells a wrong derivative from a kink, a jump, or noise.

At each scale there is a slope from the left and one from the right, neither of which looks nearer than an eighth of
that scale. Where they agree the function is smooth down to there; where they do not, a kink lies nearer than that, and every
value between them may be the derivative. Finer scales see nearer kinks and more rounding, so each slope has its own error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from ._numerical import as_array

__all__ = ["Scale", "noise_of", "scales", "slopes_nearby"]

Array = np.ndarray[Any, Any]
Line = Callable[[Any], Any]

_FIRST = 3  # the coarsest scale is the unit by 2 to this power
_ROUNDING = 32.0  # by so much does the noise of four values grow in an extrapolated slope, times its scale


class Scale(NamedTuple):
    """The slopes at one scale."""

    left: complex
    right: complex
    across: complex
    """The slope of the line between the two nearest points, one at each side: a jump shows here and in no other."""
    dip: float
    """By how much the value at the point differs from what those at both sides lead to expect, as a slope."""
    error: float
    """Of the slopes together, estimated."""
    settled: bool
    """Whether finer scales change the slopes by less, rounding apart: they do not near an infinite slope."""

    @property
    def middle(self) -> complex:
        return (self.left + self.right) / 2

    @property
    def size(self) -> float:
        return max(abs(self.left), abs(self.right))

    @property
    def gap(self) -> float:
        return abs(self.left - self.right)

    @property
    def jumps(self) -> bool:
        """Whether the function is elsewhere at the other side, or at the point itself."""
        return max(abs(self.across - self.middle), self.dip) > 4 * self.error + self.gap

    def distance(self, value: complex) -> float:
        """How far a value is from being between the two slopes."""
        low, high = sorted((self.left.real, self.right.real))
        if not math.isfinite(abs(value)):
            return math.nan
        aside = max(abs(value.imag - self.middle.imag) - self.gap / 2, 0.0)
        return math.hypot(max(low - value.real, value.real - high, 0.0), aside)


def _value(line: Line, t: float) -> complex:
    with np.errstate(all="ignore"):
        return complex(as_array(line(t)).reshape(()))


def _slopes(values: Array, steps: Array) -> tuple[Array, Array]:
    """Slopes at zero from values at steps that halve: slopes between neighbours, extrapolated twice, and how they vary."""
    with np.errstate(all="ignore"):
        between = np.diff(values) / np.diff(steps)
        once = 2 * between[1:] - between[:-1]
        twice = (4 * once[1:] - once[:-1]) / 3
        return twice[:-1], np.maximum(np.abs(twice - once[1:])[:-1], np.abs(np.diff(twice)))


def scales(line: Line, unit: float, precision: float, noise: float) -> list[Scale]:
    """Look at a function of a number from both sides of zero, from coarse to fine."""
    finest = int(-math.log2(precision)) - 8
    steps = unit * 2.0 ** -np.arange(_FIRST, finest + 1)
    values = [np.array([_value(line, float(side * t)) for t in steps]) for side in (-1, 1)]
    (left, left_spread), (right, right_spread) = (_slopes(v, side * steps) for v, side in zip(values, (-1, 1), strict=True))
    with np.errstate(all="ignore"):
        across = ((values[1] - values[0]) / (2 * steps))[3:]
        means = (values[0] + values[1]) / 2
        dip = np.abs((4 * means[1:] - means[:-1]) / 3 - _value(line, 0.0))[2:] / steps[3:]
        spread = left_spread + right_spread
        rounding = 2 * _ROUNDING * noise / steps[: len(spread)]
        beyond = np.where(spread > 8 * rounding, spread, 0.0)
        settled = np.maximum.accumulate(beyond[::-1])[::-1][1:] <= spread[:-1]
    error = spread + rounding
    return [
        Scale(complex(left[i]), complex(right[i]), complex(across[i]), float(dip[i]), float(error[i]), bool(settled[i]))
        for i in range(len(settled))
    ]


def slopes_nearby(lines: Iterable[Line], step: float) -> list[complex]:
    """Slopes of lines through points beside a kink: what lies between them is a derivative in the generalized sense.

    References
    ----------
    F. Clarke, Optimization and Nonsmooth Analysis, SIAM 1990, theorem 2.5.1.
    """
    return [(_value(line, step) - _value(line, -step)) / (2 * step) for line in lines]


def noise_of(line: Line, unit: float, precision: float, magnitude: float) -> float:
    """Estimate how far rounding moves a function: what is left of its values at close points after differencing several times.

    Parameters
    ----------
    line : callable
        Of a number.
    unit : float
        Of steps.
    precision : float
        The spacing of the numbers that the function computes with.
    magnitude : float
        Of the numbers that the function is known to add up.

    References
    ----------
    J. Moré and S. Wild, Estimating computational noise, SIAM Journal on Scientific Computing 33 (2011), section 3.
    """
    found = []
    for step in (unit * precision**0.5, unit * precision**0.75, 16 * unit * precision):
        for side in (-1, 1):  # apart, since a jump is no noise
            differences = np.array([_value(line, side * k * step) for k in range(1, 10)])
            for k in range(1, 7):
                differences = np.diff(differences)
                if k >= 4:
                    size = float(np.sqrt(np.mean(np.abs(differences) ** 2)))
                    found.append(math.factorial(k) / math.sqrt(math.factorial(2 * k)) * size)
    measured = min((f for f in found if math.isfinite(f)), default=0.0)
    return max(measured, precision * max(abs(_value(line, 0.0)), magnitude))
