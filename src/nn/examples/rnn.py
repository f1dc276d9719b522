"""Forecast daily closing prices with a tanh recurrent network, by backpropagation through time.

The network reads the last 20 daily returns (changes of the logarithm of the price) of Google's shares and predicts the next.
It is compared with the naive forecast, that tomorrow's price is today's: hard to beat, since a market leaves little to predict.
Afterwards it is measured how gradients fade and explode on their way back through time, and what clipping does about it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd_core as ac
import nn
from nn.examples._common import BLUE, GREY, ORANGE, Run, arguments, check_parameters, figure
from nn.examples._time import study


class Forecaster(nn.Module):
    """A recurrent layer over (N, T, 1), and a dense layer that reads its last state."""

    def __init__(self, hidden_size: int, rng: Any) -> None:
        super().__init__()
        self.recurrent = nn.RNN(1, hidden_size, batch_first=True, rng=rng)
        self.head = nn.Linear(hidden_size, 1, rng=rng)

    def forward(self, x: Any) -> Any:
        """Return the next value (N, 1)."""
        _, last = self.recurrent(x)
        return self.head(last[-1])


def windows(series: Any, length: int) -> tuple[Any, Any]:
    """Cut a series into windows (N, length, 1) and the value after each (N, 1)."""
    view = np.lib.stride_tricks.sliding_window_view(series, length + 1).astype(np.float32)
    return view[:, :-1, None].copy(), view[:, -1:].copy()


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--window", type=int, default=20, help="days the network sees (default: %(default)s)")
    parser.add_argument("--hidden", type=int, default=32, help="units of the network (default: %(default)s)")
    parser.add_argument("--study", type=int, default=300, help="steps of the study of clipping (default: %(default)s)")


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Train on the first 80 % of the days, test on the rest."""
    options = arguments("rnn", __doc__, epochs=40, batch_size=32, lr=1e-3, argv=argv, more=_more)
    ac.tune_allocator()
    rng = np.random.default_rng(nn.manual_seed(options.seed).integers(2**32))
    dates, prices = nn.datasets.stock_prices()
    returns = np.diff(np.log(prices))
    split = int(0.8 * len(returns))
    scale = returns[:split].std()
    x, y = windows(returns / scale, options.window)
    first_test = split - options.window  # the first window whose target lies after the split
    train, test = (x[:first_test], y[:first_test]), (x[first_test:], y[first_test:])
    model, loss, run = Forecaster(options.hidden, rng), nn.MSELoss(), Run(options)
    print(f"{len(train[0])} days to train on, {len(test[0])} to test, from {dates[split + 1]} on")

    few = train[0][:16].astype(float), train[1][:16].astype(float)
    error = check_parameters(lambda m: loss(m(few[0]), few[1]), model, seed=options.seed)
    print(f"ten random parameters against central differences: worst relative error {error:.1e}")
    first = train[0][: options.batch_size], train[1][: options.batch_size]
    run.graph(lambda: loss(model(first[0]), first[1]))

    loader = nn.data.DataLoader(nn.data.TensorDataset(*train), options.batch_size, shuffle=True, rng=rng)
    optimizer = nn.optim.Adam(model.parameters(), options.lr, weight_decay=1e-3)
    stopping = nn.EarlyStopping(patience=10)
    began = time.perf_counter()
    held_out = int(0.9 * len(train[0]))  # the last tenth of the training days decides when to stop
    loader.dataset = nn.data.TensorDataset(train[0][:held_out], train[1][:held_out])
    history = nn.fit(
        model,
        loader,
        loss,
        optimizer,
        epochs=options.epochs,
        validation=(train[0][held_out:], train[1][held_out:]),
        clip_norm=1.0,
        callbacks=[stopping],
        progress=not options.quiet,
    )
    seconds = time.perf_counter() - began

    model.eval()
    with ac.no_grad():
        predicted = model(test[0]).numpy()[:, 0] * scale
    today, tomorrow, days = prices[split:-1], prices[split + 1 :], dates[split + 1 :]
    forecast = today * np.exp(predicted)
    errors = {"network": forecast - tomorrow, "naive": today - tomorrow}
    rmse = {name: float(np.sqrt(np.mean(e**2))) for name, e in errors.items()}
    right = float(np.mean(np.sign(predicted) == np.sign(np.diff(prices)[split:])))
    print(f"root mean square error in dollars: network {rmse['network']:.3f}, naive {rmse['naive']:.3f}")
    print(f"direction of the next day right: {right:.1%}")
    history.plot(run.path("loss.png"))
    run.plot(_picture(days, tomorrow, forecast, errors, rmse), "forecast.png")
    nn.save(model, run.path("parameters.safetensors"))
    made, through_time = study(options.study, options.seed)
    run.plot(made, "through_time.png")
    for radius, ratio in through_time["first_against_last_step"].items():
        print(f"spectral radius {radius}: gradient at the first of 40 steps {ratio:.1e} times that at the last")
    for name in ("without clipping", "clipped to norm 0.3"):
        print(
            f"{name}: largest norm of a gradient {through_time[name]['largest_norm']:.3g}, "
            f"loss {through_time[name]['mean_of_last_losses']:.3g}"
        )
    return run.finish(
        rmse=rmse,
        ratio_to_naive=rmse["network"] / rmse["naive"],
        direction_right=right,
        training_seconds=round(seconds, 2),
        through_time=through_time,
        gradient_check_worst_relative_error=error,
        epochs=history.epochs,
    )


def _picture(days: Any, truth: Any, forecast: Any, errors: dict[str, Any], rmse: dict[str, float]) -> Any:
    made, (top, bottom) = figure(size=(9, 6), rows=2, height_ratios=[2, 1], sharex=True)
    top.plot(days, truth, color=GREY, lw=1.2, label="closing price")
    top.plot(days, forecast, color=ORANGE, lw=0.9, label="forecast of the day before")
    top.set(ylabel="US dollars", title="One-day forecasts of Google's closing price, on days the network never saw")
    top.legend()
    top.grid(alpha=0.3)
    for name, color in (("naive", BLUE), ("network", ORANGE)):
        bottom.plot(days, np.cumsum(errors[name] ** 2), color=color, label=f"{name}, RMSE {rmse[name]:.2f}")
    bottom.set(ylabel="sum of squared errors", xlabel="day")
    bottom.legend()
    bottom.grid(alpha=0.3)
    return made


if __name__ == "__main__":
    main()
