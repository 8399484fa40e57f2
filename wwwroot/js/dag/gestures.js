// Mouse, touch and wheel: drag pans, the wheel and two fingers zoom where they are, a click selects, a double click opens.

const dragThreshold = 4; // CSS pixels before a press becomes a drag.
const hoverDelay = 70; // Milliseconds a pointer rests on a node before its lineage lights up: passing over is not asking.

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} on panBy(dx, dy), zoomAt(factor, x, y), hover(x, y) or hover(null), click(x, y), open(x, y), begin(), end()
 * @param {AbortSignal} signal Ends all listening.
 */
export function listen(canvas, on, signal) {
  const pointers = new Map();
  let moved = false, pinch = null, hoverTimer = 0, lastHover = null;

  const place = e => {
    const box = canvas.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };
  const opts = { signal };

  canvas.addEventListener('pointerdown', e => {
    if (e.button > 1) return;
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(e.pointerId);
    pointers.set(e.pointerId, place(e));
    moved = pointers.size > 1;
    pinch = pointers.size === 2 ? spread(pointers) : null;
    on.hover(null);
  }, opts);

  canvas.addEventListener('pointermove', e => {
    const at = place(e);
    const before = pointers.get(e.pointerId);
    if (!before) {
      lastHover = at;
      if (!hoverTimer) {
        hoverTimer = setTimeout(() => {
          hoverTimer = 0;
          if (lastHover && pointers.size === 0) on.hover(lastHover.x, lastHover.y);
        }, hoverDelay);
      }
      return;
    }
    if (pointers.size === 1) {
      const dx = at.x - before.x, dy = at.y - before.y;
      if (!moved && Math.hypot(dx, dy) < dragThreshold) return;
      if (!moved) on.begin();
      moved = true;
      on.panBy(dx, dy);
    } else if (pinch) {
      pointers.set(e.pointerId, at);
      const now = spread(pointers);
      on.panBy(now.x - pinch.x, now.y - pinch.y);
      if (pinch.d > 0) on.zoomAt(now.d / pinch.d, now.x, now.y);
      pinch = now;
    }
    pointers.set(e.pointerId, at);
  }, opts);

  const up = e => {
    if (!pointers.delete(e.pointerId)) return;
    pinch = null;
    if (pointers.size > 0) return;
    if (moved) on.end();
    else if (e.type === 'pointerup') {
      const at = place(e);
      on.click(at.x, at.y);
    }
  };
  canvas.addEventListener('pointerup', up, opts);
  canvas.addEventListener('pointercancel', up, opts);
  canvas.addEventListener('pointerleave', () => {
    lastHover = null;
    on.hover(null);
  }, opts);
  canvas.addEventListener('dblclick', e => {
    const at = place(e);
    on.open(at.x, at.y);
  }, opts);
  canvas.addEventListener('wheel', e => {
    e.preventDefault();
    const at = place(e);
    const unit = e.deltaMode === 1 ? 16 : e.deltaMode === 2 ? canvas.clientHeight : 1;
    if (e.shiftKey && !e.ctrlKey) on.panBy(-(e.deltaX || e.deltaY) * unit, 0);
    else on.zoomAt(Math.exp(-Math.max(-240, Math.min(240, e.deltaY * unit)) * (e.ctrlKey ? 0.01 : 0.0016)), at.x, at.y);
  }, { signal, passive: false });
  signal.addEventListener('abort', () => clearTimeout(hoverTimer));
}

function spread(pointers) {
  const [a, b] = pointers.values();
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, d: Math.hypot(a.x - b.x, a.y - b.y) };
}
