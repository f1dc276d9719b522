"""The time of `import` in a fresh process, its start included; there is nothing to compare."""

import subprocess
import sys
from functools import partial

from benchmarks.registry import Workload, add

STATEMENTS = {
    "hand": "import numpy",
    "ours": "import autograd_core, nn",
    "torch": "import torch",
    "mygrad": "import mygrad",
    "hips": "import autograd.numpy",
    "jax": "import jax",
}


def build(statement):
    def step():
        subprocess.run([sys.executable, "-c", statement], check=True)
        return ()

    return step


add(
    Workload(
        name="import",
        title="import in a fresh process (NumPy alone under hand-written)",
        systems={name: partial(build, statement) for name, statement in STATEMENTS.items()},
        goal=0.1,
    )
)
