// The page: tools, timeline, search, colours, comparison, export, address and keyboard.
async function payload() {
  const text = document.getElementById("data").textContent.trim();
  if (text[0] === "{") return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

class App {
  constructor(data) {
    this.themes = data.themes;
    this.products = new Set(data.products);
    this.shapes = new Set(data.shapes);
    this.fold = true;
    this.across = data.direction === "LR";
    this.query = "";
    this.follow = false;
    this.setTheme(data.theme === "auto" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : data.theme);
    this.stages = data.graphs.map((g, k) => new Stage(this, g, k));
    this.hits = this.stages.map(() => new Set());
    this.total = Math.max(...this.stages.map(s => s.data.graph.steps.length));
    this.step = this.total;
    const some = key => this.stages.some(s => s.data.graph.nodes.some(n => n[key]));
    this.modes = [["kind", "kind"]];
    if (some("gradient")) this.modes.push(["gradient", "gradient norm"]);
    if (some("forward")) this.modes.push(["value", "value magnitude"]);
    if (this.stages.some(s => s.seconds.some(x => x > 0))) this.modes.push(["time", "time"]);
    this.modes.push(["memory", "memory"]);
    if (this.stages.length > 1 && some("gradient")) this.modes.push(["difference", "difference of gradients"]);
    this.colour = some("gradient") ? "gradient" : "kind";
    this.match();
    this.build(data);
    this.range();
    this.stages.forEach(s => s.render());
    this.refresh();
    this.stages.forEach(s => s.fit());
    this.readAddress();
    addEventListener("hashchange", () => this.readAddress());
    addEventListener("resize", () => this.stages.forEach(s => s.resized()));
    document.addEventListener("keydown", e => this.key(e));
    document.body.dataset.ready = "yes";
  }

  setTheme(name) {
    this.themeName = name;
    this.theme = this.themes[name];
    document.documentElement.dataset.theme = name;
  }

  // Pairs the nodes of two recordings by module, operation, name and order.
  match() {
    this.pairs = [new Map(), new Map()];
    if (this.stages.length < 2) return;
    const keys = this.stages.map(s => {
      const seen = new Map(), found = new Map();
      s.data.graph.nodes.forEach((n, i) => {
        const key = JSON.stringify([n.module, n.call, n.kind, n.operation, n.name]), k = seen.get(key) || 0;
        seen.set(key, k + 1);
        found.set(key + k, i);
      });
      return found;
    });
    for (const [key, i] of keys[0]) if (keys[1].has(key)) { this.pairs[0].set(i, keys[1].get(key)); this.pairs[1].set(keys[1].get(key), i); }
  }
  counterpart(stage, i) { const j = this.pairs[stage.number].get(i); return j === undefined ? -1 : j; }
  other(stage) { return this.stages[1 - stage.number]; }

  build(data) {
    const button = (label, hint, act, id) => html("button", { type: "button", title: hint, "aria-label": hint, onclick: act, id }, label);
    this.search = html("input", { type: "search", id: "search", placeholder: "search: name, operation, shape, module", "aria-label": "search nodes (regular expression)",
      oninput: () => this.find(this.search.value), onkeydown: e => { if (e.key === "Enter") this.next(e.shiftKey ? -1 : 1); } });
    this.found = html("output", { id: "found", "aria-live": "polite" });
    this.mode = html("select", { id: "colour", "aria-label": "colour by", onchange: () => { this.colour = this.mode.value; this.range(); this.refresh(); } },
      ...this.modes.map(([k, label]) => html("option", { value: k, selected: k === this.colour }, "colour: " + label)));
    this.foldBox = html("input", { type: "checkbox", id: "fold", checked: true, onchange: () => { this.fold = this.foldBox.checked; this.redraw(); } });
    const exports = html("details", { class: "menu" }, html("summary", null, "Export"), html("div", null,
      button("SVG", "save as SVG", () => this.download("svg"), "export-svg"), button("PNG", "save as PNG", () => this.download("png"), "export-png"),
      button("DOT", "save as DOT", () => this.download("dot"), "export-dot"), button("JSON", "save as JSON", () => this.download("json"), "export-json")));
    const header = html("header", null, html("h1", null, visible(data.title || "Computation graph").slice(0, 120)), this.search, this.found, this.mode,
      html("label", null, this.foldBox, "fold parameters"), button("⇄", "change direction", () => { this.across = !this.across; this.redraw(true); }, "direction"),
      button("Expand", "expand all modules", () => this.all(true), "expand"), button("Collapse", "collapse all modules", () => this.all(false), "collapse"),
      button("Fit", "fit the whole graph", () => this.stages.forEach(s => s.fit(true)), "fit"),
      button("◐", "light or dark", () => { this.setTheme(this.themeName === "dark" ? "light" : "dark"); this.redraw(); }, "theme"), exports);
    this.legend = html("div", { class: "legend", id: "legend" });
    this.aside = html("aside", { id: "panel", tabindex: 0, "aria-label": "details" });
    const main = html("main", null, html("div", { class: "stages" }, ...this.stages.map(s => s.host), this.legend), this.aside);
    this.slider = html("input", { type: "range", id: "step", min: 0, max: this.total, value: this.step, "aria-label": "step", oninput: () => this.go(Number(this.slider.value)) });
    this.label = html("output", { id: "label", "aria-live": "polite" });
    this.playButton = button("Play", "play", () => this.play(), "play");
    this.footer = html("footer", null, button("|◀", "first step", () => this.go(0), "first"), button("◀", "previous step", () => this.go(this.step - 1), "previous"), this.playButton,
      button("▶", "next step", () => this.go(this.step + 1), "next"), button("▶|", "last step", () => this.go(this.total), "last"), html("div", { class: "track" }, this.slider, this.strip()), this.label);
    if (!this.total) this.footer.hidden = true;
    document.getElementById("page").replaceChildren(header, main, this.footer);
  }

  // Which part of the track is forward and which backward.
  strip() {
    const steps = this.stages[0].data.graph.steps, forward = steps.filter(s => s.phase === "forward").length;
    const part = (name, share) => { const e = html("span", { class: name }, name); e.style.flexGrow = share; return e; };
    return html("div", { class: "strip", "aria-hidden": "true" }, forward ? part("forward", forward) : "", steps.length - forward ? part("backward", steps.length - forward) : "");
  }

  redraw(fit) {
    this.stages.forEach(s => { s.keep(() => s.render()); if (fit) s.fit(); });
    this.refresh();
  }
  all(open) {
    for (const s of this.stages) {
      s.collapsed = new Set();
      if (!open) s.unrolled = new Set();
      if (!open) s.data.tree.parent.forEach((p, g) => { if (g) s.collapsed.add(g); });
      s.render();
      s.fit();
    }
    this.refresh();
  }
  refresh() {
    this.stages.forEach(s => s.paint());
    panel(this, this.aside);
    this.drawLegend();
    this.drawLabel();
    Object.assign(document.body.dataset, { step: this.step, colour: this.colour });
  }

  // The colour scale is over the whole recording, so that a colour means the same at every step.
  range() {
    let low = Infinity, high = 0;
    this.scale = [1, 1];
    for (const s of this.stages) s.data.graph.nodes.forEach((_, i) => {
      const [v, flag] = s.measureOf(i, Infinity);
      if (flag === "" && v > 0) { low = Math.min(low, v); high = Math.max(high, v); }
    });
    if (high) this.scale = [Math.max(low, high * 1e-12), high];
  }
  normal(v) {
    const [low, high] = this.scale;
    return v <= 0 ? 0 : high > low ? Math.log(v / low) / Math.log(high / low) : 1;
  }
  drawLegend() {
    const { colour, theme } = this, [low, high] = this.scale;
    if (colour === "kind") {
      const names = [["input", "input"], ["operation", "operation"], ["product", "product"], ["shape", "rearrangement"], ["module", "module"], ["output", "result"]];
      this.legend.replaceChildren(...names.map(([k, label]) => html("span", null, swatch(theme.fills[k], theme.strokes[k]), label)));
      return;
    }
    const text = { memory: bytesText, time: timeText }[colour] || tidy;
    const bar = html("span", { class: "ramp" });
    bar.style.background = `linear-gradient(90deg, ${RAMP.join(",")})`;
    const parts = [html("span", null, text(low), bar, text(high) + " (log)")];
    if (colour === "gradient" || colour === "difference") parts.push(html("span", null, swatch("hatch", theme.muted), colour === "gradient" ? "exactly zero" : "equal"));
    if (colour !== "memory" && colour !== "time") parts.push(html("span", null, swatch(MAGENTA, MAGENTA), "NaN or infinite"));
    parts.push(html("span", null, swatch(theme.blank, theme.frame_stroke), colour === "gradient" ? "no gradient (yet)" : "nothing"));
    this.legend.replaceChildren(...parts);
  }
  drawLabel() {
    const stage = this.stages[0], step = stage.data.graph.steps[this.step - 1];
    this.slider.value = this.step;
    let text = this.total ? `step ${this.step} of ${this.total}` : "";
    if (step) {
      const i = stage.data.position.get(step.node), n = stage.data.graph.nodes[i], s = step.phase === "forward" ? n.forward : n.gradient;
      text += ` · ${step.phase}`;
      if (s && s.l2 !== null) { text += ` · ${step.phase === "forward" ? "norm" : "gradient norm"} ${tidy(s.l2)}`; this.label.dataset.exact = s.l2; } else delete this.label.dataset.exact;
      text += ` · ${visible(n.name || n.operation || n.kind).slice(0, 60)}`;
    } else delete this.label.dataset.exact;
    this.label.textContent = text;
  }

  go(step) {
    this.step = Math.max(0, Math.min(this.total, step));
    this.follow = true;
    const stage = this.stages[0], at = stage.data.graph.steps[this.step - 1];
    if (at && this.step < this.total) this.selected = { stage, node: stage.data.position.get(at.node) };
    this.path = null;
    this.refresh();
    this.follow = false;
    this.writeAddress();
    if (this.step === this.total && this.playing) this.play();
  }
  play() {
    clearInterval(this.playing);
    const stop = Boolean(this.playing);
    this.playing = 0;
    if (!stop) {
      if (this.step >= this.total) this.step = 0;
      this.playing = setInterval(() => this.go(this.step + 1), Math.max(60, Math.min(700, 24000 / this.total)));
    }
    this.playButton.textContent = this.playing ? "Pause" : "Play";
    this.playButton.setAttribute("aria-label", this.playing ? "pause" : "play");
  }

  select(stage, node, show) {
    this.selected = { stage, node };
    this.path = null;
    if (show && stage.view.boxOf[node] < 0 && stage.boxOfNode(node) < 0) { stage.open(node); stage.render(); }
    if (show) {
      const k = stage.boxOfNode(node);
      if (k >= 0) stage.reveal(k);
    }
    const k = stage.boxOfNode(node);
    stage.cards.forEach((c, j) => c.g.setAttribute("tabindex", j === Math.max(k, 0) ? 0 : -1));
    stage.focused = k >= 0 ? k : stage.focused;
    this.refresh();
    this.writeAddress();
  }
  clear() {
    this.selected = this.path = null;
    this.search.value = "";
    this.find("");
    this.writeAddress();
  }

  // The shortest way from a node down to a result.
  showPath(stage, i) {
    if (this.path) { this.path = null; this.refresh(); return; }
    const from = new Map([[i, -1]]), queue = [i];
    let end = i;
    for (let at = 0; at < queue.length; at++) {
      const u = queue[at];
      if (!stage.data.consumers[u].length) { end = u; break; }
      for (const [, v] of stage.data.consumers[u]) if (!from.has(v)) { from.set(v, u); queue.push(v); }
    }
    const nodes = new Set();
    for (let u = end; u >= 0; u = from.get(u)) nodes.add(stage.view.shown[u]).add(u);
    this.path = { stage, nodes };
    this.refresh();
  }

  find(query) {
    this.query = query;
    let test;
    try { const r = new RegExp(query, "iu"); test = s => r.test(s); } catch { const q = query.toLowerCase(); test = s => s.toLowerCase().includes(q); }
    this.hits = this.stages.map(s => {
      const hits = new Set();
      if (query) s.data.graph.nodes.forEach((n, i) => {
        if ([n.name.slice(0, 500), n.operation, n.module.slice(0, 500), shapeText(n.shape), n.shape.join(", ")].some(t => t && test(t))) hits.add(i);
      });
      for (const i of [...hits]) {  // a folded parameter is inside its operations
        if (s.view.boxOf[i] < 0) { const b = s.boxOfNode(i); if (b >= 0) hits.add(s.members[b][0]); }
      }
      return hits;
    });
    const count = this.stages.map(s => s.data.graph.nodes.filter((n, i) => this.hits[s.number].has(i)).length);
    this.found.textContent = query ? count.join(" | ") + " found" : "";
    this.refresh();
  }
  next(by) {
    const all = this.stages.flatMap(s => [...this.hits[s.number]].sort((a, b) => a - b).map(i => [s, i]));
    if (!all.length) return;
    const at = this.selected ? all.findIndex(([s, i]) => s === this.selected.stage && i === this.selected.node) : -1;
    const [stage, i] = all[((at < 0 && by < 0 ? 0 : at) + by + all.length) % all.length];
    if (stage.collapsed.size) { const before = stage.collapsed.size; stage.open(i); if (stage.collapsed.size !== before) stage.keep(() => stage.render()); }
    this.select(stage, i, true);
  }

  key(e) {
    const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(e.target.tagName) && e.target.type !== "checkbox";
    if (e.key === "Escape") { this.clear(); e.target.blur && typing && e.target.blur(); return; }
    if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
    const stage = this.selected ? this.selected.stage : this.stages[0], near = () => this.selected && stage.data;
    const actions = {
      ArrowRight: () => this.go(this.step + 1), ArrowLeft: () => this.go(this.step - 1), Home: () => this.go(0), End: () => this.go(this.total),
      " ": () => this.total && this.play(), "/": () => this.search.focus(), f: () => this.stages.forEach(s => s.fit(true)), "+": () => stage.zoom(1.25), "=": () => stage.zoom(1.25), "-": () => stage.zoom(0.8),
      c: () => { const g = this.selected && stage.data.tree.owner[this.selected.node]; if (g > 0) { stage.toggle(g); this.refresh(); } },
      ArrowDown: () => this.walk(near() && near().consumers[this.selected.node]), ArrowUp: () => this.walk(near() && near().operands[this.selected.node]),
    };
    if (e.key === " " && e.target.tagName === "BUTTON") return;
    if (!actions[e.key]) return;
    e.preventDefault();
    actions[e.key]();
  }
  walk(neighbours) {
    const stage = this.selected ? this.selected.stage : this.stages[0];
    if (neighbours && neighbours.length) this.select(stage, neighbours[0][1], true);
    else if (!this.selected) this.select(stage, stage.members[0][0], true);
    const k = stage.boxOfNode(this.selected.node);
    if (k >= 0) stage.cards[k].g.focus({ preventScroll: true });
  }

  // The address says the step and the node (not inside a notebook, where it is the notebook's).
  writeAddress() {
    if (!/^(file|https?):$/.test(location.protocol)) return;
    const n = this.selected ? this.selected.stage.data.graph.nodes[this.selected.node].id : null;
    const text = "#step=" + this.step + (n === null ? "" : "&node=" + n);
    try { history.replaceState(null, "", text); } catch { /* a sandbox may forbid it */ }
  }
  readAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    const stage = this.stages[0], i = given.has("node") ? stage.data.position.get(Number(given.get("node"))) : undefined;
    if (/^\d+$/.test(given.get("step") || "")) this.go(Number(given.get("step")));
    if (i !== undefined) this.select(stage, i, true);
  }

  async download(kind) {
    const stage = this.selected ? this.selected.stage : this.stages[0], name = (this.stages[0].data.graph.title || "graph").replace(/[^\w-]+/g, "_").slice(0, 60) || "graph";
    const make = { svg: () => new Blob([stage.picture()], { type: "image/svg+xml" }), dot: () => new Blob([dotText(stage)], { type: "text/vnd.graphviz" }),
      json: () => new Blob([JSON.stringify(plain(stage.data.graph))], { type: "application/json" }), png: () => raster(stage) };
    const blob = await make[kind](), url = URL.createObjectURL(blob);
    const a = html("a", { href: url, download: name + "." + kind });
    document.body.append(a);
    a.click();
    a.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }
}

