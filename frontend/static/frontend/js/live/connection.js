// How the map stays true: by the socket, and by asking every few seconds where no socket can be had (some
// networks let none through). Both speak in the protocol's messages, so nobody else has to know which it is.

import { getIfChanged } from "../lib/api.js";
import { hello } from "./protocol.js";
import { LiveSocket } from "./socket.js";

const PATIENCE_MS = 8_000; // so long without a socket, and asking begins
const ASK_EVERY_MS = 5_000;
const HELLO_EVERY_MS = 1_000; // a gap is noticed with every delta, but one question is enough
const WELCOME_MS = 2_500; // a new socket is shown the map unasked; after so long we ask

export class Connection {
  #poll = null;
  #patience = null;
  #welcome = null;
  #askedAt = -Infinity;
  #etag = null;

  /**
   * `on.message(message)` and `on.status(status, code)`: "connecting", "live", "waiting", "asking" (no
   * socket, polling), "stopped". `position()` answers `{epoch, seq}` of what is known; `order` is the layout's
   * seat ids.
   */
  constructor({ socket, seats }, order, position, on) {
    Object.assign(this, { seatsPath: seats, order, position, on });
    this.socket = new LiveSocket(webSocketAddress(socket), {
      onMessage: (message) => this.#received(message),
      onStatus: (status, code) => this.#status(status, code),
    });
  }

  start() {
    this.socket.start();
  }

  stop() {
    clearTimeout(this.#welcome);
    this.socket.stop();
    this.#stopAsking();
  }

  /** Whether it went out. */
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

  #status(status, code) {
    if (status === "open") {
      this.#stopAsking();
      this.#greet();
      this.on.status("live", 0);
      return;
    }
    if (status === "stopped") this.#stopAsking();
    else this.#patience ??= setTimeout(() => this.#beginAsking(), PATIENCE_MS);
    this.on.status(this.#poll && status !== "stopped" ? "asking" : status, code);
  }

  #beginAsking() {
    this.on.status("asking", 0);
    this.#poll = setInterval(() => this.#ask(), ASK_EVERY_MS);
    this.#ask();
  }

  #stopAsking() {
    clearTimeout(this.#patience);
    clearInterval(this.#poll);
    this.#patience = this.#poll = this.#etag = null;
  }

  async #ask() {
    try {
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

function webSocketAddress(path) {
  const address = new URL(path, window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
