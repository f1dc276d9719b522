"""The ghostwriter's files run, and the pytest plugin sets what they do."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import autograd_core as ac
from autograd_core.testing._write import WriteError, write


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("numpy:tanh", ['property_test(tanh, "real")', "laws.permutation"]),
        ("numpy:log", ['property_test(log, "positive")']),
        ("numpy:hypot", ['laws.holds(laws.broadcasting, hypot, "real", "real")']),
        ("numpy.linalg:det", ["domains.real(3, 3)", "degree=3"]),
        ("autograd_core:relu", ["laws.euler, relu", "degree=1"]),
    ],
)
def test_what_is_written_fits_the_function(name, lines):
    text = write(name)
    compile(text, name, "exec")
    for line in lines:
        assert line in text


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("numpy", "write package.module:function"),
        ("numpy:nope", "is not to be found"),
        ("no_such_package:f", "is not to be found"),
        ("numpy:pi", "is not a function"),
        ("math:sin", "no floating result came of operands of shapes"),
    ],
)
def test_what_cannot_be_written_says_why(name, says):
    with pytest.raises(WriteError, match=says):
        write(name)


def run(*arguments, cwd):
    """Run Python in a folder of its own, with the package that this test imported."""
    paths = [str(Path(ac.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, check=False, env=env)


def test_a_written_file_runs_under_the_plugin(tmp_path):
    """One process writes it, one runs it with options; a wrong rule then fails with the checker's words alone."""
    (tmp_path / "mine.py").write_text(
        "import numpy as np, autograd_core as ac\n"
        "@ac.primitive\ndef wrong(a):\n    return np.sin(a)\n"
        "ac.elementwise(wrong, lambda g, _y, a: -g * np.cos(a))\n"
    )
    written = run("-m", "autograd_core.testing", "write", "mine:wrong", "-o", "test_mine.py", cwd=tmp_path)
    assert written.returncode == 0, written.stderr
    installed = any(point.name == "autograd_core" for point in entry_points(group="pytest11"))
    plugin = ("-p", "no:cacheprovider", *(() if installed else ("-p", "autograd_core.testing.plugin")))
    result = run("-m", "pytest", "-q", *plugin, "--ac-examples=3", "--ac-order=1", "test_mine.py", cwd=tmp_path)
    assert "the rule of wrong is wrong" in result.stdout, result.stdout + result.stderr
    assert "analytic  (reverse walk)" in result.stdout
    assert "Traceback" not in result.stdout
    assert "passed" in result.stdout
