// The whole graph as a file, in the colours of the theme that is on.

import { icons, markOf } from './glyphs.js';
import { typeStyle } from './theme.js';
import { toPathData } from './toolbar.js';

const margin = 24;
const maxSide = 16_000; // Browsers refuse larger canvases.
const maxArea = 60_000_000; // Pixels, 240 MB: what a tab can be asked for.

/** PNG at twice the size, less where the graph is too large for a canvas. */
export async function pngOf(g, theme, painter) {
  const w = g.width + 2 * margin, h = g.height + 2 * margin;
  const k = Math.min(2, maxSide / w, maxSide / h, Math.sqrt(maxArea / (w * h)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(w * k));
  canvas.height = Math.max(1, Math.round(h * k));
  // The ratio makes the detail that of the natural size, whatever the scale.
  const view = { k, tx: Math.round(margin * k), ty: Math.round(margin * k), ratio: Math.max(k, 0.5) };
  painter.paint(canvas.getContext('2d', { alpha: false }), g, theme, view, { x: 0, y: 0, w: canvas.width, h: canvas.height });
  const blob = await new Promise(done => canvas.toBlob(done, 'image/png'));
  canvas.width = canvas.height = 0;
  if (!blob) throw new Error(`The browser could not make a picture of ${Math.round(w * k)} x ${Math.round(h * k)} pixels.`);
  return blob;
}

/** SVG with all names, in natural size. */
export function svgOf(g, theme) {
  const out = [];
  const w = g.width + 2 * margin, h = g.height + 2 * margin;
  out.push(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${round(w)} ${round(h)}" width="${round(w)}" height="${round(h)}" font-family="${escape(theme.font)}">`);
  out.push(`<rect x="${-margin}" y="${-margin}" width="${round(w)}" height="${round(h)}" fill="${theme.ground}"/>`);
  out.push(`<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8Z" fill="context-stroke"/></marker></defs>`);
  out.push(`<g fill="none" stroke="${theme.edge}" stroke-width="1.3" marker-end="url(#head)">`);
  for (let e = 0; e < g.edgeCount; e++) {
    const style = markOf(g.edgeFlags[e]);
    out.push(`<path d="${curve(g, e)}"${style ? ` stroke="${theme[style.colour]}"` : ''}${style?.key === 'removed' ? ' stroke-dasharray="5 4"' : ''}/>`);
  }
  out.push('</g>');
  for (let i = 0; i < g.size; i++) {
    const style = typeStyle(g.types[g.type[i]]), colour = theme.type[style.kind], mark = markOf(g.flags[i]);
    const nw = g.nodeWidth, nh = g.nodeHeight;
    out.push(`<g transform="translate(${round(g.x[i])} ${round(g.y[i])})"><title>${escape(`${g.name[i]} · ${g.types[g.type[i]]}${g.sub[i] ? ` · ${g.sub[i]}` : ''}${mark ? ` · ${mark.label}` : ''}`)}</title>`);
    out.push(`<rect width="${nw}" height="${nh}" rx="4" fill="${theme.surface}" stroke="${mark ? theme[mark.colour] : theme.line}"${mark ? ' stroke-width="2"' : ''}/>`);
    out.push(`<path d="M4 0h-0a4 4 0 0 0 -4 4v${nh - 8}a4 4 0 0 0 4 4z" fill="${colour}"/>`);
    out.push(`<path transform="translate(18 ${nh / 2})" d="${toPathData(icons[style.icon])}" fill="none" stroke="${colour}" stroke-width="1.4"/>`);
    out.push(`<text x="32" y="${g.sub[i] ? 19 : 27}" font-size="13" font-weight="600" fill="${theme.text}">${escape(short(g.name[i], 18))}</text>`);
    if (g.sub[i]) out.push(`<text x="32" y="35" font-size="11" fill="${theme.muted}">${escape(short(g.sub[i], 22))}</text>`);
    out.push('</g>');
  }
  out.push('</svg>');
  return out.join('\n');
}

/** Hands a file to the browser. */
export function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function curve(g, e) {
  const r = g.routes, d = [];
  let p = g.routeAt[e];
  d.push(`M${round(r[p])} ${round(r[p + 1])}`);
  for (p += 2; p + 5 < g.routeAt[e + 1]; p += 6) d.push(`C${[0, 1, 2, 3, 4, 5].map(o => round(r[p + o])).join(' ')}`);
  return d.join('');
}

function short(text, length) { return text.length <= length ? text : `${text.slice(0, length - 1)}…`; }

function round(v) { return Math.round(v * 10) / 10; }

/** Text for XML: markup escaped, control characters that XML forbids and lone surrogates replaced. */
function escape(text) {
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
}
