"""Methods that scale each element's step by the history of its squared gradient: Adagrad, Adadelta, RMSprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import ArgumentError, positive
from .optimizer import Array, Optimizer, Scratch

__all__ = ["Adadelta", "Adagrad", "RMSprop"]


def _towards(mean: Array, g: Array, a: Array, rho: float) -> None:
    """Move a running mean towards the square of `g`."""
    mean *= rho
    np.multiply(g, g, out=a)
    a *= 1 - rho
    mean += a


class Adagrad(Optimizer):
    """Divide by the root of the sum of all squared gradients so far.

    References
    ----------
    J. Duchi, E. Hazan and Y. Singer, Adaptive Subgradient Methods, JMLR 12, 2011, section 1.1.
    """

    slots = ("sum",)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "eps": eps,
                "maximize": maximize,
            },
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        for name in ("lr_decay", "initial_accumulator_value"):
            positive(name, group[name], zero=True)

    def _initial(self, p: ac.Tensor, group: dict[str, Any]) -> dict[str, Any]:
        return {"step": 0, "sum": np.full_like(p.numpy(), group["initial_accumulator_value"])}

    def _numbers(self, state: dict[str, Any], p: ac.Tensor, group: dict[str, Any]) -> dict[str, float]:
        del p
        state["step"] += 1
        return {"rate": group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"]), "eps": group["eps"]}

    def _update(
        self, p: Array, g: Array, *state: Array, scratch: Scratch, rate: float = 0.0, eps: float = 0.0, **_: Any
    ) -> None:
        (total,), (a, b) = state, scratch
        total += np.multiply(g, g, out=a)
        np.sqrt(total, out=a)
        a += eps
        np.multiply(g, rate, out=b)
        b /= a
        p -= b


class Adadelta(Optimizer):
    """Scale the gradient by the ratio of running root mean squares of past steps and of past gradients.

    References
    ----------
    M. Zeiler, ADADELTA, arXiv 1212.5701, algorithm 1.
    """

    slots = ("square_avg", "acc_delta")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize})

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if not 0 <= group["rho"] <= 1:
            raise ArgumentError(f"rho={group['rho']!r} must lie in [0, 1]")

    def _numbers(self, state: dict[str, Any], p: ac.Tensor, group: dict[str, Any]) -> dict[str, float]:
        del p
        state["step"] += 1
        return {"lr": group["lr"], "rho": group["rho"], "eps": group["eps"]}

    def _update(
        self,
        p: Array,
        g: Array,
        *state: Array,
        scratch: Scratch,
        lr: float = 0.0,
        rho: float = 0.0,
        eps: float = 0.0,
        **_: Any,
    ) -> None:
        (squares, steps), (a, b) = state, scratch
        _towards(squares, g, a, rho)
        np.add(steps, eps, out=b)
        np.add(squares, eps, out=a)
        np.sqrt(b, out=b)
        b /= np.sqrt(a, out=a)
        b *= g
        _towards(steps, b, a, rho)
        b *= lr
        p -= b


class RMSprop(Optimizer):
    """Divide by the root of a running mean of the squared gradient.

    Parameters
    ----------
    alpha : float
        How much of the running mean is kept a step.
    momentum : float
        Share of the last step's direction that is kept.
    centered : bool
        Divide by the running standard deviation instead.

    References
    ----------
    T. Tieleman and G. Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012; centered as in A. Graves, arXiv
    1308.0850, eq. 38 to 45.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "alpha": alpha,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "centered": centered,
                "maximize": maximize,
            },
        )

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        more = (("momentum_buffer",) if group["momentum"] else ()) + (("grad_avg",) if group["centered"] else ())
        return ("square_avg", *more)

    def _numbers(self, state: dict[str, Any], p: ac.Tensor, group: dict[str, Any]) -> dict[str, float]:
        del p
        state["step"] += 1
        return {name: group[name] for name in ("lr", "alpha", "eps", "momentum", "centered")}

    def _update(
        self,
        p: Array,
        g: Array,
        *state: Array,
        scratch: Scratch,
        lr: float = 0.0,
        alpha: float = 0.0,
        eps: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        **_: Any,
    ) -> None:
        squares, *more = state
        a, b = scratch
        _towards(squares, g, a, alpha)
        if centered:
            mean = more[-1]
            np.subtract(g, mean, out=a)
            a *= 1 - alpha
            mean += a
            np.multiply(mean, mean, out=a)
            np.subtract(squares, a, out=a)
            np.sqrt(a, out=a)
        else:
            np.sqrt(squares, out=a)
        a += eps
        np.divide(g, a, out=b)
        if momentum:
            buffer = more[0]
            buffer *= momentum
            buffer += b
            np.copyto(b, buffer)
        b *= lr
        p -= b
