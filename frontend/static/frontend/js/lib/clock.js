// The server's clock, as well as it can be known from here, and a countdown that follows it.
// A hold ends when the server says so; the visitor's own clock may be minutes off.

const SAMPLES = 6;

/**
 * Learns the server's time from the `now` of its messages. A message is late by its way through the network,
 * never early, so of the last few samples the one furthest ahead is the best.
 */
export class ServerClock {
  /** Milliseconds that the server's clock was ahead of ours, one for each of the last messages. @type {number[]} */
  #offsets = [];
  #local;

  /** @param {() => number} local this machine's time, in milliseconds since 1970 */
  constructor(local = Date.now) {
    this.#local = local;
  }

  /** @param {string} now ISO 8601 in UTC; anything else is ignored */
  learn(now) {
    const server = Date.parse(now);
    if (Number.isNaN(server)) return;
    this.#offsets.push(server - this.#local());
    if (this.#offsets.length > SAMPLES) this.#offsets.shift();
  }

  /** Forgets its samples: after a sleep the machine's clock may have been set. */
  forget() {
    this.#offsets = [];
  }

  /** Milliseconds since 1970 by the server. Before the first sample: this machine's own. */
  now() {
    return this.#local() + (this.#offsets.length ? Math.max(...this.#offsets) : 0);
  }

  /**
   * Whole seconds from now to a time, the nearest, at least 0: what is known is always a little late.
   * @param {string} time ISO 8601
   */
  secondsUntil(time) {
    return Math.max(0, Math.round((Date.parse(time) - this.now()) / 1000));
  }
}

/**
 * "4:05"; an hour and more as "1:04:05".
 * @param {number} seconds
 */
export function minutesAndSeconds(seconds) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** Calls `onTick(seconds left)` at once and then as seconds pass, and `onEnd()` once at zero. */
export class Countdown {
  /** @type {number | undefined} */
  #timer;
  /** The time it runs towards, ISO 8601; null while it stands still. @type {string | null} */
  until = null;

  /**
   * @param {ServerClock} clock
   * @param {{onTick: (left: number) => void, onEnd: () => void}} on
   */
  constructor(clock, { onTick, onEnd }) {
    this.clock = clock;
    this.onTick = onTick;
    this.onEnd = onEnd;
  }

  /**
   * Starts; another start replaces it.
   * @param {string} until ISO 8601
   */
  start(until) {
    this.stop();
    this.until = until;
    this.#tick(until, null);
  }

  stop() {
    clearTimeout(this.#timer);
    this.until = null;
  }

  /**
   * @param {string} until
   * @param {number | null} before the seconds of the last tick
   */
  #tick(until, before) {
    const left = this.clock.secondsUntil(until);
    if (left !== before) this.onTick(left);
    if (this.until === null) return; // onTick may have stopped it
    if (left > 0) this.#timer = setTimeout(() => this.#tick(until, left), 250);
    else {
      this.stop();
      this.onEnd();
    }
  }
}
