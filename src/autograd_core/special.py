"""Special functions: `erf`, the logistic sigmoid and the softmax family, present with SciPy and without."""

from ._namespace import public
from ._rules import special as _rules

__all__ = ["erf", "expit", "log_expit", "log_softmax", "logsumexp", "softmax"]

erf = public(_rules.erf)
expit = public(_rules.expit)
log_expit = public(_rules.log_expit)
log_softmax = public(_rules.log_softmax)
logsumexp = public(_rules.logsumexp)
softmax = public(_rules.softmax)
