// Keys of the graph while it has the focus. Arrows follow what is seen: from left to right, left is an input; from top to bottom, up is.

const steps = {
  lr: { ArrowLeft: 'input', ArrowRight: 'consumer', ArrowUp: 'previous', ArrowDown: 'next' },
  tb: { ArrowUp: 'input', ArrowDown: 'consumer', ArrowLeft: 'previous', ArrowRight: 'next' },
};

/** Acts on a key; false when the key is not the graph's. */
export function keys(graph, e) {
  const step = steps[graph.direction][e.key];
  if (step) {
    if (e.shiftKey) pan(graph, e.key); else graph.walk(step);
    return true;
  }
  switch (e.key) {
    case 'f': graph.fit(); return true;
    case '0': graph.zoomBy(1 / graph.k); return true;
    case '+': case '=': graph.zoomBy(1.25); return true;
    case '-': case '_': graph.zoomBy(0.8); return true;
    case '/': graph.toolbar.openFind(); return true;
    case 'Enter': graph.open(graph.selected >= 0 ? graph.selected : graph.nearestToCentre()); return true;
    case 'Escape':
      if (graph.selected < 0 && !graph.overlay && !graph.found) return false;
      graph.toolbar.closeFind();
      if (graph.selected >= 0) graph.select(-1);
      else graph.set({ overlay: null });
      return true;
    default: return false;
  }
}

function pan(graph, key) {
  const d = 80;
  graph.panBy(key === 'ArrowLeft' ? d : key === 'ArrowRight' ? -d : 0, key === 'ArrowUp' ? d : key === 'ArrowDown' ? -d : 0);
}
