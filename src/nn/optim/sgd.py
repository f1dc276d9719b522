"""Gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import ArgumentError
from .optimizer import Array, Optimizer, Scratch

__all__ = ["SGD"]


class SGD(Optimizer):
    """Step down the gradient, ``p -= lr g``, or along a running sum of gradients.

    Parameters
    ----------
    params : iterable
        As `Optimizer`.
    lr : float
        Learning rate, positive.
    momentum : float
        Share of the last step's direction that is kept: ``v = momentum v + (1 - dampening) g``, started at the first gradient.
    dampening : float
        How much less the new gradient counts.
    weight_decay : float
        Adds ``weight_decay p`` to the gradient.
    nesterov : bool
        Step along ``g + momentum v``.
    maximize : bool
        Go up instead of down.

    References
    ----------
    I. Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013, eq. 1 to 4.

    Examples
    --------
    >>> import autograd_core as ac, nn
    >>> p = ac.tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.SGD([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p.tolist()
    [0.8, -1.6]
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        momentum, dampening = group["momentum"], group["dampening"]
        if group["nesterov"] and (momentum <= 0 or dampening != 0):
            raise ArgumentError(f"nesterov=True needs momentum > 0 and dampening = 0, not {momentum} and {dampening}")

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",) if group["momentum"] else ()

    def _initial(self, p: ac.Tensor, group: dict[str, Any]) -> dict[str, Any]:
        del p, group
        return {}

    def _numbers(self, state: dict[str, Any], p: ac.Tensor, group: dict[str, Any]) -> dict[str, float]:
        first = bool(group["momentum"]) and "momentum_buffer" not in state
        if first:
            state["momentum_buffer"] = np.zeros_like(p.numpy())
        return {
            "lr": group["lr"],
            "momentum": group["momentum"],
            "share": 1.0 if first else 1 - group["dampening"],
            "nesterov": group["nesterov"],
        }

    def _update(
        self,
        p: Array,
        g: Array,
        *state: Array,
        scratch: Scratch,
        lr: float = 0.0,
        momentum: float = 0.0,
        share: float = 1.0,
        nesterov: bool = False,
        **_: Any,
    ) -> None:
        a = scratch.a
        if state:
            (v,) = state
            v *= momentum
            v += g if share == 1 else np.multiply(g, share, out=a)
            if nesterov:
                np.multiply(v, momentum, out=a)
                a += g
                g = a
            else:
                g = v
        p -= np.multiply(g, lr, out=a)
