// What is known about the selected node: facts, statistics, histograms, gradients of its consumers.
function panel(app, host) {
  const chosen = app.selected;
  if (!chosen) { host.replaceChildren(overview(app)); return; }
  const { stage, node: i } = chosen, { data } = stage, n = data.graph.nodes[i], step = app.step;
  const parts = [html("h2", null, visible(n.name || n.operation || n.kind).slice(0, 300))];
  if (n.module) parts.push(html("p", { class: "module" }, "in " + visible(n.module) + (n.call ? ", call " + (n.call + 1) : "")));
  const same = instances(stage, i);
  if (same.length > 1) {
    const pick = html("select", { "aria-label": "which repetition", onchange: e => app.select(stage, same[e.target.value]) },
      ...same.map((j, k) => html("option", { value: k, selected: j === i }, `${k + 1} of ${same.length}` + (data.graph.nodes[j].module ? " · " + visible(data.graph.nodes[j].module) : ""))));
    parts.push(html("p", null, "repetition ", pick));
  }
  const facts = [["operation", n.operation || n.kind], ["arguments", n.arguments], ["shape", n.shape.length ? "(" + n.shape.join(", ") + (n.shape.length === 1 ? ",)" : ")") : "scalar"],
    ["dtype", n.dtype], ["memory", bytesText(n.bytes)], ["time", stage.seconds[i] ? timeText(stage.seconds[i]) : ""],
    ["computed", stage.forwardAt[i] ? "step " + stage.forwardAt[i] : ""], ["gradient", stage.gradientAt[i] && stage.gradientAt[i] < Infinity ? "step " + stage.gradientAt[i] : ""]];
  if (n.source) facts.push(["line", n.source.file + ":" + n.source.line]);
  parts.push(html("dl", null, ...facts.filter(f => f[1]).flatMap(([k, v]) => [html("dt", null, k), html("dd", null, visible(v))])));
  if (n.source && n.source.code) parts.push(html("pre", { class: "code" }, visible(n.source.code)));
  if (n.derivative) parts.push(html("h3", null, "Derivative"), html("p", { class: "rule" }, visible(n.derivative)));
  const mate = app.stages[1] ? app.counterpart(stage, i) : -1, other = app.stages[1] ? app.other(stage) : null;
  const theirs = mate >= 0 ? other.data.graph.nodes[mate] : null;
  if (app.stages[1]) parts.push(html("p", { class: "note" }, mate >= 0 ? "Columns: this recording, the other one, the difference." : "Only in this recording."));
  parts.push(...summary("Value", n.forward, stage.forwardAt[i] <= step, theirs && theirs.forward, "value"));
  parts.push(...summary("Gradient", n.gradient, stage.gradientAt[i] <= step, theirs && theirs.gradient, "gradient"));
  const flows = data.consumers[i].filter(([, , e]) => data.graph.edges[e].gradient !== null && data.graph.edges[e].gradient !== undefined);
  if (flows.length) {
    parts.push(html("h3", null, flows.length > 1 ? "The gradient is a sum" : "The gradient came from"));
    parts.push(html("ul", { class: "flows" }, ...flows.sort((a, b) => stage.gradientAt[a[1]] - stage.gradientAt[b[1]]).map(([, t, e], k) => {
      const ready = stage.gradientAt[t] <= step;
      return html("li", { class: ready ? "" : "later" }, html("code", null, k ? "+=" : "="), " ", jumpTo(app, stage, t), " ", html("span", { class: "number" }, ready ? "norm " + tidy(data.graph.edges[e].gradient) : "not yet"));
    })));
  }
  const inputs = data.operands[i];
  if (inputs.length) parts.push(html("h3", null, "Operands"), html("ul", null, ...inputs.map(([slot, s]) => html("li", null, slot + ": ", jumpTo(app, stage, s)))));
  if (data.consumers[i].length) parts.push(html("h3", null, "Used by"), html("ul", null, ...data.consumers[i].slice(0, 40).map(([, t]) => html("li", null, jumpTo(app, stage, t)))));
  parts.push(html("p", null, html("button", { onclick: () => app.showPath(stage, i) }, app.path ? "Hide path" : "Path to the result")));
  host.replaceChildren(...parts);
}

function instances(stage, i) {
  const shown = stage.view.shown, first = shown[i];
  return shown.map((s, j) => s === first ? j : -1).filter(j => j >= 0);
}

function jumpTo(app, stage, i) {
  const n = stage.data.graph.nodes[i], text = visible(n.name || n.operation || n.kind).slice(0, 60);
  return html("button", { class: "link", onclick: () => app.select(stage, i, true) }, `${text} ${shapeText(n.shape)}`.trim());
}

