"""What a failed check prints under "to repeat:" is a program: pasted into a file, it fails in the same way."""

import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest

PROGRAMS = {
    "a primitive of one's own, with metadata": """
        @ac.primitive
        def weighted(a, b, axis=0):
            return (a * b).sum(axis=axis)

        ac.general(
            weighted,
            lambda g, _y, a, b, axis=0: np.expand_dims(g, axis) * b,
            lambda g, _y, a, b, axis=0: SCALE * np.expand_dims(g, axis) * a,
        )
        SCALE = 1.01
        ac.testing.check_gradients(lambda p: weighted(np.exp(p["w"]), p["v"], 1), {"w": np.ones((2, 3)), "v": np.ones((2, 3))})
    """,
    "a rule inside a function": """
        def make():
            slope = 2.0

            @ac.primitive
            def line(a):
                return 3.0 * a

            ac.elementwise(line, lambda g, _y, _a: g * slope)
            return line

        ac.testing.check_gradients(make(), 1.0)
    """,
    "a fault of no one operation": """
        WEIGHT, HALF = ac.tensor([1.0, 2.0]), 0.5

        def activation(x):
            return np.tanh(x) * HALF

        def loss(x):
            return (activation(x) * WEIGHT + ac.stop_gradient(x)).sum()

        ac.testing.check_gradients(loss, [1.0, np.array([2.0, 3.0])][1])
    """,
    "a derivative by hand": """
        import math as m

        def area(x):
            return m.pi * x * x

        ac.testing.check_derivative(area, lambda x: m.tau * x * 1.5, 2.0)
    """,
    "nested operands": """
        ac.testing.check_gradients(lambda p, n: p["w"] * ac.stop_gradient(p["b"][0]) ** n, {"w": 2.0, "b": (3.0,)}, 2)
    """,
}


def failure(path, code):
    path.write_text(f"import numpy as np\nimport autograd_core as ac\n{textwrap.dedent(code)}")
    return subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False).stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_fails_again(name, tmp_path):
    first = failure(tmp_path / "first.py", PROGRAMS[name])
    assert "DerivativeError: wrong derivative" in first, first
    again = failure(tmp_path / "again.py", first.split("to repeat:\n")[1])
    assert "DerivativeError: wrong derivative" in again, again
    assert values(first)[-1] == pytest.approx(values(again)[-1]) or "the rule of" in first  # of the one operation then


def values(text):
    return [float(n) for n in re.findall(r"(?:analytic|numerical) .*?: (-?[\d.]+)", text)]


def test_operands_keep_every_digit():
    from autograd_core.testing._snippet import array_source

    x = np.random.default_rng(0).normal(size=(3, 2)).astype("f4")
    assert np.array_equal(eval(array_source(x)), x)
    assert eval(array_source(x)).dtype == x.dtype
