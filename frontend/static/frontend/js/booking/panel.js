// The panel beside the map (on a phone: the bar under it): what is chosen, what it costs, and the next step.
// It shows a state object and reports wishes; it decides nothing.

import { byId, element, icon, setText } from "../lib/dom.js";
import { minutesAndSeconds } from "../lib/clock.js";
import { rupees } from "../lib/money.js";
import { gettext, ngettext } from "../lib/text.js";
import { chosenCount, together } from "../seatmap/state.js";

const LAST_MINUTE = 60; // seconds; from here on the countdown is marked

export class Panel {
  #shown = ""; // what the lists were drawn from
  #step = null;

  /** `on` has proceed(), letGo(ids), giveBack(ids). `page.tiers` gives every tier's price and total, in paise. */
  constructor(page, layout, on) {
    Object.assign(this, { page, on });
    this.byId = new Map(layout.seats.map((seat) => [seat.id, seat]));
    this.prices = new Map(page.tiers.map((tier) => [tier.name, tier]));
    this.place = new Map(layout.seats.map((seat, position) => [seat.id, position]));
    this.root = byId("panel");
    byId("proceed").addEventListener("click", () => on.proceed());
    byId("clear").addEventListener("click", () => on.letGo(this.picked));
    byId("release").addEventListener("click", () => on.giveBack(this.held));
  }

  /** `open`: whether seats are on sale. */
  show(state, open) {
    this.picked = this.#inOrder(state.picked);
    this.held = this.#inOrder(state.mine ? state.mine.seats : []);
    const key = JSON.stringify([
      this.picked,
      this.held,
      this.page.offer,
      state.asked !== null,
      state.letters !== null,
      open,
    ]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#lists(state, open);
    this.#money();
    this.#steps();
    this.#buttons(state, open);
  }

  /** Seconds left of the hold, or null when nothing is held. */
  tick(seconds) {
    const clock = byId("countdown");
    setText(clock, seconds === null ? "" : minutesAndSeconds(seconds));
    clock.classList.toggle("is-short", seconds !== null && seconds <= LAST_MINUTE);
  }

  /** "choose", "details" (a hold runs), "offer" (of the waitlist) or "pay" (the booking waits for its payment). */
  get step() {
    return this.#step;
  }

  #steps() {
    const paying = this.page.pending && this.held.every((id) => this.page.pending.seats.includes(id));
    const offered = this.page.offer && this.held.every((id) => this.page.offer.seats.includes(id));
    const step = this.held.length ? (paying ? "pay" : offered ? "offer" : "details") : "choose";
    const hadFocus = this.root.contains(document.activeElement);
    for (const name of ["choose", "details", "pay"]) {
      byId(`step-${name}`).hidden = name !== step && !(name === "choose" && this.picked.length);
    }
    byId("held").hidden = step === "choose";
    this.root.dataset.step = step;
    if (this.#step !== null && step !== this.#step && (hadFocus || step === "details")) {
      // The element that had the focus is gone, or the next thing to do is here.
      byId(step === "choose" ? "choose-title" : "held-title").focus();
    }
    this.#step = step;
  }

  #lists(state, open) {
    this.#fill(byId("picked-list"), this.picked, state, gettext("Let {seats} go"), (ids) => this.on.letGo(ids));
    this.#fill(byId("held-list"), this.held, state, gettext("Give {seats} back"), (ids) => this.on.giveBack(ids));
    byId("picked-empty").hidden = this.picked.length > 0;
    setText(byId("picked-empty"), emptyWords(state, open));
  }

  #fill(list, ids, state, label, act) {
    list.replaceChildren(
      ...ids.map((id) => {
        const seat = this.byId.get(id);
        const away = element(
          "button",
          {
            type: "button",
            class: "chip-away",
            "aria-label": label.replace("{seats}", together(state, id).join(" + ")),
          },
          icon("xmark"),
        );
        away.addEventListener("click", () => act(together(state, id)));
        const price = this.prices.get(seat.tier);
        return element(
          "li",
          { class: "chip" },
          element("strong", {}, id),
          element("span", { class: "chip-tier" }, seat.tier),
          element("span", { class: "chip-price" }, price ? rupees(price.price) : ""),
          away,
        );
      }),
    );
  }

  #money() {
    for (const [name, ids] of [
      ["picked", this.picked],
      ["held", this.held],
    ]) {
      const tiers = ids.map((id) => this.prices.get(this.byId.get(id).tier)).filter(Boolean);
      const seats = tiers.reduce((sum, tier) => sum + tier.price, 0);
      const total = tiers.reduce((sum, tier) => sum + tier.total, 0);
      setText(
        byId(`${name}-count`),
        ids.length ? ngettext("{count} seat", "{count} seats", ids.length) : gettext("No seats"),
      );
      setText(byId(`${name}-total`), ids.length ? rupees(total) : "");
      setText(
        byId(`${name}-parts`),
        ids.length
          ? gettext("{seats} + {rest} taxes and fee", { seats: rupees(seats), rest: rupees(total - seats) })
          : "",
      );
    }
  }

  #buttons(state, open) {
    const proceed = byId("proceed");
    const busy = state.asked !== null;
    // Not `disabled`: the button keeps the focus while the answer is awaited.
    proceed.setAttribute("aria-disabled", String(busy || !open || !this.picked.length));
    proceed.classList.toggle("is-busy", busy);
    const label = this.#step === "details" ? gettext("Add to my seats") : gettext("Hold seats and continue");
    setText(byId("proceed-label"), busy ? gettext("Asking for your seats …") : label);
    byId("clear").hidden = !this.picked.length || busy;
    this.root.classList.toggle("has-choice", chosenCount(state) > 0);
  }

  #inOrder(ids) {
    return [...ids].sort((a, b) => this.place.get(a) - this.place.get(b));
  }
}

function emptyWords(state, open) {
  if (!open) return gettext("Seats of this show are not on sale.");
  if (state.letters === null) return gettext("The hall is being loaded …");
  return gettext("No seats chosen yet. Pick them on the map, or let us find the best.");
}
