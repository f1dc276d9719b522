"""The comparisons of one check: order by order, walk by walk, along lines; and the search for the element that disagrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .._transforms import grad, jvp
from ._numerical import as_array, scale_of, unit_vectors
from ._problem import Along, Holomorphic, Problem, Pushed, PushedNumber, inner, random_like
from ._report import Finding, Report
from ._witness import Tolerance, Verdict, compare

__all__ = ["Comparisons", "neighbours"]

Array = np.ndarray[Any, Any]


class Comparisons:
    """One run over the orders; collects what was compared."""

    def __init__(
        self,
        problem: Problem,
        tolerance: Tolerance,
        modes: Sequence[str],
        full: bool,
        directions: Callable[[np.random.Generator], Sequence[Array]] | None,
    ) -> None:
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
                tower = Pushed(tower, before)
                finding = self._tower(tower, s, k, v)
                if finding is not None:
                    return finding
            s = problem.bent_and_projected if k == 1 else s
            s = Along(s, everything, v) if "reverse" in self.modes else PushedNumber(s, v)
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
            finding = self._judged(_along(given, v), s, k, "reverse", v, given)
            if finding is not None:
                return finding
        if "forward" in self.modes:
            return self._judged(self._pushed(s, v), s, k, "forward", v, given)
        return None

    def _pushed(self, s: Callable[..., Any], v: list[Array], xs: Sequence[Array] | None = None) -> complex:
        return complex(float(as_array(jvp(s, tuple(self.problem.operands if xs is None else xs), tuple(v))[1])))

    def _compare(self, analytic: complex, s: Callable[..., Any], k: int, v: list[Array], given: list[Array] | None) -> Verdict:
        xs, problem = self.problem.operands, self.problem
        with np.errstate(all="ignore"):
            terms = [np.abs(g * d) for g, d in zip(given, v, strict=True)] if given is not None else [np.abs([analytic])]
            size = float(np.sqrt(sum(np.nansum(np.where(np.isfinite(t), t, 0.0) ** 2) for t in terms)))

        def line_at(xs: Sequence[Array]) -> Callable[[Any], Any]:
            def line(t: Any) -> Any:
                moved = [x + t * d if d.any() else x for x, d in zip(xs, v, strict=True)]
                return as_array(s(*(m if m.dtype.kind == "c" else m.astype(x.dtype) for m, x in zip(moved, xs, strict=True))))

            return line

        line = line_at(xs)
        unit = min((float(scale_of(x[d != 0]).min()) for x, d in zip(xs, v, strict=True) if d.any()), default=1.0)
        if self.tolerance.precision > 1e-10:
            unit = max(unit, 1.0)
        analytic_line = k == 1 and all(x.dtype.kind == "f" for x in xs) and self.tolerance.precision < 1e-10
        return compare(
            analytic,
            Holomorphic(problem, v, line) if analytic_line else line,
            size=size,
            unit=unit,
            tolerance=self.tolerance,
            magnitude=problem.magnitude,
            analytic_line=analytic_line,
            nearby=lambda distance: map(line_at, neighbours(xs, distance)),
        )

    def _judged(
        self, analytic: complex, s: Callable[..., Any], k: int, walk: str, v: list[Array], given: list[Array] | None = None
    ) -> Finding | None:
        i, element, analytic, verdict = self._traced(analytic, s, k, walk, v, given)
        self.compared += 1
        if verdict.agrees:
            self.methods[verdict.method] = None
            if verdict.note:
                self.notes[f"order {k}: {verdict.note}"] = None
            else:
                self.worst = max(self.worst, verdict.difference if np.isfinite(verdict.difference) else 0.0)
            return None
        weighted = self.problem.weighted or k > 1
        name, value, error, method = self.problem.names[i], verdict.value, verdict.error, verdict.method
        return Finding(k, walk, name, element, analytic, value, error, method, weighted, verdict.fault)

    def _traced(
        self, analytic: complex, s: Any, k: int, walk: str, v: list[Array], given: list[Array] | None
    ) -> tuple[int, tuple[int, ...], complex, Verdict]:
        """Compare along a direction; one that disagrees is halved until one element is left that disagrees on its own.

        A line may cross several kinks at once, too near to be seen and such that their slopes cancel. So where parts of a
        direction meet kinks and agree, the whole is taken to agree.
        """
        verdict = self._compare(analytic, s, k, v, given)
        places = [] if verdict.agrees else [(i, j) for i, d in enumerate(v) for j in np.flatnonzero(d)]

        def part(some: Sequence[tuple[int, Any]]) -> list[Array]:
            chosen = [np.zeros_like(d) for d in v]
            for i, j in some:
                chosen[i].flat[j] = v[i].flat[j]
            return chosen

        def judged(some: Sequence[tuple[int, Any]]) -> tuple[complex, Verdict]:
            line = part(some)
            value = _along(given, line) if walk == "reverse" and given is not None else self._pushed(s, line)
            return value, self._compare(value, s, k, line, given)

        while len(places) > 1:
            halves = places[: len(places) // 2], places[len(places) // 2 :]
            kinks = []
            for some in halves:
                value, found = judged(some)
                if not found.agrees:
                    places, analytic, verdict = list(some), value, found
                    break
                kinks += [found] if found.kink else []
            else:
                if kinks:
                    return 0, (), analytic, kinks[0]
                break
        if not verdict.agrees:
            low, high = self._nearby(analytic, verdict, s, walk, part(places))
            if all(1.5 * low - 0.5 * high <= value.real <= 1.5 * high - 0.5 * low for value in (analytic, verdict.value)):
                note = f"the derivative itself is from {low:.6g} to {high:.6g} at points too near to tell apart"
                verdict.passed(note, kink=True)
        if len(places) != 1:
            return next((i for i, d in enumerate(v) if d.any()), 0), (), analytic, verdict
        i, j = places[0]
        scale = v[i].flat[j]
        if np.isreal(scale) and scale != 0:
            analytic, verdict.value = analytic / scale.real, verdict.value / scale.real
            verdict.error /= abs(scale.real)
        return i, tuple(int(n) for n in np.unravel_index(int(j), v[i].shape)), analytic, verdict

    def _nearby(self, analytic: complex, verdict: Verdict, s: Any, walk: str, v: list[Array]) -> tuple[float, float]:
        """Between which numbers a derivative lies at points so near that rounding hides what the function does there."""
        everything, found, rng = tuple(range(len(v))), [], np.random.default_rng(0)
        radius = min(64 * verdict.noise / max(abs(analytic - verdict.value), 1e-300), 0.1)
        for _ in range(12):
            xs = [
                (x + np.maximum(radius, 2 * np.finfo(x.dtype).eps * np.abs(x)) * random_like(rng, x)).astype(x.dtype)
                for x in self.problem.operands
            ]
            if walk == "reverse":
                found.append(_along([as_array(g) for g in grad(s, everything)(*xs)], v).real)
            else:
                found.append(self._pushed(s, v, xs).real)
        return min(found), max(found)


def neighbours(xs: Sequence[Array], distance: float) -> Iterator[list[Array]]:
    """Yield random points so far away."""
    rng = np.random.default_rng(0)
    for _ in range(16):
        yield [(x + distance * random_like(rng, x)).astype(x.dtype) for x in xs]


def _along(gradient: list[Array], v: list[Array]) -> complex:
    """The derivative along a direction; an element that the direction leaves alone does not count, be it NaN."""
    with np.errstate(all="ignore"):
        products = (np.where(d != 0, np.real(np.conj(g) * d), 0.0) for g, d in zip(gradient, v, strict=True))
        return complex(sum(float(np.sum(p)) for p in products))
