"""Evaluation: weighted means, and a model that is left as it was."""

import numpy as np
import pytest

import autograd_core as ac
import nn

X = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
Y = (X @ [1.0, -2.0, 0.5] + 0.1)[:, None].astype(np.float32)


def test_evaluation_neither_records_nor_trains():
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 1))
    before = model[0].running_mean.numpy()
    nn.evaluate(model, (ac.asarray(X), Y), nn.MSELoss(), {"recorded": lambda output, _: float(output.requires_grad)})
    assert (model[0].running_mean.numpy() == before).all()


def test_every_module_is_left_in_its_mode():
    """A part kept in evaluation mode, as frozen batch normalization is, stays in it; after an error too."""
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(), nn.Linear(3, 1))
    model[0].eval()
    nn.evaluate(model, (X, Y), nn.MSELoss())
    nn.summary(model, (2, 3))
    with pytest.raises(ac.ShapeError):
        nn.evaluate(model, (X[:, :2], Y), nn.MSELoss())
    assert [m.training for m in model.modules()] == [True, False, True, True]


def test_a_short_last_batch_counts_less():
    model = nn.Linear(3, 1, rng=0)
    loader = nn.data.DataLoader(nn.data.TensorDataset(X, Y), 32)
    expected = nn.MSELoss()(model(X), Y).item()
    assert nn.evaluate(model, loader, nn.MSELoss())["loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("nest", [lambda x: (x, x), lambda x: {"a": x, "b": x}, lambda x: [(x, 0)]])
def test_a_batch_of_several_inputs_counts_its_examples(nest):
    """Not its inputs: the mean of an epoch would weigh a short last batch like a full one."""

    class First(nn.Linear):
        def forward(self, x):
            while not hasattr(x, "shape"):
                x = next(iter(x.values() if isinstance(x, dict) else x))
            return super().forward(x)

    model = First(3, 1, rng=0)
    expected = nn.MSELoss()(model(X), Y).item()
    parts = [(nest(X[:50]), Y[:50]), (nest(X[50:]), Y[50:])]
    assert nn.evaluate(model, parts, nn.MSELoss())["loss"] == pytest.approx(expected, rel=1e-5)
    still = nn.optim.SGD(model.parameters(), lr=1e-30)
    assert nn.fit(model, parts, nn.MSELoss(), still, progress=False)["loss"] == [pytest.approx(expected, rel=1e-5)]
