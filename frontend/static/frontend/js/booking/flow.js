// From a pick to a booking: what each message of the server and each wish of the visitor does to the state, and
// what the visitor is told. Picking holds nothing; only proceeding asks the server.

import { Problem, freshKey, post } from "../lib/api.js";
import { gettext, listed, ngettext } from "../lib/text.js";
import { hold, release } from "../live/protocol.js";
import * as seats from "../seatmap/state.js";
import { notice, refusal } from "./refusals.js";

const ANSWER_MS = 10_000; // after so long an answer will not come
const LOST = new Set(["seat_unavailable", "unknown_seat"]); // refusals whose seats cannot be had
const GOOD_NEWS = new Set(["booking_confirmed", "seats_offered"]); // of the notices

export class Flow {
  #asking = null; // the timer that waits for an answer
  #releases = new Map(); // ref → seats on their way back
  #attempt = null; // {body, key} of the last try to create the booking

  /**
   * `page` is what the server wrote into the page; `changed()` is called whenever the state did change, and
   * `say(kind, sentence, options)` tells the visitor; `murmur(sentence)` is for screen readers alone.
   */
  constructor({ state, page, clock, connection, changed, say, murmur }) {
    Object.assign(this, { state, page, clock, connection, changed, say, murmur, open: page.open });
  }

  // ------------------------------------------------------------------------------------ from the server
  receive(message) {
    if (message.now) this.clock.learn(message.now);
    this[`on_${message.type}`]?.(message);
    this.changed();
  }

  on_snapshot(message) {
    const had = this.state.mine;
    if (seats.applySnapshot(this.state, message) === "mismatch") {
      this.say("bad", gettext("This hall has changed. Load the page again to see it."), { key: "reload" });
      return;
    }
    if (message.mine !== undefined && had && !this.state.mine) this.#holdEnded([...had.seats]);
    this.#tellLosses();
  }

  on_delta(message) {
    const answer = seats.applyDelta(this.state, message);
    if (answer === "gap") this.connection.resync();
    if (answer !== "applied") return;
    if (seats.mineInDoubt(this.state, message.changes)) this.connection.resync();
    this.#tellLosses();
  }

  on_heartbeat(message) {
    if (seats.applyHeartbeat(this.state, message) === "gap") this.connection.resync();
  }

  on_held({ ref, seats: held, expires_at: expiresAt }) {
    if (ref !== undefined && this.state.asked && ref !== this.state.asked.ref) return;
    this.#granted(held, expiresAt);
  }

