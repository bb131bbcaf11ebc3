// What travels on the sockets: frames in become checked messages, and the messages a viewer may send.
// The contracts are seating/asyncapi.yaml and docs/protocol.md; fields we do not know are allowed, so that the server
// may learn new ones.

/** A seat's state: available, held, sold or blocked. @typedef {"a" | "h" | "s" | "b"} Letter */
/** What an answer refers to: the `ref` of the request. @typedef {string | number | null} Ref */

/**
 * The whole map; `states` has one letter per seat, in the layout's order. Without `mine` it comes from the HTTP API,
 * which does not know who holds what; `mine: null` says that nothing is held.
 * @typedef {object} Snapshot
 * @property {"snapshot"} type
 * @property {number | string} show
 * @property {string} epoch
 * @property {number} seq
 * @property {string} states
 * @property {{seats: string[], expires_at: string} | null} [mine]
 * @property {number | null} [viewers]
 * @property {string | null} [now]
 */

/** What changed in `(from, to]`. @typedef {{type: "delta", from: number, to: number, changes: Record<string, Letter>}} Delta */

/** Every 10 seconds. @typedef {{type: "heartbeat", seq: number, viewers?: number | null, now?: string | null}} Heartbeat */

/**
 * One's own hold, all its seats. A guest's `token` is not used here: the page's cookie says who asks.
 * @typedef {{type: "held", ref?: Ref, seats: string[], expires_at: string, token?: string | null}} Held
 */

/**
 * Nothing was held or released; with "hold_unknown" it may be held after all. `retry_after` in seconds.
 * @typedef {{type: "refused", ref?: Ref, code: string, seats?: string[] | null, retry_after?: number | null}} Refused
 */

/** Given back as asked. @typedef {{type: "released", ref?: Ref, seats: string[]}} Released */

/** Seats of one's own whose hold ended by itself. @typedef {{type: "expired", seats: string[]}} Expired */

/**
 * What happened to seats of one's own in any window, and what is held now.
 * @typedef {object} Yours
 * @property {"yours"} type
 * @property {"held" | "released" | "paid" | "moved"} what
 * @property {string[]} seats
 * @property {{seats: string[], expires_at: string} | null} mine
 */

/** Something to show. @typedef {{type: "notice", code: string, detail?: string | null}} Notice */

/** What we sent was not understood. @typedef {{type: "error", code: string, detail?: string | null}} Failure */

/** The answer to a ping. @typedef {{type: "pong", now?: string | null}} Pong */

/**
 * Everything that the server sends to a viewer of a show.
 * @typedef {Snapshot | Delta | Heartbeat | Held | Refused | Released | Expired | Yours | Notice | Failure | Pong} ServerMessage
 */

/**
 * What a viewer may send.
 * @typedef {{type: "hello", epoch?: string, seq?: number | null} | {type: "hold", ref: string, seats: string[], key: string}
 *   | {type: "release", ref: string, seats: string[]} | {type: "ping"}} ClientMessage
 */

/** @typedef {{show: number, available: number, held: number, sold: number, blocked: number, lapsed: number, viewers: number}} Figures */
/** What the box office's socket sends: shows that have moved. @typedef {{type: "figures", shows: Figures[]}} BoardMessage */

/** @typedef {(value: unknown) => boolean} Check */
/** The checks of every type of message. @typedef {Record<string, Record<string, Check>>} Fields */

const isText = (/** @type {unknown} */ value) => typeof value === "string";
const isCount = (/** @type {unknown} */ value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isTime = (/** @type {unknown} */ value) => typeof value === "string" && !Number.isNaN(Date.parse(value));
const isNames = (/** @type {unknown} */ value) => Array.isArray(value) && value.every(isText);
const isShow = (/** @type {unknown} */ value) => isCount(value) || isText(value);
const isRef = (/** @type {unknown} */ value) => isText(value) || Number.isSafeInteger(value);
const isLetters = (/** @type {unknown} */ value) => typeof value === "string" && /^[ahsb]*$/.test(value);
const isLetter = (/** @type {unknown} */ value) => typeof value === "string" && /^[ahsb]$/.test(value);
const isChanges = (/** @type {unknown} */ value) => isPlain(value) && Object.values(value).every(isLetter);
const isMine = (/** @type {unknown} */ value) =>
  value === null || (isPlain(value) && isNames(value.seats) && isTime(value.expires_at));
const isHappening = (/** @type {unknown} */ value) => ["held", "released", "paid", "moved"].includes(String(value));
const isFigures = (/** @type {unknown} */ value) =>
  isPlain(value) &&
  ["show", "available", "held", "sold", "blocked", "lapsed", "viewers"].every((name) => isCount(value[name]));
const maybe = (/** @type {Check} */ check) => (/** @type {unknown} */ value) =>
  value === undefined || value === null || check(value);

/** @type {Fields} */
const SHOW = {
  snapshot: {
    show: isShow,
    epoch: isText,
    seq: isCount,
    states: isLetters,
    mine: isMine,
    viewers: maybe(isCount),
    now: maybe(isTime),
  },
  delta: { from: isCount, to: isCount, changes: isChanges },
  heartbeat: { seq: isCount, viewers: maybe(isCount), now: maybe(isTime) },
  held: { ref: maybe(isRef), seats: isNames, expires_at: isTime },
  refused: { ref: maybe(isRef), code: isText, seats: maybe(isNames), retry_after: maybe(isCount) },
  released: { ref: maybe(isRef), seats: isNames },
  expired: { seats: isNames },
  yours: { what: isHappening, seats: isNames, mine: isMine },
  notice: { code: isText, detail: maybe(isText) },
  error: { code: isText, detail: maybe(isText) },
  pong: { now: maybe(isTime) },
};

/** @type {Fields} */
const BOARD = { figures: { shows: (value) => Array.isArray(value) && value.every(isFigures) } };

/**
 * The message in a frame of a show's socket, or null when it is none that the contract knows. Never throws.
 * @param {string} frame
 */
export function parse(frame) {
  return /** @type {ServerMessage | null} */ (checkedMessage(frame, SHOW));
}

/**
 * The same for the box office's socket.
 * @param {string} frame
 */
export function parseBoard(frame) {
  return /** @type {BoardMessage | null} */ (checkedMessage(frame, BOARD));
}

/**
 * Asks for what was missed since (epoch, seq), or for a whole snapshot when there is nothing yet.
 * @param {string | null} epoch
 * @param {number | null} seq
 * @returns {ClientMessage}
 */
export function hello(epoch = null, seq = null) {
  return epoch === null ? { type: "hello" } : { type: "hello", epoch, seq };
}

/**
 * The `ref` is also the request's key: sent again, over HTTP too, it is the same request.
 * @param {string} ref
 * @param {string[]} seats
 * @returns {ClientMessage}
 */
export function hold(ref, seats) {
  return { type: "hold", ref, seats, key: ref };
}

/**
 * @param {string} ref
 * @param {string[]} seats
 * @returns {ClientMessage}
 */
export function release(ref, seats) {
  return { type: "release", ref, seats };
}

/** @returns {ClientMessage} */
export function ping() {
  return { type: "ping" };
}

/**
 * @param {string} frame
 * @param {Fields} fields
 */
function checkedMessage(frame, fields) {
  /** @type {unknown} */
  let message;
  try {
    message = JSON.parse(frame);
  } catch {
    return null;
  }
  if (!isPlain(message) || typeof message.type !== "string" || !Object.hasOwn(fields, message.type)) return null;
  for (const [field, check] of Object.entries(fields[message.type])) if (!check(message[field])) return null;
  return message;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isPlain(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
