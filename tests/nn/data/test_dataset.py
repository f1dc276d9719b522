"""Data sets: splits, and how examples join into a batch."""

import numpy as np
import pytest

import autograd_core as ac
from nn.data import DataLoader, Dataset, Subset, TensorDataset, random_split


def test_splits():
    data = TensorDataset(np.arange(10))
    a, b, c = random_split(data, [0.5, 0.3, 0.2], rng=0)
    assert (len(a), len(b), len(c)) == (5, 3, 2)
    assert sorted(x for part in (a, b, c) for (x,) in (part[i] for i in range(len(part)))) == list(range(10))
    assert [b[0].tolist() for b in DataLoader(Subset(data, [3, 1, 2]), 2)] == [[3, 1], [2]]
    with pytest.raises(ValueError, match=r"lengths \[5, 6\] must add up to 10 examples, or to 1"):
        random_split(data, [5, 6])


def test_what_does_not_fit_together_is_named():
    with pytest.raises(ac.ShapeError, match=r"examples of shapes \(2,\) and \(3,\) do not stack to a batch; pad them"):
        list(DataLoader([np.ones(2), np.ones(3)], 2))
    with pytest.raises(ValueError, match=r"TensorDataset takes arrays of one length, not \[\(3,\), \(2,\)\]"):
        TensorDataset(np.arange(3), np.arange(2))
    assert isinstance(TensorDataset(np.arange(3)), Dataset)
