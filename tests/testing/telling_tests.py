"""Which tests execute a line of the engine, and running some of them in a process of its own: for `mutation.py`.

Pytest collects the tests, so that fixtures, parameters and filters are its own; then a function of ours takes the place of
its loop.
"""

import json
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "autograd_core"
FILES = [*sorted((SOURCE / "_rules").glob("*.py")), SOURCE / "_graph.py", SOURCE / "_forward.py"]
TESTS = [str(path) for path in sorted((ROOT / "tests").glob("test_*.py"))]
LONG = 2.0  # seconds of computing under the tracer beyond which a test is left out
PYTEST = [f"--rootdir={ROOT}", "-q", "-p", "no:cacheprovider", "--capture=sys", "--tb=native", "--assert=plain"]


class Instead:
    """A pytest plugin: collect the tests, then do something else with them than run them all."""

    def __init__(self, loop):
        self.loop, self.failed, self.error = loop, False, None
        self.uncollected = []

    def pytest_sessionstart(self):
        from hypothesis import Phase, settings

        import tests.conftest  # noqa: F401  (its profile)

        settings.register_profile("once", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
        settings.load_profile("once")  # a failing example is enough: it need not be small

    def pytest_collectreport(self, report):
        if report.failed:
            self.uncollected.append(report.nodeid)

    def pytest_runtestloop(self, session):
        try:
            self.loop(session.items, self)
        except BaseException as error:  # noqa: BLE001  (raised by `collected`: pytest would only print it)
            self.error = error
        return True

    def pytest_runtest_logreport(self, report):
        self.failed |= report.failed

    def fails(self, item, following):
        self.failed = False
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        return self.failed


def collected(tests, loop):
    """Let pytest collect tests, and call a function with them."""
    import pytest

    plugin = Instead(loop)
    pytest.main([*PYTEST, *tests], plugins=[plugin])
    if plugin.uncollected:
        raise RuntimeError(f"tests that cannot be collected: {plugin.uncollected}")
    if plugin.error is not None:
        raise plugin.error


def name_of(item):
    """A test's file, from the root, and its name."""
    return f"{os.path.relpath(item.path, ROOT)}::{item.nodeid.partition('::')[2]}"


def forked(body):
    """Run a function in a process of its own: what it returned, as JSON has it, or the signal that ended it."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with open(os.devnull, "w") as null:  # noqa: PTH123
            os.dup2(null.fileno(), 1)
            os.dup2(null.fileno(), 2)
        try:
            said = body()
        except BaseException as error:  # noqa: BLE001
            said = ["harness", f"{type(error).__name__}: {error}"]
        os.write(write, json.dumps(said).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(said) if said else ["stopped", signal.Signals(os.WTERMSIG(status)).name]


# -- which tests execute a line -------------------------------------------------------------------------------------------


class Tracer:
    """Notes the lines of our files that run; `<module>` frames are left out, since they run at an import only."""

    def __init__(self):
        self.names, self.lines = {str(path): path.name for path in FILES}, set()

    def __enter__(self):
        sys.settrace(self.called)

    def __exit__(self, *_):
        sys.settrace(None)

    def called(self, frame, _event, _value):
        code = frame.f_code
        name = self.names.get(code.co_filename)
        if name is None or code.co_name == "<module>":
            return None
        lines = self.lines

        def line(frame, _event, _value):
            lines.add((name, frame.f_lineno))
            return line

        return line(frame, None, None)


def executed_by_import():
    """The lines of functions that run when everything is imported; for a process of its own."""
    tracer = Tracer()
    with tracer:
        from autograd_core._primitive import LATE

        while LATE:
            LATE.pop()()
    return sorted(tracer.lines)


def coverage(tests, known):
    """By test: seconds, and the lines it executes, none if it takes long, or fails; what is known is not run again."""
    found, tracer = {}, Tracer()

    def loop(items, plugin):
        found.update({name_of(item): known[name_of(item)] for item in items if name_of(item) in known})
        items = [item for item in items if name_of(item) not in known]
        for item, following in zip(items, [*items[1:], None], strict=False):
            tracer.lines, start = set(), time.process_time()
            with tracer:
                failed = plugin.fails(item, following)
            seconds = time.process_time() - start
            found[name_of(item)] = [seconds, [] if failed or seconds > LONG else sorted(tracer.lines)]

    collected(tests, loop)
    return found


class Chooser:
    """Chooses and orders the tests of a mutant."""

    def __init__(self, at_import, covered):
        self.seconds = {test: seconds for test, (seconds, _) in covered.items()}
        self.at_import = {tuple(line) for line in at_import}
        self.of_line, self.kills = defaultdict(set), Counter()
        for test, (_, lines) in covered.items():
            for line in lines:
                self.of_line[tuple(line)].add(test)

    def needs_import(self, mutant):
        return mutant["inside"][0] == 0 or (mutant["file"], mutant["line"]) in self.at_import

    def tests(self, mutant):
        """Those that execute the line, or else the function; where an import executes it, then all of the file.

        What noticed other mutants of the function comes first, then the first of each test function, then the second of each.
        """
        name, lines = mutant["file"], range(*mutant["inside"])
        telling = self.of_line.get((name, mutant["line"])) or set().union(*(self.of_line.get((name, i), ()) for i in lines))
        found = set(telling)
        if self.needs_import(mutant):
            found = found.union(*(tests for (file, _), tests in self.of_line.items() if file == name))
        rank, counts = {}, Counter()
        for test in sorted(found, key=self.seconds.get):
            function = test.partition("[")[0]
            rank[test] = counts[function]
            counts[function] += 1

        def order(test):
            before = -self.kills[name, mutant["inside"][0], test]
            return test not in telling, before, rank[test], -self.kills[test.partition("[")[0]], self.seconds[test]

        return sorted(found, key=order)

    def learn(self, mutant, test):
        self.kills[mutant["file"], mutant["inside"][0], test] += 1
        self.kills[test.partition("[")[0]] += 1
