// The controls that float over the graph. The page renders them; here they come to life: commands are `data-dag-cmd`, choices `data-dag-set`.

import { badges, icons, marks } from './glyphs.js';
import { typeStyle } from './theme.js';

export class Toolbar {
  #matches = [];
  #current = -1;

  constructor(host, canvas, signal) {
    this.host = host;
    this.canvas = canvas;
    this.zoom = this.#part('zoom');
    this.legend = this.#part('legend');
    this.map = this.#part('map');
    this.findBox = this.#part('find');
    this.bar = host.querySelector('.dag-toolbar');
    this.input = this.#part('query');
    this.count = this.#part('count');
    // On a narrow page the legend would cover the graph.
    this.legend.hidden = !remembered('dag.legend', host.clientWidth >= 640);
    this.map.hidden = !remembered('dag.minimap', true);

    host.addEventListener('click', e => {
      const button = e.target.closest('[data-dag-cmd]');
      if (button) this.#run(button.dataset.dagCmd);
    }, { signal });
    host.addEventListener('change', e => {
      const choice = e.target.closest('[data-dag-set]');
      if (choice) canvas.set({ [choice.dataset.dagSet]: choice.dataset.dagSet === 'depth' ? Number(choice.value) : choice.value });
    }, { signal });
    this.input.addEventListener('input', () => this.find(this.input.value), { signal });
    this.input.addEventListener('keydown', e => {
      if (e.key === 'Enter') this.#step(e.shiftKey ? -1 : 1);
      else if (e.key === 'Escape') {
        this.closeFind();
        canvas.canvas.focus();
      } else return;
      e.preventDefault();
      e.stopPropagation();
    }, { signal });
    this.sync();
  }

  #part(name) { return this.host.querySelector(`[data-dag=${name}]`); }

  #run(command) {
    const c = this.canvas;
    switch (command) {
      case 'zoom-in': c.zoomBy(1.25); break;
      case 'zoom-out': c.zoomBy(0.8); break;
      case 'actual': c.zoomBy(1 / c.k); break;
      case 'fit': c.fit(); break;
      case 'direction': c.set({ direction: c.direction === 'lr' ? 'tb' : 'lr' }); break;
      case 'minimap':
        this.map.hidden = !this.map.hidden;
        remember('dag.minimap', !this.map.hidden);
        this.sync();
        c.draw();
        break;
      case 'legend':
        this.legend.hidden = !this.legend.hidden;
        remember('dag.legend', !this.legend.hidden);
        this.sync();
        c.refit();
        break;
      case 'find': if (this.findBox.hidden) this.openFind(); else this.closeFind(); break;
      case 'find-next': this.#step(1); break;
      case 'find-previous': this.#step(-1); break;
      case 'find-close': this.closeFind(); c.canvas.focus(); break;
      case 'svg': case 'png':
        this.host.querySelector('.dag-export').open = false;
        c.export(command);
        break;
      default:
        if (command.startsWith('overlay-')) {
          const overlay = command.slice(8);
          c.set({ overlay: c.overlay === overlay ? null : overlay });
        }
    }
  }

  /** Shows which choices hold. */
  sync() {
    const c = this.canvas;
    for (const button of this.host.querySelectorAll('[data-dag-cmd]')) {
      const command = button.dataset.dagCmd;
      const pressed = command === 'minimap' ? !this.map.hidden : command === 'legend' ? !this.legend.hidden
        : command === 'direction' ? c.direction === 'tb' : command.startsWith('overlay-') ? c.overlay === command.slice(8) : null;
      if (pressed !== null) button.setAttribute('aria-pressed', pressed);
    }
    for (const choice of this.host.querySelectorAll('[data-dag-set]')) choice.value = String(c[choice.dataset.dagSet]);
  }

  /** Room that legend and toolbar take above and below the graph, CSS pixels. A legend that would take a quarter of the height floats over it. */
  room(height) {
    const legend = this.legend.hidden ? 0 : this.legend.offsetHeight + 8;
    return { top: legend < height / 4 ? legend : 0, below: this.bar.offsetHeight + 12 };
  }

  zoomed(k) {
    const text = `${Math.round(k * 100)} %`;
    if (this.zoom.textContent !== text) this.zoom.textContent = text;
  }

  /** Fills the legend with the types, badges and marks that occur. */
  describe(g) {
    const counts = new Array(g.types.length).fill(0);
    for (const t of g.type) counts[t]++;
    const list = document.createElement('ul');
    g.types.map((type, i) => ({ type, count: counts[i], style: typeStyle(type) })).filter(t => t.count > 0)
      .sort((a, b) => b.count - a.count).slice(0, 12)
      .forEach(t => list.append(row(iconOf(t.style), t.type, t.count)));
    let any = 0;
    for (const f of g.flags) any |= f;
    for (const b of [...marks, ...badges]) if (any & b.flag) list.append(row(signOf(b), b.label, count(g, b.flag)));
    this.legend.replaceChildren(list);
    for (const button of this.host.querySelectorAll('[data-dag-cmd^=overlay-]')) {
      const flag = { shared: 1, new: 2, mismatch: 8 }[button.dataset.dagCmd.slice(8)];
      button.disabled = !(any & flag);
    }
  }

  words(flags) {
    return [...marks, ...badges].filter(b => flags & b.flag).map(b => b.label.toLowerCase());
  }

  // ---- Find ---------------------------------------------------------------------------------------------------------------

  openFind() {
    this.findBox.hidden = false;
    this.input.focus();
    this.input.select();
    if (this.input.value) this.find(this.input.value);
  }

  closeFind() {
    if (this.findBox.hidden) return;
    this.findBox.hidden = true;
    this.#matches = [];
    this.canvas.showFound(null);
  }

  /** Looks for a text in names, second lines, types and ids. */
  find(text) {
    const g = this.canvas.graph, wanted = text.trim().toLowerCase();
    this.#matches = [];
    this.#current = -1;
    if (g && wanted && !this.findBox.hidden) {
      const types = g.types.map(t => t.toLowerCase().includes(wanted));
      for (let i = 0; i < g.size; i++) {
        if (types[g.type[i]] || g.name[i].toLowerCase().includes(wanted) || g.sub[i].toLowerCase().includes(wanted) || g.id[i].toLowerCase().includes(wanted)) this.#matches.push(i);
      }
      this.#matches.sort((a, b) => g.layer[a] - g.layer[b] || g.sourceY[a] - g.sourceY[b]);
      const mask = new Uint8Array(g.size);
      for (const i of this.#matches) mask[i] = 1;
      this.canvas.showFound(mask);
    } else {
      this.canvas.showFound(null);
    }
    this.#say(wanted);
  }

  #step(by) {
    if (this.#matches.length === 0) return;
    this.#current = (this.#current + by + this.#matches.length) % this.#matches.length;
    const i = this.#matches[this.#current];
    this.canvas.select(i);
    this.canvas.reveal(i, true);
    this.#say(this.input.value.trim());
  }

  #say(wanted) {
    const n = this.#matches.length;
    this.count.textContent = !wanted ? '' : n === 0 ? 'none' : this.#current < 0 ? `${n} found` : `${this.#current + 1} of ${n}`;
  }
}

