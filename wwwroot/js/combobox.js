// Fields with a list: arrows do not move the caret, Enter on an action clicks it, a choice closes the dialog around it.
import { closeDialog } from './dialog.js';

document.addEventListener('keydown', (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.getAttribute('role') !== 'combobox' || event.isComposing) return;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') event.preventDefault();
  else if (event.key === 'Escape' && field.id === 'search') field.blur();
  else if (event.key === 'Enter') {
    event.preventDefault();
    const active = document.getElementById(field.getAttribute('aria-activedescendant') ?? '');
    if (active?.matches('[data-open-dialog], [data-cycle-theme], [data-cycle-density]')) active.click();
  }
});

document.addEventListener('click', (event) => {
  const option = event.target instanceof Element ? event.target.closest('dialog [role=option]') : null;
  if (option && !option.hasAttribute('data-open-dialog')) closeDialog(option.closest('dialog'));
});

// The server follows a link that was chosen by Enter; the palette then has done its work.
new MutationObserver(() => {
  const palette = document.getElementById('palette');
  if (palette?.open && location.href !== openedAt) closeDialog(palette);
}).observe(document.querySelector('title')?.parentElement ?? document.head, { childList: true, subtree: true, characterData: true });

let openedAt = location.href;
document.addEventListener('focusin', (event) => {
  if (event.target instanceof Element && event.target.id === 'palette-input') openedAt = location.href;
});
