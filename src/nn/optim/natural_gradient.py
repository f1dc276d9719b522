"""Natural gradient descent: steepest descent where distance is measured by how much the model's predictions change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import ArgumentError, positive
from ._curvature import conjugate_gradients, dense_or_products, flat, gradient, move, solve
from .optimizer import Optimizer

__all__ = ["NaturalGradient"]


class NaturalGradient(Optimizer):
    """Solve ``(F + damping I) d = -g`` with the Fisher matrix F, the mean of outer products of per-sample gradients.

    Parameters
    ----------
    params : iterable of Tensor
        One group only.
    lr : float
        Step length.
    damping : float
        Added to the diagonal of the Fisher matrix.
    method : str
        ``exact`` forms the matrix from per-sample gradients, ``cg`` solves by conjugate gradients on products ``F v`` and
        never forms it, ``auto`` chooses by the number of parameters.
    max_cg : int
        Products at most in one step.
    cg_tolerance : float
        Of the residual, relative to the gradient.

    References
    ----------
    S. Amari, Natural Gradient Works Efficiently in Learning, Neural Computation 10, 1998. J. Martens, New insights and
    perspectives on the natural gradient method, arXiv 1412.1193, sections 5, 6 and 11.

    Examples
    --------
    >>> import autograd_core as ac, nn, numpy as np
    >>> x = np.array([[1.0, 0.0], [0.0, 100.0], [1.0, 100.0]])  # one feature 100 times larger than the other
    >>> w = ac.tensor([0.0, 0.0], requires_grad=True)
    >>> optimizer = nn.optim.NaturalGradient([w], damping=1e-9)
    >>> def losses():  # minus the log-likelihood of each sample, noise of variance 1
    ...     return (x @ w - np.array([1.0, 2.0, 3.0])) ** 2 / 2
    >>> def sampled():  # the same for targets drawn from the model: their gradients make the true Fisher matrix
    ...     noise = np.array([1.0, -1.0, 1.0])
    ...     return (x @ w - (x @ w).detach() - noise) ** 2 / 2
    >>> _ = optimizer.step(losses, sampled)
    >>> w.numpy().round(4).tolist()
    [1.0, 0.02]
    """

    whole = "one Fisher matrix"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        damping: float = 1e-3,
        method: str = "auto",
        max_cg: int = 250,
        cg_tolerance: float = 1e-8,
    ) -> None:
        positive("damping", damping)
        super().__init__(
            params,
            {"lr": lr, "damping": damping, "method": method, "max_cg": max_cg, "cg_tolerance": cg_tolerance},
        )
        self._params: list[ac.Tensor] = self.param_groups[0]["params"]
        self._dense = dense_or_products(method, sum(p.size for p in self._params))

    @ac.enable_grad()
    def step(self, closure: Callable[[], Any] | None = None, fisher_closure: Callable[[], Any] | None = None) -> Any:
        """Take one step, and return the mean loss before.

        Parameters
        ----------
        closure : callable
            Computes and returns the loss of each sample (N,), minus its log-likelihood (``reduction="none"``); it must not call
            `backward`.
        fisher_closure : callable, optional
            The same for targets drawn from the model's own predictions, whose gradients make the true Fisher matrix. Without
            it those of `closure` make the empirical one, which vanishes as the model fits the data.
        """
        if closure is None:
            raise ArgumentError("NaturalGradient differentiates the loss itself: call step(closure)")
        group, params = self.param_groups[0], self._params
        losses = _samples(closure())
        mean = losses.mean()
        g = self._finite(gradient(mean, params).numpy().astype(float))
        drawn = losses if fisher_closure is None else _samples(fisher_closure())
        if self._dense:
            rows = np.array([gradient(drawn[i], params).numpy() for i in range(len(drawn))], float)
            d = solve(rows.T @ rows / len(rows), -g, group["damping"])
        else:
            d = conjugate_gradients(
                _fisher_product(drawn, params, group["damping"]), -g, group["cg_tolerance"], group["max_cg"]
            )
        move(params, flat(params) + group["lr"] * d)
        return mean


def _samples(losses: Any) -> Any:
    if losses.ndim != 1 or not losses.size:
        raise ac.ShapeError(
            f"NaturalGradient needs the loss of each sample, of shape (N,), not {losses.shape}; use reduction='none'"
        )
    return losses


def _fisher_product(losses: Any, params: list[ac.Tensor], damping: float) -> Callable[[Any], Any]:
    """The map from v to ``J^T J v / N + damping v``, with J the per-sample gradients, which is never formed.

    ``J^T u`` is linear in u, so the derivative of ``(J^T u) . v`` by u is ``J v``: two reverse walks instead of a forward one.
    """
    u = ac.tensor(np.ones(losses.shape, losses.dtype), requires_grad=True)
    pulled = gradient(losses, params, u, record=True)

    def product(v: Any) -> Any:
        jv = gradient(pulled, [u], ac.asarray(v.astype(losses.dtype))).numpy()
        return gradient(losses, params, ac.asarray(jv)).numpy().astype(float) / len(jv) + damping * v

    return product
