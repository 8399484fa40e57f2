// Fetches a graph when the pointer, the focus or a finger comes to a link that carries `data-dag-prefetch`, so that it is in the browser's
// cache when the page asks. A link is asked for at most every few seconds.

const pause = 4000;
const asked = new Map();

function prefetch(e) {
  const url = e.target.closest?.('[data-dag-prefetch]')?.dataset.dagPrefetch;
  const now = performance.now();
  if (!url || now - (asked.get(url) ?? -pause) < pause || navigator.connection?.saveData) return;
  if (asked.size > 200) asked.clear();
  asked.set(url, now);
  fetch(url, { headers: { accept: 'application/json' }, priority: 'low' }).then(answer => answer.arrayBuffer()).catch(() => asked.delete(url));
  import('./dag-canvas.js');
}

addEventListener('pointerover', prefetch, { passive: true });
addEventListener('focusin', prefetch);
addEventListener('pointerdown', prefetch, { passive: true });
addEventListener('click', e => {
  if (!e.target.closest?.('[data-dag-prefetch]')) return;
  performance.clearMarks('dag:click');
  performance.mark('dag:click');
}, { capture: true });