function summary(title, s, ready, other, id) {
  if (!s) return [];
  const head = html("h3", null, title);
  if (!ready) return [head, html("p", { class: "later" }, "not computed yet")];
  const rows = [["norm", "l2"], ["mean", "mean"], ["std", "std"], ["min", "min"], ["max", "max"], ["zeros", "zero"], ["NaN", "nan"], ["infinite", "inf"]];
  const table = html("table", null, ...rows.filter(([, k]) => s[k] || !["nan", "inf"].includes(k)).map(([label, k]) => {
    const cells = [html("th", { scope: "row" }, label), html("td", { "data-field": id + "." + k, "data-exact": s[k], class: k === "nan" || k === "inf" ? "bad" : "" }, tidy(s[k]))];
    if (k === "zero" && s.size > 1) cells[1].append(html("small", null, " of " + s.size));
    if (other) cells.push(html("td", null, tidy(other[k])), html("td", null, s[k] !== null && other[k] !== null ? tidy(s[k] - other[k]) : "–"));
    return html("tr", null, ...cells);
  }));
  const out = [head, table];
  if (s.histogram && s.histogram.length > 1) out.push(histogram(s));
  if (s.value !== null && s.value !== undefined) out.push(valueTable(s.value));
  return out;
}

function histogram(s) {
  const most = Math.max(...s.histogram), w = 240 / s.histogram.length;
  const bars = s.histogram.map((c, k) => {
    const h = most ? 56 * c / most : 0;
    return svg("rect", { x: (k * w).toFixed(2), y: (60 - h).toFixed(2), width: (w - 1).toFixed(2), height: h.toFixed(2) }, svg("title", null, c + " in bin " + (k + 1)));
  });
  const zero = s.min < 0 && s.max > 0 ? 240 * -s.min / (s.max - s.min) : null;
  if (zero !== null) bars.push(svg("path", { d: `M${zero} 0V60`, class: "zero" }));
  return html("figure", null, svg("svg", { viewBox: "0 0 240 60", class: "histogram", role: "img", "aria-label": `histogram from ${tidy(s.min)} to ${tidy(s.max)}` }, bars),
    html("figcaption", null, html("span", null, tidy(s.min)), html("span", null, tidy(s.max))));
}

function valueTable(value) {
  const cell = v => html("td", null, typeof v === "number" ? tidy(v) : visible(v));
  if (!Array.isArray(value)) return html("p", { class: "number" }, typeof value === "number" ? tidy(value) : visible(value));
  const rows = [];
  const walk = (v, deep) => {
    if (!Array.isArray(v[0])) rows.push(html("tr", null, ...v.map(cell)));
    else v.forEach(part => walk(part, deep + 1));
  };
  walk(value, 0);
  return html("div", { class: "values" }, html("table", null, ...rows));
}

function overview(app) {
  const out = html("div", null);
  for (const stage of app.stages) {
    const { graph } = stage.data;
    const parameters = graph.nodes.filter(n => n.kind === "parameter");
    const numbers = [["nodes", graph.nodes.length], ["edges", graph.edges.length], ["parameters", parameters.reduce((a, n) => a + n.shape.reduce((x, y) => x * y, 1), 0).toLocaleString("en-US")],
      ["memory", bytesText(graph.nodes.reduce((a, n) => a + n.bytes, 0))], ["steps", graph.steps.length]];
    out.append(html("h2", null, visible(stage.data.name || graph.title || "Computation").slice(0, 300)),
      html("dl", null, ...numbers.flatMap(([k, v]) => [html("dt", null, k), html("dd", null, String(v))])));
    if (graph.failure) out.append(html("p", { class: "bad" }, "raised: " + visible(graph.failure.message)));
    for (const note of graph.notes) out.append(html("p", { class: "note" }, visible(note)));
    const ranked = graph.nodes.map((n, i) => [n, i]).filter(([n]) => n.kind === "parameter" && n.gradient && n.gradient.l2 !== null);
    if (ranked.length) {
      const most = Math.max(...ranked.map(([n]) => n.gradient.l2));
      out.append(html("h3", null, "Gradient norm of each parameter"), html("ul", { class: "bars" }, ...ranked.slice(0, 200).map(([n, i]) => {
        const bar = html("span", { class: "bar" });
        bar.style.width = (most ? 100 * n.gradient.l2 / most : 0) + "%";
        return html("li", null, jumpTo(app, stage, i), html("span", { class: "number" }, tidy(n.gradient.l2)), bar);
      })));
    }
  }
  out.append(html("p", { class: "note" }, "Select a box to see its values. Keys: ← → step, space plays, / searches, + − zoom, f fits, arrows ↑ ↓ follow operands and consumers, Esc clears."));
  return out;
}

const bytesText = b => b < 1024 ? b + " B" : b < 1048576 ? (b / 1024).toFixed(1) + " KB" : (b / 1048576).toFixed(1) + " MB";
const timeText = s => s < 1e-3 ? (s * 1e6).toFixed(1) + " µs" : s < 1 ? (s * 1e3).toFixed(2) + " ms" : s.toFixed(2) + " s";
