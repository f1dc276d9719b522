// What is visible: `_view.py` and `hidden_by_runs` in JavaScript. Nodes are positions, groups are numbers, 0 the root.
const TITLE = 28, LINE = 30, LINES = 4, TITLE_SIZE = 12, LINE_SIZE = 10, LABEL_SIZE = 9, HEADING_SIZE = 11;
const isOperation = n => n.kind === "operation" || n.kind === "output";

// Adds what the Python side computes from the edges: operands, consumers, positions of ids.
function prepare(data) {
  const { graph, tree } = data, nodes = graph.nodes;
  data.position = new Map(nodes.map((n, i) => [n.id, i]));
  data.operands = lists(nodes.length);
  data.consumers = lists(nodes.length);
  graph.edges.forEach((e, k) => {
    const s = data.position.get(e.source), t = data.position.get(e.target);
    data.operands[t].push([e.slot, s, k]);
    data.consumers[s].push([e.slot, t, k]);
  });
  for (const slots of data.operands) slots.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  tree.folded = new Set(tree.folded);
  data.counts = zeros(tree.parent.length);
  tree.owner.forEach((own, i) => { if (isOperation(nodes[i])) data.counts[own]++; });
  for (let g = tree.parent.length - 1; g > 0; g--) data.counts[tree.parent[g]] += data.counts[g];
  data.groups = new Map(graph.groups.map(g => [g.path, g]));
  return data;
}

function hiddenByRuns(data, unrolled) {
  const { tree, operands } = data, shown = data.graph.nodes.map((_, i) => i);
  tree.runs.forEach((run, r) => {
    if (unrolled.has(r)) return;
    for (const block of run.blocks.slice(1)) block.forEach((b, k) => {
      const a = run.blocks[0][k];
      shown[b] = a;
      operands[a].forEach(([slot, first], j) => {
        const [same, later] = operands[b][j];
        const leaves = !operands[first].length && !operands[later].length;
        if (slot === same && leaves && first < later && shown[later] === later) shown[later] = first;
      });
    });
  });
  for (let i = 0; i < shown.length; i++) shown[i] = shown[shown[i]];
  return shown;
}

function look(data, collapsed, unrolled, fold) {
  const { graph, tree } = data, nodes = graph.nodes, view = { boxes: [], links: [], clusters: [], boxOf: [] };
  const shown = hiddenByRuns(data, unrolled), inside = collapsedAncestor(tree, collapsed);
  const clusterOf = clustersOf(data, view, collapsed, unrolled, inside);
  const repeated = repeatedOf(tree, unrolled), single = new Map(), boxes = new Map();
  tree.runs.forEach((run, r) => {
    if (!unrolled.has(r) && !run.framed && !run.groups[0].length) single.set(run.blocks[0][0], run.blocks.length);
  });
  nodes.forEach((n, i) => {
    if (shown[i] !== i || (fold && tree.folded.has(i))) return;
    const g = inside[tree.owner[i]], key = g >= 0 ? "g" + g : "n" + n.id;
    if (boxes.has(key)) return;
    boxes.set(key, view.boxes.length);
    if (g >= 0) view.boxes.push(groupBox(data, g, key, i, clusterOf[i], repeated[g]));
    else view.boxes.push(Object.assign(nodeBox(data, i, fold, clusterOf[i]), { times: single.get(i) || 1 }));
  });
  nodes.forEach((_, i) => {
    const s = shown[i], g = inside[tree.owner[s]];
    const key = g >= 0 ? "g" + g : "n" + nodes[s].id;
    view.boxOf.push(g < 0 && fold && tree.folded.has(s) || !boxes.has(key) ? -1 : boxes.get(key));
  });
  link(data, view, shown, unrolled);
  prune(view);
  view.boxes.forEach(measure);
  view.shown = shown;
  return view;
}

function repeatedOf(tree, unrolled) {
  const found = tree.parent.map(() => -1);
  tree.runs.forEach((run, r) => { if (!unrolled.has(r) && !run.framed && run.groups[0].length) found[run.groups[0][0]] = r; });
  return found;
}

function collapsedAncestor(tree, collapsed) {
  const outer = [-1];
  for (let g = 1; g < tree.parent.length; g++) {
    const above = outer[tree.parent[g]];
    outer.push(above >= 0 ? above : collapsed.has(g) ? g : -1);
  }
  return outer;
}

