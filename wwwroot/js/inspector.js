// Esc closes the inspector, j and k move, wherever the focus is, except while typing and in dialogs and tables (those have their own).

export function attach(element, component) {
  // Closed again while this module was on its way.
  if (!element) return;
  const end = new AbortController();
  const call = (name, ...values) => component.invokeMethodAsync(name, ...values).catch(() => end.abort());
  document.addEventListener('keydown', (event) => {
    if (!element.isConnected) { end.abort(); return; }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select') || target.isContentEditable || target.closest('[role=grid], [data-keys]')) return;
    if (event.key === 'Escape') { event.preventDefault(); call('CloseAsync'); }
    else if (event.key === 'j') { event.preventDefault(); call('MoveAsync', 1); }
    else if (event.key === 'k') { event.preventDefault(); call('MoveAsync', -1); }
  }, { signal: end.signal });
}
