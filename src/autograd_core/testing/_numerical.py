"""Derivatives by evaluating a function only: differences with extrapolation and an error estimate, and the complex step.

Everything is a derivative along a line, `t -> f(x + t v)` at `t = 0`; gradients, Jacobians and Hessians walk along the axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .._tensor import Tensor

__all__ = [
    "METHODS",
    "Estimate",
    "along",
    "as_array",
    "numerical_derivative",
    "numerical_gradient",
    "numerical_hessian",
    "numerical_jacobian",
    "scale_of",
    "unit_vectors",
]

Array = np.ndarray[Any, Any]
Line = Callable[[Any], Any]
METHODS = ("forward", "central", "richardson", "complex")

_FACTOR, _LEVELS = 4.0, 8  # steps of Richardson's tableau: a quarter of the one before, eight of them
_LARGEST = 0.125


class Estimate(NamedTuple):
    """A numerical derivative and an estimate of its error, element by element."""

    value: Array
    error: Array


def as_array(y: Any) -> Array:
    """The values of a Tensor, an array or a number."""
    return y.numpy() if isinstance(y, Tensor) else np.asarray(y)


def _epsilon(y: Array) -> float:
    return float(np.finfo(y.dtype).eps) if y.dtype.kind in "fc" else float(np.finfo(float).eps)


def _line(f: Line, t: float) -> Array:
    with np.errstate(all="ignore"):
        y = as_array(f(t))
    return np.asarray(y if y.dtype.kind == "c" else y.astype(float))


def richardson(f: Line, scale: float, precision: float, magnitude: float = 0.0) -> Estimate:
    """Central differences at shrinking steps, extrapolated to step zero; each element keeps its best entry of the tableau.

    `magnitude` is that of the numbers `f` adds up, if it is larger than that of its results, since it is those that round.

    References
    ----------
    C. J. F. Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4 (1982).
    """
    step = _LARGEST * scale
    row: list[Array] = []
    best: Array | None = None
    error: Array | None = None
    for level in range(_LEVELS):
        up, down = _line(f, step), _line(f, -step)
        with np.errstate(all="ignore"):
            noise = precision * np.maximum(np.maximum(np.abs(up), np.abs(down)), magnitude) / step
            new = [(up - down) / (2 * step)]
            if best is None or error is None:
                best, error = np.zeros_like(new[0]), np.full(new[0].shape, np.inf)
            power = _FACTOR**2
            for i in range(level):
                new.append((power * new[i] - row[i]) / (power - 1))
                spread = np.maximum(np.abs(new[i + 1] - new[i]), np.abs(new[i + 1] - row[i])) + noise
                better = spread < error  # False where a step left the domain and made NaN
                best, error = np.where(better, new[i + 1], best), np.where(better, spread, error)
                power *= _FACTOR**2
        row, step = new, step / _FACTOR
    assert best is not None
    assert error is not None
    return Estimate(best, error)


def along(f: Line, *, method: str = "richardson", step: float | None = None, scale: float = 1.0) -> Estimate:
    """Differentiate ``f(t)`` at ``t = 0`` by evaluating it.

    Raises
    ------
    ValueError
        If the method is unknown.
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not one of {', '.join(METHODS)}")
    if method == "complex":
        h = 1e-30 if step is None else step
        with np.errstate(all="ignore"):
            value = np.imag(as_array(f(1j * h))) / h
        return Estimate(value, np.abs(value) * 8 * np.finfo(float).eps)
    here = as_array(f(0.0))
    precision = _epsilon(here)
    if method == "richardson":
        return richardson(f, scale if step is None else step / _LARGEST, precision)
    power = 1 / 2 if method == "forward" else 1 / 3
    h = precision**power * scale if step is None else step
    if method == "forward":
        coarse, value = (_line(f, 2 * h) - here) / (2 * h), (_line(f, h) - here) / h
    else:
        coarse, value = ((_line(f, s) - _line(f, -s)) / (2 * s) for s in (2 * h, h))
    return Estimate(value, np.abs(value - coarse) + precision * np.abs(here) / h)


def scale_of(x: Any) -> Any:
    """The unit of steps from `x`, element by element: within the domain for small ones, above rounding for large ones."""
    size = np.abs(x)
    return np.maximum(np.clip(size, 0.1, 1.0), 1e-6 * size)


def _wide(x: Any) -> Array:
    x = as_array(x)
    return np.asarray(x if x.dtype.kind == "c" else x.astype(float))


def _given(value: Any, estimate: Any, return_error: bool) -> Any:
    return (value, estimate) if return_error else value


