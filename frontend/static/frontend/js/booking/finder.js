// "How many of you?": asks the server for the best free seats and picks them. Nothing is held by asking.

import { post } from "../lib/api.js";
import { gettext, listed, ngettext } from "../lib/text.js";

/**
 * `propose(seats)` picks them and answers whether it could; `found(seats)` hears which, `foundNone()` that there are
 * none; `say` as in Flow.
 */
export function wireFinder(form, { path, propose, found, foundNone, say }) {
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    form.classList.add("is-busy");
    try {
      const { seats, adjacent } = await post(path, wish(form));
      if (!seats.length) {
        sayNone(say);
        foundNone();
      } else if (propose(seats)) {
        found(seats);
        sayFound(say, seats, adjacent);
      }
    } catch (problem) {
      if (problem.code === "seat_unavailable" || problem.code === "no_seats") sayNone(say);
      else say("bad", problem.message, { key: "hold" });
    } finally {
      busy = false;
      form.classList.remove("is-busy");
    }
  });
}

function wish(form) {
  const { count, tier, accessible } = form.elements;
  const asked = { count: Number(count.value) };
  if (tier?.value) asked.tier = tier.value;
  if (accessible?.checked) asked.accessible = true;
  return asked;
}

function sayFound(say, seats, adjacent) {
  const names = { seats: listed(seats) };
  if (adjacent)
    say(
      "good",
      ngettext(
        "Best free seat: {seats}. Not held yet.",
        "Best free seats: {seats}, side by side. Not held yet.",
        seats.length,
        names,
      ),
      { key: "hold" },
    );
  else
    say("warn", gettext("There are not so many side by side. The closest together are {seats}.", names), {
      key: "hold",
    });
}

function sayNone(say) {
  say("warn", gettext("There are no such seats left. Ask for fewer, or for any price."), { key: "hold" });
}
