// One graph on the screen: drawing, painting (state of the step, colours), pan and zoom, minimap.
const RAMP = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"];
const MAGENTA = "#ff00c8", ACTIVE = "#e8590c", FAILED = "#d5392b";

function svg(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  return filled(node, attributes, children);
}
function html(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}
function filled(node, attributes, children) {
  for (const [k, v] of Object.entries(attributes || {})) {
    if (k.startsWith("on")) node.addEventListener(k.slice(2), v);
    else if (v !== null && v !== undefined && v !== false) node.setAttribute(k, v === true ? "" : v);
  }
  node.append(...children.flat().filter(c => c !== null && c !== undefined && c !== ""));
  return node;
}
const visible = text => String(text).replace(/[\p{Cc}\p{Cf}]/gu, "\uFFFD");

function rampColour(t) {
  const at = Math.max(0, Math.min(1, t)) * (RAMP.length - 1), k = Math.min(Math.floor(at), RAMP.length - 2), f = at - k;
  const part = (c, p) => parseInt(c.slice(1 + 2 * p, 3 + 2 * p), 16);
  const mix = p => Math.round(part(RAMP[k], p) * (1 - f) + part(RAMP[k + 1], p) * f);
  return "#" + [0, 1, 2].map(p => mix(p).toString(16).padStart(2, "0")).join("");
}
function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map(k => parseInt(colour.slice(k, k + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#101418" : "#ffffff";
}

class Stage {
  constructor(app, data, number) {
    this.app = app;
    this.data = prepare(data);
    this.number = number;
    this.collapsed = new Set(data.collapsed);
    this.unrolled = new Set();
    this.scale = 1;
    this.tx = this.ty = 0;
    this.world = svg("g");
    this.svg = svg("svg", { class: "graph", role: "group", "aria-label": "computation graph " + (data.graph.title || "") }, this.world);
    this.map = svg("svg", { class: "minimap", "aria-hidden": "true" });
    this.host = html("section", { class: "stage" }, this.svg, this.map);
    if (data.name) this.host.append(html("div", { class: "stage-name" }, visible(data.name)));
    if (data.graph.failure) {
      this.host.append(html("div", { class: "failure", role: "alert" }, "raised: " + visible(data.graph.failure.message)));
    }
    this.timing();
    this.handlers();
  }

  // When each value and each gradient becomes known, as a number of steps.
  timing() {
    const { graph, position, consumers } = this.data, steps = graph.steps, n = graph.nodes.length;
    this.forwardAt = zeros(n);
    this.gradientAt = new Array(n).fill(Infinity);
    this.seconds = zeros(n);
    steps.forEach((s, k) => {
      const i = position.get(s.node);
      if (s.phase === "forward") this.forwardAt[i] = k + 1;
      else this.gradientAt[i] = Math.min(this.gradientAt[i], k + 1);
      this.seconds[i] += s.seconds || 0;
    });
    for (let i = n - 1; i >= 0; i--) {
      if (!graph.nodes[i].gradient || this.gradientAt[i] < Infinity) continue;
      let last = 0;
      for (const [, t] of consumers[i]) if (this.gradientAt[t] < Infinity) last = Math.max(last, this.gradientAt[t]);
      this.gradientAt[i] = last;
    }
  }

  render() {
    const { app, data } = this, theme = app.theme;
    this.view = look(data, this.collapsed, this.unrolled, app.fold);
    this.placed = layOut(this.view, app.across);
    const { boxes, links, clusters } = this.view, placed = this.placed;
    this.members = lists(boxes.length);
    this.view.boxOf.forEach((b, i) => { if (b >= 0) this.members[b].push(i); });
    const hatch = svg("pattern", { id: "hatch" + this.number, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 6, height: 6, fill: theme.background }), svg("rect", { width: 2, height: 6, fill: theme.muted }));
    const words = [], frames = [], lines = [];
    clusters.forEach((c, k) => frames.push(this.frame(c, placed.frames[k], words)));
    this.lines = links.map((l, k) => {
      const path = svg("path", { d: curve(placed.routes[k], app.across), fill: "none", stroke: theme.edge, "stroke-width": 1.3 });
      const tip = svg("polygon", { points: arrowHead(placed.routes[k], app.across), fill: theme.edge });
      const hint = svg("title");
      lines.push(svg("g", { class: "edge", id: "e" + k }, hint, path, tip));
      if (l.label) {
        const [x, y] = placed.routes[k][0];
        words.push(this.word(app.across ? x + 6 : x + 5, app.across ? y - 4 : y + 13, l.label, LABEL_SIZE, theme.muted, "start"));
      }
      return { path, tip, hint };
    });
    this.cards = boxes.map((b, k) => this.card(b, k, placed.x[k], placed.y[k]));
    this.world.replaceChildren(svg("defs", null, hatch), ...frames, ...lines, ...words, ...this.cards.map(c => c.g));
    this.drawMap();
    this.paint();
  }

  word(x, y, text, size, fill, anchor, bold) {
    return svg("text", {
      x, y, "font-size": size, fill, "text-anchor": anchor, "font-weight": bold ? 600 : null, stroke: this.app.theme.background,
      "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke", "pointer-events": "none",
    }, text);
  }

  frame(c, [x, y, width, height], words) {
    const theme = this.app.theme, name = c.title + (c.times > 1 ? ", " + c.times + " times" : "");
    const act = () => c.group >= 0 ? this.toggle(c.group) : this.unroll(c.run);
    words.push(this.word(x + 24, y + 16, c.title, HEADING_SIZE, theme.muted, "start"));
    if (c.times > 1) {
      const times = this.word(x + width - 10, y + 16, "× " + c.times, 12, theme.text, "end", true), show = () => this.unroll(c.run);
      times.removeAttribute("pointer-events");
      words.push(svg("g", { class: "button times", role: "button", tabindex: 0, "aria-label": "show all " + c.times + " of " + c.title, onclick: show, onkeydown: onEnter(show) }, svg("title", null, "show all"), times));
    }
    const hint = c.group >= 0 ? "collapse " + name : "show all " + name;
    const button = svg("g", { class: "button", role: "button", tabindex: 0, "aria-label": hint, onclick: act, onkeydown: onEnter(act) },
      svg("title", null, hint),
      svg("rect", { x: x + 7, y: y + 6, width: 13, height: 13, rx: 3, fill: theme.background, stroke: theme.frame_stroke }),
      svg("path", { d: `M${x + 10} ${y + 12.5}h7` + (c.group >= 0 ? "" : `M${x + 13.5} ${y + 9}v7`), stroke: theme.muted, "stroke-width": 1.5 }));
    return svg("g", { class: "frame", id: c.id },
      svg("rect", { x, y, width, height, rx: 10, fill: theme.frame, "fill-opacity": 0.07, stroke: theme.frame_stroke }), button);
  }

  card(box, k, cx, cy) {
    const theme = this.app.theme, x = cx - box.width / 2, y = cy - box.height / 2;
    const r = box.kind === "input" ? Math.min(box.height / 2, 14) : 6;
    const size = { x, y, width: box.width, height: box.height, rx: r };
    const body = svg("rect", size), title = svg("text", { x: cx, y: y + 18, "font-size": TITLE_SIZE, "font-weight": 600, "text-anchor": "middle" }, boxTitle(box));
    const first = box.lines.length - box.folded, chips = [];
    const texts = box.lines.map((line, j) => svg("text", { x: cx, y: y + 32 + 13 * j, "font-size": LINE_SIZE, "text-anchor": "middle" }, line));
    if (box.group < 0 && this.app.fold) {
      this.data.operands[box.node].filter(([, s]) => this.data.tree.folded.has(s)).forEach(([, s], j) => {
        let leaf = s;
        while (this.data.operands[leaf].length) leaf = this.data.operands[leaf][0][1];
        if (first + j >= box.lines.length || this.data.graph.nodes[leaf].kind === "constant") return;
        const chip = svg("rect", { x: cx - textWidth(box.lines[first + j], LINE_SIZE) * 0.47 - 11, y: y + 24.5 + 13 * (first + j), width: 7, height: 7, rx: 1.5, class: "chip" });
        chips.push([chip, leaf]);
      });
    }
    const g = svg("g", { class: "box " + box.kind, id: (this.number ? "b" : "") + box.id, role: "button", tabindex: k ? -1 : 0 });
    if (box.times > 1 || box.kind === "module") g.append(svg("rect", { ...size, x: x + 4, y: y + 4, class: "under" }));
    const tip = svg("title");
    g.append(tip, body, title, ...texts, ...chips.map(c => c[0]));
    g.addEventListener("click", () => this.app.select(this, this.current(k)));
    g.addEventListener("dblclick", () => box.group >= 0 && this.toggle(box.group));
    g.addEventListener("focus", () => { this.focused = k; });
    g.addEventListener("keydown", onEnter(() => box.group >= 0 ? this.toggle(box.group) : this.app.select(this, this.current(k))));
    if (box.group >= 0) {
      const open = () => this.toggle(box.group);
      g.append(svg("g", { class: "button", onclick: e => { e.stopPropagation(); open(); } }, svg("title", null, "expand"),
        svg("rect", { x: x + box.width - 16, y: y + 4, width: 12, height: 12, rx: 3, fill: theme.background, stroke: theme.frame_stroke }),
        svg("path", { d: `M${x + box.width - 13} ${y + 10}h6m-3 -3v6`, stroke: theme.muted, "stroke-width": 1.4 })));
    }
    return { g, body, title, texts, chips, tip, first };
  }

  // The node a box stands for now: the one of the current step if it is inside, else the first.
  current(k) {
    const step = this.data.graph.steps[this.app.step - 1];
    if (step) {
      const i = this.data.position.get(step.node);
      if (this.view.boxOf[i] === k) return i;
    }
    return this.members[k][0];
  }

  boxOfNode(i) {
    let b = this.view.boxOf[i];
    for (const seen = new Set([i]); b < 0 && this.data.consumers[i].length;) {
      i = this.data.consumers[i][0][1];
      if (seen.has(i)) break;
      seen.add(i);
      b = this.view.boxOf[i];
    }
    return b;
  }

  // [value, flag] of a node under the colour mode; flag: "", "none", "zero", "bad".
  measureOf(i, step) {
    const n = this.data.graph.nodes[i], mode = this.app.colour;
    if (mode === "memory") return [n.bytes, ""];
    if (mode === "time") return [this.seconds[i], this.seconds[i] ? "" : "none"];
    const gradient = mode === "gradient" || mode === "difference";
    const s = gradient ? n.gradient : n.forward, at = gradient ? this.gradientAt[i] : this.forwardAt[i];
    if (!s || at > step) return [0, "none"];
    if (s.nan || s.inf) return [0, "bad"];
    if (s.l2 === null) return [0, "none"];
    if (mode === "difference") {
      const other = this.app.counterpart(this, i), o = other >= 0 ? this.app.other(this).data.graph.nodes[other].gradient : null;
      if (!o || o.l2 === null) return [0, "none"];
      const size = Math.max(Math.abs(s.l2), Math.abs(o.l2));
      return [size ? Math.abs(s.l2 - o.l2) / size : 0, s.l2 === o.l2 ? "zero" : ""];
    }
    if (s.l2 === 0) return [0, gradient ? "zero" : ""];
    return [gradient ? s.l2 : s.l2 / Math.sqrt(Math.max(s.size, 1)), ""];
  }

  paint() {
    const { app, view } = this, { theme, colour } = app, steps = this.data.graph.steps;
    const step = Math.min(app.step, steps.length), now = steps[step - 1], at = now ? this.data.position.get(now.node) : -1;
    const active = app.playing || step < steps.length ? this.boxOfNode(at) : -1;
    const failed = this.data.graph.failure ? this.data.position.get(this.data.graph.failure.node) : undefined;
    const chosen = app.selected && app.selected.stage === this ? this.boxOfNode(app.selected.node) : app.selected && app.stages[1] ? this.boxOfNode(app.counterpart(app.selected.stage, app.selected.node)) : -1;
    view.boxes.forEach((box, k) => {
      const card = this.cards[k], members = this.members[k];
      const style = box.kind !== "operation" ? box.kind : app.products.has(box.title) ? "product" : app.shapes.has(box.title) ? "shape" : "operation";
      let known = false, bad = false, hit = false, value = 0, any = false, zero = false, later = false;
      for (const i of members) {
        known = known || this.forwardAt[i] <= step;
        hit = hit || app.hits[this.number].has(i);
        const [v, flag] = this.measureOf(i, step);
        bad = bad || flag === "bad";
        zero = zero || flag === "zero";
        later = later || (colour === "gradient" && step < this.gradientAt[i] && this.gradientAt[i] < Infinity);
        if (flag === "") { any = true; value = Math.max(value, v); }
      }
      let fill = theme.fills[style], stroke = theme.strokes[style], ink = theme.text, soft = theme.muted, inner = theme.folded;
      const paint = c => { fill = c; ink = inkOn(c); soft = ink; inner = ink; };
      if (colour !== "kind") {
        if (bad) paint(MAGENTA);
        else if (any) paint(rampColour(app.normal(value)));
        else if (zero) { fill = `url(#hatch${this.number})`; stroke = theme.muted; }
        else if (!later) { fill = theme.blank; stroke = theme.frame_stroke; }
        card.g.dataset.state = bad ? "bad" : any ? "value" : zero ? "zero" : later ? "later" : "none";
      } else delete card.g.dataset.state;
      let line = box.kind === "output" ? 2 : 1.2;
      if (failed !== undefined && view.boxOf[failed] === k) { stroke = FAILED; line = 3; }
      if (app.stages[1] && members.every(i => app.counterpart(this, i) < 0)) { stroke = FAILED; line = 2; }
      if (k === active) { stroke = ACTIVE; line = 3.5; }
      if (k === chosen) { stroke = theme.select; line = 3.5; }
      for (const rect of card.g.querySelectorAll(":scope > rect:not(.chip)")) {
        rect.setAttribute("fill", fill);
        rect.setAttribute("stroke", rect === card.body ? stroke : theme.frame_stroke);
        rect.setAttribute("stroke-width", rect === card.body ? line : 1);
      }
      card.title.setAttribute("fill", ink);
      card.texts.forEach((t, j) => t.setAttribute("fill", j >= card.first ? inner : soft));
      const halo = fill.startsWith("url") ? theme.background : "none";
      for (const t of [card.title, ...card.texts]) {
        t.setAttribute("stroke", halo);
        t.setAttribute("stroke-width", 3);
        t.setAttribute("paint-order", "stroke");
      }
      for (const [chip, i] of card.chips) {
        const [v, flag] = this.measureOf(i, step);
        chip.setAttribute("fill", colour === "kind" ? theme.strokes.parameter : flag === "bad" ? MAGENTA : flag === "" ? rampColour(app.normal(v)) : flag === "zero" ? `url(#hatch${this.number})` : theme.blank);
        chip.setAttribute("stroke", theme.muted);
        chip.setAttribute("stroke-width", 0.7);
      }
      const dim = (!known && step < steps.length) || (app.query && !hit) || (app.path && app.path.stage === this && !members.some(i => app.path.nodes.has(i)));
      card.g.setAttribute("opacity", dim ? 0.28 : 1);
      card.g.classList.toggle("active", k === active);
      card.g.classList.toggle("selected", k === chosen);
      card.g.classList.toggle("hit", hit);
      const text = describe(this, box, this.current(k));
      card.g.setAttribute("aria-label", text);
      card.tip.textContent = text;
    });
    view.links.forEach((l, k) => {
      let colour = theme.edge, width = 1.3, dim = false, most = null;
      for (const e of l.edges) {
        const edge = this.data.graph.edges[e], t = this.data.position.get(edge.target), flowed = this.gradientAt[t] <= step;
        if (edge.gradient !== null && flowed && step) { colour = theme.flow; width = 1.8; most = Math.max(most || 0, edge.gradient); }
        if (now && t === at && step < steps.length) { colour = ACTIVE; width = 3; }
        if (app.path && app.path.stage === this) {
          if (app.path.nodes.has(t) && app.path.nodes.has(this.data.position.get(edge.source))) { colour = theme.select; width = 3; } else dim = true;
        }
      }
      this.lines[k].path.setAttribute("stroke", colour);
      this.lines[k].path.setAttribute("stroke-width", width);
      this.lines[k].path.setAttribute("opacity", dim && colour !== theme.select ? 0.3 : 1);
      this.lines[k].tip.setAttribute("fill", colour);
      this.lines[k].hint.textContent = (shapeText(this.data.graph.nodes[l.node].shape) || "scalar") + (most === null ? "" : ", gradient norm " + tidy(most)) + (l.count > 1 ? ", " + l.count + " arrows" : "");
    });
    this.active = active;
    if (active >= 0 && app.follow) this.reveal(active);
    this.host.dataset.boxes = view.boxes.length;
  }

  toggle(g) {
    if (!this.collapsed.delete(g)) this.collapsed.add(g);
    this.keep(() => this.render());
  }
  unroll(r) {
    if (!this.unrolled.delete(r)) this.unrolled.add(r);
    this.keep(() => this.render());
  }
  // Runs a change of the view so that what was focused keeps its place on the screen.
  keep(change) {
    const node = this.focused !== undefined && this.members[this.focused] ? this.members[this.focused][0] : -1;
    const before = node >= 0 ? [this.placed.x[this.focused], this.placed.y[this.focused]] : null;
    change();
    const k = node >= 0 ? this.view.boxOf[node] : -1;
    if (before && k >= 0) {
      this.tx += (before[0] - this.placed.x[k]) * this.scale;
      this.ty += (before[1] - this.placed.y[k]) * this.scale;
      this.focused = k;
    }
    this.move();
  }
  // Opens every collapsed module around a node, and the run that hides it.
  open(i) {
    const { tree } = this.data;
    for (let g = tree.owner[i]; g > 0; g = tree.parent[g]) this.collapsed.delete(g);
  }

  handlers() {
    const svgNode = this.svg, pointers = new Map();
    svgNode.addEventListener("wheel", e => {
      e.preventDefault();
      const box = svgNode.getBoundingClientRect(), factor = Math.exp(-e.deltaY * (e.ctrlKey ? 0.01 : 0.0015));
      this.zoom(factor, e.clientX - box.left, e.clientY - box.top);
    }, { passive: false });
    svgNode.addEventListener("pointerdown", e => {
      pointers.set(e.pointerId, [e.clientX, e.clientY]);
      this.moved = false;
    });
    addEventListener("pointermove", e => {
      const last = pointers.get(e.pointerId);
      if (!last) return;
      const dx = e.clientX - last[0], dy = e.clientY - last[1];
      if (!this.moved && Math.hypot(dx, dy) < 4) return;
      this.moved = true;
      const all = [...pointers.values()];
      if (all.length === 2) {
        const other = [...pointers].find(([id]) => id !== e.pointerId)[1], box = svgNode.getBoundingClientRect();
        const before = Math.hypot(last[0] - other[0], last[1] - other[1]), after = Math.hypot(e.clientX - other[0], e.clientY - other[1]);
        if (before > 0) this.zoom(after / before, other[0] - box.left, other[1] - box.top);
      } else { this.tx += dx; this.ty += dy; this.move(); }
      pointers.set(e.pointerId, [e.clientX, e.clientY]);
    });
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, e => pointers.delete(e.pointerId));
    svgNode.addEventListener("click", e => { if (this.moved) { e.stopPropagation(); this.moved = false; } }, true);
    const jump = e => {
      if (e.type === "pointermove" && !e.buttons) return;
      const box = this.map.getBoundingClientRect(), view = this.svg.getBoundingClientRect();
      const x = (e.clientX - box.left) / box.width * this.placed.width, y = (e.clientY - box.top) / box.height * this.placed.height;
      this.tx = view.width / 2 - x * this.scale;
      this.ty = view.height / 2 - y * this.scale;
      this.move();
    };
    this.map.addEventListener("pointerdown", jump);
    this.map.addEventListener("pointermove", jump);
  }

  zoom(factor, x, y) {
    const box = this.svg.getBoundingClientRect();
    if (x === undefined) { x = box.width / 2; y = box.height / 2; }
    const scale = Math.max(0.02, Math.min(6, this.scale * factor));
    this.tx = x - (x - this.tx) * scale / this.scale;
    this.ty = y - (y - this.ty) * scale / this.scale;
    this.scale = scale;
    this.move();
  }
  move() {
    this.world.setAttribute("transform", `translate(${this.tx.toFixed(2)} ${this.ty.toFixed(2)}) scale(${this.scale.toFixed(4)})`);
    if (!this.window) return;
    const box = this.svg.getBoundingClientRect();
    const at = { x: -this.tx / this.scale, y: -this.ty / this.scale, width: box.width / this.scale, height: box.height / this.scale };
    for (const [k, v] of Object.entries(at)) this.window.setAttribute(k, v);
    const whole = at.x <= 1 && at.y <= 1 && at.x + at.width >= this.placed.width - 1 && at.y + at.height >= this.placed.height - 1;
    this.map.classList.toggle("hidden", whole);
  }
  // Whole picture if it stays readable, else full width from the top.
  fit(whole) {
    const box = this.svg.getBoundingClientRect(), { width, height } = this.placed;
    const both = Math.min(box.width / width, box.height / height, 1.4);
    this.scale = whole || both > 0.7 ? both : Math.min(1, Math.max(box.width / width, 0.7));
    this.tx = (box.width - width * this.scale) / 2;
    this.ty = Math.max((box.height - height * this.scale) / 2, 0);
    if (this.app.across && both < this.scale) { this.tx = Math.max(this.tx, 0); this.ty = (box.height - height * this.scale) / 2; }
    this.fitted = [this.tx, this.ty, this.scale, whole];
    this.move();
  }
  // A frame in a notebook may have no size until the page around it is laid out: fit anew, unless the reader has moved.
  resized() {
    const [tx, ty, scale, whole] = this.fitted;
    if (tx === this.tx && ty === this.ty && scale === this.scale) this.fit(whole);
    else this.move();
  }
  reveal(k) {
    const box = this.svg.getBoundingClientRect(), x = this.placed.x[k] * this.scale + this.tx, y = this.placed.y[k] * this.scale + this.ty;
    const mx = Math.min(80, box.width / 4), my = Math.min(70, box.height / 4);
    if (x >= mx && x <= box.width - mx && y >= my && y <= box.height - my) return;
    this.tx += box.width / 2 - x;
    this.ty += box.height / 2 - y;
    this.move();
  }
  drawMap() {
    const { width, height } = this.placed, big = 150, k = big / Math.max(width, height);
    this.map.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.map.style.width = Math.max(width * k, 24) + "px";
    this.map.style.height = Math.max(height * k, 24) + "px";
    this.map.setAttribute("preserveAspectRatio", "none");
    const d = this.view.boxes.map((b, j) => `M${this.placed.x[j] - b.width / 2} ${this.placed.y[j] - b.height / 2}h${b.width}v${b.height}h${-b.width}z`);
    this.window = svg("rect", { class: "window", "vector-effect": "non-scaling-stroke" });
    this.map.replaceChildren(svg("path", { d: d.join("") }), this.window);
  }

  // A standalone copy of the picture, without the page's buttons.
  picture() {
    const copy = this.world.cloneNode(true), { width, height } = this.placed;
    copy.removeAttribute("transform");
    for (const b of copy.querySelectorAll(".button")) b.remove();
    const root = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: Math.ceil(width), height: Math.ceil(height), viewBox: `0 0 ${width} ${height}`, "font-family": "Helvetica, Arial, sans-serif" },
      svg("rect", { width, height, fill: this.app.theme.background }), copy);
    return new XMLSerializer().serializeToString(root);
  }
}

