"""`debug`: find the first NaN or infinity, guard captured arrays, and name the line a failing derivative came from.

It observes the engine as a recording does, so that it costs nothing when off. On, each derivative is computed twice.
"""

from __future__ import annotations

import linecache
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from ._errors import AssignmentError, NonFiniteError
from ._graph import contributions
from ._modes import Mode, Observer, setting
from ._node import RELEASED, Form, Node

__all__ = ["debug", "user_line"]

_OURS = tuple(str(p) for p in (Path(__file__).parent, Path(__file__).parents[1] / "nn", Path(np.__file__).parent))


def user_line(depth: int = 1) -> str:
    """Return the innermost line of the running program that is not ours or NumPy's, as ``file:line: code``."""
    frame: FrameType | None = sys._getframe(depth)
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    if frame is None:
        return "an unknown line"
    file, line = frame.f_code.co_filename, frame.f_lineno
    return f"{Path(file).name}:{line}: {linecache.getline(file, line).strip()}".rstrip(": ")


class debug(setting):  # noqa: N801  (used as a verb: `with ac.debug()`)
    """Stop at the first NaN or infinity or write into a captured array; say where a failing derivative began.

    Inside the block a recorded operation, or a step of a backward pass, that makes NaN or infinity of finite numbers raises
    and names the operation, the Tensor, the module, the line, and the operands that made it. Arrays of the caller's that a
    graph has captured are read-only until it was walked, so that a write raises where it happens; one through an older view is
    noticed by a checksum. An exception in a backward pass carries a note with the line of the forward pass.

    Raises
    ------
    NonFiniteError
        At the first value that is not finite.
    AssignmentError
        If a captured array was changed.

    Examples
    --------
    >>> import autograd_core as ac
    >>> x = ac.tensor([4.0, 0.0], requires_grad=True, name="x")
    >>> with ac.debug():  # doctest: +ELLIPSIS
    ...     ac.sqrt(x).sum().backward()
    Traceback (most recent call last):
        ...
    autograd_core._errors.NonFiniteError: sqrt sent, as the cotangent of operand 0, inf at index (1,) of finite operands: ...
    """

    def __init__(self) -> None:
        super().__init__(keep=True)
        self._inspectors: list[_Inspector] = []

    def _changed(self, mode: Mode) -> Mode:
        self._inspectors.append(_Inspector(mode.observer))
        return super()._changed(mode)._replace(observer=self._inspectors[-1])

    def call(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function inside."""
        with self:
            return f(*args, **kwargs)

    def __exit__(self, *exc: object) -> None:
        super().__exit__(*exc)
        if self._inspectors:
            self._inspectors.pop().thaw_all()


class _Inspector:
    """Follows the forward and the backward pass."""

    def __init__(self, outer: Observer | None) -> None:
        self.outer = outer
        self.lines: dict[int, str] = {}  # by the number of the node: a node compares like a Form, which refuses
        self.sums: dict[int, dict[int, int]] = {}
        self.frozen: dict[int, tuple[Any, int]] = {}  # arrays of the caller's, and how many nodes wait for them
        self.running: Node | None = None

    def enter(self, path: str | None, kind: str) -> None:
        if self.outer is not None:
            self.outer.enter(path, kind)

    def forward(self, node: Node, operands: tuple[Any, ...], array: Any) -> None:
        self.lines[node.number] = user_line(2)
        if self.outer is not None:
            self.outer.forward(node, operands, array)
        for out in array if isinstance(array, tuple) else (array,):
            self._check(node, out, operands, "made")
        self.sums[node.number] = {i: _checksum(a) for i, (_, a) in enumerate(_captured(node)) if self._freeze(a)}

    def backward(self, node: Node, cotangent: Any) -> None:
        self.running = node
        self._check_unchanged(node)
        if self.outer is not None:
            self.outer.backward(node, cotangent)
        g = _raw(cotangent)
        if all(u is None or _bad(u) is None for u in (g if isinstance(g, tuple) else (g,))):
            for i, c in contributions(node, g):
                y = None if isinstance(node.out, tuple) else node.out
                self._check(node, c, (*node.args, y, g), f"sent, as the cotangent of operand {i},", g)

    def failed(self, error: BaseException) -> None:
        if self.outer is not None:
            self.outer.failed(error)
        if self.running is not None and self.running.primitive is not None:
            error.add_note(f"while differentiating {self._describe(self.running)}")

    def _describe(self, node: Node) -> str:
        scope = f" in module {node.scope}" if node.scope else ""
        name = node.primitive.name if node.primitive is not None else "leaf"
        return f"{name}{scope}, recorded at {self.lines.get(node.number, 'a line outside this debug block')}"

    def _check(self, node: Node, out: Any, operands: Sequence[Any], verb: str, g: Any = None) -> None:
        index = _bad(out)
        if index is None:
            return
        known = [a for a in map(_numbers, operands) if a is not None]
        if any(np.isnan(a).any() for a in known) or (not np.isnan(out[index]) and any(np.isinf(a).any() for a in known)):
            return  # it came in from outside, or an infinity went on as one: a mask of -inf is no mistake
        assert node.primitive is not None
        names = [*(node.primitive.names or ("a", "b", "c"))[: len(node.args)], "y", "g"]
        values = ", ".join(f"{n}={_at(a, index)}" for n, a in zip(names, operands, strict=False) if _at(a, index) is not None)
        message = f"{node.primitive.name} {verb} {out[index]} at index {index} of finite operands: {values}"
        where = [part for part in (f"module {node.scope}" if node.scope else "", self.lines.get(node.number, "")) if part]
        named = [
            t.name for p in node.parents if p is not None and p.watch is not None and (t := _tensor(p)) is not None and t.name
        ]
        if named:
            message += f" (operand {', '.join(named)})"
        if where:
            message += f"; {', '.join(where)}"
        if g is not None and _at(g, index) == "0.0":
            message += (
                "; the cotangent is 0 there, as behind a np.where that selects another branch, and 0 times infinity is NaN: "
                "make the operand safe first, np.where(mask, f(np.where(mask, x, 1)), 0)"
            )
        raise NonFiniteError(message)

    def _freeze(self, a: Any) -> bool:
        """Make the caller's array behind `a` read-only until its nodes were walked; whether there is one."""
        owner = _writable_owner(a)
        known = self.frozen.get(id(_last_base(a)))
        if owner is None and known is None:
            return False
        owner = known[0] if known is not None else owner
        count = known[1] if known is not None else 0
        self.frozen[id(owner)] = (owner, count + 1)  # first, so that an interrupt leaves nothing frozen for good
        owner.setflags(write=False)
        return True

    def _check_unchanged(self, node: Node) -> None:
        sums = self.sums.pop(node.number, None)
        if not sums or node.args is RELEASED:
            return
        captured = list(_captured(node))
        for i, expected in sums.items():
            name, array = captured[i]
            if _checksum(array) != expected:
                raise AssignmentError(
                    f"the array of {name} of {self._describe(node)} was changed between forward and backward; "
                    "pass a copy, or ac.tensor(array), which makes one"
                )
            owner, count = self.frozen.get(id(_last_base(array)), (None, 0))
            if owner is not None and count > 1:
                self.frozen[id(owner)] = (owner, count - 1)
            elif owner is not None:
                owner.setflags(write=True)
                del self.frozen[id(owner)]

    def __del__(self) -> None:
        if hasattr(self, "frozen"):
            self.thaw_all()  # if an interrupt kept the block from leaving

    def thaw_all(self) -> None:
        for owner, _ in self.frozen.values():
            owner.setflags(write=True)
        self.frozen.clear()


def _captured(node: Node) -> Iterator[tuple[str, Any]]:
    """What a node keeps, by name: its operands, and its metadata, such as an index or a mask."""
    for i, a in enumerate(node.args):
        yield f"operand {i}", a
    for name, value in (node.meta or {}).items():
        for a in value if type(value) is tuple else (value,):
            yield name, a


def _raw(g: Any) -> Any:
    return tuple(map(_raw, g)) if isinstance(g, tuple) else getattr(g, "_array", g)


def _numbers(a: Any) -> Any:
    """An operand as floating numbers, or None if it is not made of such."""
    if not isinstance(a, np.ndarray | np.generic | float | complex):
        return None
    a = np.asarray(a)
    return a if a.dtype.kind in "fc" else None


def _tensor(node: Node) -> Any:
    return node.watch.tensor() if node.watch is not None and node.watch.tensor is not None else None


def _bad(out: Any) -> tuple[int, ...] | None:
    """The index of the first element that is not finite."""
    out = np.asarray(_raw(out))
    if out.dtype.kind not in "fc" or np.isfinite(out).all():
        return None
    bad = np.isnan(out) if np.isnan(out).any() else ~np.isfinite(out)
    return tuple(int(i) for i in np.argwhere(bad)[0])


def _at(a: Any, index: tuple[int, ...]) -> str | None:
    """The element of an operand that went into the result at `index`, where broadcasting tells which."""
    if isinstance(a, Form) or a is RELEASED:
        return None
    array = np.asarray(_raw(a))
    if array.ndim > len(index) or array.dtype.kind not in "fciub":
        return None
    own = index[len(index) - array.ndim :]
    if any(n != 1 and i >= n for i, n in zip(own, array.shape, strict=True)):
        return None
    return str(array[tuple(0 if n == 1 else i for i, n in zip(own, array.shape, strict=True))])


def _last_base(a: Any) -> Any:
    while isinstance(a, np.ndarray) and isinstance(a.base, np.ndarray):
        a = a.base
    return a


def _writable_owner(a: Any) -> Any:
    owner = _last_base(a)
    return owner if isinstance(owner, np.ndarray) and owner.flags.writeable and owner.flags.owndata else None


def _checksum(a: Any) -> int:
    return zlib.crc32(np.ascontiguousarray(a).tobytes())
