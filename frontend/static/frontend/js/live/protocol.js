// What is said on the socket: frames in become checked messages, and the messages a viewer may send.
// Fields are the contract's; fields we do not know are allowed, so that the server may learn new ones.

const isText = (value) => typeof value === "string";
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isTime = (value) => isText(value) && !Number.isNaN(Date.parse(value));
const isNames = (value) => Array.isArray(value) && value.every(isText);
const isShow = (value) => isCount(value) || isText(value);
const isRef = (value) => isText(value) || Number.isSafeInteger(value);
const isChanges = (value) => isPlain(value) && Object.values(value).every((letter) => /^[ahsb]$/.test(letter));
const isMine = (value) => value === null || (isPlain(value) && isNames(value.seats) && isTime(value.expires_at));
const maybe = (check) => (value) => value === undefined || value === null || check(value);

const FIELDS = {
  snapshot: {
    show: isShow,
    epoch: isText,
    seq: isCount,
    states: (value) => isText(value) && /^[ahsb]*$/.test(value),
    mine: isMine,
    viewers: maybe(isCount),
    now: maybe(isTime),
  },
  delta: { from: isCount, to: isCount, changes: isChanges },
  heartbeat: { seq: isCount, viewers: maybe(isCount), now: maybe(isTime) },
  held: { ref: maybe(isRef), seats: isNames, expires_at: isTime },
  refused: { ref: maybe(isRef), code: isText, seats: maybe(isNames) },
  released: { ref: maybe(isRef), seats: isNames },
  expired: { seats: isNames },
  notice: { code: isText, detail: maybe(isText) },
  error: { code: isText, detail: maybe(isText) },
  pong: { now: maybe(isTime) },
};

/** The message in a text frame, or null when it is none that the contract knows. Never throws. */
export function parse(frame) {
  let message;
  try {
    message = JSON.parse(frame);
  } catch {
    return null;
  }
  if (!isPlain(message) || !isText(message.type) || !Object.hasOwn(FIELDS, message.type)) return null;
  const good = Object.entries(FIELDS[message.type]).every(([field, check]) => check(message[field]));
  return good ? message : null;
}

/** Asks for what was missed since (epoch, seq), or for a whole snapshot when there is nothing yet. */
export function hello(epoch = null, seq = null) {
  return epoch === null ? { type: "hello" } : { type: "hello", epoch, seq };
}

export function hold(ref, seats) {
  return { type: "hold", ref, seats };
}

export function release(ref, seats) {
  return { type: "release", ref, seats };
}

export function ping() {
  return { type: "ping" };
}

function isPlain(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
