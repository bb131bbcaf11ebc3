// The web ticket: has its service worker keep the page, and the screen stay on while a code is shown. It imports
// nothing: the worker keeps this file alone (ASSETS in frontend/views/tickets.py).

const page = element("[data-ticket]");
const note = element("[data-kept]");
const remove = element("[data-remove]");
const ADDRESS = page.dataset.ticket ?? "";
const NAME = `ticket ${ADDRESS}`;

/** @param {string} selector */
function element(selector) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLElement) return found;
  throw new TypeError(`not on this page: ${selector}`);
}

/**
 * Shows one of the sentences that the template has put into the note.
 * @param {"kept" | "unkept" | "removed"} state
 */
function show(state) {
  note.textContent = note.dataset[state] ?? "";
  note.dataset.state = state;
  remove.hidden = state !== "kept";
}

/** Says that the page is kept only once its copy can be seen. */
async function showWhetherKept() {
  const copy = await window.caches.match(ADDRESS, { cacheName: NAME });
  show(copy === undefined ? "unkept" : "kept");
}

async function keep() {
  // Without https there are no workers: the PDF is then what works without a network.
  if (!("serviceWorker" in navigator)) {
    show("unkept");
    return;
  }
  try {
    await navigator.serviceWorker.register(page.dataset.worker ?? "", { scope: ADDRESS });
    await navigator.serviceWorker.ready;
    await showWhetherKept();
  } catch {
    // Without a network the script cannot be looked at again; the copy on the screen came from the worker.
    await showWhetherKept();
  }
}

async function forget() {
  const registration = await navigator.serviceWorker.getRegistration(ADDRESS);
  await window.caches.delete(NAME);
  await registration?.unregister();
  show("removed");
}

/** Codes are scanned for minutes in a queue; a lock that the browser refuses or takes back is no loss. */
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => null);
}

remove.addEventListener("click", forget);
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
keep();
