"""Random programs: expression graphs with shared nodes, broadcasting, indexing, branches and loops, printed as Python source.

A vocabulary of words, each a function with operands to fill, is all a program needs: `fit` takes any value into the domain and
shape that a word asks for, so that every word can follow every other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._tensor import Tensor
from .._tree import flatten
from ._snippet import array_source, imported
from .domains import DOMAINS, Operand, nonzero, positive, real

__all__ = ["VOCABULARY", "Program", "Word", "draw_program", "fit", "joined"]

Array = np.ndarray[Any, Any]
Choose = Callable[[int], int]
"""Takes n, returns a number from 0 to n - 1: Hypothesis's draw, or a random generator's."""


@dataclass(frozen=True)
class Word:
    """A function, and how a program may call it: arguments among which `Operand`s stand for values to fill in.

    Attributes
    ----------
    function : callable
        Of NumPy, or one of ours.
    args, kwargs
        Operands and constants. The shape of an operand of a `pointwise` word is left to the program.
    pointwise : bool
        Element by element, with broadcasting.
    through : callable, optional
        Applied to the result, where only some of it is determined.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    pointwise: bool = False
    through: Callable[..., Any] | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        return str(self.function.__name__)

    def imports(self) -> list[str]:
        """Lines that a program which uses the word needs."""
        functions = [f for f in (self.function, self.through, *flatten(list(self.args))[0]) if callable(f)]
        lines = [line for f in functions for line in (imported(f) or ([], ""))[0] if line.startswith("from")]
        kinds = {type(a) for a in self.kwargs.values() if isinstance(a, tuple) and type(a) is not tuple}
        return lines + [f"from {kind.__module__} import {kind.__name__}" for kind in kinds]


def fit(x: Any, domain: str = "real", shape: tuple[int, ...] | None = None, place: int = 0) -> Any:
    """Take any real value into a domain and a shape, smoothly; operands at other places of one call stay apart from ties.

    Examples
    --------
    >>> import numpy as np
    >>> fit(np.array([0.0, 1.0]), shape=(3,))
    array([0., 1., 0.])
    >>> fit(np.array([-9.0, 0.0, 9.0]), "positive").round(2)
    array([0.5 , 1.25, 2.  ])
    """
    if shape is not None and x.shape != shape:
        index = np.arange(int(np.prod(shape))) % max(x.size, 1)
        x = x.reshape(-1)[index].reshape(shape)
    squash = DOMAINS[domain].squash
    y = x if squash is None else squash(x)
    y = y + 0.1 * place if domain == "distinct" and place else y
    return np.asarray(y) if isinstance(y, np.generic) else y


def joined(result: Any) -> Any:
    """All floating results of a function in one array of real numbers."""
    leaves, _ = flatten(list(result) if isinstance(result, tuple) else result)
    parts = [leaf if hasattr(type(leaf), "__array_function__") else np.asarray(leaf) for leaf in leaves]
    reals = [
        part for y in parts if y.dtype.kind in "fc" for part in ((y,) if y.dtype.kind == "f" else (np.real(y), np.imag(y)))
    ]
    return reals[0] if len(reals) == 1 else np.concatenate([np.ravel(y) for y in reals])


@dataclass(frozen=True)
class Step:
    """One statement: a word with the values that fill it, perhaps repeated in a loop, perhaps one side of a branch."""

    word: Word
    inputs: tuple[tuple[int, str, tuple[int, ...] | None], ...]
    repeat: int = 1
    otherwise: int | None = None

    def run(self, values: Sequence[Any]) -> Any:
        """Compute the statement's value from those before it."""
        first = self.inputs[0][0] if self.inputs else 0
        here = list(values)
        if self.otherwise is not None and not bool(np.sum(_plain(here[first])) > 0):
            return here[self.otherwise] * 1.0
        y: Any = None
        for _ in range(self.repeat):
            given = [fit(here[i], domain, shape, place) for place, (i, domain, shape) in enumerate(self.inputs)]
            leaves, rebuild = flatten(list(self.word.args))
            filled = iter(given)
            y = self.word.function(
                *rebuild([next(filled) if isinstance(a, Operand) and not a.domain.constant else _constant(a) for a in leaves]),
                **self.word.kwargs,
            )
            y = joined(y if self.word.through is None else self.word.through(y))
            here[first] = y
        return y

    def source(self, name: str) -> list[str]:
        """The statement as lines of Python."""
        texts = [_fitted(*given, place) for place, given in enumerate(self.inputs)]
        filled = iter(texts)
        leaves, rebuild = flatten(list(self.word.args))
        shown = rebuild(
            [_Text(next(filled)) if isinstance(a, Operand) and not a.domain.constant else _Text(_shown(a)) for a in leaves]
        )
        arguments = [_text(a) for a in shown] + [f"{k}={_shown(v)}" for k, v in self.word.kwargs.items()]
        _, function = imported(self.word.function) or ([], self.word.name)
        call = f"{function}({', '.join(arguments)})"
        if self.word.through is not None:
            call = f"{(imported(self.word.through) or ([], self.word.through.__name__))[1]}({call})"
        plain = self.word.through is None and isinstance(self.word.function, np.ufunc) and self.word.function.nout == 1
        call = call if plain else f"joined({call})"
        if self.otherwise is not None:
            return [f"{name} = {call} if np.sum(v{self.inputs[0][0]}.detach()) > 0 else v{self.otherwise} * 1.0"]
        if self.repeat > 1:
            moving = f"v{self.inputs[0][0]}"
            again = re.sub(rf"\b{moving}\b", name, call)
            return [f"{name} = {moving}", f"for _ in range({self.repeat}):", f"    {name} = {again}"]
        return [f"{name} = {call}"]


