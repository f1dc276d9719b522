"""All cases: those of `cases.py`, and those that the other files enter into its table."""

from . import cases_functions as _functions  # noqa: F401
from . import cases_linalg as _linalg  # noqa: F401
from .cases import CASES

__all__ = ["CASES"]
