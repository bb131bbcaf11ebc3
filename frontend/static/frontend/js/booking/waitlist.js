// The waitlist's card: joining when a party finds no seats, confirming by mail, waiting, and an offer with its time. It shows the state and
// asks the server for what the visitor wishes; who is offered seats next is the server's business.

import { get, post, problemOf } from "../lib/api.js";
import { Countdown, minutesAndSeconds } from "../lib/clock.js";
import { announce, byId, inputOf, selectOf, setText } from "../lib/dom.js";
import { gettext, listed, ngettext } from "../lib/text.js";
import * as change from "../seatmap/changes.js";

/** @import { Problem } from "../lib/api.js" */
/** @import { ServerClock } from "../lib/clock.js" */
/** @import { Show } from "../lib/messages.js" */
/** @import { Entry, State } from "../seatmap/state.js" */
/** @import { Page } from "./page.js" */

/** What of the card is shown. @typedef {"form" | "unconfirmed" | "waiting" | "offer"} Part */

/** @typedef {{open: boolean, joinable: boolean, short: boolean, secondsLeft: number}} Situation */

/**
 * @typedef {object} Parts
 * @property {State} state
 * @property {ServerClock} clock
 * @property {HTMLFormElement} finder the form that says how many seats of which price are looked for
 * @property {Show} say
 * @property {() => void} resync asks for the whole map
 * @property {(booking: string) => void} leave goes to the payment of a booking
 */

const LOOK_MS = 20_000; // while waiting: the place in the queue, and an offer where no socket brings it
const PASSED_ON_MS = 3_000; // after an offer's end: the server passes it on within two seconds
/** @type {Part[]} */
const PARTS = ["form", "unconfirmed", "waiting", "offer"];

/**
 * How many seats a party may count on: free, of the tier where one is named, wheelchair places left out.
 * @param {State} state
 * @param {string} tier
 */
export function freeFor(state, tier = "") {
  const free = (/** @type {string} */ id) => state.letters?.[state.index.get(id) ?? -1] === "a";
  return state.seats.filter((seat) => {
    if (!free(seat.id) || seat.wheelchair || seat.companion) return false;
    return (!tier || seat.tier === tier) && (!seat.couple || free(seat.couple));
  }).length;
}

/**
 * What the card shows, null for nothing. `short`: the party finds no seats.
 * @param {Pick<Entry, "status"> | null} entry
 * @param {Situation} situation
 * @returns {Part | null}
 */
export function partOf(entry, { open, joinable, short, secondsLeft }) {
  if (!open) return null;
  if (entry?.status === "offered" && secondsLeft > 0) return "offer";
  if (entry?.status === "unconfirmed" || entry?.status === "waiting") return entry.status;
  return joinable && short ? "form" : null;
}

export class Waitlist {
  /** @type {Part | null} */
  #part = null;
  #busy = false;

