// Watches a booking that may be paid without this page hearing of it: a sheet that was closed too early, a
// payment that only the gateway's webhook tells of, another tab.

import { get } from "../lib/api.js";

const EVERY_MS = 3_000;

export class Watch {
  #timer = null;
  #asking = false;

  /** `changed(booking)` hears of every answer. */
  constructor(path, changed) {
    Object.assign(this, { path, changed });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.ask();
    });
  }

  start() {
    this.#timer ??= setInterval(() => document.visibilityState === "visible" && this.ask(), EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async ask() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.changed(await get(this.path, { cache: "no-store" }));
    } catch {
      // Offline for a moment, or the server restarts: the next round asks again.
    } finally {
      this.#asking = false;
    }
  }
}