const onEnter = act => e => {
  if (e.key !== "Enter") return;
  e.preventDefault();
  e.stopPropagation();
  act();
};

function describe(stage, box, i) {
  const n = stage.data.graph.nodes[i], step = stage.app.step;
  const parts = [visible(n.name).slice(0, 200), box.group >= 0 ? "module " + box.title : n.operation || n.kind];
  if (box.times > 1) parts.push(box.times + " times");
  if (box.group < 0) parts.push("shape " + (shapeText(n.shape) || "scalar"));
  if (box.group < 0 && n.forward && stage.forwardAt[i] <= step && n.forward.l2 !== null) parts.push("norm " + tidy(n.forward.l2));
  if (box.group < 0 && n.gradient && stage.gradientAt[i] <= step && n.gradient.l2 !== null) parts.push("gradient norm " + tidy(n.gradient.l2));
  return parts.filter(p => p).join(", ");
}

const tidy = x => x === null || x === undefined ? "–" : x === 0 ? "0" : Math.abs(x) >= 1e5 || Math.abs(x) < 1e-3 ? x.toExponential(3) : String(Number(x.toPrecision(5)));

function arrowHead(route, across) {
  const end = route[route.length - 1], base = arrowBase(route, across), h = 3.2;
  return across ? `${end} ${base[0]},${base[1] - h} ${base[0]},${base[1] + h}` : `${end} ${base[0] - h},${base[1]} ${base[0] + h},${base[1]}`;
}
function arrowBase(route, across) {
  const end = route[route.length - 1], a = across ? 0 : 1;
  let before = end;
  for (let k = route.length - 2; k >= 0 && before[0] === end[0] && before[1] === end[1]; k--) before = route[k];
  const sign = end[a] >= before[a] ? 6 : -6;
  return across ? [end[0] - sign, end[1]] : [end[0], end[1] - sign];
}
function curve(route, across) {
  const points = [...route.slice(0, -1), arrowBase(route, across)], f = v => Math.round(v * 10) / 10;
  let d = `M${f(points[0][0])} ${f(points[0][1])}`;
  for (let k = 1; k < points.length; k++) {
    const [ax, ay] = points[k - 1], [bx, by] = points[k], m = across ? (ax + bx) / 2 : (ay + by) / 2;
    if (ax === bx || ay === by) d += `L${f(bx)} ${f(by)}`;
    else d += across ? `C${f(m)} ${f(ay)} ${f(m)} ${f(by)} ${f(bx)} ${f(by)}` : `C${f(ax)} ${f(m)} ${f(bx)} ${f(m)} ${f(bx)} ${f(by)}`;
  }
  return d;
}