function count(g, flag) {
  let n = 0;
  for (const f of g.flags) if (f & flag) n++;
  return n;
}

function row(sign, label, number) {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const figure = document.createElement('span');
  text.textContent = label;
  figure.textContent = number.toLocaleString('en');
  figure.className = 'dag-legend-count';
  item.append(sign, text, figure);
  return item;
}

const svgSpace = 'http://www.w3.org/2000/svg';

function svg(style) {
  const root = document.createElementNS(svgSpace, 'svg');
  root.setAttribute('viewBox', '-8 -8 16 16');
  root.setAttribute('width', '14');
  root.setAttribute('height', '14');
  root.setAttribute('aria-hidden', 'true');
  root.style.color = style;
  return root;
}

function shape(root, draw, attributes) {
  const p = document.createElementNS(svgSpace, 'path');
  p.setAttribute('d', toPathData(draw));
  for (const [key, value] of Object.entries(attributes)) p.setAttribute(key, value);
  root.append(p);
  return root;
}

function iconOf(style) {
  return shape(svg(`var(--dag-type-${style.kind})`), icons[style.icon], { fill: 'none', stroke: 'currentColor', 'stroke-width': '1.6' });
}

function signOf(b) {
  const root = svg(`var(--dag-${b.colour})`);
  const disc = document.createElementNS(svgSpace, 'circle');
  disc.setAttribute('r', '7');
  disc.setAttribute('fill', 'currentColor');
  root.append(disc);
  if (typeof b.sign === 'function') return shape(root, b.sign, { fill: 'none', stroke: 'var(--dag-surface)', 'stroke-width': '1.6', 'stroke-linecap': 'round' });
  const text = document.createElementNS(svgSpace, 'text');
  text.textContent = b.sign;
  text.setAttribute('text-anchor', 'middle');
  text.setAttribute('y', '4');
  text.setAttribute('fill', 'var(--dag-surface)');
  text.setAttribute('font-size', '11');
  text.setAttribute('font-weight', '600');
  root.append(text);
  return root;
}

/** Records the calls that draw on a path as SVG path data. */
export function toPathData(draw) {
  const d = [];
  draw({
    moveTo: (x, y) => d.push(`M${x} ${y}`),
    lineTo: (x, y) => d.push(`L${x} ${y}`),
    bezierCurveTo: (a, b, c, e, x, y) => d.push(`C${a} ${b} ${c} ${e} ${x} ${y}`),
    closePath: () => d.push('Z'),
    rect: (x, y, w, h) => d.push(`M${x} ${y}h${w}v${h}h${-w}Z`),
    // Full circles only.
    arc: (x, y, r) => d.push(`M${x + r} ${y}A${r} ${r} 0 1 1 ${x - r} ${y}A${r} ${r} 0 1 1 ${x + r} ${y}`),
  });
  return d.join('');
}

function remembered(key, otherwise) {
  try {
    return (localStorage.getItem(key) ?? String(otherwise)) === 'true';
  } catch {
    return otherwise;
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, String(value));
  } catch {
    // Storage may be closed to the page; the choice then lasts as long as the page.
  }
}
