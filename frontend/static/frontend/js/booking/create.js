// Makes the booking of a hold.

import { freshKey, post, problemOf } from "../lib/api.js";
import { refusal } from "./refusals.js";

/** @import { Show } from "../lib/messages.js" */
/** @import { Page } from "./page.js" */

/** Whom the booking is for. @typedef {{name: string, email: string, phone?: string}} Contact */

/**
 * @typedef {object} Parts
 * @property {Pick<Page, "show" | "most"> & {paths: Pick<Page["paths"], "create">}} page
 * @property {Show} say
 * @property {() => void} resync asks for the whole map
 */

/**
 * Answers with a function that makes the booking and answers with its id; it raises Problem, after saying what a hold
 * has lost.
 * @param {Parts} parts
 */
export function bookingMaker({ page, say, resync }) {
  /** The last try. @type {{body: string, key: string} | null} */
  let attempt = null;
  return async (/** @type {Contact} */ contact) => {
    const request = { show: page.show, ...contact };
    const body = JSON.stringify(request);
    // The same body under the same key: a try whose answer was lost is not a second booking.
    if (attempt?.body !== body) attempt = { body, key: freshKey() };
    try {
      /** @type {{id: string}} */
      const { id } = await post(page.paths.create, request, { "Idempotency-Key": attempt.key });
      return id;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 409 || problem.status === 410) {
        attempt = null;
        say("bad", refusal(problem.code, problem.seats, page), { key: "refused" });
        resync();
      }
      throw problem;
    }
  };
}
