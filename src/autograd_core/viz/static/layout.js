// The built-in layered layout: `_layers.py` and `_layout.py` line by line (see there for the why).
const NODE_GAP = 22, LAYER_GAP = 34, PAD = 14, HEADER = 24, MARGIN = 16, BEND_GAP = 14;
const ORDER_SWEEPS = 10, PLACE_SWEEPS = 6, STRAIGHTEN_SWEEPS = 5, BENDS = 4000;
const zeros = n => new Array(n).fill(0);
const lists = n => Array.from({ length: n }, () => []);

function arrange(w, h, links, top, bottom, nodeGap, layerGap) {
  const n = w.length;
  if (n === 0) return { x: [], y: [], routes: [], width: 0, height: 0 };
  const rank = ranks(n, links, top, bottom);
  const { chain, width, height, below } = bend(w, h, links, rank);
  const layers = lists(rank.reduce((a, b) => Math.max(a, b), 0) + 1);
  rank.forEach((r, i) => layers[r].push(i));
  order(layers, below, width);
  const x = positions(layers, width, below, n, nodeGap, top, bottom);
  const y = zeros(rank.length), middle = [], half = [];
  let at = 0;
  layers.forEach((layer, r) => {
    let tall = 0, ports = true;
    for (const i of layer) {
      tall = Math.max(tall, height[i]);
      ports = ports && (top.has(i) || bottom.has(i));
    }
    if (r > 0 && !(ports || layers[r - 1].every(i => top.has(i)))) at += layerGap + slope(layers[r - 1], below, x);
    else if (r > 0) at += layerGap / 4;
    middle.push(at + tall / 2);
    half.push(tall / 2);
    at += tall;
    for (const i of layer) y[i] = middle[r];
  });
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < x.length; i++) {
    low = Math.min(low, x[i] - width[i] / 2);
    high = Math.max(high, x[i] + width[i] / 2);
  }
  const routes = links.map(([u, v, du, dv], j) => {
    const a = rank[u] <= rank[v] ? u : v;
    const points = [[x[u] - low + du, y[u] + (a === u ? h[u] / 2 : -h[u] / 2)]];
    if (a === u) {
      if (half[rank[u]] > h[u] / 2) points.push([points[0][0], middle[rank[u]] + half[rank[u]]]);
      for (const d of chain[j]) {
        const r = rank[d];
        points.push([x[d] - low, middle[r] - half[r]]);
        if (half[r] > 0) points.push([x[d] - low, middle[r] + half[r]]);
      }
      if (half[rank[v]] > h[v] / 2) points.push([x[v] - low + dv, middle[rank[v]] - half[rank[v]]]);
    }
    points.push([x[v] - low + dv, y[v] - (a === u ? h[v] / 2 : -h[v] / 2)]);
    return points;
  });
  return { x: x.slice(0, n).map(v => v - low), y: y.slice(0, n), routes, width: high - low, height: at };
}

function slope(layer, below, x) {
  let far = 0;
  for (const u of layer) for (const [v, du, dv] of below[u]) far = Math.max(far, Math.abs(x[u] + du - x[v] - dv));
  return Math.min(0.08 * far, 40);
}

function ranks(n, links, top, bottom) {
  const into = lists(n), out = lists(n);
  for (const [u, v] of links) { out[u].push(v); into[v].push(u); }
  const waiting = into.map(s => s.length);
  const order = [];
  for (let i = 0; i < n; i++) if (waiting[i] === 0) order.push(i);
  const rank = zeros(n), first = top.size ? 1 : 0, done = new Array(n).fill(false);
  let at = 0, stuck = 0;
  while (order.length < n || at < order.length) {
    if (at === order.length) {
      while (done[stuck] || waiting[stuck] === 0) stuck++;
      waiting[stuck] = 0;
      order.push(stuck);
    }
    const u = order[at++];
    done[u] = true;
    if (!top.has(u)) rank[u] = Math.max(rank[u], first);
    for (const v of out[u]) {
      if (done[v]) continue;
      rank[v] = Math.max(rank[v], rank[u] + 1);
      if (--waiting[v] === 0) order.push(v);
    }
  }
  const loose = new Array(n).fill(false);
  for (const u of order) loose[u] = !top.has(u) && into[u].every(s => loose[s] && out[s].length === 1);
  for (let k = n - 1; k >= 0; k--) {
    const u = order[k];
    if (!loose[u] || !out[u].length || bottom.has(u)) continue;
    let lowest = Infinity;
    for (const v of out[u]) lowest = Math.min(lowest, rank[v]);
    if (lowest - 1 > rank[u]) rank[u] = lowest - 1;
  }
  if (bottom.size) {
    let last = 0;
    for (let i = 0; i < n; i++) if (!bottom.has(i)) last = Math.max(last, rank[i]);
    for (const i of bottom) rank[i] = last + 1;
  }
  return rank;
}

