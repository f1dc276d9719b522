"""SciPy's Bessel and Struve functions: each order in terms of its neighbours."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp  # type: ignore[import-untyped, import-not-found, unused-ignore]

from .._primitive import elementwise
from .scipy_common import real_only, unknown

ROOT_PI = math.sqrt(math.pi)

elementwise(sp.j0, lambda g, _y, a: -g * sp.j1(a))
elementwise(sp.j1, lambda g, _y, a: g * (sp.j0(a) - sp.jv(2, a)) / 2)
elementwise(sp.y0, lambda g, _y, a: -g * sp.y1(a))
elementwise(sp.y1, lambda g, _y, a: g * (sp.y0(a) - sp.yv(2, a)) / 2)
elementwise(sp.i0, lambda g, _y, a: g * sp.i1(a))
elementwise(sp.i1, lambda g, _y, a: g * (sp.i0(a) + sp.iv(2, a)) / 2)
elementwise(sp.i0e, lambda g, y, a: g * (sp.i1e(a) - np.sign(a) * y))
elementwise(sp.i1e, lambda g, y, a: g * ((sp.i0e(a) + sp.ive(2, a)) / 2 - np.sign(a) * y))
elementwise(sp.k0, lambda g, _y, a: -g * sp.k1(a))
elementwise(sp.k1, lambda g, _y, a: -g * (sp.k0(a) + sp.kv(2, a)) / 2)
elementwise(sp.k0e, lambda g, y, a: g * (y - sp.k1e(a)))
elementwise(sp.k1e, lambda g, y, a: g * (y - (sp.k0e(a) + sp.kve(2, a)) / 2))
for _function in (sp.jv, sp.yv, sp.hankel1, sp.hankel2, sp.yn):
    elementwise(
        _function,
        unknown(_function),
        lambda g, _y, a, b, f=_function: g * (f(a - 1, b) - f(a + 1, b)) / 2,
    )
for _function in (sp.kv, sp.kn):
    elementwise(
        _function,
        unknown(_function),
        lambda g, _y, a, b, f=_function: -g * (f(abs(a - 1), b) + f(a + 1, b)) / 2,
    )
elementwise(sp.iv, unknown(sp.iv), lambda g, _y, a, b: g * (sp.iv(a - 1, b) + sp.iv(a + 1, b)) / 2)
elementwise(sp.kve, unknown(sp.kve), lambda g, y, a, b: g * (y - (sp.kve(a - 1, b) + sp.kve(a + 1, b)) / 2))


elementwise(
    sp.ive,
    unknown(sp.ive),
    lambda g, y, a, b: g * ((sp.ive(a - 1, b) + sp.ive(a + 1, b)) / 2 - np.sign(real_only("ive", b)) * y),
)
for _function in (sp.jve, sp.yve):
    elementwise(
        _function,
        unknown(_function),
        lambda g, _y, a, b, f=_function: g * (f(a - 1, real_only(f.__name__, b)) - f(a + 1, b)) / 2,
    )


def _struve_part(a: Any, b: Any) -> Any:
    return (b / 2) ** a / (ROOT_PI * sp.gamma(a + 1.5))


elementwise(
    sp.struve,
    unknown(sp.struve),
    lambda g, _y, a, b: g * (sp.struve(a - 1, b) - sp.struve(a + 1, b) + _struve_part(a, b)) / 2,
)
elementwise(
    sp.modstruve,
    unknown(sp.modstruve),
    lambda g, _y, a, b: g * (sp.modstruve(a - 1, b) + sp.modstruve(a + 1, b) + _struve_part(a, b)) / 2,
)
