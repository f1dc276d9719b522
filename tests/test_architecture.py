"""The lines that the design draws, held by reading the source: who may import whom, what a rule may say, where rules live."""

import ast

import pytest

import autograd_core as ac

from .grammar import Rules, imports, modules

CORE, NN = modules("autograd_core"), modules("nn")
EVERYTHING = CORE | NN

LEVELS = (
    ("_errors",),
    ("_modes", "_tree"),
    ("_primitive",),
    ("_rules",),
    ("_node",),
    ("_graph", "_forward"),
    ("_record",),
    ("_call",),
    ("_memory", "_assignment"),
    ("_operators", "_methods", "_backward"),
    ("_tensor",),
    ("_creation", "_namespace", "_recording"),
    ("_transforms", "_jacobians", "_custom"),
)
"""Files of the core that form its spine, each level importing only from those before it and its own."""


def level_of(name: str) -> int | None:
    part = name.removeprefix("autograd_core.").split(".")[0]
    return next((i for i, level in enumerate(LEVELS) if part in level), None)


def test_imports_have_no_cycle():
    """A cycle on import works only in one order of importing, and makes two files one."""
    edges = {name: imports(name, tree, EVERYTHING) for name, tree in EVERYTHING.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " imports ".join([*path[path.index(name) :], name])
        if name in done:
            return
        for other in edges[name]:
            if not name.startswith(f"{other}."):  # a package is imported with each of its modules
                visit(other, (*path, name))
        done.add(name)

    for name in edges:
        visit(name, ())


@pytest.mark.parametrize("name", [n for n in CORE if level_of(n) is not None])
def test_core_imports_point_down(name):
    """The spine is errors, modes, primitive, rules, node, graph, record, tensor, transforms, in this order."""
    for other in imports(name, CORE[name], CORE):
        if other != "autograd_core" and level_of(other) is not None:
            assert level_of(other) <= level_of(name), f"{name} imports {other}"


@pytest.mark.parametrize("name", [n for n in CORE if level_of(n) is not None])
def test_core_never_imports_its_tools(name):
    """Pictures and tests read the graph; the graph does not know them, lazily or otherwise."""
    tools = {other for other in imports(name, CORE[name], CORE, lazy=True) if other.split(".")[1:2] in (["viz"], ["testing"])}
    assert not tools


@pytest.mark.parametrize("name", [n for n in CORE if n.startswith("autograd_core._rules.")])
def test_rules_do_not_know_tensors(name):
    """The text of a rule computes on arrays and records on Tensors only because it names neither."""
    assert imports(name, CORE[name], CORE, lazy=True) <= {
        "autograd_core._errors",
        "autograd_core._primitive",
        *(n for n in CORE if n.startswith("autograd_core._rules")),
    }
    names = {node.id for node in ast.walk(CORE[name]) if isinstance(node, ast.Name)}
    assert "Tensor" not in names


@pytest.mark.parametrize("name", [n for n in CORE if n.startswith("autograd_core._rules.")])
def test_rules_keep_to_their_grammar(name):
    """No write, conversion, type test or branch on values in a rule, so that every rule can be differentiated again."""
    rules = Rules(CORE, name)
    assert not rules.faults()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def r(g, y, a):\n    g *= a\n    return g\ngeneral(f, r)", "augmented assignment"),
        ("def r(g, y, a):\n    c = g * a\n    c[0] = 0\n    return c\ngeneral(f, r)", "subscript store"),
        ("def r(g, y, _a):\n    c = np.zeros(_a.shape)\n    c[0] = g\n    return c\ngeneral(f, r)", "subscript store"),
        ("def r(g, y, _a):\n    w = np.ones(_a.size)\n    w[0] = 2\n    return g * w\ngeneral(f, r)", None),
        ("general(f, lambda g, y, a: np.multiply(g, a, out=g))", "out="),
        ("general(f, lambda g, y, a: np.asarray(g) * a)", "asarray() of a value"),
        ("general(f, lambda g, y, a: g if isinstance(a, float) else a)", "isinstance() of a value"),
        ("general(f, lambda g, y, a: g if a > 0 else -g)", "branch on a value"),
        ("general(f, lambda g, y, a: g if a.sum() > 0 else -g)", "branch on a value"),
        ("def h(x):\n    return 1 if x > 0 else 0\ngeneral(f, lambda g, y, a: g * h(a))", "branch on a value"),
        ("def r(g, y, a):\n    b = a + 1\n    while b:\n        b = b - 1\n    return g\ngeneral(f, r)", "branch on a value"),
        ("general(f, lambda g, y, _a: g * _a)", "reads the values of _a"),
        ("def h(x, _a):\n    return x * _a\ngeneral(f, lambda g, y, _a: h(g, _a))", "reads the values of _a"),
        ("general(f, lambda g, y, _a: g.reshape(_a.shape) if _a.ndim else g)", None),
        ("general(f, lambda g, y, a, axis=None: g if axis is None else np.flip(g, axis))", None),
        ("def h(x, _a):\n    return x.reshape(_a.shape)\ngeneral(f, lambda g, y, _a: h(g, _a))", None),
    ],
)
def test_the_grammar_notices(text, fault):
    """A lint that finds nothing must be shown to find something."""
    faults = Rules({"rules": ast.parse(text)}, "rules").faults()
    assert (fault is None and not faults) or any(fault in found for found in faults)


# -- nn -------------------------------------------------------------------------------------------------------------------

VERBS = {"elementwise", "linear", "general", "variadic", "composite", "constant", "refused", "primitive", "custom_vjp", "TABLE"}


def of_core(tree: ast.Module) -> set[str]:
    """Names of `autograd_core` that a module uses, as dotted paths below it."""
    aliases, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "autograd_core":
                    aliases.add(alias.asname or "autograd_core")
                    used.add(alias.name.partition(".")[2])
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "autograd_core":
            below = node.module.partition(".")[2]
            used |= {f"{below}.{alias.name}".strip(".") for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            used.add(node.attr)
    return used - {""}


@pytest.mark.parametrize("name", NN)
def test_nn_uses_public_names_only(name):
    """What nn needs, users need too: so it must be public."""
    for used in of_core(NN[name]):
        assert not any(part.startswith("_") for part in used.split(".")), f"{name} uses autograd_core.{used}"
        assert used.split(".")[0] in dir(ac), f"autograd_core has no public {used}, which {name} uses"


@pytest.mark.parametrize("name", NN)
def test_nn_defines_no_rule(name):
    """No gradient in nn is written by hand."""
    assert not of_core(NN[name]) & VERBS
    assert not any(isinstance(node, ast.FunctionDef) and node.name == "backward" for node in ast.walk(NN[name]))


@pytest.mark.parametrize("name", CORE)
def test_core_does_not_know_nn(name):
    """The engine serves any package; the example of one is nn."""
    for node in ast.walk(CORE[name]):
        if isinstance(node, ast.Import):
            assert not any(alias.name.split(".")[0] == "nn" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").split(".")[0] != "nn"


NN_LEVELS = (
    ("functional", "_functional", "initializers"),
    ("module", "layers"),
    ("optim", "losses", "data", "training"),
    ("examples",),
)


@pytest.mark.parametrize("name", NN)
def test_nn_imports_point_down(name):
    """Functions, then layers made of them, then examples made of those; optimizers stand beside layers."""

    def level(module: str) -> int | None:
        part = module.removeprefix("nn.").split(".")[0]
        return next((i for i, names in enumerate(NN_LEVELS) if part in names), None)

    for other in imports(name, NN[name], NN):
        if level(name) is not None and level(other) is not None:
            assert level(other) <= level(name), f"{name} imports {other}"
