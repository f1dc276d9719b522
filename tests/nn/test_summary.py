"""The table of a model counts what its definition says."""

import io

import numpy as np
import pytest

import nn
from nn.examples.cnn import network


def test_counts_of_the_convolutional_network():
    model = network(0)
    table = nn.summary(model, (32, 1, 28, 28))
    rows = {row.name: row for row in table.rows}
    assert rows["conv2"].output_shape == (32, 64, 14, 14)
    assert rows["conv2"].kernel == (3, 3)
    assert rows["conv2"].parameters == 64 * 32 * 9 + 64
    assert rows["conv2"].multiplications == 32 * 14 * 14 * 64 * 32 * 9
    assert table.total_parameters == 421_642
    assert rows["conv2"].output_bytes == 32 * 64 * 14 * 14 * 4
    assert sum(row.gradient_bytes for row in table.rows) == table.gradient_bytes
    assert "1.6 MB" in str(table)
    assert table.gradient_bytes == table.parameter_bytes == 4 * 421_642
    assert model.training


def test_text_has_a_line_a_module_and_totals():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    model[0].weight.requires_grad_(False)
    lines = str(nn.summary(model, (2, 4))).splitlines()
    assert lines[4].split() == ["Linear:", "0", "(2,", "4)", "(2,", "3)", "15", "--", "24", "24", "B", "12", "B"]
    assert "Trainable parameters: 3" in lines
    assert "Non-trainable parameters: 12" in lines
    with pytest.raises(ValueError, match="summary needs input_shape=, the shape of the input with its batch, or inputs="):
        nn.summary(model)


def test_inputs_that_are_not_numbers_of_one_shape():
    table = nn.summary(nn.Embedding(10, 3), inputs=np.array([[1, 2]]))
    assert table.rows[0].output_shape == (1, 2, 3)
    assert nn.summary(nn.Bilinear(2, 3, 4), [(5, 2), (5, 3)]).rows[0].output_shape == (5, 4)


def test_rich_draws_the_same_table():
    console = pytest.importorskip("rich.console").Console(width=120, record=True, file=io.StringIO())
    console.print(nn.summary(nn.Sequential(nn.Linear(4, 3)), (2, 4)))
    text = console.export_text()
    assert "Linear: 0" in text
    assert "Total parameters: 15" in text
