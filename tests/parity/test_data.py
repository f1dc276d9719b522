"""Loaders give the batches that PyTorch's give, in every order that is not drawn at random."""

import itertools

import numpy as np
import pytest
import torch.utils.data

import nn

PLACES = [4, 4, 0, 6, 2, 1, 5]


def batches(library, data, **arguments):
    """What a loader gives, and its length: of lists of numbers in both libraries."""
    loader = library.DataLoader(data, collate_fn=list, **arguments)
    return list(loader), len(loader)


@pytest.mark.parametrize(("size", "drop_last"), list(itertools.product([1, 2, 3, 7, 9], [False, True])))
def test_orders(size, drop_last):
    data = np.arange(7) * 10
    for make in (
        lambda lib: {"batch_size": size, "drop_last": drop_last},
        lambda lib: {"batch_size": size, "drop_last": drop_last, "sampler": PLACES},
        lambda lib: {"batch_size": size, "drop_last": drop_last, "sampler": lib.SequentialSampler(data)},
        lambda lib: {"batch_sampler": lib.BatchSampler(lib.SequentialSampler(data), size, drop_last)},
        lambda lib: {"batch_sampler": lib.BatchSampler(PLACES, size, drop_last)},
        lambda lib: {"batch_sampler": [[1], [2, 3], [0] * size]},
    ):
        assert batches(nn.data, data, **make(nn.data)) == batches(torch.utils.data, data, **make(torch.utils.data))


@pytest.mark.parametrize(
    "make",
    [
        lambda lib: lib.RandomSampler(range(5)),
        lambda lib: lib.RandomSampler(range(5), num_samples=12),
        lambda lib: lib.RandomSampler(range(5), True, 12),
        lambda lib: lib.SubsetRandomSampler([3, 9]),
        lambda lib: lib.WeightedRandomSampler([0.0, 1.0, 0.0], 4),
        lambda lib: lib.WeightedRandomSampler([0.5, 1.0, 0.0], 2, False),
    ],
)
def test_samplers_give_as_many_of_the_same(make):
    """The orders are drawn differently; how many places there are and which of them certainly come is the same."""
    ours, theirs = list(make(nn.data)), list(make(torch.utils.data))
    assert len(ours) == len(make(nn.data)) == len(theirs) == len(make(torch.utils.data))
    if len(ours) < 12:
        assert sorted(ours) == sorted(theirs)
    assert set(ours) <= set(range(10))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda lib: lib.DataLoader(range(3), 2, batch_sampler=[[0]]),
        lambda lib: lib.DataLoader(range(3), shuffle=True, sampler=[0]),
        lambda lib: lib.RandomSampler([]),
        lambda lib: lib.WeightedRandomSampler([[1.0]], 1),
        lambda lib: lib.BatchSampler([0], 0, False),
    ],
)
def test_the_same_arguments_are_refused(wrong):
    for library in (nn.data, torch.utils.data):
        with pytest.raises(ValueError, match=r"must|should|exclusive|leave out"):
            wrong(library)
