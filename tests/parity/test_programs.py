"""Random programs against JAX and PyTorch: values, gradients and Hessian-vector products of the same statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

import autograd_core as ac
from autograd_core.testing._programs import VOCABULARY, Program, Word, draw_program
from tests.testing.test_strategies import WORDS

from ._foreign import Foreign, JaxArray
from ._foreign_torch import TorchArray
from ._translate import by_jax, by_torch, is_translated

KINDS = {"JAX": JaxArray, "PyTorch": TorchArray}
RUNS: dict[str, Callable[..., Any]] = {"JAX": by_jax, "PyTorch": by_torch}
TOGETHER = 10
EXAMPLES = {"JAX": 150, "PyTorch": 10 * settings.default.max_examples}


@cache
def words(kind: type[Foreign]) -> tuple[Word, ...]:
    """Words of every primitive that another library has too."""
    return tuple(word for word in (*VOCABULARY, *WORDS) if is_translated(word, kind))


def home(word: Word) -> str:
    """Where a word's function is defined."""
    module = getattr(word.function, "__module__", None) or "numpy" * hasattr(np, word.name) or "scipy"
    return "numpy" if module.startswith("numpy") else module.partition("._")[0]


def drawn(peer: str, part: int) -> list[Program]:
    """Draw some programs; at an operand of zero the published conventions may differ."""
    rng = np.random.default_rng([part, *peer.encode()])
    vocabulary = words(KINDS[peer])
    programs = [draw_program(lambda n: int(rng.integers(n)), vocabulary, rng=rng) for _ in range(TOGETHER)]
    return [p for p in programs if p.steps and all((x != 0).all() for x in p.operands)]


@pytest.mark.parametrize(
    ("peer", "part"), [pytest.param(p, i, id=f"{p}-{i}") for p in KINDS for i in range(EXAMPLES[p] // TOGETHER)]
)
def test_random_programs_agree(peer: str, part: int) -> None:
    """What single functions cannot show, their interplay does."""
    undefined = unsettled = 0
    for program in drawn(peer, part):
        rng = np.random.default_rng(part)
        xs = program.operands
        value = np.asarray(program(*xs))
        u, vs = rng.uniform(-1, 1, value.shape), [rng.uniform(-1, 1, x.shape) for x in xs]
        everything = tuple(range(len(xs)))

        def gradient(*a: Any, program: Program = program, u: Any = u, everything: Any = everything) -> list[Any]:
            return list(ac.grad(lambda *b: np.sum(u * program(*b)), everything)(*a))

        first, second = ac.jvp(gradient, xs, tuple(vs))
        if not settled(first + second, gradient, xs, vs):
            unsettled += 1
            continue
        expected = RUNS[peer](program, u, vs)
        close(program(*map(ac.asarray, xs)), expected[0], program, "value")
        undefined += any(np.isnan(np.asarray(g)).any() for gs in expected[1:] for g in gs)
        for k, (g, t) in enumerate(zip(first, second, strict=True)):
            close(g, expected[1][k], program, f"gradient of operand {k}")
            close(t, expected[2][k], program, f"Hessian-vector product, operand {k}")
    assert undefined + unsettled <= 3


def settled(here: list[Any], gradient: Callable[..., Any], xs: Any, vs: Any) -> bool:
    """Whether derivatives are nearly the same nearby. Where a program made ties, rounding decides between their sides."""
    with np.errstate(all="ignore"):
        near, near_second = ac.jvp(gradient, tuple(x * (1 + 1e-9) for x in xs), tuple(vs))
    pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(here, near + near_second, strict=True)]
    scale = max((float(np.abs(a[np.isfinite(a)]).max(initial=1)) for a, _ in pairs), default=1.0)
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-4 * scale, equal_nan=True) for a, b in pairs)


def close(actual: Any, expected: Any, program: Program, what: str) -> None:
    """Compare with the largest element as the scale: a program adds and multiplies what is large and small.

    Where theirs is NaN, such as at the norm of a vector that a program made zero, the page of conventions says what ours is.
    """
    a, e = np.asarray(actual.numpy()), np.asarray(expected)
    e = np.where(np.isnan(e), a, e)
    scale = max(1.0, float(np.abs(e[np.isfinite(e)]).max(initial=0)))
    np.testing.assert_allclose(a, e, rtol=1e-6, atol=1e-8 * scale, err_msg=f"{what} of{program}")


@pytest.mark.parametrize(
    ("peer", "least"),
    [("JAX", {"numpy": 0.8, "scipy": 0.2}), ("PyTorch", {"numpy": 0.65, "scipy": 0.15})],
)
def test_most_words_have_a_counterpart(peer: str, least: dict[str, float]) -> None:
    """Of the words of public functions; else programs would agree for want of statements."""
    every, ours = defaultdict(list), set(map(id, words(KINDS[peer])))
    for word in (*VOCABULARY, *WORDS):
        every[home(word)].append(id(word) in ours)
    shares = {where: sum(every[where]) / len(every[where]) for where in least}
    assert all(shares[where] >= part for where, part in least.items()), shares
    assert all(id(word) in ours for word in VOCABULARY)


@pytest.mark.parametrize("peer", KINDS)
def test_drawn_programs_use_their_words(peer: str) -> None:
    """Programs are not trivial: several statements each, and most words occur."""
    programs = [p for part in range(EXAMPLES[peer] // TOGETHER) for p in drawn(peer, part)]
    assert len(programs) >= 0.8 * EXAMPLES[peer]
    assert sum(len(p.steps) for p in programs) >= 2 * len(programs)
    seen = {word for p in programs for word in p.words}
    names = {word.name for word in words(KINDS[peer])}
    assert len(seen) >= 0.6 * len(names)
    kinds = [step for p in programs for step in p.steps]
    assert any(step.otherwise is not None for step in kinds)
    assert any(step.repeat > 1 for step in kinds)
