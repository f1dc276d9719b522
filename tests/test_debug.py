"""`ac.debug` names the first value that is not finite, and who changed a captured array."""

import numpy as np
import pytest

import autograd_core as ac
from autograd_core._modes import MODE


def leaf(*values, name=None):
    return ac.tensor(values, requires_grad=True, name=name)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_forward_infinity_is_named_with_its_operand_and_line():
    x = leaf(1.0, 0.0, name="x")
    with pytest.raises(ac.NonFiniteError) as caught, ac.debug(), ac.scope("head"):
        np.log(x)
    text = str(caught.value)
    assert text.startswith("log made -inf at index (1,) of finite operands: ")
    assert "=0.0 (operand x); module head, test_debug.py:" in text
    assert text.endswith("np.log(x)")


def test_the_where_trap_is_explained():
    x = leaf(4.0, 0.0)
    sent = r"sqrt sent, as the cotangent of operand 0, nan at index \(1,\)"
    with pytest.raises(ac.NonFiniteError, match=sent) as caught, ac.debug():
        np.sum(np.where(x.numpy() > 0, np.sqrt(x), 0)).backward()
    assert "np.where(mask, f(np.where(mask, x, 1)), 0)" in str(caught.value)
    assert "of finite operands: y=0.0, g=0.0; test_debug.py:" in str(caught.value)
    assert "while differentiating sqrt, recorded at test_debug.py:" in caught.value.__notes__[0]


def test_the_remedy_for_the_where_trap_works():
    x = leaf(4.0, 0.0)
    mask = x.numpy() > 0
    with ac.debug():
        np.sum(np.where(mask, np.sqrt(np.where(mask, x, 1)), 0)).backward()
    assert x.grad.tolist() == [0.25, 0.0]


def test_infinity_that_was_given_is_no_mistake():
    x = leaf(1.0, 2.0)
    with ac.debug():
        np.exp(np.where([True, False], x, -np.inf)).sum().backward()
    assert x.grad.tolist() == [np.e, 0.0]


def test_a_write_into_a_captured_array_raises_where_it_happens():
    x, a = leaf(1.0, 2.0), np.ones(2)
    with ac.debug():
        y = (x * a).sum()
        with pytest.raises(ValueError, match="read-only"):
            a[0] = 5
        y.backward()
        a[0] = 5  # the graph was walked, so the array is the caller's again
    assert x.grad.tolist() == [1.0, 1.0]


def test_a_write_through_an_older_view_is_noticed_by_the_checksum():
    x, a = leaf(1.0, 2.0), np.ones(2)
    view = a[:]
    with ac.debug():
        y = (x * a).sum()
        view[0] = 5
        with pytest.raises(ac.AssignmentError, match="the array of operand 1 of multiply, recorded at test_debug"):
            y.backward()
    assert a.flags.writeable


@pytest.mark.parametrize("wrapped", [lambda index: index, lambda index: (index,)])
def test_a_write_into_an_index_is_noticed(wrapped):
    """An index or a mask is captured as an operand is: another one in the backward pass gives another gradient."""
    x, index = leaf(1.0, 2.0, 3.0), np.array([0, 1])
    with ac.debug():
        y = x[wrapped(index)].sum()
        with pytest.raises(ValueError, match="read-only"):
            index[0] = 2
        y.backward()
        index[0] = 2
    mask = np.array([True, False, True])
    view = mask[:]
    with ac.debug():
        y = np.sum(x, where=mask)
        view[1] = True
        with pytest.raises(ac.AssignmentError, match="the array of where of sum, recorded at test_debug"):
            y.backward()
    assert index.flags.writeable
    assert mask.flags.writeable


def test_arrays_are_writable_again_after_the_block():
    x, a = leaf(1.0, 2.0), np.ones(2)
    with ac.debug():
        x * a
        assert not a.flags.writeable
    assert a.flags.writeable


def test_an_error_of_a_rule_carries_the_line_of_the_forward_pass():
    @ac.primitive
    def odd(a):
        return a * 2

    ac.elementwise(odd, lambda g, _y, _a: g @ 3)
    with pytest.raises(ValueError, match="matmul") as caught, ac.debug():
        odd(leaf(1.0, 2.0)).sum().backward()
    assert "while differentiating odd, recorded at test_debug.py" in caught.value.__notes__[0]


def test_nothing_is_left_behind():
    before = MODE.get()
    with ac.debug():
        assert MODE.get().observer is not None
    assert MODE.get() is before


def test_second_derivatives_work_under_debug():
    with ac.debug():
        assert ac.grad(ac.grad(lambda x: x**3))(2.0).item() == 12.0
