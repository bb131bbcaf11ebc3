{% autoescape off %}// Caches one ticket page and its assets; frontend/views/tickets.py says what it must not cache.
const PAGE = {{ page }};
const QUERY = {{ query }}; // the token of the link in a mail, if the page was opened by one
const ASSETS = {{ assets }};
const NAME = `ticket ${PAGE}`;
{% endautoescape %}const TIMEOUT_MS = 6000; // at a crowded gate the network may be too slow to wait for

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && pathname === PAGE) event.respondWith(page(event.request));
  else if (ASSETS.includes(pathname)) event.respondWith(asset(event.request));
});

/** Caches the assets first, because the page needs them. Entries of an older worker stay until all are cached. */
async function install() {
  const cache = await self.caches.open(NAME);
  await cache.addAll(ASSETS);
  await store(await fetch(PAGE + QUERY, { credentials: "same-origin", cache: "no-store" }));
  for (const request of await cache.keys()) {
    if (![PAGE, ...ASSETS].includes(new URL(request.url).pathname)) await cache.delete(request);
  }
  await self.skipWaiting();
}

/** Network first. A refused page is removed from the cache; the copy is shown only without a response. */
async function page(request) {
  const response = await withTimeout(fetch(request)).catch(() => null);
  if (response && response.status < 500) {
    if (response.ok) await store(response.clone());
    else if (response.status >= 400) await self.caches.delete(NAME);
    return response;
  }
  return (await cachedPage()) || response || Response.error();
}

async function asset(request) {
  const cached = await self.caches.match(request, { cacheName: NAME });
  return cached || fetch(request);
}

async function store(response) {
  if (!response.ok || response.redirected || Number(response.headers.get("X-Keep-Until")) < Date.now()) return;
  const cache = await self.caches.open(NAME);
  await cache.put(PAGE, response);
}

async function cachedPage() {
  const copy = await self.caches.match(PAGE, { cacheName: NAME });
  if (!copy || Number(copy.headers.get("X-Keep-Until")) > Date.now()) return copy;
  await self.caches.delete(NAME);
  return undefined;
}

function withTimeout(response) {
  const timeout = new Promise((_, reject) => {
    self.setTimeout(() => reject(new Error("no response in time")), TIMEOUT_MS);
  });
  return Promise.race([response, timeout]);
}
