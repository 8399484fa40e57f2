// Draws a part of the graph. Level of detail follows the height of a box on the screen: full boxes with two lines and badges, then filled
// shapes with names, then filled shapes, then density. What lies outside the part is skipped by one pass over the boxes, which for
// 10,000 nodes takes less than a tenth of a millisecond: an index would not pay.

import { badges, icons, markOf, path } from './glyphs.js';
import { typeStyle } from './theme.js';

const nearScale = 0.62; // Box 27 px high: two lines can be read.
const namedScale = 0.34; // Box 15 px high: one line can be read.
const shapeScale = 0.1; // Box 4 px high: the silhouette can be told.
const edgeBatch = 96; // Strokes are faster in portions: the rasteriser sorts all segments of one path.

export function levelOf(scale, nodeHeight) {
  const s = scale * nodeHeight / 44;
  return s >= nearScale ? 'near' : s >= namedScale ? 'named' : s >= shapeScale ? 'shape' : s * nodeHeight >= 1.6 ? 'far' : 'density';
}

export class Painter {
  #texts = new TextCache();

  /**
   * Paints the part of the scene that lies in a rectangle of device pixels.
   * @param {CanvasRenderingContext2D} ctx
   * @param {import('./graph.js').Graph} g
   * @param {object} theme
   * @param {{k: number, tx: number, ty: number, ratio: number}} view Device pixels per unit, offsets, device pixels per CSS pixel.
   * @param {{x: number, y: number, w: number, h: number}} part
   * @param {{nodes: Uint8Array, edges: Uint8Array, accent: boolean}|null} only Draws these alone; `accent` colours their edges.
   * @param {boolean} plain Shapes without outlines and names: for pictures of a thumb's size.
   */
  paint(ctx, g, theme, view, part, only = null, plain = false) {
    const natural = levelOf(view.k / view.ratio, g.nodeHeight);
    const level = plain && (natural === 'near' || natural === 'named') ? 'shape' : natural;
    const world = {
      x0: (part.x - view.tx) / view.k, y0: (part.y - view.ty) / view.k,
      x1: (part.x + part.w - view.tx) / view.k, y1: (part.y + part.h - view.ty) / view.k,
    };
    ctx.save();
    if (!only) {
      ctx.fillStyle = theme.ground;
      ctx.fillRect(part.x, part.y, part.w, part.h);
    }
    ctx.setTransform(view.k, 0, 0, view.k, view.tx, view.ty);
    this.#edges(ctx, g, theme, view, world, level, only);
    const visible = this.#visible(g, world, view, only);
    if (level === 'near') this.#near(ctx, g, theme, view, visible);
    else if (level === 'density') this.#density(ctx, g, theme, view, visible);
    else this.#shapes(ctx, g, theme, view, visible, level, plain);
    ctx.restore();
  }

