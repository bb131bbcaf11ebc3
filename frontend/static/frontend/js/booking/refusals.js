// Why seats were refused and what a notice means, in words that say what to do. Codes are docs/protocol.md's.

import { gettext, listed, ngettext } from "../lib/text.js";

/**
 * @param {string} code
 * @param {string[]} seats those the refusal names
 * @param {{most: number}} page `most` is the largest booking
 */
export function refusal(code, seats, page) {
  switch (code) {
    case "seat_unavailable":
      return seats.length ? taken(seats) : gettext("Some of your seats were just taken. Choose others.");
    case "too_many_seats":
      return gettext("You can have at most {most} seats at this show, including those of a booking in progress.", {
        most: page.most,
      });
    case "too_many_seats_here":
      return gettext(
        "Too many seats of this show are held from your network and not paid for. Pay for yours or give some back; or sign in, and only your own count.",
      );
    case "too_many_requests":
      return gettext("Too many tries came from your network. Wait a minute, then try again.");
    case "accounts_only":
      return gettext("Seats of this show are for signed-in visitors. Sign in, then choose your seats.");
    case "hold_unknown":
      return gettext(
        "The answer was lost on the way. If the seats are yours, they show as held for you in a moment; otherwise try again.",
      );
    case "leaves_single_seat":
      return leftAlone(seats);
    case "unknown_seat":
      return gettext("One of your seats is not in this hall. Load the page again.");
    case "show_closed":
      return gettext("Seats of this show are not on sale at the moment.");
    case "hold_expired":
      return gettext("Your seats were held too long ago and are open to everybody again. Choose once more.");
    case "holds_unavailable":
      return gettext("Seats cannot be held at the moment. Nothing is lost: try again shortly.");
    case "no_answer":
      return gettext("The server did not answer. Try again.");
    case "csrf_failed":
      return gettext("This page is out of date. Load it again and choose once more.");
    default:
      return gettext("That did not work ({code}). Try again, or load the page again.", { code });
  }
}

/**
 * A notice of the server. What it says of one person's seats or booking comes in its own words (`detail`).
 * @param {string} code
 * @param {string | null | undefined} detail
 */
export function notice(code, detail) {
  switch (code) {
    case "show_closed":
      return gettext("The sale for this show has ended.");
    case "show_cancelled":
      return gettext("This show is cancelled. Paid bookings are refunded.");
    default:
      return detail || code;
  }
}

/**
 * Somebody else was faster.
 * @param {string[]} seats
 */
export function taken(seats) {
  return ngettext(
    "Seat {seats} was just taken by somebody else. Choose another one.",
    "Seats {seats} were just taken by somebody else. Choose others.",
    seats.length,
    { seats: listed(seats) },
  );
}

/** @param {string[]} seats */
function leftAlone(seats) {
  if (!seats.length) return gettext("A single seat would be left alone. Choose differently.");
  return ngettext(
    "Seat {seats} would be left alone. Add it, or choose differently.",
    "Seats {seats} would be left alone. Add them, or choose differently.",
    seats.length,
    { seats: listed(seats) },
  );
}
