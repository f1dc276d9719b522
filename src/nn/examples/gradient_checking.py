"""Check derivatives against central differences: a network's, and some that were written by hand.

First every parameter of a small convolutional network is checked, and the error is drawn against the step of the difference:
too large a step truncates, too small a one rounds. Then derivatives as they are found written out in tutorials are compared
with those of the loss they belong to. Several are wrong, and the factor by which is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd_core as ac
import nn
from nn import functional
from nn.examples._common import BLUE, GREEN, ORANGE, RED, Run, arguments, figure


class Claim(NamedTuple):
    """A derivative written by hand, and the loss it is said to belong to."""

    name: str
    loss: Callable[[Any], Any]
    at: Any
    claimed: Callable[[Any], Any]


def claims(seed: int = 0) -> list[Claim]:
    """Return derivatives that tutorials spell out, right and wrong, at a random point."""
    rng = np.random.default_rng(seed)
    x, y, w = rng.normal(size=(8, 3)), rng.normal(size=8), rng.normal(size=3)
    p, t = rng.uniform(0.1, 0.9, (8, 4)), rng.normal(size=(8, 4))
    one_hot = np.eye(4)[rng.integers(0, 4, 8)]
    inputs, weights, target = rng.normal(size=(8, 3)), rng.normal(size=(3, 4)), rng.normal(size=(8, 4))
    mask, image = rng.normal(size=(8, 3)), rng.normal(size=(8, 3))
    scores, truth = rng.normal(size=(8, 1)), rng.integers(0, 2, (8, 1)).astype(float)
    sigmoid = functional.sigmoid

    def layer(v: Any) -> Any:
        return functional.mse_loss(sigmoid(inputs @ v), target)

    def layer_claimed(v: Any) -> Any:
        a = sigmoid(inputs @ v).numpy()
        return inputs.T @ (2 * (a - target) / 8 * a * (1 - a)) / 8

    def normed(v: Any) -> Any:
        return (functional.batch_norm(v, training=True, eps=1e-8) * mask).sum()

    def normed_claimed(v: Any) -> Any:
        mean, var = v.mean(axis=0), v.var(axis=0) + 1e-8
        d_var = (mask * (v - mean) * -0.5 * var**-1.5).sum(axis=0)
        return mask / np.sqrt(var) + 2 * d_var * (v - mean) / 8 - (mask / np.sqrt(var)).sum(axis=0) / 8

    def squared_error(z: Any) -> Any:
        return functional.mse_loss(sigmoid(z), truth)

    return [
        Claim("linear regression, mean squared error", lambda v: ((x @ v - y) ** 2).mean(), w, lambda v: x.T @ (x @ v - y) / 8),
        Claim("chain rule of (2 x + 3 - 5) ** 2", lambda v: ((2 * v + 3 - 5) ** 2).sum(), w, lambda v: 2 * (2 * v - 2) * 2),
        Claim("sigmoid", lambda v: sigmoid(v).sum(), w, lambda v: np.exp(-v) / (1 + np.exp(-v)) ** 2),
        Claim("relu", lambda v: functional.relu(v).sum(), w, lambda v: v > 0),
        Claim("sigmoid layer under mean squared error", layer, weights, layer_claimed),
        Claim("mean squared error of (8, 4)", lambda v: functional.mse_loss(v, t), p, lambda v: 2 * (v - t) / 8),
        Claim("mean of -t log p over (8, 4)", lambda v: -(one_hot * ac.log(v)).mean(), p, lambda v: -one_hot / v / 8),
        Claim("mean of -t log p, second text", lambda v: -(one_hot * ac.log(v)).mean(), p, lambda v: -one_hot / v),
        Claim("batch normalization", normed, image, normed_claimed),
        Claim("squared error of a sigmoid, by its input", squared_error, scores, lambda z: (sigmoid(z).numpy() - truth) / 8),
        *through_time(rng),
    ]


def through_time(rng: np.random.Generator) -> list[Claim]:
    """The chain of a tanh recurrence through five steps: with the state before each step, as it is printed, and after it."""
    series, wx, wh, seed = (
        rng.normal(size=(4, 5)),
        rng.normal(size=(1, 3)),
        0.8 * rng.normal(size=(3, 3)),
        rng.normal(size=(4, 3)),
    )

    def states(w: Any) -> list[Any]:
        h = [np.zeros((4, 3))]
        for step in range(5):
            h.append(np.tanh(series[:, step : step + 1] @ wx + h[-1] @ w))
        return h

    def claimed(after: int) -> Callable[[Any], Any]:
        def walk(w: Any) -> Any:
            h, g, total = states(w), seed, np.zeros_like(w)
            for step in reversed(range(5)):
                inner = g * (1 - h[step + after] ** 2)
                total += h[step].T @ inner
                g = inner @ w.T
            return total

        return walk

    def loss(w: Any) -> Any:
        return (states(w)[-1] * seed).sum()

    return [
        Claim("recurrence, slope at the state before", loss, wh, claimed(0)),
        Claim("recurrence, slope at the state after", loss, wh, claimed(1)),
    ]


def mixed_derivative(seed: int = 0) -> tuple[float, float]:
    """A Hessian's off-diagonal entry as printed, from gradients with two parameters moved together, and the exact one."""
    rng = np.random.default_rng(seed)
    x, y, w, h = rng.normal(size=(8, 2)), rng.normal(size=8), rng.normal(size=2), 1e-7

    def f(v: Any) -> Any:
        return ((ac.tanh(x @ v) - y) ** 2).mean()

    slope = ac.grad(f)
    apart = slope(w + h).numpy()[0] - slope(w - h).numpy()[0]
    return float(apart / (4 * h * h)), float(ac.hessian(f)(w).numpy()[0, 1])


