"""Graphs made by hand and by Hypothesis, for the tests of pictures."""

from hypothesis import strategies as st

from autograd_core.viz import Edge, Graph, Group, Node, Step, summarise
from autograd_core.viz._model import elements

HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"'`;--\\N\\l{a|b}<i>",
    "a:b:c",
    "<b>html</b>",
    "\u202eright to left \u05d0\u05d1\u05d2",
    "\U0001f600 \u6f22\u5b57 \u00e9",
    "x" * 10_000,
    "line\nbreak\ttab\x00nul\x1b[31m",
    "]]> --> &amp; &#60; %00",
    "\u2028\u2029",
    " ",
]


class Builder:
    """Write a graph down operation by operation."""

    def __init__(self):
        self.nodes, self.edges, self.groups = [], [], {}

    def leaf(self, kind, name="", shape=(), **more):
        n = Node(len(self.nodes), kind, name=name, shape=shape, dtype="float32", bytes=4 * elements(shape), **more)
        self.nodes.append(n)
        return n.id

    def op(self, operation, *operands, shape=(), module="", **more):
        kind = more.pop("kind", "operation")
        n = Node(len(self.nodes), kind, operation, module=module, shape=shape, bytes=4 * elements(shape), **more)
        self.nodes.append(n)
        self.edges += [Edge(a, n.id, slot) for slot, a in enumerate(operands)]
        return n.id

    def linear(self, x, n_in, n_out, path, call=0):
        """Write down `x @ weight.T + bias` inside a module."""
        self.groups[path] = ("Linear", n_in * n_out + n_out)
        w = self.leaf("parameter", f"{path}.weight", (n_out, n_in))
        b = self.leaf("parameter", f"{path}.bias", (n_out,))
        t = self.op("transpose", w, shape=(n_in, n_out), module=path, call=call)
        y = self.op("matmul", x, t, shape=(32, n_out), module=path, call=call)
        return self.op("add", y, b, shape=(32, n_out), module=path, call=call)

    def graph(self, **more):
        groups = tuple(Group(path, name, (), count) for path, (name, count) in self.groups.items())
        return Graph(tuple(self.nodes), tuple(self.edges), groups, **more)


def mlp(layers=2):
    b = Builder()
    x = b.leaf("input", "x", (32, 8))
    for k in range(layers):
        x = b.op("tanh", b.linear(x, 8, 8, f"layers.{k}"), shape=(32, 8))
    y = b.leaf("input", "target", (32, 8))
    b.op("mse", x, y, kind="output", name="loss")
    return b.graph(title="MLP")


def rnn(times=5, modules=True):
    b = Builder()
    x, h = b.leaf("input", "x", (8, times, 4)), b.leaf("input", "h0", (8, 6))
    w, u = b.leaf("parameter", "cell.weight_ih", (4, 6)), b.leaf("parameter", "cell.weight_hh", (6, 6))
    outputs = []
    for t in range(times):
        where = {"module": "cell", "call": t} if modules else {}
        x_t = b.op("getitem", x, shape=(8, 4))
        z = b.op(
            "add",
            b.op("matmul", x_t, w, shape=(8, 6), **where),
            b.op("matmul", h, u, shape=(8, 6), **where),
            shape=(8, 6),
            **where,
        )
        h = b.op("tanh", z, shape=(8, 6), **where)
        outputs.append(h)
    b.op("sum", b.op("stack", *outputs, shape=(8, times, 6)), kind="output")
    return b.graph(title="RNN")


def residual(blocks=6):
    """Blocks with a skip arrow around them; the block in the middle has another shape."""
    b = Builder()
    x = b.leaf("input", "x", (8, 4))
    for k in range(blocks):
        width = 5 if k == blocks // 2 else 4
        h = b.op("matmul", x, b.leaf("parameter", f"blocks.{k}.weight", (4, width)), shape=(8, width), module=f"blocks.{k}")
        h = b.op("relu", h, shape=(8, width), module=f"blocks.{k}")
        x = b.op("add", x, h, shape=(8, width), module=f"blocks.{k}")
    b.op("sum", x, kind="output")
    return b.graph(title="residual")


def stack_of_layers(layers=12):
    b = Builder()
    x = b.leaf("input", "x", (32, 8))
    for k in range(layers):
        h = b.linear(x, 8, 8, f"encoder.layers.{k}.feed")
        x = b.op("add", x, h, shape=(32, 8), module=f"encoder.layers.{k}")
    b.op("sum", x, kind="output")
    return b.graph(title="encoder")


def attention():
    """Three equal projections that are not a repetition: each is used for something else."""
    b = Builder()
    x = b.leaf("input", "x", (32, 8))
    q, k, v = (b.linear(x, 8, 8, f"attention.{name}") for name in "qkv")
    scores = b.op("matmul", q, b.op("transpose", k, shape=(8, 32)), shape=(32, 32), module="attention")
    b.op("matmul", scores, v, shape=(32, 8), module="attention")
    return b.graph()


def chain(n):
    """A long program of bare operations without a repeated block."""
    b = Builder()
    x = b.leaf("input", "x", (4,))
    for k in range(n):
        x = b.op(f"op{k}", x, shape=(4,))
    return b.graph()


def recorded(graph):
    """Give every node of a graph statistics and write down both passes."""
    nodes, steps = [], []
    for n in graph.nodes:
        forward = summarise([float(n.id), -2.0, 0.5])
        gradient = None if n.kind in ("input", "constant") else summarise([0.1 * n.id + 0.01, -0.25])
        nodes.append(
            Node(
                **{f: getattr(n, f) for f in Node.__slots__ if f not in ("forward", "gradient")},
                forward=forward,
                gradient=gradient,
            )
        )
        if n.operation:
            steps.append(Step("forward", n.id, 1e-5))
    steps += [Step("backward", s.node, 2e-5) for s in reversed(steps)]
    edges = tuple(Edge(e.source, e.target, e.slot, 0.5 + e.slot) for e in graph.edges)
    return Graph(tuple(nodes), edges, graph.groups, tuple(steps), graph.title)


UNNAMED = st.just("")


@st.composite
def graphs(draw, most=40, names=UNNAMED):
    """Random programs: operations read earlier nodes; modules are entered and left at random."""
    count = draw(st.integers(1, most))
    b = Builder()
    paths = ["", "a", "a.0", "a.0.deep", "a.1", "b", "b.c"]
    for i in range(count):
        first = i == 0 or draw(st.integers(0, 5)) == 0
        if first:
            kind = draw(st.sampled_from(["input", "parameter", "constant"]))
            b.leaf(kind, draw(names), draw(st.sampled_from([(), (3,), (64, 3, 3, 3)])))
        else:
            operands = draw(st.lists(st.integers(max(0, i - 8), i - 1), min_size=1, max_size=3))
            b.op(
                draw(st.sampled_from(["add", "matmul", "transpose", "reshape", "tanh"])),
                *operands,
                shape=draw(st.sampled_from([(), (3,), (2, 3)])),
                module=draw(st.sampled_from(paths)),
                call=draw(st.integers(0, 1)),
                name=draw(names),
            )
    return b.graph(title=draw(names))
