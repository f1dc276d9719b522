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
from .._graph import ancestors
from .._recording import Recording
from .._tensor import Tensor, as_tensor
from .._transforms import grad, jvp
from .._tree import flatten
from ._locate import locate
from ._numerical import as_array, scale_of, unit_vectors
from ._report import AccuracyWarning, DerivativeError, Finding, Report, snippet
from ._witness import Tolerance, Verdict, compare

__all__ = ["Unexplained", "check_gradients", "inner", "paths", "random_like"]

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
        default by elements for small operands. What fails along a direction is traced to its element either way.
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
    problem = _Problem(f, xs, seed)
    if problem.dtype.itemsize < 8 and problem.dtype.kind == "f":
        warnings.warn(
            f"check_gradients in {problem.dtype} sees errors above about a percent only; pass float64 operands if f takes "
            "them, or look for a cast inside",
            AccuracyWarning,
            stacklevel=2,
        )
    by_elements = problem.size <= _FULL if full is None else full
    check = _Check(problem, Tolerance.of(problem.dtype, rtol, atol), modes, by_elements, directions, trace=explain)
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


def _failure(finding: Finding, f: Callable[..., Any], xs: Sequence[Any], problem: _Problem) -> DerivativeError:
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
        problem = _Problem(f, xs, seed=1)
        return _Check(problem, Tolerance.of(problem.dtype, None, None), MODES, False, None).run(order) is not None
    except AutogradError:
        return False


class _Problem:
    """A function of a flat list of arrays, those of its operands that are differentiated."""

    def __init__(self, f: Callable[..., Any], xs: Sequence[Any], seed: int) -> None:
        leaves, rebuild = flatten(list(xs))
        names = paths(list(xs))
        self.function, self.rng = f, np.random.default_rng(seed)
        values = [as_array(leaf) if _is_number(leaf) else leaf for leaf in leaves]
        self.places = [i for i, v in enumerate(values) if isinstance(v, np.ndarray) and v.dtype.kind in "fc"]
        if not self.places:
            raise ValueError("check_gradients: no operand is a floating or complex array, so there is nothing to differentiate")
        self.operands: list[Array] = [values[i] for i in self.places]
        self.names = [names[i] for i in self.places]
        self.leaves, self.rebuild = leaves, rebuild
        self.size = sum(x.size for x in self.operands)
        self.dtype = _narrowest(self.f, self.operands)
        ys, again = self.outputs(*self.operands), self.outputs(*self.operands)
        if not all(np.array_equal(as_array(a), as_array(b), equal_nan=True) for a, b in zip(ys, again, strict=True)):
            raise DerivativeError(
                "the function returned different results for the same operands, so it has no derivative to check; "
                "fix its random generator, or put it in evaluation mode"
            )
        one = len(ys) == 1 and ys[0].size == 1 and ys[0].dtype.kind == "f"  # the numbers shown are then the derivative itself
        self.us = [np.ones(ys[0].shape, ys[0].dtype)] if one else [random_like(self.rng, y) for y in ys]
        self.weighted = not one
        self.magnitude = 2 * float(sum(np.abs(u * as_array(y)).sum() for u, y in zip(self.us, ys, strict=True)))
        self.bends = [0.5 / max(1.0, float(np.abs(as_array(y)).max(initial=0.0))) for y in ys]

    def f(self, *ts: Any) -> Any:
        leaves = list(self.leaves)
        for i, t in zip(self.places, ts, strict=True):
            leaves[i] = t
        return self.function(*self.rebuild(leaves))

    def outputs(self, *ts: Any) -> list[Any]:
        """Floating results, flat."""
        leaves, _ = flatten(self.f(*(as_tensor(t) for t in ts)))
        return [y for y in map(as_tensor, leaves) if y.dtype.kind in "fc"]

    def projected(self, *ts: Any) -> Any:
        """The number `s0`."""
        return inner(self.us, self.outputs(*ts))

    def bent(self, *ts: Any) -> list[Any]:
        """The results, bent by a part of their squares."""
        return [y + y * y * bend for y, bend in zip(self.outputs(*ts), self.bends, strict=True)]

    def bent_and_projected(self, *ts: Any) -> Any:
        """The number that derivatives from the second order on are of."""
        return inner(self.us, self.bent(*ts))


def _narrowest(f: Callable[..., Any], operands: Sequence[Array]) -> np.dtype[Any]:
    """The narrowest real dtype that a function computes with, its operands' included: a cast inside costs precision too."""
    recording = Recording(f, operands, "check_gradients")
    leaves, _ = flatten(recording.result)
    nodes = ancestors(t._node for t in leaves if isinstance(t, Tensor) and t._node is not None)
    dtypes = [x.dtype for x in operands] + [n.dtype for n in nodes if n.dtype.kind in "fc"]
    return np.empty(0, min(dtypes, key=lambda d: np.finfo(d).bits)).real.dtype


