// The web ticket: has its service worker keep the page, and the screen stay on while a code is shown.
const page = document.querySelector("[data-ticket]");
const said = document.querySelector("[data-kept]");
const remove = document.querySelector("[data-remove]");
const NAME = `ticket ${page.dataset.ticket}`;

function say(word) {
  said.textContent = said.dataset[word];
  said.dataset.state = word;
  remove.hidden = word !== "kept";
}

/** Says that the page is kept only once its copy can be seen. */
async function isKept() {
  const kept = await window.caches.match(page.dataset.ticket, { cacheName: NAME });
  return kept !== undefined;
}

async function keep() {
  // Without https there are no workers: the PDF is then what works without a network.
  if (!("serviceWorker" in navigator)) return say("unkept");
  try {
    await navigator.serviceWorker.register(page.dataset.worker, { scope: page.dataset.ticket });
    await navigator.serviceWorker.ready;
    return say((await isKept()) ? "kept" : "unkept");
  } catch {
    // Without a network the script cannot be looked at again; the copy on the screen came from the worker.
    return say((await isKept()) ? "kept" : "unkept");
  }
}

async function forget() {
  const registration = await navigator.serviceWorker.getRegistration(page.dataset.ticket);
  await window.caches.delete(NAME);
  await registration?.unregister();
  say("removed");
}

/** Codes are scanned for minutes in a queue; a lock that the browser refuses or takes back is no loss. */
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => null);
}

remove.addEventListener("click", forget);
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
keep();
