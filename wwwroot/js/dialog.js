// Native dialogs: the browser keeps the focus inside and gives it back.

const listeners = new WeakMap();

export function openDialog(dialog) {
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  for (const other of document.querySelectorAll('dialog[open]')) if (other.id !== 'components-reconnect-modal') other.close();
  dialog.showModal();
  const first = dialog.querySelector('[autofocus], input:not([type=hidden]), .body button, .body a');
  if (first) first.focus();
  if (first instanceof HTMLInputElement) first.select();
}

export function closeDialog(dialog) {
  if (dialog instanceof HTMLDialogElement && dialog.open) dialog.close();
}

/** Opens for a component and tells it when the user closes. */
export function open(dialog, component) {
  if (!dialog) return;
  listeners.get(dialog)?.abort();
  const end = new AbortController();
  listeners.set(dialog, end);
  dialog.addEventListener('close', () => {
    end.abort();
    component.invokeMethodAsync('ClosedAsync').catch(() => { /* The connection is gone; so is the component. */ });
  }, { signal: end.signal });
  openDialog(dialog);
}

/** Closes without telling: the component knows. */
export function close(dialog) {
  if (!dialog) return;
  listeners.get(dialog)?.abort();
  closeDialog(dialog);
}
