"""Random configurations of every loss, optimizer and schedule; see `_configurations.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ._configurations import Rng, flag, near, pick, sizes

Array = np.ndarray[Any, Any]


class Loss(NamedTuple):
    """Constructor arguments of a loss, what is differentiated, and targets."""

    arguments: dict[str, Any]
    xs: tuple[Array, ...]
    targets: tuple[Array, ...]


def reduced(rng: Rng) -> dict[str, Any]:
    return {"reduction": pick(rng, "mean", "sum", "none")}


def regression(option: str = "", low: float = 0.3, high: float = 2) -> Callable[[Rng], Loss]:
    def draw(rng: Rng) -> Loss:
        shape = sizes(rng, rng.integers(1, 4), 1, 4)
        more = {option: near(rng, low, high)} if option else {}
        return Loss(reduced(rng) | more, (rng.normal(size=shape),), (rng.normal(size=shape),))

    return draw


def classes(smooth: bool) -> Callable[[Rng], Loss]:
    def draw(rng: Rng) -> Loss:
        n, batch = 5, int(rng.integers(2, 6))
        rest = sizes(rng, rng.integers(0, 3), 1, 4)
        arguments = reduced(rng) | {"weight": pick(rng, None, rng.uniform(0.2, 1, n)), "ignore_index": pick(rng, -100, 2)}
        if smooth:
            arguments["label_smoothing"] = pick(rng, 0.0, near(rng, 0.05, 0.5))
        target = rng.integers(0, n, (batch, *rest))
        target.flat[0] = 1  # not all ignored
        return Loss(arguments, (rng.normal(size=(batch, n, *rest)),), (target,))

    return draw


def binary(logits: bool) -> Callable[[Rng], Loss]:
    def draw(rng: Rng) -> Loss:
        shape = sizes(rng, 2, 1, 5)
        arguments = reduced(rng) | {"weight": pick(rng, None, rng.random(shape))}
        if logits:
            arguments["pos_weight"] = pick(rng, None, rng.uniform(0.5, 2, shape[-1]))
        x = rng.normal(0, 3, shape) if logits else rng.uniform(0.01, 0.99, shape)
        return Loss(arguments, (x,), (rng.random(shape),))

    return draw


def divergence(rng: Rng) -> Loss:
    log = flag(rng)
    x, t = np.log(rng.dirichlet(np.ones(4), 3)), rng.dirichlet(np.ones(4), 3)
    arguments = {"reduction": pick(rng, "mean", "sum", "none", "batchmean"), "log_target": log}
    return Loss(arguments, (x,), (np.log(t) if log else t,))


def hinge(rng: Rng) -> Loss:
    shape = sizes(rng, 2, 1, 5)
    return Loss(reduced(rng) | {"margin": near(rng, 0.2, 2)}, (rng.normal(size=shape),), (rng.choice([-1.0, 1.0], shape),))


def cosine(rng: Rng) -> Loss:
    n = int(rng.integers(1, 5))
    pair = rng.normal(size=(n, 3)), rng.normal(size=(n, 3))
    return Loss(reduced(rng) | {"margin": near(rng, -0.5, 0.8)}, pair, (rng.choice([-1.0, 1.0], n),))


LOSSES: dict[str, Callable[[Rng], Loss]] = {
    "MSELoss": regression(),
    "L1Loss": regression(),
    "SmoothL1Loss": regression("beta"),
    "HuberLoss": regression("delta"),
    "CrossEntropyLoss": classes(smooth=True),
    "NLLLoss": classes(smooth=False),
    "BCELoss": binary(logits=False),
    "BCEWithLogitsLoss": binary(logits=True),
    "KLDivLoss": divergence,
    "HingeEmbeddingLoss": hinge,
    "CosineEmbeddingLoss": cosine,
}

Options = Callable[[Rng], dict[str, Any]]


def common(rng: Rng, low: float = 0.001, high: float = 0.1) -> dict[str, Any]:
    return {"lr": near(rng, low, high), "weight_decay": pick(rng, 0.0, near(rng, 0.01, 0.3)), "maximize": flag(rng)}


def adam(*flags: str) -> Options:
    def draw(rng: Rng) -> dict[str, Any]:
        more = {"betas": (near(rng, 0.5, 0.95), near(rng, 0.8, 0.999)), "eps": pick(rng, 1e-8, 1e-3)}
        return common(rng) | more | {name: flag(rng) for name in flags}

    return draw


def sgd(rng: Rng) -> dict[str, Any]:
    nesterov, momentum = flag(rng), pick(rng, 0.0, near(rng, 0.3, 0.9))
    if nesterov:
        return common(rng, high=0.01) | {"momentum": momentum or 0.5, "dampening": 0.0, "nesterov": True}
    return common(rng, high=0.01) | {"momentum": momentum, "dampening": near(rng, 0, 0.5), "nesterov": False}


OPTIMIZERS: dict[str, Options] = {
    "SGD": sgd,
    "Adagrad": lambda rng: (
        common(rng)
        | {"lr_decay": near(rng, 0, 0.3), "initial_accumulator_value": near(rng, 0, 1), "eps": pick(rng, 1e-10, 1e-3)}
    ),
    "Adadelta": lambda rng: common(rng, 0.1, 1) | {"rho": near(rng, 0.5, 0.95), "eps": pick(rng, 1e-6, 1e-3)},
    "RMSprop": lambda rng: (
        common(rng)
        | {"alpha": near(rng, 0.7, 0.99), "eps": pick(rng, 1e-8, 1e-3)}
        | {"momentum": pick(rng, 0.0, near(rng, 0.3, 0.9)), "centered": flag(rng)}
    ),
    "Adam": adam("amsgrad", "decoupled_weight_decay"),
    "AdamW": adam("amsgrad"),
    "NAdam": lambda rng: adam("decoupled_weight_decay")(rng) | {"momentum_decay": near(rng, 0.001, 0.2)},
    "RAdam": adam("decoupled_weight_decay"),
    "LBFGS": lambda rng: {
        "lr": near(rng, 0.1, 0.4),
        "max_iter": int(rng.integers(2, 6)),
        "max_eval": pick(rng, None, 4),
        "tolerance_grad": pick(rng, 1e-7, 1e-3),
        "tolerance_change": pick(rng, 1e-9, 1e-4),
        "history_size": pick(rng, 2, 100),
        "line_search_fn": pick(rng, None, "strong_wolfe"),
    },
}


def plateau(rng: Rng) -> dict[str, Any]:
    return {
        "mode": pick(rng, "min", "max"),
        "factor": near(rng, 0.1, 0.9),
        "patience": int(rng.integers(0, 4)),
        "threshold": pick(rng, 1e-4, 0.05),
        "threshold_mode": pick(rng, "rel", "abs"),
        "cooldown": int(rng.integers(0, 3)),
        "min_lr": pick(rng, 0.0, 0.05),
        "eps": pick(rng, 1e-8, 0.02),
    }


def one_cycle(rng: Rng) -> dict[str, Any]:
    length = pick(rng, {"total_steps": 30}, {"epochs": 5, "steps_per_epoch": 6})
    return length | {
        "max_lr": near(rng, 0.5, 2),
        "pct_start": near(rng, 0.2, 0.45),
        "anneal_strategy": pick(rng, "cos", "linear"),
        "cycle_momentum": flag(rng),
        "base_momentum": near(rng, 0.7, 0.85),
        "max_momentum": near(rng, 0.86, 0.97),
        "div_factor": near(rng, 5, 30),
        "final_div_factor": near(rng, 100, 1e4),
        "three_phase": flag(rng),
    }


def falling(rng: Rng) -> dict[str, Any]:
    rate = near(rng, 0.1, 2)
    return {"lr_lambda": lambda epoch: 1 / (1 + rate * epoch)}


SCHEDULES: dict[str, Options] = {
    "StepLR": lambda rng: {"step_size": int(rng.integers(1, 6)), "gamma": near(rng, 0.1, 0.9)},
    "MultiStepLR": lambda rng: {"milestones": sorted(rng.integers(1, 20, 4).tolist()), "gamma": near(rng, 0.1, 0.9)},
    "ConstantLR": lambda rng: {"factor": near(rng, 0.1, 0.9), "total_iters": int(rng.integers(1, 10))},
    "LinearLR": lambda rng: {
        "start_factor": near(rng, 0.1, 0.9),
        "end_factor": near(rng, 0.2, 1),
        "total_iters": int(rng.integers(1, 10)),
    },
    "ExponentialLR": lambda rng: {"gamma": near(rng, 0.5, 0.99)},
    "PolynomialLR": lambda rng: {"total_iters": int(rng.integers(2, 20)), "power": near(rng, 0.5, 3)},
    "CosineAnnealingLR": lambda rng: {"T_max": int(rng.integers(5, 15)), "eta_min": near(rng, 0, 0.1)},
    "CosineAnnealingWarmRestarts": lambda rng: {
        "T_0": int(rng.integers(2, 8)),
        "T_mult": int(rng.integers(1, 4)),
        "eta_min": near(rng, 0, 0.1),
    },
    "OneCycleLR": one_cycle,
    "LambdaLR": falling,
    "ReduceLROnPlateau": plateau,
}