class _Check:
    """One run over the orders; collects what was compared."""

    def __init__(
        self,
        problem: _Problem,
        tolerance: Tolerance,
        modes: Sequence[str],
        full: bool,
        directions: Callable[[np.random.Generator], Sequence[Array]] | None,
        *,
        trace: bool = False,
    ) -> None:
        self.trace = trace
        self.problem, self.tolerance, self.modes, self.full = problem, tolerance, modes, full
        self.directions = directions or (lambda rng: [random_like(rng, x) for x in problem.operands])
        self.compared, self.worst = 0, 0.0
        self.methods: dict[str, None] = {}
        self.notes: dict[str, None] = {}

    def report(self) -> Report:
        return Report(self.compared, self.worst, tuple(self.methods), tuple(self.notes))

    def run(self, order: int) -> Finding | None:
        problem, everything = self.problem, tuple(range(len(self.problem.operands)))
        s: Callable[..., Any] = problem.projected
        tower: Callable[..., Any] = problem.bent
        v: list[Array] = []
        for k in range(1, order + 1):
            before, v = v, list(self.directions(problem.rng))
            given = [as_array(g) for g in grad(s, everything)(*problem.operands)] if "reverse" in self.modes else None
            lines = [v, *self._elements()] if self.full else [v]
            for line in lines:
                finding = self._line(s, k, given, line)
                if finding is not None:
                    return finding
            if "forward" in self.modes and k > 1:
                tower = _Pushed(tower, before)
                finding = self._tower(tower, s, k, v)
                if finding is not None:
                    return finding
            s = problem.bent_and_projected if k == 1 else s
            s = _Along(s, everything, v) if "reverse" in self.modes else _PushedNumber(s, v)
        return None

    def _tower(self, tower: Callable[..., Any], s: Callable[..., Any], k: int, v: list[Array]) -> Finding | None:
        """The forward walk over itself, which shares no graph with the reverse one."""
        problem = self.problem
        moved = [as_array(t) for t in jvp(tower, tuple(problem.operands), tuple(v))[1]]
        return self._judged(complex(float(inner(problem.us, moved))), s, k, "forward", v)

    def _elements(self) -> list[list[Array]]:
        found = []
        for i, x in enumerate(self.problem.operands):
            for e in unit_vectors(x):
                found += [
                    [unit if j == i else np.zeros_like(z) for j, z in enumerate(self.problem.operands)]
                    for unit in ((e, 1j * e) if x.dtype.kind == "c" else (e,))
                ]
        return found

    def _line(self, s: Callable[..., Any], k: int, given: list[Array] | None, v: list[Array]) -> Finding | None:
        if given is not None:
            analytic = complex(sum(float(np.sum(np.real(np.conj(g) * d))) for g, d in zip(given, v, strict=True)))
            finding = self._judged(analytic, s, k, "reverse", v, given)
            if finding is not None:
                return finding
        if "forward" in self.modes:
            return self._judged(self._pushed(s, v), s, k, "forward", v, given)
        return None

    def _pushed(self, s: Callable[..., Any], v: list[Array]) -> complex:
        return complex(float(as_array(jvp(s, tuple(self.problem.operands), tuple(v))[1])))

    def _compare(self, analytic: complex, s: Callable[..., Any], k: int, v: list[Array], given: list[Array] | None) -> Verdict:
        xs, problem = self.problem.operands, self.problem
        terms = [np.abs(g * d) for g, d in zip(given, v, strict=True)] if given is not None else [np.abs([analytic])]
        with np.errstate(all="ignore"):
            size = float(np.sqrt(sum(np.nansum(np.where(np.isfinite(t), t, 0.0) ** 2) for t in terms)))

        def line(t: Any) -> Any:
            moved = [x + t * d if d.any() else x for x, d in zip(xs, v, strict=True)]
            return as_array(s(*(m if m.dtype.kind == "c" else m.astype(x.dtype) for m, x in zip(moved, xs, strict=True))))

        unit = min((float(scale_of(x[d != 0]).min()) for x, d in zip(xs, v, strict=True) if d.any()), default=1.0)
        if self.tolerance.precision > 1e-10:
            unit = max(unit, 1.0)
        analytic_line = k == 1 and all(x.dtype.kind == "f" for x in xs) and self.tolerance.precision < 1e-10
        return compare(
            analytic,
            _Holomorphic(problem, v, line) if analytic_line else line,
            size=size,
            unit=unit,
            tolerance=self.tolerance,
            magnitude=problem.magnitude,
            analytic_line=analytic_line,
        )

    def _judged(
        self, analytic: complex, s: Callable[..., Any], k: int, walk: str, v: list[Array], given: list[Array] | None = None
    ) -> Finding | None:
        verdict = self._compare(analytic, s, k, v, given)
        self.compared += 1
        if verdict.agrees:
            self.methods[verdict.method] = None
            if verdict.note:
                self.notes[f"order {k}: {verdict.note}"] = None
            else:
                self.worst = max(self.worst, verdict.difference if np.isfinite(verdict.difference) else 0.0)
            return None
        i, element = next((i for i, d in enumerate(v) if d.any()), 0), tuple[int, ...]()
        if self.trace:
            i, element, analytic, verdict = self._element(analytic, verdict, s, k, walk, v, given)
        weighted = self.problem.weighted or k > 1
        name, value, error, method = self.problem.names[i], verdict.value, verdict.error, verdict.method
        return Finding(k, walk, name, element, analytic, value, error, method, weighted, verdict.fault)

    def _element(
        self, analytic: complex, verdict: Verdict, s: Any, k: int, walk: str, v: list[Array], given: list[Array] | None
    ) -> tuple[int, tuple[int, ...], complex, Verdict]:
        """Halve a direction until one element is left that disagrees on its own."""
        places = [(i, j) for i, d in enumerate(v) for j in np.flatnonzero(d)]

        def masked(some: Sequence[tuple[int, Any]]) -> list[Array]:
            part = [np.zeros_like(d) for d in v]
            for i, j in some:
                part[i].flat[j] = v[i].flat[j]
            return part

        def judged(some: Sequence[tuple[int, Any]]) -> tuple[complex, Verdict]:
            part = masked(some)
            if walk == "reverse" and given is not None:
                value = complex(sum(float(np.sum(np.real(np.conj(g) * d))) for g, d in zip(given, part, strict=True)))
            else:
                value = self._pushed(s, part)
            return value, self._compare(value, s, k, part, given)

        while len(places) > 1:
            half = len(places) // 2
            for some in (places[:half], places[half:]):
                value, found = judged(some)
                if not found.agrees:
                    places, analytic, verdict = list(some), value, found
                    break
            else:
                break
        i, j = places[0]
        scale = v[i].flat[j]
        if len(places) == 1 and np.isreal(scale) and scale != 0:
            analytic, verdict.value = analytic / scale.real, verdict.value / scale.real
            verdict.error /= abs(scale.real)
        element = tuple(int(n) for n in np.unravel_index(int(j), v[i].shape)) if len(places) == 1 else ()
        return i, element, analytic, verdict


