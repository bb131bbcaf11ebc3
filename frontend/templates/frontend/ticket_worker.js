{% autoescape off %}// Keeps one ticket page and its assets; see frontend/views/tickets.py for what it must not keep.
const PAGE = {{ page }};
const ASSETS = {{ assets }};
const NAME = `ticket ${PAGE}`;
{% endautoescape %}const PATIENCE_MS = 6000; // at a crowded gate a network that hardly works is worse than none

self.addEventListener("install", (event) => {
  event.waitUntil(begin());
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

/** The assets first: a page without its looks is not a ticket. What an older worker kept stays until all is here. */
async function begin() {
  const kept = await self.caches.open(NAME);
  await kept.addAll(ASSETS);
  await keep(await fetch(PAGE, { credentials: "same-origin", cache: "no-store" }));
  for (const request of await kept.keys()) {
    if (![PAGE, ...ASSETS].includes(new URL(request.url).pathname)) await kept.delete(request);
  }
  await self.skipWaiting();
}

/** Ours to say first. What we refuse is forgotten; only without an answer the copy is shown. */
async function page(request) {
  const answer = await inTime(fetch(request)).catch(() => null);
  if (answer && answer.status < 500) {
    if (answer.ok) await keep(answer.clone());
    else if (answer.status >= 400) await self.caches.delete(NAME);
    return answer;
  }
  return (await keptPage()) || answer || Response.error();
}

async function asset(request) {
  const kept = await self.caches.match(request, { cacheName: NAME });
  return kept || fetch(request);
}

async function keep(answer) {
  if (!answer.ok || answer.redirected || Number(answer.headers.get("X-Keep-Until")) < Date.now()) return;
  const kept = await self.caches.open(NAME);
  await kept.put(PAGE, answer);
}

async function keptPage() {
  const copy = await self.caches.match(PAGE, { cacheName: NAME });
  if (!copy || Number(copy.headers.get("X-Keep-Until")) > Date.now()) return copy;
  await self.caches.delete(NAME);
  return undefined;
}

function inTime(answer) {
  const late = new Promise((_, give_up) => {
    self.setTimeout(() => give_up(new Error("no answer in time")), PATIENCE_MS);
  });
  return Promise.race([answer, late]);
}
