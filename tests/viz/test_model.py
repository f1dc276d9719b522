import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograd_core.viz import Edge, Graph, Group, Node, Statistics, Step, summarise
from tests.viz.graphs import HOSTILE, graphs, mlp, recorded, rnn


@settings(max_examples=50)
@given(graphs(names=st.sampled_from(["", *HOSTILE])))
def test_json_round_trip_is_the_identity(graph):
    assert Graph.from_json(graph.to_json()) == graph


def test_statistics_survive_the_round_trip(tmp_path):
    graph = recorded(rnn())
    assert Graph.load(graph.save(tmp_path / "graph.json")) == graph


def test_the_file_says_what_it_is():
    data = mlp().to_dict()
    assert (data["format"], data["version"]) == ("autograd-core/graph", 1)
    assert set(data) >= {"nodes", "edges", "groups", "steps"}
    assert {"id", "kind", "operation", "name", "module", "shape", "dtype", "bytes", "source", "forward", "gradient"} <= set(
        data["nodes"][0]
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "dot"}, "not an autograd-core graph"),
        ({"version": 2}, "version 2 is not one this autograd-core reads"),
        ({"nodes": [{"id": 1}, {"id": 1}]}, "ids must increase"),
        ({"nodes": [{"id": 0, "kind": "magic"}]}, "kind 'magic'"),
        ({"nodes": 3}, "malformed"),
        ({"nodes": [{}]}, "malformed: KeyError"),
        ({"edges": [{"source": 0, "target": 99}]}, "there is no node 99"),
        ({"edges": [{"source": 3, "target": 1}]}, "goes backwards"),
        ({"steps": [{"phase": "sideways", "node": 0}]}, "phase 'sideways'"),
        ({"groups": [{"path": "a"}, {"path": "a"}]}, "appears twice"),
        ({"failure": {"message": "x", "node": 1000}}, "there is no node 1000"),
    ],
)
def test_data_that_is_not_a_graph_is_refused_with_the_reason(change, message):
    data = mlp().to_dict() | change
    if "nodes" in change:
        data["edges"] = []
    with pytest.raises(ValueError, match=message):
        Graph.from_dict(data)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"text"', "[" * 100_000])
def test_text_that_is_not_a_graph_is_refused(text):
    with pytest.raises(ValueError, match=r"not JSON|not an autograd-core graph"):
        Graph.from_json(text)


def test_an_edge_may_not_go_backwards():
    with pytest.raises(ValueError, match="an operand is made before its result"):
        Graph((Node(0), Node(1)), (Edge(1, 0),))


def test_iteration_is_in_creation_order_and_repr_is_short():
    graph = recorded(mlp())
    assert [n.id for n in graph] == list(range(len(graph)))
    assert repr(graph) == f"Graph({len(graph)} nodes, {len(graph.edges)} edges, {len(graph.steps)} steps)"
    assert Graph().to_dict()["nodes"] == []
    assert Group("a") != Group("b")
    assert Step("forward", 0) == Step("forward", 0)


floats = st.sampled_from([np.float16, np.float32, np.float64]).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, min_side=0, max_side=9))
)


@given(floats)
def test_statistics_are_numpys_over_the_finite_entries(a):
    """One summary of any array: non-finite entries are counted, the rest measured in float64."""
    s = summarise(a)
    x = a.astype(np.float64).ravel()
    finite = x[np.isfinite(x)]
    assert (s.size, s.nan, s.inf, s.zero) == (a.size, np.isnan(x).sum(), np.isinf(x).sum(), (x == 0).sum())
    assert (s.value is None) == (a.size > 64)
    json.dumps(s.to_dict(), allow_nan=False)
    assert Statistics.from_dict(json.loads(json.dumps(s.to_dict()))) == s
    if not finite.size:
        assert s.l2 is None
        assert s.counts == ()
        return
    assert (s.min, s.max) == (finite.min(), finite.max())
    assert sum(s.counts) == finite.size
    with np.errstate(over="ignore", under="ignore"):
        norm = np.linalg.norm(finite)
    if np.isfinite(norm) and norm > 1e-150:
        assert s.l2 == norm


def test_the_norm_neither_overflows_nor_vanishes():
    assert summarise(np.array([3e200, 4e200])).l2 == pytest.approx(5e200)
    assert summarise(np.array([3e-200, 4e-200])).l2 == pytest.approx(5e-200)
    assert summarise(np.array([np.finfo(float).max, -np.finfo(float).max])).counts[0] == 1


def test_values_read_as_a_person_writes_them():
    assert summarise(np.array([0.1, np.nan, -np.inf], np.float32)).value == [0.1, "nan", "-inf"]
    assert summarise(np.array([[1 + 2j]])).value == [["(1+2j)"]]
    assert summarise(np.array([True, False])).value == [True, False]
    assert summarise(np.array(["a"], dtype=object)).to_dict()["l2"] is None
