// The server's clock, as well as it can be known from here, and a countdown that follows it.
// A hold ends when the server says so; the visitor's own clock may be minutes off.

const SAMPLES = 6;

/**
 * Learns the server's time from the `now` of its messages. A message is late by its way through the network,
 * never early, so of the last few samples the one furthest ahead is the best.
 */
export class ServerClock {
  #offsets = [];
  #local;

  /** `local` answers this machine's time in milliseconds since 1970. */
  constructor(local = Date.now) {
    this.#local = local;
  }

  /** `now` is ISO 8601 in UTC; anything else is ignored. */
  learn(now) {
    const server = Date.parse(now);
    if (Number.isNaN(server)) return;
    this.#offsets.push(server - this.#local());
    if (this.#offsets.length > SAMPLES) this.#offsets.shift();
  }

  /** Forgets what it learnt: after a sleep the machine's clock may have been set. */
  forget() {
    this.#offsets = [];
  }

  /** Milliseconds since 1970 by the server. Before the first sample: this machine's own. */
  now() {
    return this.#local() + (this.#offsets.length ? Math.max(...this.#offsets) : 0);
  }

  /** Whole seconds from now to an ISO 8601 time, the nearest, at least 0: what is known is always a little late. */
  secondsUntil(time) {
    return Math.max(0, Math.round((Date.parse(time) - this.now()) / 1000));
  }
}

/** "4:05"; an hour and more as "1:04:05". */
export function minutesAndSeconds(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** Calls `onTick(seconds left)` at once and then as seconds pass, and `onEnd()` once at zero. */
export class Countdown {
  #timer = null;

  constructor(clock, { onTick, onEnd }) {
    Object.assign(this, { clock, onTick, onEnd, until: null });
  }

  /** Starts towards an ISO 8601 time; another start replaces it. */
  start(until) {
    this.stop();
    this.until = until;
    this.#tick(null);
  }

  stop() {
    clearTimeout(this.#timer);
    this.until = null;
  }

  #tick(before) {
    const left = this.clock.secondsUntil(this.until);
    if (left !== before) this.onTick(left);
    if (this.until === null) return; // onTick may have stopped it
    if (left > 0) this.#timer = setTimeout(() => this.#tick(left), 250);
    else {
      this.stop();
      this.onEnd();
    }
  }
}
