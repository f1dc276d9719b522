"""SciPy's distribution functions, whose derivatives are densities, and integrals of functions that are there too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp  # type: ignore[import-untyped, import-not-found, unused-ignore]

from .._primitive import elementwise, general
from .scipy_common import of_several, unknown
from .scipy_special import beta_density, gamma_density

# -- distributions ------------------------------------------------------------------------------------------------------------


def _student(a: Any, t: Any) -> Any:
    """The density of Student's distribution with `a` degrees of freedom."""
    scale = np.exp(sp.gammaln((a + 1) / 2) - sp.gammaln(a / 2)) / np.sqrt(a * math.pi)
    return scale * (1 + t * t / a) ** (-(a + 1) / 2)


def _ratio(a: Any, b: Any, x: Any) -> Any:
    """The density of the F distribution."""
    whole = a * x + b
    return beta_density(a / 2, b / 2, a * x / whole) * (a * b / (whole * whole))


elementwise(sp.chdtr, unknown(sp.chdtr), lambda g, _y, a, b: g * gamma_density(a / 2, b / 2) / 2)
elementwise(sp.chdtrc, unknown(sp.chdtrc), lambda g, _y, a, b: -g * gamma_density(a / 2, b / 2) / 2)
elementwise(
    sp.gdtr,
    lambda g, _y, a, b, c: g * (c * gamma_density(b, a * c)),
    unknown(sp.gdtr),
    lambda g, _y, a, b, c: g * (a * gamma_density(b, a * c)),
)
elementwise(
    sp.gdtrc,
    lambda g, _y, a, b, c: -g * (c * gamma_density(b, a * c)),
    unknown(sp.gdtrc),
    lambda g, _y, a, b, c: -g * (a * gamma_density(b, a * c)),
)
elementwise(sp.pdtr, unknown(sp.pdtr), lambda g, _y, a, b: -g * gamma_density(np.floor(a) + 1, b))
elementwise(sp.pdtrc, unknown(sp.pdtrc), lambda g, _y, a, b: g * gamma_density(np.floor(a) + 1, b))
elementwise(sp.stdtr, unknown(sp.stdtr), lambda g, _y, a, b: g * _student(a, b))
elementwise(sp.stdtrit, unknown(sp.stdtrit), lambda g, y, a, _b: g / _student(a, y))
elementwise(sp.fdtr, unknown(sp.fdtr), unknown(sp.fdtr), lambda g, _y, a, b, c: g * _ratio(a, b, c))
elementwise(sp.fdtrc, unknown(sp.fdtrc), unknown(sp.fdtrc), lambda g, _y, a, b, c: -g * _ratio(a, b, c))
elementwise(sp.nbdtr, unknown(sp.nbdtr), unknown(sp.nbdtr), lambda g, _y, a, b, c: g * beta_density(b, a + 1, c))
elementwise(sp.nbdtrc, unknown(sp.nbdtrc), unknown(sp.nbdtrc), lambda g, _y, a, b, c: -g * beta_density(b, a + 1, c))

# -- Kelvin functions, and integrals of Bessel, Struve and Airy functions ----------------------------------------------------

for _function, _derivative in (
    (sp.ber, sp.berp),
    (sp.bei, sp.beip),
    (sp.ker, sp.kerp),
    (sp.kei, sp.keip),
    (sp.berp, lambda a: -sp.bei(a) - sp.berp(a) / a),
    (sp.beip, lambda a: sp.ber(a) - sp.beip(a) / a),
    (sp.kerp, lambda a: -sp.kei(a) - sp.kerp(a) / a),
    (sp.keip, lambda a: sp.ker(a) - sp.keip(a) / a),
    (sp.itstruve0, lambda a: sp.struve(0, a)),
    (sp.itmodstruve0, lambda a: sp.modstruve(0, a)),
    (sp.it2struve0, lambda a: -sp.struve(0, a) / a),
):
    elementwise(_function, lambda g, _y, a, d=_derivative: g * d(a))
general(sp.itj0y0, of_several(sp.j0, sp.y0))
general(sp.iti0k0, of_several(sp.i0, sp.k0))
general(sp.it2j0y0, of_several(lambda a: (1 - sp.j0(a)) / a, lambda a: -sp.y0(a) / a))
general(sp.it2i0k0, of_several(lambda a: (sp.i0(a) - 1) / a, lambda a: -sp.k0(a) / a))
general(
    sp.itairy,
    of_several(lambda a: sp.airy(a)[0], lambda a: sp.airy(a)[2], lambda a: sp.airy(-a)[0], lambda a: sp.airy(-a)[2]),
)
