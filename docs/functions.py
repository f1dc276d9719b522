"""Write `functions.md`, the list of what is differentiable, and its summary in the README, from the rules and their cases.

python docs/functions.py, from the root of the repository; a test says when the page is out of date.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from autograd_core._primitive import LATE, TABLE, Composite, Constant, Primitive, Refused  # noqa: E402
from tests import cases_functions, cases_linalg  # noqa: E402, F401  (they add their cases)
from tests.cases import CASES, Case  # noqa: E402

FAMILIES = {
    "elementwise": "Element-wise functions",
    "powers": "Element-wise functions",
    "analytic": "Element-wise functions",
    "reductions": "Reductions and statistics",
    "statistics": "Reductions and statistics",
    "quantiles": "Reductions and statistics",
    "nanblind": "Reductions and statistics",
    "histograms": "Reductions and statistics",
    "cumulative": "Reductions and statistics",
    "shapes": "Shapes, joining and padding",
    "joining": "Shapes, joining and padding",
    "rearranging": "Shapes, joining and padding",
    "padding": "Shapes, joining and padding",
    "indexing": "Indexing, ordering and sets",
    "ordering": "Indexing, ordering and sets",
    "sets": "Indexing, ordering and sets",
    "products": "Products",
    "calculus": "Discrete calculus and polynomials",
    "polynomials": "Discrete calculus and polynomials",
    "linalg": "Linear algebra",
    "determinants": "Linear algebra",
    "decompositions": "Linear algebra",
    "norms": "Linear algebra",
    "fft": "Fourier transforms",
    "scipy_special": "Special functions",
    "scipy_common": "Special functions",
    "scipy_bessel": "Special functions",
    "scipy_distributions": "Special functions",
    "scipy_python": "Special functions",
    "special": "Special functions",
    "classified": "Creation and assignment",
}
HEAD = """\
# What is differentiable

Written by `docs/functions.py` from the table of rules; do not edit.

A **rule** is written for the function itself, a **composite** is written with other functions of the table. Either can be
differentiated in reverse (`grad`, `backward`) and forward (`jvp`), to any order that exists. *Tested to order* is how far
the tests compare both walks with each other and with finite differences; *complex* says whether with complex operands too.
Functions of SciPy are there when SciPy is installed. Ufunc methods (`reduce`, `accumulate`, `outer`, `reduceat`) follow from
the ufuncs; `at` is refused.
"""


def name_of(function: Any) -> str | None:
    """The public name of a function of NumPy or SciPy; None for one of ours."""
    name, module = function.__name__, getattr(function, "__module__", None) or ""
    if isinstance(function, np.ufunc):
        if getattr(np, name, None) is function:
            return f"np.{name}"
        return f"scipy.special.{name}" if getattr(sys.modules.get("scipy.special"), name, None) is function else None
    if module.startswith("scipy"):
        return f"ac.special.{name}"
    if not module.startswith("numpy") or name.startswith("_"):
        return None
    return f"{module.replace('numpy', 'np', 1)}.{name}"


def tested() -> dict[int, list[Case]]:
    """The cases of each function, by its identity."""
    by: dict[int, list[Case]] = defaultdict(list)
    for case in CASES:
        for function in {id(case.function), id(getattr(case.function, "__wrapped__", case.function))}:
            by[function].append(case)
    return by


def page() -> str:
    """The whole page."""
    while LATE:  # families that are registered when first asked for
        LATE.pop()()
    families: dict[str, list[str]] = defaultdict(list)
    constants: list[str] = []
    refusals: dict[str, list[str]] = defaultdict(list)
    cases = tested()
    for function, entry in TABLE.items():
        name = name_of(function)
        if name is None:
            continue
        if isinstance(entry, Primitive | Composite) and not is_ours(entry):
            continue  # a user's own, or a test's
        if isinstance(entry, Constant):
            constants.append(name)
        elif isinstance(entry, Refused):
            refusals[entry.reason].append(name)
        else:
            family = "Special functions" if name.startswith("scipy.") else family_of(entry)  # some have the rules of NumPy's
            families[family].append(line(name, entry, cases[id(function)]))
    return "\n".join([HEAD, *summary(families), *tables(families), *others(constants, refusals)]) + "\n"


def family_of(entry: Primitive | Composite) -> str:
    """The family of the file that a function's rules are in."""
    files = (module.rpartition(".")[2] for module in modules_of(entry))
    return next(FAMILIES[file] for file in files if file in FAMILIES)


def modules_of(entry: Primitive | Composite) -> list[str]:
    """The modules that a function's rules are in."""
    bodies = [entry.body] if isinstance(entry, Composite) else [r for r in (*entry.rules, entry.rule) if r is not None]
    return [body.__module__ for body in bodies]


def is_ours(entry: Primitive | Composite) -> bool:
    """Whether the rules of a function come with the package."""
    return any(module.startswith("autograd_core.") for module in modules_of(entry))


def line(name: str, entry: Primitive | Composite, of: list[Case]) -> str:
    """One row of a table."""
    kind = "rule" if isinstance(entry, Primitive) else "composite"
    order = max((case.order for case in of), default=0)
    return f"| `{name}` | {kind} | {order or '-'} | {'yes' if any(case.complex for case in of) else '-'} |"


def summary(families: dict[str, list[str]]) -> Iterator[str]:
    """How many functions each family has, with complex operands, and tested to which order."""
    yield "| differentiable in both walks | functions | complex too | tested to order 2 | 3 |\n| --- | --- | --- | --- | --- |"
    rows = {family: families[family] for family in dict.fromkeys(FAMILIES.values())}
    for family, lines in (rows | {"together": [line for several in rows.values() for line in several]}).items():
        cells = [[cell.strip() for cell in line.split("|")] for line in lines]
        orders = [int(order) if order.isdecimal() else 0 for *_, order, _, _ in cells]
        complexes = sum(cell[-2] == "yes" for cell in cells)
        yield f"| {family} | {len(lines)} | {complexes} | {sum(n >= 2 for n in orders)} | {sum(n >= 3 for n in orders)} |"


START, END = "<!-- families: written by docs/functions.py -->\n", "<!-- end of families -->"


def readme(text: str) -> str:
    """The README with the summary of the page in its place."""
    whole = page()
    table = whole[whole.index("| differentiable") : whole.index("\n\n## ")]
    before, _, rest = text.partition(START)
    return f"{before}{START}\n{table}\n\n{END}{rest.partition(END)[2]}"


def tables(families: dict[str, list[str]]) -> Iterator[str]:
    """A table for each family."""
    for family in dict.fromkeys(FAMILIES.values()):
        yield f"\n## {family}\n\n| function | written as | tested to order | complex |\n| --- | --- | --- | --- |"
        yield from sorted(set(families[family]))


def others(constants: list[str], refusals: dict[str, list[str]]) -> Iterator[str]:
    """What is not differentiable, and why."""
    yield "\n## Constant\n\nThe derivative is zero wherever it exists, or the result is not a number: no history.\n"
    yield ", ".join(f"`{name}`" for name in sorted(set(constants)))
    yield "\n## Refused\n\nThese raise `UnsupportedFunction`.\n"
    for reason, names in sorted(refusals.items()):
        yield f"- {', '.join(f'`{name}`' for name in sorted(set(names)))}: {reason}."


if __name__ == "__main__":
    (ROOT / "docs" / "functions.md").write_text(page(), encoding="utf-8")
    (ROOT / "README.md").write_text(readme((ROOT / "README.md").read_text(encoding="utf-8")), encoding="utf-8")
