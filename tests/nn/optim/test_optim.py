"""Optimizers without PyTorch: groups, state, blocks, and what second-order ones are for."""

import numpy as np
import pytest

import autograd_core as ac
import nn

FIRST_ORDER = ["SGD", "Adagrad", "Adadelta", "RMSprop", "Adam", "AdamW", "NAdam", "RAdam"]


def leaf(*shape, seed=0, dtype=float):
    return ac.tensor(np.random.default_rng(seed).normal(size=shape).astype(dtype), requires_grad=True)


def steps(optimizer, p, n):
    for _ in range(n):
        optimizer.zero_grad()
        (p**4).sum().backward()
        optimizer.step()


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_blocks_do_not_change_the_numbers(name):
    """A parameter of several blocks, and one that is not contiguous, move as their elements would alone."""
    p, few = leaf(3, 20_000), leaf(3, 20_000)
    few = ac.tensor(few.numpy()[:, :5], requires_grad=True)
    turned = nn.Parameter(np.asfortranarray(few.numpy()))
    for q in (p, few, turned):
        steps(getattr(nn.optim, name)([q], lr=0.01, weight_decay=0.1), q, 3)
    np.testing.assert_allclose(p.numpy()[:, :5], few.numpy(), rtol=1e-14)
    np.testing.assert_allclose(turned.numpy(), few.numpy(), rtol=1e-14)


@pytest.mark.parametrize("name", [*FIRST_ORDER, "LBFGS"])
def test_state_resumes_exactly(name):
    p, q = leaf(4), leaf(4)

    def run(o, x, n):
        for _ in range(n):

            def closure():
                o.zero_grad()
                loss = (x**4).sum()
                loss.backward()
                return loss

            o.step(closure)

    options = {"momentum": 0.9} if name in ("SGD", "RMSprop") else {"max_iter": 2} if name == "LBFGS" else {}
    first = getattr(nn.optim, name)([p], lr=0.1, **options)
    run(first, p, 3)
    again = ac.tensor(p.numpy(), requires_grad=True)
    second = getattr(nn.optim, name)([again], lr=0.7, **options)
    second.load_state_dict(first.state_dict())
    run(first, p, 3)
    run(second, again, 3)
    assert (p.numpy() == again.numpy()).all()
    assert (p.numpy() != q.numpy()).all()


@pytest.mark.parametrize("name", ["SGD", "LBFGS", "Newton", "NaturalGradient"])
def test_a_closure_records_whatever_the_mode(name):
    p = leaf(3)
    optimizer = getattr(nn.optim, name)([p], lr=0.1)

    def closure():
        if name == "NaturalGradient":
            return p * p
        loss = (p * p).sum()
        if name != "Newton":
            optimizer.zero_grad()
            loss.backward()
        return loss

    before = (p * p).sum().item()
    with ac.no_grad():
        optimizer.step(closure)
    assert (p * p).sum().item() < before


