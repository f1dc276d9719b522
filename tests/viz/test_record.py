"""Recordings and traces of real computations."""

import json
import threading

import numpy as np
import pytest

import autograd_core as ac
from autograd_core import viz


def leaf(value, name):
    return ac.tensor(value, requires_grad=True, name=name)


def by_name(graph, name):
    return next(n for n in graph if name in (n.name, n.operation))


def test_values_and_gradients_are_numpys():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(5, 3)), rng.normal(size=(3, 2))
    a, b = leaf(x, "x"), leaf(w, "w")
    with viz.record() as recording:
        y = ac.tanh(a @ b)
        (y * y).sum().backward()
    t = np.tanh(x @ w)
    dz = 2 * t * (1 - t * t)
    nodes = {n["name"] or n["operation"]: n for n in recording.graph.to_dict()["nodes"]}
    assert nodes["matmul"]["forward"]["l2"] == np.linalg.norm(x @ w)
    assert nodes["tanh"]["gradient"]["l2"] == pytest.approx(np.linalg.norm(2 * t), rel=1e-15)
    assert nodes["w"]["gradient"]["l2"] == np.linalg.norm(b.grad.numpy())
    assert nodes["w"]["gradient"]["l2"] == pytest.approx(np.linalg.norm(x.T @ dz), rel=1e-12)
    assert nodes["x"]["forward"]["value"] == x.tolist()
    assert nodes["matmul"]["derivative"] == "dA = G B^T; dB = A^T G"
    assert json.loads(recording.graph.to_json())["version"] == 1


def test_steps_are_in_the_order_they_ran():
    x = leaf([1.0, 2.0], "x")
    with viz.record() as recording:
        y = ac.exp(x)
        (y * x).sum().backward()
    graph = recording.graph
    names = {n.id: n.operation or n.name for n in graph}
    steps = [(s.phase, names[s.node]) for s in graph.steps]
    assert steps == [
        ("forward", "exp"), ("forward", "multiply"), ("forward", "sum"),
        ("backward", "sum"), ("backward", "multiply"), ("backward", "exp"), ("backward", "x"),
    ]  # fmt: skip
    assert all(s.seconds >= 0 for s in graph.steps)


def test_what_each_consumer_contributes_adds_up():
    """The gradient of a value used twice is the sum of what its consumers send back."""
    x = leaf([3.0], "x")
    with viz.record() as recording:
        (x * x + x.sum()).sum().backward()
    graph = recording.graph
    sent = [e.gradient for e in graph.edges if e.source == by_name(graph, "x").id]
    assert sent == [3.0, 3.0, 1.0]
    assert by_name(graph, "x").gradient.value == [7.0]


def test_a_complex_gradient_is_the_direction_of_steepest_ascent():
    z = leaf([1 + 2j], "z")
    with viz.record() as recording:
        (z * z).real.sum().backward()
    assert by_name(recording.graph, "z").gradient.value == [str(complex(z.grad.numpy()[0]))]


def test_modules_calls_and_classes():
    h = leaf(np.ones((2, 3)), "h0")
    w = leaf(np.eye(3), "w")
    with viz.record() as recording:
        for _ in range(3):
            with ac.scope("cell", "Cell"):
                h = ac.tanh(h @ w)
        h.sum().backward()
    graph = recording.graph
    assert [n.call for n in graph if n.operation == "tanh"] == [0, 1, 2]
    assert [(g.path, g.class_name) for g in graph.groups] == [("cell", "Cell")]
    view = viz.draw(graph).view
    assert [(c.title, c.times) for c in view.clusters] == [("cell, t = 1..3  Cell", 3)]
    assert "h0" in [b.title for b in view.boxes]


def test_equal_siblings_are_marked_as_repeats():
    x = leaf(np.ones(3), "x")
    for k in range(3):
        with ac.scope(f"layers.{k}"):
            x = ac.sin(x * 2)
    groups = {g.path: g for g in ac.trace(x).groups}
    assert [groups[f"layers.{k}"].repeat_of for k in range(3)] == [None, "layers.0", "layers.0"]
    assert groups["layers"].children == ("layers.0", "layers.1", "layers.2")


