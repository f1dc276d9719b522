"""The table of cases: one short entry for each primitive and composite function, from which `test_cases.py` derives its laws.

    pointwise(np.exp, real)                                     # shapes, broadcasting and empty arrays follow
    shaped(np.sum, call(real(2, 3)), call(real(2, 3), axis=0))  # one `call` for each variant of the arguments

An operand is a domain with a shape (`real(2, 3)`); lists of operands and constants (strings, indices) may stand beside them.
Domains are in `autograd_core.testing`. A result of which only part is determined is cut down by `through=`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd_core._rules import (
    activations,
    convolution,
    cumulative,
    elementwise,
    indexing,
    masks,
    powers,
    products,
    recurrent,
    shapes,
    special,
    windows,
)
from autograd_core._rules.windows import Windows
from autograd_core.testing.domains import Domain, above_one, booleans, distinct, inside, nonzero, positive, real


@dataclass(frozen=True)
class Call:
    """One way of calling a function: operands to draw among its arguments, and metadata."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A function with the calls that test it."""

    function: Callable[..., Any]
    calls: tuple[Call, ...]
    pointwise: bool = False
    complex: bool = True
    """Complex operands too; one real among complex ones included."""
    half: bool = False
    """float16 operands too (for dtypes only)."""
    order: int = 3
    rtol: float = 1e-6
    through: Callable[..., Any] | None = None
    """Applied to the result before it is differentiated, where only some of it is determined (the sign of an eigenvector)."""
    reference: Callable[..., Any] | None = None
    """Computes the value from arrays, where that is not the function itself."""
    mixed: bool = True
    """Operands of one call may be real and complex."""
    name: str = ""

    def __repr__(self) -> str:
        return f"<case {self.name}>"


CASES: list[Case] = []


def call(*args: Any, **kwargs: Any) -> Call:
    return Call(args, kwargs)


def shaped(function: Callable[..., Any], *calls: Call, **options: Any) -> None:
    """Enter a function whose operands have given shapes."""
    CASES.append(Case(function, calls, **{"name": name_of(function)} | options))


def name_of(function: Callable[..., Any]) -> str:
    """NumPy's name, or `file.name` for one of ours."""
    module = getattr(function, "__module__", None) or ""
    return f"{module.rpartition('.')[2]}.{function.__name__}" if "autograd_core" in module else function.__name__


def pointwise(function: Callable[..., Any], *domains: Domain, **options: Any) -> None:
    """Enter an element-wise function; complex numbers and float16 where NumPy's ufunc has them, unless said otherwise."""
    types = getattr(function, "types", ["D->", "e->"])
    options = {"complex": any("D" in t for t in types), "half": any("e" in t for t in types)} | options
    calls = (Call(tuple(d() for d in domains), {}),)
    CASES.append(Case(function, calls, pointwise=True, **{"name": name_of(function)} | options))


# -- element-wise ---------------------------------------------------------------------------------------------------------

pointwise(np.add, real, real)
pointwise(np.subtract, real, real)
pointwise(np.multiply, real, real)
pointwise(np.divide, real, nonzero)
pointwise(np.negative, real)
pointwise(np.positive, real)
pointwise(np.square, real)
pointwise(np.reciprocal, nonzero)
pointwise(np.sqrt, positive)
pointwise(np.cbrt, positive)
pointwise(np.power, positive, real)
pointwise(np.float_power, positive, real, half=False)
shaped(powers.power_log, call(positive(3), real(2, 1), n=1), call(positive(2), real(2), n=2))
pointwise(np.remainder, distinct, nonzero)
pointwise(np.fmod, distinct, nonzero)
pointwise(np.exp, real)
pointwise(np.exp2, real)
pointwise(np.expm1, real)
pointwise(np.log, positive)
pointwise(np.log2, positive)
pointwise(np.log10, positive)
pointwise(np.log1p, positive)
pointwise(np.logaddexp, real, real)
pointwise(np.logaddexp2, real, real)
pointwise(np.sin, real)
pointwise(np.cos, real)
pointwise(np.tan, inside)
pointwise(np.arcsin, inside)
pointwise(np.arccos, inside)
pointwise(np.arctan, real)
pointwise(np.sinh, real)
pointwise(np.cosh, real)
pointwise(np.tanh, inside)
pointwise(np.arcsinh, real)
pointwise(np.arccosh, above_one)
pointwise(np.arctanh, inside)
pointwise(np.arctan2, nonzero, nonzero)
pointwise(np.hypot, nonzero, nonzero)
pointwise(np.deg2rad, real)
pointwise(np.radians, real)
pointwise(np.rad2deg, real)
pointwise(np.degrees, real)
pointwise(np.absolute, nonzero)
pointwise(np.fabs, nonzero)
pointwise(np.conjugate, real)
pointwise(np.copysign, nonzero, nonzero)
pointwise(np.sign, nonzero)
for extreme in (np.maximum, np.minimum, np.fmax, np.fmin):
    pointwise(extreme, distinct, distinct, complex=False)
