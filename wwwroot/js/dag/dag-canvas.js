// The one canvas that draws DAGs. It fetches its own message, keeps its own view and tells the page only which node is selected.
// Nothing runs while nothing changes: every frame is asked for by an event.

import { download, pngOf, svgOf } from './export.js';
import { listen } from './gestures.js';
import { Flag, Graph } from './graph.js';
import { keys } from './keyboard.js';
import { Minimap } from './minimap.js';
import { Painter, levelOf, outline } from './painter.js';
import { ScrollLayer } from './scroll-layer.js';
import { readTheme, watchTheme } from './theme.js';
import { Toolbar } from './toolbar.js';

const maxScale = 3;
const fitScale = 1.15; // A graph of three nodes is not blown up to fill the screen.
const slowPaint = 14; // Milliseconds: above, zooming stretches the old picture and paints when the wheel rests.
const overlayFlags = { shared: Flag.shared, new: Flag.fresh, mismatch: Flag.mismatch };

/** Entry point. `page` is the page's object with OnSelect, OnOpen, OnView, OnReady and OnFailed, or null on a page without one. */
export function create(host, page, options) {
  return new DagCanvas(host, page, options);
}

export class DagCanvas {
  #stop = new AbortController();
  #painter = new Painter();
  #base = new ScrollLayer(true);
  #light = new ScrollLayer(false);
  #frame = 0;
  #motion = null;
  #rest = 0;
  #tell = 0;
  #loading = null;
  #lit = null;
  #litKey = '';
  #trail = [];
  #fitted = true;
  #painted = false;

