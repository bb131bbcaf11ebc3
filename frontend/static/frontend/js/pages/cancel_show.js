// How far giving back a cancelled show has come: asked every second while something is still under way.

import { get } from "../lib/api.js";
import { find, findAll, setText } from "../lib/dom.js";
import { rupees } from "../lib/money.js";

/**
 * The server's answer, as far as it is named here; the page's cells name the rest by their data-value and data-money.
 * @typedef {{total: number, bookings: number, given_up: number, left: number, finished_at: string | null}} Progress
 */

const LOOK_MS = 1_000;
const QUIET_MS = 10_000; // once the bookings are done: refunds and mails are still on their way
const numbers = new Intl.NumberFormat(document.documentElement.lang);
const panel = find(document, "[data-progress]");

/**
 * A number in the answer, such as "refunds.pending".
 * @param {unknown} answer
 * @param {string} path
 */
function numberAt(answer, path) {
  let value = answer;
  for (const name of path.split(".")) value = /** @type {Record<string, unknown>} */ (value)[name];
  return Number(value);
}

/** @param {Progress} progress */
function show(progress) {
  for (const cell of findAll(panel, "[data-value]")) {
    setText(cell, numbers.format(numberAt(progress, cell.dataset.value ?? "")));
  }
  for (const cell of findAll(panel, "[data-money]")) {
    setText(cell, rupees(numberAt(progress, cell.dataset.money ?? "")));
  }
  const bar = find(panel, "[data-bar]", HTMLProgressElement);
  bar.max = Math.max(progress.total, 1);
  bar.value = progress.total ? progress.bookings + progress.given_up : 1;
  const done = progress.finished_at !== null && progress.left === 0;
  find(panel, '[data-state="running"]').hidden = done;
  find(panel, '[data-state="done"]').hidden = !done;
  return done ? QUIET_MS : LOOK_MS;
}

async function look() {
  let wait = QUIET_MS;
  try {
    wait = show(await get(panel.dataset.progress ?? "", { cache: "no-store" }));
    find(panel, "[data-stale]").hidden = true;
  } catch {
    find(panel, "[data-stale]").hidden = false;
  }
  window.setTimeout(look, wait);
}

look();
