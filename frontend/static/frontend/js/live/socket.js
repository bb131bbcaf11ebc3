// One socket that stays: it connects, notices silence, and comes back with full-jitter backoff.
// What the messages mean is not its business; it hands checked messages on.

import { parse, ping } from "./protocol.js";

const STOP = new Set([4400, 4401, 4404]); // contract, section 5: coming back would not help
const SILENCE_MS = 25_000; // two heartbeats and a half
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const BUSY_WAIT_MS = 4_000; // 1013 and 4429: the server asked for room

/** How long to wait before attempt number `attempt` (from 0): uniform between 0 and a doubling cap. */
export function backoff(attempt, code = 0, random = Math.random) {
  const first = code === 1013 || code === 4429 ? BUSY_WAIT_MS : FIRST_WAIT_MS;
  return random() * Math.min(LONGEST_WAIT_MS, first * 2 ** Math.min(attempt, 10));
}

/**
 * `handlers`: onMessage(message) and onStatus(status, code) with status "connecting" | "open" | "waiting" |
 * "stopped". Use `start()`, `send()`, `stop()`.
 */
export class LiveSocket {
  #socket = null;
  #attempt = 0;
  #retry = null;
  #watchdog = null;
  #stopped = false;

  constructor(address, handlers, { Socket = globalThis.WebSocket, random = Math.random } = {}) {
    Object.assign(this, { address, handlers, Socket, random });
  }

  start() {
    this.#stopped = false;
    this.#connect();
    globalThis.addEventListener?.("online", this.#hurry);
    globalThis.document?.addEventListener("visibilitychange", this.#look);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
    globalThis.removeEventListener?.("online", this.#hurry);
    globalThis.document?.removeEventListener("visibilitychange", this.#look);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** Whether it went out; on a closed socket nothing is queued, since by the next opening it may be wrong. */
  send(message) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  get isOpen() {
    return this.#socket?.readyState === 1;
  }

  #connect() {
    clearTimeout(this.#retry);
    this.handlers.onStatus("connecting", 0);
    let socket;
    try {
      socket = new this.Socket(this.address);
    } catch {
      this.#closed(null, 0);
      return;
    }
    this.#socket = socket;
    const mine = (act) => (event) => socket === this.#socket && act(event); // a socket given up says nothing more
    socket.onopen = mine(() => {
      this.#watch();
      this.handlers.onStatus("open", 0);
    });
    socket.onmessage = mine((event) => this.#received(event.data));
    socket.onclose = mine((event) => this.#closed(socket, event.code));
    this.#watch();
  }

  #received(frame) {
    this.#watch();
    const message = parse(frame);
    if (message === null) return;
    this.#attempt = 0; // only a server that speaks counts as reached: a proxy may open and close at once
    this.handlers.onMessage(message);
  }

  #closed(socket, code) {
    if (socket !== null) this.#socket = null;
    clearTimeout(this.#watchdog);
    if (this.#stopped) return;
    if (STOP.has(code)) {
      this.stop();
      this.handlers.onStatus("stopped", code);
      return;
    }
    const wait = backoff(this.#attempt, code, this.random);
    this.#attempt += 1;
    this.handlers.onStatus("waiting", code);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      const silent = this.#socket;
      this.#closed(silent, 1006);
      silent?.close();
    }, SILENCE_MS);
  }

  /** The network is back: no need to sit out the wait. */
  #hurry = () => {
    if (!this.#stopped && this.#socket === null) this.#connect();
  };

  /** A page that comes to the front may have slept through a broken connection: a ping finds out sooner. */
  #look = () => {
    if (globalThis.document.visibilityState !== "visible") return;
    if (!this.send(ping())) this.#hurry();
  };
}