  constructor(host, page, options) {
    this.host = host;
    this.page = page;
    this.graph = null;
    this.k = 1;
    this.x = this.y = 0;
    this.selected = -1;
    this.hovered = -1;
    this.depth = options.depth ?? 0;
    this.way = options.way ?? 'both';
    this.direction = options.direction ?? 'lr';
    this.overlay = options.overlay ?? null;
    this.found = null;
    this.wanted = options.selected ?? null;
    this.canvas = host.querySelector('[data-dag=canvas]');
    this.live = host.querySelector('[data-dag=live]');
    this.tip = host.querySelector('[data-dag=tip]');
    this.ctx = this.canvas.getContext('2d', { alpha: false });
    const signal = this.#stop.signal;

    this.minimap = new Minimap(host.querySelector('[data-dag=minimap]'), (x, y) => this.centreOn(x, y), signal);
    this.toolbar = new Toolbar(host, this, signal);
    listen(this.canvas, {
      begin: () => this.host.dataset.dragging = 'true',
      end: () => delete this.host.dataset.dragging,
      panBy: (dx, dy) => this.panBy(dx, dy),
      zoomAt: (factor, x, y) => this.zoomAt(factor, x, y),
      hover: (x, y) => this.hover(x === null ? -1 : this.nodeAt(x, y), x, y),
      click: (x, y) => this.select(this.nodeAt(x, y)),
      open: (x, y) => this.open(this.nodeAt(x, y)),
    }, signal);
    this.canvas.addEventListener('keydown', e => {
      if (!this.graph || e.ctrlKey || e.metaKey || e.altKey || !keys(this, e)) return;
      e.preventDefault();
      e.stopPropagation();
    }, { signal });
    this.canvas.addEventListener('focus', () => this.draw(), { signal });
    this.canvas.addEventListener('blur', () => this.draw(), { signal });

    const sized = new ResizeObserver(() => this.#resize());
    sized.observe(host);
    signal.addEventListener('abort', () => sized.disconnect());
    const unwatch = watchTheme(() => {
      this.theme = null;
      this.#repaint();
    });
    signal.addEventListener('abort', unwatch);
    this.#resize();
    if (options.url) this.load(options.url);
  }

  /** Fetches a message and shows it. A graph with the same nodes keeps the view; a failure keeps the old picture and says why. */
  async load(url) {
    this.#loading?.abort();
    const abort = this.#loading = new AbortController();
    this.host.dataset.state = this.graph ? 'reloading' : 'loading';
    try {
      const answer = await fetch(url, { signal: abort.signal, headers: { accept: 'application/json' } });
      if (!answer.ok) throw new Error(await reason(answer));
      const graph = new Graph(await answer.json());
      if (abort.signal.aborted || this.#stop.signal.aborted) return;
      this.#show(graph);
    } catch (error) {
      if (abort.signal.aborted || this.#stop.signal.aborted) return;
      this.host.dataset.state = this.graph ? 'stale' : 'failed';
      this.page?.invokeMethodAsync('OnFailed', error instanceof TypeError && !(error.message ?? '').includes('graph message')
        ? 'The graph could not be fetched: the console did not answer.' : error.message);
    }
  }

  #show(graph) {
    const keep = this.graph && this.graph.size === graph.size && this.graph.id.every((id, i) => id === graph.id[i]);
    const selected = this.wanted ?? (this.selected >= 0 ? this.graph.id[this.selected] : null);
    this.graph = graph;
    graph.orient(this.direction);
    this.wanted = null;
    this.selected = selected === null ? -1 : graph.index.get(selected) ?? -1;
    this.hovered = -1;
    this.#trail = [];
    this.host.dataset.state = 'ready';
    this.canvas.setAttribute('aria-label', `Graph of ${graph.size} nodes and ${graph.edgeCount} edges`);
    this.toolbar.describe(graph);
    this.toolbar.find('');
    if (!keep) this.fit(false);
    this.#repaint();
    if (this.selected >= 0) this.#announce();
  }

  /** Selects by id from the page, without telling it back. A node out of sight is brought into view. What was selected here and is about to be told is newer. */
  selectId(id) {
    if (this.#tell) return;
    if (!this.graph) {
      this.wanted = id;
      return;
    }
    const i = id === null ? -1 : this.graph.index.get(id) ?? -1;
    if (i === this.selected) return;
    this.#choose(i);
    if (i >= 0) this.reveal(i);
  }

  /** Selects by index and tells the page; -1 clears. */
  select(i, trail = []) {
    if (i === this.selected) return;
    this.#choose(i);
    this.#trail = trail;
    // Held arrow keys walk faster than the page needs to know.
    clearTimeout(this.#tell);
    this.#tell = setTimeout(() => {
      this.#tell = 0;
      this.page?.invokeMethodAsync('OnSelect', this.selected < 0 ? null : this.graph.id[this.selected]);
    }, 60);
  }

  #choose(i) {
    this.selected = i;
    this.#trail = [];
    this.#announce();
    this.draw();
  }

  /** Selects, centres, and asks the page to open the inspector. */
  open(i) {
    if (i < 0) return;
    this.select(i);
    this.reveal(i, true);
    this.page?.invokeMethodAsync('OnOpen', this.graph.id[i]);
  }

  /** Walks along an edge or within the layer. Going back takes the way one came. */
  walk(step) {
    const g = this.graph;
    if (g.size === 0) return;
    let next, trail = [];
    if (this.selected < 0) {
      next = this.nearestToCentre();
    } else if (step === 'input' || step === 'consumer') {
      const last = this.#trail.at(-1);
      if (last && last.back === step && (step === 'input' ? g.inputsOf(this.selected) : g.consumersOf(this.selected)).includes(last.node)) {
        next = last.node;
        trail = this.#trail.slice(0, -1);
      } else {
        next = g.along(this.selected, step === 'input');
        trail = [...this.#trail.slice(-63), { node: this.selected, back: step === 'input' ? 'consumer' : 'input' }];
      }
    } else {
      next = g.sibling(this.selected, step === 'previous' ? -1 : 1);
    }
    if (next < 0) {
      this.live.textContent = { input: 'No inputs: this is a source.', consumer: 'No consumers: this is a sink.', previous: 'First in its layer.', next: 'Last in its layer.' }[step];
      return;
    }
    this.select(next, trail);
    this.reveal(next);
  }

  nearestToCentre() {
    const { x, y, w, h } = this.seen();
    const g = this.graph;
    let best = -1, distance = Infinity;
    for (let i = 0; i < g.size; i++) {
      const d = Math.hypot(g.x[i] + g.nodeWidth / 2 - x - w / 2, g.y[i] + g.nodeHeight / 2 - y - h / 2);
      if (d < distance) { best = i; distance = d; }
    }
    return best;
  }

  hover(i, x, y) {
    if (this.graph && i >= 0) this.#showTip(i, x, y); else this.tip.hidden = true;
    if (i === this.hovered) return;
    this.hovered = i;
    this.canvas.style.cursor = i >= 0 ? 'pointer' : '';
    this.draw();
  }

  /** Sets lineage depth (0 is all), way, overlay or direction, and tells the page. */
  set(change) {
    if (change.direction && change.direction !== this.direction) {
      this.direction = change.direction;
      if (this.graph) {
        this.graph.orient(change.direction);
        this.fit(false);
        this.#repaint();
      }
    }
    Object.assign(this, change);
    this.#litKey = '';
    this.toolbar.sync();
    this.draw();
    this.page?.invokeMethodAsync('OnView', { depth: this.depth, way: this.way, direction: this.direction, overlay: this.overlay });
  }

  /** Shows matches of a search: a mask, or null. */
  showFound(mask) {
    this.found = mask;
    this.#litKey = '';
    this.draw();
  }

  // ---- The view -----------------------------------------------------------------------------------------------------------

  nodeAt(x, y) {
    if (!this.graph) return -1;
    const slack = Math.max(0, 5 - this.k * this.graph.nodeHeight / 2) / this.k;
    return this.graph.at((x - this.x) / this.k, (y - this.y) / this.k, slack);
  }

  seen() {
    return { x: -this.x / this.k, y: -this.y / this.k, w: this.width / this.k, h: this.height / this.k };
  }

  minScale() { return Math.min(this.#fit().k, 1) * 0.5; }

  #fit() {
    const g = this.graph, { top, below } = this.toolbar.room(this.height);
    const height = Math.max(60, this.height - top - below);
    const k = Math.max(0.002, Math.min((this.width - 8) / Math.max(g.width, 1), height / Math.max(g.height, 1), fitScale));
    return { k, x: (this.width - g.width * k) / 2, y: top + (height - g.height * k) / 2 };
  }

  fit(smooth = true) {
    if (!this.graph || !this.width) return;
    this.#moveTo(this.#fit(), smooth);
    this.#fitted = true;
  }

  /** Fits again if the view is still the fitted one. */
  refit() {
    if (this.#fitted) this.fit(false);
  }

  zoomBy(factor) { this.zoomAt(factor, this.width / 2, this.height / 2); }

  zoomAt(factor, x, y) {
    if (!this.graph) return;
    this.#halt();
    const k = Math.min(maxScale, Math.max(this.minScale(), this.k * factor));
    this.x = x - (x - this.x) * k / this.k;
    this.y = y - (y - this.y) * k / this.k;
    this.k = k;
    this.#fitted = false;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => { this.#rest = 0; this.draw(); }, 90);
    this.draw();
  }

  panBy(dx, dy) {
    if (!this.graph) return;
    this.#halt();
    this.x += dx;
    this.y += dy;
    this.#keepInSight();
    this.#fitted = false;
    this.draw();
  }

  centreOn(x, y) {
    this.#halt();
    this.x = this.width / 2 - x * this.k;
    this.y = this.height / 2 - y * this.k;
    this.#keepInSight();
    this.#fitted = false;
    this.draw();
  }

  /** A part of the graph stays on the screen, however far one drags. */
  #keepInSight() {
    const g = this.graph, rim = 80;
    this.x = Math.min(this.width - rim, Math.max(rim - g.width * this.k, this.x));
    this.y = Math.min(this.height - rim, Math.max(rim - g.height * this.k, this.y));
  }

  /** Brings a node into view; `centre` puts it in the middle, large enough to read. */
  reveal(i, centre = false) {
    const g = this.graph;
    const k = centre ? Math.max(this.k, 0.8) : this.k;
    const cx = g.x[i] + g.nodeWidth / 2, cy = g.y[i] + g.nodeHeight / 2;
    const left = g.x[i] * k + this.x, top = g.y[i] * k + this.y, rim = 40;
    const inside = left > rim && top > rim && left + g.nodeWidth * k < this.width - rim && top + g.nodeHeight * k < this.height - rim - 30;
    if (inside && !centre) return;
    this.#moveTo({ k, x: this.width / 2 - cx * k, y: this.height / 2 - cy * k }, true);
    this.#fitted = false;
  }

  #moveTo(to, smooth) {
    this.#halt();
    if (!smooth || this.#base.cost > slowPaint || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      Object.assign(this, to);
      this.draw();
      return;
    }
    const from = { k: this.k, x: this.x, y: this.y }, start = performance.now(), length = 140;
    const step = now => {
      const t = Math.min(1, (now - start) / length), ease = 1 - (1 - t) ** 3;
      this.k = from.k * (to.k / from.k) ** ease;
      // The point of the world that ends in the middle moves in a straight line.
      const part = to.k === from.k ? ease : (this.k - from.k) / (to.k - from.k);
      this.x = from.x + (to.x - from.x) * part;
      this.y = from.y + (to.y - from.y) * part;
      this.#motion = t < 1 ? requestAnimationFrame(step) : null;
      this.#paintFrame();
    };
    this.#motion = requestAnimationFrame(step);
  }

  #halt() {
    if (this.#motion !== null) cancelAnimationFrame(this.#motion);
    this.#motion = null;
  }

  #resize() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = devicePixelRatio || 1;
    if (box.width === 0 || (box.width === this.width && box.height === this.height && ratio === this.ratio)) return;
    const first = !this.width;
    const dx = first ? 0 : (box.width - this.width) / 2, dy = first ? 0 : (box.height - this.height) / 2;
    this.width = box.width;
    this.height = box.height;
    this.ratio = ratio;
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.#base.resize(this.canvas.width, this.canvas.height);
    this.#light.resize(this.canvas.width, this.canvas.height);
    if (this.graph && this.#fitted) {
      Object.assign(this, this.#fit());
    } else {
      this.x += dx;
      this.y += dy;
    }
    // Sizing a canvas empties it; painting in the same task keeps it from flashing.
    if (this.graph) this.#paintFrame();
  }

  // ---- Painting -----------------------------------------------------------------------------------------------------------

  draw() {
    if (this.#frame || this.#motion !== null || !this.graph) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paintFrame();
    });
  }

  #repaint() {
    this.#base.invalidate();
    this.#light.invalidate();
    this.minimap.invalidate();
    this.draw();
  }