def test_parameters_are_counted_and_folded():
    class Parameter(ac.Tensor):
        pass

    w = Parameter(np.ones((4, 3)), requires_grad=True, name="layer.weight")
    with ac.scope("layer", "Linear"):
        y = leaf(np.ones((2, 4)), "x") @ w + 1.0
    graph = ac.trace(y)
    assert by_name(graph, "layer.weight").kind == "parameter"
    assert graph.groups[0].parameters == 12
    box = next(b for b in viz.draw(graph).view.boxes if b.title == "matmul")
    assert box.lines == ["weight 4×3"]


def test_a_computation_that_raised_is_drawn_up_to_the_failing_operation():
    x = leaf(np.ones((3, 4)), "x")
    recording = viz.record()

    def work():
        y = x * 2
        return y @ y

    with pytest.raises(ac.ShapeError), recording:
        work()
    graph = recording.graph
    failed = graph.nodes[-1]
    assert (failed.operation, graph.failure.node) == ("matmul", failed.id)
    assert graph.failure.message.startswith("ShapeError: matmul of float64[3, 4], float64[3, 4]")
    assert [e.source for e in graph.edges if e.target == failed.id] == [by_name(graph, "multiply").id] * 2
    assert "raised: ShapeError" in viz.draw(recording).to_text()


def test_an_error_of_the_users_is_kept_too():
    recording = viz.record()
    with pytest.raises(KeyError), recording:
        {}[(leaf(1.0, "x") * 2).ndim]
    assert recording.graph.failure.message == "KeyError: 0"
    assert recording.graph.failure.node == recording.graph.nodes[-1].id


def test_lines_of_the_program_are_kept():
    x = leaf(1.0, "x")
    with viz.record() as recording:
        ac.exp(x)  # the line that is kept
    source = by_name(recording.graph, "exp").source
    assert source.code == "ac.exp(x)  # the line that is kept"
    assert source.file.endswith("test_record.py")
    assert not source.file.startswith("/")
    with viz.record(sources=False) as recording:
        ac.exp(x)
    assert by_name(recording.graph, "exp").source is None


def test_named_inputs_that_are_not_differentiated():
    images = np.ones((100, 2), np.float32)
    w = leaf(np.ones((2, 2), np.float32), "w")
    with viz.record(inputs={"images": images}) as recording:
        images @ w + images @ w
    nodes = [n for n in recording.graph if n.name == "images"]
    assert [(n.kind, n.shape) for n in nodes] == [("input", (100, 2))]


def test_values_sample_and_full():
    x = leaf(np.arange(10_000.0), "x")
    kept = {}
    for values, budget in (("stats", 64), ("sample", 64), ("full", 64), ("full", 0.05)):
        with viz.record(values=values, budget=budget) as recording:
            ac.sin(x)
        value = by_name(recording.graph, "x").forward.value
        kept[values, budget] = (None if value is None else len(value), recording.graph.notes)
    assert kept["stats", 64] == (None, ())
    assert kept["sample", 64] == (256, ())
    assert kept["full", 64] == (10_000, ())
    assert kept["full", 0.05] == (256, ("2 arrays were sampled: the memory budget of the recording was used up",))
    with pytest.raises(ValueError, match="values='all' is not one of 'stats', 'sample', 'full'"):
        viz.record(values="all")


def test_a_recording_is_used_once_and_read_after():
    recording = viz.record()
    with recording, pytest.raises(RuntimeError, match=r"read `recording.graph` after the `with` block"):
        _ = recording.graph
    with pytest.raises(RuntimeError, match=r"used once; call ac.viz.record\(\) again"), recording:
        pass
    assert repr(recording) == "Recording(Graph(0 nodes, 0 edges, 0 steps))"
    assert "text/html" in recording._repr_mimebundle_()
    assert set(viz.record()._repr_mimebundle_()) == {"text/plain"}


def test_recording_leaves_no_trace_and_no_memory():
    import weakref

    x = leaf(np.ones(3), "x")
    with viz.record():
        y = x * 2
    node = weakref.ref(y._node)
    del y
    assert node() is None
    assert ac.trace(x + 1).steps == ()


def test_recordings_nest_and_leave_debug_on():
    x = leaf([1.0, 0.0], "x")
    with viz.record() as outer:
        y = x * 2
        with viz.record() as inner:
            y.sum().backward()
    assert [s.phase for s in inner.graph.steps] == ["forward"] + ["backward"] * 3
    assert [s.phase for s in outer.graph.steps] == ["forward"] * 2 + ["backward"] * 3
    with np.errstate(divide="ignore"), ac.debug(), pytest.raises(ac.NonFiniteError), viz.record() as recording:
        ac.log(x)
    assert recording.graph.failure.message.startswith("NonFiniteError")


