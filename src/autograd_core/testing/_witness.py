"""Comparing one number with its witness: a numerical derivative along a line, and what the function does there.

Where the two disagree, slopes from both sides tell a wrong derivative from a kink or a jump: at a kink any value between the
slopes of the two sides is right.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._numerical import Estimate, along, as_array, richardson
from ._sides import noise_of, scales, slopes_nearby

__all__ = ["CENTRAL", "COMPLEX", "Tolerance", "Verdict", "compare"]

Array = np.ndarray[Any, Any]
Line = Callable[[Any], Any]
Nearby = Callable[[float], Iterable[Line]]

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
    fault: str = ""
    kink: bool = False
    """Whether there is a kink or a jump at the point or near it, or something else that no difference can follow."""
    noise: float = 0.0
    """By how much rounding moves the function, where that was measured."""

    def passed(self, note: str, *, kink: bool = False) -> Verdict:
        """Let it pass, and say why no more can be asked."""
        self.agrees, self.note, self.kink = True, note, kink
        return self


def compare(
    analytic: complex,
    line: Line,
    *,
    size: float,
    unit: float,
    tolerance: Tolerance,
    magnitude: float,
    analytic_line: bool,
    nearby: Nearby,
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
    nearby : callable
        Of a distance: gives parallel lines at random places that far away.
    """

    def reliable(value: Any, error: Any) -> bool:
        return bool(error <= max(tolerance.allowed(max(size, abs(value))), 0.01 * max(size, abs(value))))  # not if it is NaN

    estimate = _scalar(richardson(line, unit, tolerance.precision, magnitude))
    method = CENTRAL
    if analytic_line and reliable(estimate.value, estimate.error):
        exact = _complex_step(line)
        if exact is not None and abs(exact - estimate.value) <= 4 * estimate.error + tolerance.allowed(abs(exact)):
            estimate, method = Estimate(exact, abs(exact) * 1e-14), COMPLEX  # type: ignore[arg-type]
    for smaller in (1.0, 1e-3, 1e-6):  # beside a singularity only tiny steps stay clear of it
        if smaller < 1:
            finer = _scalar(richardson(line, smaller * unit, tolerance.precision, magnitude))
            if not _relative(finer) < _relative(estimate):
                continue
            estimate, method = finer, CENTRAL
        value, error = complex(estimate.value), float(estimate.error)
        difference = abs(analytic - value)
        verdict = Verdict(True, value, error, method, difference / max(size, abs(value), 1e-300))
        if reliable(value, error) and difference <= tolerance.allowed(max(size, abs(value))) + 4 * error:
            return verdict
    return _examined(analytic, line, verdict, size, unit, tolerance, magnitude, nearby)


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
    size: float,
    unit: float,
    tolerance: Tolerance,
    magnitude: float,
    nearby: Nearby,
) -> Verdict:
    """Judge a derivative that central differences do not confirm by the finest scale that can tell the two apart."""
    precision = tolerance.precision
    noise = verdict.noise = noise_of(line, unit, precision, magnitude)
    rough = noise > precision**0.5 * max(abs(complex(as_array(line(t)).reshape(()))) for t in (0.0, unit / 8))
    finite = bool(np.isfinite(analytic))
    doubt = abs(analytic - verdict.value) / 4 if finite else np.inf
    for scale in reversed(scales(line, unit, precision, noise)):
        allowed = tolerance.allowed(max(size if np.isfinite(size) else 0.0, abs(scale.middle)))
        slack = 4 * scale.error + allowed
        fits = scale.distance(analytic) <= slack
        if not np.isfinite(slack) or (fits and slack > doubt):
            continue  # there is too much noise to tell the two apart
        if not fits and not (scale.settled and scale.error <= max(0.0 if rough else allowed, 0.05 * scale.size)):
            continue  # the slopes do not converge
        if scale.jumps:
            return verdict.passed("the function jumps here: no derivative to compare with", kink=True)
        left, right = scale.left.real, scale.right.real
        kink = f"a kink: the derivative is {left:.6g} from one side and {right:.6g} from the other" if scale.gap > slack else ""
        if fits:
            return verdict.passed(kink or "there is a kink near this point", kink=True)
        if kink and finite:
            step = unit * precision ** (1 / 3)
            slopes = [s.real for s in slopes_nearby(nearby(16 * step), step)]
            if min(slopes) - slack - 8 * noise / step <= analytic.real <= max(slopes) + slack + 8 * noise / step:
                return verdict.passed(f"{kink}, and from {min(slopes):.6g} to {max(slopes):.6g} nearby", kink=True)
            verdict.fault = f"{kink}; the analytic one is not between them"
        elif not finite:
            verdict.fault = "the analytic derivative is not finite, the numerical one is"
        if not kink and not abs(verdict.value - scale.middle) <= slack:
            verdict.value, verdict.error, verdict.method = scale.middle, scale.error, SIDES
        verdict.agrees = False
        return verdict
    value = verdict.value.real if verdict.value.imag == 0 else verdict.value
    return verdict.passed(
        f"no reliable witness: the numerical derivative {value:.6g} has an estimated error of {verdict.error:.1e}",
        kink=bool(np.isfinite(verdict.error)),
    )