pointwise(elementwise.relu, nonzero, complex=False)
pointwise(elementwise.select, booleans, real, real)
pointwise(masks.masked, real, booleans)
pointwise(np.where, booleans, real, real)
pointwise(elementwise.within, distinct, distinct, distinct, complex=False)
shaped(
    np.clip,
    call(nonzero(2, 3), -0.25, 0.3),
    call(nonzero(2, 3), None, 0.3),
    call(nonzero(2, 3), min=-0.1),
    call(distinct(2, 3), distinct(3), distinct(2, 1)),
    complex=False,
)
pointwise(special.erf, real, complex=False)
pointwise(special.expit, real, complex=False)
pointwise(special.log_expit, real, complex=False)

# -- reductions -----------------------------------------------------------------------------------------------------------

MASK = np.array([[True, False, True], [False, True, True]])

for reduction in (np.sum, np.mean):
    shaped(
        reduction,
        call(real()),
        call(real(2, 3)),
        call(real(2, 3), axis=0),
        call(real(2, 3), axis=-1, keepdims=True),
        call(real(2, 3, 2), axis=(0, -1)),
        call(real(2, 3), keepdims=True),
        call(real(2, 3), axis=()),
        call(real(2, 3), axis=1, where=MASK),
        call(real(2, 3), where=MASK),
        call(real(3, 2), axis=1, dtype=np.complex128),
        half=True,
    )
shaped(np.sum, call(real(0, 3), axis=0), call(real(0)), call(real(2, 3), axis=0, initial=2.0), name="sum-empty")
for extreme in (np.max, np.min):
    shaped(
        extreme,
        call(distinct()),
        call(distinct(2, 3)),
        call(distinct(2, 3), axis=0),
        call(distinct(2, 3, 2), axis=(0, -1), keepdims=True),
        call(distinct(2, 3), axis=1, where=MASK, initial=0.0),
        call(distinct(0, 3), axis=1),
        complex=False,
        half=True,
    )
shaped(
    np.prod,
    call(real()),
    call(real(4)),
    call(real(2, 3), axis=0),
    call(real(2, 3, 2), axis=(0, -1), keepdims=True),
    call(real(2, 3), axis=1, where=MASK, initial=2.0),
    call(real(0, 3), axis=0),
    half=True,
)
for spread in (np.var, np.std):
    shaped(
        spread,
        call(distinct(4)),
        call(distinct(2, 3), axis=0),
        call(distinct(2, 3), axis=1, ddof=1, keepdims=True),
        call(distinct(2, 3), where=MASK, correction=1),
        half=True,
    )
for running in (np.cumsum, np.cumprod):
    shaped(running, call(real()), call(real(2, 3)), call(real(2, 3), axis=-1), call(real(5), axis=0), call(real(0)))
for running in (cumulative.sums, cumulative.products):
    shaped(running, call(real(2, 3), axis=1), call(real(4), axis=0), call(real(0, 2), axis=0))
for soft in (special.softmax, special.log_softmax):
    shaped(soft, call(real(4)), call(real(2, 3)), call(real(2, 3), axis=0), call(real(2, 0, 3)), complex=False)
shaped(
    special.logsumexp,
    call(real(4)),
    call(real(2, 3), axis=0),
    call(real(2, 3, 2), axis=(0, 2), keepdims=True),
    complex=False,
)

# -- shapes ---------------------------------------------------------------------------------------------------------------

