"""Samplers: which places they give, how often, and from which seed."""

import numpy as np
import pytest

import nn
from nn.data import BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler

DATA = range(7)
SAMPLERS = {
    "sequential": lambda rng: SequentialSampler(DATA),
    "random": lambda rng: RandomSampler(DATA, rng=rng),
    "random, replaced": lambda rng: RandomSampler(DATA, replacement=True, num_samples=20, rng=rng),
    "random, more": lambda rng: RandomSampler(DATA, num_samples=17, rng=rng),
    "subset": lambda rng: SubsetRandomSampler([5, 2, 3, 0], rng=rng),
    "weighted": lambda rng: WeightedRandomSampler([1, 2, 3, 4], 12, rng=rng),
    "weighted, not replaced": lambda rng: WeightedRandomSampler([1, 0, 3, 4], 3, replacement=False, rng=rng),
    "batches": lambda rng: BatchSampler(RandomSampler(DATA, rng=rng), 3, drop_last=False),
    "whole batches": lambda rng: BatchSampler(SequentialSampler(DATA), 3, drop_last=True),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_seed_decides_and_the_length_is_right(name):
    make = SAMPLERS[name]
    sampler = make(2)
    assert isinstance(sampler, Sampler)
    first, second = list(sampler), list(sampler)
    assert [first, second] == [list(sampler) for sampler in [make(2)] for _ in range(2)]
    assert len(first) == len(second) == len(sampler)
    if name not in ("sequential", "whole batches"):
        assert first != second
        nn.manual_seed(2)
        assert list(make(None)) == first


def test_random_orders_are_complete():
    assert sorted(RandomSampler(DATA)) == list(DATA)
    more = list(RandomSampler(DATA, num_samples=17))
    assert sorted(more[:7]) == sorted(more[7:14]) == list(DATA)
    assert len(set(more[14:])) == 3
    assert sorted(SubsetRandomSampler([5, 2, 3, 0])) == [0, 2, 3, 5]
    assert sorted(WeightedRandomSampler([1, 0, 3, 4], 3, replacement=False)) == [0, 2, 3]


def test_a_data_set_that_grows_is_read_whole():
    data = [0, 1]
    sampler = RandomSampler(data)
    data.append(2)
    assert sorted(sampler) == [0, 1, 2]


def test_places_come_as_often_as_they_weigh():
    counts = np.bincount(list(WeightedRandomSampler([0, 1, 3, 6], 20_000, rng=0)), minlength=4)
    assert counts[0] == 0
    np.testing.assert_allclose(counts / 20_000, [0, 0.1, 0.3, 0.6], atol=0.015)
    counts = np.bincount(list(RandomSampler(range(4), replacement=True, num_samples=20_000, rng=0)))
    np.testing.assert_allclose(counts / 20_000, 0.25, atol=0.015)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: RandomSampler([]), "num_samples=0 must be a positive integer"),
        (lambda: RandomSampler(DATA, num_samples=2.5), r"num_samples=2\.5 must be a positive integer"),
        (lambda: WeightedRandomSampler([1.0], 0), "num_samples=0 must be a positive integer"),
        (
            lambda: WeightedRandomSampler([[1.0]], 1),
            r"weights of shape \(1, 1\) must be one number an example, finite, not neg",
        ),
        (lambda: WeightedRandomSampler([1.0, -1.0], 1), "not negative and not all zero"),
        (lambda: WeightedRandomSampler([1.0, np.nan], 1), "finite"),
        (lambda: WeightedRandomSampler([0.0], 1), "not all zero"),
        (
            lambda: WeightedRandomSampler([1.0, 0.0], 2, False),
            "num_samples=2 places cannot be drawn without replacement from 1",
        ),
        (lambda: BatchSampler(DATA, 0, False), "batch_size=0 must be a positive integer"),
        (lambda: BatchSampler(iter(DATA), 2, False), "BatchSampler takes a sampler, .*, not a range_iterator"),
    ],
)
def test_bad_arguments(make, text):
    with pytest.raises(nn.ArgumentError, match=text):
        make()
