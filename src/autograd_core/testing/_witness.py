"""Comparing one number with its witness: a numerical derivative along a line, and what the function does there.

Where the two disagree, one-sided derivatives tell a wrong derivative from a kink or a jump: at a kink any value between the
derivatives from the two sides is right.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ._numerical import Estimate, along, as_array, one_sided, richardson

__all__ = ["CENTRAL", "COMPLEX", "Tolerance", "Verdict", "compare"]

Array = np.ndarray[Any, Any]
Line = Callable[[Any], Any]

CENTRAL = "central differences, extrapolated"
COMPLEX = "complex step"
SIDES = "derivatives from both sides"


@dataclass(frozen=True)
class Tolerance:
    """How far a derivative may be from its witness, beside the witness's own error."""

    relative: float
    absolute: float
    precision: float
    """The spacing of the numbers that the function computes with."""

    @staticmethod
    def of(dtype: np.dtype[Any], rtol: float | None, atol: float | None) -> Tolerance:
        """By dtype, where the caller gave none."""
        precision = float(np.finfo(dtype).eps)
        relative = max(precision**0.4, 1e-6) if rtol is None else rtol
        return Tolerance(relative, relative * 1e-3 if atol is None else atol, precision)

    def allowed(self, size: Any) -> Any:
        return self.relative * size + self.absolute


@dataclass
class Verdict:
    """The outcome of one comparison: whether it stands, the witness, and what is known about the point."""

    agrees: bool
    value: complex = 0.0
    error: float = 0.0
    method: str = CENTRAL
    difference: float = 0.0
    note: str = ""
    fault: str = field(default="")


def compare(
    analytic: complex, line: Line, *, size: float, unit: float, tolerance: Tolerance, magnitude: float, analytic_line: bool
) -> Verdict:
    """Compare a derivative along a line with numerical ones.

    Parameters
    ----------
    analytic : complex
        The derivative to be judged.
    line : callable
        The function along the line, of a number.
    size : float
        Of the terms that make up the derivative, so that cancellation is not taken for disagreement.
    unit : float
        Of steps along the line.
    magnitude : float
        Of the numbers that the function adds up.
    analytic_line : bool
        Try the complex step, and use it where central differences confirm it.
    """
    estimate = _scalar(richardson(line, unit, tolerance.precision, magnitude))
    method = CENTRAL
    if analytic_line:
        exact = _complex_step(line)
        if exact is not None and abs(exact - estimate.value) <= 10 * estimate.error + tolerance.allowed(abs(exact)):
            estimate, method = Estimate(exact, abs(exact) * 1e-14), COMPLEX  # type: ignore[arg-type]
    for smaller in (1.0, 1e-3, 1e-6):  # beside a singularity only tiny steps stay clear of it
        if smaller < 1:
            finer = _scalar(richardson(line, smaller * unit, tolerance.precision, magnitude))
            if not _relative(finer) < _relative(estimate):
                continue
            estimate, unit, method = finer, smaller * unit, CENTRAL
        value, error = complex(estimate.value), float(estimate.error)
        allowed = tolerance.allowed(max(size, abs(value) if np.isfinite(error) else 0.0))
        difference = abs(analytic - value)
        verdict = Verdict(True, value, error, method, difference / max(size, abs(value), 1e-300))
        reliable = np.isfinite(error) and error <= max(allowed, 0.01 * max(size, abs(value)))
        if reliable and difference <= allowed + 4 * error:
            return verdict
    return _examined(analytic, line, verdict, allowed, unit, tolerance, magnitude, reliable)


def _scalar(estimate: Estimate) -> Estimate:
    return Estimate(estimate.value.reshape(()), estimate.error.reshape(()))


def _relative(estimate: Estimate) -> float:
    return float(estimate.error) / max(abs(complex(estimate.value)), 1e-300)


def _complex_step(line: Line) -> complex | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a cast that discards the imaginary part is not analytic
            value = complex(as_array(along(line, method="complex").value).reshape(()))
    except Exception:  # noqa: BLE001  (whatever keeps a function from taking complex numbers)
        return None
    return value if np.isfinite(value) else None


def _examined(
    analytic: complex,
    line: Line,
    verdict: Verdict,
    allowed: float,
    unit: float,
    tolerance: Tolerance,
    magnitude: float,
    reliable: bool,
) -> Verdict:
    left, right = (_scalar(one_sided(line, unit, tolerance.precision, side, magnitude)) for side in (-1.0, 1.0))
    trust = max(allowed, 1e-3 * max(abs(left.value), abs(right.value)))
    if not (left.error <= trust and right.error <= trust):
        if _jumps(line, unit, tolerance, magnitude):
            verdict.note = "the function jumps here: no derivative to compare with"
            return verdict
        if not np.isfinite(analytic) and reliable:
            verdict.agrees, verdict.fault = False, "the analytic derivative is not finite, the numerical one is"
            return verdict
        if reliable:
            verdict.agrees = False
            return verdict
        verdict.note = (
            f"no reliable witness: the numerical derivative {verdict.value:.6g} has an estimated error of {verdict.error:.1e}"
        )
        return verdict
    slack = 4 * (left.error + right.error) + allowed
    gap = abs(left.value - right.value)
    if gap <= slack:
        middle = (complex(left.value) + complex(right.value)) / 2
        if not reliable or abs(verdict.value - middle) > slack:
            verdict.value, verdict.error, verdict.method = middle, float(left.error + right.error), SIDES
        verdict.agrees = bool(abs(analytic - middle) <= slack)
        verdict.note = "" if verdict.agrees and reliable else "there is a kink near this point" if verdict.agrees else ""
        return verdict
    low, high = sorted((float(left.value.real), float(right.value.real)))
    text = (
        f"a kink: the derivative is {float(left.value.real):.6g} from one side and {float(right.value.real):.6g} from the other"
    )
    verdict.agrees = bool(low - slack <= np.real(analytic) <= high + slack)
    if verdict.agrees:
        verdict.note = text
    else:
        verdict.fault = f"{text}; the analytic one is not between them"
    return verdict


def _jumps(line: Line, unit: float, tolerance: Tolerance, magnitude: float) -> bool:
    """Whether the function moves by as much over a tiny step as over a small one."""
    with np.errstate(all="ignore"):
        here = as_array(line(0.0))
        far, near = (
            max(abs(complex(as_array(line(s * unit * h)).reshape(())) - complex(here.reshape(()))) for s in (1, -1))
            for h in (2.0**-12, 2.0**-26)
        )
    floor = 100 * tolerance.precision * max(abs(complex(here.reshape(()))), magnitude)
    return bool(near > floor and near > 0.1 * far)
