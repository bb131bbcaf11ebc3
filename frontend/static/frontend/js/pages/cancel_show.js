// How far giving back a cancelled show has come: asked every second while something is still under way.

import { get } from "../lib/api.js";
import { setText } from "../lib/dom.js";
import { rupees } from "../lib/money.js";

const LOOK_MS = 1_000;
const QUIET_MS = 10_000; // once the bookings are done: refunds and mails are still on their way
const numbers = new Intl.NumberFormat(document.documentElement.lang);
const panel = document.querySelector("[data-progress]");

const valueOf = (progress, path) => path.split(".").reduce((part, name) => part[name], progress);

function show(progress) {
  for (const cell of panel.querySelectorAll("[data-value]"))
    setText(cell, numbers.format(valueOf(progress, cell.dataset.value)));
  for (const cell of panel.querySelectorAll("[data-money]"))
    setText(cell, rupees(valueOf(progress, cell.dataset.money)));
  const bar = panel.querySelector("[data-bar]");
  bar.max = Math.max(progress.total, 1);
  bar.value = progress.total ? progress.bookings + progress.given_up : 1;
  const done = progress.finished_at !== null && progress.left === 0;
  panel.querySelector('[data-state="running"]').hidden = done;
  panel.querySelector('[data-state="done"]').hidden = !done;
  return done ? QUIET_MS : LOOK_MS;
}

async function look() {
  let wait = QUIET_MS;
  try {
    wait = show(await get(panel.dataset.progress, { cache: "no-store" }));
    panel.querySelector("[data-stale]").hidden = true;
  } catch {
    panel.querySelector("[data-stale]").hidden = false;
  }
  window.setTimeout(look, wait);
}

look();
