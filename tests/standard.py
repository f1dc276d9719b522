"""Calls of every function of the array API standard, and the comparison of a result with that of `array_api_strict`."""

from typing import Any, NamedTuple

import array_api_strict as strict
import numpy as np

import autograd_core as ac


class D(NamedTuple):
    """A dtype by name, which each namespace has as its own object."""

    name: str


CPU = object()  # the one device, likewise
DTYPES = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float32", "float64", "complex64", "complex128",
]  # fmt: skip

A = np.array([[3.0, 1.0, 2.0], [4.0, 6.0, 5.5]])
B = np.array([[0.5, -1.0, 2.5], [1.5, 2.0, -3.0]])
Z = A + 1j * B
I, J = np.array([[3, 1, 2], [1, 0, 3]]), np.array([2, 0, 1])
M = np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 3.0]])
T = np.array([[True, False, True], [False, False, True]])
S = np.array([1.0, 2.0, 2.0, 4.0])  # sorted
SQUARE = np.array([[[4.0, 1.0], [1.0, 3.0]], [[2.0, 0.5], [0.5, 5.0]]])
F32 = A.astype("float32")

UNARY = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "bitwise_invert", "ceil", "conj", "cos", "cosh", "exp",
    "expm1", "floor", "imag", "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2", "logical_not", "negative",
    "positive", "real", "reciprocal", "round", "sign", "signbit", "sin", "sinh", "sqrt", "square", "tan", "tanh",
    "trunc",
]  # fmt: skip
BINARY = [
    "add", "atan2", "bitwise_and", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "copysign",
    "divide", "equal", "floor_divide", "greater", "greater_equal", "hypot", "less", "less_equal", "logaddexp",
    "logical_and", "logical_or", "logical_xor", "maximum", "minimum", "multiply", "nextafter", "not_equal", "pow",
    "remainder", "subtract",
]  # fmt: skip
CONSTANTS = [
    "e", "inf", "nan", "newaxis", "pi",
]  # fmt: skip