shaped(
    np.reshape,
    call(real(2, 3), (3, 2)),
    call(real(2, 3), -1),
    call(real(2, 3), (3, -1), order="F"),
    call(real(), (1, 1)),
    call(real(0, 3), (3, 0)),
)
shaped(np.ravel, call(real(2, 3)), call(real()), call(real(2, 3), order="F"))
shaped(np.transpose, call(real(2, 3)), call(real(2, 3, 4), (2, 0, 1)), call(real(2, 3, 4), (-1, 0, 1)), call(real()))
shaped(np.swapaxes, call(real(2, 3, 4), 0, -1), call(real(0, 3), 0, 1))
shaped(np.moveaxis, call(real(2, 3, 4), 0, -1), call(real(2, 3, 4), (0, 1), (-1, 0)))
shaped(np.matrix_transpose, call(real(2, 3, 4)), call(real(0, 3)))
shaped(np.squeeze, call(real(2, 1, 3, 1)), call(real(2, 1, 3, 1), axis=1), call(real(1), axis=0))
shaped(np.expand_dims, call(real(2, 3), 0), call(real(2, 3), (0, -1)), call(real(), 0))
shaped(np.broadcast_to, call(real(3), (2, 3)), call(real(2, 1), (4, 2, 3)), call(real(), (2, 2)), call(real(1), (0,)))
shaped(np.flip, call(real(2, 3)), call(real(2, 3), 0), call(real(2, 3, 2), (0, -1)), call(real(0)))
shaped(np.roll, call(real(2, 3), 1), call(real(2, 3), 2, axis=1), call(real(2, 3), (1, -1), axis=(0, 1)))
shaped(np.real, call(real(2, 3)), call(real()), call(real(0)))
shaped(np.imag, call(real(2, 3)), call(real()), call(real(0)))
for convert in (shapes.astype, np.astype):
    shaped(convert, call(real(2, 3), np.complex128), call(real(), np.float64), complex=False)
shaped(shapes.astype, call(real(2), np.complex64), call(real(2), np.float32), complex=False, rtol=1e-3, name="astype-narrow")
for duplicate in (shapes.copy, np.copy):
    shaped(duplicate, call(real(2, 3)), call(real(2, 3), order="F"), call(real()))
shaped(
    shapes.join,
    call(real(2), real(3), axis=0, starts=(0, 2)),
    call(real(2, 1), real(2, 0), real(2, 3), axis=-1, starts=(0, 1, 1)),
)
shaped(shapes.pile, call(real(2), real(2)), call(real(2, 3), real(2, 3), real(2, 3), axis=-1), call(real(), axis=0))
shaped(
    np.concatenate,
    call([real(2), real(3)]),
    call([real(2, 1), real(2, 2)], axis=1),
    call([real(2, 1), real(2)], axis=None),
    call([real(1), real(0)], dtype=np.complex128),
)
shaped(np.stack, call([real(2), real(2)]), call([real(2, 3), real(2, 3)], axis=-1), call([real(), real()]))

# -- indexing -------------------------------------------------------------------------------------------------------------

INDICES: tuple[Any, ...] = (
    1, -1, (0, 2), slice(None, None, -2), (Ellipsis, 1), (None, 0, slice(1, None)), (),
    [0, 1, 1, 0], ([0, 1, 1], [2, 2, 2]), (slice(None), [0, 0, 2]), ([[0], [1]], [[2, 0, 2]]),
    MASK, (slice(None), np.array([True, False, True])), (np.array([True, True]), [0, 0]), np.zeros((2, 3), bool),
)  # fmt: skip
READ = {index: np.zeros((2, 3))[value].shape for index, value in enumerate(INDICES)}

shaped(
    indexing.gather,
    *(call(real(2, 3), index=index) for index in INDICES),
    call(real(2, 3, 2), index=(0, slice(None), [1, 1])),
    call(real(0, 3), index=slice(None)),
    call(real(), index=()),
)
shaped(indexing.scatter, *(call(real(*READ[i]), index=index, shape=(2, 3)) for i, index in enumerate(INDICES)))
shaped(
    indexing.put,
    call(real(2, 3), real(3), index=1),
    call(real(2, 3), real(), index=MASK),
    call(real(2, 3), real(2, 1), index=(slice(None), [0, 2])),
    call(real(3), real(), index=slice(0, 0)),
    call(real(3), real(1, 1, 2), index=[2, 0]),
    call(real(3), real(4), index=[0, 2, 0, -1]),  # the last of several values for one place stays
    call(real(3), real(), index=[1, 1]),
    call(real(2, 3), real(2, 2, 1), index=(np.array([[0, 1], [1, 0]]), slice(None, None, -2))),
    mixed=False,  # a real array cannot hold complex values
)
shaped(indexing.diagonal, call(real(3, 3)), call(real(2, 3, 4), offset=1, axis1=2, axis2=0), call(real(2, 3), offset=-1))
shaped(np.diagonal, call(real(3, 3)), call(real(2, 3, 4), offset=-1, axis1=1, axis2=2))
shaped(
    indexing.on_diagonal,
    call(real(2), shape=(2, 3), offset=0, axis1=0, axis2=1),
    call(real(3, 1), shape=(2, 3, 4), offset=1, axis1=2, axis2=0),
)

