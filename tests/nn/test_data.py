"""Data sets and loaders: order, seeds, workers, and splits."""

import functools
import operator
import threading

import numpy as np
import pytest

import autograd_core as ac
import nn
from nn.data import DataLoader, Subset, TensorDataset, collate, random_split


def test_shuffling_is_seeded_and_complete():
    data = TensorDataset(np.arange(10), np.arange(10) * 2)
    first, second = ([b[0].tolist() for b in DataLoader(data, 3, shuffle=True, rng=4)] for _ in range(2))
    assert first == second
    assert sorted(functools.reduce(operator.iadd, first, [])) == list(range(10))
    loader = DataLoader(data, 3, shuffle=True, rng=4)
    assert [b[0].tolist() for b in loader] != [b[0].tolist() for b in loader]
    assert all((y == 2 * x).all() for x, y in loader)


def test_lengths():
    data = TensorDataset(np.arange(10))
    assert len(DataLoader(data, 3)) == 4
    assert len(DataLoader(data, 3, drop_last=True)) == 3
    assert [len(b[0]) for b in DataLoader(data, 3, drop_last=True)] == [3, 3, 3]


class Squares:
    def __init__(self):
        self.threads = set()

    def __len__(self):
        return 20

    def __getitem__(self, index):
        self.threads.add(threading.current_thread().name)
        return {"x": index, "y": (np.full(2, index**2), str(index))}


@pytest.mark.parametrize("workers", [0, 3])
def test_items_are_joined_in_order_by_any_number_of_workers(workers):
    data = Squares()
    batches = list(DataLoader(data, 6, num_workers=workers, collate_fn=None if not workers else collate))
    assert [b["x"].tolist() for b in batches] == [list(range(i, min(i + 6, 20))) for i in range(0, 20, 6)]
    assert batches[0]["y"][0].shape == (6, 2)
    assert all(name.startswith("nn.data") for name in data.threads) == bool(workers)


def test_an_error_in_a_worker_arrives_and_stopping_early_does_not_hang():
    class Broken(Squares):
        def __getitem__(self, index):
            if index == 7:
                raise KeyError("seven")
            return index

    loader = DataLoader(Broken(), 2, num_workers=2)
    with pytest.raises(KeyError, match="seven"):
        list(loader)
    assert next(iter(loader)).tolist() == [0, 1]


def test_skipping_reads_the_same_order():
    data = TensorDataset(np.arange(10))
    whole = [b[0].tolist() for b in DataLoader(data, 3, shuffle=True, rng=1)]
    rest = [b[0].tolist() for b in DataLoader(data, 3, shuffle=True, rng=1).batches(skip=2)]
    assert rest == whole[2:]


def test_splits():
    data = TensorDataset(np.arange(10))
    a, b, c = random_split(data, [0.5, 0.3, 0.2], rng=0)
    assert (len(a), len(b), len(c)) == (5, 3, 2)
    assert sorted(x for part in (a, b, c) for (x,) in (part[i] for i in range(len(part)))) == list(range(10))
    assert [b[0].tolist() for b in DataLoader(Subset(data, [3, 1, 2]), 2)] == [[3, 1], [2]]
    with pytest.raises(ValueError, match=r"lengths \[5, 6\] must add up to 10 examples, or to 1"):
        random_split(data, [5, 6])


def test_bad_arguments():
    with pytest.raises(ValueError, match="batch_size=0"):
        DataLoader(TensorDataset(np.arange(3)), 0)
    with pytest.raises(ValueError, match=r"batch_size=2.5 and prefetch_factor=2 must be positive integers"):
        DataLoader(TensorDataset(np.arange(3)), 2.5)
    with pytest.raises(ValueError, match="a data set with a length and items by number, not a list_iterator"):
        DataLoader(iter([1, 2]))
    with pytest.raises(ac.ShapeError, match=r"examples of shapes \(2,\) and \(3,\) do not stack to a batch; pad them"):
        list(DataLoader([np.ones(2), np.ones(3)], 2))
    with pytest.raises(ValueError, match=r"TensorDataset takes arrays of one length, not \[\(3,\), \(2,\)\]"):
        TensorDataset(np.arange(3), np.arange(2))
    assert isinstance(TensorDataset(np.arange(3)), nn.data.Dataset)
