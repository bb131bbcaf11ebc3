// What the server writes into the map's page; frontend/views/show.py makes it. It never changes: what does is in
// seatmap/state.js.

import { pageData } from "../lib/dom.js";

/** @import { Entry } from "../seatmap/state.js" */

/** Prices of one seat, in paise; `total` with tax and fee. @typedef {{name: string, price: number, total: number}} Tier */

/**
 * Addresses of the HTTP API; `checkout` has "BOOKING" where the booking's id goes.
 * @typedef {Record<"layout" | "seats" | "best" | "socket" | "lock" | "release" | "waitlist" | "create" | "checkout", string>} Paths
 */

/**
 * @typedef {object} Page
 * @property {number} show
 * @property {boolean} open whether seats are on sale
 * @property {string | null} opens_at when the sale begins, ISO 8601, where it has not
 * @property {number} most seats of one person at this show
 * @property {string} now the server's time, ISO 8601
 * @property {Tier[]} tiers
 * @property {{seats: string[]} | null} pending the booking that waits for its payment
 * @property {Entry | null} waitlist this visitor's place on the waitlist
 * @property {boolean} waitlist_open whether the waitlist can still be joined
 * @property {string} bookings the address of "My bookings"
 * @property {Paths} paths
 */

/** @returns {Readonly<Page>} */
export function readPage() {
  return pageData("show-data");
}
