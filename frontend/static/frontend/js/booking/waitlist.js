// The waitlist's card: joining when a party finds no seats, waiting, and an offer with its time. It shows what the
// server says and reports wishes to it; who is asked next is the server's business.

import { get, post } from "../lib/api.js";
import { Countdown, minutesAndSeconds } from "../lib/clock.js";
import { announce, byId, setText } from "../lib/dom.js";
import { gettext, listed, ngettext } from "../lib/text.js";

const LOOK_MS = 20_000; // while waiting: the place in the queue, and an offer where no socket brings it
const PARTS = ["form", "waiting", "offer"];

/** How many seats a party may count on: free, of the tier where one is named, wheelchair places left out. */
export function freeFor(state, tier = "") {
  const free = (id) => state.letters[state.index.get(id)] === "a";
  const suits = (seat) => free(seat.id) && !seat.wheelchair && !seat.companion && (!tier || seat.tier === tier);
  return state.seats.filter((seat) => suits(seat) && (!seat.couple || free(seat.couple))).length;
}

/** "form", "waiting", "offer" or null: what the card shows. `short`: the party finds no seats. */
export function partOf(entry, { open, joinable, short, secondsLeft }) {
  if (!open) return null;
  if (entry?.status === "offered" && secondsLeft > 0) return "offer";
  if (entry?.status === "waiting") return "waiting";
  return joinable && short ? "form" : null;
}

export class Waitlist {
  #part = null;
  #short = false; // the finder found nothing, or the map shows too few
  #busy = false;

  /** `on` has changed(), say(kind, sentence, options), letGo(seats), resync() and leave(booking id), for the payment. */
  constructor(page, { clock, finder, on }) {
    Object.assign(this, { page, clock, finder, on, entry: page.waitlist });
    this.card = byId("waitlist");
    this.form = byId("waitlist-form");
    this.countdown = new Countdown(clock, {
      onTick: (left) => setText(byId("waitlist-left"), minutesAndSeconds(left)),
      onEnd: () => this.#over(),
    });
    this.form.noValidate = true; // our messages stand beside the fields and are read with them
    this.form.addEventListener("submit", (event) => this.#join(event));
    byId("waitlist-leave").addEventListener("click", () => this.#ask("leave/"));
    byId("waitlist-decline").addEventListener("click", () => this.#ask("decline/"));
    byId("waitlist-take").addEventListener("click", () => this.#take());
    setInterval(() => this.#look(), LOOK_MS);
    this.#took(this.entry);
  }

  /** The map, the sale or the visitor's seats have changed. */
  show(state, open) {
    const wish = this.finder.elements;
    const few = state.letters !== null && freeFor(state, wish.tier?.value) < Number(wish.count.value);
    const own = state.mine !== null || state.picked.size > 0;
    this.open = open;
    this.#short = (few || this.refused === this.#wish()) && !own;
    this.#draw();
  }

  /** The finder asked the server and there were no such seats. */
  foundNone() {
    this.refused = this.#wish();
    this.on.changed();
  }

  /** Asks the server where the party stands. */
  async refresh() {
    try {
      this.#took((await get(this.page.paths.waitlist, { cache: "no-store" })).entry);
    } catch {
      return; // no answer is no news: the next look asks again
    }
    this.on.changed();
  }

  #wish() {
    const { count, tier } = this.finder.elements;
    return `${count.value} ${tier?.value || ""}`;
  }

  #took(entry) {
    this.entry = entry;
    this.page.offer = entry?.offer || null;
    if (!entry?.offer) this.countdown.stop();
    else if (entry.offer.expires_at !== this.countdown.until) this.countdown.start(entry.offer.expires_at);
  }

  #over() {
    this.page.offer = null;
    this.on.changed();
    setTimeout(() => this.refresh(), 3_000); // the server passes it on within two
  }

  #look() {
    if (this.entry?.status === "waiting" && document.visibilityState === "visible") this.refresh();
  }

  #draw() {
    const secondsLeft = this.page.offer ? this.clock.secondsUntil(this.page.offer.expires_at) : 0;
    const part = partOf(this.entry, {
      open: this.open,
      joinable: this.page.waitlist_open,
      short: this.#short,
      secondsLeft,
    });
    this.card.hidden = part === null;
    for (const name of PARTS) byId(`waitlist-${name}`).hidden = name !== part;
    if (part === "form" && this.#part !== "form") this.#begin();
    if (part === "waiting") this.#drawWaiting();
    if (part === "offer") this.#drawOffer();
    if (part === "offer" && this.#part !== "offer") announce(byId("murmur"), byId("waitlist-offer").innerText);
    this.#part = part;
  }

  #begin() {
    const { count, tier } = this.form.elements;
    count.value = this.finder.elements.count.value;
    if (tier) tier.value = this.finder.elements.tier?.value || "";
    byId("waitlist-lapsed").hidden = this.entry?.status !== "lapsed";
  }

  #drawWaiting() {
    const { position, count, tier, email } = this.entry;
    setText(
      byId("waitlist-place"),
      position === 1 ? gettext("You are next.") : gettext("You are number {position}.", { position }),
    );
    const seats = ngettext("{count} seat", "{count} seats", count);
    setText(
      byId("waitlist-wish"),
      gettext("For {seats}. We write to {email} when they come free, and tell you here.", {
        seats: tier ? `${seats} (${tier})` : seats,
        email,
      }),
    );
  }

