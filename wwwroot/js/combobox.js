// Fields with a list: arrows move in the list, not the caret, and Enter sends no form. What Enter chooses is the server's to say.
import { closeDialog } from './dialog.js';

const near = 4; // px that a hand may move between pressing and letting go
const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
const within = (target, selector) => target instanceof Element ? target.closest(selector) : null;

document.addEventListener('keydown', (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.getAttribute('role') !== 'combobox' || event.isComposing) return;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp' || event.key === 'Enter') event.preventDefault();
  else if (event.key === 'Escape' && field.id === 'search') field.blur();
});

// Something was chosen: the palette closes, and the field no longer has the focus, so that the heading of the page that comes may take it.
export function leaveSearch() {
  closeDialog(document.getElementById('palette'));
  const field = within(document.activeElement, '.search [role=combobox]');
  if (field) field.blur();
}

// A press in a list leaves the focus in the field. Else the server would hear that the field was left, hide the list, and the button would be
// let go over whatever lies beneath. (The framework's own preventDefault is dead while no handler of the same event is on the page.)
let pressed = null;
document.addEventListener('mousedown', (event) => {
  pressed = null;
  if (!within(event.target, '[role=listbox]')) return;
  event.preventDefault();
  const option = within(event.target, '.search a[role=option]');
  if (option && plain(event)) pressed = { option, href: option.href, x: event.clientX, y: event.clientY };
});

// Results may be redrawn under the pressed button: the one that was pressed counts.
document.addEventListener('mouseup', (event) => {
  const choice = pressed;
  pressed = null;
  if (!choice || choice.option.isConnected && choice.option.contains(event.target)) return;
  if (Math.abs(event.clientX - choice.x) > near || Math.abs(event.clientY - choice.y) > near) return;
  if (choice.option.isConnected) choice.option.click();
  else {
    globalThis.Blazor?.navigateTo(choice.href);
    leaveSearch();
  }
});

document.addEventListener('click', (event) => {
  if (within(event.target, '.search a[role=option]') && plain(event)) leaveSearch();
});

// The active option stays in sight.
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target.getAttribute('role') === 'combobox') document.getElementById(target.getAttribute('aria-activedescendant') ?? '')?.scrollIntoView({ block: 'nearest' });
  }
}).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ['aria-activedescendant'] });
