"""`property_test`: one line gives a test that runs every law and every check on an operation over drawn operands."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._errors import require
from . import laws
from ._check import Unexplained, check_gradients
from ._report import AccuracyWarning
from .domains import Domain, Operand

__all__ = ["Settings", "property_test"]

LAWS = (laws.recorded, laws.forms, laws.checkpointed, laws.adjoint)


class Settings:
    """Defaults of every property test; the pytest plugin sets them from its command line."""

    order = 2
    examples = 20
    shrink = True


def property_test(
    f: Callable[..., Any],
    domain: str | Domain | Sequence[Any] = "real",
    *,
    order: int | None = None,
    examples: int | None = None,
    complex: bool = False,
    single: bool = True,
    rtol: float | None = None,
    **metadata: Any,
) -> Callable[[], None]:
    """Make a test of an operation: its derivatives in both walks and to every order asked for, and the laws of calculus.

    Parameters
    ----------
    f : callable
        Takes Tensors and `metadata`, returns Tensors.
    domain : str, Domain, Operand, or a sequence of them
        One an operand. Names and domains (``"positive"``) are for element-wise functions, whose operands then get shapes that
        broadcast, empty ones among them; operands with shapes (``positive(2, 3)``) for others.
    order : int, optional
        Of derivatives; 2 by default, or ``--ac-order``.
    examples : int, optional
        How many to draw; 20 by default, or ``--ac-examples``.
    complex : bool
        Draw complex operands as well.
    single : bool
        Check that float32 operands get float32 gradients.
    rtol : float, optional
        As for `check_gradients`.
    **metadata
        Keyword arguments of `f`.

    Returns
    -------
    callable
        A test for pytest, or to be called.

    Examples
    --------
    >>> import autograd_core as ac
    >>> @ac.primitive
    ... def cube(a):
    ...     return a**3
    >>> ac.elementwise(cube, lambda g, _y, a: g * 2 * a**2)
    >>> test_cube = ac.testing.property_test(cube)
    >>> test_cube()
    Traceback (most recent call last):
        ...
    autograd_core.testing._report.DerivativeError: wrong derivative of order 1 with respect to operand 0:
    ...
    """
    hypothesis = require("hypothesis", extra="test")
    strategies = require("autograd_core.testing.strategies", extra="test")
    st = require("hypothesis.strategies", extra="test")
    wanted = list(domain) if isinstance(domain, list | tuple) else [domain]
    pointwise = not all(isinstance(w, Operand) for w in wanted)
    domains = [w.domain if isinstance(w, Operand) else strategies.domain_of(w) for w in wanted]
    live = [i for i, d in enumerate(domains) if not d.constant]

    def run(xs: tuple[Any, ...], seed: int) -> None:
        def alone(*some: Any) -> Any:
            full = list(xs)
            for i, x in zip(live, some, strict=True):
                full[i] = x
            return f(*full, **metadata)

        alone.__qualname__ = alone.__name__ = getattr(f, "__name__", "f")
        given = [xs[i] for i in live]
        if sum(x.size for x in given):
            check_gradients(
                alone,
                *given,
                order=Settings.order if order is None else order,
                full=False,
                seed=seed,
                rtol=rtol,
                explain=False,
                directions=lambda rng: [
                    Operand(domains[i], xs[i].shape).direction(rng, complex=xs[i].dtype.kind == "c").astype(xs[i].dtype)
                    for i in live
                ],
            )
        for law in LAWS:
            law(alone, *given, seed=seed)
        if single:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", AccuracyWarning)
                laws.precision(alone, *given, seed=seed)

    dtypes = [np.float64, np.complex128] if complex else [np.float64]
    drawn = st.sampled_from(dtypes).flatmap(lambda dtype: strategies.operands(wanted, pointwise=pointwise, dtype=dtype))

    def test() -> None:
        count = Settings.examples if examples is None else examples
        phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if Settings.shrink else [])]

        chosen = hypothesis.settings(max_examples=count, deadline=None, derandomize=True, database=None, phases=phases)
        law = chosen(hypothesis.given(drawn, st.integers(0, 1000))(run))
        try:
            law()
        except Unexplained as failure:
            raise failure.explain() from None

    test.__name__ = test.__qualname__ = f"test_{getattr(f, '__name__', 'operation')}"
    return test
