"""Ctrl-C that waits: what must not be left half done, a step of an optimizer, is done first and interrupted afterwards."""

from __future__ import annotations

import importlib
import signal
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["uninterrupted"]

# The functions in C under Python's, whose conversions to enums and back take 20 us each; these take 0.3 us.
_signal = importlib.import_module("_signal")


def uninterrupted(f: Callable[..., Any], *args: Any) -> Any:
    """Call a function; SIGINT is raised again once it has returned, a second one at once.

    Only the main thread gets signals, so that elsewhere, and where another program than Python handles SIGINT, it is a call.
    """
    handler = _signal.getsignal(signal.SIGINT)
    if handler is None or threading.get_ident() != threading.main_thread().ident:
        return f(*args)
    pressed: list[int] = []

    def remember(number: int, _frame: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    try:
        _signal.signal(signal.SIGINT, remember)
        result = f(*args)
    finally:
        _signal.signal(signal.SIGINT, handler)
    if pressed:
        _signal.raise_signal(signal.SIGINT)
    return result
