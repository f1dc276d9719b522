"""First and second derivatives of every element-wise function at zeros, ones and halves, where rules have their special cases.

Random operands never meet these points, so that a guard there could take a derivative away without being seen.
"""

import itertools

import numpy as np
import pytest

from autograd_core.testing import DerivativeError, check_gradients

from .every_case import CASES

POINTS = (-1.0, 0.0, 0.5, 1.0)
POINTWISE = [c for c in CASES if c.pointwise and not any(operand.domain.constant for operand in c.calls[0].args)]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # at poles
@pytest.mark.parametrize("case", POINTWISE, ids=lambda c: c.name)
def test_derivatives_at_special_points(case):
    """Right, or loudly not finite."""
    places = len(case.calls[0].args)
    met = 0
    for point in itertools.product(POINTS if places < 3 else POINTS[1:], repeat=places):
        if case.name == "elementwise.within" and point[1] == point[2]:
            continue  # of two equal bounds the derivative is by convention that within them
        if not all(np.isfinite(y).all() for y in np.atleast_1d(case.function(*point))):
            continue
        try:
            met += check_gradients(
                case.function, *map(np.array, point), order=2, explain=False, rtol=max(case.rtol, 1e-5)
            ).comparisons
        except DerivativeError as error:
            if "the analytic derivative is not finite" not in str(error):
                raise
            met += 1
    assert met
