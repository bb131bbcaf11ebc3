// The panel beside the map (on a phone: the bar under it): what is chosen, what it costs, and the next step.
// It shows the state and reports wishes; it decides nothing.

import { minutesAndSeconds } from "../lib/clock.js";
import { byId, element, icon, setText } from "../lib/dom.js";
import { rupees } from "../lib/money.js";
import { gettext, ngettext } from "../lib/text.js";
import { chosenCount, together } from "../seatmap/state.js";

/** @import { Layout } from "../seatmap/layout.js" */
/** @import { State } from "../seatmap/state.js" */
/** @import { Page } from "./page.js" */

/**
 * "details": a hold runs; "offer": it is the waitlist's; "pay": the booking waits for its payment.
 * @typedef {"choose" | "details" | "offer" | "pay"} Step
 */

/** @typedef {{proceed: () => void, letGo: (ids: string[]) => void, giveBack: (ids: string[]) => void}} Wishes */

const LAST_MINUTE = 60; // seconds; from here on the countdown is marked

export class Panel {
  #shown = ""; // what the lists were drawn from
  /** @type {Step | null} */
  #step = null;
  /** @type {string[]} */
  #picked = [];
  /** @type {string[]} */
  #held = [];

  /**
   * @param {Page} page
   * @param {Layout} layout
   * @param {Wishes} on
   */
  constructor(page, layout, on) {
    this.page = page;
    this.on = on;
    this.prices = new Map(page.tiers.map((tier) => [tier.name, tier]));
    this.tiers = new Map(layout.seats.map((seat) => [seat.id, seat.tier]));
    this.root = byId("panel");
    byId("proceed").addEventListener("click", () => on.proceed());
    byId("clear").addEventListener("click", () => on.letGo(this.#picked));
    byId("release").addEventListener("click", () => on.giveBack(this.#held));
  }

  /** @param {State} state */
  show(state) {
    this.#picked = inOrder(state, state.picked);
    this.#held = inOrder(state, state.mine?.seats ?? []);
    const { offer, asked, letters, open } = state;
    const key = JSON.stringify([this.#picked, this.#held, offer, asked !== null, letters !== null, open]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#lists(state);
    this.#sums();
    this.#steps(state);
    this.#buttons(state);
  }

  /** @param {number | null} seconds left of the hold, null when nothing is held */
  tick(seconds) {
    const clock = byId("countdown");
    setText(clock, seconds === null ? "" : minutesAndSeconds(seconds));
    clock.classList.toggle("is-short", seconds !== null && seconds <= LAST_MINUTE);
  }

  /** @param {State} state */
  #steps(state) {
    const step = this.#stepOf(state);
    const hadFocus = this.root.contains(document.activeElement);
    for (const name of ["choose", "details", "pay"]) {
      byId(`step-${name}`).hidden = name !== step && !(name === "choose" && this.#picked.length);
    }
    byId("held").hidden = step === "choose";
    this.root.dataset.step = step;
    if (this.#step !== null && step !== this.#step && (hadFocus || step === "details")) {
      // The element that had the focus is gone, or the next thing to do is here.
      byId(step === "choose" ? "choose-title" : "held-title").focus();
    }
    this.#step = step;
  }

  /**
   * @param {State} state
   * @returns {Step}
   */
  #stepOf({ offer }) {
    if (!this.#held.length) return "choose";
    const isAllOf = (/** @type {string[]} */ seats) => this.#held.every((id) => seats.includes(id));
    if (this.page.pending && isAllOf(this.page.pending.seats)) return "pay";
    return offer && isAllOf(offer.seats) ? "offer" : "details";
  }

  /** @param {State} state */
  #lists(state) {
    const { letGo, giveBack } = this.on;
    this.#fill(byId("picked-list"), this.#picked, state, (seats) => gettext("Let {seats} go", { seats }), letGo);
    this.#fill(byId("held-list"), this.#held, state, (seats) => gettext("Give {seats} back", { seats }), giveBack);
    byId("picked-empty").hidden = this.#picked.length > 0;
    setText(byId("picked-empty"), emptyWords(state));
  }

  /**
   * @param {HTMLElement} list
   * @param {string[]} ids
   * @param {State} state
   * @param {(seats: string) => string} labelOf
   * @param {(ids: string[]) => void} act
   */
  #fill(list, ids, state, labelOf, act) {
    list.replaceChildren(
      ...ids.map((id) => {
        const both = together(state, id);
        const tier = this.tiers.get(id) ?? "";
        const price = this.prices.get(tier);
        const label = labelOf(both.join(" + "));
        const button = element("button", { type: "button", class: "chip-away", "aria-label": label }, icon("xmark"));
        button.addEventListener("click", () => act(both));
        return element(
          "li",
          { class: "chip" },
          element("strong", {}, id),
          element("span", { class: "chip-tier" }, tier),
          element("span", { class: "chip-price" }, price ? rupees(price.price) : ""),
          button,
        );
      }),
    );
  }

  #sums() {
    for (const [name, ids] of Object.entries({ picked: this.#picked, held: this.#held })) {
      let seats = 0;
      let total = 0;
      for (const id of ids) {
        const price = this.prices.get(this.tiers.get(id) ?? "");
        seats += price?.price ?? 0;
        total += price?.total ?? 0;
      }
      const parts = { seats: rupees(seats), rest: rupees(total - seats) };
      const count = ids.length ? ngettext("{count} seat", "{count} seats", ids.length) : gettext("No seats");
      setText(byId(`${name}-count`), count);
      setText(byId(`${name}-total`), ids.length ? rupees(total) : "");
      setText(byId(`${name}-parts`), ids.length ? gettext("{seats} + {rest} taxes and fee", parts) : "");
    }
  }

  /** @param {State} state */
  #buttons(state) {
    const proceed = byId("proceed");
    const busy = state.asked !== null;
    // Not `disabled`: the button keeps the focus while the answer is awaited.
    proceed.setAttribute("aria-disabled", String(busy || !state.open || !this.#picked.length));
    proceed.classList.toggle("is-busy", busy);
    const label = this.#step === "details" ? gettext("Add to my seats") : gettext("Hold seats and continue");
    setText(byId("proceed-label"), busy ? gettext("Holding your seats …") : label);
    byId("clear").hidden = !this.#picked.length || busy;
    this.root.classList.toggle("has-choice", chosenCount(state) > 0);
  }
}

/**
 * @param {State} state
 * @param {Iterable<string>} ids
 */
function inOrder({ index }, ids) {
  return [...ids].sort((a, b) => (index.get(a) ?? 0) - (index.get(b) ?? 0));
}

/** @param {State} state */
function emptyWords(state) {
  if (!state.open) return gettext("Seats of this show are not on sale.");
  if (state.letters === null) return gettext("The hall is being loaded …");
  return gettext("No seats chosen yet. Pick them on the map, or let us find the best.");
}
