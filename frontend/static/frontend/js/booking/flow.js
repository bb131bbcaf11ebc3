// From a pick to a hold: what each message of the server and each wish of the visitor does to the state, and
// which sentence the visitor reads. Picking holds nothing; only proceeding asks the server.

import { freshKey, post, problemOf } from "../lib/api.js";
import { gettext, listed } from "../lib/text.js";
import { hold, release } from "../live/protocol.js";
import * as change from "../seatmap/changes.js";
import { chosenCount, mineInDoubt, together } from "../seatmap/state.js";
import { notice, refusal, taken } from "./refusals.js";
import { givenBack, heldForYou, holdEnded, picked, unpicked } from "./sentences.js";
import { hearOfOwnSeats } from "./windows.js";

/** @import { Problem } from "../lib/api.js" */
/** @import { ServerClock } from "../lib/clock.js" */
/** @import { Show } from "../lib/messages.js" */
/** @import { Connection } from "../live/connection.js" */
/** @import { Delta, Failure, Held, Notice, Ref, Refused, Released, ServerMessage, Snapshot, Yours } from "../live/protocol.js" */
/** @import { State } from "../seatmap/state.js" */
/** @import { Page } from "./page.js" */

/**
 * @typedef {object} Parts
 * @property {State} state
 * @property {Pick<Page, "show" | "most" | "bookings"> & {paths: Pick<Page["paths"], "lock" | "release">}} page
 * @property {ServerClock} clock
 * @property {Pick<Connection, "send" | "resync" | "reconnect">} connection
 * @property {Show} say shows the visitor a sentence
 * @property {(sentence: string) => void} announce for screen readers alone
 */

const ANSWER_MS = 10_000; // after so long no answer is expected
const LOST = new Set(["seat_unavailable", "unknown_seat"]); // refusals whose seats cannot be had
const GOOD_NEWS = new Set(["booking_confirmed", "seats_offered"]); // of the notices

export class Flow {
  /** Waits for the answer to a request for a hold. @type {number | undefined} */
  #answerTimer;
  /** The refs of requests to give seats back. @type {Set<Ref | undefined>} */
  #releases = new Set();

  /** @param {Parts} parts */
  constructor({ state, page, clock, connection, say, announce }) {
    this.state = state;
    this.page = page;
    this.clock = clock;
    this.connection = connection;
    this.say = say;
    this.announce = announce;
  }

  // ------------------------------------------------------------------------------------ from the server
  /** @param {ServerMessage} message */
  receive(message) {
    if ("now" in message && message.now) this.clock.learn(message.now);
    switch (message.type) {
      case "snapshot":
        return this.#onSnapshot(message);
      case "delta":
        return this.#onDelta(message);
      case "heartbeat":
        if (change.applyHeartbeat(this.state, message) === "gap") this.connection.resync();
        return;
      case "held":
        return this.#onHeld(message);
      case "refused":
        return this.#onRefused(message);
      case "released":
        return this.#onReleased(message);
      case "expired":
        change.givenUp(this.state, message.seats);
        return this.#sayHoldEnded(message.seats);
      case "yours":
        return this.#onYours(message);
      case "notice":
        return this.#onNotice(message);
      case "error":
        return this.#onError(message);
    }
  }

