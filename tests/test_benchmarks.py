"""Benchmarks compute what they claim to, and the harness notices when they do not."""

import json

import numpy as np
import pytest

from benchmarks import registry, report, systems
from benchmarks.runner import Result, Row, compare, difference

LARGE = {"gelu", "graphs-deep", "mlp-512", "small-10000"}  # as their neighbours, only longer
COMPARED = [
    workload
    for workload in registry.load().values()
    if {"hand", "ours"} <= set(workload.systems)
    and workload.scaling is None
    and workload.name not in LARGE
    and workload.family != "import"
    and "c256" not in workload.name
]


def results(workload, name):
    """The first results of a system, as arrays."""
    step, rng = workload.systems[name](), np.random.default_rng(0)
    system = systems.SYSTEMS[name]
    values = []
    for _ in range(2):
        values += step(*(system.native(array) for array in workload.batch(rng)))
    return [np.array(system.numpy(value)) for value in values]


@pytest.mark.parametrize("workload", COMPARED, ids=lambda workload: workload.name)
def test_what_is_timed_agrees_with_the_derivative_written_by_hand(workload):
    """Every workload is an independent check of the engine: its gradients were derived again, on paper."""
    for ours, hand in zip(results(workload, "ours"), results(workload, "hand"), strict=True):
        assert difference(ours, hand) < workload.rtol


def test_no_two_workloads_share_a_name():
    workload = next(iter(registry.load().values()))
    with pytest.raises(ValueError, match=r"is registered twice; choose another name"):
        registry.add(workload)


def test_a_name_that_fits_nothing_is_answered_with_the_families():
    with pytest.raises(ValueError, match=r"no workload is called 'smal'; families are .*small"):
        registry.pick("smal", scaling=False)


def test_families_and_names_pick_rows():
    assert [w.name for w in registry.pick("mlp,small-1", scaling=False)] == ["mlp-8", "mlp-64", "mlp-512", "small-1"]


def test_a_system_that_computes_something_else_is_named(tmp_path):
    """A benchmark of a wrong result is worthless, so it is not timed."""
    files = {}
    for name, value in (("hand", 1.0), ("ours", 1.0001), ("mygrad", 1.01), ("hips", np.nan)):
        files[name] = tmp_path / f"{name}.npz"
        np.savez(files[name], loss=np.full(3, value))
    wrong = compare(files, rtol=1e-3)
    assert sorted(wrong) == ["hips", "mygrad"]
    assert "loss of shape (3,) differs from hand's of shape (3,) by 9.9e-03 of its largest element" in wrong["mygrad"]


def test_difference_is_relative_to_the_largest_element():
    assert difference(np.array([100.0, 0.0]), np.array([100.0, 1.0])) == pytest.approx(0.01)
    assert difference(np.zeros(2), np.zeros(3)) == np.inf
    assert difference(np.zeros(0), np.zeros(0)) == 0


def made_up_row():
    workload = registry.load()["mlp-8"]
    ours = Result("ours", peak=2_000_000, rounds=[[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]])
    torch = Result("torch", rounds=[[2.0, 4.0, 6.0], [2.0, 2.0, 2.0]])
    return Row(workload, {"ours": ours, "torch": torch, "hips": Result("hips", error="TypeError: no")})


def test_ratios_pair_the_rounds():
    """A machine that slows down between rounds slows both sides of a pair."""
    row = made_up_row()
    assert row.ratio("ours", "torch", of="minimum") == 0.5
    assert row.ratio("ours", "torch", of="median") == np.median([2 / 4, 4 / 2])
    assert row.ratio("hips", "torch", of="median") is None


def test_the_table_shows_times_ratios_goal_memory_and_failures():
    text = report.markdown([made_up_row()], ["ours", "torch"])
    assert "| 1.00 s / 3.00 s (0.50 / 1.25) | 2.00 s / 3.00 s | 1.00 met | 2 / - |" in text
    assert "- mlp-8, hips: TypeError: no" in text
    json.dumps(made_up_row().to_dict())


def test_a_check_says_who_agrees_and_what_became_of_the_others():
    assert report.agreement(made_up_row()) == "mlp-8: ours and torch agree; hips TypeError: no"


def test_durations_keep_three_digits():
    assert [report.duration(s) for s in (12.3, 0.0123, 1.5e-6, 2.5e-8)] == ["12.3 s", "12.3 ms", "1.50 us", "0.03 us"]
