// What the visitor reads about seats: picked, held, given back, lost. Sentences only; flow.js decides when they are
// shown. Why something was refused is in refusals.js.

import { gettext, listed, ngettext } from "../lib/text.js";

/**
 * For screen readers: what was picked, and how many seats are chosen now.
 * @param {string[]} seats
 * @param {number} chosen
 */
export function picked(seats, chosen) {
  const first = ngettext("{seats} picked.", "{seats} picked together.", seats.length, { seats: listed(seats) });
  return `${first} ${chosenNow(chosen)}`;
}

/**
 * The same for seats that were let go.
 * @param {string[]} seats
 * @param {number} chosen
 */
export function unpicked(seats, chosen) {
  return `${gettext("{seats} let go.", { seats: listed(seats) })} ${chosenNow(chosen)}`;
}

/** @param {string[]} seats */
export function heldForYou(seats) {
  return ngettext("Seat {seats} is held for you.", "Seats {seats} are held for you.", seats.length, {
    seats: listed(seats),
  });
}

/** @param {string[]} seats */
export function givenBack(seats) {
  return ngettext("Seat {seats} was given back.", "Seats {seats} were given back.", seats.length, {
    seats: listed(seats),
  });
}

/**
 * The hold's time ran out.
 * @param {string[]} seats
 */
export function holdEnded(seats) {
  return ngettext(
    "Your time for seat {seats} has run out. It is open to everybody again: choose it once more if it is still free.",
    "Your time for seats {seats} has run out. They are open to everybody again: choose them once more if they are still free.",
    seats.length,
    { seats: listed(seats) },
  );
}

/** @param {number} count */
function chosenNow(count) {
  return ngettext("{count} seat chosen.", "{count} seats chosen.", count);
}