function clustersOf(data, view, collapsed, unrolled, inside) {
  const { tree } = data, repeated = repeatedOf(tree, unrolled), frameOf = new Map(), made = new Map();
  tree.runs.forEach((run, r) => {
    if (unrolled.has(r)) return;
    if (run.framed) {
      for (const i of run.blocks[0]) if (tree.owner[i] === run.parent) frameOf.set(i, r);
      for (const g of run.groups[0]) if (tree.parent[g] === run.parent) frameOf.set(-g - 1, r);
    }
  });
  const frame = (r, parent) => {
    if (!made.has(r)) {
      made.set(r, view.clusters.length);
      const times = tree.runs[r].blocks.length;
      view.clusters.push({ id: "r" + r, parent, title: "repeated", group: -1, run: r, times });
    }
    return made.get(r);
  };
  const ofGroup = [-1];
  for (let g = 1; g < tree.parent.length; g++) {
    let parent = ofGroup[tree.parent[g]];
    if (frameOf.has(-g - 1)) parent = frame(frameOf.get(-g - 1), parent);
    ofGroup.push(parent);
    if (collapsed.has(g)) continue;
    const known = data.groups.get(tree.path[g]);
    const r = repeated[g], title = ((r >= 0 ? tree.runs[r].title : groupName(tree, g)) + "  " + (known ? known.class : "")).trim();
    ofGroup[g] = view.clusters.length;
    const times = r >= 0 ? tree.runs[r].blocks.length : 1;
    view.clusters.push({ id: "c" + g, parent, title: shorten(title, 60), group: g, run: r, times });
  }
  return tree.owner.map((own, i) => {
    const g = inside[own];
    if (g >= 0) {
      const parent = ofGroup[tree.parent[g]];
      return frameOf.has(-g - 1) ? frame(frameOf.get(-g - 1), parent) : parent;
    }
    return frameOf.has(i) ? frame(frameOf.get(i), ofGroup[own]) : ofGroup[own];
  });
}

function nodeBox(data, i, fold, cluster) {
  const n = data.graph.nodes[i], lines = [];
  let title;
  if (isOperation(n)) {
    title = n.operation || n.kind;
    if (n.name) lines.push(n.name);
    if (n.arguments) lines.push(n.arguments);
    if (!data.consumers[i].length && n.shape.length) lines.push(shapeText(n.shape));
  } else {
    title = n.name ? lastParts(n.name, 2) : n.kind;
    const value = scalarText(n);
    if (value) title = n.name ? title + " = " + value : value;
    else lines.push((shapeText(n.shape) + " " + n.dtype).trim());
  }
  let inner = fold ? data.operands[i].filter(([, s]) => data.tree.folded.has(s)).map(([, s]) => foldedText(data, s)) : [];
  const room = Math.max(LINES - lines.length, 1);
  if (inner.length > room) inner = [...inner.slice(0, room - 1), "+ " + (inner.length - room + 1) + " more"];
  return {
    id: "n" + n.id, kind: n.kind, title: shorten(title, TITLE), lines: lines.concat(inner).map(t => shorten(t, LINE)),
    folded: inner.length, group: -1, cluster, node: i,
  };
}

function groupBox(data, g, id, node, cluster, r) {
  const { tree } = data, lines = [], known = data.groups.get(tree.path[g]);
  if (known && known.class) lines.push(known.class);
  if (known && known.parameters) lines.push(known.parameters.toLocaleString("en-US") + " parameters");
  lines.push(data.counts[g] + " operations");
  const title = shorten(r >= 0 ? tree.runs[r].title : groupName(tree, g), TITLE), times = r >= 0 ? tree.runs[r].blocks.length : 1;
  return { id, kind: "module", title, lines: lines.map(t => shorten(t, LINE)), folded: 0, group: g, cluster, node, times };
}

function link(data, view, shown, unrolled) {
  const { tree, graph } = data, blocks = lists(graph.nodes.length), links = new Map();
  const labelled = new Set(), carried = new Set();
  tree.runs.forEach((run, r) => {
    if (!unrolled.has(r)) run.blocks.forEach((block, k) => block.forEach(i => blocks[i].push([r, k])));
  });
  graph.nodes.forEach((_, t) => {
    for (const [, s, edge] of data.operands[t]) {
      const a = view.boxOf[s], b = view.boxOf[t], key = a + " " + b;
      if (a < 0 || b < 0) continue;
      const run = loops(blocks[s], blocks[t]);
      if (run >= 0) {
        const box = view.boxes[b];
        if (tree.runs[run].loop && !carried.has(key) && box.group < 0) {
          carried.add(key);
          box.lines.splice(box.lines.length - box.folded, 0, shorten("previous " + view.boxes[a].title, LINE));
        }
        continue;
      }
      if (a === b) continue;
      if (links.has(key)) { links.get(key).count++; links.get(key).edges.push(edge); continue; }
      const made = { source: a, target: b, node: shown[s], label: "", count: 1, edges: [edge] };
      links.set(key, made);
      if (!labelled.has(made.node)) {
        labelled.add(made.node);
        made.label = shapeText(graph.nodes[made.node].shape);
      }
      view.links.push(made);
    }
  });
}