def calls(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return args, kwargs


_REDUCED = [calls(A), calls(A, axis=0, keepdims=True), calls(A, axis=(0, 1)), calls(F32, axis=-1), calls(I)]
_SUMMED = [*_REDUCED, calls(I.astype("int8"), axis=0), calls(T.astype("uint8")), calls(F32, dtype=D("float64")), calls(Z)]
_SCANNED = [
    calls(S), calls(A, axis=1, include_initial=True), calls(I.astype("uint8"), axis=0, dtype=D("int32")), calls(F32, axis=0),
]  # fmt: skip
_SPREAD = [*_REDUCED[:4], calls(A, axis=0, correction=1.0), calls(F32, correction=0.5)]
_ORDERED = [
    calls(A), calls(I, axis=0, descending=True), calls(A, axis=1, descending=True, stable=True), calls(F32, stable=False),
    calls(np.array([1.0, 2.0, 1.0, 2.0]), descending=True),
]  # fmt: skip
_FOUND = [calls(A), calls(A, axis=0), calls(I, axis=1, keepdims=True)]
_TRUTH = [calls(T), calls(A, axis=0), calls(M, axis=(0, 1), keepdims=True), calls(np.zeros((0, 2)), axis=0)]
_MADE = [calls(3), calls((2, 0)), calls((2, 3), dtype=D("float32"), device=CPU), calls((), dtype=D("bool"))]
_LIKE = [calls(A), calls(I, dtype=D("complex64"), device=CPU), calls(T)]
_TRIANGLE = [calls(A), calls(I, k=1), calls(SQUARE, k=-1)]
_UNIQUE = [calls(I), calls(S), calls(T)]
_TENSORDOT = [calls(A, B.T, axes=1), calls(A, B), calls(I, I, axes=((0, 1), (0, 1))), calls(F32, F32, axes=0)]
_VECDOT = [calls(A, B), calls(Z, A, axis=-2), calls(I, I, axis=-1), calls(A, B[0])]
_MATMUL = [calls(A, B.T), calls(SQUARE, SQUARE), calls(A, B[0]), calls(F32, F32.T), calls(I, I.T)]
_MATRIX_TRANSPOSE = [calls(A), calls(SQUARE)]

CALLS: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {
    "all": _TRUTH,
    "any": _TRUTH,
    "arange": [calls(5), calls(1, 7, 2), calls(1.5, stop=0.0, step=-0.5, dtype=D("float32"), device=CPU), calls(3, 0)],
    "argmax": _FOUND,
    "argmin": _FOUND,
    "argsort": _ORDERED,
    "asarray": [calls(A), calls([1, 2]), calls(2.5), calls([[True], [False]], dtype=D("float32"), device=CPU, copy=True)],
    "astype": [calls(A, D("float32")), calls(I, D("complex128"), copy=False, device=CPU), calls(B, D("int8"))],
    "broadcast_arrays": [calls(A, B[0]), calls(I)],
    "broadcast_shapes": [calls((3, 1), (2,)), calls()],
    "broadcast_to": [calls(B[0], (2, 3)), calls(A, shape=(4, 2, 3))],
    "can_cast": [calls(D("int8"), D("int32")), calls(D("float64"), D("float32")), calls(F32, D("float64"))],
    "clip": [calls(A), calls(A, 2.0), calls(A, max=3.0), calls(I, min=1, max=2), calls(A, B, B + 3.0), calls(F32, 1, 2.5)],
    "concat": [calls([A, B]), calls((A, B), axis=1), calls([A, B[0]], axis=None), calls([F32, A])],
    "count_nonzero": [calls(I), calls(M, axis=0, keepdims=True), calls(T, axis=(0, 1))],
    "cumulative_prod": _SCANNED,
    "cumulative_sum": _SCANNED,
    "diff": [calls(A), calls(A, axis=0, prepend=B, append=B), calls(I, n=2)],
    "empty": _MADE,
    "empty_like": _LIKE,
    "expand_dims": [calls(A, 0), calls(A, axis=-1)],
    "eye": [calls(3), calls(2, 3), calls(3, 2, k=-1, dtype=D("int16"), device=CPU)],
    "finfo": [calls(D("float32")), calls(A), calls(D("complex128"))],
    "flip": [calls(A), calls(I, axis=0), calls(A, axis=(0, 1))],
    "from_dlpack": [calls(A.copy()), calls(I.copy(), device=CPU, copy=True)],
    "full": [calls((2, 3), 1.5), calls(2, True), calls((), 3, dtype=D("uint8"), device=CPU)],
    "full_like": [calls(A, 2), calls(I, 3, dtype=D("float32"), device=CPU)],
    "iinfo": [calls(D("int8")), calls(I), calls(D("uint64"))],
    "isdtype": [
        calls(D("int8"), "signed integer"),
        calls(D("float32"), ("integral", "real floating")),
        calls(D("bool"), D("bool")),
        calls(D("complex64"), kind="numeric"),
        calls(D("uint8"), "unsigned integer"),
    ],
    "isin": [calls(I, J), calls(I, np.array([2]), invert=True), calls(I, 3)],
    "linspace": [calls(0.0, 1.0, 5), calls(2, 3, num=4, dtype=D("float32"), device=CPU, endpoint=False), calls(1j, 2.0, 3)],
    "matmul": _MATMUL,
    "matrix_transpose": _MATRIX_TRANSPOSE,
    "max": _REDUCED,
    "mean": _REDUCED[:4],
    "meshgrid": [calls(B[0], S), calls(J, J, indexing="ij"), calls()],
    "min": _REDUCED,
    "moveaxis": [calls(SQUARE, 0, -1), calls(SQUARE, (0, 1), (2, 0))],
    "nonzero": [calls(M), calls(T)],
    "ones": _MADE,
    "ones_like": _LIKE,
    "permute_dims": [calls(A, (1, 0)), calls(SQUARE, axes=(2, 0, 1))],
    "prod": _SUMMED,
    "repeat": [calls(A, 2), calls(I, 3, axis=0), calls(B[0], J)],
    "reshape": [calls(A, (3, 2)), calls(I, shape=(-1,), copy=True), calls(A, (6,), copy=False)],
    "result_type": [calls(D("int8"), D("uint8")), calls(F32, A), calls(F32, 1.0), calls(D("int16"), D("int32"), I)],
    "roll": [calls(A, 1), calls(A, shift=(1, -1), axis=(0, 1)), calls(I, 2, axis=1)],
    "searchsorted": [
        calls(S, A),
        calls(S, np.array([2.0]), side="right"),
        calls(S[::-1].copy(), S, sorter=np.arange(3, -1, -1)),
    ],
    "sort": _ORDERED,
    "squeeze": [calls(A[None], 0), calls(A[None, :, None], axis=(0, 2))],
    "stack": [calls([A, B]), calls((I, I), axis=-1)],
    "std": _SPREAD,
    "sum": _SUMMED,
    "take": [calls(A, J[:2], axis=1), calls(S, J)],
    "take_along_axis": [calls(A, np.array([[0, 1], [2, 2]])), calls(A, np.array([[0, 1, 1]]), axis=0)],
    "tensordot": _TENSORDOT,
    "tile": [calls(A, (2,)), calls(I, (2, 1, 2))],
    "tril": _TRIANGLE,
    "triu": _TRIANGLE,
    "unique_all": _UNIQUE,
    "unique_counts": _UNIQUE,
    "unique_inverse": _UNIQUE,
    "unique_values": _UNIQUE,
    "unstack": [calls(A), calls(I, axis=1)],
    "var": _SPREAD,
    "vecdot": _VECDOT,
    "where": [calls(T, A, B), calls(T, A, 0.0), calls(T, F32, A)],
    "zeros": _MADE,
    "zeros_like": _LIKE,
}

_NORMS = [calls(SQUARE), calls(A, keepdims=True, ord=1), calls(Z, ord="nuc"), calls(SQUARE, ord=-2)]
_SIZES = [calls(6), calls(5, d=0.5, device=CPU), calls(4, dtype=D("float32"))]
LINALG = {
    "cholesky": [calls(SQUARE), calls(SQUARE[0], upper=True)],
    "cross": [calls(A, B), calls(A.T, B.T, axis=-2)],
    "det": [calls(SQUARE)],
    "diagonal": [calls(SQUARE), calls(A, offset=1)],
    "eig": [calls(np.diag([1.0, 3.0]))],
    "eigh": [calls(SQUARE[0])],
    "eigvals": [calls(np.diag([1.0, 3.0]))],
    "eigvalsh": [calls(SQUARE)],
    "inv": [calls(SQUARE)],
    "matmul": _MATMUL,
    "matrix_norm": _NORMS,
    "matrix_power": [calls(SQUARE, 3), calls(SQUARE, -1), calls(SQUARE[0], 0)],
    "matrix_rank": [calls(SQUARE), calls(A, rtol=0.1)],
    "matrix_transpose": _MATRIX_TRANSPOSE,
    "outer": [calls(A[0], B[0]), calls(J, J)],
    "pinv": [calls(A), calls(SQUARE, rtol=0.01)],
    "qr": [calls(A), calls(A, mode="complete")],
    "slogdet": [calls(SQUARE)],
    "solve": [calls(SQUARE, SQUARE), calls(SQUARE[0], B[0, :2])],
    "svd": [calls(A), calls(SQUARE, full_matrices=False)],
    "svdvals": [calls(A)],
    "tensordot": _TENSORDOT,
    "trace": [calls(SQUARE), calls(F32, offset=1, dtype=D("float64")), calls(I)],
    "vecdot": _VECDOT,
    "vector_norm": [calls(A), calls(A, axis=0, keepdims=True, ord=1), calls(Z, ord=float("inf"), axis=(0, 1)), calls(A, ord=3)],
}
_FFT = [calls(Z), calls(A.astype(complex), n=4, axis=0, norm="ortho"), calls(Z.astype("complex64"), norm="forward")]
_RFFT = [calls(A), calls(A, n=4, axis=0, norm="ortho"), calls(F32)]
_FFTN = [calls(Z), calls(Z, s=(4,), axes=(0,), norm="ortho")]
FFT = {
    "fft": _FFT,
    "ifft": _FFT,
    "hfft": _FFT,
    "irfft": _FFT,
    "rfft": _RFFT,
    "ihfft": _RFFT,
    "fftn": _FFTN,
    "ifftn": _FFTN,
    "irfftn": _FFTN,
    "rfftn": [calls(A), calls(A, s=(4,), axes=(0,), norm="ortho")],
    "fftshift": [calls(A), calls(I.astype(float), axes=1)],
    "ifftshift": [calls(A), calls(A, axes=(0,))],
    "fftfreq": _SIZES,
    "rfftfreq": _SIZES,
}

DEPARTURES = {
    "trace": "the graph; the trace of a matrix is `linalg.trace`",
    "finfo": "the limits are NumPy scalars, not Python's",
    "floor_divide": "an infinity by a number is NaN, and a number by an infinity of the other sign is -1, as in Python",
    "pow": "`x ** 0.5` is the square root, NaN of -infinity and -0 of -0; `ac.pow` of two arrays is the standard's",
    "expm1": "of complex infinities and NaN it is another infinity or NaN",
    "repeat": "numbers of repeats of dtype uint64 raise",
    "linalg.eig": "before NumPy 2.5 real where every eigenvalue of a real matrix is",
    "linalg.eigvals": "likewise",
    "linalg.pinv": "without `rtol=` singular values below 1e-15 of the largest are 0; the standard's bound follows the dtype",
}
"""Where NumPy, and so this package, departs from the standard: the list in `docs/array-api.md`."""


def resolved(xp: Any, x: Any) -> Any:
    if isinstance(x, D):
        return getattr(xp, x.name)
    if x is CPU:
        return xp.__array_namespace_info__().default_device()
    if isinstance(x, np.ndarray):
        return xp.asarray(x)
    if type(x) in (list, tuple):
        return type(x)(resolved(xp, part) for part in x)
    return x


def run(xp: Any, function: Any, args: Any, kwargs: Any) -> Any:
    with np.errstate(all="ignore"):
        return function(*resolved(xp, args), **{k: resolved(xp, v) for k, v in kwargs.items()})


def dtype_name(dtype: Any) -> str:
    return np.dtype(getattr(dtype, "_np_dtype", dtype)).name


def check_same(ours: Any, theirs: Any, where: str, values: bool = True) -> None:
    """Ours is a Tensor of the value, shape and dtype of theirs."""
    if isinstance(theirs, strict._array_object.Array):
        assert isinstance(ours, ac.Tensor), where
        assert ours.shape == theirs.shape, where
        assert ours.dtype.name == dtype_name(theirs.dtype), where
        expected = np.asarray(theirs._array)
        if values and expected.dtype.kind in "fc":
            eps = float(np.finfo(expected.dtype).eps)
            np.testing.assert_allclose(ours.numpy(), expected, rtol=40 * eps, atol=40 * eps, err_msg=where)
        elif values:
            np.testing.assert_array_equal(ours.numpy(), expected, err_msg=where)
    elif isinstance(theirs, tuple):
        assert len(ours) == len(theirs), where
        assert getattr(ours, "_fields", None) == getattr(theirs, "_fields", None), where
        for a, b in zip(ours, theirs, strict=True):
            check_same(a, b, where, values)
    elif hasattr(theirs, "_np_dtype"):
        assert ours == theirs._np_dtype, where
    else:
        assert ours == theirs, where
