"""`check_derivative`: a derivative from anywhere, another engine or a page of algebra, against numerical ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._errors import ShapeError
from ._comparisons import neighbours
from ._numerical import as_array, scale_of, unit_vectors
from ._report import DerivativeError, Finding, Report
from ._snippet import snippet
from ._witness import Tolerance, Verdict, compare

__all__ = ["check_derivative"]

Array = np.ndarray[Any, Any]


def check_derivative(
    f: Callable[..., Any],
    df: Callable[..., Any],
    *xs: Any,
    rtol: float | None = None,
    atol: float | None = None,
) -> Report:
    """Check a derivative from anywhere: written by hand, SciPy's `fprime` and `jac`, or another engine's.

    Parameters
    ----------
    f : callable
        Takes and returns arrays or numbers.
    df : callable
        Its derivative at the same operands: for each operand (a tuple if there are several) the gradient of a function of one
        result, the Jacobian of shape ``y.shape + x.shape``, or the derivative of an element-wise function, of the shape of `x`.
    *xs : array_like
        The point, real.
    rtol, atol : float, optional
        Differences allowed beside the estimated error of the witness; by default 1e-6 for float64, by dtype for others.

    Returns
    -------
    Report
        What was compared, and kinks or jumps that were met.

    Raises
    ------
    DerivativeError
        If an element is wrong; the message names it, and the values.
    ShapeError
        If the derivative has a shape that fits none of the three.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core.testing import check_derivative
    >>> bool(check_derivative(np.sin, np.cos, np.array([0.0, 1.0])))
    True
    >>> check_derivative(np.cos, np.sin, 1.0)
    Traceback (most recent call last):
        ...
    autograd_core.testing._report.DerivativeError: wrong derivative of order 1 with respect to operand 0:
        analytic  (given): 0.8414709848078965
        numerical (complex step): -0.8414709848078965, estimated error 8.4e-15
    ...
    """
    operands = [np.asarray(as_array(x), dtype=None if as_array(x).dtype.kind == "f" else float) for x in xs]
    given = df(*operands)
    given = list(given) if isinstance(given, tuple | list) and len(operands) > 1 else [given]
    y = as_array(f(*operands))
    verdicts: list[Verdict] = []
    for i, (x, d) in enumerate(zip(operands, given, strict=True)):
        jacobian, diagonal = _laid_out(as_array(d), x, y)
        tolerance = Tolerance.of(x.dtype, rtol, atol)
        for j, e in enumerate(unit_vectors(x)):
            for k in [j] if diagonal else range(y.size):
                verdict = _compared(f, operands, i, e, k, jacobian[:, j], tolerance)
                verdicts.append(verdict)
                if not verdict.agrees:
                    of = "" if y.size == 1 or diagonal else f" of result {_index(k, y)}"
                    raise _failure(f, df, operands, f"operand {i}{of}", _index(j, x), complex(jacobian[k, j]), verdict)
    worst = max((v.difference for v in verdicts if not v.note and np.isfinite(v.difference)), default=0.0)
    notes = dict.fromkeys(v.note for v in verdicts if v.note)
    return Report(len(verdicts), worst, tuple(dict.fromkeys(v.method for v in verdicts)), tuple(notes))


def _index(flat: int, x: Array) -> tuple[int, ...]:
    return tuple(int(n) for n in np.unravel_index(flat, x.shape))


def _failure(
    f: Callable[..., Any],
    df: Callable[..., Any],
    operands: list[Array],
    name: str,
    element: tuple[int, ...],
    analytic: complex,
    v: Verdict,
) -> DerivativeError:
    finding = Finding(1, "given", name, element, analytic, v.value, v.error, v.method, note=v.fault)
    code = snippet(f, operands, "ac.testing.check_derivative({f}, {df}, {xs})", df=df)
    error = DerivativeError("\n".join([str(finding), "to repeat:", *(f"    {line}" for line in code.splitlines())]))
    error.finding = finding
    return error


def _laid_out(d: Array, x: Array, y: Array) -> tuple[Array, bool]:
    """A derivative as a Jacobian of shape (results, elements of x), and whether only its diagonal is meant."""
    if d.shape == y.shape + x.shape or (y.size == 1 and d.shape == x.shape) or d.size == 1 == y.size * x.size:
        return d.reshape(y.size, x.size), False
    if d.shape == x.shape == y.shape:
        return np.diag(d.reshape(-1)), True
    raise ShapeError(
        f"check_derivative: a derivative of shape {d.shape} for results of shape {y.shape} and an operand of shape {x.shape}; "
        f"give a gradient or an element-wise derivative of shape {x.shape}, or a Jacobian of shape {y.shape + x.shape}"
    )


def _compared(
    f: Callable[..., Any], operands: list[Array], i: int, e: Array, k: int, column: Array, tolerance: Tolerance
) -> Verdict:
    """Compare the derivative of result `k` along the axis `e` of operand `i`; `column` holds that of every result."""

    def line_at(xs: list[Array]) -> Callable[[Any], Any]:
        def line(t: Any) -> Any:
            moved = xs[i] + t * e
            moved = moved if isinstance(t, complex) else moved.astype(xs[i].dtype)
            return as_array(f(*(moved if j == i else x for j, x in enumerate(xs)))).reshape(-1)[k]

        return line

    return compare(
        complex(column[k]),
        line_at(operands),
        size=float(np.abs(column[np.isfinite(column)]).max(initial=0.0)),
        unit=float(scale_of(operands[i][e != 0]).max()),
        tolerance=tolerance,
        magnitude=0.0,
        analytic_line=tolerance.precision < 1e-10,
        nearby=lambda distance: map(line_at, neighbours(operands, distance)),
    )
