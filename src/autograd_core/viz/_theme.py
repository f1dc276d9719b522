"""Colours. Hues are Okabe and Ito's (2008), which people with any kind of colour vision can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ._view import Box

ThemeName = Literal["light", "dark"]

#: Operations drawn as products and as rearrangements; every other operation has the plain style.
PRODUCTS = frozenset(
    {"matmul", "dot", "vdot", "inner", "outer", "tensordot", "einsum", "convolution", "vecdot", "matvec", "vecmat"}
)
SHAPES = frozenset(
    {
        "reshape", "transpose", "matrix_transpose", "swapaxes", "moveaxis", "permute_dims", "expand_dims", "squeeze",
        "ravel", "flatten", "broadcast_to", "getitem", "gather", "scatter", "concatenate", "stack", "astype", "item",
        "split", "take", "take_along_axis", "pad", "tile", "repeat", "flip", "roll", "unfold", "fold", "copy",
    }
)  # fmt: skip
FONT = "Helvetica, Arial, 'Liberation Sans', 'Noto Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme; ``fills`` and ``strokes`` are by the style of a box (see `style_of`)."""

    background: str
    text: str
    muted: str
    edge: str
    folded: str
    frame: str
    frame_stroke: str
    fills: dict[str, str]
    strokes: dict[str, str]


LIGHT = Theme(
    background="#ffffff",
    text="#1b2430",
    muted="#66707d",
    edge="#8b95a3",
    folded="#9a5b00",
    frame="#5b7a9d",
    frame_stroke="#b7c3d2",
    fills={
        "operation": "#ffffff",
        "product": "#e3f1fb",
        "shape": "#f2f4f6",
        "input": "#dcefe8",
        "parameter": "#fdf0d5",
        "constant": "#eef0f3",
        "output": "#f9e6f0",
        "module": "#eef3fa",
    },
    strokes={
        "operation": "#7c8896",
        "product": "#0072b2",
        "shape": "#a7b0bb",
        "input": "#009e73",
        "parameter": "#d08a00",
        "constant": "#a7b0bb",
        "output": "#b3487f",
        "module": "#4a6fa5",
    },
)
DARK = Theme(
    background="#12161c",
    text="#e8ecf2",
    muted="#98a3b1",
    edge="#6b7786",
    folded="#f0b429",
    frame="#8fb4e0",
    frame_stroke="#3a4655",
    fills={
        "operation": "#1e252e",
        "product": "#12324a",
        "shape": "#1a2027",
        "input": "#103a2f",
        "parameter": "#40300c",
        "constant": "#232a33",
        "output": "#43203a",
        "module": "#1d2a3d",
    },
    strokes={
        "operation": "#7f8c9b",
        "product": "#56b4e9",
        "shape": "#55606d",
        "input": "#2bc79a",
        "parameter": "#e69f00",
        "constant": "#55606d",
        "output": "#e58fbd",
        "module": "#7aa5dd",
    },
)
THEMES: dict[str, Theme] = {"light": LIGHT, "dark": DARK}


def style_of(box: Box) -> str:
    """Return which style a box has: its kind, and for operations the family."""
    if box.kind != "operation":
        return box.kind
    operation = box.title
    return "product" if operation in PRODUCTS else "shape" if operation in SHAPES else "operation"


def theme_named(name: str) -> Theme:
    """Return a theme by name."""
    if name not in THEMES:
        raise ValueError(f"theme {name!r} is not one of {', '.join(THEMES)}")
    return THEMES[name]
