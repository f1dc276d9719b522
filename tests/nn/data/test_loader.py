"""Loaders: order, seeds, samplers and workers."""

import functools
import operator
import threading

import numpy as np
import pytest

from nn.data import BatchSampler, DataLoader, RandomSampler, SequentialSampler, TensorDataset, collate


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


def read(loader):
    return [batch.tolist() for (batch,) in loader]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sampler_decides_the_order_and_a_batch_sampler_the_batches(workers):
    data = TensorDataset(np.arange(10) * 10)
    loader = DataLoader(data, 3, sampler=[7, 7, 2, 0], num_workers=workers)
    assert read(loader) == read(loader) == [[70, 70, 20], [0]]
    assert len(loader) == 2
    loader = DataLoader(data, 3, sampler=[7, 7, 2, 0], drop_last=True, num_workers=workers)
    assert read(loader) == [[70, 70, 20]]
    assert len(loader) == 1
    loader = DataLoader(data, batch_sampler=[[1], (5, 4), np.array([9, 9, 9])], num_workers=workers)
    assert read(loader) == [[10], [50, 40], [90, 90, 90]]
    assert len(loader) == 3
    assert [b.tolist() for b in DataLoader("abc", 2, sampler=SequentialSampler("abc"))] == [["a", "b"], ["c"]]


def test_shuffling_is_random_sampling():
    data = TensorDataset(np.arange(10))
    expected = read(DataLoader(data, 3, shuffle=True, rng=5))
    assert read(DataLoader(data, 3, sampler=RandomSampler(data, rng=5))) == expected
    assert read(DataLoader(data, batch_sampler=BatchSampler(RandomSampler(data, rng=5), 3, False))) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        lambda data: {"batch_size": 3, "shuffle": True, "rng": 1},
        lambda data: {"batch_size": 3, "sampler": RandomSampler(data, rng=1)},
        lambda data: {"batch_sampler": BatchSampler(RandomSampler(data, rng=1), 3, drop_last=False)},
    ],
)
def test_an_epoch_follows_from_the_random_state(arguments):
    data = TensorDataset(np.arange(10))
    loader = DataLoader(data, **arguments(data))
    list(loader)
    state = loader.random_state()
    whole = read(loader)
    assert read(loader) != whole
    loader.set_random_state(state)
    assert read(loader.batches(skip=2)) == whole[2:]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"shuffle": True, "sampler": [0]}, r"sampler= decides the order; leave out shuffle, or pass nn.data.RandomSampler"),
        (
            {"batch_size": 2, "batch_sampler": [[0]]},
            r"batch_sampler= decides which examples make a batch; leave out batch_size",
        ),
        ({"sampler": [0], "batch_sampler": [[0]]}, r"leave out batch_size, shuffle, sampler and drop_last"),
        (
            {"sampler": iter([0])},
            r"sampler= takes a sampler, which has a length and can be iterated every epoch, not a list_it",
        ),
        ({"batch_sampler": 3}, r"batch_sampler= takes a sampler, .*, not a int"),
        ({"sampler": [0], "rng": 1}, r"rng=1 draws the orders of shuffle=True; give it to the sampler instead"),
    ],
)
def test_arguments_that_contradict_each_other(arguments, text):
    with pytest.raises(ValueError, match=text):
        DataLoader(TensorDataset(np.arange(3)), **arguments)


@pytest.mark.parametrize("given", [["a"], [0.5], [True], [[1, 2]]])
def test_a_sampler_that_gives_no_places_is_named(given):
    with pytest.raises(ValueError, match=r"a sampler gives whole numbers, the places of examples, not \["):
        list(DataLoader(TensorDataset(np.arange(3)), sampler=given))


def test_bad_arguments():
    with pytest.raises(ValueError, match="batch_size=0"):
        DataLoader(TensorDataset(np.arange(3)), 0)
    with pytest.raises(ValueError, match=r"batch_size=2.5 and prefetch_factor=2 must be positive integers"):
        DataLoader(TensorDataset(np.arange(3)), 2.5)
    with pytest.raises(ValueError, match="a data set with a length and items by number, not a list_iterator"):
        DataLoader(iter([1, 2]))
