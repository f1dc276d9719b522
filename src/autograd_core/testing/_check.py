"""`check_gradients`: derivatives of any order, from both walks, against witnesses that know nothing of rules.

From `s0(x) = Re <u, f(x)>`, with a random `u`, each next order is `s(k+1) = Re <grad s(k), v>` along a random `v`. Compared are
numbers: each walk's derivative of `s(k)` along a line, and central differences of `s(k)`, itself exact, along the same line.
From the second order on `f` is bent, so that cotangents depend on the operands and one that loses its history is noticed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._errors import AutogradError
from ._comparisons import Comparisons
from ._locate import locate
from ._problem import Problem
from ._report import AccuracyWarning, DerivativeError, Finding, Report
from ._snippet import snippet
from ._witness import Tolerance

__all__ = ["Unexplained", "check_gradients"]

Array = np.ndarray[Any, Any]
MODES = ("reverse", "forward")
_FULL = 12  # operands of at most so many elements are checked element by element unless told otherwise


def check_gradients(
    f: Callable[..., Any],
    *xs: Any,
    order: int = 2,
    modes: Sequence[str] = MODES,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int = 0,
    full: bool | None = None,
    directions: Callable[[np.random.Generator], Sequence[Array]] | None = None,
    explain: bool = True,
) -> Report:
    """Check the derivatives of a function at a point, in both walks and to any order.

    Parameters
    ----------
    f : callable
        Takes and returns Tensors, or nested dicts, lists and tuples of them, real or complex.
    *xs : array_like
        The point. Floating and complex leaves are differentiated; integers, booleans and other objects are held.
    order : int
        The highest order of derivative.
    modes : sequence of {"reverse", "forward"}
        The walks.
    rtol, atol : float, optional
        Differences allowed beside the estimated error of the witness; by default 1e-6 for float64, by dtype for others.
    seed : int
        Of the random directions.
    full : bool, optional
        Compare element by element, or along random directions (which finds as much, and costs the same for large operands); by
        default by elements for small operands whose directions are free. What fails along a direction is traced to its element
        either way.
    directions : callable, optional
        Draws one direction for each operand, where not every direction is allowed (symmetric matrices, say).
    explain : bool
        Look for the operation that is wrong, which takes as long as the check of each.

    Returns
    -------
    Report
        What was compared, and kinks or jumps that were met: at those any value between the two sides passes.

    Raises
    ------
    DerivativeError
        If a derivative is wrong, or `f` gives two results for one point. The message names the operand, the element, the
        operation of the graph whose rule is wrong, and holds a snippet that repeats the check.

    Warns
    -----
    AccuracyWarning
        In float32 and float16, whose rounding hides errors of up to a percent.

    References
    ----------
    A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, section 3.2, for the two walks.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> report = ac.testing.check_gradients(lambda x: np.tanh(x) * x, np.array([0.5, -1.0]), order=3)
    >>> report.comparisons > 6 and report.worst < 1e-6
    True
    """
    unknown = set(modes) - set(MODES)
    if unknown or order < 1:
        raise ValueError(f"check_gradients(order={order}, modes={tuple(modes)}); order is at least 1, modes are among {MODES}")
    problem = Problem(f, xs, seed)
    if problem.dtype.itemsize < 8 and problem.dtype.kind == "f":
        warnings.warn(
            f"check_gradients in {problem.dtype} sees errors above about a percent only; pass float64 operands if f takes "
            "them, or look for a cast inside",
            AccuracyWarning,
            stacklevel=2,
        )
    by_elements = problem.size <= _FULL and directions is None if full is None else full
    check = Comparisons(problem, Tolerance.of(problem.dtype, rtol, atol), modes, by_elements, directions)
    finding = check.run(order)
    if finding is None:
        return check.report()
    if explain:
        raise _failure(finding, f, xs, problem)

    def explained() -> DerivativeError:
        try:
            check_gradients(f, *xs, order=order, modes=modes, rtol=rtol, atol=atol, seed=seed, full=full, directions=directions)
        except DerivativeError as error:
            return error
        return DerivativeError(str(finding))

    raise Unexplained(finding, explained)


class Unexplained(DerivativeError):
    """A failure whose operation is not looked for yet: a search through many failures explains the last one only."""

    def __init__(self, finding: Finding, explain: Callable[[], DerivativeError]) -> None:
        super().__init__(str(finding))
        self.finding, self.explain = finding, explain


def _failure(finding: Finding, f: Callable[..., Any], xs: Sequence[Any], problem: Problem) -> DerivativeError:
    found = locate(problem.f, problem.operands, lambda g, *ys: _wrong(g, ys, finding.order))
    lines = [str(finding)]
    call = f"ac.testing.check_gradients({{f}}, {{xs}}, order={finding.order})"
    if found is not None:
        lines.append(f"the rule of {found.name} is wrong: {found.where}")
        code = snippet(found.function, found.operands, call, found.metadata)
    else:
        code = snippet(f, xs, call)
    lines += ["to repeat:", *(f"    {line}" for line in code.splitlines())]
    error = DerivativeError("\n".join(lines))
    error.finding = finding
    error.operation = None if found is None else found.name
    return error


def _wrong(f: Callable[..., Any], xs: Sequence[Any], order: int) -> bool:
    """Whether a single operation is wrong at its own operands: the check, without a search of its own."""
    try:
        problem = Problem(f, xs, seed=1)
        return Comparisons(problem, Tolerance.of(problem.dtype, None, None), MODES, False, None).run(order) is not None
    except AutogradError:
        return False
