"""Adam and its relatives: steps scaled by running moments of the gradient."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import ArgumentError, positive
from .optimizer import Array, Optimizer, Scratch

__all__ = ["Adam", "AdamW", "NAdam", "RAdam"]


class _Moments(Optimizer):
    """Methods that keep running means of the gradient and of its square."""

    slots = ("exp_avg", "exp_avg_sq")

    def __init__(self, params: Iterable[Any], betas: tuple[float, float], eps: float, **defaults: Any) -> None:
        super().__init__(params, {"betas": betas, "eps": eps, **defaults})

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        betas = group["betas"]
        if not isinstance(betas, tuple | list) or len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            raise ArgumentError(f"betas={betas!r} must be two numbers that lie in [0, 1)")
        positive("momentum_decay", group.get("momentum_decay", 0.0), zero=True)


def _move(m: Array, v: Array, g: Array, a: Array, beta1: float, beta2: float) -> None:
    """Move the running moments towards a gradient."""
    np.subtract(g, m, out=a)
    a *= 1 - beta1
    m += a
    v *= beta2
    np.multiply(g, g, out=a)
    a *= 1 - beta2
    v += a


class Adam(_Moments):
    """Divide running means of the gradient by the root of running means of its square.

    Parameters
    ----------
    params : iterable
        As `Optimizer`.
    lr : float
        Learning rate, positive.
    betas : (float, float)
        How much of the running means of the gradient and its square is kept a step.
    eps : float
        Added to the root.
    weight_decay : float
        Adds ``weight_decay p`` to the gradient, or, if `decoupled_weight_decay`, shrinks p by ``lr weight_decay``.
    amsgrad : bool
        Divide by the largest running mean so far.
    maximize : bool
        Go up instead of down.

    References
    ----------
    D. Kingma and J. Ba, Adam, arXiv 1412.6980, algorithm 1. S. Reddi, S. Kale and S. Kumar, On the Convergence of Adam and
    Beyond, arXiv 1904.09237, algorithm 2 (amsgrad).

    Examples
    --------
    >>> import autograd_core as ac, nn
    >>> p = ac.tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = nn.optim.Adam([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p.numpy().round(6).tolist()
    [0.9, -1.9]
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            betas,
            eps,
            lr=lr,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        return (*self.slots, "max_exp_avg_sq") if group["amsgrad"] else self.slots

    def _numbers(self, state: dict[str, Any], p: ac.Tensor, group: dict[str, Any]) -> dict[str, float]:
        del p
        state["step"] += 1
        beta1, beta2 = group["betas"]
        # sqrt(v / c2) + eps = (sqrt(v) + eps sqrt(c2)) / sqrt(c2), which saves a pass over the block.
        root = math.sqrt(1 - beta2 ** state["step"])
        rate = group["lr"] * root / (1 - beta1 ** state["step"])
        return {"beta1": beta1, "beta2": beta2, "rate": rate, "eps": group["eps"] * root}

    def _update(
        self,
        p: Array,
        g: Array,
        *state: Array,
        scratch: Scratch,
        beta1: float = 0.0,
        beta2: float = 0.0,
        rate: float = 0.0,
        eps: float = 0.0,
        **_: Any,
    ) -> None:
        m, v, *largest = state
        a = scratch.a
        _move(m, v, g, a, beta1, beta2)
        if largest:
            v = np.maximum(largest[0], v, out=largest[0])
        np.sqrt(v, out=a)
        a += eps
        np.divide(m, a, out=a)
        a *= rate
        p -= a


class AdamW(Adam):
    """Adam with weight decay that shrinks the parameters themselves. Arguments as `Adam`.

    References
    ----------
    I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, arXiv 1711.05101, algorithm 2.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True)


class NAdam(_Moments):
    """Adam with Nesterov's momentum. Arguments as `Adam`, and `momentum_decay`.

    References
    ----------
    T. Dozat, Incorporating Nesterov Momentum into Adam, ICLR workshop 2016, algorithm 2.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            betas,
            eps,
            lr=lr,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            maximize=maximize,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _initial(self, p: ac.Tensor, group: dict[str, Any]) -> dict[str, Any]:
        return {**super()._initial(p, group), "mu_product": 1.0}

    def _numbers(self, state: dict[str, Any], p: ac.Tensor, group: dict[str, Any]) -> dict[str, float]:
        del p
        state["step"] += 1
        step, (beta1, beta2) = state["step"], group["betas"]
        mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (t * group["momentum_decay"])) for t in (step, step + 1))
        state["mu_product"] *= mu
        root, product = math.sqrt(1 - beta2**step), state["mu_product"]
        return {
            "beta1": beta1,
            "beta2": beta2,
            "of_g": group["lr"] * root * (1 - mu) / (1 - product),
            "of_m": group["lr"] * root * mu_next / (1 - product * mu_next),
            "eps": group["eps"] * root,
        }

    def _update(
        self,
        p: Array,
        g: Array,
        *state: Array,
        scratch: Scratch,
        beta1: float = 0.0,
        beta2: float = 0.0,
        of_g: float = 0.0,
        of_m: float = 0.0,
        eps: float = 0.0,
        **_: Any,
    ) -> None:
        (m, v), (a, b) = state, scratch
        _move(m, v, g, a, beta1, beta2)
        np.multiply(g, of_g, out=a)
        a += np.multiply(m, of_m, out=b)
        np.sqrt(v, out=b)
        b += eps
        a /= b
        p -= a


class RAdam(_Moments):
    """Adam whose scaling waits until the variance of the running mean is tractable. Arguments as `Adam`.

    References
    ----------
    L. Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, arXiv 1908.03265, algorithm 2.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            betas,
            eps,
            lr=lr,
            weight_decay=weight_decay,
            maximize=maximize,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _numbers(self, state: dict[str, Any], p: ac.Tensor, group: dict[str, Any]) -> dict[str, float]:
        del p
        state["step"] += 1
        step, (beta1, beta2) = state["step"], group["betas"]
        power = beta2**step
        limit = 2 / (1 - beta2) - 1
        length = limit - 2 * step * power / (1 - power)
        rate, scaled = group["lr"] / (1 - beta1**step), length > 5
        if scaled:
            rate *= math.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length) * (1 - power))
        return {"beta1": beta1, "beta2": beta2, "rate": rate, "scaled": scaled, "eps": group["eps"]}

    def _update(
        self,
        p: Array,
        g: Array,
        *state: Array,
        scratch: Scratch,
        beta1: float = 0.0,
        beta2: float = 0.0,
        rate: float = 0.0,
        scaled: bool = False,
        eps: float = 0.0,
        **_: Any,
    ) -> None:
        (m, v), (a, b) = state, scratch
        _move(m, v, g, a, beta1, beta2)
        np.multiply(m, rate, out=a)
        if scaled:
            np.sqrt(v, out=b)
            b += eps
            a /= b
        p -= a
