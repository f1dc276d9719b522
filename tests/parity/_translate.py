"""Random programs in other libraries: the same statements, with every function answered by JAX or PyTorch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special as sp
import torch

from autograd_core.testing._programs import Program, Step, Word, draw_program
from autograd_core.testing.domains import real

from ._foreign import Foreign, JaxArray
from ._foreign_torch import TorchArray
from ._rows import Array

ANOTHER = (
    np.histogram,
    np.linalg.eig,
    np.linalg.eigvals,
    np.linalg.lstsq,
    np.partition,
    np.polydiv,
    np.roots,
    sp.exp1,
    sp.expn,
)
"""Functions whose results have no fixed order, or are more or other ones elsewhere; and two that JAX cannot compile twice."""


def translated(program: Program, kind: type[Foreign]) -> Program:
    """A program whose functions take arrays of another library, on the path that it takes at its operands.

    NumPy's functions do so by its protocols, others are called through the same table. What a branch does not take is gone,
    since JAX compiles without values.
    """
    values: list[Any] = list(program.operands)
    steps = []
    for step in program.steps:
        values.append(step.run(values))
        if step.otherwise is not None:
            taken = float(np.sum(values[step.inputs[0][0]])) > 0
            other = Step(Word(np.multiply, (real(), 1.0)), ((step.otherwise, "real", None),))
            step = replace(step, otherwise=None) if taken else other
        steps.append(replace(step, word=_word(step.word, kind)))
    return Translated(program.operands, tuple(steps), tuple(program.results()))


def _word(word: Word, kind: type[Foreign]) -> Word:
    f = word.function
    if isinstance(f, np.ufunc) or (getattr(f, "__module__", None) or "").startswith("numpy"):
        return word
    return replace(word, function=lambda *args, **kwargs: kind.call(f, args, kwargs))


class Translated(Program):
    """A translated program, with the results of the original."""

    def __init__(self, operands: tuple[Array, ...], steps: tuple[Step, ...], results: tuple[int, ...]) -> None:
        super().__init__(operands, steps)
        object.__setattr__(self, "kept", results)

    def results(self) -> list[int]:
        return list(self.kept)


def by_jax(program: Program, u: Array, vs: list[Array]) -> Any:
    """Value, gradient along `u` and its derivative along `vs`."""
    theirs = translated(program, JaxArray)

    def value(*xs: Any) -> Any:
        return theirs(*map(JaxArray, xs)).array

    @jax.jit
    def both(u: Any, vs: Any, *xs: Any) -> Any:
        gradient = jax.grad(lambda *a: (u * value(*a)).sum(), tuple(range(len(xs))))
        return value(*xs), *jax.jvp(gradient, xs, vs)

    return both(u, tuple(vs), *map(jnp.asarray, program.operands))


def by_torch(program: Program, u: Array, vs: list[Array]) -> Any:
    """Value, gradient along `u` and its derivative along `vs`."""
    xs = [torch.tensor(x, requires_grad=True) for x in program.operands]
    y = translated(program, TorchArray)(*map(TorchArray, xs)).array
    nothing = [torch.zeros_like(x) for x in xs]
    first = nothing
    if y.requires_grad:
        first = torch.autograd.grad((torch.tensor(u) * y).sum(), xs, create_graph=True, materialize_grads=True)
    moved = sum((torch.tensor(v) * g).sum() for v, g in zip(vs, first, strict=True))
    second = torch.autograd.grad(moved, xs, materialize_grads=True) if moved.requires_grad else nothing
    return y.detach(), [g.detach() for g in first], second


def one_step(word: Word) -> Program | None:
    """A program of one statement, or None for a word of constants alone, or that does not fit any of some operands."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        program = draw_program(lambda n, rng=rng: int(rng.integers(n)), [word], steps=1, rng=rng)
        if program.steps and program.steps[0].inputs:
            return program
    return None


def is_translated(word: Word, kind: type[Foreign]) -> bool:
    """Whether the other library has the function, and takes the word's arguments."""
    program = one_step(word)
    if program is None or word.function in ANOTHER:
        return False
    try:
        if kind is JaxArray:
            theirs = translated(program, kind)
            everything = tuple(range(len(program.operands)))
            jax.eval_shape(jax.grad(lambda *xs: theirs(*map(JaxArray, xs)).array.sum(), everything), *program.operands)
        else:
            by_torch(program, np.asarray(program(*program.operands)), list(program.operands))
    except Exception:  # noqa: BLE001  (whatever it raises, it does not take these arguments; the share that it takes is asserted)
        return False
    return True
