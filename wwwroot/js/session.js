// A page and its session: tells the server of pointer and key input, and asks through the proxy when the server wants to know who is there.

const every = 60_000;
let page;
let reported = 0;
let leaving = false;

// Told at most once a minute. What moves by itself is no input: neither answers to the server nor live rows come through here.
function seen(event) {
  if (!event.isTrusted) return;
  const now = Date.now();
  if (!page || now - reported < every) return;
  reported = now;
  page.invokeMethodAsync('ReportInputAsync').catch(() => { reported = 0; });
}

for (const type of ['pointerdown', 'pointermove', 'wheel', 'keydown', 'touchstart']) {
  document.addEventListener(type, seen, { capture: true, passive: true });
}

export function start(reference) {
  page = reference;
}

/** Sends a request through whatever stands in front of the console. */
export async function ask() {
  try {
    await fetch('/api/v1/session', { cache: 'no-store', redirect: 'manual' });
  } catch {
    // Not through: then nobody renews the lease.
  }
}

/** The session has ended: the message stays for a moment, then the sign-in page. */
export function leave() {
  page = undefined;
  leaving = true;
  setTimeout(signIn, 1500);
}

function signIn() {
  location.replace(`/sign-in?returnUrl=${encodeURIComponent(location.pathname + location.search)}`);
}

/** When a connection is lost or refused: is this page's session still the browser's? */
export async function check() {
  if (leaving) return;
  const mark = document.querySelector('[data-session]')?.dataset.session;
  try {
    const answer = await fetch('/api/v1/session', { cache: 'no-store', redirect: 'manual' });
    // A proxy that asks for another sign-in answers with its own page, or by leading there.
    if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) signIn();
    else if (answer.ok && mark && (await answer.json()).session !== mark) location.reload();
  } catch {
    // The console does not answer: the dialog says so.
  }
}
