// What happened to one's own seats in another window or on another device: each is told, and each says what it was.

import { gettext, listed, ngettext } from "../lib/text.js";
import * as change from "../seatmap/changes.js";

/** @import { Show } from "../lib/messages.js" */
/** @import { Yours } from "../live/protocol.js" */
/** @import { State } from "../seatmap/state.js" */

const COME_BACK_MS = 500; // by then the browser has stored the session with which it signed in

/**
 * @param {Yours} message
 * @param {{state: State, say: Show, reconnect: () => void, bookings: string, busy: boolean}} parts
 *   `busy`: this window waits for the answer to a request of its own, which will say the same.
 */
export function hearOfOwnSeats({ what, seats, mine }, { state, say, reconnect, bookings, busy }) {
  const news = what === "held" ? seats.some((id) => !state.mine?.seats.has(id)) : wasMine(state, seats);
  if (what === "moved") setTimeout(reconnect, COME_BACK_MS);
  if (busy && what !== "moved" && what !== "paid") return;
  change.ownSeats(state, mine);
  if (!news) return;
  const sentence = SENTENCES[what](seats);
  const link = what === "paid" ? { href: bookings, label: gettext("See my bookings") } : null;
  say(what === "released" ? "info" : "good", sentence, { key: "hold", link });
}

/** @type {Record<Yours["what"], (seats: string[]) => string>} */
const SENTENCES = {
  held: (seats) =>
    ngettext(
      "Seat {seats} is held for you, chosen in another window.",
      "Seats {seats} are held for you, chosen in another window.",
      seats.length,
      { seats: listed(seats) },
    ),
  released: (seats) =>
    ngettext(
      "Seat {seats} was given back in another window.",
      "Seats {seats} were given back in another window.",
      seats.length,
      { seats: listed(seats) },
    ),
  paid: (seats) =>
    ngettext("Seat {seats} is paid for: it is yours.", "Seats {seats} are paid for: they are yours.", seats.length, {
      seats: listed(seats),
    }),
  moved: () => gettext("You have signed in. Your seats came along."),
};

/**
 * @param {State} state
 * @param {string[]} seats
 */
function wasMine(state, seats) {
  return seats.some((id) => state.mine?.seats.has(id));
}
