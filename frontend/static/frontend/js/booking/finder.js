// "How many of you?": asks the server for the best free seats and picks them. Nothing is held by asking.

import { post, problemOf } from "../lib/api.js";
import { inputOf, selectOf } from "../lib/dom.js";
import { gettext, listed, ngettext } from "../lib/text.js";

/** @import { Show } from "../lib/messages.js" */

/**
 * @typedef {object} Actions
 * @property {string} path
 * @property {(seats: string[]) => boolean} propose picks them; answers whether it could
 * @property {(seats: string[]) => void} found these were picked
 * @property {() => void} foundNone there are no such seats
 * @property {Show} say
 */

/**
 * @param {HTMLFormElement} form
 * @param {Actions} actions
 */
export function wireFinder(form, { path, propose, found, foundNone, say }) {
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    form.classList.add("is-busy");
    try {
      /** @type {{seats: string[], adjacent: boolean}} */
      const { seats, adjacent } = await post(path, requestOf(form));
      if (!seats.length) {
        sayNone(say);
        foundNone();
      } else if (propose(seats)) {
        found(seats);
        sayFound(say, seats, adjacent);
      }
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === "seat_unavailable" || problem.code === "no_seats") sayNone(say);
      else say("bad", problem.message, { key: "hold" });
    } finally {
      busy = false;
      form.classList.remove("is-busy");
    }
  });
}

/** @param {HTMLFormElement} form */
function requestOf(form) {
  const tier = selectOf(form, "tier")?.value;
  return {
    count: Number(selectOf(form, "count")?.value),
    ...(tier && { tier }),
    ...(inputOf(form, "accessible").checked && { accessible: true }),
  };
}

/**
 * @param {Show} say
 * @param {string[]} seats
 * @param {boolean} adjacent
 */
function sayFound(say, seats, adjacent) {
  const names = { seats: listed(seats) };
  if (!adjacent) {
    const sentence = gettext("There are not that many seats side by side. The closest together are {seats}.", names);
    say("warn", sentence, { key: "hold" });
    return;
  }
  const sentence = ngettext(
    "Best free seat: {seats}. Not held yet.",
    "Best free seats: {seats}, side by side. Not held yet.",
    seats.length,
    names,
  );
  say("good", sentence, { key: "hold" });
}

/** @param {Show} say */
function sayNone(say) {
  say("warn", gettext("There are no such seats left. Ask for fewer, or for any price."), { key: "hold" });
}
