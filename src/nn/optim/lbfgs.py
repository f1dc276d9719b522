"""L-BFGS: Newton's method with a Hessian guessed from the last gradients, and a line search by the strong Wolfe conditions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

import autograd_core as ac

from .._errors import ArgumentError, positive
from ..utils.vector import split_vector
from .optimizer import Array, Optimizer

__all__ = ["LBFGS"]

_DECREASE, _CURVATURE, _SHORT = 1e-4, 0.9, 1e-9  # c1 and c2 of the Wolfe conditions, and where a bracket is too short to go on


class Point(NamedTuple):
    """The loss along a line: step length, loss, gradient, and slope along the line."""

    t: float
    f: float
    g: Array
    slope: float


class LBFGS(Optimizer):
    """Limited-memory BFGS, for deterministic losses of all parameters at once.

    Parameters
    ----------
    params : iterable of Tensor
        One group only.
    lr : float
        Step length, or the first one that a line search tries.
    max_iter, max_eval : int
        Iterations and evaluations of the closure in one `step`; evaluations are 5/4 of iterations unless said.
    tolerance_grad, tolerance_change : float
        Stop when the largest element of the gradient, or of the change, is below.
    history_size : int
        How many changes of the gradient are remembered.
    line_search_fn : str, optional
        ``strong_wolfe``; without it every step has length `lr`.

    References
    ----------
    J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., algorithms 7.4, 7.5, 3.5 and 3.6.

    Examples
    --------
    >>> import autograd_core as ac, nn
    >>> p = ac.tensor([-1.5, 2.0], requires_grad=True)
    >>> optimizer = nn.optim.LBFGS([p], max_iter=50, line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> _ = optimizer.step(closure)
    >>> p.numpy().round(4).tolist()
    [1.0, 1.0]
    """

    whole = "one direction"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        if line_search_fn not in (None, "strong_wolfe"):
            raise ArgumentError(f"line_search_fn={line_search_fn!r} must be None or 'strong_wolfe'")
        defaults = {
            "lr": lr,
            "max_iter": int(positive("max_iter", max_iter)),
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": int(positive("history_size", history_size)),
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        self._params: list[ac.Tensor] = self.param_groups[0]["params"]
        self._changes: list[tuple[Array, Array]] = []  # (step, change of the gradient), oldest first
        self._direction: Array | None = None
        self._gradient: Array | None = None  # where the direction was chosen
        self._t, self._scale, self._iterations = 0.0, 1.0, 0

    @ac.enable_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Iterate up to `max_iter` times, and return the loss before.

        Parameters
        ----------
        closure : callable
            Clears the gradients, computes the loss, calls `backward` and returns the loss.
        """
        if closure is None:
            raise ArgumentError("LBFGS evaluates the loss several times a step: call step(closure)")
        group = self.param_groups[0]
        before = closure()
        loss, g = float(before.item()), self._finite(self._flat_gradient())
        evaluations = 1
        if np.abs(g).max() <= group["tolerance_grad"]:
            return before
        for iteration in range(1, group["max_iter"] + 1):
            d = self._choose_direction(g, group["history_size"])
            t = group["lr"] * (min(1.0, 1 / float(np.abs(g).sum())) if self._iterations == 1 else 1.0)
            slope, last_loss = float(g @ d), loss
            if slope > -group["tolerance_change"]:
                break
            if group["line_search_fn"]:
                start = self._flat()
                at, tried = _search(
                    lambda length, start=start, d=d: self._evaluate(closure, start, d, length),  # type: ignore[misc]
                    Point(0.0, loss, g, slope),
                    t,
                    float(np.abs(d).max()),
                    group["max_eval"] - evaluations,
                )
                loss, g, t = at.f, at.g, at.t
                self._move(start + t * d)
                evaluations += tried
            else:
                self._move(self._flat() + t * d)
                if iteration < group["max_iter"]:
                    loss, g = float(closure().item()), self._flat_gradient()
                    evaluations += 1
            self._t = t
            if (
                evaluations >= group["max_eval"]
                or np.abs(g).max() <= group["tolerance_grad"]
                or np.abs(t * d).max() <= group["tolerance_change"]
                or abs(loss - last_loss) < group["tolerance_change"]
            ):
                break
        return before

    def _choose_direction(self, g: Array, history: int) -> Array:
        """Minus the inverse Hessian, as remembered, times the gradient: the two-loop recursion."""
        self._iterations += 1
        if self._direction is not None and self._gradient is not None:
            y, s = g - self._gradient, self._direction * self._t
            curvature = float(y @ s)
            if curvature > 1e-10:
                self._changes = [*self._changes[-history + 1 :], (s, y)] if history > 1 else [(s, y)]
                self._scale = curvature / float(y @ y)
        q, weights = -g, []
        for s, y in reversed(self._changes):
            weights.append(float(s @ q) / float(y @ s))
            q = q - weights[-1] * y
        q = q * self._scale
        for (s, y), a in zip(self._changes, reversed(weights), strict=True):
            q = q + (a - float(y @ q) / float(y @ s)) * s
        self._direction, self._gradient = q, g
        return q

    # -- parameters as one vector -----------------------------------------------------------------------------------------

    def _flat(self) -> Array:
        return np.concatenate([p.numpy().reshape(-1) for p in self._params])

    def _flat_gradient(self) -> Array:
        parts = (np.zeros(p.size, p.dtype) if p.grad is None else p.grad.numpy().reshape(-1) for p in self._params)
        return np.concatenate(list(parts))

    def _move(self, values: Array) -> None:
        for p, piece in zip(self._params, split_vector(values, [p.shape for p in self._params]), strict=True):
            ac.writable(p).call(np.copyto, piece)

    def _evaluate(self, closure: Callable[[], Any], start: Array, d: Array, t: float) -> Point:
        self._move(start + t * d)
        loss = float(closure().item())
        g = self._flat_gradient()
        return Point(t, loss, g, float(g @ d))

    def state_dict(self) -> dict[str, Any]:
        """Return the remembered changes and settings."""
        state: dict[str, Any] = {"t": self._t, "scale": self._scale, "n_iter": self._iterations}
        if self._direction is not None:
            state |= {"direction": ac.tensor(self._direction), "gradient": ac.tensor(self._gradient)}
        for i, (s, y) in enumerate(self._changes):
            state |= {f"step_{i}": ac.tensor(s), f"change_{i}": ac.tensor(y)}
        groups = [{k: v for k, v in self.param_groups[0].items() if k != "params"}]
        return {"state": {0: state}, "param_groups": [{**groups[0], "params": list(range(len(self._params)))}]}

    def load_state_dict(self, state_dict: Any) -> None:
        """Take over what `state_dict` returned."""
        super().load_state_dict({"state": {}, "param_groups": state_dict["param_groups"]})
        saved = state_dict["state"][0].items()
        state: dict[str, Any] = {k: v.numpy() if isinstance(v, ac.Tensor) else v for k, v in saved}
        self._t, self._scale, self._iterations = state["t"], state["scale"], state["n_iter"]
        self._direction, self._gradient = state.get("direction"), state.get("gradient")
        count = sum(name.startswith("step_") for name in state)
        self._changes = [(state[f"step_{i}"], state[f"change_{i}"]) for i in range(count)]


def _cubic(a: Point, b: Point, low: float, high: float) -> float:
    """Where the cubic through two losses and slopes is least in [low, high]; the middle if nowhere, or a loss is not finite."""
    if a.t > b.t:
        a, b = b, a
    theta = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
    square = theta * theta - a.slope * b.slope
    if not 0 <= square < math.inf:
        return (low + high) / 2
    root = math.sqrt(square)
    t = b.t - (b.t - a.t) * ((b.slope + root - theta) / (b.slope - a.slope + 2 * root))
    return min(max(t, low), high)


def _search(evaluate: Callable[[float], Point], start: Point, t: float, size: float, more: int) -> tuple[Point, int]:
    """Find a step length that meets the strong Wolfe conditions, or the best of `more` tries; also return how many there were.

    First a bracket is grown until it must hold such a length (algorithm 3.5), then it is narrowed (algorithm 3.6).
    """

    def too_high(p: Point) -> bool:
        return not p.f <= start.f + _DECREASE * p.t * start.slope  # NaN is too high

    def flat(p: Point) -> bool:
        return abs(p.slope) <= -_CURVATURE * start.slope

    before, now, tried = start, evaluate(t), 1
    for round_ in range(more):
        if too_high(now) or (round_ > 1 and now.f >= before.f) or (not flat(now) and now.slope >= 0):
            break
        if flat(now):
            return now, tried
        grown = _cubic(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10)
        before, now, tried = now, evaluate(grown), tried + 1
    else:
        before = start
    low, high = (now, before) if now.f < before.f else (before, now)
    stalled = False
    while tried <= more and abs(high.t - low.t) * size >= _SHORT:
        left, right = min(low.t, high.t), max(low.t, high.t)
        t, margin = _cubic(low, high, left, right), 0.1 * (right - left)
        if min(right - t, t - left) < margin:  # too near an end to narrow the bracket by much
            if stalled or t >= right or t <= left:
                t, stalled = (right - margin if abs(t - right) < abs(t - left) else left + margin), False
            else:
                stalled = True
        else:
            stalled = False
        now, tried = evaluate(t), tried + 1
        if too_high(now) or now.f >= low.f:
            high = now
            if high.f < low.f:
                low, high = high, low
        else:
            if flat(now):
                return now, tried
            if now.slope * (high.t - low.t) >= 0:
                high = low
            low = now
    return low, tried