  #drawOffer() {
    const { seats, adjacent } = this.entry.offer;
    setText(
      byId("waitlist-seats"),
      ngettext("Seat {seats} came free for you", "Seats {seats} came free for you", seats.length, {
        seats: listed(seats),
      }),
    );
    byId("waitlist-apart").hidden = adjacent;
  }

  async #join(event) {
    event.preventDefault();
    if (this.#busy || !this.#checked()) return;
    const { count, tier, name, email } = this.form.elements;
    const wish = { count: Number(count.value), name: name.value.trim(), email: email.value.trim() };
    await this.#send("join/", tier?.value ? { ...wish, tier: tier.value } : wish, (body) => this.#took(body.entry));
  }

  #checked() {
    const { name, email } = this.form.elements;
    const wrong = {
      name: name.value.trim() ? "" : gettext("Enter your name."),
      email:
        email.value.trim() && email.validity.valid
          ? ""
          : gettext("Enter an e-mail address such as asha@example.in: the offer is sent there."),
    };
    for (const field of ["name", "email"]) {
      setText(byId(`waitlist-${field}-error`), wrong[field]);
      this.form.elements[field].setAttribute("aria-invalid", String(Boolean(wrong[field])));
      this.form.elements[field].classList.toggle("is-invalid", Boolean(wrong[field]));
    }
    const first = ["name", "email"].find((field) => wrong[field]);
    if (first) this.form.elements[first].focus();
    return !first;
  }

  async #ask(verb) {
    // Before the map tells that the seats are free: they were not lost, they were let go.
    if (this.entry?.offer) this.on.letGo(this.entry.offer.seats);
    await this.#send(verb, {}, () => {});
    this.on.resync(); // if it was refused, the seats are still ours
    await this.refresh();
  }

  async #take() {
    await this.#send("take/", {}, (booking) => this.on.leave(booking.id));
  }

  async #send(verb, body, done) {
    if (this.#busy) return;
    this.#busy = true;
    this.card.setAttribute("aria-busy", "true");
    try {
      done(await post(`${this.page.paths.waitlist}${verb}`, body));
    } catch (problem) {
      this.on.say("bad", problem.message, { key: "waitlist" });
      if (problem.status === 410) await this.refresh();
    } finally {
      this.#busy = false;
      this.card.removeAttribute("aria-busy");
      this.on.changed();
    }
  }
}
