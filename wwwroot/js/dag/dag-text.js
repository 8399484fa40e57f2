// Shows a DAG's JSON, indented, up to a bound that a page can bear; the whole is one click away.

const maxShown = 1_000_000; // Characters.

export async function show(pre, url) {
  const note = pre.parentElement.querySelector('[data-json=note]');
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`the console answered ${answer.status}`);
    const text = indented(await answer.text());
    pre.textContent = text.length <= maxShown ? text : text.slice(0, maxShown);
    note.textContent = text.length <= maxShown ? '' : `The first ${maxShown.toLocaleString('en')} of ${text.length.toLocaleString('en')} characters; download it for the rest.`;
  } catch (error) {
    note.textContent = `It could not be fetched: ${error.message}.`;
  }
}

function indented(text) {
  if (text.length > 4 * maxShown) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // As it stands: what cannot be parsed is shown, not hidden.
  }
}
