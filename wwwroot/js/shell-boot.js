// Runs before the first paint: theme and row height as the user chose them, else as the system says.
(() => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const apply = () => {
    const stored = read('qmtl.theme');
    const choice = stored === 'light' || stored === 'dark' ? stored : 'system';
    root.dataset.themeChoice = choice;
    root.dataset.theme = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
    root.dataset.density = read('qmtl.density') === 'comfortable' ? 'comfortable' : 'compact';
  };
  apply();
  dark.addEventListener('change', apply);
  // Another tab, or js/shell.js in this one, changed the choice.
  addEventListener('storage', apply);
  addEventListener('qmtl:choice', apply);
})();
