"""The namespace of NumPy's functions: light to import, complete, and made when first asked for."""

import os
import pickle
import subprocess
import sys

import pytest

import autograd_core as ac


def test_importing_loads_nothing_optional():
    """It takes 0.04 s after NumPy; SciPy alone would take 0.2 s."""
    program = "import sys, autograd_core; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    loaded = set(done.stdout.split())
    assert "numpy" in loaded
    assert not loaded & {"scipy", "matplotlib", "dask", "optree", "graphviz", "hypothesis", "pytest", "sympy", "rich"}


@pytest.mark.parametrize(
    "path", ["exp", "concatenate", "zeros", "relu", "sort", "linalg.solve", "fft.rfft", "special.erf", "special.softmax"]
)
def test_functions_pickle_by_name(path):
    """Process pools send functions by name."""
    module, _, name = path.rpartition(".")
    function = getattr(getattr(ac, module) if module else ac, name)
    assert pickle.loads(pickle.dumps(function)) is function


def test_every_listed_name_is_there():
    for name in dir(ac):
        assert getattr(ac, name) is not None or name == "newaxis"
    for module in (ac.linalg, ac.fft, ac.special):
        for name in dir(module):
            assert callable(getattr(module, name)) or name.startswith("_")


def test_names_that_numpy_has_and_tensors_cannot_have_are_missing():
    assert not hasattr(ac, "busday_count")
    with pytest.raises(AttributeError, match=r"module 'autograd_core' has no attribute 'no_such_name'"):
        _ = ac.no_such_name
    with pytest.raises(AttributeError, match=r"module 'autograd_core.linalg' has no attribute 'no_such_name'"):
        _ = ac.linalg.no_such_name
