// A DataTable in the browser: which rows are in sight, keys, column widths, and what the user chose last time.

const MIN_WIDTH = 48;
const MAX_WIDTH = 1200;
const MARGIN = 12;

const keyOf = (id) => `qmtl.table.${id}`;

export function remembered(id) {
  try {
    const value = JSON.parse(localStorage.getItem(keyOf(id)));
    if (typeof value !== 'object' || value === null) return null;
    const pick = (source, type) => Object.fromEntries(Object.entries(source ?? {}).filter(([, entry]) => typeof entry === type && (type !== 'number' || Number.isInteger(entry))).slice(0, 100));
    return { widths: pick(value.widths, 'number'), shown: pick(value.shown, 'boolean') };
  } catch {
    return null;
  }
}

export function remember(id, choices) {
  try { localStorage.setItem(keyOf(id), JSON.stringify(choices)); } catch { /* Full or forbidden: the choice lasts as long as the page. */ }
}

export function attach(element, component) {
  const scroll = element.querySelector('.scroll');
  const grid = element.querySelector('[role=grid]');
  const end = new AbortController();
  const on = (target, type, handler, options = {}) => target.addEventListener(type, handler, { ...options, signal: end.signal });
  const call = (name, ...values) => component.invokeMethodAsync(name, ...values).catch(() => { end.abort(); return -1; });
  const headHeight = () => grid.tHead.offsetHeight;
  const rowHeight = () => Number.parseFloat(getComputedStyle(grid).getPropertyValue('--row')) || 28;

  // Rows in sight with a margin; asked for again only when the margin is nearly used up, one question at a time.
  let asking = false;
  let again = false;
  let shown = { first: 0, count: 0 };
  async function look(force = false) {
    if (asking) { again = true; return; }
    const height = rowHeight();
    const inSight = Math.ceil(scroll.clientHeight / height);
    const top = Math.floor(scroll.scrollTop / height);
    const near = Math.min(MARGIN, 4);
    const covered = shown.first <= Math.max(0, top - near) && shown.first + shown.count >= top + inSight + near;
    if (covered && !force) return;
    const first = Math.max(0, top - MARGIN);
    const count = inSight + 2 * MARGIN;
    asking = true;
    await call('ShowAsync', first, count);
    shown = { first, count };
    asking = false;
    if (again) { again = false; look(); }
  }
  on(scroll, 'scroll', () => look(), { passive: true });
  const sizes = new ResizeObserver(() => look(true));
  sizes.observe(scroll);

  function reveal(index) {
    if (index < 0) return;
    const height = rowHeight();
    const top = index * height;
    const room = scroll.clientHeight - headHeight();
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top + height > scroll.scrollTop + room) scroll.scrollTop = top + height - room;
  }

  // Keys act while the table itself has the focus, not a control in it.
  on(element, 'keydown', async (event) => {
    if (event.target.closest('.head') && event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      const column = event.target.closest('.head').dataset.column;
      event.preventDefault();
      setWidth(column, widthOf(column) + (event.key === 'ArrowLeft' ? -16 : 16));
      call('ResizeAsync', column, widthOf(column));
      return;
    }
    if (event.target !== grid || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroll.clientHeight - headHeight()) / rowHeight()) - 1);
    const moves = { ArrowDown: [1, false], j: [1, false], ArrowUp: [-1, false], k: [-1, false], PageDown: [page, false], PageUp: [-page, false], Home: [0, true], End: [-1, true] };
    const acts = { Enter: 'open', ' ': 'select', Escape: 'escape' };
    if (event.key in moves) {
      event.preventDefault();
      reveal(await call('MoveAsync', ...moves[event.key]));
    } else if (event.key in acts) {
      event.preventDefault();
      call('ActAsync', acts[event.key]);
    }
  });

  // A click on a row gives the table the focus, so that j and k work from there.
  on(grid, 'click', (event) => {
    if (!event.target.closest('a, button, input, select, summary')) grid.focus({ preventScroll: true });
  });

  // Widths
  const columnOf = (key) => [...grid.querySelectorAll('col')].find((candidate) => candidate.dataset.column === key);
  const widthOf = (key) => Number.parseInt(columnOf(key)?.style.width, 10) || MIN_WIDTH;
  function setWidth(key, width) {
    const column = columnOf(key);
    if (!column) return;
    column.style.width = `${Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, Math.round(width)))}px`;
    grid.style.width = `${[...grid.querySelectorAll('col')].reduce((sum, each) => sum + (Number.parseInt(each.style.width, 10) || 0), 0)}px`;
  }
  on(grid, 'pointerdown', (event) => {
    const handle = event.target.closest('[data-resize]');
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    const key = handle.dataset.resize;
    // The table may be stretched to its room: begin at what is seen.
    const start = handle.parentElement.offsetWidth;
    const from = event.clientX;
    handle.setPointerCapture(event.pointerId);
    const move = (moved) => setWidth(key, start + moved.clientX - from);
    const stop = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', stop);
      handle.removeEventListener('pointercancel', stop);
      call('ResizeAsync', key, widthOf(key));
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', stop);
    handle.addEventListener('pointercancel', stop);
  });

  // Keys are heard from now on.
  grid.dataset.ready = 'true';
  return {
    top() { scroll.scrollTop = 0; },
    reveal,
    detach() { end.abort(); sizes.disconnect(); },
  };
}
