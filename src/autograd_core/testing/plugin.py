"""The pytest plugin: `--ac-order` and `--ac-examples` set what property tests do; a failed check prints its message alone.

It imports the package only when a test has failed or an option is given, so that it costs a test run nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any

from .._errors import require

pytest = require("pytest", extra="test")

__all__ = ["pytest_addoption", "pytest_configure", "pytest_runtest_makereport"]


def pytest_addoption(parser: Any) -> None:
    """Add the options."""
    group = parser.getgroup("autograd-core", "property tests of derivatives")
    group.addoption("--ac-order", type=int, default=None, metavar="N", help="highest order of derivative (default: 2)")
    group.addoption("--ac-examples", type=int, default=None, metavar="N", help="examples of each property test (default: 20)")


def pytest_configure(config: Any) -> None:
    """Hand the options to the property tests."""
    order, examples = config.getoption("--ac-order", None), config.getoption("--ac-examples", None)
    if order is None and examples is None:
        return
    if (order or 1) < 1 or (examples or 1) < 1:
        raise pytest.UsageError(f"--ac-order={order} and --ac-examples={examples} must be positive")
    from ._property import Settings

    Settings.order = Settings.order if order is None else order
    Settings.examples = Settings.examples if examples is None else examples


@pytest.hookimpl(hookwrapper=True)  # type: ignore[untyped-decorator, unused-ignore]
def pytest_runtest_makereport(item: Any, call: Any) -> Generator[None, Any, None]:
    """Show the message of a failed check alone: its traceback is of the checker."""
    outcome = yield
    reports = sys.modules.get(f"{__package__}._report")
    if call.excinfo is not None and reports is not None and call.excinfo.errisinstance(reports.DerivativeError):
        outcome.get_result().longrepr = f"{item.nodeid}\n{call.excinfo.value}"
