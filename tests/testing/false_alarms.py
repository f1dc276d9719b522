"""Count false alarms: `check_gradients` over drawn examples of every case and of random programs, all of which are right.

    python -m tests.testing.false_alarms --examples 100000

An example is one comparison of a derivative: a function, point, dtype, order and walk. Nothing is asserted; the number is
published in `docs/testing.md`, and what it finds becomes a test.
"""

import argparse
import time
import warnings
from collections import Counter

import numpy as np

from autograd_core._tree import flatten
from autograd_core.testing import AccuracyWarning, DerivativeError, check_gradients
from autograd_core.testing._programs import Word, draw_program
from autograd_core.testing.domains import Operand
from tests.cases import CASES

WORDS = [Word(c.function, call.args, call.kwargs, c.pointwise, c.through) for c in CASES for call in c.calls]


def of_case(rng):
    """A case, its operands, directions that stay in their domains, and the tolerance it asks for."""
    case = CASES[rng.integers(len(CASES))]
    call = case.calls[rng.integers(len(case.calls))]
    leaves, rebuild = flatten(list(call.args))
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, Operand)]
    kind = rng.choice(["f8", "f4", "c16"], p=[0.6, 0.15, 0.25])
    if (kind == "c16" and not case.complex) or (kind == "f4" and case.order < 2):
        kind = "f8"
    operands, live = [], []
    shape = tuple(int(n) for n in rng.integers(1, 4, rng.integers(0, 3)))
    for place, i in enumerate(places):
        wanted = Operand(leaves[i].domain, shape) if case.pointwise else leaves[i]
        x = wanted.draw(rng, place, complex=kind == "c16")
        if wanted.domain.constant:
            leaves[i] = x
        else:
            operands.append((wanted, x.astype(kind)))
            live.append(i)

    def f(*xs):
        full = list(leaves)
        for i, x in zip(live, xs, strict=True):
            full[i] = x
        y = case.function(*rebuild(full), **call.kwargs)
        return y if case.through is None else case.through(y)

    def directions(rng):
        return [o.direction(rng, complex=kind == "c16").astype(kind) for o, _ in operands]

    # a function that computes in float32 inside is told about by its case, as a user would by `rtol=`
    return f"{case.name} {kind}", f, [x for _, x in operands], directions, case.rtol if case.rtol > 1e-5 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    alarms, done, notes, start = Counter(), 0, Counter(), time.time()
    warnings.simplefilter("ignore", AccuracyWarning)
    seed = given.seed
    while done < given.examples:
        seed += 1
        rng = np.random.default_rng(seed)
        directions = rtol = None
        if rng.random() < 0.2:
            program = draw_program(lambda n, rng=rng: int(rng.integers(n)), WORDS, rng=rng)
            name, f, xs = "program", program, list(program.operands)
        else:
            name, f, xs, directions, rtol = of_case(rng)
        if not xs or not sum(x.size for x in xs):
            continue
        try:
            report = check_gradients(f, *xs, order=2, full=False, seed=seed, explain=False, directions=directions, rtol=rtol)
            done += report.comparisons
            notes.update(note.split(":")[-1].strip()[:24] for note in report.notes)
        except DerivativeError as error:
            done += 1
            alarms[name] += 1
            print(f"seed {seed}: {name}: {error}", flush=True)
        except Exception as error:  # noqa: BLE001
            alarms[name] += 1
            print(f"seed {seed}: {name}: {type(error).__name__} {str(error)[:200]}", flush=True)
    print(f"{sum(alarms.values())} alarms in {done} examples, {time.time() - start:.0f} s")
    print(dict(alarms), dict(notes))


if __name__ == "__main__":
    main()
