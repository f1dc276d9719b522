"""Functions with kinks, jumps and ties, and points at and beside those: 0, or from 1e-16 to 0.3 to either side.

A check must tell the conventional value at a kink from a wrong derivative, and must not take one side for the other. Every
derivative here is right by the published conventions, so that what a check raises is a false alarm.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nn import functional


class Kinked(NamedTuple):
    """A function and where it is not smooth: at numbers, where operands or elements tie, or where all are near zero."""

    name: str
    function: Callable[..., Any]
    at: tuple[float, ...] = (0.0,)
    ties: int = 0  # this many operands, of which elements tie with each other
    shape: tuple[int, ...] | None = None
    cusp: bool = False  # an infinite slope, at which the derivative is honestly NaN: drawn beside it only


def _target(x: Any, value: float = 0.0) -> Any:
    return np.full(x.shape, value, x.dtype)


def _select(x: Any) -> Any:
    return np.where(x > 0, np.sin(x), -2 * x)


def _branch(x: Any) -> Any:
    return np.exp(x) if float(np.sum(x.numpy() if hasattr(x, "numpy") else x)) > 0 else 1 + x


KINKS: tuple[Kinked, ...] = (
    Kinked("abs", np.abs),
    Kinked("abs in the middle", lambda x: np.exp(-np.abs(np.sin(x)))),
    Kinked("x abs(x)", lambda x: x * np.abs(x)),
    Kinked("x^2 abs(x)", lambda x: x * x * np.abs(x)),
    Kinked("abs(x)^1.5", lambda x: np.abs(x) ** 1.5, cusp=True),
    Kinked("log1p(abs)", lambda x: np.log1p(np.abs(x))),
    Kinked("sqrt(abs)", lambda x: np.sqrt(np.abs(x)), cusp=True),
    Kinked("cbrt", np.cbrt, cusp=True),
    Kinked("sign", lambda x: x * np.sign(x) + np.sign(x)),
    Kinked("floor", lambda x: x + np.floor(x), (-1.0, 0.0, 2.0)),
    Kinked("round", lambda x: x * np.round(x), (-0.5, 0.5, 1.5)),
    Kinked("mod", lambda x: np.mod(x, 1.0), (-1.0, 0.0, 2.0)),
    Kinked("modf", lambda x: np.modf(x)[0] ** 2, (-1.0, 0.0, 2.0)),
    Kinked("heaviside", lambda x: x * np.heaviside(x, 0.5)),
    Kinked("clip", lambda x: np.clip(x, -1.0, 1.0), (-1.0, 1.0)),
    Kinked("clip of a square", lambda x: np.clip(x * x, 0.25, 1.0), (-1.0, -0.5, 0.5, 1.0)),
    Kinked("where", _select),
    Kinked("a branch in Python", _branch),
    Kinked("sinc", np.sinc),
    Kinked("interp", lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 2.0, -1.0]), (0.0, 1.0, 2.0)),
    Kinked("maximum with a constant", lambda x: np.maximum(x, 0.5), (0.5,)),
    Kinked("minimum with its square", lambda x: np.minimum(x, x * x), (0.0, 1.0)),
    Kinked("relu", functional.relu),
    Kinked("relu squared", lambda x: functional.relu(x) ** 2),
    Kinked("relu cubed", lambda x: functional.relu(x) ** 3),
    Kinked("relu6", functional.relu6, (0.0, 6.0)),
    Kinked("leaky_relu", lambda x: functional.leaky_relu(x, 0.1)),
    Kinked("prelu", lambda x: functional.prelu(x, np.array([0.3], x.dtype))),
    Kinked("elu", functional.elu),
    Kinked("elu 2", lambda x: functional.elu(x, 2.0)),
    Kinked("celu", lambda x: functional.celu(x, 0.5)),
    Kinked("selu", functional.selu),
    Kinked("hardtanh", functional.hardtanh, (-1.0, 1.0)),
    Kinked("hardsigmoid", functional.hardsigmoid, (-3.0, 3.0)),
    Kinked("hardswish", functional.hardswish, (-3.0, 3.0)),
    Kinked("threshold", lambda x: functional.threshold(x, 0.5, -1.0), (0.5,)),
    Kinked("softsign", functional.softsign),
    Kinked("softplus", lambda x: functional.softplus(x, 1.0, 2.0), (2.0,)),
    Kinked("l1_loss", lambda x: functional.l1_loss(x, _target(x), reduction="sum")),
    Kinked("smooth_l1_loss", lambda x: functional.smooth_l1_loss(x, _target(x), reduction="sum"), (-1.0, 0.0, 1.0)),
    Kinked("huber_loss", lambda x: functional.huber_loss(x, _target(x), reduction="sum", delta=2.0), (-2.0, 0.0, 2.0)),
    Kinked("hinge_embedding_loss", lambda x: functional.hinge_embedding_loss(x, _target(x, -1.0)), (1.0,)),
    Kinked("maximum", np.maximum, ties=2),
    Kinked("minimum", lambda a, b: np.minimum(a, b) ** 2, ties=2),
    Kinked("fmax", np.fmax, ties=2),
    Kinked("maximum of products", lambda a, b: np.maximum(a * b, b * b), ties=2),
    Kinked("abs of a difference", lambda a, b: np.abs(a - b), ties=2),
    Kinked("arctan2", lambda a, b: np.arctan2(a - b, a + b), ties=2),
    Kinked("max", np.max, ties=1),
    Kinked("max of an axis", lambda x: np.max(x.reshape(2, 2), axis=1), ties=1, shape=(4,)),
    Kinked("ptp", np.ptp, ties=1),
    Kinked("median", np.median, ties=1),
    Kinked("quantile", lambda x: np.quantile(x, 0.3), ties=1),
    Kinked("sort", lambda x: np.sort(x) * np.arange(1.0, x.size + 1).astype(x.dtype), ties=1),
    Kinked("std", np.std, ties=1),
    Kinked("var", np.var, ties=1),
    Kinked("infinity norm", lambda x: np.linalg.norm(x, np.inf), ties=1),
    Kinked("max_pool1d", lambda x: functional.max_pool1d(x.reshape(1, 1, 4), 2), ties=1, shape=(4,)),
    Kinked("eigenvalues", lambda x: np.linalg.eigvalsh(x.reshape(2, 2) + x.reshape(2, 2).T), ties=1, shape=(4,)),
    Kinked("2-norm", np.linalg.norm),
    Kinked("1-norm", lambda x: np.linalg.norm(x, 1)),
    Kinked("3-norm", lambda x: np.linalg.norm(x, 3)),
    Kinked("hypot", lambda x: np.hypot(x, 2 * x)),
    Kinked("complex abs", lambda x: np.abs(x + 0.5j * x)),
    Kinked("prod", np.prod),
)


def _beside(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Zero, or a number of any size to either side."""
    away = 10.0 ** rng.uniform(-16, -0.5, shape) * rng.choice([-1.0, 1.0], shape)
    return np.where(rng.random(shape) < 0.3, 0.0, away)


def beside_kink(rng: np.random.Generator) -> tuple[str, Callable[..., Any], list[Any]]:
    """Draw a function and a point: a name, the function and its operands."""
    kinked = KINKS[rng.integers(len(KINKS))]
    shape = kinked.shape or ((), (1,), (3,), (4,))[rng.integers(1 if kinked.ties != 1 and kinked.name != "prod" else 2, 4)]
    kind = rng.choice(["f8", "f4"], p=[0.85, 0.15])
    if kinked.ties:
        base = rng.uniform(0.5, 1.5, () if kinked.ties == 1 else shape)
        xs = [base + _beside(rng, shape) for _ in range(kinked.ties)]
    else:
        away = _beside(rng, shape)
        near = rng.choice(kinked.at, shape) + np.where(kinked.cusp & (away == 0), 1e-8, away)
        xs = [np.where(rng.random(shape) < 0.25, rng.uniform(-2, 2, shape), near)]
    return f"{kinked.name} {kind}", kinked.function, [np.asarray(x, kind) for x in xs]