function bend(w, h, links, rank) {
  const n = w.length, width = w.slice(), height = h.slice(), below = lists(n);
  const chain = lists(links.length), reach = new Map(), granted = new Map(), made = new Map();
  const key = (u, du) => u + " " + du;
  for (const [u, v, du] of links) {
    if (rank[v] > rank[u]) reach.set(key(u, du), Math.max(reach.get(key(u, du)) || 0, rank[v] - rank[u] - 1));
  }
  let spent = 0;
  for (const [k, length] of [...reach].sort((a, b) => a[1] - b[1])) {
    spent += length;
    granted.set(k, spent <= BENDS + 4 * n);
  }
  links.forEach(([u, v, du, dv], j) => {
    const k = key(u, du);
    if (rank[v] <= rank[u] || !granted.get(k)) return;
    if (!made.has(k)) made.set(k, []);
    const bends = made.get(k);
    while (bends.length < rank[v] - rank[u] - 1) {
      const d = width.length;
      width.push(2);
      height.push(0);
      rank.push(rank[u] + bends.length + 1);
      below.push([]);
      if (bends.length) below[bends[bends.length - 1]].push([d, 0, 0]);
      else below[u].push([d, du, 0]);
      bends.push(d);
    }
    chain[j] = bends.slice(0, rank[v] - rank[u] - 1);
    if (chain[j].length) below[chain[j][chain[j].length - 1]].push([v, 0, dv]);
    else below[u].push([v, du, dv]);
  });
  return { chain, width, height, below };
}

function order(layers, below, width) {
  const total = below.length, upEnds = lists(total), place = zeros(total), key = zeros(total);
  const downEnds = below.map((near, u) => near.map(([v, du, dv]) => {
    const f = du / (width[u] + 1);
    upEnds[v].push([u, f]);
    return [v, f, dv / (width[v] + 1)];
  }));
  for (const layer of layers) layer.forEach((i, k) => { place[i] = k; });
  let best = layers.map(layer => layer.slice());
  let fewest = crossings(layers, downEnds, place);
  for (let sweep = 0; sweep < ORDER_SWEEPS && fewest > 0; sweep++) {
    const down = sweep % 2 === 0, count = layers.length;
    for (let s = 1; s < count; s++) {
      const r = down ? s : count - 1 - s;
      for (const i of layers[r]) {
        let sum = 0;
        const size = down ? upEnds[i].length : downEnds[i].length;
        if (down) for (const [v, f] of upEnds[i]) sum += place[v] + f;
        else for (const [v, , f] of downEnds[i]) sum += place[v] + f;
        key[i] = size ? sum / size : place[i];
      }
      layers[r].sort((a, b) => key[a] - key[b]);
      layers[r].forEach((i, k) => { place[i] = k; });
    }
    const now = crossings(layers, downEnds, place);
    if (now < fewest) { fewest = now; best = layers.map(layer => layer.slice()); }
  }
  best.forEach((layer, r) => { layers[r] = layer; });
}

