// The whole graph in a corner with a frame around what is seen. Painted once for each graph and theme; only the frame moves.

export class Minimap {
  #ctx;
  #picture = document.createElement('canvas').getContext('2d', { alpha: false });
  #ready = false;

  /** @param {HTMLCanvasElement} canvas @param {(x: number, y: number) => void} centre Called with the world point to look at. */
  constructor(canvas, centre, signal) {
    this.canvas = canvas;
    this.#ctx = canvas.getContext('2d', { alpha: false });
    const go = e => {
      if (e.buttons !== 1 || !this.view) return;
      const box = canvas.getBoundingClientRect();
      centre((e.clientX - box.left) * this.view.ratio / this.view.k - this.view.tx / this.view.k, (e.clientY - box.top) * this.view.ratio / this.view.k - this.view.ty / this.view.k);
    };
    canvas.addEventListener('pointerdown', e => { canvas.setPointerCapture(e.pointerId); go(e); }, { signal });
    canvas.addEventListener('pointermove', go, { signal });
  }

  invalidate() { this.#ready = false; }

  /** @param {{x: number, y: number, w: number, h: number}} seen The part of the world on the screen. */
  draw(g, theme, painter, ratio, seen) {
    if (this.canvas.hidden || this.canvas.parentElement?.hidden) return;
    const w = Math.round(this.canvas.clientWidth * ratio), h = Math.round(this.canvas.clientHeight * ratio);
    if (w === 0 || h === 0) return;
    if (!this.#ready || this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = this.#picture.canvas.width = w;
      this.canvas.height = this.#picture.canvas.height = h;
      const margin = 6 * ratio;
      const k = Math.min((w - 2 * margin) / Math.max(g.width, 1), (h - 2 * margin) / Math.max(g.height, 1), 0.3 * ratio);
      this.view = { k, tx: (w - g.width * k) / 2, ty: (h - g.height * k) / 2, ratio };
      painter.paint(this.#picture, g, theme, this.view, { x: 0, y: 0, w, h }, null, true);
      this.#ready = true;
    }
    const ctx = this.#ctx, v = this.view;
    ctx.drawImage(this.#picture.canvas, 0, 0);
    const x = seen.x * v.k + v.tx, y = seen.y * v.k + v.ty;
    ctx.strokeStyle = theme.accent;
    ctx.lineWidth = 1.5 * ratio;
    const x0 = Math.max(x, ratio), y0 = Math.max(y, ratio);
    ctx.strokeRect(x0, y0, Math.min(x + seen.w * v.k, w - ratio) - x0, Math.min(y + seen.h * v.k, h - ratio) - y0);
  }
}
