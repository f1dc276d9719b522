"""Mutation testing: break every sign, factor, axis, comparison, number, condition or conjugate of the engine, and count what
the tests notice.

    python -m tests.testing.mutation results.jsonl                # every mutant; what the file already holds is not run again
    python -m tests.testing.mutation results.jsonl --sample 500
    python -m tests.testing.mutation results.jsonl --again        # the survivors only, after tests were added

First the tests run under a tracer, which says which of them execute a line. Then each mutant runs in a process of its own,
forked from one that has collected all tests: the functions of the broken file get the code of the mutant, and the tests that
execute the broken line run until one fails. What an import executes needs a fresh import instead. A test that fails where
nothing is broken proves nothing, so each that notices a mutant must pass alone without. `survivors/` says why
some survive; the score is published in `docs/testing.md`.
"""

import argparse
import ast
import gc
import hashlib
import importlib.machinery
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from .explained import explain
from .mutants import Live, broken, sites
from .telling_tests import FILES, ROOT, TESTS, Chooser, collected, coverage, executed_by_import, forked, name_of

STUCK = 15  # seconds of computing after which a test hangs
MEMORY = 8 << 30


def mutants(path):
    """The mutants of a file, each with its line and the lines of the function around it, from 0 where there is none."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    around = {}
    for node in ast.walk(tree):  # outer ones first
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            for body in node.body if isinstance(node.body, list) else [node.body]:
                for inner in ast.walk(body):
                    around[inner] = [node.lineno, node.end_lineno + 1]
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    for number, (node, what) in enumerate(sites(tree)):
        yield {"file": path.name, "digest": digest, "number": number, "line": node.lineno, "what": what,
               "inside": around.get(node, [0, 0])}  # fmt: skip


def watch():
    """End this process if it computes, or waits, for too long."""
    signal.setitimer(signal.ITIMER_PROF, STUCK)
    signal.alarm(40 * STUCK)


def attempt(items, plugin, names, seconds):
    """Run tests until one fails, in this process; it is not usable afterwards."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    start = time.process_time()
    names = [name for name in names if name in items]
    for n, (name, following) in enumerate(zip(names, [*names[1:], None], strict=False)):
        if time.process_time() - start > seconds:
            return ["survived", f"after {n} of {len(names)} tests"]
        watch()
        try:
            if plugin.fails(items[name], items.get(following)):
                return ["noticed", name]
        except BaseException:  # noqa: BLE001  (a mutant may raise what pytest does not catch)
            return ["noticed", name]
    return ["survived", f"after all of {len(names)} tests"]


def swapped(todo, chooser, seconds, note, tests):
    """Mutants within functions, in forks of a process that has collected all tests."""

    def loop(items, plugin):
        live = {path.name: Live(path) for path in FILES}
        items = {name_of(item): item for item in items}
        trusted = {}
        gc.collect()
        gc.freeze()

        def run(name, number, names, seconds=seconds):
            def body():
                live[name].swap(number)
                return attempt(items, plugin, names, seconds)

            return forked(body)

        for name in {mutant["file"] for mutant in todo}:
            said = run(name, None, chooser.tests({"file": name, "line": 0, "inside": [0, 0]}), seconds / 6)
            if said[0] != "survived":
                raise RuntimeError(f"the tests of {name} fail where nothing is broken: {said}")
        for mutant in todo:
            names = chooser.tests(mutant)
            outcome, by = run(mutant["file"], mutant["number"], names)
            if outcome == "noticed":
                if by not in trusted:  # a test that fails where nothing is broken proves nothing
                    trusted[by] = run(mutant["file"], None, [by])[0] == "survived"
                outcome = outcome if trusted[by] else "harness"
                chooser.learn(mutant, by)
            note(mutant, outcome, by)

    collected(tests, loop)


def freshly(name, number, names, seconds):
    """One mutant by a fresh import of everything, in a process of its own."""
    path = next(path for path in FILES if path.name == name)
    return forked(lambda: imported(path, number, names, seconds))


def imported(path, number, names, seconds):
    code = broken(ast.parse(path.read_text(encoding="utf-8")), path, number)
    real = importlib.machinery.SourceFileLoader.get_code
    importlib.machinery.SourceFileLoader.get_code = lambda self, name: code if Path(self.path) == path else real(self, name)
    said = ["noticed", "import"]

    def loop(items, plugin):
        said[:] = ["harness", "loop"]
        said[:] = attempt({name_of(item): item for item in items}, plugin, names, seconds)

    files = sorted({str(ROOT / name.partition("::")[0]) for name in names})
    watch()
    try:
        collected(files, loop)
    except BaseException:  # noqa: BLE001  (whatever importing a mutant raises is noticed)
        return ["noticed", "import"]
    return said