class _Holomorphic:
    """The line of `s0`, which takes complex steps too: then through the plain function, without its conjugates."""

    def __init__(self, problem: _Problem, v: list[Array], line: Callable[[Any], Any]) -> None:
        self.problem, self.v, self.line = problem, v, line

    def __call__(self, t: Any) -> Any:
        if not isinstance(t, complex):
            return self.line(t)
        ys = self.problem.outputs(*(x + t * d for x, d in zip(self.problem.operands, self.v, strict=True)))
        return sum(np.sum(u * as_array(y)) for u, y in zip(self.problem.us, ys, strict=True))


class _Along:
    """The number that `s` changes by along `v`, from the reverse walk."""

    def __init__(self, s: Callable[..., Any], argnums: tuple[int, ...], v: list[Array]) -> None:
        self.gradient, self.v = grad(s, argnums), v

    def __call__(self, *ts: Any) -> Any:
        return inner(self.v, list(self.gradient(*ts)))


class _PushedNumber:
    """The same from the forward walk."""

    def __init__(self, s: Callable[..., Any], v: list[Array]) -> None:
        self.s, self.v = s, tuple(v)

    def __call__(self, *ts: Any) -> Any:
        return jvp(self.s, ts, self.v)[1]


class _Pushed:
    """The tangents of a list of results along `v`."""

    def __init__(self, f: Callable[..., Any], v: list[Array]) -> None:
        self.f, self.v = f, tuple(v)

    def __call__(self, *ts: Any) -> list[Any]:
        return list(jvp(self.f, ts, self.v)[1])


def inner(us: Sequence[Any], ys: Sequence[Any]) -> Any:
    """The real inner product of two lists of arrays."""
    total: Any = 0.0
    for u, y in zip(us, ys, strict=True):
        total = total + np.sum(np.real(np.conj(u) * y))
    return total


def random_like(rng: np.random.Generator, y: Any) -> Array:
    """Numbers between 0.3 and 1 with either sign: none so small that it would hide an element."""
    u = rng.uniform(0.3, 1, y.shape) * rng.choice([-1.0, 1.0], y.shape)
    if y.dtype.kind == "c":
        u = u + 1j * rng.uniform(0.3, 1, y.shape) * rng.choice([-1.0, 1.0], y.shape)
    return np.asarray(u, dtype=y.dtype)


def _is_number(x: Any) -> bool:
    return isinstance(x, Tensor | np.ndarray | np.generic | float | complex) and not isinstance(x, bool)


def paths(xs: list[Any]) -> list[str]:
    """A name for each leaf of the operands, such as ``operand 0['w'][1]``."""
    found: list[str] = []

    def visit(tree: Any, name: str) -> None:
        if isinstance(tree, dict):
            for key, child in tree.items():
                visit(child, f"{name}[{key!r}]")
        elif isinstance(tree, list | tuple):
            fields = getattr(tree, "_fields", None)
            for i, child in enumerate(tree):
                visit(child, f"{name}.{fields[i]}" if fields else f"{name}[{i}]")
        else:
            found.append(name)

    for i, x in enumerate(xs):
        visit(x, f"operand {i}")
    return found
