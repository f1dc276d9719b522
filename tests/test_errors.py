"""Bad input: every message shows the value or shape, the operation and the remedy.

The texts are interface, so they are pinned.
"""

# ruff: noqa: E501  (a pinned text is kept in one piece)

import math
import operator

import numpy as np
import pytest
from numpy._core import umath

import autograd_core as ac
from autograd_core._errors import require

from .derivatives import leaf

X = leaf(np.ones((2, 3)))
S = leaf(2.0)
LOST = (
    " of a Tensor of shape {shape} that requires grad would lose its history silently; use .item() or .detach() to leave the graph "
    "on purpose, ac.stack to join Tensors, or a function of NumPy or ac"
)
OWN = " writes into an array the graph may still need (operand shapes {shapes}); use the returned Tensor instead"


def released():
    y = S * S
    y.backward()
    y.backward()


def into_view():
    base = X * 1.0
    row = base[0]
    row += 1.0


PINNED = [
    # leaves
    (
        lambda: leaf([1, 2]),
        ac.DtypeError,
        (
            "a leaf of dtype int64 cannot require grad, since only floating and complex numbers have derivatives; convert it with "
            ".astype(float)"
        ),
    ),
    (lambda: ac.tensor(["a"]), ac.DtypeError, "cannot make a Tensor of ['a']: its elements are not numbers"),
    (
        lambda: ac.tensor([object()]),
        ac.DtypeError,
        "cannot make a Tensor of [<object object at",
    ),
    (
        lambda: ac.Tensor(X),
        ac.HistoryError,
        (
            "Tensor(t) copies values and would lose the history of t, of shape (2, 3); use t itself, t.copy(), or t.detach() to leave "
            "the graph on purpose"
        ),
    ),
    (
        lambda: (S * 2).requires_grad_(False),
        ac.GradientError,
        "a Tensor computed by multiply cannot stop requiring grad; use .detach()",
    ),
    # losing history
    (lambda: float(S), ac.HistoryError, "float()" + LOST.format(shape="()")),
    (lambda: int(S), ac.HistoryError, "int()" + LOST.format(shape="()")),
    (lambda: complex(S), ac.HistoryError, "complex()" + LOST.format(shape="()")),
    (lambda: math.sin(S), ac.HistoryError, "float()" + LOST.format(shape="()")),
    (lambda: operator.index(S), ac.HistoryError, "an index" + LOST.format(shape="()")),
    (lambda: np.asarray(X), ac.HistoryError, "conversion to an ndarray" + LOST.format(shape="(2, 3)")),
    (lambda: np.array([S, S]), ac.HistoryError, None),
    (
        lambda: X[leaf([0.0])],
        ac.HistoryError,
        (
            "an index is not differentiable in this argument, a Tensor of shape (1,) that requires grad; pass t.detach() to "
            "treat it as a constant"
        ),
    ),
    # shapes and dtypes
    (
        lambda: X + np.ones(2),
        ac.ShapeError,
        (
            "add of float64[2, 3], float64[2]: operands could not be broadcast together with shapes (2,3) (2,) ; make the shapes fit, "
            "for example with .reshape or x[:, None]"
        ),
    ),
    (
        lambda: X @ X,
        ac.ShapeError,
        (
            "matmul of float64[2, 3], float64[2, 3]: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc "
            "signature (n?,k),(k,m?)->(n?,m?) (size 2 is different from 3); make the shapes fit, for example with .reshape or x[:, None]"
        ),
    ),
    (
        lambda: X.reshape(5),
        ac.ShapeError,
        (
            "reshape of float64[2, 3]: cannot reshape array of size 6 into shape (5,); make the shapes fit, for example with .reshape "
            "or x[:, None]"
        ),
    ),
    (lambda: X + "a", ac.DtypeError, None),
    (lambda: X[7], IndexError, "index 7 is out of bounds for axis 0 with size 2"),
    (lambda: X[[0, 2]], IndexError, "index 2 is out of bounds for axis 0 with size 2"),
    (lambda: X.sum(axis=5), np.exceptions.AxisError, "axis 5 is out of bounds for array of dimension 2"),
    # backward
    (
        X.backward,
        ac.GradientError,
        (
            "backward() of a Tensor of shape (2, 3) needs gradient=, a cotangent of the same shape; or reduce it to one number first, for "
            "example with .sum()"
        ),
    ),
    (
        lambda: ac.tensor(1.0).backward(),
        ac.GradientError,
        "backward() of a Tensor of shape () that has no history; compute it from a Tensor with requires_grad=True, outside no_grad()",
    ),
    (
        lambda: (X * 2).backward(np.ones(3)),
        ac.ShapeError,
        "gradient of shape (3,) for a Tensor of shape (2, 3); the two must be equal",
    ),
    (
        lambda: (S * 2).backward(1j),
        ac.DtypeError,
        "gradient of dtype complex128 for a real Tensor of dtype float64; take its .real",
    ),
    (
        lambda: (S * 2).backward(inputs=[ac.tensor(1.0)]),
        ac.GradientError,
        "backward(inputs=...) holds a Tensor of shape () that does not require grad",
    ),
    (
        released,
        ac.GraphReleasedError,
        (
            "the graph was released by an earlier backward(), at multiply of shape (); call that backward() with retain_graph=True to "
            "walk it again"
        ),
    ),
    (lambda: ac.tensor(1.0).retain_grad(), ac.GradientError, "retain_grad() of a Tensor of shape () that has no history"),
    (
        lambda: ac.tensor(1.0).register_hook(print),
        ac.GradientError,
        "register_hook() on a Tensor of shape () that does not require grad",
    ),
    (
        lambda: setattr(X, "grad", np.ones((2, 3))),
        ac.DtypeError,
        ".grad takes a Tensor or None, not ndarray; wrap it in ac.tensor",
    ),
    (
        lambda: setattr(X, "grad", ac.tensor(1.0)),
        ac.ShapeError,
        ".grad of float64[] does not fit a Tensor of float64[2, 3]",
    ),
    # NumPy functions
    (
        lambda: X.__array_function__(print, (), (X,), {}),
        ac.UnsupportedFunction,
        (
            "no derivative rule is known for builtins.print; register one with ac.elementwise, ac.linear, ac.general or ac.composite, or "
            "call it on t.detach().numpy() to leave the graph on purpose"
        ),
    ),
    (lambda: np.add(X, 1, out=np.ones((2, 3))), ac.UnsupportedFunction, "np.add(out=...)" + OWN.format(shapes="[(2, 3), ()]")),
    (lambda: np.sum(X, out=np.ones(())), ac.UnsupportedFunction, "sum(out=...)" + OWN.format(shapes="[(2, 3)]")),
    (
        lambda: np.exp(X, where=np.ones((2, 3), bool)),
        ac.UnsupportedFunction,
        "np.exp with where has no derivative here; use np.where on the result, np.moveaxis or .astype on the operands",
    ),
    (
        lambda: np.add.at(X, 0, 1.0),
        ac.UnsupportedFunction,
        (
            "np.add.at writes into its operand, which a graph may still need; assign with t[index] = ..., or add up with "
            "np.bincount"
        ),
    ),
    (lambda: np.exp(X, S, S), TypeError, None),
    (
        lambda: X.reshape(3, 2, order="K"),
        ac.ShapeError,
        (
            "reshape of float64[2, 3]: order='K' depends on the memory layout, which a graph does not keep; use 'C' or 'F'; make the "
            "shapes fit, for example with .reshape or x[:, None]"
        ),
    ),
    (
        lambda: X + np.ma.masked_array([1.0, 2.0, 3.0]),
        ac.UnsupportedFunction,
        "a MaskedArray of shape (3,) has semantics of its own that would be lost; pass np.asarray(x) instead",
    ),
    # assignment
    (
        lambda: operator.setitem(X, 0, 1.0),
        ac.AssignmentError,
        (
            "x[i] = v on a leaf of shape (2, 3) that requires grad would cut it off from its gradient; do it under ac.no_grad() to set "
            "its value, or work on x.copy()"
        ),
    ),
    (
        lambda: operator.iadd(X, 1.0),
        ac.AssignmentError,
        (
            "an in-place add on a leaf of shape (2, 3) that requires grad would cut it off from its gradient; do it under ac.no_grad() to "
            "set its value, or work on x.copy()"
        ),
    ),
    (
        into_view,
        ac.AssignmentError,
        (
            "an in-place add on a Tensor of shape (3,) whose array is a view of another living Tensor of shape (2, 3): NumPy would "
            "change both; assign to the other by its index, as in x[0, 1] = v, or work on .copy()"
        ),
    ),
    (
        lambda: operator.iadd(S * 1, np.ones(2)),
        ac.ShapeError,
        "an in-place add cannot turn a Tensor of shape () into one of shape (2,); write x = x op y instead",
    ),
    (
        lambda: operator.iadd(S * 1, 1j),
        ac.DtypeError,
        "an in-place add cannot turn a Tensor of dtype float64 into complex128; convert it with .astype first",
    ),
    (
        lambda: ac.writable(X * 2),
        ac.AssignmentError,
        "writable() of a Tensor of shape (2, 3) computed from others; write into a leaf, or t.detach().copy()",
    ),
    (lambda: operator.delitem(X, 0), ac.ShapeError, "elements of a Tensor of shape (2, 3) cannot be deleted; use np.delete"),
    (
        lambda: (S * 2).__reduce_ex__(4),
        ac.HistoryError,
        (
            "a Tensor of shape () with history cannot be pickled or deep-copied, since its graph cannot; use .detach(), or .copy() to keep "
            "the history"
        ),
    ),
    # transforms
    (
        lambda: ac.grad(lambda x: x * x)(3),
        ac.DtypeError,
        (
            "grad: an operand of dtype int64 and shape () has no derivative; convert it to float, or name only floating operands in "
            "argnums"
        ),
    ),
    (
        lambda: ac.grad(lambda x: x * x)(np.ones(2)),
        ac.GradientError,
        (
            "grad needs a function that returns one number, not 1 result(s) of shape (2,); reduce it, for example with .sum(), or use "
            "ac.jacobian or ac.vjp"
        ),
    ),
    (
        lambda: ac.grad(lambda x: x * 1j)(2.0),
        ac.GradientError,
        "grad of a complex value of dtype complex128 has no steepest ascent; take .real or abs, or use ac.vjp",
    ),
    (
        lambda: ac.grad(lambda x: "text")(2.0),
        ac.GradientError,
        "grad: the function returned str, not a Tensor; has_aux=True allows more",
    ),
    (
        lambda: ac.grad(lambda x: x, has_aux=True)(2.0),
        ac.GradientError,
        "grad: has_aux=True needs a function that returns (value, aux)",
    ),
    (
        lambda: ac.grad(lambda x: x, 2)(2.0),
        ac.GradientError,
        "grad: argnums=2 names argument 2, but 1 were given by position",
    ),
    (
        lambda: ac.grad(lambda x, y: x * y, (0, 1, -2))(2.0, 3.0),
        ac.GradientError,
        "grad: argnums=(0, 1, -2) names an argument twice, which could be differentiated only once",
    ),
    (
        lambda: ac.jvp(lambda x: x, (2.0,), (np.ones(2),)),
        ac.ShapeError,
        "jvp: a tangent of shape (2,) for a value of shape (); the two must be equal",
    ),
    (
        lambda: ac.jvp(lambda x: x, 2.0, 1.0),
        TypeError,
        "jvp takes a tuple of operands and a tuple of tangents, not float; write (x,)",
    ),
    (
        lambda: ac.vjp(lambda x: x, 2.0)[1](np.ones(3)),
        ac.ShapeError,
        "vjp: a cotangent of shape (3,) for a value of shape (); the two must be equal",
    ),
    (
        lambda: ac.vjp(lambda x: (x, x), 2.0)[1](1.0),
        ac.ShapeError,
        "vjp: 1 cotangent(s) for 2 value(s); their structures must be equal",
    ),
    (
        lambda: ac.jacobian(lambda x: (x, x))(2.0),
        ac.GradientError,
        "jacobian needs a function that returns one Tensor, not 2; stack or choose one",
    ),
    (
        lambda: ac.directional_derivative(lambda x: x, 2.0, 0.0),
        ac.GradientError,
        "directional_derivative along the zero vector of shape () has no direction",
    ),
    # what NumPy does not cast, and what depends on memory
    (
        lambda: np.bincount(np.array([0, 1]), leaf([1j, 2.0])),
        TypeError,
        (
            "astype of complex128[2]: Cannot cast array data from dtype('complex128') to dtype('float64') according to the rule 'safe'; "
            "convert with .astype or check the arguments"
        ),
    ),
    (lambda: np.histogramdd(np.ones((2, 1)), weights=leaf([1j, 2.0])), TypeError, None),
    (lambda: np.interp(leaf([1j]), [0.0, 1.0], [0.0, 1.0]), TypeError, None),
    (lambda: np.repeat(X, 2.5), TypeError, None),
    (
        lambda: X.astype("U3"),
        ac.DtypeError,
        "a Tensor is of numbers and cannot have dtype <U3; convert its array, t.numpy().astype('<U3')",
    ),
    (lambda: ac.asarray(X, dtype=object), ac.DtypeError, None),
    (
        lambda: np.ravel(X.T, "K"),
        ac.UnsupportedFunction,
        (
            "np.ravel of these arguments has no derivative here (order='K' depends on the memory layout, which a graph does not keep; "
            "use 'C' or 'F'); call it on t.detach() to leave the graph on purpose"
        ),
    ),
    (
        lambda: np.strings.isalpha(X),
        ac.UnsupportedFunction,
        "isalpha is not available on Tensors: strings are not numbers that can be differentiated",
    ),
    (
        lambda: umath._zfill(X, 3),
        ac.UnsupportedFunction,
        "_zfill is not available on Tensors: strings are not numbers that can be differentiated",
    ),
    (
        lambda: np.vecdot(X, X, casting="unsafe"),
        ac.UnsupportedFunction,
        "np.vecdot with casting has no derivative here; use np.where on the result, np.moveaxis or .astype on the operands",
    ),
    # own operations
    (
        lambda: ac.primitive(lambda a: a)(S),
        ac.UnsupportedFunction,
        "<lambda> is not available on Tensors: it has no rule yet; give it one with ac.elementwise, ac.linear or ac.general",
    ),
    (
        lambda: ac.elementwise(np.exp, lambda g: g),
        ac.RuleError,
        "a rule of exp takes (g); it must start with g, y and 1 operand(s)",
    ),
    # missing extras
    (
        lambda: require("no_such_module", extra="viz"),
        ac.MissingExtra,
        "no_such_module is not installed; run: pip install 'autograd-core[viz]'",
    ),
]