def _fitted(i: int, domain: str, shape: tuple[int, ...] | None, place: int) -> str:
    if (domain, shape) == ("real", None):
        return f"v{i}"
    arguments = [f"v{i}", repr(domain), *([str(shape)] if shape is not None else [])]
    return f"fit({', '.join([*arguments, *([f'place={place}'] if domain == 'distinct' and place else [])])})"


class _Text(str):
    """Source that stands for a value inside nested arguments."""

    __slots__ = ()


def _text(a: Any) -> str:
    return (
        f"[{', '.join(map(_text, a))}]"
        if isinstance(a, list)
        else f"({', '.join(map(_text, a))},)"
        if isinstance(a, tuple)
        else a
    )


def _shown(a: Any) -> str:
    if isinstance(a, type) and issubclass(a, np.generic):
        return f"np.{a.__name__}"
    if isinstance(a, float) and not np.isfinite(a):
        return f"float('{a}')"
    if callable(a) and not isinstance(a, Operand):
        return (imported(a) or ([], repr(a)))[1]
    if type(a) in (tuple, list):
        inside = "".join(f"{_shown(x)}, " for x in a)
        return f"({inside})" if type(a) is tuple else f"[{inside}]"
    return array_source(_constant(a)) if isinstance(a, Operand | np.ndarray) else repr(a)


def _constant(a: Any) -> Any:
    return a.draw(np.random.default_rng(0)) if isinstance(a, Operand) else a


def _plain(x: Any) -> Array:
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)


@dataclass(frozen=True)
class Program:
    """A function of its operands, made of statements; calling it runs them.

    Attributes
    ----------
    operands : tuple of ndarray
        The point to differentiate it at.
    steps : tuple
        The statements.
    """

    operands: tuple[Array, ...]
    steps: tuple[Step, ...]

    def __call__(self, *xs: Any) -> Any:
        """Run the program; its result is the last value, joined with those that nothing used."""
        values = list(xs)
        for step in self.steps:
            values.append(step.run(values))
        return joined([values[i] for i in self.results()])

    def results(self) -> list[int]:
        """Values that no statement uses."""
        used = {i for step in self.steps for i, _, _ in step.inputs} | {step.otherwise for step in self.steps}
        return [i for i in range(len(self.operands) + len(self.steps)) if i not in used]

    @property
    def words(self) -> list[str]:
        """Names of the functions it calls."""
        return [step.word.name for step in self.steps]

    def source(self) -> str:
        """The program as Python: a function `program`, and its operands."""
        lines, count = [], len(self.operands)
        imports = {line for step in self.steps for line in step.word.imports()}
        for k, step in enumerate(self.steps):
            lines += step.source(f"v{count + k}")
        names = ", ".join(f"v{i}" for i in range(count))
        results = ", ".join(f"v{i}" for i in self.results())
        return "\n".join(
            [
                "import numpy as np",
                "from autograd_core.testing.strategies import fit, joined",
                *sorted(imports),
                f"def program({names}):",
                *(f"    {line}" for line in lines),
                f"    return joined([{results}])",
                f"operands = ({''.join(f'{array_source(x)}, ' for x in self.operands)})",
            ]
        )

    def __repr__(self) -> str:
        return f"\n{self.source()}\n"