  /**
   * @param {Page} page
   * @param {Parts} parts
   */
  constructor(page, { state, clock, finder, say, resync, leave }) {
    this.page = page;
    this.state = state;
    this.clock = clock;
    this.finder = finder;
    this.say = say;
    this.resync = resync;
    this.leave = leave;
    this.card = byId("waitlist");
    this.form = byId("waitlist-form", HTMLFormElement);
    this.countdown = new Countdown(clock, {
      onTick: (left) => setText(byId("waitlist-left"), minutesAndSeconds(left)),
      onEnd: () => this.#offerEnded(),
    });
    this.form.noValidate = true; // our messages stand beside the fields and are read with them
    this.form.addEventListener("submit", (event) => this.#join(event));
    byId("waitlist-again").addEventListener("click", () => this.#giveUp("leave/"));
    byId("waitlist-leave").addEventListener("click", () => this.#giveUp("leave/"));
    byId("waitlist-decline").addEventListener("click", () => this.#giveUp("decline/"));
    byId("waitlist-take").addEventListener("click", () => this.#take());
    setInterval(() => this.#look(), LOOK_MS);
  }

  /** Shows the state. */
  show() {
    const { entry, offer, open } = this.state;
    if (!offer) this.countdown.stop();
    else if (offer.expires_at !== this.countdown.until) this.countdown.start(offer.expires_at);
    const secondsLeft = offer ? this.clock.secondsUntil(offer.expires_at) : 0;
    const part = partOf(entry, { open, joinable: this.page.waitlist_open, short: this.#isShort(), secondsLeft });
    this.card.hidden = part === null;
    for (const name of PARTS) byId(`waitlist-${name}`).hidden = name !== part;
    if (part === "form" && this.#part !== "form") this.#beginForm();
    if (part === "unconfirmed" && entry) setText(byId("waitlist-sent"), sentTo(entry));
    if (part === "unconfirmed" && this.#part !== "unconfirmed") this.#readOut("waitlist-unconfirmed");
    if (part === "waiting" && entry) showWaiting(entry);
    if (part === "offer" && offer) showOffer(offer.seats, offer.adjacent);
    if (part === "offer" && this.#part !== "offer") this.#readOut("waitlist-offer");
    this.#part = part;
  }

  /** @param {string} id */
  #readOut(id) {
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden in it must not be read out
    announce(byId("murmur"), byId(id).innerText);
  }

  /** The finder asked the server and there were no such seats. */
  foundNone() {
    change.foundNone(this.state, this.#wish());
  }

  /** Asks the server where the party stands. */
  async refresh() {
    try {
      /** @type {{entry: Entry | null}} */
      const { entry } = await get(this.page.paths.waitlist, { cache: "no-store" });
      change.setEntry(this.state, entry);
    } catch {
      // No answer changes nothing: the next look asks again.
    }
  }

  /** Whether the party finds no seats: the map shows too few, or the finder found none. */
  #isShort() {
    const { letters, mine, picked, noneFor } = this.state;
    if (mine !== null || picked.size > 0) return false;
    const count = Number(selectOf(this.finder, "count")?.value);
    const few = letters !== null && freeFor(this.state, selectOf(this.finder, "tier")?.value) < count;
    return few || noneFor === this.#wish();
  }

  #wish() {
    return `${selectOf(this.finder, "count")?.value} ${selectOf(this.finder, "tier")?.value || ""}`;
  }

  #offerEnded() {
    change.offerEnded(this.state);
    setTimeout(() => this.refresh(), PASSED_ON_MS);
  }

  #look() {
    const status = this.state.entry?.status;
    if ((status === "unconfirmed" || status === "waiting") && document.visibilityState === "visible") this.refresh();
  }

  #beginForm() {
    for (const name of ["count", "tier"]) {
      const select = selectOf(this.form, name);
      if (select) select.value = selectOf(this.finder, name)?.value || "";
    }
    byId("waitlist-lapsed").hidden = this.state.entry?.status !== "lapsed";
  }

  /** @param {SubmitEvent} event */
  async #join(event) {
    event.preventDefault();
    if (this.#busy || !this.#isComplete()) return;
    const tier = selectOf(this.form, "tier")?.value;
    const wish = {
      count: Number(selectOf(this.form, "count")?.value),
      name: inputOf(this.form, "name").value.trim(),
      email: inputOf(this.form, "email").value.trim(),
      ...(tier && { tier }),
    };
    await this.#send("join/", wish, (/** @type {{entry: Entry | null}} */ { entry }) =>
      change.setEntry(this.state, entry),
    );
  }

  /** Marks what is missing, and puts the focus on the first of it. */
  #isComplete() {
    const name = inputOf(this.form, "name");
    const email = inputOf(this.form, "email");
    const errors = {
      name: name.value.trim() ? "" : gettext("Enter your name."),
      email:
        email.value.trim() && email.validity.valid
          ? ""
          : gettext("Enter an e-mail address such as asha@example.in: the offer is sent there."),
    };
    for (const [field, sentence] of Object.entries(errors)) {
      const input = inputOf(this.form, field);
      setText(byId(`waitlist-${field}-error`), sentence);
      input.setAttribute("aria-invalid", String(Boolean(sentence)));
      input.classList.toggle("is-invalid", Boolean(sentence));
    }
    if (errors.name) name.focus();
    else if (errors.email) email.focus();
    return !errors.name && !errors.email;
  }

  /** @param {"leave/" | "decline/"} verb */
  async #giveUp(verb) {
    // Before the map says that the seats are free: they were not lost, they were let go.
    if (this.state.entry?.offer) change.givenUp(this.state, this.state.entry.offer.seats);
    await this.#send(verb, {}, () => {});
    this.resync(); // if it was refused, the seats are still ours
    await this.refresh();
  }

  async #take() {
    await this.#send("take/", {}, (/** @type {{id: string}} */ booking) => this.leave(booking.id));
  }

  /**
   * @template T
   * @param {"join/" | "leave/" | "decline/" | "take/"} verb
   * @param {object} body
   * @param {(answer: T) => void} onAnswer
   */
  async #send(verb, body, onAnswer) {
    if (this.#busy) return;
    this.#busy = true;
    this.card.setAttribute("aria-busy", "true");
    try {
      onAnswer(await post(`${this.page.paths.waitlist}${verb}`, body));
    } catch (error) {
      const problem = problemOf(error);
      this.say("bad", refusalOf(problem), { key: "waitlist" });
      if (problem.status === 410) await this.refresh();
    } finally {
      this.#busy = false;
      this.card.removeAttribute("aria-busy");
    }
  }
}

/** @param {Problem} problem */
function refusalOf({ code, message }) {
  if (code !== "too_many_waiting_here") return message;
  return gettext(
    "Several groups from your network are on this list already. Sign in to join as yourself, or try again later.",
  );
}

/** @param {Entry} entry */
function sentTo({ email }) {
  return gettext("We have sent a mail to {email}.", { email });
}

/** @param {Entry} entry */
function showWaiting({ position, count, tier, email }) {
  const place =
    position === 1 || position === null
      ? gettext("You are next.")
      : gettext("You are number {position}.", { position });
  const seats = ngettext("{count} seat", "{count} seats", count);
  const wish = { seats: tier ? `${seats} (${tier})` : seats, email };
  setText(byId("waitlist-place"), place);
  setText(
    byId("waitlist-wish"),
    gettext("For {seats}. When they come free, we write to {email} and show it here.", wish),
  );
}

/**
 * @param {string[]} seats
 * @param {boolean} adjacent
 */
function showOffer(seats, adjacent) {
  const sentence = ngettext("Seat {seats} came free for you", "Seats {seats} came free for you", seats.length, {
    seats: listed(seats),
  });
  setText(byId("waitlist-seats"), sentence);
  byId("waitlist-apart").hidden = adjacent;
}