def compare(claim: Claim) -> tuple[float, float]:
    """Return the relative error of a claim, and the factor by which it differs on the whole."""
    exact = ac.grad(claim.loss)(claim.at).numpy()
    given = np.asarray(claim.claimed(claim.at), float)
    return float(np.linalg.norm(given - exact) / np.linalg.norm(exact)), float((given * exact).sum() / (exact * exact).sum())


def errors_by_step(model: nn.Module, loss: Callable[[nn.Module], Any], steps: Any) -> dict[str, Any]:
    """Relative error of all parameters' derivatives, for central and forward differences of every step."""
    loss(model).backward()
    parameters = list(model.parameters())
    exact = np.concatenate([p.grad.numpy().ravel() for p in parameters if p.grad is not None])
    values = nn.utils.parameters_to_vector(parameters).numpy()

    def at(vector: Any) -> float:
        nn.utils.vector_to_parameters(vector, parameters)
        with ac.no_grad():
            return float(loss(model).item())

    here = at(values)
    found: dict[str, list[float]] = {"central": [], "forward": []}
    for h in steps:
        unit = np.eye(len(values)) * h
        above, below = (np.array([at(values + sign * row) for row in unit]) for sign in (1, -1))
        for name, numerical in (("central", (above - below) / (2 * h)), ("forward", (above - here) / h)):
            found[name].append(float(np.linalg.norm(numerical - exact) / np.linalg.norm(exact)))
    nn.utils.vector_to_parameters(values, parameters)
    return found


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Check the network, then the claims."""
    options = arguments("gradient_checking", __doc__, argv=argv)
    run, rng = Run(options), np.random.default_rng(options.seed)
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3, rng=rng), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3, rng=rng)
    ).double()
    x, y = rng.normal(size=(4, 1, 6, 6)), np.array([0, 1, 2, 0])
    steps = np.geomspace(1e-11, 1e-1, 21)
    found = errors_by_step(model, lambda m: functional.cross_entropy(m(x), y), steps)
    best = min(found["central"])
    print(f"all {sum(p.size for p in model.parameters())} parameters of a network: relative error {best:.1e} at the best step")
    rows = {claim.name: compare(claim) for claim in claims(options.seed)}
    printed, exact = mixed_derivative(options.seed)
    rows["mixed second derivative"] = abs(printed / exact - 1), printed / exact
    print(f"\n{'derivative written by hand':>42}  relative error  factor")
    for name, (error, factor) in rows.items():
        print(f"{name:>42}  {error:14.1e}  {factor:6.3g}  {'right' if error < 1e-6 else 'WRONG'}")

    made, (left, right) = figure(size=(13, 4.5), columns=2, width_ratios=[1, 1.2])
    left.loglog(steps, found["central"], "o-", ms=3, color=BLUE, label="central difference")
    left.loglog(steps, found["forward"], "o-", ms=3, color=ORANGE, label="forward difference")
    left.set(xlabel="step", ylabel="relative error", title="A network's gradient against differences")
    left.grid(alpha=0.3)
    left.legend()
    names, heights = list(rows), [max(error, 1e-17) for error, _ in rows.values()]
    right.barh(names, heights, color=[GREEN if e < 1e-6 else RED for e in heights], left=0)
    right.set(xscale="log", xlim=(1e-17, 1e8), xlabel="relative error", title="Derivatives written by hand")
    right.invert_yaxis()
    right.tick_params(axis="y", labelsize=8)
    right.grid(alpha=0.3, axis="x")
    run.plot(made, "errors.png")
    run.graph(lambda: functional.cross_entropy(model(x), y))
    return run.finish(best_error=best, claims={name: {"error": e, "factor": f} for name, (e, f) in rows.items()})


if __name__ == "__main__":
    main()