function crossings(layers, ends, place) {
  let count = 0;
  for (let r = 0; r + 1 < layers.length; r++) {
    const lines = [];
    for (const u of layers[r]) for (const [v, f, g] of ends[u]) lines.push([place[u] + f, place[v] + g]);
    lines.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const sorted = [...new Set(lines.map(l => l[1]))].sort((a, b) => a - b), size = sorted.length;
    const places = new Map(sorted.map((g, k) => [g, k])), tree = zeros(size + 1);
    for (let at = 0, entered = 0, stop; at < lines.length; entered += stop - at, at = stop) {
      for (stop = at; stop < lines.length && lines[stop][0] === lines[at][0]; stop++) {
        let smaller = 0;
        for (let k = places.get(lines[stop][1]) + 1; k > 0; k -= k & -k) smaller += tree[k];
        count += entered - smaller;
      }
      for (let j = at; j < stop; j++) for (let k = places.get(lines[j][1]) + 1; k <= size; k += k & -k) tree[k]++;
    }
  }
  return count;
}

function positions(layers, width, below, n, nodeGap, top, bottom) {
  const total = width.length, above = lists(total), under = lists(total), x = zeros(total);
  for (let u = 0; u < total; u++) {
    for (const [v, du, dv] of below[u]) {
      const weight = u >= n ? (v >= n ? 8 : 2) : (v >= n ? 2 : 4);
      under[u].push([v, dv, du, weight]);
      above[v].push([u, du, dv, weight]);
    }
  }
  const gaps = layers.map(layer => {
    const gap = [];
    for (let k = 1; k < layer.length; k++) {
      const a = layer[k - 1], b = layer[k];
      gap.push(width[a] / 2 + width[b] / 2 + (a < n && b < n ? nodeGap : BEND_GAP));
    }
    return gap;
  });
  layers.forEach((layer, r) => {
    let at = 0;
    layer.forEach((i, k) => { at += k > 0 ? gaps[r][k - 1] : 0; x[i] = at; });
    for (const i of layer) x[i] -= at / 2;
  });
  for (let sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
    const down = sweep % 2 === 0, last = sweep === PLACE_SWEEPS - 1;
    for (let s = 0; s < layers.length; s++) {
      const r = down ? s : layers.length - 1 - s, want = [], heavy = [];
      for (const i of layers[r]) {
        wish(last ? above[i].concat(under[i]) : (down ? above[i] : under[i]), x, i, want, heavy);
      }
      isotonic(layers[r], gaps[r], want, heavy, x);
    }
  }
  straighten(layers, gaps, above, under, n, x, top, bottom);
  return x;
}

function wish(near, x, i, want, heavy) {
  if (!near.length) { want.push(x[i]); heavy.push(0.01); return; }
  let mass = 0, moment = 0;
  for (const [v, dv, di, weight] of near) { mass += weight; moment += weight * (x[v] + dv - di); }
  want.push(moment / mass);
  heavy.push(mass);
}

function isotonic(layer, gap, want, heavy, x) {
  const value = [], mass = [], count = [], offsets = [];
  let offset = 0;
  for (let k = 0; k < layer.length; k++) {
    offset += k > 0 ? gap[k - 1] : 0;
    offsets.push(offset);
    value.push(want[k] - offset);
    mass.push(heavy[k]);
    count.push(1);
    while (value.length > 1 && value[value.length - 2] > value[value.length - 1]) {
      const v = value.pop(), m = mass.pop(), c = count.pop(), e = value.length - 1;
      value[e] = (value[e] * mass[e] + v * m) / (mass[e] + m);
      mass[e] += m;
      count[e] += c;
    }
  }
  let k = 0;
  value.forEach((v, b) => {
    for (let c = 0; c < count[b]; c++, k++) x[layer[k]] = v + offsets[k];
  });
}

