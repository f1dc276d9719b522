"""Training: the loop `fit` with checkpoints and exact resume, callbacks, evaluation, and the history of a run."""

from __future__ import annotations

from .callbacks import Callback as Callback
from .callbacks import EarlyStopping as EarlyStopping
from .callbacks import Training as Training
from .evaluation import accuracy as accuracy
from .evaluation import evaluate as evaluate
from .history import History as History
from .loop import fit as fit
