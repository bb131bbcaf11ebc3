// What every seat state looks like, as paths on a square from -10 to 10. Each state has a shape of its own, so
// that the map can be read without telling colours apart.

/** @import { Look } from "./state.js" */

export const HALF = 10;

/** A chair seen from above, its back away from the screen. */
export const BODY = "M-7-10H7A3 3 0 0 1 10-7V4A6 6 0 0 1 4 10H-4A6 6 0 0 1-10 4V-7A3 3 0 0 1-7-10Z";

/** Around a chair: the seats of one's own hold, and the keyboard's place. */
export const RING =
  "M-8.4-12.4H8.4A4 4 0 0 1 12.4-8.4V5A7.4 7.4 0 0 1 5 12.4H-5A7.4 7.4 0 0 1-12.4 5V-8.4A4 4 0 0 1-8.4-12.4Z";

const TICK = "M-5 .5L-1.5 4L5.5-4";
/** @type {Partial<Record<Look, string>>} */
const MARKS = {
  picked: TICK,
  mine: TICK, // and the ring
  held: "M0-5.5L5.5 0L0 5.5L-5.5 0Z",
  sold: "M-4-4L4 4M4-4L-4 4",
  blocked: "M-6 0H6",
};
const WHEELCHAIR =
  "M-2.7-6.6a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0M-1.3-3.8V1.6H3.2L5 6M3.2-1.4H-1.3M-3.6-.4A4.4 4.4 0 1 0 2.9 5";
const COMPANION = "M-2.4-4a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0-4.8 0M-5 6.4C-5 .6 5 .6 5 6.4";

/**
 * The mark on a seat that looks so, "" for none.
 * @param {Look} look
 * @param {{wheelchair?: boolean, companion?: boolean}} seat
 */
export function markOf(look, seat) {
  const mark = MARKS[look];
  if (mark) return mark;
  if (seat.wheelchair) return WHEELCHAIR;
  return seat.companion ? COMPANION : "";
}
