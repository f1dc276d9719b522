"""The stubs are those of today's table, name every public name, and tell the truth about results."""

import ast
from pathlib import Path

import numpy as np
import pytest

import autograd_core as ac

from .standard import BINARY, CALLS, UNARY, resolved, run
from .stubs import OF_THE_PLATFORM, stubs
from .test_cases import VARIANTS, draw

TEXTS = stubs()
MAIN = ast.parse(next(text for path, text in TEXTS.items() if path.name == "__init__.pyi"))
RESULTS = {node.name: ast.unparse(node.returns) for node in MAIN.body if isinstance(node, ast.FunctionDef)}
OF_CASES = [
    (case, i)
    for case, i in VARIANTS
    if getattr(np, case.function.__name__, None) is case.function and case.function is not np.trace
]


@pytest.mark.parametrize("path", TEXTS, ids=[path.name for path in TEXTS])
def test_stubs_are_current(path):
    assert Path(path).read_text() == TEXTS[path], "run: python -m tests.stubs"


def test_every_public_name_is_in_the_stub():
    """Names of modules that happen to be loaded, such as `nn`'s, are not public."""
    names = set()
    for node in MAIN.body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            names.add(ast.unparse(node.target))
    public = {name for name in dir(ac) if not name.startswith("_")}
    assert public - OF_THE_PLATFORM - {"annotations"} <= names


def is_of(result, annotation):
    """Whether a result is what the stub says."""
    if annotation in ("Any", "None", "int", "str", "builtins.bool"):
        kinds = {"Any": object, "None": type(None), "int": int, "str": str, "builtins.bool": (bool, np.bool)}
        return isinstance(result, kinds[annotation])
    if annotation == "Tensor":
        return isinstance(result, ac.Tensor)
    if annotation in ("tuple[Tensor, ...]", "list[Tensor]"):
        kind = tuple if annotation.startswith("tuple") else list
        return isinstance(result, kind) and all(isinstance(x, ac.Tensor) for x in result)
    if annotation == "np.dtype[Any]":
        return isinstance(result, np.dtype)
    assert annotation.startswith("tuple[")
    parts = annotation[6:-1].split(", ")
    return isinstance(result, tuple) and all(is_of(x, part) for x, part in zip(result, parts, strict=True))


@pytest.mark.parametrize(("case", "i"), OF_CASES, ids=[f"{case.name}-{i}" for case, i in OF_CASES])
def test_results_are_what_the_stub_says(case, i):
    drawn = draw(case, case.calls[i], seed=0)
    result = getattr(ac, case.function.__name__)(*drawn.rebuild(drawn.operands), **drawn.kwargs)
    assert is_of(result, RESULTS.get(case.function.__name__, "Tensor"))


@pytest.mark.parametrize("name", sorted({*CALLS, *UNARY, *BINARY} & RESULTS.keys()))
def test_results_of_the_standard_s_functions_are_what_the_stub_says(name):
    if name in CALLS:
        args, kwargs = CALLS[name][0]
    else:
        args, kwargs = (np.array([1, 2]),) * (1 if name in UNARY else 2), {}
        args = tuple(a if "logical" not in name else a > 1 for a in args)
    assert is_of(run(ac, getattr(ac, name), resolved(ac, args), kwargs), RESULTS[name])


def test_an_editor_sees_parameters():
    """The stub has what `inspect.signature` has."""
    node = next(node for node in MAIN.body if isinstance(node, ast.FunctionDef) and node.name == "concatenate")
    assert "axis" in [arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)]
