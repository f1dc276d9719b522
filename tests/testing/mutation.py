"""Mutation testing: break a sign, a factor, an axis, a comparison or a conjugate of the engine, and count what tests notice.

    python -m tests.testing.mutation --sample 200

Every mutant runs in a process of its own, forked from one that has the libraries loaded, against the tests of its file: the
cases of its functions, then the conventions and the laws of graphs and transforms. The score is published in `docs/testing.md`.
"""

import argparse
import ast
import importlib.machinery
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "autograd_core"
SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
SECONDS = 90


def sites(tree):
    """Each place to break, as a node and a description; texts, annotations and what is raised are left alone."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.JoinedStr | ast.Raise | ast.Import | ast.ImportFrom | ast.Assert):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
            yield node, f"{type(node.op).__name__} -> {SWAPS[type(node.op)].__name__}"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
            yield node, f"drop {type(node.op).__name__}"
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            yield node, f"{type(node.ops[0]).__name__} -> {SWAPS[type(node.ops[0])].__name__}"
        elif isinstance(node, ast.BoolOp):
            yield node, f"{type(node.op).__name__} -> {SWAPS[type(node.op)].__name__}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            yield node, f"{node.value!r} -> {changed(node.value)!r}"
        elif isinstance(node, ast.IfExp | ast.If):
            yield node, "negate the condition"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "conj" and not node.args:
            yield node, "drop .conj()"
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "type_comment", "defaults", "kw_defaults"):
                continue
            children = value if isinstance(value, list) else [value]
            stack += [c for c in children if isinstance(c, ast.AST) and not (isinstance(c, ast.keyword) and c.arg == "words")]


def changed(value):
    return (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int) else value * 2


def break_at(tree, wanted):
    """Break the site of a number, in place; returns its line and what was done."""
    for number, (node, what) in enumerate(sites(tree)):
        if number != wanted:
            continue
        if isinstance(node, ast.BinOp | ast.BoolOp):
            node.op = SWAPS[type(node.op)]()
        elif isinstance(node, ast.Compare):
            node.ops[0] = SWAPS[type(node.ops[0])]()
        elif isinstance(node, ast.Constant):
            node.value = changed(node.value)
        elif isinstance(node, ast.IfExp | ast.If):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        else:
            inner = node.operand if isinstance(node, ast.UnaryOp) else node.func.value
            node.__class__ = ast.BinOp  # the expression itself, times one: in place, since nothing knows its parent
            node.left, node.op, node.right = inner, ast.Mult(), ast.Constant(1)
            if what == "drop Not":
                node.op, node.right = ast.BitAnd(), ast.Constant(True)
        ast.fix_missing_locations(tree)
        return node.lineno, what
    raise IndexError(wanted)


def functions(entry):
    """What an entry of the table was written with."""
    if entry is None:
        return []
    candidates = [
        *getattr(entry, "rules", ()),
        *(getattr(entry, name, None) for name in ("rule", "forward", "function", "body")),
    ]
    return [f for f in candidates if hasattr(f, "__module__") and f.__module__]


def imports(name, module):
    return any(getattr(value, "__module__", None) == module for value in vars(sys.modules[name]).values())


def notices(path, tree):
    """Whether the tests of a file notice its mutant; runs in a process of its own."""
    real = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader, name):
        return compile(tree, str(path), "exec") if Path(loader.path) == path else real(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code
    import pytest

    import tests.conftest  # noqa: F401  (derandomises Hypothesis)

    # what is loaded before the fork cannot be rewritten, of which pytest would warn
    quiet = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain", "-o", "filterwarnings="]
    root = str(Path(__file__).parents[1])
    if "_rules" in path.parts:
        from autograd_core._primitive import TABLE
        from tests import test_cases as laws

        module = f"autograd_core._rules.{path.stem}"
        users = {m for m in sys.modules if m.startswith("autograd_core._rules") and imports(m, module)}
        for case in laws.CASES:
            entry = TABLE.get(getattr(case.function, "__wrapped__", case.function)) or TABLE.get(case.function)
            written = {r.__module__ for r in functions(entry)}
            if module in written or users & written:
                for i in range(len(case.calls)):
                    laws.test_derivatives(case, i)
                    laws.test_value_is_numpys(case, i)
                    laws.test_gradients_have_their_operands_dtypes(case, i)
        return pytest.main([*quiet, f"{root}/test_conventions.py", f"{root}/test_errors.py"]) != 0
    files = ("graph", "transforms", "tensor", "conventions", "errors", "modes", "memory")
    return pytest.main([*quiet, *(f"{root}/test_{name}.py" for name in files)]) != 0


def run(path, number):
    """One mutant: "noticed", "survived", or "too long", which counts as noticed. Without a number nothing is broken."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    line, what = (0, "nothing broken") if number is None else break_at(tree, number)
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w") as null:  # noqa: PTH123
            os.dup2(null.fileno(), 1)
            os.dup2(null.fileno(), 2)
        try:
            code = 1 if notices(path, tree) else 0
        except BaseException:  # noqa: BLE001  (whatever a mutant raises is noticed)
            code = 1
        os._exit(code)
    deadline = time.time() + SECONDS
    while time.time() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return ("survived" if os.waitstatus_to_exitcode(status) == 0 else "noticed"), line, what
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "too long", line, what


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="part of a file's name")
    given = parser.parse_args()
    import hypothesis.extra.numpy  # noqa: F401
    import numpy as np  # noqa: F401
    import pytest  # noqa: F401
    import scipy.special  # noqa: F401

    sys.dont_write_bytecode = True
    files = [*sorted((SOURCE / "_rules").glob("*.py")), SOURCE / "_graph.py", SOURCE / "_forward.py"]
    places = [
        (path, i)
        for path in files
        if given.only in path.name
        for i, _ in enumerate(sites(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    chosen = random.Random(given.seed).sample(places, min(given.sample, len(places)))
    for path in (SOURCE / "_rules" / "reductions.py", SOURCE / "_graph.py"):  # the tests must pass where nothing is broken
        outcome, _, _ = run(path, None)
        if outcome != "survived":
            parser.error(f"the tests of {path.name} fail without a mutation")
    counts, survivors = Counter(), []
    for path, number in chosen:
        outcome, line, what = run(path, number)
        counts[outcome] += 1
        if outcome == "survived":
            survivors.append(f"{path.name}:{line} {what}")
            print(survivors[-1], flush=True)
    noticed = len(chosen) - counts["survived"]
    share = noticed / max(len(chosen), 1)
    print(f"{noticed} of {len(chosen)} mutants noticed ({share:.0%}), of {len(places)} possible; {dict(counts)}")


if __name__ == "__main__":
    main()
