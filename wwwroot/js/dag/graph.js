// The graph as the canvas holds it: one compact message turned into typed arrays, so that culling, hit tests and lineage are plain loops.

export const Flag = Object.freeze({
  shared: 1, fresh: 2, buffered: 4, mismatch: 8, global: 16, reused: 32,
  added: 64, removed: 128, code: 256, schema: 512, rewired: 1024, parameters: 2048, upstream: 4096,
});

const leastGap = 72; // World units between two layers when the graph runs from top to bottom.
const mostGap = 280, mostGapDown = 480; // So far the gaps grow where a graph has many more nodes in a layer than layers.

export class Graph {
  /** @param {object} m The message of `/graph`; throws when its version or its lengths are not understood. */
  constructor(m) {
    if (m.v !== 1) throw new Error(`The graph message has version ${m.v}; this page reads version 1. Reload the page.`);
    const n = m.id.length;
    for (const key of ['name', 'sub', 'type', 'flags', 'x', 'y', 'layer']) {
      if (m[key].length !== n) throw new Error(`The graph message is damaged: ${key} has ${m[key].length} entries for ${n} nodes.`);
    }
    this.size = n;
    this.nodeWidth = m.nw;
    this.nodeHeight = m.nh;
    this.types = m.types;
    this.id = m.id;
    this.name = m.name;
    this.sub = m.sub;
    this.type = Uint16Array.from(m.type);
    this.flags = Uint16Array.from(m.flags);
    this.layer = Int32Array.from(m.layer);
    this.index = new Map(m.id.map((id, i) => [id, i]));
    this.compare = m.flags.some(f => f >= Flag.added);

    const edges = m.edges.length >> 1;
    this.edgeCount = edges;
    this.from = new Uint32Array(edges);
    this.to = new Uint32Array(edges);
    for (let e = 0; e < edges; e++) {
      this.from[e] = m.edges[2 * e];
      this.to[e] = m.edges[2 * e + 1];
    }
    // In a comparison 1 is an added and 2 a removed edge.
    this.edgeFlags = Uint16Array.from(m.eflags ?? new Uint16Array(edges), status => [0, Flag.added, Flag.removed][status]);

    // Routes lie end to end in one array; edge e has the numbers routeAt[e] to routeAt[e + 1].
    this.routeAt = new Uint32Array(edges + 1);
    for (let e = 0; e < edges; e++) this.routeAt[e + 1] = this.routeAt[e] + m.routes[e].length;
    this.sourceRoutes = new Float32Array(this.routeAt[edges]);
    for (let e = 0; e < edges; e++) this.sourceRoutes.set(m.routes[e], this.routeAt[e]);
    this.sourceX = Float32Array.from(m.x);
    this.sourceY = Float32Array.from(m.y);
    this.sourceWidth = m.w;
    this.sourceHeight = m.h;

    this.inputs = adjacency(n, this.to);
    this.consumers = adjacency(n, this.from);
    this.layers = layerLists(this);
    this.orient('lr');
  }

  /** Lays the graph out from left to right (`lr`, as sent) or from top to bottom (`tb`, axes swapped). */
  orient(direction) {
    this.direction = direction;
    // Across the layers nothing changes from left to right; from top to bottom all grows by width / height of a box, so that what was apart
    // stays apart and no route comes under a box. Along the layers the boxes keep their size and the gaps are chosen, so that neither
    // drawing becomes a band that nobody can read.
    const down = direction === 'tb';
    const across = down ? this.nodeWidth / this.nodeHeight : 1;
    const along = layerAxis(this, down);
    const [main, cross] = down ? ['y', 'x'] : ['x', 'y'];
    this[main] = this.sourceX.map(along);
    this[cross] = this.sourceY.map(v => v * across);
    this.routes = new Float32Array(this.sourceRoutes.length);
    for (let i = 0; i < this.routes.length; i += 2) {
      this.routes[i + (down ? 1 : 0)] = along(this.sourceRoutes[i]);
      this.routes[i + (down ? 0 : 1)] = this.sourceRoutes[i + 1] * across;
    }
    this[down ? 'height' : 'width'] = along(this.sourceWidth);
    this[down ? 'width' : 'height'] = this.sourceHeight * across;
    this.edgeBox = edgeBoxes(this);
  }

  /** The node whose box holds the point, or -1. */
  at(x, y, slack = 0) {
    for (let i = this.size - 1; i >= 0; i--) {
      if (x >= this.x[i] - slack && x <= this.x[i] + this.nodeWidth + slack && y >= this.y[i] - slack && y <= this.y[i] + this.nodeHeight + slack) return i;
    }
    return -1;
  }

  /**
   * Nodes and edges reached from a node, as masks.
   * @param {'up'|'down'|'both'} way Inputs, consumers or both. @param {number} depth Steps; 0 is without limit.
   */
  lineage(start, way, depth) {
    const nodes = new Uint8Array(this.size);
    const edges = new Uint8Array(this.edgeCount);
    nodes[start] = 1;
    if (way !== 'down') walk(this.inputs, this.from, start, depth, nodes, edges);
    if (way !== 'up') walk(this.consumers, this.to, start, depth, nodes, edges);
    return { nodes, edges };
  }

