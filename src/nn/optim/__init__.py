"""Optimizers with PyTorch's exact updates, in place (`nn.optim`), and second-order ones."""

from __future__ import annotations

from . import lr_scheduler as lr_scheduler
from .adam import Adam as Adam
from .adam import AdamW as AdamW
from .adam import NAdam as NAdam
from .adam import RAdam as RAdam
from .adaptive import Adadelta as Adadelta
from .adaptive import Adagrad as Adagrad
from .adaptive import RMSprop as RMSprop
from .lbfgs import LBFGS as LBFGS
from .natural_gradient import NaturalGradient as NaturalGradient
from .newton import Newton as Newton
from .optimizer import Optimizer as Optimizer
from .sgd import SGD as SGD