  #paintFrame() {
    if (!this.width || this.#stop.signal.aborted) return;
    const g = this.graph, ctx = this.ctx;
    const theme = this.theme ??= readTheme(this.host);
    const view = { k: this.k * this.ratio, tx: Math.round(this.x * this.ratio), ty: Math.round(this.y * this.ratio), ratio: this.ratio };
    const lit = this.#highlight();
    const stretch = this.#rest !== 0 && this.#base.view && Math.max(this.#base.cost, lit ? this.#light.cost : 0) > slowPaint;
    if (!stretch) this.#base.update(view, (c, x, y, w, h) => this.#painter.paint(c, g, theme, view, { x, y, w, h }));
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = theme.ground;
    if (stretch || lit) ctx.fillRect(0, 0, this.canvas.width, this.canvas.height);
    ctx.globalAlpha = lit ? 0.25 : 1;
    blit(ctx, this.#base, view);
    ctx.globalAlpha = 1;
    if (lit) {
      if (!stretch) this.#light.update(view, (c, x, y, w, h) => this.#painter.paint(c, g, theme, view, { x, y, w, h }, lit));
      if (this.#light.view) blit(ctx, this.#light, view);
    }
    ctx.setTransform(view.k, 0, 0, view.k, view.tx, view.ty);
    const px = this.ratio / view.k;
    if (this.hovered >= 0 && this.hovered !== this.selected) outline(ctx, g, this.hovered, theme.accent, 1.5 * px, false, px);
    if (this.selected >= 0) outline(ctx, g, this.selected, theme.accent, 2.5 * px, false, 2 * px);
    this.minimap.draw(g, theme, this.#painter, this.ratio, this.seen());
    this.#publish();
  }

  /** What stands out: the hovered lineage before the selected one, before matches, before an overlay. */
  #highlight() {
    const g = this.graph;
    const start = this.hovered >= 0 ? this.hovered : this.selected;
    const key = this.found && this.hovered < 0 ? 'found' : start >= 0 ? `${start} ${this.way} ${this.depth}` : this.overlay ? `overlay ${this.overlay}` : '';
    const full = key && `${key} ${g.size}`;
    if (full === this.#litKey && this.#lit?.graph === g) return this.#lit;
    this.#litKey = full;
    this.#light.invalidate();
    if (!key) this.#lit = null;
    else if (key === 'found') this.#lit = { nodes: this.found, edges: new Uint8Array(g.edgeCount), accent: false };
    else if (start >= 0) this.#lit = { ...g.lineage(start, this.way, this.depth), accent: true };
    else {
      const nodes = g.flags.map(f => f & overlayFlags[this.overlay] ? 1 : 0);
      this.#lit = { nodes, edges: g.from.map((f, e) => nodes[f] & nodes[g.to[e]]), accent: false };
    }
    if (this.#lit) this.#lit.graph = g;
    return this.#lit;
  }

  #publish() {
    const d = this.canvas.dataset;
    d.nodes = this.graph.size;
    d.edges = this.graph.edgeCount;
    d.zoom = this.k.toFixed(3);
    d.level = levelOf(this.k, this.graph.nodeHeight);
    d.selected = this.selected < 0 ? '' : this.graph.id[this.selected];
    this.toolbar.zoomed(this.k);
    if (this.#painted === this.graph) return;
    this.#painted = this.graph;
    d.ready = 'true';
    // The mark belongs behind the paint of this frame.
    requestAnimationFrame(() => setTimeout(() => {
      performance.mark('dag:painted');
      if (performance.getEntriesByName('dag:click', 'mark').length > 0) {
        performance.measure('dag:click-to-paint', 'dag:click', 'dag:painted');
        performance.clearMarks('dag:click');
      }
    }));
    this.page?.invokeMethodAsync('OnReady', this.graph.size, this.graph.edgeCount);
  }

  #announce() {
    const g = this.graph, i = this.selected;
    if (i < 0) {
      this.live.textContent = 'Nothing selected.';
      return;
    }
    const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;
    this.live.textContent = [g.name[i], g.types[g.type[i]], `layer ${g.layer[i] + 1}`, count(g.inputsOf(i).length, 'input', 'inputs'),
      count(g.consumersOf(i).length, 'consumer', 'consumers'), ...this.toolbar.words(g.flags[i])].join(', ');
  }

  #showTip(i, x, y) {
    const g = this.graph;
    const [name, rest] = this.tip.children;
    name.textContent = g.name[i];
    rest.textContent = [g.types[g.type[i]], g.sub[i], ...this.toolbar.words(g.flags[i])].filter(Boolean).join(' · ');
    this.tip.hidden = false;
    const right = x > this.width - 280, low = y > this.height - 90;
    this.tip.style.left = right ? '' : `${x + 14}px`;
    this.tip.style.right = right ? `${this.width - x + 10}px` : '';
    this.tip.style.top = low ? '' : `${y + 16}px`;
    this.tip.style.bottom = low ? `${this.height - y + 10}px` : '';
  }

  // ---- Export and end -----------------------------------------------------------------------------------------------------

  async export(kind) {
    const g = this.graph;
    if (!g) return;
    const theme = this.theme ??= readTheme(this.host);
    const name = this.host.dataset.file || 'dag';
    if (kind === 'svg') download(new Blob([svgOf(g, theme)], { type: 'image/svg+xml' }), `${name}.svg`);
    if (kind === 'png') download(await pngOf(g, theme, this.#painter), `${name}.png`);
  }

  dispose() {
    this.#stop.abort();
    this.#loading?.abort();
    this.#halt();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
    clearTimeout(this.#tell);
    this.#base.dispose();
    this.#light.dispose();
    this.graph = null;
    this.page = null;
  }
}

/** Draws a layer where the view wants it; a layer of another scale is stretched. */
function blit(ctx, layer, view) {
  const s = view.k / layer.view.k;
  const { width, height } = layer.canvas;
  if (s === 1) ctx.drawImage(layer.canvas, view.tx - layer.view.tx, view.ty - layer.view.ty);
  else {
    // Shown for a moment while zooming: speed before smoothness.
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(layer.canvas, view.tx - layer.view.tx * s, view.ty - layer.view.ty * s, width * s, height * s);
    ctx.imageSmoothingEnabled = true;
  }
}

async function reason(answer) {
  const text = await answer.text();
  try {
    const problem = JSON.parse(text);
    return problem.detail || problem.title || `The console answered ${answer.status}.`;
  } catch {
    return `The console answered ${answer.status}.`;
  }
}
