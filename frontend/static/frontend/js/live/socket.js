// One socket that reconnects: it connects, notices silence, and comes back with full-jitter backoff. Every live page uses
// it. What the messages mean is not its business; it hands checked messages on.

const STOP = [4400, 4401, 4404]; // docs/protocol.md: coming back would not help
const WAITS = { first: 500, longest: 20_000 };
const BUSY_WAIT_MS = 4_000; // 1013 and 4429: the server asked for room

/** @typedef {"connecting" | "open" | "waiting" | "stopped"} SocketStatus */

/**
 * `first`: the most to wait before the first new attempt; the limit doubles each time, up to `longest`. Milliseconds.
 * @typedef {{first: number, longest: number}} Waits
 */

/**
 * `code` is the close code where there was one, otherwise 0.
 * @template Message
 * @typedef {{onMessage: (message: Message) => void, onStatus: (status: SocketStatus, code: number) => void}} Handlers
 */

/**
 * @template Message
 * @typedef {object} SocketOptions
 * @property {(frame: string) => Message | null} parse the message in a frame, null for one to pass over
 * @property {() => object} [ping] what asks a server whether it is still there, for a page that comes to the front
 * @property {number} [silence] milliseconds after which a silent connection counts as broken; by default none does
 * @property {number[]} [stop] close codes after which coming back would not help
 * @property {Waits} [waits]
 * @property {typeof WebSocket} [Socket]
 * @property {() => number} [random]
 */

/**
 * How long to wait before attempt number `attempt` (from 0): uniform between 0 and a limit that doubles.
 * @param {number} attempt
 * @param {number} code
 * @param {() => number} random
 * @param {Waits} waits
 */
export function backoff(attempt, code = 0, random = Math.random, waits = WAITS) {
  const first = code === 1013 || code === 4429 ? BUSY_WAIT_MS : waits.first;
  return random() * Math.min(waits.longest, first * 2 ** Math.min(attempt, 10));
}

/**
 * The address of a socket on our own server.
 * @param {string} path
 */
export function socketAddress(path) {
  const address = new URL(path, window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}

/**
 * Use `start()`, `send()`, `stop()`.
 * @template Message
 */
export class LiveSocket {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  /** @type {number | undefined} */
  #retry;
  /** @type {number | undefined} */
  #watchdog;
  #stopped = false;
  #stop;

  /**
   * @param {string} address
   * @param {Handlers<Message>} handlers
   * @param {SocketOptions<Message>} options
   */
  constructor(address, handlers, options) {
    this.address = address;
    this.handlers = handlers;
    this.options = options;
    this.#stop = new Set(options.stop ?? STOP);
  }

  start() {
    this.#stopped = false;
    this.#connect();
    globalThis.addEventListener?.("online", this.#reconnectNow);
    globalThis.document?.addEventListener("visibilitychange", this.#checkConnection);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
    globalThis.removeEventListener?.("online", this.#reconnectNow);
    globalThis.document?.removeEventListener("visibilitychange", this.#checkConnection);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /**
   * Whether it went out; on a closed socket nothing is queued, since by the next opening it may be wrong.
   * @param {object} message
   */
  send(message) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** A new connection at once: who we are has changed, and the server reads that when a connection begins. */
  reconnect() {
    if (this.#stopped) return;
    const old = this.#socket;
    this.#socket = null;
    old?.close(1000);
    this.#connect();
  }

  get isOpen() {
    return this.#socket?.readyState === 1;
  }

  #connect() {
    clearTimeout(this.#retry);
    this.handlers.onStatus("connecting", 0);
    const Socket = this.options.Socket ?? globalThis.WebSocket;
    /** @type {WebSocket} */
    let socket;
    try {
      socket = new Socket(this.address);
    } catch {
      this.#closed(null, 0);
      return;
    }
    this.#socket = socket;
    const isCurrent = () => socket === this.#socket; // a socket given up is not listened to any more
    socket.onopen = () => isCurrent() && this.#opened();
    socket.onmessage = (event) => isCurrent() && this.#received(event.data);
    socket.onclose = (event) => isCurrent() && this.#closed(socket, event.code);
    this.#watch();
  }

  #opened() {
    this.#watch();
    this.handlers.onStatus("open", 0);
  }

  /** @param {string} frame */
  #received(frame) {
    this.#watch();
    const message = this.options.parse(frame);
    if (message === null) return;
    this.#attempt = 0; // only a server that speaks counts as reached: a proxy may open and close at once
    this.handlers.onMessage(message);
  }

  /**
   * @param {WebSocket | null} socket
   * @param {number} code
   */
  #closed(socket, code) {
    if (socket !== null) this.#socket = null;
    clearTimeout(this.#watchdog);
    if (this.#stopped) return;
    if (this.#stop.has(code)) {
      this.stop();
      this.handlers.onStatus("stopped", code);
      return;
    }
    const wait = backoff(this.#attempt, code, this.options.random, this.options.waits);
    this.#attempt += 1;
    this.handlers.onStatus("waiting", code);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #watch() {
    clearTimeout(this.#watchdog);
    if (this.options.silence === undefined) return;
    this.#watchdog = setTimeout(() => {
      const silent = this.#socket;
      this.#closed(silent, 1006);
      silent?.close();
    }, this.options.silence);
  }

  /** The network is back: no need to wait any longer. */
  #reconnectNow = () => {
    if (!this.#stopped && this.#socket === null) this.#connect();
  };

  /** A page that comes to the front may have slept through a broken connection: a ping finds out sooner. */
  #checkConnection = () => {
    if (globalThis.document.visibilityState !== "visible") return;
    const alive = this.options.ping ? this.send(this.options.ping()) : this.isOpen;
    if (!alive) this.#reconnectNow();
  };
}
