// The frame's behaviour in the browser. Everything is delegated from the document, because the framework replaces elements at will.
import { openDialog, closeDialog } from './dialog.js';
import { leaveSearch } from './combobox.js';
import { check } from './session.js';

const root = document.documentElement;
const announce = (text) => {
  const place = document.getElementById('announcer');
  if (place) place.textContent = text;
};

// --- Theme and row height ---

function choose(key, value, words) {
  try { localStorage.setItem(key, value); } catch { /* Private mode: the choice lasts as long as the page. */ }
  dispatchEvent(new Event('qmtl:choice'));
  announce(words);
}

export function cycleTheme() {
  const next = { system: 'light', light: 'dark', dark: 'system' }[root.dataset.themeChoice] ?? 'system';
  choose('qmtl.theme', next, `Theme: ${next}`);
}

export function cycleDensity() {
  const next = root.dataset.density === 'comfortable' ? 'compact' : 'comfortable';
  choose('qmtl.density', next, next === 'compact' ? 'Rows of 28 pixels' : 'Rows of 36 pixels');
}

/** What was chosen in the search or in the command palette. */
export function act(name) {
  leaveSearch();
  if (name === 'theme') cycleTheme();
  else if (name === 'density') cycleDensity();
  else if (name === 'help') openDialog(document.getElementById('keyboard-help'));
}

// --- Time: clock, ages, local time on hover ---

// The server wrote its time when it began to answer. Fetching and starting all this may have taken seconds, which are no difference of clocks.
const answered = performance.timeOrigin + (performance.getEntriesByType('navigation')[0]?.responseStart ?? performance.now());
const offset = Number(root.dataset.serverNow) - answered;
const now = () => Date.now() + (Number.isFinite(offset) && Math.abs(offset) > 2000 ? offset : 0);

// The same words as Components/Text/Age.cs.
function words(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

export function ageOf(moment, at = now()) {
  const seconds = (at - moment) / 1000;
  if (seconds <= -2) return `in ${words(-seconds)}`;
  return seconds < 1 ? 'now' : `${words(seconds)} ago`;
}

// The same words as Age.OfPast.
export function pastOf(moment, at = now()) {
  const seconds = (at - moment) / 1000;
  if (seconds >= 1) return `${words(seconds)} ago`;
  return seconds > -5 ? 'just now' : `just now (clock ${words(-seconds)} ahead)`;
}

// The same words as Age.Left.
export function leftUntil(moment, at = now()) {
  const seconds = Math.ceil((moment - at) / 1000);
  const two = (value) => String(value).padStart(2, '0');
  if (seconds <= 0) return 'closed';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

// Writes into the text node that the framework made, so that it can still find and replace it.
function write(element, text) {
  const node = [...element.childNodes].find((child) => child.nodeType === Node.TEXT_NODE);
  if (node && node.nodeValue !== text) node.nodeValue = text;
}

function tick() {
  if (document.hidden) return;
  const at = now();
  for (const clock of document.querySelectorAll('[data-clock]')) write(clock, `${new Date(at).toISOString().slice(11, 19)} UTC`);
  for (const element of document.querySelectorAll('time[data-age]')) {
    const moment = Date.parse(element.dateTime);
    if (Number.isFinite(moment)) write(element, element.dataset.age === 'past' ? pastOf(moment, at) : ageOf(moment, at));
  }
  for (const element of document.querySelectorAll('time[data-countdown]')) {
    const moment = Date.parse(element.dateTime);
    if (Number.isFinite(moment)) write(element, leftUntil(moment, at));
  }
}

setInterval(tick, 1000);
document.addEventListener('visibilitychange', tick);

document.addEventListener('pointerover', (event) => {
  const time = event.target instanceof Element ? event.target.closest('time[data-moment]') : null;
  if (!time) return;
  const moment = new Date(time.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const utc = moment.toISOString();
  time.title = `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC\n${moment.toLocaleString('en-GB', { timeZoneName: 'short' })} here\n${ageOf(moment.getTime())}`;
});

// --- Copy ---

async function copy(element) {
  const text = element.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or not a secure address: the old way.
    const area = Object.assign(document.createElement('textarea'), { value: text });
    area.className = 'sr-only';
    (element.closest('dialog') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    element.focus();
  }
  element.dataset.copied = '';
  announce(`Copied ${text}`);
  setTimeout(() => delete element.dataset.copied, 1200);
}

// --- Clicks ---

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  const is = (selector) => target.closest(selector);
  let hit;
  if ((hit = is('[data-copy]'))) {
    // A copy button inside a row does not select the row.
    event.stopPropagation();
    event.preventDefault();
    copy(hit);
  } else if (is('[data-cycle-theme]')) cycleTheme();
  else if (is('[data-cycle-density]')) cycleDensity();
  else if ((hit = is('[data-open-dialog]'))) openDialog(document.getElementById(hit.dataset.openDialog));
  else if ((hit = is('[data-close-dialog]'))) closeDialog(hit.closest('dialog'));
  else if ((hit = is('[data-reconnect]'))) {
    event.preventDefault();
    if (hit.dataset.reconnect === 'reload') location.reload();
    else globalThis.Blazor?.reconnect().then((ok) => { if (!ok) location.reload(); });
  } else if (target instanceof HTMLDialogElement && target.id !== 'components-reconnect-modal') closeOutside(target, event);
  for (const drop of document.querySelectorAll('details[data-drop][open]')) if (!drop.contains(target)) drop.open = false;
}, { capture: true });

// A click beside a dialog closes it.
function closeOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && !dialog.hasAttribute('data-keep')) closeDialog(dialog);
}

// --- Keys ---

export function isTyping(target) {
  return target instanceof Element && (target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select') || target.closest('[data-keys]') !== null);
}

/** Focus for a page that has just come. Who is already typing (into the search, say) or has gone on to something in the page is left alone. */
export function focusHeading() {
  const heading = document.querySelector('h1');
  const held = document.activeElement;
  if (!heading || isTyping(held) || held?.parentElement?.closest('main')) return;
  if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    openDialog(document.getElementById('palette'));
    return;
  }
  if (event.key === 'Escape') {
    const drop = document.querySelector('details[data-drop][open]');
    if (drop) { drop.open = false; drop.querySelector('summary')?.focus(); event.preventDefault(); event.stopPropagation(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
  if (event.key === '/') {
    const box = document.getElementById('search');
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  } else if (event.key === '?') {
    event.preventDefault();
    openDialog(document.getElementById('keyboard-help'));
  } else if (event.key === 'F' || event.key === 'f' && event.shiftKey) {
    const filter = document.querySelector('[data-page-filter]');
    if (filter) { event.preventDefault(); filter.focus(); }
  }
});

// --- Lost connection ---

const reconnect = document.getElementById('components-reconnect-modal');
if (reconnect) {
  const update = () => {
    const shown = /components-reconnect-(show|retrying|failed|rejected)/.test(reconnect.className);
    if (shown && !reconnect.open) reconnect.showModal();
    else if (!shown && reconnect.open) reconnect.close();
    // Refused, or out of reach for good: somebody else may be signed in by now, or nobody.
    if (/components-reconnect-(show|failed|rejected)/.test(reconnect.className)) check();
  };
  reconnect.addEventListener('cancel', (event) => event.preventDefault());
  new MutationObserver(update).observe(reconnect, { attributes: true, attributeFilter: ['class'] });
  update();
}