def test_a_graph_does_not_see_the_step():
    p = leaf(3)
    y = (p * p).sum()
    before = p.numpy().copy()
    p.grad = ac.tensor(np.ones(3))
    nn.optim.SGD([p], lr=1.0).step()
    y.backward(inputs=[p])
    np.testing.assert_allclose(p.grad.numpy(), 1 + 2 * before)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda p: nn.optim.SGD([p], lr=0), "lr=0 must be positive"),
        (lambda p: nn.optim.Adam([p], lr=-1), "lr=-1 must be positive"),
        (lambda p: nn.optim.Adam([p], lr=float("nan")), "lr=nan must be positive"),
        (lambda p: nn.optim.Adam([p], betas=(0.9, 1.0)), r"betas=\(0.9, 1.0\) must be two numbers that lie in \[0, 1\)"),
        (lambda p: nn.optim.SGD([]), "an optimizer needs at least one parameter"),
        (lambda p: nn.optim.SGD([p, p]), r"a parameter of shape \(2,\) is in two groups, or twice in one"),
        (nn.optim.SGD, "params must be an iterable of Tensors"),
        (lambda p: nn.optim.SGD([p * 2]), "an optimizer changes leaf Tensors"),
        (lambda p: nn.optim.SGD([p], nesterov=True), "nesterov=True needs momentum > 0"),
        (lambda p: nn.optim.SGD([p], lr="0.1"), "lr='0.1' must be positive"),
        (lambda p: nn.optim.SGD(nn.Linear(1, 1)), r"such as model.parameters\(\), not a Linear"),
        (lambda p: nn.optim.Adam([p], betas=(0.9,)), r"betas=\(0.9,\) must be two numbers"),
        (lambda p: nn.optim.Adam([{"params": p, "betas": (0.9, 2)}]), r"betas=\(0.9, 2\) must be two numbers"),
        (lambda p: nn.optim.SGD([{"params": p, "nesterov": True}]), "nesterov=True needs momentum > 0"),
        (lambda p: nn.optim.RMSprop([{"params": p, "alpha": -1}]), "alpha=-1 must be non-negative"),
        (lambda p: nn.optim.Adadelta([p], rho=2), r"rho=2 must lie in \[0, 1\]"),
        (lambda p: nn.optim.Adagrad([p], lr_decay=-1), "lr_decay=-1 must be non-negative"),
        (lambda p: nn.optim.NAdam([p], momentum_decay=-1), "momentum_decay=-1 must be non-negative"),
        (lambda p: nn.optim.Adam([{"lr": 0.1}]), r"a group of parameters needs 'params', but has only \['lr'\]"),
        (lambda p: nn.utils.clip_grad_norm_(p, -1.0), "max_norm=-1.0 must be non-negative"),
        (lambda p: nn.optim.LBFGS([p], line_search_fn="armijo"), "line_search_fn='armijo' must be None or 'strong_wolfe'"),
        (lambda p: nn.optim.Newton([p], method="qr"), "method='qr' must be 'auto', 'exact' or 'cg'"),
        (lambda p: nn.optim.Newton([{"params": p}, {"params": leaf(3)}]), "Newton has one Hessian .* one group only"),
        (lambda p: nn.optim.LBFGS([p]).add_param_group({"params": leaf(3)}), "LBFGS has one direction .* one group only"),
        (lambda p: nn.optim.NaturalGradient([p]).add_param_group({"params": leaf(3)}), "one Fisher matrix .* one group only"),
        (lambda p: nn.optim.Newton([p]).step(), r"call step\(closure\)"),
    ],
)
def test_bad_arguments_are_named(make, text):
    with pytest.raises(ValueError, match=text):
        make(leaf(2))


def test_state_of_another_optimizer_is_refused():
    with pytest.raises(nn.StateDictError, match=r"the state has groups of \[2\] parameters, this optimizer of \[1\]"):
        nn.optim.SGD([leaf(2)]).load_state_dict(nn.optim.SGD([leaf(2), leaf(3)]).state_dict())
    with pytest.raises(nn.StateDictError, match=r"the state of an optimizer has 'state' and 'param_groups', not \['lr'\]"):
        nn.optim.SGD([leaf(2)]).load_state_dict({"lr": 1})
    adam = nn.optim.Adam([p := leaf(2)])
    steps(adam, p, 1)
    with pytest.raises(nn.StateDictError, match=r"exp_avg has shape \(2,\) for a parameter of shape \(3,\)"):
        nn.optim.Adam([leaf(3)]).load_state_dict(adam.state_dict())


def ill_conditioned(n=20, condition=1e4):
    """Least squares whose Hessian has eigenvalues from 1 to `condition`."""
    rng = np.random.default_rng(0)
    q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    a = q * np.sqrt(np.geomspace(1, condition, n))
    target = a.T @ rng.normal(size=n)
    return a, target


def loss_of(a, target, p):
    r = a.T @ p - target
    return (r * r).sum() / 2


