"""Special functions: a few are always present; the others are SciPy's, under its names, made when first asked for."""

from typing import Any as _Any

from ._errors import MissingExtra as _MissingExtra
from ._errors import require as _require
from ._namespace import namespace as _namespace
from ._namespace import public as _public
from ._rules import activations as _activations
from ._rules import special as _rules

erf = _public(_rules.erf, __name__)
gelu = _public(_activations.gelu, __name__)
gelu_tanh = _public(_activations.gelu_tanh, __name__)
expit = _public(_rules.expit, __name__)
log_expit = _public(_rules.log_expit, __name__)
log_softmax = _public(_rules.log_softmax, __name__)
softmax = _public(_rules.softmax, __name__)


def __getattr__(name: str) -> _Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "logsumexp":
        try:
            _require("scipy.special", "scipy")
        except _MissingExtra:
            return _public(_rules.logsumexp, __name__)
    get, _ = _namespace(_require("scipy.special", "scipy"), globals())
    return get(name)


def __dir__() -> list[str]:
    always = ["erf", "expit", "gelu", "gelu_tanh", "log_expit", "log_softmax", "logsumexp", "softmax"]
    try:
        _, names = _namespace(_require("scipy.special", "scipy"), globals())
    except _MissingExtra:
        return always
    return sorted({*always, *names()})
