// A bitmap of the scene that moves with the view: when only the position changed, what is there is shifted and only the strips that came
// into view are painted. That keeps panning at the cost of a copy, whatever the size of the graph.

export class ScrollLayer {
  #front;
  #back;
  #opaque;
  #view = null;

  /** @param {boolean} opaque True when the paint function covers every pixel. */
  constructor(opaque) {
    this.#opaque = opaque;
    this.#front = context(opaque);
    this.#back = context(opaque);
    this.cost = 0;
  }

  get canvas() { return this.#front.canvas; }
  get view() { return this.#view; }

  resize(width, height) {
    for (const c of [this.#front, this.#back]) {
      if (c.canvas.width === width && c.canvas.height === height) continue;
      c.canvas.width = width;
      c.canvas.height = height;
      this.#view = null;
    }
  }

  invalidate() { this.#view = null; }

  /** Gives the memory back. */
  dispose() {
    for (const c of [this.#front, this.#back]) c.canvas.width = c.canvas.height = 0;
    this.#view = null;
  }

  /**
   * Brings the bitmap to a view.
   * @param {{k: number, tx: number, ty: number}} view Scale and whole offsets in device pixels.
   * @param {(ctx: CanvasRenderingContext2D, x: number, y: number, w: number, h: number) => void} paint Paints one part, already clipped.
   */
  update(view, paint) {
    const { width, height } = this.#front.canvas;
    const old = this.#view;
    const dx = old ? view.tx - old.tx : 0, dy = old ? view.ty - old.ty : 0;
    if (old && old.k === view.k && Math.abs(dx) < width && Math.abs(dy) < height) {
      if (dx === 0 && dy === 0) return;
      const next = this.#back;
      next.setTransform(1, 0, 0, 1, 0, 0);
      next.globalCompositeOperation = 'copy';
      next.drawImage(this.#front.canvas, dx, dy);
      next.globalCompositeOperation = 'source-over';
      this.#back = this.#front;
      this.#front = next;
      if (dx !== 0) this.#part(paint, dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height);
      if (dy !== 0) this.#part(paint, dx > 0 ? dx : 0, dy > 0 ? 0 : height + dy, width - Math.abs(dx), Math.abs(dy));
    } else {
      const start = performance.now();
      this.#part(paint, 0, 0, width, height);
      this.cost = performance.now() - start;
    }
    this.#view = { ...view };
  }

  #part(paint, x, y, w, h) {
    if (w <= 0 || h <= 0) return;
    const ctx = this.#front;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.beginPath();
    ctx.rect(x, y, w, h);
    ctx.clip();
    if (!this.#opaque) ctx.clearRect(x, y, w, h);
    paint(ctx, x, y, w, h);
    ctx.restore();
  }
}

function context(opaque) {
  return document.createElement('canvas').getContext('2d', { alpha: !opaque });
}
