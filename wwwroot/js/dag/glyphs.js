// Small drawings, each in a box of 16 x 16 units around its centre: type icons (strokes) and badges (filled signs with a sign in them).

export const icons = {
  // Waves: data that comes in.
  stream(p) {
    for (const y of [-3.5, 0, 3.5]) {
      p.moveTo(-6, y);
      p.bezierCurveTo(-3, y - 3, -2, y - 3, 0, y);
      p.bezierCurveTo(2, y + 3, 3, y + 3, 6, y);
    }
  },
  // A label with its hole.
  tag(p) {
    p.moveTo(-5.5, -5.5);
    p.lineTo(0.5, -5.5);
    p.lineTo(6, 0);
    p.lineTo(0, 6);
    p.lineTo(-5.5, 0.5);
    p.closePath();
    p.moveTo(-1.4, -2.6);
    p.arc(-2.6, -2.6, 1.2, 0, Math.PI * 2);
  },
  // Input, work, output.
  process(p) {
    p.rect(-3.5, -3.5, 7, 7);
    p.moveTo(-6.5, 0);
    p.lineTo(-3.5, 0);
    p.moveTo(3.5, 0);
    p.lineTo(6.5, 0);
  },
  // Up and down arrows: buy and sell.
  trade(p) {
    p.moveTo(-3, 5.5);
    p.lineTo(-3, -5);
    p.moveTo(-5.5, -2.5);
    p.lineTo(-3, -5);
    p.lineTo(-0.5, -2.5);
    p.moveTo(3, -5.5);
    p.lineTo(3, 5);
    p.moveTo(0.5, 2.5);
    p.lineTo(3, 5);
    p.lineTo(5.5, 2.5);
  },
  chart(p) {
    p.moveTo(-6, 5.5);
    p.lineTo(6, 5.5);
    p.moveTo(-5.5, 2.5);
    p.lineTo(-2, -1.5);
    p.lineTo(1, 1);
    p.lineTo(5.5, -5);
  },
  node(p) {
    p.moveTo(5, 0);
    p.arc(0, 0, 5, 0, Math.PI * 2);
    p.moveTo(1.5, 0);
    p.arc(0, 0, 1.5, 0, Math.PI * 2);
  },
};

/** Badges in the order in which they stand from the right edge inwards. `colour` names a theme entry. */
export const badges = [
  { flag: 8, key: 'mismatch', colour: 'broken', label: 'Node id not verified', sign: p => { p.moveTo(0, -3.4); p.lineTo(0, 0.8); p.moveTo(0, 3.2); p.lineTo(0, 3.3); } },
  { flag: 4, key: 'buffered', colour: 'attention', label: 'Buffered until caught up', sign: p => { p.moveTo(-1.6, -2.8); p.lineTo(-1.6, 2.8); p.moveTo(1.6, -2.8); p.lineTo(1.6, 2.8); } },
  { flag: 2, key: 'new', colour: 'ok', label: 'New in the graph', sign: p => { p.moveTo(-3.2, 0); p.lineTo(3.2, 0); p.moveTo(0, -3.2); p.lineTo(0, 3.2); } },
  { flag: 1, key: 'shared', colour: 'muted', label: 'Shared with other strategies', sign: p => { p.moveTo(0.9, 0); p.arc(-1.5, 0, 2.4, 0, Math.PI * 2); p.moveTo(3.9, 0); p.arc(1.5, 0, 2.4, 0, Math.PI * 2); } },
  { flag: 16, key: 'global', colour: 'muted', label: 'Global queue', sign: p => { p.moveTo(3.2, 0); p.arc(0, 0, 3.2, 0, Math.PI * 2); p.moveTo(-3.2, 0); p.lineTo(3.2, 0); p.moveTo(0, -3.2); p.lineTo(0, 3.2); } },
];

/** Marks of a comparison: the first that applies colours the box and is written on it. */
export const marks = [
  { flag: 64, key: 'added', colour: 'ok', label: 'added', sign: '+' },
  { flag: 128, key: 'removed', colour: 'broken', label: 'removed', sign: '−' },
  { flag: 256, key: 'code', colour: 'attention', label: 'changed code', sign: 'C' },
  { flag: 512, key: 'schema', colour: 'attention', label: 'changed schema', sign: 'S' },
  { flag: 1024, key: 'rewired', colour: 'accent', label: 're-wired', sign: 'W' },
  { flag: 2048, key: 'parameters', colour: 'attention', label: 'changed parameters', sign: 'P' },
  { flag: 4096, key: 'upstream', colour: 'muted', label: 'changed upstream', sign: 'U' },
];

export function markOf(flags) {
  return flags < 64 ? null : marks.find(m => flags & m.flag) ?? null;
}

const cache = new Map();

/** A drawing as a path, built once. */
export function path(key, draw) {
  let p = cache.get(key);
  if (!p) {
    p = new Path2D();
    draw(p);
    cache.set(key, p);
  }
  return p;
}
