"""Count false alarms: `check_gradients` over functions that are right, drawn from four sources.

Those are every case of the table of primitives, random programs of all of them, points at and beside kinks, and the layers,
losses and examples of `nn`.

    python -m tests.testing.false_alarms --examples 100000

An example is one comparison of a derivative: a function, point, dtype, order and walk. Nothing is asserted; the number is
published in `docs/testing.md`, and what it finds becomes a test.
"""

import argparse
import re
import time
import warnings
from collections import Counter

import numpy as np

from autograd_core._tree import flatten
from autograd_core.testing import AccuracyWarning, check_gradients
from autograd_core.testing._programs import Word, draw_program
from autograd_core.testing.domains import Operand
from tests.every_case import CASES
from tests.testing.beside_kinks import beside_kink
from tests.testing.networks import network

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


def of_program(rng):
    """A random program of all primitives, and its operands."""
    program = draw_program(lambda n: int(rng.integers(n)), WORDS, rng=rng)
    return "program", program, list(program.operands)


SOURCES = {
    "cases": (of_case, 0.4),
    "programs": (of_program, 0.25),
    "beside kinks": (beside_kink, 0.1),
    "networks": (network, 0.25),
}


def drawn(seed):
    """The example of a seed: where it is from, a name, the function, its operands, and what else the check is told."""
    rng = np.random.default_rng(seed)
    source = str(rng.choice(list(SOURCES), p=[share for _, share in SOURCES.values()]))
    name, f, xs, *more = SOURCES[source][0](rng)
    directions, rtol = more or (None, None)
    full = [None, False][rng.integers(2)] if source != "beside kinks" else None
    order = int(rng.integers(1, 3))
    return source, name, f, xs, {"order": order, "full": full, "seed": seed, "directions": directions, "rtol": rtol}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=SOURCES, help="draw from one source")
    given = parser.parse_args()
    alarms, done, notes, start = Counter(), Counter(), Counter(), time.time()
    warnings.simplefilter("ignore", AccuracyWarning)
    seed, told = given.seed, 0
    try:
        while done.total() < given.examples:
            seed += 1
            source, name, f, xs, options = drawn(seed)
            leaves, _ = flatten(xs)
            if not sum(x.size for x in leaves) or given.only not in (None, source):
                continue
            try:
                report = check_gradients(f, *xs, explain=False, **options)
                done[source] += report.comparisons
                notes.update((source, re.sub(r"-?[0-9.]+(e[-+]?[0-9]+)?|-?inf|nan", "#", note)[9:60]) for note in report.notes)
            except Exception as error:  # noqa: BLE001
                done[source] += 1
                alarms[f"{source}: {name}"] += 1
                print(f"seed {seed}: {source}: {name}: {type(error).__name__}: {error}", flush=True)
            if done.total() >= told + 1000:
                told = done.total()
                print(f"{told} comparisons, {alarms.total()} alarms, {time.time() - start:.0f} s", flush=True)
    except KeyboardInterrupt:
        print("stopped")
    print(f"{alarms.total()} alarms in {done.total()} comparisons, {seed - given.seed} draws, {time.time() - start:.0f} s")
    print(f"{dict(alarms)}\n{dict(done)}")
    for (source, note), count in notes.most_common():
        print(f"{count:7d}  {source}: {note}")


if __name__ == "__main__":
    main()
