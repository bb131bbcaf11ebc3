// A booking that waits for its payment: counts down by the server's clock and reloads once the state changes.

import { find } from "../lib/dom.js";

const POLL_MS = 3000;
const page = find(document, "[data-booking]");

/**
 * @param {Element} target
 * @param {number} expiresAt milliseconds since 1970, by the server's clock
 * @param {number} offset milliseconds that the server's clock is ahead of ours
 */
function countDown(target, expiresAt, offset) {
  const left = Math.max(0, Math.ceil((expiresAt - (Date.now() + offset)) / 1000));
  target.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

async function hasChanged() {
  if (document.hidden) return false;
  try {
    const response = await fetch(page.dataset.api ?? "", {
      headers: { Accept: "application/json" },
      cache: "no-store",
    });
    if (!response.ok) return response.status === 404;
    return (await response.json()).status !== page.dataset.status;
  } catch {
    return false; // offline for a moment: the next round asks again
  }
}

async function watch() {
  if (await hasChanged()) window.location.reload();
  else window.setTimeout(watch, POLL_MS);
}

if (page.dataset.status === "pending") {
  const clock = page.querySelector("[data-countdown]");
  const offset = Date.parse(page.dataset.now ?? "") - Date.now();
  const expiresAt = Date.parse(page.dataset.expires ?? "");
  if (clock && !Number.isNaN(expiresAt)) {
    countDown(clock, expiresAt, offset);
    window.setInterval(() => countDown(clock, expiresAt, offset), 500);
  }
  window.setTimeout(watch, POLL_MS);
}
