// How the map stays up to date: by the socket, and by polling where no socket can be opened (some networks let none
// through). Both deliver the protocol's messages, so the rest of the page does not know which it is.

import { getIfChanged } from "../lib/api.js";
import { hello, parse, ping } from "./protocol.js";
import { LiveSocket, socketAddress } from "./socket.js";

/** @import { ClientMessage, ServerMessage } from "./protocol.js" */
/** @import { SocketStatus } from "./socket.js" */

/** "asking": there is no socket, the map is polled. @typedef {"connecting" | "live" | "waiting" | "asking" | "stopped"} Status */

/** GET /api/shows/<id>/seats/. @typedef {{show: number, epoch: string, seq: number, seats: Record<string, string>}} SeatStates */

/** `code` is the socket's close code where there is one. @typedef {{message: (message: ServerMessage) => void, status: (status: Status, code: number) => void}} Listeners */

const SILENCE_MS = 25_000; // two heartbeats and a half
const POLL_AFTER_MS = 8_000; // without a socket for so long, polling begins
const POLL_MS = 5_000;
const HELLO_EVERY_MS = 1_000; // a gap is noticed with every delta, but one request is enough
const WELCOME_MS = 2_500; // a new socket gets the map unasked; after so long we ask

export class Connection {
  /** @type {number | undefined} */
  #poll;
  /** @type {number | undefined} */
  #pollTimer;
  /** @type {number | undefined} */
  #welcome;
  #resyncedAt = -Infinity;
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
    this.#stopPolling();
  }

  /** As somebody else: the browser has signed in. */
  reconnect() {
    this.socket.reconnect();
  }

  /**
   * Whether it went out.
   * @param {ClientMessage} message
   */
  send(message) {
    return this.socket.send(message);
  }

  /** Something is missing or in doubt: asks the server for the whole map. */
  resync() {
    const now = Date.now();
    if (now - this.#resyncedAt < HELLO_EVERY_MS) return;
    this.#resyncedAt = now;
    if (!this.send(hello())) this.#fetchMap();
  }

  /** @param {ServerMessage} message */
  #received(message) {
    if (message.type === "snapshot") clearTimeout(this.#welcome);
    this.on.message(message);
  }

  /** After a restart thousands come back at once: none of them should ask for a map that is on its way already. */
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
      this.#stopPolling();
      this.#greet();
      this.on.status("live", 0);
      return;
    }
    if (status === "stopped") this.#stopPolling();
    else this.#pollTimer ??= setTimeout(() => this.#beginPolling(), POLL_AFTER_MS);
    this.on.status(this.#poll !== undefined && status !== "stopped" ? "asking" : status, code);
  }

  #beginPolling() {
    this.on.status("asking", 0);
    this.#poll = setInterval(() => this.#fetchMap(), POLL_MS);
    this.#fetchMap();
  }

  #stopPolling() {
    clearTimeout(this.#pollTimer);
    clearInterval(this.#poll);
    this.#pollTimer = undefined;
    this.#poll = undefined;
    this.#etag = null;
  }

  async #fetchMap() {
    try {
      /** @type {{etag: string | null, body: SeatStates | null}} */
      const { etag, body } = await getIfChanged(this.seatsPath, this.#etag);
      if (body === null || this.socket.isOpen) return; // unchanged, or the socket knows better by now
      this.#etag = etag;
      const states = this.order.map((id) => (body.seats[id] || "blocked")[0]).join("");
      this.on.message({ type: "snapshot", show: body.show, epoch: body.epoch, seq: body.seq, states });
    } catch {
      // No answer changes nothing: the light already says that there is no connection.
    }
  }
}
