"""Losses as modules, with PyTorch's arguments and reductions."""

from __future__ import annotations

from typing import Any

import autograd_core as ac

from . import functional
from ._errors import ArgumentError
from .module import Module

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "NLLLoss",
    "SmoothL1Loss",
]


class _Loss(Module):
    """A loss with a reduction: ``mean``, ``sum`` or ``none``."""

    reductions: tuple[str, ...] = ("mean", "sum", "none")

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in self.reductions:
            raise ArgumentError(f"{type(self).__name__}: reduction={reduction!r} must be one of {self.reductions}")
        self.reduction = reduction

    def _weights(self, **weights: Any) -> None:
        """Keep class weights and their like as buffers."""
        for name, weight in weights.items():
            self.register_buffer(name, None if weight is None else ac.asarray(weight))

    weight: ac.Tensor | None
    pos_weight: ac.Tensor | None


class MSELoss(_Loss):
    """Return the squared difference of input and target.

    Examples
    --------
    >>> import nn
    >>> nn.MSELoss()([1.0, 2.0], [1.0, 4.0])
    Tensor(2.)
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.mse_loss`."""
        return functional.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """Return the absolute difference of input and target."""

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.l1_loss`."""
        return functional.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """Return the squared difference over ``2 beta`` below `beta`, and the absolute one less ``beta / 2`` above."""

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.smooth_l1_loss`."""
        return functional.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """Return half the squared difference up to `delta`, and ``delta (|d| - delta / 2)`` above."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.huber_loss`."""
        return functional.huber_loss(input, target, self.reduction, self.delta)


class CrossEntropyLoss(_Loss):
    """Return the cross-entropy of softmax(input) against class indices or probabilities.

    Parameters
    ----------
    weight : array_like, shape (C,), optional
        Of each class.
    ignore_index : int
        Rows of this class count for nothing.
    reduction : str
        ``mean`` (weighted), ``sum`` or ``none``.
    label_smoothing : float
        The share of the target, in [0, 1], that is spread evenly over all classes.

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.CrossEntropyLoss()(np.zeros((4, 10)), [1, 2, 3, 4]).item()  # log(10)
    2.302585092994...
    """

    def __init__(
        self,
        weight: Any = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction=reduction)
        self._weights(weight=weight)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.cross_entropy`."""
        return functional.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(_Loss):
    """Return minus the log-probability of the target class."""

    def __init__(self, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self._weights(weight=weight)
        self.ignore_index = ignore_index

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.nll_loss`."""
        return functional.nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class BCELoss(_Loss):
    """Return the binary cross-entropy of probabilities."""

    def __init__(self, weight: Any = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self._weights(weight=weight)

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.binary_cross_entropy`."""
        return functional.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_Loss):
    """Return the binary cross-entropy of sigmoid(input); finite for any finite logits."""

    def __init__(self, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None) -> None:
        super().__init__(reduction=reduction)
        self._weights(weight=weight, pos_weight=pos_weight)

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.binary_cross_entropy_with_logits`."""
        return functional.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class KLDivLoss(_Loss):
    """Return the Kullback-Leibler divergence of log-probabilities from a target; ``batchmean`` is the definition."""

    reductions = ("mean", "sum", "none", "batchmean")

    def __init__(self, *, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.kl_div`."""
        return functional.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class HingeEmbeddingLoss(_Loss):
    """Return a distance where the target is 1, and what it lacks of `margin` where it is -1."""

    def __init__(self, margin: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        """Apply `nn.functional.hinge_embedding_loss`."""
        return functional.hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_Loss):
    """Return ``1 - cos`` where the target is 1, and ``max(0, cos - margin)`` where it is -1."""

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        """Apply `nn.functional.cosine_embedding_loss`."""
        return functional.cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)
