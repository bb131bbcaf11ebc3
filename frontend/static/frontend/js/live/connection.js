// How the map stays true: by the socket, and by asking every few seconds where no socket can be had (some
// networks let none through). Both speak in the protocol's messages, so nobody else has to know which it is.

import { getIfChanged } from "../lib/api.js";
import { hello, parse, ping } from "./protocol.js";
import { LiveSocket, socketAddress } from "./socket.js";

/** @import { ClientMessage, ServerMessage } from "./protocol.js" */
/** @import { SocketStatus } from "./socket.js" */

/** "asking": there is no socket, the map is asked for. @typedef {"connecting" | "live" | "waiting" | "asking" | "stopped"} Status */

/** GET /api/shows/<id>/seats/. @typedef {{show: number, epoch: string, seq: number, seats: Record<string, string>}} SeatStates */

/** `code` is the socket's close code where there is one. @typedef {{message: (message: ServerMessage) => void, status: (status: Status, code: number) => void}} Listeners */

const SILENCE_MS = 25_000; // two heartbeats and a half
const PATIENCE_MS = 8_000; // so long without a socket, and asking begins
const ASK_EVERY_MS = 5_000;
const HELLO_EVERY_MS = 1_000; // a gap is noticed with every delta, but one question is enough
const WELCOME_MS = 2_500; // a new socket is shown the map unasked; after so long we ask

export class Connection {
  /** @type {number | undefined} */
  #poll;
  /** @type {number | undefined} */
  #patience;
  /** @type {number | undefined} */
  #welcome;
  #askedAt = -Infinity;
  /** @type {string | null} */
  #etag = null;

  /**
   * @param {{socket: string, seats: string}} paths
   * @param {string[]} order the layout's seat ids
   * @param {() => {epoch: string | null, seq: number}} position what of the map is known
   * @param {Listeners} on
   */
  constructor({ socket, seats }, order, position, on) {
    this.seatsPath = seats;
    this.order = order;
    this.position = position;
    this.on = on;
    /** @type {LiveSocket<ServerMessage>} */
    this.socket = new LiveSocket(
      socketAddress(socket),
      {
        onMessage: (message) => this.#received(message),
        onStatus: (status, code) => this.#status(status, code),
      },
      { parse, ping, silence: SILENCE_MS },
    );
  }

  start() {
    this.socket.start();
  }

  stop() {
    clearTimeout(this.#welcome);
    this.socket.stop();
    this.#stopAsking();
  }

  /**
   * Whether it went out.
   * @param {ClientMessage} message
   */
  send(message) {
    return this.socket.send(message);
  }

  /** Something is missing or in doubt: the server is asked for the whole truth. */
  resync() {
    const now = Date.now();
    if (now - this.#askedAt < HELLO_EVERY_MS) return;
    this.#askedAt = now;
    if (!this.send(hello())) this.#ask();
  }

  /** @param {ServerMessage} message */
  #received(message) {
    if (message.type === "snapshot") clearTimeout(this.#welcome);
    this.on.message(message);
  }

  /** Thousands come back at once after a restart: none of them asks for the map that is on its way already. */
  #greet() {
    clearTimeout(this.#welcome);
    this.#welcome = setTimeout(() => {
      const { epoch, seq } = this.position();
      this.send(hello(epoch, seq));
    }, WELCOME_MS);
  }

  /**
   * @param {SocketStatus} status
   * @param {number} code
   */
  #status(status, code) {
    if (status === "open") {
      this.#stopAsking();
      this.#greet();
      this.on.status("live", 0);
      return;
    }
    if (status === "stopped") this.#stopAsking();
    else this.#patience ??= setTimeout(() => this.#beginAsking(), PATIENCE_MS);
    this.on.status(this.#poll !== undefined && status !== "stopped" ? "asking" : status, code);
  }

  #beginAsking() {
    this.on.status("asking", 0);
    this.#poll = setInterval(() => this.#ask(), ASK_EVERY_MS);
    this.#ask();
  }

  #stopAsking() {
    clearTimeout(this.#patience);
    clearInterval(this.#poll);
    this.#patience = undefined;
    this.#poll = undefined;
    this.#etag = null;
  }

  async #ask() {
    try {
      /** @type {{etag: string | null, body: SeatStates | null}} */
      const { etag, body } = await getIfChanged(this.seatsPath, this.#etag);
      if (body === null || this.socket.isOpen) return; // unchanged, or the socket knows better by now
      this.#etag = etag;
      const states = this.order.map((id) => (body.seats[id] || "blocked")[0]).join("");
      this.on.message({ type: "snapshot", show: body.show, epoch: body.epoch, seq: body.seq, states });
    } catch {
      // No answer is no news: the light already says that there is no connection.
    }
  }
}