# -- products -------------------------------------------------------------------------------------------------------------

shaped(
    np.matmul,
    call(real(2, 3), real(4, 3, 2)),
    call(real(0, 3), real(2, 3, 0)),
    call(real(3), real(3)),
    call(real(2, 3), real(3)),
    call(real(3), real(3, 2)),
    call(real(2, 3), real(3, 4)),
    call(real(2, 2, 3), real(3, 4)),
    call(real(2, 3), real(2, 3, 2)),
    call(real(2, 1, 2, 3), real(3, 3, 2)),
    call(real(2, 2, 3), real(3)),
    call(real(3), real(2, 3, 2)),
    call(real(0, 3), real(3, 2)),
    call(real(2, 0), real(0, 2)),
    half=True,
)
shaped(
    np.inner,
    call(real(), real(2)),
    call(real(2, 2), real()),
    call(real(3), real(3)),
    call(real(2, 3), real(3)),
    call(real(3), real(4, 3)),
    call(real(2, 2, 3), real(4, 3)),
    call(real(2, 3), real(2, 2, 3)),
    call(real(0, 3), real(2, 3)),
)
shaped(np.dot, call(real(), real(2)), call(real(3), real(3)), call(real(2, 3), real(3, 2)), call(real(2, 3), real(2, 3, 2)))
shaped(np.vdot, call(real(2, 3), real(3, 2)), call(real(), real()))
shaped(np.outer, call(real(2), real(3)), call(real(2, 1), real(2)), call(real(), real(2)))
shaped(
    np.tensordot,
    call(real(2, 3), real(2, 3)),
    call(real(2, 3), real(3, 2), axes=1),
    call(real(2), real(3), axes=0),
    call(real(2, 3, 4), real(4, 2), axes=((0, -1), (1, 0))),
    call(real(2, 3), real(4, 2), axes=(0, 1)),
)
EINSUMS = (
    call("ij,jk->ik", real(2, 3), real(3, 2)),
    call("ij,jk", real(2, 3), real(3, 2)),
    call("ii", real(3, 3)),
    call("ii->i", real(3, 3)),
    call("iij->ij", real(2, 2, 3)),
    call("ij->j", real(2, 3)),
    call("ij->", real(2, 3)),
    call("ji", real(2, 3)),
    call("i,i,i->", real(3), real(3), real(3)),
    call("ij,kl->i", real(2, 3), real(2, 2)),
    call("...ij,...jk->...ik", real(2, 2, 3), real(3, 2)),
    call("...i->...", real(2, 2)),
    call("i...,i...", real(2, 3), real(2, 1)),
    call("ij,jk->ik", real(1, 3), real(3, 2)),
    call("ij,ij->i", real(2, 3), real(2, 1)),
    call("ij,ij->i", real(2, 0), real(2, 1)),
    call("ij,kj->", real(2, 3), real(2, 1)),
    call("i,j->ij", real(0), real(2)),
    call(",i->i", real(), real(2)),
    call(real(2, 3), [0, 1], real(3, 2), [1, 2], [0, 2]),
    call(real(2, 3), [0, 1], real(3, 2), [1, 2]),
)
shaped(np.einsum, *EINSUMS)
shaped(
    products.contract,
    call(real(2, 3), real(3, 2), subscripts="ij,jk->ki"),
    call(real(2, 3), real(2, 1), subscripts="ij,ij->i"),
    call(real(2, 3), subscripts="ij->j"),
    call(real(2, 3), real(3), real(2), subscripts="ij,j,i->"),
)

for activation in (
    activations.gelu,
    activations.gelu_slope,
    activations.gelu_tanh,
    activations.gelu_tanh_slope,
):
    pointwise(activation, real, complex=False)

# -- recurrence -----------------------------------------------------------------------------------------------------------

shaped(
    recurrent.lstm_scan,
    call(real(2, 1, 4), real(4, 1), real(1, 1), real(1, 1)),
    call(real(3, 2, 8), real(8, 2), real(2, 2), real(2, 2)),
    complex=False,
    order=2,
)

# -- windows --------------------------------------------------------------------------------------------------------------

