// Fields with a list: arrows move in the list, not the caret, and Enter sends no form. The choice itself is the server's.

document.addEventListener('keydown', (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.getAttribute('role') !== 'combobox' || event.isComposing) return;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp' || event.key === 'Enter') event.preventDefault();
  else if (event.key === 'Escape' && field.id === 'search') field.blur();
});

// The active option stays in sight.
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target.getAttribute('role') === 'combobox') document.getElementById(target.getAttribute('aria-activedescendant') ?? '')?.scrollIntoView({ block: 'nearest' });
  }
}).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ['aria-activedescendant'] });
