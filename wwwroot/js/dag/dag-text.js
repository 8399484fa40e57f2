// Shows a DAG's JSON, broken into lines, up to a bound that a page can bear; the whole is one click away.

import { formatJson } from '../json-format.js';

const maxShown = 1_000_000; // Characters.
const maxFormatted = 4_000_000; // Longer text is shown as it was submitted.

export async function show(pre, url) {
  const note = pre.parentElement.querySelector('[data-json=note]');
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`the console answered ${answer.status}`);
    const given = await answer.text();
    const text = given.length <= maxFormatted ? formatJson(given) : given;
    pre.textContent = text.length <= maxShown ? text : text.slice(0, maxShown);
    note.textContent = text.length <= maxShown ? '' : `The first ${maxShown.toLocaleString('en')} of ${text.length.toLocaleString('en')} characters; download it for the rest.`;
  } catch (error) {
    note.textContent = `It could not be fetched: ${error.message}.`;
  }
}