PLAIN = Windows((2,), (1,), ((0, 0),), (1,))
PADDED = Windows((3, 2), (2, 1), ((1, 2), (0, 1)), (1, 2))
APART = Windows((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
ONE = Windows((1,), (1,), ((0, 0),), (1,))

shaped(
    windows.unfold_windows,
    call(real(2, 2, 4), windows=PLAIN),
    call(real(1, 2, 4, 3), windows=PADDED),
    call(real(2, 3, 3), windows=ONE),
    call(real(0, 2, 4), windows=PLAIN),
    call(real(1, 2, 5, 4), windows=Windows((2, 3), (2, 1), ((1, 0), (1, 1)), (2, 1))),
    call(real(1, 2, 4, 3, 4), windows=Windows((2, 2, 2), (1, 1, 2), ((0, 0), (1, 0), (0, 0)), (2, 1, 1))),
)
shaped(
    convolution.convolution,
    call(real(2, 2, 5), real(3, 2, 2), real(3)),
    call(real(1, 1, 3, 3), real(1, 1, 2, 2)),
    call(real(1, 4, 3), real(2, 2, 2), groups=2),
)
shaped(
    windows.fold_windows,
    call(real(2, 3, 2, 2), windows=PLAIN, spatial=(4,)),
    call(real(1, *PADDED.lengths((4, 3)), 3, 2, 2), windows=PADDED, spatial=(4, 3)),
)
shaped(
    convolution.correlate,
    call(real(2, 2, 4), real(3, 2, 2), None, windows=PLAIN),
    call(real(1, 2, 4, 3), real(2, 2, 3, 2), real(2), windows=PADDED),
    call(real(2, 4, 3), real(6, 2, 1), real(6), windows=ONE, groups=2),
    call(real(1, 16, 4), real(16, 1, 2), None, windows=PLAIN, groups=16),
)
shaped(
    convolution.correlate_input,
    call(real(2, 3, 3), real(3, 2, 2), windows=PLAIN, groups=1, spatial=(4,)),
    call(real(1, 2, *PADDED.lengths((4, 3))), real(2, 1, 3, 2), windows=PADDED, groups=2, spatial=(4, 3)),
)
shaped(
    convolution.correlate_weight,
    call(real(2, 2, 4), real(2, 3, 3), windows=PLAIN, groups=1),
    call(real(1, 2, 4, 3), real(1, 2, *PADDED.lengths((4, 3))), windows=PADDED, groups=2),
)
shaped(
    windows.pooled,
    call(distinct(2, 2, 4), windows=PLAIN),
    call(distinct(1, 2, 4, 4), windows=APART),
    call(distinct(1, 1, 4, 4), windows=Windows((3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1))),
    call(distinct(1, 2, 3, 4), windows=Windows((2, 2), (2, 1), ((1, 0), (1, 0)), (1, 1))),
    complex=False,
)
CHOICE = np.array([[[0, 1, 1], [1, 0, 1]]])
shaped(windows.pick, call(real(1, 2, 4), choice=CHOICE, windows=PLAIN))
shaped(
    windows.place,
    call(real(1, 2, 3), choice=CHOICE, windows=PLAIN, spatial=(4,)),
    call(real(1, 1, 2, 2), choice=np.array([[[[0, 3], [1, 2]]]]), windows=APART, spatial=(4, 4)),
)

# -- locally constant -----------------------------------------------------------------------------------------------------

CONSTANT: tuple[SimpleNamespace, ...] = tuple(
    SimpleNamespace(function=function, operands=operands)
    for function, operands in (
        *((f, (distinct(2, 3),)) for f in (np.floor, np.ceil, np.rint, np.trunc, np.round, np.signbit, np.spacing)),
        *((f, (distinct(2, 3),)) for f in (np.isnan, np.isinf, np.isfinite, np.logical_not, elementwise.signum)),
        *((f, (distinct(2, 3), distinct(3))) for f in (np.floor_divide,)),
        *((f, (distinct(2, 3), distinct(3))) for f in (np.greater, np.less, np.equal, np.not_equal, np.less_equal)),
        *((f, (distinct(2, 3), distinct(3))) for f in (np.logical_and, np.logical_or, np.logical_xor, np.greater_equal)),
        *((f, (distinct(2, 3),)) for f in (np.all, np.any, np.argmax, np.argmin, np.count_nonzero)),
        *((f, (distinct(2, 3),)) for f in (np.zeros_like, np.ones_like)),
    )
)
"""Functions whose results never have history, with operands that would give them some."""