function straighten(layers, gaps, above, under, n, x, top, bottom) {
  const total = x.length, depthDown = zeros(total), depthUp = zeros(total);
  for (const i of bottom) depthDown[i] = layers.length;
  for (const i of top) depthUp[i] = layers.length;
  for (const layer of layers) for (const i of layer) {
    for (const [v] of above[i]) depthUp[i] = Math.max(depthUp[i], depthUp[v] + 1);
  }
  for (let r = layers.length - 1; r >= 0; r--) for (const i of layers[r]) {
    for (const [v] of under[i]) depthDown[i] = Math.max(depthDown[i], depthDown[v] + 1);
  }
  const mainDown = under.map(near => main(near, depthDown, n));
  const mainUp = above.map(near => main(near, depthUp, n));
  const chains = [], weight = [], of = new Array(total).fill(-1);
  for (const layer of layers) for (const i of layer) {
    if (of[i] >= 0) continue;
    const members = [i], shifts = [0];
    for (;;) {
      const u = members[members.length - 1], k = mainDown[u];
      if (k < 0) break;
      const [v, dv, du] = under[u][k];
      if (mainUp[v] < 0 || above[v][mainUp[v]][0] !== u || of[v] >= 0) break;
      members.push(v);
      shifts.push(shifts[shifts.length - 1] + du - dv);
    }
    if (members.length > 1) {
      for (const v of members) of[v] = chains.length;
      chains.push([members, shifts]);
      weight.push((members.some(v => v < n) ? 10000 : 100) * members.length);
    }
  }
  for (let sweep = 0; sweep < STRAIGHTEN_SWEEPS; sweep++) {
    const target = zeros(total);
    for (const [members, shifts] of chains) {
      let mean = 0;
      members.forEach((v, k) => { mean += x[v] - shifts[k]; });
      mean /= members.length;
      members.forEach((v, k) => { target[v] = mean + shifts[k]; });
    }
    layers.forEach((layer, r) => {
      const want = [], heavy = [];
      for (const i of layer) {
        if (of[i] >= 0) { want.push(target[i]); heavy.push(weight[of[i]]); }
        else wish(above[i].concat(under[i]), x, i, want, heavy);
      }
      isotonic(layer, gaps[r], want, heavy, x);
    });
  }
}

function main(near, depth, n) {
  let best = -1, deepest = -1;
  near.forEach(([v], k) => {
    const deep = 2 * depth[v] + (v < n ? 1 : 0);
    if (deep > deepest) { best = k; deepest = deep; }
  });
  return best;
}

