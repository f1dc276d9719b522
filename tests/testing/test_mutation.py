"""The mutation runner: what it breaks is broken, what it leaves alone works, and a broken test proves nothing."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_core as ac

from .explained import HERE, KINDS, explanations
from .mutants import Live, broken, sites
from .telling_tests import FILES

TEXT = """
TABLE = [lambda a, b: a - b, lambda a, b: a * -b]


def f(a, b=2):
    '''No - place: -1.'''
    if a < b and not b == 0:
        raise ValueError(-a)
    return [a.conj(), b ** 2, a if True else b]
"""
WHATS = {
    "Sub -> Add", "Mult -> Div", "drop USub", "And -> Or", "Lt -> LtE", "drop Not", "Eq -> NotEq", "0 -> 1", "drop .conj()",
    "Pow -> Mult", "2 -> 3", "True -> False", "negate the condition",
}  # fmt: skip


def test_every_kind_of_mistake_is_made_once() -> None:
    """Texts, defaults and what is raised are left alone; a condition stands in an `if` and in an expression."""
    whats = [what for _, what in sites(ast.parse(TEXT))]
    assert set(whats) == WHATS
    assert len(whats) == len(WHATS) + 1


@pytest.mark.parametrize("number", range(len(WHATS) + 1))
def test_a_mutant_has_other_code(number: int) -> None:
    path = Path("f.py")
    assert broken(ast.parse(TEXT), path, number) != broken(ast.parse(TEXT), path, None)


def test_whoever_holds_a_function_holds_its_mutant(tmp_path: Path) -> None:
    path = tmp_path / "held.py"
    path.write_text(TEXT)
    spec = importlib.util.spec_from_file_location("held", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    minus = module.TABLE[0]
    Live(path).swap(None)
    assert minus(3, 1) == 2
    live = Live(path)
    whats = [what for _, what in sites(live.tree)]
    live.swap(whats.index("Sub -> Add"))
    assert minus(3, 1) == 4
    assert module.TABLE[1](3, 1) == -3


def run(tmp_path: Path, test: str, *only: str) -> tuple[subprocess.CompletedProcess[str], list[dict[str, str]]]:
    (tmp_path / "test_it.py").write_text(
        "import numpy as np\nfrom autograd_core._rules.masks import _MANY, keep_where\n" + test
    )
    results, root = tmp_path / "results.jsonl", Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.testing.mutation", str(results), "--tests", str(tmp_path / "test_it.py")]
    paths = [str(Path(ac.__file__).parents[1]), str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    said = subprocess.run([*command, "--only", *only], capture_output=True, text=True, cwd=root, check=False, env=env)
    return said, [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []


def test_a_planted_mistake_is_noticed_by_the_tests_that_execute_it(tmp_path: Path) -> None:
    """In a function by new code, in a table by a fresh import; what is not executed survives."""
    said, found = run(
        tmp_path,
        "def test_it():\n    assert keep_where(np.ones(2), np.array([True, False])).tolist() == [1, 0]\n"
        "    assert _MANY == 4096\n",
        *("masks.py:12", "masks.py:28", "masks.py:29"),
    )
    assert "2 of 3 mutants noticed" in said.stdout, said.stdout + said.stderr
    assert {(r["line"], r["what"]): r["outcome"] for r in found} == {
        (12, "4096 -> 4097"): "noticed", (28, "0 -> 1"): "noticed", (29, "Mult -> Div"): "survived"
    }  # fmt: skip


def test_a_mutant_that_no_test_survives_importing_is_noticed(tmp_path: Path) -> None:
    said, _ = run(
        tmp_path, "assert _MANY == 4096\ndef test_it():\n    assert keep_where(np.ones(2), True) is not None\n", "masks.py:12"
    )
    assert "1 of 1 mutants noticed" in said.stdout, said.stdout + said.stderr


def test_a_test_that_fails_without_a_mutant_stops_the_run(tmp_path: Path) -> None:
    """As this one does the second time."""
    said, found = run(
        tmp_path,
        "from pathlib import Path\n"
        "def test_it():\n    keep_where(np.ones(2), True)\n    ran = Path(__file__).with_suffix('.ran')\n"
        "    assert not ran.exists()\n    ran.touch()\n",
        "masks.py:28",
    )
    assert not found
    assert "fail where nothing is broken" in said.stderr, said.stdout + said.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_explanations_are_of_mutants_that_are(path: Path) -> None:
    """No explanation outlives the line it is of, and none is without a reason."""
    lines = path.read_text(encoding="utf-8").splitlines()
    made = {(lines[node.lineno - 1].strip(), what) for node, what in sites(ast.parse("\n".join(lines)))}
    for e in explanations(path.stem):
        assert e.kind in KINDS
        assert e.why.endswith(".")
        assert any(line == e.line and e.covers(what) for line, what in made), e
        assert all((e.line, what) in made for what in e.what), e


def test_every_explanation_has_its_file() -> None:
    assert {path.stem for path in HERE.glob("*.toml")} <= {path.stem for path in FILES}