# -- the command ----------------------------------------------------------------------------------------------------------


def digest(*paths):
    return hashlib.sha256("".join(path.read_text(encoding="utf-8") for path in paths).encode()).hexdigest()


def traced(tests, path):
    """What an import executes, and the coverage of tests, kept in a file until the sources, the cases or a test change."""
    shared = digest(*FILES, *sorted(set((ROOT / "tests").glob("*.py")) - set(map(Path, TESTS))))
    files = {os.path.relpath(test, ROOT): digest(Path(test)) for test in tests}
    kept = json.loads(path.read_text()) if path.exists() else {}
    if kept.get("shared") != shared:
        kept = {"shared": shared, "files": {}, "at_import": forked(executed_by_import), "covered": {}}
    same = {name for name, found in files.items() if kept["files"].get(name) == found}
    known = {test: found for test, found in kept["covered"].items() if test.partition("::")[0] in same}
    kept |= {"files": files, "covered": forked(lambda: coverage(tests, known))}
    path.write_text(json.dumps(kept))
    return kept["at_import"], kept["covered"]


def key(mutant):
    return mutant["file"], mutant["digest"], mutant["number"]


def results(path):
    """The last outcome of each mutant that the file holds."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {key(r): r for r in map(json.loads, lines)}


def report(chosen, found):
    """Print how many of the mutants were noticed, why others survive, and the survivors that nothing explains."""
    done = [found[key(m)] for m in chosen if key(m) in found]
    kinds: Counter[str] = Counter()
    for path in FILES:
        left = [r for r in done if r["file"] == path.name and r["outcome"] in ("survived", "harness")]
        for r, why in zip(left, explain(path, left), strict=True):
            kinds[why.kind if why else "open"] += 1
            if why is None or why.kind == "open":
                print(f"{r['file']}:{r['line']} {r['what']} ({r['outcome']} {r['by']})")
    noticed = len(done) - kinds.total()
    print(f"{noticed} of {len(done)} mutants noticed ({noticed / max(len(done), 1):.2%}); survivors: {dict(kinds)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--sample", type=int, help="so many at random, of all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[""], help="parts of file:line")
    parser.add_argument("--again", action="store_true", help="run the survivors again")
    parser.add_argument("--seconds", type=float, default=60.0, help="after which a mutant has survived")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="the test files")
    given = parser.parse_args()
    import hypothesis.extra.numpy  # noqa: F401
    import numpy as np  # noqa: F401
    import pytest  # noqa: F401
    import scipy.special  # noqa: F401

    sys.dont_write_bytecode = True
    everything = [m for path in FILES for m in mutants(path) if any(part in f"{m['file']}:{m['line']}" for part in given.only)]
    chosen = random.Random(given.seed).sample(everything, min(given.sample or len(everything), len(everything)))
    chooser = Chooser(*traced(given.tests, given.results.with_suffix(".coverage.json")))
    before = results(given.results)
    done = {k for k, r in before.items() if r["outcome"] != "harness"}
    survived = {k for k, r in before.items() if r["outcome"] == "survived"}
    todo = [m for m in chosen if (key(m) in survived if given.again else key(m) not in done)]
    random.Random(given.seed).shuffle(todo)  # so that what is done is a sample when it is interrupted
    by_import = [m for m in todo if chooser.needs_import(m)]
    inside = [m for m in todo if not chooser.needs_import(m)]

    def note(mutant, outcome, by):
        with given.results.open("a") as file:
            file.write(json.dumps({**mutant, "outcome": outcome, "by": by}) + "\n")

    if inside:
        said = forked(lambda: swapped(inside, chooser, given.seconds, note, given.tests))
        if said is not None:
            parser.error(str(said))
        now = results(given.results)
        by_import += [m for m in inside if now[key(m)]["outcome"] == "harness"]
    trusted = {}
    for mutant in by_import:
        names = chooser.tests(mutant)
        outcome, by = freshly(mutant["file"], mutant["number"], names, given.seconds)
        if outcome == "noticed":
            if by not in trusted:
                trusted[by] = (
                    freshly(mutant["file"], None, names[:1] if by == "import" else [by], given.seconds)[0] == "survived"
                )
            outcome = outcome if trusted[by] else "harness"
        note(mutant, outcome, by)
    report(chosen, results(given.results))


if __name__ == "__main__":
    main()