def test_second_order_methods_need_a_small_fraction_of_the_steps():
    a, target = ill_conditioned()
    p = ac.tensor(np.zeros(20), requires_grad=True)
    descent = nn.optim.SGD([p], lr=1 / 1e4)  # the largest stable rate is 2e-4
    for _ in range(2000):
        descent.zero_grad()
        loss_of(a, target, p).backward()
        descent.step()
    slow = loss_of(a, target, p).item()
    assert slow > 1e-3

    for name, count, options in (
        ("Newton", 1, {}),
        ("Newton", 15, {"method": "cg"}),
        ("NaturalGradient", 1, {"damping": 1e-9}),
    ):
        p = ac.tensor(np.zeros(20), requires_grad=True)
        optimizer = getattr(nn.optim, name)([p], **options)
        for _ in range(count):
            if name == "Newton":
                optimizer.step(lambda p=p: loss_of(a, target, p))
            else:  # noise of variance 1/20: per-sample gradients for targets one deviation off make the Fisher matrix
                optimizer.step(
                    lambda p=p: (a.T @ p - target) ** 2 / 2 * 20, lambda p=p: (a.T @ (p - p.detach()) - 20**-0.5) ** 2 / 2 * 20
                )
        assert loss_of(a, target, p).item() < 1e-8, name

    p = ac.tensor(np.zeros(20), requires_grad=True)
    optimizer = nn.optim.LBFGS([p], max_iter=150, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss_of(a, target, p)
        value.backward()
        return value

    optimizer.step(closure)
    assert loss_of(a, target, p).item() < 1e-6


def test_products_with_the_fisher_matrix_solve_as_the_matrix_does():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 4)), rng.integers(0, 3, 30)
    found = []
    for method in ("exact", "cg"):
        model = nn.Linear(4, 3, dtype=np.float64, rng=0)
        optimizer = nn.optim.NaturalGradient(model.parameters(), 0.5, 1e-2, method)
        for _ in range(3):
            optimizer.step(lambda model=model: nn.functional.cross_entropy(model(x), y, reduction="none"))
        found.append(nn.utils.parameters_to_vector(model.parameters()).numpy())
    np.testing.assert_allclose(*found, rtol=1e-6)
    with pytest.raises(ac.ShapeError, match=r"needs the loss of each sample, of shape \(N,\), not \(\)"):
        optimizer.step(lambda: nn.functional.cross_entropy(model(x), y))


def test_newton_leaves_saddles_and_finds_the_minimum_of_a_network():
    p = ac.tensor([1e-3, 0.0], requires_grad=True)
    for method in ("exact", "cg"):
        optimizer = nn.optim.Newton([p], method=method)
        for _ in range(30):
            optimizer.step(lambda: p[0] ** 4 - p[0] ** 2 + p[1] ** 2)
        assert abs(p.numpy()[0]) == pytest.approx(0.5**0.5, rel=1e-6)


@pytest.mark.parametrize("name", ["LBFGS", "Newton", "NaturalGradient"])
def test_a_gradient_that_is_not_finite_moves_nothing(name):
    p = leaf(3)
    before, optimizer = p.numpy().copy(), getattr(nn.optim, name)([p])

    def closure():
        losses = p * p * np.nan
        if name == "LBFGS":
            losses.sum().backward()
        return losses if name == "NaturalGradient" else losses.sum()

    with pytest.raises(nn.TrainingError, match=f"{name}: the gradient is not finite, so there is no step to take"):
        optimizer.step(closure)
    assert (p.numpy() == before).all()


@pytest.mark.filterwarnings("ignore:invalid value encountered in log")
@pytest.mark.parametrize("name", ["LBFGS", "Newton"])
def test_a_line_search_comes_back_from_where_the_loss_is_not_a_number(name):
    """x - log x is least at 1; from 0.01 the first steps overshoot to negative numbers or far beyond."""
    for start in (0.01, 3.0, 30.0):
        p = ac.tensor([start], requires_grad=True)
        optimizer = (
            nn.optim.LBFGS([p], lr=50.0, max_iter=60, line_search_fn="strong_wolfe")
            if name == "LBFGS"
            else nn.optim.Newton([p])
        )

        def closure(p=p, optimizer=optimizer):
            optimizer.zero_grad()
            loss = (p - ac.log(p)).sum()
            if name == "LBFGS":
                loss.backward()
            return loss

        for _ in range(1 if name == "LBFGS" else 30):
            optimizer.step(closure)
        assert p.item() == pytest.approx(1, rel=1e-4), start


def test_vectors_and_back():
    model, other = nn.Linear(3, 2, rng=0), nn.Linear(3, 2, rng=1)
    vector = nn.utils.parameters_to_vector(model.parameters())
    nn.utils.vector_to_parameters(vector, other.parameters())
    assert (other.weight.numpy() == model.weight.numpy()).all()
    with pytest.raises(ac.ShapeError, match="a vector of 8 elements for parameters of 4"):
        nn.utils.vector_to_parameters(vector, nn.Linear(3, 1).parameters())


def test_clipping():
    p = leaf(3)
    p.grad = ac.tensor([3.0, -4.0, 0.0])
    assert nn.utils.clip_grad_norm_([p], 10) == 5
    assert p.grad.tolist() == [3, -4, 0]
    nn.utils.clip_grad_value_([p], 1)
    assert p.grad.tolist() == [1, -1, 0]
    p.grad = ac.tensor([np.inf, 0.0, 0.0])
    with pytest.raises(nn.TrainingError, match=r"the norm of the gradients is inf"):
        nn.utils.clip_grad_norm_([p], 1, error_if_nonfinite=True)
