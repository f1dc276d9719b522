"""Reading source as a tree: who imports whom, and whether a derivative rule keeps to the grammar of rules.

A rule must record as well as it computes: it never writes, converts to arrays, asks for types or branches on values.
Branching on shapes, dtypes and metadata is fine, so values are followed through assignments and helper functions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
VERBS = frozenset({"elementwise", "general", "linear", "variadic"})
FORM = frozenset({"shape", "ndim", "size", "dtype"})
CONVERSIONS = frozenset(
    {"asarray", "array", "ascontiguousarray", "asanyarray", "float", "int", "bool", "complex", "isinstance"}
)

Function = ast.FunctionDef | ast.Lambda


def modules(package: str) -> dict[str, ast.Module]:
    """The syntax tree of every module below a package, by dotted name."""
    trees = {}
    for path in sorted((SOURCE / package).rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        trees[name] = ast.parse(path.read_text(encoding="utf-8"))
    return trees


def top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run on import, those in `if` and `try` included."""
    stack: list[ast.stmt] = list(tree.body)
    while stack:
        statement = stack.pop()
        yield statement
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            continue
        if isinstance(statement, ast.If | ast.Try):
            stack += [s for field in ("body", "orelse", "finalbody") for s in getattr(statement, field, [])]


def imports(name: str, tree: ast.Module, known: dict[str, ast.Module], lazy: bool = False) -> set[str]:
    """Modules of ours that a module imports; on import, or anywhere in it with `lazy`."""
    is_package = any(other.startswith(f"{name}.") for other in known)
    found: set[str] = set()
    for statement in ast.walk(tree) if lazy else top_level(tree):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            base = statement.module or ""
            if statement.level:
                parts = name.split(".")
                parts = parts[: len(parts) - statement.level + is_package]
                base = ".".join([*parts, base] if base else parts)
            for alias in statement.names:
                whole = f"{base}.{alias.name}"
                found.add(whole if whole in known else base)
    return {f for f in found if f in known} - {name}


# -- the grammar of rules -------------------------------------------------------------------------------------------------


class Rules:
    """The rules of one file, and the functions that they may call."""

    def __init__(self, trees: dict[str, ast.Module], name: str) -> None:
        self.name, tree = name, trees[name]
        self.helpers: dict[str, Function] = {}
        for other in (name, *imports(name, tree, trees)):
            for statement in top_level(trees[other]):
                if isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
                    self.helpers[statement.name] = statement
        self.rules: list[tuple[Function, int | None]] = []  # with the number of operands, which variadic rules leave open
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in VERBS:
                arity = None if node.func.id == "variadic" else len(node.args) - 1
                for argument in node.args[1:]:
                    if isinstance(argument, ast.Lambda):
                        self.rules.append((argument, arity))
                    elif isinstance(argument, ast.Name) and argument.id in self.helpers:
                        self.rules.append((self.helpers[argument.id], arity))

    def faults(self) -> list[str]:
        """What breaks the grammar, as `file:line what`."""
        found: list[str] = []
        for rule, arity in self.rules:
            names = parameters(rule)[: 2 if arity is None else 2 + arity]  # the cotangent, the output, the operands
            values = {n for n in names if not n.startswith("_")}
            forms = {n for n in names if n.startswith("_")}
            Reader(self, values, forms, found, set()).function(rule)
        return [f"{self.name}:{fault}" for fault in dict.fromkeys(found)]


def parameters(function: Function) -> list[str]:
    a = function.args
    return [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs)]


class Reader:
    """Follow values through one function: what is an array's value, what its form only."""

    def __init__(self, rules: Rules, values: set[str], forms: set[str], found: list[str], active: set[str]) -> None:
        self.rules, self.values, self.forms, self.found, self.active = rules, values, forms, found, active

    def function(self, function: Function) -> None:
        body = [ast.Expr(function.body)] if isinstance(function, ast.Lambda) else function.body
        for statement in body:
            for node in ast.walk(statement):
                self.check(node)

    def fault(self, node: ast.AST, what: str) -> None:
        self.found.append(f"{node.lineno} {what}")  # type: ignore[attr-defined]

    def check(self, node: ast.AST) -> None:
        if isinstance(node, ast.AugAssign) and self.is_value(node.target):
            self.fault(node, "augmented assignment to a value")
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and (self.is_value(target.value) or self.is_value(node.value)):
                    self.fault(node, "subscript store")
                elif isinstance(target, ast.Name) and self.is_value(node.value):
                    self.values.add(target.id)
        elif isinstance(node, ast.If | ast.IfExp | ast.While) and self.is_value(node.test):
            self.fault(node.test, "branch on a value")
        elif isinstance(node, ast.BoolOp) and any(map(self.is_value, node.values)):
            self.fault(node, "branch on a value")
        elif isinstance(node, ast.Name) and node.id in self.forms and not getattr(node, "form_only", False):
            self.fault(node, f"reads the values of {node.id}")
        elif isinstance(node, ast.Call):
            self.call(node)
        for child in ast.iter_child_nodes(node):  # mark what is asked for its form only, before the walk gets there
            asked = isinstance(node, ast.Attribute) and node.attr in FORM
            if asked or (isinstance(node, ast.comprehension) and child is node.iter):
                for name in ast.walk(child):
                    name.form_only = True  # type: ignore[attr-defined]

    def call(self, node: ast.Call) -> None:
        if any(k.arg == "out" for k in node.keywords):
            self.fault(node, "out=")
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CONVERSIONS and any(map(self.is_value, node.args)):
            self.fault(node, f"{name}() of a value")
        helper = self.rules.helpers.get(name) if isinstance(node.func, ast.Name) else None
        if helper is None:
            return
        given = dict(zip(parameters(helper), node.args, strict=False)) | {k.arg: k.value for k in node.keywords if k.arg}
        values = {n for n, value in given.items() if self.is_value(value)}
        forms = {n for n, value in given.items() if isinstance(value, ast.Name) and value.id in self.forms}
        for value in given.values():
            if isinstance(value, ast.Name):
                value.form_only = True  # type: ignore[attr-defined]
        if name not in self.active:
            Reader(self.rules, values, forms, self.found, self.active | {name}).function(helper)

    def is_value(self, node: ast.AST) -> bool:
        """Whether an expression is made of an array's values, not of its form or of metadata."""
        if isinstance(node, ast.Name):
            return node.id in self.values
        if isinstance(node, ast.Attribute):
            return node.attr not in FORM and self.is_value(node.value)
        if isinstance(node, ast.Compare):
            if all(isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn) for op in node.ops):
                return False
            return any(map(self.is_value, (node.left, *node.comparators)))
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "")
            if name in ("len", "range", "type", "hasattr"):
                return False
            return self.is_value(node.func) or any(map(self.is_value, node.args))
        if isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.ListComp | ast.GeneratorExp | ast.Lambda | ast.JoinedStr):
            return False
        return any(map(self.is_value, ast.iter_child_nodes(node)))
