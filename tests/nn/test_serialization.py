"""Files of parameters: they come back exactly, are written whole or not at all, and damage is an error."""

import json
import struct

import numpy as np
import pytest

import autograd_core as ac
import nn

pytest.importorskip("safetensors")


@pytest.fixture
def saved(tmp_path):
    model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.BatchNorm1d(2))
    path = tmp_path / "model.safetensors"
    nn.save(model, path)
    return model, path


def test_values_come_back_exactly(saved):
    model, path = saved
    other = nn.Sequential(nn.Linear(3, 2, rng=1), nn.BatchNorm1d(2))
    assert nn.load(path, other) == ([], [])
    for name, value in model.state_dict().items():
        back = other.state_dict()[name]
        assert (back.numpy() == value.numpy()).all()
        assert back.dtype == value.dtype
        assert back.shape == value.shape
    loaded = nn.load(path)
    assert list(loaded) == sorted(model.state_dict())
    assert loaded["1.num_batches_tracked"].shape == ()


def test_arrays_of_any_layout(tmp_path):
    arrays = {
        "turned": np.arange(6.0).reshape(2, 3).T,
        "every second": np.arange(10)[::2],
        "empty": np.zeros((0, 3)),
        "flag": ac.tensor(True),
    }
    nn.save(arrays, tmp_path / "x.safetensors")
    for name, value in nn.load(tmp_path / "x.safetensors").items():
        assert (value.numpy() == np.asarray(arrays[name])).all()
        assert value.shape == arrays[name].shape


@pytest.mark.parametrize("cut", [0, 5, 30, -1, -40])
def test_a_truncated_file_is_an_error_and_changes_nothing(saved, cut):
    model, path = saved
    path.write_bytes(path.read_bytes()[:cut])
    before = model.state_dict()
    with pytest.raises(nn.FileError, match="not a readable safetensors file"):
        nn.load(path, model)
    assert all((model.state_dict()[k].numpy() == v.numpy()).all() for k, v in before.items())


def hostile(header):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.",  # a pickle
        struct.pack("<Q", 1 << 62) + b"{}",
        hostile(b"{"),
        hostile({"x": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 4]}}),
        hostile({"x": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}) + bytes(4),
        hostile({"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}) + bytes(4),
        hostile({"x": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}) + bytes(4),
    ],
)
def test_a_hostile_file_is_an_error(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(nn.FileError, match="not a readable safetensors file"):
        nn.load(tmp_path / "x")


def test_a_missing_file(tmp_path):
    with pytest.raises(nn.FileError, match="no such file"):
        nn.load(tmp_path / "x")


def test_a_failed_save_leaves_the_old_file(saved, monkeypatch):
    _, path = saved
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        nn.save(nn.Linear(1, 1), path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_parameters_are_no_checkpoint(saved):
    model, path = saved
    with pytest.raises(nn.FileError, match=r"not a checkpoint of nn.fit"):
        nn.fit(model, [], nn.MSELoss(), nn.optim.SGD(model.parameters()), checkpoint=path, resume=True, progress=False)


def test_a_missing_package_says_how_to_get_it(saved, monkeypatch):
    model, path = saved
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for call in (lambda: nn.save(model, path), lambda: nn.load(path)):
        with pytest.raises(ac.MissingExtra, match=r"safetensors is not installed; run: pip install 'autograd-core\[files\]'"):
            call()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": "x"}, "'a' is an array of dtype <U1, which a safetensors file cannot hold"),
        ({"a": np.ones(2, complex)}, "'a' is an array of dtype complex128"),
        ({"a": object()}, "'a' is a object"),
        (nn.optim.SGD([nn.Parameter([1.0])]).state_dict(), "'state' is a dict, .* is saved by nn.fit"),
        (3, "nn.save takes a Module, or a dictionary of Tensors, not a int"),
    ],
)
def test_what_a_file_cannot_hold_is_named(tmp_path, value, text):
    with pytest.raises(ValueError, match=text):
        nn.save(value, tmp_path / "x.safetensors")
    assert not list(tmp_path.iterdir())