// sizes [[w, h]], cluster and parents (-1: none), headers (title widths), links [[from, to]].
function place(sizes, cluster, parents, headers, links, across, gap) {
  const n = sizes.length, m = parents.length;
  const w = sizes.map(s => across ? s[1] : s[0]).concat(zeros(m));
  const h = sizes.map(s => across ? s[0] : s[1]).concat(zeros(m));
  const children = lists(m + 1);
  for (let i = 0; i < n; i++) children[cluster[i] >= 0 ? cluster[i] : m].push(i);
  for (let c = 0; c < m; c++) children[parents[c] >= 0 ? parents[c] : m].push(n + c);
  const up = cluster.map(c => c >= 0 ? c : m).concat(parents.map(p => p >= 0 ? p : m), [-1]);
  const { chains, inner, portsIn, portsOut } = split(n, m, up, links);
  const px = zeros(n + m), py = zeros(n + m), bends = new Map(), portX = new Map();
  let width = 0, height = 0;
  const sequence = [];
  for (let c = m - 1; c >= 0; c--) sequence.push(c);
  sequence.push(m);
  for (const c of sequence) {
    const items = children[c], index = new Map(items.map((item, k) => [item, k]));
    const sources = [...portsIn[c]], sinks = [...portsOut[c]], k = items.length;
    const ws = items.map(i => w[i]).concat(new Array(sources.length + sinks.length).fill(1));
    const hs = items.map(i => h[i]).concat(zeros(sources.length + sinks.length));
    const indexIn = new Map(sources.map((s, j) => [s, k + j]));
    const indexOut = new Map(sinks.map((s, j) => [s, k + sources.length + j]));
    const parts = [...inner[c].values()];
    const flat = parts.map(([s, a, b]) => [
      a < 0 ? indexIn.get(s) : index.get(a),
      b < 0 ? indexOut.get(s) : index.get(b),
      a >= n ? portX.get(a + " " + s + " 1") : 0,
      b >= n ? portX.get(b + " " + s + " 0") : 0,
    ]);
    const found = arrange(ws, hs, flat, new Set(indexIn.values()), new Set(indexOut.values()), NODE_GAP, gap);
    let start = across ? PAD : HEADER, end = PAD, left = across ? HEADER : PAD, right = PAD;
    if (c === m) start = end = left = right = MARGIN;
    let inside = found.width;
    if (c < m) {
      const title = headers[c] + 2 * PAD;
      if (across) found.height = Math.max(found.height, title - start - end);
      else inside = Math.max(inside, title - left - right);
    }
    const shift = left + (inside - found.width) / 2;
    items.forEach((item, i) => { px[item] = found.x[i] + shift; py[item] = found.y[i] + start; });
    width = inside + left + right;
    height = found.height + start + end;
    if (c < m) { w[n + c] = width; h[n + c] = height; }
    for (const [s, i] of indexIn) portX.set((n + c) + " " + s + " 0", found.x[i] + shift - width / 2);
    for (const [s, i] of indexOut) portX.set((n + c) + " " + s + " 1", found.x[i] + shift - width / 2);
    parts.forEach(([s, a, b], j) => {
      const moved = found.routes[j].map(([x, y]) => [x + shift, y + start]);
      if (a < 0) moved[0] = [moved[0][0], 0];
      if (b < 0) moved[moved.length - 1] = [moved[moved.length - 1][0], height];
      bends.set(s + " " + (a >= 0 ? a : -c - 1) + " " + (b >= 0 ? b : -c - 1), moved);
    });
  }
  const out = { x: [], y: [], frames: [], routes: [], width: across ? height : width, height: across ? width : height };
  const cx = zeros(m + 1), cy = zeros(m + 1);
  for (let c = 0; c < m; c++) {
    const above = up[n + c];
    cx[c] = cx[above] + px[n + c] - w[n + c] / 2;
    cy[c] = cy[above] + py[n + c] - h[n + c] / 2;
    out.frames.push(across ? [cy[c], cx[c], h[n + c], w[n + c]] : [cx[c], cy[c], w[n + c], h[n + c]]);
  }
  for (let i = 0; i < n; i++) {
    const x = cx[up[i]] + px[i], y = cy[up[i]] + py[i];
    out.x.push(across ? y : x);
    out.y.push(across ? x : y);
  }
  links.forEach(([s], j) => {
    const route = [];
    for (const [c, a, b] of chains[j]) {
      for (const [x, y] of bends.get(s + " " + a + " " + b)) {
        const point = [x + cx[c], y + cy[c]], last = route[route.length - 1];
        if (!last || point[0] !== last[0] || point[1] !== last[1]) route.push(point);
      }
    }
    out.routes.push(across ? route.map(([x, y]) => [y, x]) : route);
  });
  return out;
}

function split(n, m, up, links) {
  const inner = Array.from({ length: m + 1 }, () => new Map());
  const portsIn = Array.from({ length: m + 1 }, () => new Set());
  const portsOut = Array.from({ length: m + 1 }, () => new Set());
  const add = (c, s, a, b) => inner[c].set(s + " " + a + " " + b, [s, a, b]);
  const chains = links.map(([s, t]) => {
    const around = [], enter = [], parts = [];
    for (let c = up[s]; c >= 0; c = c < m ? up[n + c] : -1) around.push(c);
    const outer = new Set(around);
    let meet = up[t];
    while (!outer.has(meet)) { enter.push(meet); meet = up[n + meet]; }
    let at = s;
    for (const c of around) {
      if (c === meet) break;
      portsOut[c].add(s);
      add(c, s, at, -1);
      parts.push([c, at, -c - 1]);
      at = n + c;
    }
    enter.reverse();
    [meet, ...enter].forEach((c, k) => {
      const b = k < enter.length ? n + enter[k] : t;
      if (c !== meet) { portsIn[c].add(s); at = -1; }
      add(c, s, at, b);
      parts.push([c, at >= 0 ? at : -c - 1, b]);
    });
    return parts;
  });
  return { chains, inner, portsIn, portsOut };
}