  on_refused({ ref, code, seats: named }) {
    if (this.#releases.delete(ref)) this.say("bad", refusal(code, named || [], this.page), { key: "refused" });
    else if (this.state.asked?.ref === ref) this.#refused(code, named || []);
  }

  on_released({ ref, seats: released }) {
    this.#releases.delete(ref);
    seats.givenUp(this.state, released);
    if (released.length)
      this.say(
        "info",
        ngettext("Seat {seats} was given back.", "Seats {seats} were given back.", released.length, {
          seats: listed(released),
        }),
        { key: "hold" },
      );
  }

  on_expired({ seats: gone }) {
    seats.givenUp(this.state, gone);
    this.#holdEnded(gone);
  }

  on_notice({ code, detail }) {
    if (code === "show_closed" || code === "show_cancelled") {
      this.open = false;
      seats.unpick(this.state, [...this.state.picked]);
    }
    const link = code === "booking_confirmed" ? { href: this.page.bookings, label: gettext("See my bookings") } : null;
    this.say(GOOD_NEWS.has(code) ? "good" : "warn", notice(code, detail), { key: `notice-${code}`, link });
  }

  on_error({ code, detail }) {
    if (this.state.asked) this.#refused(code, []);
    else this.say("bad", detail || refusal(code, [], this.page), { key: "refused" });
  }

  // ------------------------------------------------------------------------------------ from the visitor
  choose(id) {
    if (!this.open) {
      this.say("warn", gettext("Seats of this show are not on sale."), { key: "closed" });
      return;
    }
    const ids = seats.together(this.state, id);
    const answer = seats.toggle(this.state, id, this.page.most);
    if (answer === "picked")
      this.murmur(
        this.#summary(ngettext("{seats} picked.", "{seats} picked together.", ids.length, { seats: listed(ids) })),
      );
    if (answer === "dropped") this.murmur(this.#summary(gettext("{seats} let go.", { seats: listed(ids) })));
    if (answer === "full") this.say("warn", refusal("too_many_seats", [], this.page), { key: "pick" });
    if (answer === "taken")
      this.say("warn", gettext("{seats} cannot be had. Choose another seat.", { seats: listed(ids) }), { key: "pick" });
    if (answer === "mine") this.say("info", gettext("{seat} is held for you already.", { seat: id }), { key: "pick" });
    this.changed();
  }

  letGo(ids) {
    seats.unpick(this.state, ids);
    this.murmur(this.#summary(gettext("{seats} let go.", { seats: listed(ids) })));
    this.changed();
  }

  /** Seats that the server proposed instead of what was picked; whether they could be picked. */
  propose(ids) {
    const answer = seats.pickOnly(this.state, ids, this.page.most);
    if (answer === "full") this.say("warn", refusal("too_many_seats", [], this.page), { key: "pick" });
    if (answer === "taken") this.say("warn", gettext("These seats were just taken. Ask again."), { key: "pick" });
    this.changed();
    return answer === "picked";
  }

  /** Asks for the picks to be held: by the socket, or over HTTP where there is none. */
  async proceed() {
    if (this.state.asked || !this.state.picked.size) return;
    const ref = freshKey();
    const wanted = seats.ask(this.state, ref);
    this.changed();
    if (this.connection.send(hold(ref, wanted))) {
      this.#asking = setTimeout(() => this.#unanswered(ref), ANSWER_MS);
      return;
    }
    try {
      const answer = await post(this.page.paths.lock, { show: this.page.show, seats: wanted });
      this.#granted(answer.seats, answer.expires_at);
    } catch (problem) {
      this.#failed(problem);
    }
    this.changed();
  }

  /** Gives seats of the running hold back. */
  async giveBack(ids) {
    const all = [...new Set(ids.flatMap((id) => seats.together(this.state, id)))];
    const ref = freshKey();
    if (this.connection.send(release(ref, all))) {
      this.#releases.set(ref, all);
      return;
    }
    try {
      const { released } = await post(this.page.paths.release, { show: this.page.show, seats: all });
      this.receive({ type: "released", ref, seats: released });
    } catch (problem) {
      this.say("bad", problem.message, { key: "refused" });
    }
  }

  /** Makes the booking of the hold. Answers with its id, or raises Problem after telling what a hold lost. */
  async book(contact) {
    const body = { show: this.page.show, ...contact };
    // The same words under the same key: a try whose answer was lost is not a second booking.
    if (this.#attempt?.body !== JSON.stringify(body)) this.#attempt = { body: JSON.stringify(body), key: freshKey() };
    try {
      const { id } = await post(this.page.paths.create, body, { "Idempotency-Key": this.#attempt.key });
      return id;
    } catch (problem) {
      if (problem.status === 409 || problem.status === 410) {
        this.#attempt = null;
        this.say("bad", refusal(problem.code, problem.seats, this.page), { key: "refused" });
        this.connection.resync();
      }
      throw problem;
    }
  }

  /** The countdown is over; the server's own word is awaited a moment, then asked for. */
  timeIsUp() {
    setTimeout(() => {
      if (!this.state.mine || this.clock.secondsUntil(this.state.mine.expiresAt) > 0) return;
      const gone = [...this.state.mine.seats];
      seats.givenUp(this.state, gone);
      this.#holdEnded(gone);
      this.connection.resync();
      this.changed();
    }, 2_000);
  }

  /** The socket is gone: an answer that was awaited will not come over it. */
  connectionLost() {
    if (this.#asking === null) return;
    this.#stopWaiting();
    seats.refused(this.state);
    this.say(
      "warn",
      gettext(
        "The connection broke while your seats were asked for. If they are yours, they show as held for you once it is back.",
      ),
      { key: "refused" },
    );
    this.changed();
  }

  // ---------------------------------------------------------------------------------------------- within
  #granted(held, expiresAt) {
    this.#stopWaiting();
    seats.granted(this.state, held, expiresAt);
    this.say(
      "good",
      ngettext("Seat {seats} is held for you.", "Seats {seats} are held for you.", held.length, {
        seats: listed(held),
      }),
      { key: "hold" },
    );
    this.#tellLosses();
  }

  #refused(code, named) {
    this.#stopWaiting();
    seats.refused(this.state, LOST.has(code) ? named : []);
    this.say("bad", refusal(code, named, this.page), { key: "refused" });
    this.#tellLosses();
  }

  #failed(problem) {
    if (problem instanceof Problem && problem.status) this.#refused(problem.code, problem.seats);
    else {
      seats.refused(this.state);
      this.say("bad", problem.message, { key: "refused" });
    }
  }

  #unanswered(ref) {
    if (this.state.asked?.ref !== ref) return;
    this.#refused("no_answer", []);
    this.connection.resync();
    this.changed();
  }

  #stopWaiting() {
    clearTimeout(this.#asking);
    this.#asking = null;
  }

  #tellLosses() {
    const lost = seats.dropLost(this.state);
    if (!lost.length) return;
    this.say(
      "warn",
      ngettext(
        "Seat {seats} was just taken by somebody else. Choose another one.",
        "Seats {seats} were just taken by somebody else. Choose others.",
        lost.length,
        { seats: listed(lost) },
      ),
      { key: `lost-${lost[0]}` },
    );
  }

  #holdEnded(gone) {
    if (!gone.length) return;
    const names = { seats: listed(gone) };
    this.say(
      "warn",
      ngettext(
        "Your time for seat {seats} is over, it is open to everybody again. Choose it once more if it is still free.",
        "Your time for seats {seats} is over, they are open to everybody again. Choose them once more if they are still free.",
        gone.length,
        names,
      ),
      { key: "hold" },
    );
  }

  #summary(start) {
    const count = seats.chosenCount(this.state);
    return `${start} ${ngettext("{count} seat chosen.", "{count} seats chosen.", count)}`;
  }
}