  inputsOf(i) { return neighbours(this.inputs, this.from, i); }
  consumersOf(i) { return neighbours(this.consumers, this.to, i); }

  /** The neighbour of a node in its own layer, `step` places on; -1 at the end. */
  sibling(i, step) {
    const layer = this.layers.get(this.layer[i]);
    return layer[layer.indexOf(i) + step] ?? -1;
  }

  /** The next node along the edges, the one nearest to the height of this one; -1 when there is none. */
  along(i, towardsInputs) {
    const near = towardsInputs ? this.inputsOf(i) : this.consumersOf(i);
    let best = -1, distance = Infinity;
    for (const j of near) {
      const d = Math.abs(this.sourceY[j] - this.sourceY[i]) + Math.abs(this.layer[j] - this.layer[i]) * 0.01;
      if (d < distance) { best = j; distance = d; }
    }
    return best;
  }
}

/** For each node the edges that touch it: list[start[i]] to list[start[i + 1]]. */
function adjacency(n, key) {
  const start = new Uint32Array(n + 1);
  for (let e = 0; e < key.length; e++) start[key[e] + 1]++;
  for (let i = 0; i < n; i++) start[i + 1] += start[i];
  const fill = start.slice();
  const list = new Uint32Array(key.length);
  for (let e = 0; e < key.length; e++) list[fill[key[e]]++] = e;
  return { start, list };
}

function neighbours(adjacent, far, i) {
  const out = [];
  for (let k = adjacent.start[i]; k < adjacent.start[i + 1]; k++) out.push(far[adjacent.list[k]]);
  return [...new Set(out)];
}

function walk(adjacent, far, start, depth, nodes, edges) {
  const seen = new Uint8Array(nodes.length);
  seen[start] = 1;
  let wave = [start];
  for (let step = 0; wave.length > 0 && (depth === 0 || step < depth); step++) {
    const next = [];
    for (const i of wave) {
      for (let k = adjacent.start[i]; k < adjacent.start[i + 1]; k++) {
        const e = adjacent.list[k];
        edges[e] = 1;
        const j = far[e];
        if (seen[j]) continue;
        seen[j] = 1;
        nodes[j] = 1;
        next.push(j);
      }
    }
    wave = next;
  }
}

function layerLists(g) {
  const layers = new Map();
  for (let i = 0; i < g.size; i++) {
    const list = layers.get(g.layer[i]);
    if (list) list.push(i); else layers.set(g.layer[i], [i]);
  }
  for (const list of layers.values()) list.sort((a, b) => g.sourceY[a] - g.sourceY[b] || a - b);
  return layers;
}

/** Maps the axis along the layers: boxes to their size in that direction, what lies between them to one gap. */
function layerAxis(g, down) {
  const lefts = [...new Set(g.sourceX)].sort((a, b) => a - b);
  const layers = Math.max(lefts.length, 1);
  const size = down ? g.nodeHeight : g.nodeWidth;
  // Parts of a graph that do not share their columns are only scaled.
  if (lefts.some((x, i) => i > 0 && x - lefts[i - 1] <= g.nodeWidth)) return x => x * size / g.nodeWidth;
  const across = g.sourceHeight * (down ? g.nodeWidth / g.nodeHeight : 1);
  const given = lefts.length > 1 ? lefts[1] - lefts[0] - g.nodeWidth : leastGap;
  const gap = Math.max(down ? leastGap : given, Math.min(down ? mostGapDown : mostGap, across * (down ? 0.3 : 0.8) / layers - size));
  if (!down && gap === given) return x => x;
  const pitch = size + gap;
  const lead = lefts.length > 0 ? Math.min(lefts[0], 24) : 0;
  return x => {
    let low = 0, high = lefts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lefts[middle] <= x) low = middle; else high = middle - 1;
    }
    if (lefts.length === 0 || x < lefts[0]) return lead + (x - (lefts[0] ?? 0)) * size / g.nodeWidth;
    const start = lead + low * pitch;
    const inside = x - lefts[low];
    if (inside <= g.nodeWidth) return start + inside * size / g.nodeWidth;
    // Behind the last layer lies the margin, or the bow of an edge that runs back; it keeps its width.
    if (low + 1 === lefts.length) return start + size + inside - g.nodeWidth;
    return start + size + (inside - g.nodeWidth) * gap / Math.max(lefts[low + 1] - lefts[low] - g.nodeWidth, 1);
  };
}

function edgeBoxes(g) {
  const box = new Float32Array(g.edgeCount * 4);
  for (let e = 0; e < g.edgeCount; e++) {
    let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
    for (let p = g.routeAt[e]; p < g.routeAt[e + 1]; p += 2) {
      const x = g.routes[p], y = g.routes[p + 1];
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
    box[4 * e] = x0;
    box[4 * e + 1] = y0;
    box[4 * e + 2] = x1;
    box[4 * e + 3] = y1;
  }
  return box;
}
