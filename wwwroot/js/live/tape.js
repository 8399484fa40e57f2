// The tape: rows of fixed height, only those in sight exist. The newest is at the top; new rows do not move what is being read.

const MARGIN = 6;
const NEAR = 4; // px that a hand may move between pressing and letting go
const CLASSES = ['time', 'type', 'key', 'world', 'summary', 'age', 'skew'];

const idOf = (event) => event.target.closest('[role=row]')?.dataset.id;

export class Tape {
  /** Oldest first. */
  rows = [];
  #bySequence = new Map();
  #max;
  #scroll;
  #space;
  #pool = [];
  #selected = null;
  #frame = 0;
  #held = 0;
  #pressed = null;
  #resize;
  #onSelect;
  #onNearEnd;

  constructor(scroll, { max, onSelect, onNearEnd, now }) {
    this.#scroll = scroll;
    this.#max = max;
    this.#onSelect = onSelect;
    this.#onNearEnd = onNearEnd;
    this.now = now;
    this.#space = scroll.querySelector('.space');
    scroll.addEventListener('scroll', () => this.draw(), { passive: true });
    // The tape may move on under the pressed button: the event that was pressed is the one that is meant. Reading aids click without a press.
    this.#space.addEventListener('pointerdown', (event) => {
      this.#pressed = { id: idOf(event), x: event.clientX, y: event.clientY };
    });
    this.#space.addEventListener('click', (event) => {
      const pressed = this.#pressed;
      this.#pressed = null;
      if (pressed && Math.abs(event.clientX - pressed.x) + Math.abs(event.clientY - pressed.y) > NEAR) return;
      const id = pressed ? pressed.id : idOf(event);
      if (id) this.#onSelect(id);
    });
    scroll.addEventListener('keydown', (event) => this.#key(event));
    this.#resize = new ResizeObserver(() => this.draw());
    this.#resize.observe(scroll);
  }

  get height() { return Number.parseFloat(getComputedStyle(this.#scroll).getPropertyValue('--row')) || 28; }

  get isAtTop() { return this.#scroll.scrollTop < this.height / 2; }

  clear() {
    this.rows = [];
    this.#bySequence.clear();
    this.#scroll.scrollTop = 0;
    this.draw();
  }

  /** Adds newer rows, oldest first. Returns how many old ones had to go. */
  add(rows) {
    let added = 0;
    let forgotten = 0;
    for (const row of rows) {
      if (this.#bySequence.has(row.sequence)) continue;
      this.#bySequence.set(row.sequence, row);
      this.rows.push(row);
      added++;
    }
    if (this.rows.length > this.#max) {
      forgotten = this.rows.length - this.#max;
      for (const row of this.rows.splice(0, forgotten)) this.#bySequence.delete(row.sequence);
    }
    this.draw(this.isAtTop ? 0 : added);
    return forgotten;
  }

  /** Adds older rows, newest first, at the end. */
  addOlder(rows) {
    const news = rows.filter((row) => !this.#bySequence.has(row.sequence)).reverse();
    for (const row of news) this.#bySequence.set(row.sequence, row);
    this.rows.unshift(...news);
    this.draw();
  }

  /** Rows that changed after they came. */
  change(rows) {
    for (const row of rows) {
      const known = this.#bySequence.get(row.sequence);
      if (known) Object.assign(known, row);
    }
    this.draw();
  }

  select(id) {
    this.#selected = id;
    this.draw();
  }

  /** Draws with the next frame, once for however many calls. */
  draw(held = 0) {
    this.#held += held;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  dispose() {
    cancelAnimationFrame(this.#frame);
    this.#resize.disconnect();
  }

  #paint() {
    const height = this.height;
    const total = this.rows.length;
    const full = `${total * height}px`;
    if (this.#space.style.height !== full) this.#space.style.height = full;
    if (this.#held > 0) this.#scroll.scrollTop += this.#held * height;
    this.#held = 0;
    const first = Math.max(0, Math.floor(this.#scroll.scrollTop / height) - MARGIN);
    const count = Math.min(total - first, Math.ceil(this.#scroll.clientHeight / height) + 2 * MARGIN);
    while (this.#pool.length < count) this.#pool.push(this.#make());
    for (let i = 0; i < this.#pool.length; i++) {
      const element = this.#pool[i];
      if (i >= count) { if (!element.hidden) element.hidden = true; continue; }
      this.#fill(element, this.rows[total - 1 - first - i], first + i, height);
    }
    if (total > 0 && first + count >= total) this.#onNearEnd();
  }

  #make() {
    const row = document.createElement('div');
    row.setAttribute('role', 'row');
    for (const name of CLASSES) {
      const cell = document.createElement('span');
      cell.setAttribute('role', 'cell');
      cell.className = name;
      row.append(cell);
    }
    this.#space.append(row);
    return row;
  }

  #fill(element, row, index, height) {
    const top = `translateY(${index * height}px)`;
    if (element.style.transform !== top) element.style.transform = top;
    if (element.hidden) element.hidden = false;
    const isSelected = row.id === this.#selected;
    if ((element.getAttribute('aria-selected') === 'true') !== isSelected) element.setAttribute('aria-selected', isSelected);
    const cells = element.children;
    if (element.dataset.id !== row.id || element.dataset.stamp !== String(row.times)) {
      element.dataset.id = row.id;
      element.dataset.stamp = String(row.times);
      element.dataset.type = row.type;
      const mark = row.type === 'console.gap' || row.type === 'console.change' ? row.type.slice(8) : row.would_drop || row.remarks ? 'odd' : '';
      if (element.dataset.mark !== mark) element.dataset.mark = mark;
      text(cells[0], clock(row.received_at));
      text(cells[1], row.type.replaceAll('_', ' '));
      text(cells[2], row.key);
      text(cells[3], row.world_id ?? '–');
      text(cells[4], (row.times > 1 ? `×${row.times}  ` : '') + row.summary + (row.also_via ? `  · also via ${row.also_via.join(', ')}` : ''));
      cells[2].title = row.key;
      cells[4].title = [row.summary, ...(row.remarks ?? []), row.would_drop ? `QMTL's Gateway would drop this one, because ${row.would_drop}.` : ''].filter(Boolean).join('\n');
      text(cells[6], row.skew === undefined ? '–' : duration(row.skew));
      cells[6].title = row.skew === undefined ? 'Nothing gave the event a time.' : `Receive time − event time (${row.event_at_of})`;
    }
    text(cells[5], age(this.now() - row.received_at));
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
    if (step) {
      event.preventDefault();
      const now = this.#selected === null ? -1 : this.rows.length - 1 - this.rows.findIndex((row) => row.id === this.#selected);
      const next = Math.max(0, Math.min(this.rows.length - 1, (now < 0 ? (step > 0 ? -1 : 0) : now) + step));
      const row = this.rows[this.rows.length - 1 - next];
      if (!row) return;
      const top = next * this.height;
      if (top < this.#scroll.scrollTop) this.#scroll.scrollTop = top;
      else if (top + this.height > this.#scroll.scrollTop + this.#scroll.clientHeight) this.#scroll.scrollTop = top + this.height - this.#scroll.clientHeight;
      this.#onSelect(row.id);
    } else if (event.key === 'Escape' && this.#selected) {
      event.preventDefault();
      this.#onSelect(null);
    }
  }
}

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/** 14:05:09.123, UTC. */
export function clock(milliseconds) {
  return new Date(milliseconds).toISOString().slice(11, 23);
}

export function age(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}

export function duration(milliseconds) {
  const size = Math.abs(milliseconds);
  if (size < 1000) return `${Math.round(milliseconds)} ms`;
  if (size < 120000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return size < 7200000 ? `${Math.round(milliseconds / 60000)} min` : `${Math.round(milliseconds / 3600000)} h`;
}