  /** @param {Snapshot} message */
  #onSnapshot(message) {
    const before = this.state.mine;
    if (change.applySnapshot(this.state, message) === "mismatch") {
      this.say("bad", gettext("This hall has changed. Load the page again to see it."), { key: "reload" });
      return;
    }
    if (message.mine !== undefined && before && !this.state.mine) this.#sayHoldEnded([...before.seats]);
    this.#sayLosses();
  }

  /** @param {Delta} message */
  #onDelta(message) {
    const answer = change.applyDelta(this.state, message);
    if (answer === "gap") this.connection.resync();
    if (answer !== "applied") return;
    if (mineInDoubt(this.state, message.changes)) this.connection.resync();
    this.#sayLosses();
  }

  /** @param {Held} message */
  #onHeld({ ref, seats, expires_at: expiresAt }) {
    if (ref !== undefined && this.state.asked && ref !== this.state.asked.ref) return;
    this.#granted(seats, expiresAt);
  }

  /** @param {Refused} message */
  #onRefused({ ref, code, seats }) {
    if (this.#releases.delete(ref)) this.say("bad", refusal(code, seats || [], this.page), { key: "refused" });
    else if (this.state.asked?.ref === ref) this.#refused(code, seats || []);
  }

  /** @param {Released} message */
  #onReleased({ ref, seats }) {
    this.#releases.delete(ref);
    change.givenUp(this.state, seats);
    if (seats.length) this.say("info", givenBack(seats), { key: "hold" });
  }

  /** @param {Yours} message */
  #onYours(message) {
    const { state, say, connection, page } = this;
    const busy = message.what === "held" ? state.asked !== null : this.#releases.size > 0;
    hearOfOwnSeats(message, { state, say, busy, bookings: page.bookings, reconnect: () => connection.reconnect() });
  }

  /** @param {Notice} message */
  #onNotice({ code, detail }) {
    if (code === "show_closed" || code === "show_cancelled") change.closeSale(this.state);
    const link = code === "booking_confirmed" ? { href: this.page.bookings, label: gettext("See my bookings") } : null;
    this.say(GOOD_NEWS.has(code) ? "good" : "warn", notice(code, detail), { key: `notice-${code}`, link });
  }

  /** @param {Failure} message */
  #onError({ code, detail }) {
    if (this.state.asked) this.#refused(code, []);
    else this.say("bad", detail || refusal(code, [], this.page), { key: "refused" });
  }

  // ------------------------------------------------------------------------------------ from the visitor
  /** @param {string} id */
  choose(id) {
    if (!this.state.open) {
      this.say("warn", gettext("Seats of this show are not on sale."), { key: "closed" });
      return;
    }
    const ids = together(this.state, id);
    const seats = listed(ids);
    switch (change.toggle(this.state, id, this.page.most)) {
      case "picked":
        return this.announce(picked(ids, chosenCount(this.state)));
      case "dropped":
        return this.announce(unpicked(ids, chosenCount(this.state)));
      case "full":
        return this.say("warn", refusal("too_many_seats", [], this.page), { key: "pick" });
      case "taken":
        return this.say("warn", gettext("{seats} cannot be booked. Choose another seat.", { seats }), { key: "pick" });
      case "mine":
        return this.say("info", gettext("{seat} is held for you already.", { seat: id }), { key: "pick" });
    }
  }

  /** @param {string[]} ids */
  letGo(ids) {
    change.unpick(this.state, ids);
    this.announce(unpicked(ids, chosenCount(this.state)));
  }

  /**
   * Seats that the server proposed instead of what was picked; whether they could be picked.
   * @param {string[]} ids
   */
  propose(ids) {
    const answer = change.pickOnly(this.state, ids, this.page.most);
    if (answer === "full") this.say("warn", refusal("too_many_seats", [], this.page), { key: "pick" });
    if (answer === "taken") this.say("warn", gettext("These seats were just taken. Ask again."), { key: "pick" });
    return answer === "picked";
  }

  /** Asks for the picks to be held: by the socket, or over HTTP where there is none. */
  async proceed() {
    if (this.state.asked || !this.state.picked.size) return;
    const ref = freshKey();
    const seats = change.ask(this.state, ref);
    if (this.connection.send(hold(ref, seats))) {
      this.#answerTimer = setTimeout(() => this.#unanswered(ref), ANSWER_MS);
      return;
    }
    try {
      /** @type {{seats: string[], expires_at: string}} */
      const answer = await post(this.page.paths.lock, { show: this.page.show, seats, key: ref });
      this.#granted(answer.seats, answer.expires_at);
    } catch (error) {
      this.#failed(problemOf(error));
    }
  }

  /**
   * Gives seats of the running hold back.
   * @param {string[]} ids
   */
  async giveBack(ids) {
    const seats = [...new Set(ids.flatMap((id) => together(this.state, id)))];
    const ref = freshKey();
    this.#releases.add(ref);
    if (this.connection.send(release(ref, seats))) return;
    try {
      /** @type {{released: string[]}} */
      const { released } = await post(this.page.paths.release, { show: this.page.show, seats });
      this.receive({ type: "released", ref, seats: released });
    } catch (error) {
      this.#releases.delete(ref);
      this.say("bad", problemOf(error).message, { key: "refused" });
    }
  }

  /** The countdown is over; waits a moment for the server's message, then asks for it. */
  timeIsUp() {
    setTimeout(() => {
      const { mine } = this.state;
      if (!mine || this.clock.secondsUntil(mine.expiresAt) > 0) return;
      change.givenUp(this.state, [...mine.seats]);
      this.#sayHoldEnded([...mine.seats]);
      this.connection.resync();
    }, 2_000);
  }

  /** The socket is gone: an answer that was awaited will not come over it. */
  connectionLost() {
    if (this.#answerTimer === undefined) return;
    this.#stopWaiting();
    change.refused(this.state);
    const sentence = gettext(
      "The connection broke while your seats were being held. If they are yours, they show as held for you once it is back.",
    );
    this.say("warn", sentence, { key: "refused" });
  }

  // ---------------------------------------------------------------------------------------------- within
  /**
   * @param {string[]} seats
   * @param {string} expiresAt
   */
  #granted(seats, expiresAt) {
    this.#stopWaiting();
    change.granted(this.state, seats, expiresAt);
    this.say("good", heldForYou(seats), { key: "hold" });
    this.#sayLosses();
  }

  /**
   * @param {string} code
   * @param {string[]} seats
   */
  #refused(code, seats) {
    this.#stopWaiting();
    change.refused(this.state, LOST.has(code) ? seats : []);
    this.say("bad", refusal(code, seats, this.page), { key: "refused" });
    this.#sayLosses();
  }

  /** @param {Problem} problem */
  #failed(problem) {
    if (problem.status) {
      this.#refused(problem.code, problem.seats);
      return;
    }
    change.refused(this.state);
    this.say("bad", problem.message, { key: "refused" });
  }

  /** @param {string} ref */
  #unanswered(ref) {
    if (this.state.asked?.ref !== ref) return;
    this.#refused("no_answer", []);
    this.connection.resync();
  }

  #stopWaiting() {
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
  }

  #sayLosses() {
    const lost = change.dropLost(this.state);
    if (lost.length) this.say("warn", taken(lost), { key: `lost-${lost[0]}` });
  }

  /** @param {string[]} seats */
  #sayHoldEnded(seats) {
    if (seats.length) this.say("warn", holdEnded(seats), { key: "hold" });
  }
}
