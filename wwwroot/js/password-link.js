// The code stands behind the "#" of the link, which browsers send to nobody; here it goes into the form, and out of the address and the history.
const field = document.querySelector('[data-from-fragment]');
const code = location.hash.slice(1);
if (field && /^[A-Za-z0-9_-]{20,64}$/.test(code)) {
  field.value = code;
  history.replaceState(null, '', location.pathname);
  document.getElementById('password')?.focus();
}
