"""Losses: bad input is named. Values and derivatives are compared with those of PyTorch in `parity`."""

import numpy as np
import pytest

import autograd_core as ac
import nn

LOGITS = np.zeros((2, 3), np.float32)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: nn.MSELoss()(np.zeros((2, 1)), np.zeros(2)),
            ac.ShapeError,
            r"mse_loss: input of shape \(2, 1\) and target of shape \(2,\) must be equal",
        ),
        (
            lambda: nn.MSELoss()(np.zeros((0, 3)), np.zeros((0, 3))),
            ac.ShapeError,
            r"mse_loss of an empty batch, of shape \(0, 3\)",
        ),
        (lambda: nn.CrossEntropyLoss()(LOGITS, [0, 3]), IndexError, "class index 3 is out of range for 3 classes"),
        (lambda: nn.CrossEntropyLoss()(LOGITS, [0, -1]), IndexError, "class index -1 is out of range for 3 classes"),
        (
            lambda: nn.CrossEntropyLoss()(LOGITS, [0]),
            ac.ShapeError,
            r"class indices of shape \(2,\) expected, target has shape \(1,\)",
        ),
        (lambda: nn.CrossEntropyLoss()(LOGITS[:0], np.zeros(0, int)), ac.ShapeError, "cross_entropy of an empty batch"),
        (lambda: nn.NLLLoss()(LOGITS, [9, 0]), IndexError, "NLLLoss: nll_loss: class index 9"),
        (lambda: nn.CrossEntropyLoss(label_smoothing=2)(LOGITS, [0, 1]), ValueError, r"label_smoothing=2 must lie in \[0, 1\]"),
        (lambda: nn.L1Loss(reduction="average"), ValueError, "L1Loss: reduction='average' must be one of"),
        (lambda: nn.BCELoss()(np.array([2.0]), [1.0]), ValueError, "for logits use binary_cross_entropy_with_logits"),
        (lambda: nn.BCELoss()(np.array([np.nan]), [1.0]), ValueError, r"probabilities must lie in \[0, 1\], not \[nan, nan\]"),
        (lambda: nn.BCELoss()(np.array([0.5]), [2.0]), ValueError, r"targets must lie in \[0, 1\], not \[2.0, 2.0\]"),
        (lambda: nn.CrossEntropyLoss([1.0])(LOGITS, [0, 1]), ac.ShapeError, r"weight of shape \(1,\) for \d classes"),
        (lambda: nn.CrossEntropyLoss()(LOGITS, [0.0, 1.0]), TypeError, r"class indices must be integers, not float64"),
        (lambda: nn.CrossEntropyLoss()(LOGITS, [True, False]), TypeError, r"class indices must be integers, not bool"),
        (lambda: nn.NLLLoss()(LOGITS, [0.0, 1.0]), TypeError, r"convert with target.astype\(int\)"),
        (lambda: nn.functional.l1_loss(LOGITS, LOGITS, weight=[1.0]), ac.ShapeError, r"l1_loss: weight of shape \(1,\)"),
        (lambda: nn.HuberLoss(delta=0)(LOGITS, LOGITS), ValueError, "delta=0 must be positive"),
    ],
)
def test_bad_input_is_named(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_a_float64_target_does_not_change_the_dtype_of_the_loss():
    x = ac.tensor(np.ones(3, np.float32), requires_grad=True)
    loss = nn.MSELoss()(x, np.zeros(3))
    loss.backward()
    assert loss.dtype == x.grad.dtype == np.float32


def test_the_derivative_of_cross_entropy_is_softmax_less_one_hot():
    x = ac.tensor(np.random.default_rng(0).normal(size=(4, 5)), requires_grad=True)
    target = np.array([0, 4, 2, 2])
    nn.functional.cross_entropy(x, target, reduction="sum").backward()
    expected = nn.functional.softmax(x.detach()).numpy() - nn.functional.one_hot(target, 5).numpy()
    np.testing.assert_allclose(x.grad.numpy(), expected, atol=1e-15)


@pytest.mark.parametrize("loss", [nn.functional.huber_loss, nn.functional.smooth_l1_loss])
def test_a_perfect_prediction_has_curvature(loss):
    """The square near 0 is not that of an absolute value, whose derivative at 0 is 0."""
    hessian = ac.hessian(lambda x: loss(x, np.array([1.0, 2.0, 3.0]), reduction="sum"))(np.array([1.0, 1.5, 9.0]))
    np.testing.assert_allclose(hessian.numpy(), np.diag([1.0, 1.0, 0.0]))
