// Colours come from the page's custom properties, so that the canvas follows the theme. A probe element resolves whatever CSS allows
// there (var, color-mix, light-dark) to a colour that a canvas understands.

const names = {
  ground: '--dag-ground', surface: '--dag-surface', line: '--dag-line', text: '--dag-text', muted: '--dag-muted',
  edge: '--dag-edge', accent: '--dag-accent', accentSoft: '--dag-accent-soft',
  ok: '--dag-ok', attention: '--dag-attention', broken: '--dag-broken', unknown: '--dag-unknown',
};

/** How the known types are drawn. A type that is not listed gets the last entry. Kind names a colour, shape the silhouette far away. */
const kinds = [
  { match: /^StreamInput/, kind: 0, shape: 'pill', icon: 'stream' },
  { match: /^TagQuery/, kind: 1, shape: 'slant', icon: 'tag' },
  { match: /^Trade|Publisher|Order|Execution|Signal/, kind: 3, shape: 'arrow', icon: 'trade' },
  { match: /Alpha|Performance|Portfolio|Risk/, kind: 4, shape: 'box', icon: 'chart' },
  { match: /^(Processing|.+Indicator)/, kind: 2, shape: 'box', icon: 'process' },
  { match: /./, kind: 5, shape: 'box', icon: 'node' },
];

export function typeStyle(type) {
  const k = kinds.find(entry => entry.match.test(type)) ?? kinds[kinds.length - 1];
  return k;
}

/** Reads the theme that holds for an element. */
export function readTheme(host) {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const resolve = value => {
    probe.style.color = '';
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const theme = {};
  for (const [key, name] of Object.entries(names)) theme[key] = resolve(`var(${name})`);
  theme.type = [];
  theme.typeSoft = [];
  for (let i = 0; i < 6; i++) {
    theme.type.push(resolve(`var(--dag-type-${i})`));
    theme.typeSoft.push(resolve(`color-mix(in srgb, var(--dag-type-${i}) 16%, var(--dag-surface))`));
  }
  theme.font = getComputedStyle(host).fontFamily;
  probe.remove();
  return theme;
}

/** Calls back when the theme may have changed: the system's preference, or attributes of the root element. Returns a function that stops it. */
export function watchTheme(changed) {
  const media = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(changed);
  media.addEventListener('change', changed);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ['class', 'data-theme', 'style'] });
  }
  return () => {
    media.removeEventListener('change', changed);
    observer.disconnect();
  };
}