def test_a_recording_sees_its_own_thread_only():
    def work():
        ac.exp(leaf(1.0, "other"))

    with viz.record() as recording:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert len(recording.graph) == 0


def test_gradients_of_transforms_are_recorded():
    with viz.record() as recording:
        ac.grad(lambda x: (x**3).sum())(np.array([2.0]))
    graph = recording.graph
    assert by_name(graph, "power").gradient.value == [1.0]
    assert {s.phase for s in graph.steps} == {"forward", "backward"}
    assert next(n for n in graph if n.kind == "input").gradient.value == [12.0]


def test_second_derivatives_are_recorded():
    x = leaf(3.0, "x")
    with viz.record() as recording:
        (x**3).backward(create_graph=True)
        x.grad.backward()
    assert sum(s.phase == "backward" for s in recording.graph.steps) > 4
    viz.explore(recording).to_html()


def test_a_primitive_with_several_outputs():
    a = leaf(np.diag([1.0, 2.0]), "a")
    values, vectors = np.linalg.eigh(a)
    with viz.record() as recording:
        values, vectors = np.linalg.eigh(a)
        (values.sum() + vectors.sum()).backward()
    graph = recording.graph
    assert by_name(graph, "symmetric_eigen").arguments == "2 outputs"
    assert sum(n.operation == "item" for n in graph) == 2


def test_trace_of_a_function_names_its_arguments():
    def area(width, height, *, scale=1.0):
        return width * height * scale

    graph = ac.trace(area)(2.0, 3.0, scale=0.5)
    assert graph.title == "area"
    assert [n.name for n in graph if n.kind == "input"] == ["width", "height", "scale"]
    assert graph.nodes[-1].kind == "output"
    assert graph.nodes[-1].forward.value == 3.0


def test_trace_of_a_tensor_and_of_several():
    x = leaf([1.0, 2.0], "x")
    assert [n.kind for n in ac.trace(ac.sin(x))] == ["input", "output"]
    graph = ac.trace({"a": ac.sin(x), "b": [ac.cos(x)]})
    assert [n.operation for n in graph if n.kind == "output"] == ["sin", "cos"]


def test_a_released_graph_still_draws():
    x = leaf(np.ones((2, 2)), "x")
    y = ac.exp(x @ x).sum()
    y.backward()
    assert [n.operation or n.name for n in ac.trace(y)] == ["x", "matmul", "exp", "sum"]


def test_what_has_no_graph_is_refused():
    with pytest.raises(ValueError, match=r"nothing was recorded for a Tensor of shape \(\): compute it from a Tensor with"):
        ac.trace(ac.tensor(1.0))
    with pytest.raises(ValueError, match="returned nothing that depends on its arguments"):
        ac.trace(lambda x: 1.0)(2.0)
    with pytest.raises(TypeError, match="cannot draw str"):
        viz.explore("graph")
    with pytest.raises(TypeError, match="takes one target, or two to compare; got 0"):
        viz.explore()


def test_a_deep_graph_needs_no_recursion():
    x = leaf(1.0, "x")
    y = x
    for _ in range(5000):
        y = y + 1.0
    assert [b.title for b in viz.draw(y).view.boxes] == ["x = 1", "add"]


def test_metadata_reads_like_the_call():
    x = leaf(np.ones((3, 4, 5)), "x")
    arguments = [n.arguments for n in ac.trace([x.sum(axis=1, keepdims=True), x[:, 1:3], x[..., 0], x.transpose(2, 0, 1)])]
    assert "axis=1, keepdims=True" in arguments
    assert "[:, 1:3]" in arguments
    assert "[..., 0]" in arguments


def test_gradients_of_numbers_are_recorded_too():
    """NumPy makes scalars of arrays without axes, in the walk too."""
    x = ac.tensor(1.5, requires_grad=True, name="x")
    with ac.viz.record() as recording:
        np.tanh(np.sin(np.square(x))).backward()
    gradients = {node["name"] or node["operation"]: node["gradient"] for node in recording.graph.to_dict()["nodes"]}
    assert all(gradients.values())
    assert gradients["x"]["l2"] == pytest.approx(abs(x.grad.item()))
    assert all(edge["gradient"] for edge in recording.graph.to_dict()["edges"])
