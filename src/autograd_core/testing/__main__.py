"""`python -m autograd_core.testing write package.module:function` writes a test file for a function, ready to run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ._write import WriteError, write


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m autograd_core.testing", description="Tests of derivatives.")
    commands = parser.add_subparsers(dest="command", required=True)
    writer = commands.add_parser("write", help="write a test file for a function")
    writer.add_argument("function", help="package.module:function, which takes Tensors")
    writer.add_argument("-o", "--output", type=Path, help="write there instead of to the terminal")
    given = parser.parse_args(arguments)
    try:
        text = write(given.function)
    except WriteError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if given.output is None:
        sys.stdout.write(text)
    else:
        given.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