// The graph as `Graph.from_dict` reads it (the page leaves out fields that have their default).
function plain(graph) {
  return { ...graph, format: "autograd-core/graph", version: 1 };
}

async function raster(stage) {
  const { width, height } = stage.placed, scale = Math.min(2, Math.sqrt(16e6 / (width * height)), 16000 / Math.max(width, height));
  const url = URL.createObjectURL(new Blob([stage.picture()], { type: "image/svg+xml" })), image = new Image();
  image.src = url;
  await image.decode();
  const canvas = html("canvas", { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  return new Promise(done => canvas.toBlob(done, "image/png"));
}

function dotText(stage) {
  const quoted = text => '"' + visible(text).replace(/\\/g, "\\\\").replace(/"/g, '\\"') + '"', { view } = stage;
  const inside = view.clusters.map(() => []), children = lists(view.clusters.length + 1), lines = ["digraph graph_ {", "node [shape=box style=rounded fontname=Helvetica]"];
  const own = view.boxes.map(b => `${b.id} [label=${[boxTitle(b), ...b.lines].map(t => quoted(t).slice(1, -1)).join("\\n").replace(/^/, '"') + '"'}]`);
  view.clusters.forEach((c, k) => children[c.parent < 0 ? view.clusters.length : c.parent].push(k));
  view.boxes.forEach((b, k) => { if (b.cluster >= 0) inside[b.cluster].push(own[k]); else lines.push(own[k]); });
  const todo = children[view.clusters.length].map(k => [k, true]).reverse();
  while (todo.length) {
    const [k, opening] = todo.pop(), c = view.clusters[k];
    if (!opening) { lines.push("}"); continue; }
    lines.push(`subgraph cluster_${c.id} { label=${quoted(c.title + (c.times > 1 ? " × " + c.times : ""))}`, ...inside[k]);
    todo.push([k, false], ...children[k].map(j => [j, true]).reverse());
  }
  view.links.forEach(l => lines.push(`${view.boxes[l.source].id} -> ${view.boxes[l.target].id} [label=${quoted(l.label)}]`));
  return lines.join("\n") + "\n}\n";
}

function swatch(fill, stroke) {
  const e = html("i", { class: fill === "hatch" ? "swatch hatched" : "swatch" });
  if (fill !== "hatch") e.style.background = fill;
  e.style.borderColor = stroke;
  return e;
}

payload().then(data => new App(data)).catch(error => {
  document.getElementById("page").prepend(html("p", { class: "failure", role: "alert" }, "This page could not start: " + error.message));
  throw error;
});