  #visible(g, w, view, only) {
    // A small node is drawn larger than it is, so it may reach in from outside.
    const slack = 6 * view.ratio / view.k;
    const x0 = w.x0 - g.nodeWidth - slack, x1 = w.x1 + slack, y0 = w.y0 - g.nodeHeight - slack, y1 = w.y1 + slack;
    const list = [];
    for (let i = 0; i < g.size; i++) {
      const x = g.x[i], y = g.y[i];
      if (x > x0 && x < x1 && y > y0 && y < y1 && (!only || only.nodes[i])) list.push(i);
    }
    return list;
  }

  #edges(ctx, g, theme, view, w, level, only) {
    const scale = view.k / view.ratio;
    const accent = only?.accent ?? false;
    const strong = level === 'near' ? Math.min(1.6, 1.3 * Math.max(scale, 0.9)) : 1;
    const width = (accent ? Math.max(strong, 1.6) : strong) * view.ratio;
    ctx.lineWidth = width / view.k;
    ctx.lineJoin = 'round';
    const colour = accent ? theme.accent : theme.edge;
    // Far away thousands of lines would drown the nodes; they stay full lines, but step back.
    ctx.globalAlpha = accent ? 1 : level === 'far' || level === 'density' ? fade(g.edgeCount) : 1;
    const slack = 10 * view.ratio / view.k;
    const x0 = w.x0 - slack, y0 = w.y0 - slack, x1 = w.x1 + slack, y1 = w.y1 + slack;
    const box = g.edgeBox;
    const groups = new Map();
    const heads = level === 'near' || level === 'named' || (level === 'shape' && scale > 0.16) ? new Map() : null;
    for (let e = 0; e < g.edgeCount; e++) {
      if (only && !only.edges[e]) continue;
      const b = 4 * e;
      if (box[b] > x1 || box[b + 2] < x0 || box[b + 1] > y1 || box[b + 3] < y0) continue;
      const mark = g.edgeFlags[e];
      const key = mark === 0 || accent ? 0 : mark;
      let group = groups.get(key);
      if (!group) groups.set(key, group = []);
      group.push(e);
    }
    for (const [mark, list] of groups) {
      const style = mark === 0 ? null : markOf(mark);
      ctx.strokeStyle = ctx.fillStyle = style ? theme[style.colour] : colour;
      ctx.setLineDash(style?.key === 'removed' ? [5 * view.ratio / view.k, 4 * view.ratio / view.k] : []);
      for (let at = 0; at < list.length; at += edgeBatch) {
        ctx.beginPath();
        for (let k = at; k < Math.min(list.length, at + edgeBatch); k++) trace(ctx, g, list[k]);
        ctx.stroke();
      }
      ctx.setLineDash([]);
      if (heads) this.#heads(ctx, g, list, Math.max(5.5 * Math.min(1, Math.max(scale, 0.62)), 3.4) * view.ratio / view.k);
    }
    ctx.globalAlpha = 1;
  }

  #heads(ctx, g, list, size) {
    ctx.beginPath();
    for (const e of list) {
      const end = g.routeAt[e + 1];
      if (end - g.routeAt[e] < 4) continue;
      const x = g.routes[end - 2], y = g.routes[end - 1];
      let dx = x - g.routes[end - 4], dy = y - g.routes[end - 3];
      const length = Math.hypot(dx, dy) || 1;
      dx *= size / length;
      dy *= size / length;
      ctx.moveTo(x, y);
      ctx.lineTo(x - 1.5 * dx - 0.75 * dy, y - 1.5 * dy + 0.75 * dx);
      ctx.lineTo(x - 1.5 * dx + 0.75 * dy, y - 1.5 * dy - 0.75 * dx);
      ctx.closePath();
    }
    ctx.fill();
  }

  #near(ctx, g, theme, view, visible) {
    const { nodeWidth: w, nodeHeight: h } = g;
    ctx.beginPath();
    for (const i of visible) ctx.roundRect(g.x[i], g.y[i], w, h, 4);
    ctx.fillStyle = theme.surface;
    ctx.fill();
    ctx.lineWidth = view.ratio / view.k;
    ctx.strokeStyle = theme.line;
    ctx.stroke();
    for (const i of visible) {
      const mark = markOf(g.flags[i]);
      if (mark) outline(ctx, g, i, theme[mark.colour], 2 * view.ratio / view.k, mark.key === 'removed');
    }
    const byType = this.#byType(g, visible);
    for (const [kind, list] of byType) {
      ctx.beginPath();
      for (const i of list) ctx.roundRect(g.x[i], g.y[i], 4, h, [4, 0, 0, 4]);
      ctx.fillStyle = theme.type[kind.kind];
      ctx.fill();
      ctx.strokeStyle = theme.type[kind.kind];
      ctx.lineWidth = 1.4;
      const icon = path(kind.icon, icons[kind.icon]);
      for (const i of list) {
        ctx.save();
        ctx.translate(g.x[i] + 18, g.y[i] + h / 2);
        ctx.stroke(icon);
        ctx.restore();
      }
    }
    ctx.textBaseline = 'alphabetic';
    const widths = visible.map(i => w - 38 - 17 * badgeCount(g, i));
    ctx.font = `600 13px ${theme.font}`;
    ctx.fillStyle = theme.text;
    visible.forEach((i, k) => ctx.fillText(this.#texts.cut(ctx, g.name[i], widths[k]), g.x[i] + 32, g.y[i] + (g.sub[i] ? 19 : 27)));
    ctx.font = `400 11px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    visible.forEach((i, k) => { if (g.sub[i]) ctx.fillText(this.#texts.cut(ctx, g.sub[i], widths[k]), g.x[i] + 32, g.y[i] + 35); });
    for (const i of visible) if (g.flags[i] !== 0) this.#badges(ctx, g, theme, i);
  }

  #badges(ctx, g, theme, i) {
    let x = g.x[i] + g.nodeWidth - 14;
    const y = g.y[i] + g.nodeHeight / 2;
    const mark = markOf(g.flags[i]);
    if (mark) {
      disc(ctx, x, y, theme[mark.colour]);
      ctx.fillStyle = theme.surface;
      ctx.font = `600 11px ${theme.font}`;
      ctx.textAlign = 'center';
      ctx.fillText(mark.sign, x, y + 4);
      ctx.textAlign = 'start';
      x -= 17;
    }
    for (const badge of badges) {
      if (!(g.flags[i] & badge.flag)) continue;
      disc(ctx, x, y, theme[badge.colour]);
      ctx.strokeStyle = theme.surface;
      ctx.lineWidth = 1.5;
      ctx.lineCap = 'round';
      ctx.save();
      ctx.translate(x, y);
      ctx.stroke(path(`badge-${badge.key}`, badge.sign));
      ctx.restore();
      ctx.lineCap = 'butt';
      x -= 17;
    }
  }

  #shapes(ctx, g, theme, view, visible, level, plain) {
    const named = level === 'named';
    const px = view.ratio / view.k;
    // Never smaller than 3.5 x 3 px: a node that cannot be seen is a node that is not there.
    const w = Math.max(g.nodeWidth, 3.5 * px), h = Math.max(g.nodeHeight, 3 * px);
    const ox = (g.nodeWidth - w) / 2, oy = (g.nodeHeight - h) / 2;
    for (const [kind, list] of this.#byType(g, visible)) {
      ctx.beginPath();
      for (const i of list) {
        if (level === 'far') ctx.rect(g.x[i] + ox, g.y[i] + oy, w, h);
        else silhouette(ctx, kind.shape, g.x[i] + ox, g.y[i] + oy, w, h, named);
      }
      ctx.fillStyle = named ? theme.typeSoft[kind.kind] : theme.type[kind.kind];
      if (named) {
        // The tint lets lines through that pass behind; the surface does not.
        ctx.fillStyle = theme.surface;
        ctx.fill();
        ctx.fillStyle = theme.typeSoft[kind.kind];
      }
      ctx.fill();
      if (named) {
        ctx.strokeStyle = theme.type[kind.kind];
        ctx.lineWidth = 1.2 * px;
        ctx.stroke();
      }
    }
    for (const i of plain ? [] : visible) {
      const f = g.flags[i];
      if (f === 0) continue;
      const mark = markOf(f);
      if (mark) outline(ctx, g, i, theme[mark.colour], 2 * px, mark.key === 'removed', level === 'far' ? px : 3 * px);
      else if (f & 8) outline(ctx, g, i, theme.broken, 1.5 * px, false);
    }
    if (!named) return;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    const size = Math.max(10 * view.ratio, 12 * view.k);
    ctx.font = `600 ${size}px ${theme.font}`;
    ctx.textBaseline = 'middle';
    ctx.fillStyle = theme.text;
    const room = g.nodeWidth * view.k - 16 * view.ratio;
    for (const i of visible) {
      ctx.fillText(this.#texts.cut(ctx, g.name[i], room), Math.round(g.x[i] * view.k + view.tx + 8 * view.ratio), Math.round((g.y[i] + g.nodeHeight / 2) * view.k + view.ty + 0.5 * view.ratio));
    }
    ctx.restore();
  }

  /** Far out, nodes that fall into the same cell of 4 x 4 px are one spot, the stronger the more there are. */
  #density(ctx, g, theme, view, visible) {
    const cell = 4 * view.ratio;
    const cells = new Map();
    for (const i of visible) {
      const cx = Math.floor(((g.x[i] + g.nodeWidth / 2) * view.k + view.tx) / cell), cy = Math.floor(((g.y[i] + g.nodeHeight / 2) * view.k + view.ty) / cell);
      const key = cx * 65536 + cy;
      const c = cells.get(key);
      if (c) c.count++; else cells.set(key, { cx, cy, count: 1, kind: typeStyle(g.types[g.type[i]]).kind });
    }
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    for (const c of cells.values()) {
      ctx.globalAlpha = Math.min(1, 0.55 + 0.15 * c.count);
      ctx.fillStyle = theme.type[c.kind];
      ctx.fillRect(c.cx * cell, c.cy * cell, cell, cell);
    }
    ctx.restore();
  }

  #byType(g, visible) {
    const styles = g.styles ??= g.types.map(typeStyle);
    const groups = new Map();
    for (const i of visible) {
      const style = styles[g.type[i]];
      const list = groups.get(style);
      if (list) list.push(i); else groups.set(style, [i]);
    }
    return groups;
  }
}

/** Appends an edge's curve to the current path. */
export function trace(ctx, g, e) {
  const r = g.routes, end = g.routeAt[e + 1];
  let p = g.routeAt[e];
  if (end - p < 2) return;
  ctx.moveTo(r[p], r[p + 1]);
  for (p += 2; p + 5 < end; p += 6) ctx.bezierCurveTo(r[p], r[p + 1], r[p + 2], r[p + 3], r[p + 4], r[p + 5]);
}

function fade(edges) {
  return edges > 6000 ? 0.45 : edges > 2500 ? 0.65 : 0.85;
}

function badgeCount(g, i) {
  const f = g.flags[i];
  let n = markOf(f) ? 1 : 0;
  for (const badge of badges) if (f & badge.flag) n++;
  return n;
}

function disc(ctx, x, y, colour) {
  ctx.beginPath();
  ctx.arc(x, y, 7, 0, Math.PI * 2);
  ctx.fillStyle = colour;
  ctx.fill();
}

export function outline(ctx, g, i, colour, width, dashed, distance = 0) {
  ctx.beginPath();
  ctx.roundRect(g.x[i] - distance, g.y[i] - distance, g.nodeWidth + 2 * distance, g.nodeHeight + 2 * distance, 4 + distance);
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  if (dashed) ctx.setLineDash([4 * width / 2, 3 * width / 2]);
  ctx.stroke();
  if (dashed) ctx.setLineDash([]);
}

/** Silhouettes tell the kinds apart without colour: inputs are round, tag queries slanted, orders pointed, the rest boxes. */
function silhouette(ctx, shape, x, y, w, h, named) {
  if (shape === 'pill') {
    ctx.roundRect(x, y, w, h, named ? [h / 2.4, 4, 4, h / 2.4] : h / 2);
  } else if (shape === 'slant') {
    const s = h * 0.35;
    ctx.moveTo(x + s, y);
    ctx.lineTo(x + w, y);
    ctx.lineTo(x + w - (named ? 0 : s), y + h);
    ctx.lineTo(x, y + h);
    ctx.closePath();
  } else if (shape === 'arrow') {
    const s = h * 0.4;
    ctx.moveTo(x, y);
    ctx.lineTo(x + w - s, y);
    ctx.lineTo(x + w, y + h / 2);
    ctx.lineTo(x + w - s, y + h);
    ctx.lineTo(x, y + h);
    ctx.closePath();
  } else {
    ctx.roundRect(x, y, w, h, 4);
  }
}

/** Texts cut to a width, kept by font, width and text; emptied when it has grown to 20,000 entries. */
class TextCache {
  #cuts = new Map();

  cut(ctx, text, width) {
    if (width < 8) return '';
    const room = Math.floor(width / 4) * 4;
    const key = `${ctx.font}|${room}|${text}`;
    let cut = this.#cuts.get(key);
    if (cut !== undefined) return cut;
    cut = text;
    if (ctx.measureText(text).width > room) {
      let low = 0, high = text.length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (ctx.measureText(`${text.slice(0, middle).trimEnd()}…`).width <= room) low = middle; else high = middle - 1;
      }
      cut = low === 0 ? '' : `${text.slice(0, low).trimEnd()}…`;
    }
    if (this.#cuts.size > 20_000) this.#cuts.clear();
    this.#cuts.set(key, cut);
    return cut;
  }
}