def _pointwise(function: Callable[..., Any], *domains: Any) -> Word:
    return Word(function, tuple(d() for d in domains), pointwise=True)


VOCABULARY: tuple[Word, ...] = (
    *(_pointwise(f, real) for f in (np.sin, np.cos, np.tanh, np.exp, np.square, np.negative, np.arctan, np.arcsinh, np.expm1)),
    *(_pointwise(f, positive) for f in (np.log, np.sqrt, np.reciprocal, np.cbrt, np.log1p)),
    *(_pointwise(f, nonzero) for f in (np.absolute,)),
    *(_pointwise(f, real, real) for f in (np.add, np.subtract, np.multiply, np.logaddexp)),
    _pointwise(np.divide, real, nonzero),
    _pointwise(np.power, positive, real),
    _pointwise(np.arctan2, nonzero, nonzero),
    _pointwise(np.maximum, DOMAINS["distinct"], DOMAINS["distinct"]),
    Word(np.sum, (real(2, 3),), {"axis": 0}),
    Word(np.mean, (real(2, 3),), {"axis": -1, "keepdims": True}),
    Word(np.prod, (real(3),)),
    Word(np.max, (DOMAINS["distinct"](2, 3),), {"axis": 1}),
    Word(np.cumsum, (real(4),)),
    Word(np.reshape, (real(2, 3), (3, 2))),
    Word(np.transpose, (real(2, 3),)),
    Word(np.flip, (real(4),)),
    Word(np.concatenate, ([real(2), real(3)],)),
    Word(np.stack, ([real(2), real(2)],)),
    Word(np.matmul, (real(2, 3), real(3, 2))),
    Word(np.einsum, ("ij,kj->ik", real(2, 3), real(2, 3))),
    Word(np.outer, (real(2), real(3))),
)
"""Words for programs of common functions; `tests/cases.py` makes those of every primitive."""

_SHAPES: tuple[tuple[int, ...], ...] = ((), (3,), (2, 3), (1, 3), (2, 1))
_LARGEST, _MOST = 3.0, 24


def draw_program(
    choose: Choose, vocabulary: Sequence[Word] = VOCABULARY, *, steps: int = 5, rng: np.random.Generator | None = None
) -> Program:
    """Draw a program of at most `steps` statements, and operands for it."""
    rng = np.random.default_rng(choose(1 << 16)) if rng is None else rng
    shapes = [_SHAPES[choose(len(_SHAPES))] for _ in range(1 + choose(2))]
    operands = tuple(np.asarray(np.round(rng.uniform(-1.5, 1.5, shape), 2)) for shape in shapes)
    values: list[Array] = list(operands)
    made: list[Step] = []
    for _ in range(1 + choose(steps)):
        word = vocabulary[choose(len(vocabulary))]
        step = _step(choose, word, values)
        with np.errstate(all="ignore"):
            y = np.asarray(step.run(values))
        if y.size and y.dtype == np.float64 and np.isfinite(y).all():
            made.append(step)
            values.append(y)
    return Program(operands, tuple(made))


def _step(choose: Choose, word: Word, values: Sequence[Array]) -> Step:
    slots = [a for a in flatten(list(word.args))[0] if isinstance(a, Operand) and not a.domain.constant]
    inputs: list[tuple[int, str, tuple[int, ...] | None]] = []
    shape: tuple[int, ...] = ()
    for slot in slots:
        i = len(values) - 1 - choose(len(values))
        wanted = slot.shape
        if word.pointwise:
            wanted = values[i].shape if values[i].size <= _MOST else (3,)
            try:
                shape = np.broadcast_shapes(shape, wanted)
            except ValueError:
                wanted = shape
        domain = slot.domain.name
        if domain == "real" and np.abs(values[i]).max(initial=0) > _LARGEST:
            domain = "inside"
        inputs.append((i, domain, None if wanted == values[i].shape else wanted))
    kind = choose(8)
    unary = word.pointwise and len(slots) == 1 == len(word.args)
    if kind == 7 and unary:
        i, domain, taken = inputs[0]
        return Step(word, ((i, "inside" if domain == "real" else domain, taken),), repeat=2 + choose(2))
    if kind == 6 and unary:
        i, _, taken = inputs[0]
        like = [j for j, v in enumerate(values) if v.shape == (values[i].shape if taken is None else taken)]
        if like:  # both sides of a branch have one shape
            return Step(word, tuple(inputs), otherwise=like[choose(len(like))])
    return Step(word, tuple(inputs))