@pytest.mark.parametrize(("act", "kind", "text"), PINNED, ids=range(len(PINNED)))
def test_message(act, kind, text):
    """`None` pins the class only, where the text is NumPy's or holds an address."""
    with pytest.raises(kind) as raised:
        act()
    if text is not None:
        assert str(raised.value).startswith(text)
        assert text.endswith("at") or str(raised.value) == text


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ac.ShapeError, ValueError),
        (ac.DtypeError, TypeError),
        (ac.UnsupportedFunction, TypeError),
        (ac.HistoryError, TypeError),
        (ac.GraphReleasedError, RuntimeError),
        (ac.GradientError, RuntimeError),
        (ac.AssignmentError, ValueError),
        (ac.MissingExtra, ImportError),
    ],
)
def test_errors_are_the_builtin_ones_too(ours, theirs):
    """`except ValueError` around NumPy code keeps working when it is given Tensors."""
    assert issubclass(ours, theirs)
    assert issubclass(ours, ac.AutogradError)


def test_storing_a_tensor_in_an_array_explains_itself():
    """NumPy's own error surfaces, with ours as its cause."""
    z = np.zeros(3)
    with pytest.raises((ValueError, TypeError)) as raised:
        z[0] = S
    errors = [raised.value, raised.value.__cause__, raised.value.__context__]
    assert any(isinstance(e, ac.HistoryError) for e in errors)
    with pytest.raises(ac.HistoryError, match="conversion to an ndarray"):
        z[:] = leaf(np.ones(3))


def test_a_broken_import_inside_an_extra_is_not_hidden(tmp_path, monkeypatch):
    """Only the module's own absence means that the extra is missing."""
    (tmp_path / "broken_extra.py").write_text("import not_there_either")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there_either"):
        require("broken_extra", extra="viz")


def test_a_rule_that_breaks_its_promise_is_named():
    @ac.primitive
    def doubled(a):
        return a * 2

    ac.general(doubled, lambda g, y, _a: g * 2 * (_a == _a))
    with pytest.raises(ac.RuleError, match="its parameter name starts with an underscore, which promises shape and dtype only"):
        doubled(leaf(np.ones(2))).sum().backward()


def test_a_rule_of_the_wrong_shape_is_named():
    @ac.primitive
    def total(a):
        return np.sum(a)

    ac.general(total, lambda g, y, _a: g * np.ones((7,)))
    with pytest.raises(ac.RuleError, match=r"a rule returned shape \(7,\) for an operand of shape \(2, 3\)"):
        total(X).backward()
