"""The words inside boxes and on arrows, and how wide they are (`static/view.js` has the same functions)."""

from __future__ import annotations

import math

from ._model import Graph, Node
from ._tree import Tree

#: Longest title and longest line inside a box, in characters; the panel and the tooltip have the whole text.
TITLE, LINE, LINES = 28, 30, 4
TITLE_SIZE, LINE_SIZE = 12.0, 10.0


def folded_text(graph: Graph, tree: Tree, i: int) -> str:
    """Return "weight 64×3" for a folded parameter, "weight.T 3×64" for a rearranged one, the number for a scalar."""
    n = graph.nodes[i]
    if tree.operands[i]:
        source = i
        while tree.operands[source]:
            source = tree.operands[source][0][1]
        name = last_parts(graph.nodes[source].name, 1) or graph.nodes[source].kind
        turned = n.operation in {"transpose", "matrix_transpose", "permute_dims"}
        return f"{name}.T {shape_text(n.shape)}" if turned else f"{n.operation}({name}) {shape_text(n.shape)}"
    if n.kind == "constant":
        return scalar_text(n) or f"constant {shape_text(n.shape)}".strip()
    return f"{last_parts(n.name, 1) or n.kind} {shape_text(n.shape)}".strip()


def scalar_text(n: Node) -> str:
    """Return the value of a 0-d leaf as text when it is known, else nothing."""
    if n.shape or n.forward is None or n.forward.value is None or isinstance(n.forward.value, list):
        return ""
    value = n.forward.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return shorten(str(value), 12)
    return number_text(float(value))


def number_text(x: float) -> str:
    """Return a number in at most about ten characters: up to four significant digits."""
    if x == int(x) and abs(x) < 1e6:
        return str(int(x))
    size = math.floor(math.log10(abs(x)))
    if -4 <= size < 6:
        text = f"{x:.{max(3 - size, 0)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits, _, power = f"{x:.3e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(power)}"


def count_text(n: int) -> str:
    """Return 1792 as "1,792"."""
    return f"{n:,}"


def shape_text(shape: tuple[int, ...]) -> str:
    """Return (32, 10) as "32×10", and nothing for a scalar."""
    return "×".join(str(s) for s in shape)


def last_parts(name: str, parts: int = 2) -> str:
    """Return the last components of an attribute path ("layers.0.weight" -> "0.weight")."""
    return ".".join(name.split(".")[-parts:])


def shorten(text: str, limit: int) -> str:
    """Return the text on one line of at most ``limit`` characters, control characters replaced."""
    clean = "".join(c if c.isprintable() else " " for c in text[: 4 * limit])
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def text_width(text: str, size: float) -> float:
    """Estimate the width of text in a sans-serif font of this size, a little generously."""
    width = 0.0
    for c in text:
        if c in " !'(),-./:;I[]fijlrt|`":
            width += 0.32
        elif c in "mwMW@%×":
            width += 0.85
        elif "A" <= c <= "Z":
            width += 0.7
        elif ord(c) < 0x2E80:
            width += 0.58
        else:
            width += 1.1
    return width * size
