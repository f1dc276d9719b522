"""Newton's method with exact second derivatives: the whole Hessian for small models, Hessian-vector products for large ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import ArgumentError, positive
from ._curvature import conjugate_gradients, dense_or_products, flat, gradient, move, solve
from .optimizer import Optimizer

__all__ = ["Newton"]


class Newton(Optimizer):
    """Solve ``(H + damping I) d = -g`` and go along d, as far as the loss falls.

    Parameters
    ----------
    params : iterable of Tensor
        One group only.
    lr : float
        The first step length tried; 1 is Newton's.
    damping : float
        Added to the diagonal of the Hessian. Where that is not enough to make it positive definite, more is.
    method : str
        ``exact`` forms the Hessian, ``cg`` solves by conjugate gradients on Hessian-vector products, ``auto`` chooses by size.
    line_search : bool
        Halve the step until the loss falls as far as its slope promises (Armijo's condition).
    max_cg : int
        Products at most in one step.

    References
    ----------
    J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., algorithms 3.1, 3.2 and 7.1.

    Examples
    --------
    >>> import autograd_core as ac, nn
    >>> p = ac.tensor([-1.5, 2.0], requires_grad=True)
    >>> optimizer = nn.optim.Newton([p])
    >>> for _ in range(25):
    ...     _ = optimizer.step(lambda: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2)
    >>> p.numpy().round(8).tolist()
    [1.0, 1.0]
    """

    whole = "one Hessian"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        damping: float = 0.0,
        method: str = "auto",
        line_search: bool = True,
        max_cg: int = 250,
    ) -> None:
        positive("damping", damping, zero=True)
        super().__init__(
            params,
            {"lr": lr, "damping": damping, "method": method, "line_search": line_search, "max_cg": max_cg},
        )
        self._params: list[ac.Tensor] = self.param_groups[0]["params"]
        self._dense = dense_or_products(method, sum(p.size for p in self._params))

    @ac.enable_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step, and return the loss before.

        Parameters
        ----------
        closure : callable
            Computes and returns the loss; it must not call `backward`, since this does, twice.
        """
        if closure is None:
            raise ArgumentError("Newton differentiates the loss itself: call step(closure), which returns the loss")
        group, params = self.param_groups[0], self._params
        loss = closure()
        slope = gradient(loss, params, record=True)
        g = self._finite(slope.numpy().astype(float))
        damping = group["damping"]
        if self._dense:
            rows = [gradient(slope[i], params).numpy() for i in range(len(g))] if slope.requires_grad else []
            hessian = np.array(rows, float) if rows else np.zeros((len(g), len(g)))
            d = solve(hessian, -g, damping)
        else:

            def product(v: Any) -> Any:
                hv = gradient(slope, params, ac.asarray(v.astype(slope.dtype))).numpy()
                return hv.astype(float) + damping * v

            size = float(np.linalg.norm(g))
            d = conjugate_gradients(product, -g, min(0.5, size**0.5), group["max_cg"])
        self._go(closure, loss, flat(params), g, d, group)
        return loss

    def _go(self, closure: Callable[[], Any], loss: Any, start: Any, g: Any, d: Any, group: dict[str, Any]) -> None:
        t, before, slope = group["lr"], float(loss.item()), float(g @ d)
        while True:
            move(self._params, start + t * d)
            if not group["line_search"]:
                return
            with ac.no_grad():
                after = float(closure().item())
            # The second term is the rounding error of the loss: near the optimum nothing smaller can be seen.
            if after <= before + 1e-4 * t * slope + 4 * np.finfo(start.dtype).eps * abs(before):
                return
            t /= 2
            if t < 1e-10:
                move(self._params, start)
                return
