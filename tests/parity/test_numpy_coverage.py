"""How much the comparison compares: functions, awkward operands, and published disagreements that are real."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from . import test_numpy_functions as with_torch
from . import test_numpy_jax as with_jax
from ._foreign import Foreign
from ._rows import Row, oddities
from ._table import DEPARTURES, PUBLISHED, ROWS, Departure

PEERS = {"PyTorch": lambda r: r.torch is not None, "JAX": lambda r: r.jax is not False}


def compared(peer: str) -> list[Row]:
    """Rows that a peer has, of functions that have a name."""
    return [r for r in ROWS if PEERS[peer](r) and r.function is not None]


@pytest.mark.parametrize(("peer", "least"), [("PyTorch", 275), ("JAX", 280)])
def test_there_are_enough_functions(peer: str, least: int) -> None:
    """Distinct functions of NumPy, SciPy and ours: neither variants of one nor what another module has under the same name."""
    assert len({r.function for r in compared(peer)}) > least
    names = {r.name.partition("-")[0].rpartition(".")[2] for r in compared(peer)}
    assert len(names) >= least, len(names)


LEAST = {
    "ties": 280,
    "zeros": 210,
    "negative strides": 280,
    "stride zero": 280,
    "broadcast operands": 28,
    "repeated indices": 7,
}


@pytest.mark.parametrize("peer", PEERS)
def test_awkward_operands_are_drawn(peer: str) -> None:
    """Of each kind of awkward operands, the number of distinct functions that meet it."""
    met = defaultdict(set)
    for r in compared(peer):
        for kind in r.kinds():
            for oddity in oddities(r, kind):
                met[oddity].add(r.function)
    assert set(met) == set(LEAST)
    few = {oddity: len(met[oddity]) for oddity, least in LEAST.items() if len(met[oddity]) < least}
    assert not few


class Spy(Foreign):
    """An array that writes down which functions it is given to."""

    called: set[Any]

    @classmethod
    def call(cls, function: Any, args: Any, kwargs: Any) -> Any:
        cls.called.add(function)
        return cls.outside(function(*map(cls.inside, args), **{k: cls.inside(v) for k, v in kwargs.items()}))

    @classmethod
    def is_array(cls, y: Any) -> bool:
        return isinstance(y, np.ndarray | np.generic)


@pytest.mark.parametrize("r", [r for r in ROWS if r.function and not callable(r.jax)], ids=str)
def test_a_row_calls_the_function_that_it_is_named_after(r: Row) -> None:
    """So that counting names counts functions."""
    Spy.called = set()
    xs = next(r.draws(r.kinds()[0]))
    r.ours(*map(Spy, xs), *r.places)
    assert r.function in Spy.called


def test_rows_have_names_of_their_own() -> None:
    names = [r.name for r in ROWS]
    assert len(set(names)) == len(names)
    nameless = {r.name.partition("-")[0] for r in ROWS if r.function is None}
    assert nameless == {"getitem"}


@pytest.mark.parametrize("departure", sorted(DEPARTURES), ids=":".join)
def test_published_disagreements_are_real(departure: Departure) -> None:
    """Each row of the page "Where PyTorch and JAX differ" is about a function that is compared, and that does differ."""
    rows = [r for r in compared(departure.peer) if r.name.partition("-")[0] == departure.function]
    rows = [r for r in rows if departure.kind in r.kinds()]
    if departure.peer == "PyTorch":
        assert any(with_torch.disagreements(r, departure.kind) for r in rows)
    else:
        assert any(with_jax.disagreements(r, departure.kind, with_jax.walk(r)) for r in rows)


def test_each_disagreement_is_published_once() -> None:
    assert len(PUBLISHED) == len(DEPARTURES) > 20
