"""The places where a file can be broken by one small mistake, and the file so broken: as code, or in a running program.

A mistake is a sign, a factor, an axis, a comparison, a number, a condition or a conjugate. Texts, annotations, defaults,
decorators and what is raised are left alone, and so is what nothing depends on: `strict=`, which only checks, and the -1 of a
`reshape`, for which NumPy takes any negative number.
"""

import ast
import copy
import gc
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
LEFT_ALONE = (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom, ast.Assert)
FIELDS_LEFT_ALONE = {"annotation", "returns", "decorator_list", "type_comment", "defaults", "kw_defaults"}


def sites(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Each place to break, as a node and a description."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, LEFT_ALONE) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        what = mistake(node)
        if what:
            yield node, what
        for field, value in ast.iter_fields(node):
            if field not in FIELDS_LEFT_ALONE:
                children = value if isinstance(value, list) else [value]
                stack += [c for c in children if isinstance(c, ast.AST) and not without_effect(node, c)]


def without_effect(parent: ast.AST, node: ast.AST) -> bool:
    """Whether a broken node could not change what is computed."""
    if isinstance(node, ast.keyword):
        return node.arg in {"words", "strict"}
    reshaped = isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr == "reshape"
    return reshaped and node is not parent.func and ast.unparse(node) == "-1"


def mistake(node: ast.AST) -> str:
    """What can be done to a node, or nothing."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare):
        op = node.ops[0] if isinstance(node, ast.Compare) else node.op
        return f"{type(op).__name__} -> {SWAPS[type(op)].__name__}" if type(op) in SWAPS else ""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        return f"drop {type(node.op).__name__}"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        return f"{node.value!r} -> {changed(node.value)!r}"
    if isinstance(node, ast.IfExp | ast.If):
        return "negate the condition"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "conj" and not node.args:
        return "drop .conj()"
    return ""


def changed(value: Any) -> Any:
    return (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int) else value * 2 or 1.0


class Breaking(ast.NodeTransformer):
    """Replaces one node by its broken form."""

    def __init__(self, target: ast.AST) -> None:
        self.target = target

    def visit(self, node: ast.AST) -> ast.AST:
        return broken_node(node) if node is self.target else self.generic_visit(node)


def broken_node(node: Any) -> Any:
    if isinstance(node, ast.UnaryOp):
        return node.operand
    if isinstance(node, ast.Call):
        return node.func.value
    node = copy.copy(node)
    if isinstance(node, ast.BinOp | ast.BoolOp):
        node.op = SWAPS[type(node.op)]()
    elif isinstance(node, ast.Compare):
        node.ops = [SWAPS[type(node.ops[0])](), *node.ops[1:]]
    elif isinstance(node, ast.Constant):
        node.value = changed(node.value)
    else:
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
    return node


def broken(tree: ast.Module, path: Path, number: int | None) -> types.CodeType:
    """Compile the tree of a file with the site of a number broken, which breaks the tree; without a number, as it is."""
    if number is not None:
        node, _ = list(sites(tree))[number]
        tree = ast.fix_missing_locations(Breaking(node).visit(tree))
    return compile(tree, str(path), "exec")


def codes(code: types.CodeType) -> list[types.CodeType]:
    """A code object and those within, in the order of the text."""
    return [code, *(inner for c in code.co_consts if isinstance(c, types.CodeType) for inner in codes(c))]


def place(code: types.CodeType) -> tuple[Any, ...]:
    """What tells a code object of a file from the others: its name and the places of its instructions."""
    return code.co_qualname, code.co_firstlineno, *code.co_positions()


class Live:
    """A file whose functions exist in this process, and can be given the code of a mutant: who holds them holds it then."""

    def __init__(self, path: Path) -> None:
        self.path, self.tree = path, ast.parse(path.read_text(encoding="utf-8"))
        places = [place(code) for code in codes(broken(self.tree, path, None))]
        self.functions: list[tuple[types.FunctionType, int]] = [
            (f, places.index(place(f.__code__)))
            for f in gc.get_objects()
            if type(f) is types.FunctionType and f.__code__.co_filename == str(path)
        ]
        self.size = len(places)

    def swap(self, number: int | None) -> None:
        """Put a mutant in place; once only, since it breaks the tree.

        Raises
        ------
        ValueError
            If the mutant does not have the functions of the file.
        """
        new = codes(broken(self.tree, self.path, number))
        if len(new) != self.size:
            raise ValueError(f"{self.path.name} has {self.size} code objects, its mutant {len(new)}")
        for f, i in self.functions:
            f.__code__ = new[i]