def numerical_derivative(
    f: Callable[..., Any], x: Any, *, method: str = "richardson", step: float | None = None, return_error: bool = False
) -> Any:
    """Differentiate an element-wise function at every element of `x`.

    Parameters
    ----------
    f : callable
        Of an array, element by element: of numbers, or of arrays of any shape.
    x : array_like
        Where.
    method : {"richardson", "central", "forward", "complex"}
        Extrapolated central differences; plain ones, whose error is the second or first power of the step; or the complex
        step, exact to rounding where `f` is analytic and takes complex numbers.
    step : float, optional
        The largest step; by default from the magnitude of `x` and the precision of `f`.
    return_error : bool
        Also return the estimated error.

    Returns
    -------
    ndarray, shape of `x`
        And an array of the estimated errors, if asked.

    References
    ----------
    W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40 (1998).

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core.testing import numerical_derivative
    >>> numerical_derivative(np.sin, [0.0, np.pi])
    array([ 1., -1.])
    >>> bool(abs(numerical_derivative(np.exp, 1.0, method="complex") - np.e) < 1e-15)
    True
    """
    x = _wide(x)
    unit = scale_of(x) if step is None and method != "complex" else np.ones(x.shape)
    value, error = along(lambda t: f(x + t * unit), method=method, step=step)
    return _given(value / unit, error / unit, return_error)


def unit_vectors(x: Array) -> Iterator[Array]:
    """Yield the directions of the elements of `x`, one at a time."""
    for i in range(x.size):
        e = np.zeros(x.size, x.dtype)
        e[i] = 1
        yield e.reshape(x.shape)


def numerical_jacobian(
    f: Callable[..., Any], x: Any, *, method: str = "richardson", step: float | None = None, return_error: bool = False
) -> Any:
    """Differentiate every result of `f` with respect to every element of `x`.

    Parameters are those of `numerical_derivative`. With respect to a complex `x`, the derivative along the real axis.

    Returns
    -------
    ndarray, shape ``y.shape + x.shape``
        And an array of the estimated errors, if asked.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core.testing import numerical_jacobian
    >>> numerical_jacobian(lambda x: x[::-1] * 2, [1.0, 2.0]).round(9)
    array([[0., 2.],
           [2., 0.]])
    """
    x = _wide(x)
    y = as_array(f(x))

    def column(e: Array) -> Estimate:
        scale = float(scale_of(x[e != 0]).max())
        return along(lambda t: f(x + t * e), method=method, step=step, scale=scale)

    columns = [column(e) for e in unit_vectors(x)]
    shape = y.shape + x.shape
    if not columns:
        return _given(np.zeros(shape), np.zeros(shape), return_error)
    value, error = (np.stack([c[k] for c in columns], axis=-1).reshape(shape) for k in (0, 1))
    return _given(value, error, return_error)


def numerical_gradient(
    f: Callable[..., Any], x: Any, *, method: str = "richardson", step: float | None = None, return_error: bool = False
) -> Any:
    """Differentiate a function of one result with respect to every element of `x`.

    Parameters are those of `numerical_derivative`.

    Returns
    -------
    ndarray, shape of `x`
        And an array of the estimated errors, if asked.

    Raises
    ------
    ValueError
        If `f` returns more than one number.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core.testing import numerical_gradient
    >>> numerical_gradient(lambda x: (x * x).sum(), [1.0, 2.0]).round(9)
    array([2., 4.])
    """
    x = _wide(x)
    y = as_array(f(x))
    if y.size != 1:
        raise ValueError(f"numerical_gradient of a function with results of shape {y.shape}; use numerical_jacobian")
    value, error = numerical_jacobian(f, x, method=method, step=step, return_error=True)
    return _given(value.reshape(x.shape), error.reshape(x.shape), return_error)


def numerical_hessian(f: Callable[..., Any], x: Any, *, step: float | None = None) -> Array:
    """Second derivatives of a function of one result, from second differences, extrapolated once.

    Parameters
    ----------
    f : callable
        Returns one number.
    x : array_like
        Where.
    step : float, optional
        By default from the magnitude of `x` and the precision of `f`.

    Returns
    -------
    ndarray, shape ``x.shape + x.shape``
        Symmetric; about eight digits are right.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_core.testing import numerical_hessian
    >>> numerical_hessian(lambda x: x[0] ** 2 * x[1], [1.0, 2.0]).round(5)
    array([[4., 2.],
           [2., 0.]])
    """
    x = _wide(x)
    h = float(np.finfo(float).eps ** (1 / 6)) * float(scale_of(x).max(initial=0.1)) if step is None else step
    units = list(unit_vectors(x))
    rows = np.zeros((x.size, x.size))

    def mixed(a: Array, b: Array, s: float) -> float:
        corners = (f(x + s * (i * a + j * b)) for i in (1, -1) for j in (1, -1))
        pp, pm, mp, mm = (float(as_array(c).reshape(())) for c in corners)
        return (pp - pm - mp + mm) / (4 * s * s)

    for i, a in enumerate(units):
        for j, b in enumerate(units[: i + 1]):
            rows[i, j] = rows[j, i] = (4 * mixed(a, b, h / 2) - mixed(a, b, h)) / 3
    return rows.reshape(x.shape * 2)