function loops(a, b) {
  for (const [r, k] of a) for (const [s, m] of b) if (r === s && k !== m) return r;
  return -1;
}

function prune(view) {
  const used = new Set();
  for (const box of view.boxes) for (let c = box.cluster; c >= 0 && !used.has(c); c = view.clusters[c].parent) used.add(c);
  const number = new Map([[-1, -1]]);
  view.clusters.forEach((_, c) => { if (used.has(c)) number.set(c, number.size - 1); });
  view.clusters = view.clusters.filter((_, c) => used.has(c));
  for (const cluster of view.clusters) cluster.parent = number.get(cluster.parent);
  for (const box of view.boxes) box.cluster = number.get(box.cluster);
}

function measure(box) {
  let width = textWidth(boxTitle(box), TITLE_SIZE) * 1.06;
  for (const line of box.lines) width = Math.max(width, textWidth(line, LINE_SIZE));
  box.width = Math.max(48, 2 * Math.ceil(width / 2) + 20);
  box.height = 28 + 13 * box.lines.length;
}

function layOut(view, across) {
  let gap = LAYER_GAP;
  const wide = zeros(view.boxes.length);
  for (const l of view.links) {
    const width = textWidth(l.label, LABEL_SIZE);
    if (across) gap = Math.max(gap, width + 20);
    wide[l.source] = Math.max(wide[l.source], width);
  }
  const sizes = view.boxes.map((b, k) => [across ? b.width : Math.max(b.width, 2 * wide[k] - 8), b.height]);
  const headers = view.clusters.map(c => textWidth(c.title, HEADING_SIZE) + (c.times > 1 ? 40 : 0));
  const links = view.links.map(l => [l.source, l.target]);
  return place(sizes, view.boxes.map(b => b.cluster), view.clusters.map(c => c.parent), headers, links, across, gap);
}

const boxTitle = box => box.times === 1 ? box.title : box.title + " × " + box.times;
const shapeText = shape => shape.join("×");
const lastParts = (name, parts) => name.split(".").slice(-parts).join(".");

function groupName(tree, g) {
  const path = tree.path[g], above = tree.path[tree.parent[g]];
  const name = above && path.startsWith(above + ".") ? path.slice(above.length + 1) : path;
  return tree.call[g] > 1 ? name + " (" + tree.call[g] + ")" : name;
}

function foldedText(data, i) {
  const nodes = data.graph.nodes, n = nodes[i];
  if (data.operands[i].length) {
    let source = i;
    while (data.operands[source].length) source = data.operands[source][0][1];
    const name = lastParts(nodes[source].name, 1) || nodes[source].kind;
    const turned = ["transpose", "matrix_transpose", "permute_dims"].includes(n.operation);
    return (turned ? name + ".T " : n.operation + "(" + name + ") ") + shapeText(n.shape);
  }
  if (n.kind === "constant") return scalarText(n) || ("constant " + shapeText(n.shape)).trim();
  return ((lastParts(n.name, 1) || n.kind) + " " + shapeText(n.shape)).trim();
}

function scalarText(n) {
  const value = n.forward && n.forward.value;
  if (n.shape.length || value === null || value === undefined || Array.isArray(value)) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? numberText(value) : shorten(String(value), 12);
}

function numberText(x) {
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return String(x);
  const size = Math.floor(Math.log10(Math.abs(x)));
  if (size >= -4 && size < 6) {
    const text = x.toFixed(Math.max(3 - size, 0));
    return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  }
  const [digits, power] = x.toExponential(3).split("e");
  return digits.replace(/0+$/, "").replace(/\.$/, "") + "e" + Number(power);
}

function shorten(text, limit) {
  const clean = [...text.slice(0, 8 * limit)].slice(0, 4 * limit).map(c => c !== " " && /[\p{C}\p{Z}]/u.test(c) ? " " : c);
  return clean.length <= limit ? clean.join("") : clean.slice(0, limit - 1).join("") + "…";
}

function textWidth(text, size) {
  let width = 0;
  for (const c of text) {
    if (" !'(),-./:;I[]fijlrt|`".includes(c)) width += 0.32;
    else if ("mwMW@%×".includes(c)) width += 0.85;
    else if (c >= "A" && c <= "Z") width += 0.7;
    else width += c.codePointAt(0) < 0x2E80 ? 0.58 : 1.1;
  }
  return width * size;
}
