// Notifications of the browser. They are only asked for by a click and only shown while a page of the console is open.

/** 'granted', 'denied', 'default', or 'none' where this browser has no notifications. */
export function permission() {
  return globalThis.Notification?.permission ?? 'none';
}

/** Asks the user; needs to follow a click. */
export async function ask() {
  if (!globalThis.Notification) return 'none';
  try {
    return await Notification.requestPermission();
  } catch {
    return permission();
  }
}

/** Shows a notification where it is allowed; a click on it leads to the address. The same tag replaces its predecessor, in other tabs too. */
export function notify(title, text, address, tag) {
  if (permission() !== 'granted') return false;
  try {
    const notification = new Notification(title, { body: text, tag, icon: document.querySelector('link[rel=icon]')?.href });
    notification.addEventListener('click', () => {
      window.focus();
      notification.close();
      const url = new URL(address, location.origin);
      if (url.origin === location.origin) location.assign(url.href);
    });
    return true;
  } catch {
    // Some browsers allow notifications only from a service worker: the page shows it then.
    return false;
  }
}
