// Watches a booking that may be paid without this page knowing: a sheet that was closed too early, a
// payment that only the gateway's webhook reports, another tab.

import { get } from "../lib/api.js";

/** @import { Booking } from "./bill.js" */

const EVERY_MS = 3_000;

export class Watch {
  /** @type {number | undefined} */
  #timer;
  #asking = false;

  /**
   * @param {string} path
   * @param {(booking: Booking) => void} changed called with every answer
   */
  constructor(path, changed) {
    this.path = path;
    this.changed = changed;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.ask();
    });
  }

  start() {
    this.#timer ??= setInterval(() => {
      if (document.visibilityState === "visible") this.ask();
    }, EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async ask() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      /** @type {Booking} */
      const booking = await get(this.path, { cache: "no-store" });
      this.changed(booking);
    } catch {
      // Offline for a moment, or the server restarts: the next round asks again.
    } finally {
      this.#asking = false;
    }
  }
}
