// Every change to what the map's page knows (state.js), one function each. They change the state object and nothing
// else, and return what came of it; the state's subscriber is called afterwards.

import { changed, chosenCount, isFree, together } from "./state.js";

/** @import { Delta, Heartbeat, Letter, Snapshot } from "../live/protocol.js" */
/** @import { Entry, State } from "./state.js" */

// ---------------------------------------------------------------------------------------- the server, of the show

/**
 * Replaces what is known. "applied", or "mismatch" when the show has another number of seats than the layout.
 * @param {State} state
 * @param {Snapshot} snapshot
 */
export function applySnapshot(state, { epoch, seq, states, viewers, mine }) {
  if (states.length !== state.seats.length) return "mismatch";
  const letters = /** @type {Letter[]} */ ([...states]); // the protocol has checked them
  state.seats.forEach((seat, position) => {
    if (state.letters?.[position] !== letters[position]) state.dirty.add(seat.id);
  });
  state.letters = letters;
  state.epoch = epoch;
  state.seq = seq;
  state.heardSeq = seq;
  if (viewers !== undefined) state.viewers = viewers;
  if (mine !== undefined) setMine(state, mine?.seats ?? [], mine?.expires_at ?? "");
  changed(state);
  return "applied";
}

/**
 * One delta. "applied" when it starts where we are, "stale" when we already have it, and "gap" when something
 * between is missing or it names a seat we do not know: then nothing is changed and a snapshot is needed.
 * @param {State} state
 * @param {Omit<Delta, "type">} delta
 */
export function applyDelta(state, { from, to, changes }) {
  if (state.letters === null) return "gap";
  if (to <= state.seq) return "stale";
  if (from !== state.seq) return "gap";
  /** @type {[number, Letter][]} */
  const known = [];
  for (const [id, letter] of Object.entries(changes)) {
    const position = state.index.get(id);
    if (position === undefined) return "gap";
    known.push([position, letter]);
  }
  for (const [position, letter] of known) {
    state.letters[position] = letter;
    state.dirty.add(state.seats[position].id);
  }
  state.seq = to;
  changed(state);
  return "applied";
}

/**
 * "current", or "gap" when the heartbeat before this one announced more than has arrived since. One heartbeat alone
 * proves nothing: changes wait a moment to be sent together.
 * @param {State} state
 * @param {Pick<Heartbeat, "seq" | "viewers">} heartbeat
 */
export function applyHeartbeat(state, { seq, viewers }) {
  if (viewers !== undefined) state.viewers = viewers;
  const missed = state.letters !== null && state.heardSeq > state.seq;
  state.heardSeq = seq;
  changed(state);
  return missed ? "gap" : "current";
}

/**
 * The sale has begun.
 * @param {State} state
 */
export function openSale(state) {
  state.open = true;
  changed(state);
}

/**
 * The sale has ended: nothing can be picked any more.
 * @param {State} state
 */
export function closeSale(state) {
  state.open = false;
  unpick(state, [...state.picked]);
}

// ------------------------------------------------------------------------------------ the server, of this visitor

/**
 * The server granted a hold of these seats, all of it: they are no longer picks but ours until `expiresAt`.
 * @param {State} state
 * @param {string[]} seats
 * @param {string} expiresAt
 */
export function granted(state, seats, expiresAt) {
  state.asked = null;
  unpick(state, seats);
  setMine(state, seats, expiresAt);
}

/**
 * The request was refused or will not be answered. Picks stay, those in `lost` excepted (with partners).
 * @param {State} state
 * @param {string[]} lost
 */
export function refused(state, lost = []) {
  state.asked = null;
  const gone = new Set(lost.filter((id) => state.index.has(id)).flatMap((id) => together(state, id)));
  const picked = [...state.picked].filter((id) => gone.has(id));
  unpick(state, picked);
}

/**
 * Seats that are no longer ours: given back, or their time ran out.
 * @param {State} state
 * @param {string[]} seats
 */
export function givenUp(state, seats) {
  if (!state.mine) return;
  const left = [...state.mine.seats].filter((id) => !seats.includes(id));
  setMine(state, left, state.mine.expiresAt);
}

/**
 * What the server says that this visitor holds now, whatever was known before.
 * @param {State} state
 * @param {{seats: string[], expires_at: string} | null} mine
 */
export function ownSeats(state, mine) {
  unpick(state, mine?.seats ?? []);
  setMine(state, mine?.seats ?? [], mine?.expires_at ?? "");
}

/**
 * Where this visitor stands on the waitlist, with the offer if there is one.
 * @param {State} state
 * @param {Entry | null} entry
 */
export function setEntry(state, entry) {
  state.entry = entry;
  state.offer = entry?.offer ?? null;
  changed(state);
}

/**
 * The offer's time is over. The place on the list stays as it is until the server says what has become of it.
 * @param {State} state
 */
export function offerEnded(state) {
  state.offer = null;
  changed(state);
}

// --------------------------------------------------------------------------------------------------- the visitor

/**
 * Picks a seat or lets it go, its partner with it. Answers "picked", "dropped", or why not: "mine", "taken",
 * "full" (more than `most`), "waiting" (no snapshot yet, or a hold is being asked for).
 * @param {State} state
 * @param {string} id
 * @param {number} most
 */
export function toggle(state, id, most) {
  if (state.letters === null || state.asked) return "waiting";
  const seats = together(state, id);
  if (state.mine?.seats.has(id)) return "mine";
  if (state.picked.has(id)) {
    unpick(state, seats);
    return "dropped";
  }
  if (!seats.every((seat) => isFree(state, seat))) return "taken";
  if (chosenCount(state) + seats.length > most) return "full";
  pick(state, seats);
  return "picked";
}

/**
 * Lets the old picks go and picks these; "taken" or "full" as `toggle`, and then nothing has changed.
 * @param {State} state
 * @param {string[]} ids
 * @param {number} most
 */
export function pickOnly(state, ids, most) {
  if (state.letters === null || state.asked) return "waiting";
  const known = ids.filter((id) => state.index.has(id));
  const seats = [...new Set(known.flatMap((id) => together(state, id)))];
  if (!seats.length || !seats.every((seat) => isFree(state, seat))) return "taken";
  if (seats.length + (state.mine?.seats.size ?? 0) > most) return "full";
  unpick(state, [...state.picked]);
  pick(state, seats);
  return "picked";
}

/**
 * Lets picks go.
 * @param {State} state
 * @param {string[]} ids
 */
export function unpick(state, ids) {
  for (const id of ids) {
    state.picked.delete(id);
    state.dirty.add(id);
  }
  changed(state);
}

/**
 * Drops picks that somebody else has taken, partners with them, and returns their ids. Seats
 * of a hold that is being asked for are left alone: the map may show it as held before the answer is here.
 * @param {State} state
 */
export function dropLost(state) {
  if (state.letters === null) return [];
  const waiting = new Set(state.asked?.seats);
  const lost = [...state.picked].filter((id) => !waiting.has(id) && !isFree(state, id));
  const gone = lost.flatMap((id) => together(state, id));
  if (gone.length) unpick(state, gone);
  return lost;
}

/**
 * The picks become a request to the server under `ref`; answers with them.
 * @param {State} state
 * @param {string} ref
 */
export function ask(state, ref) {
  const seats = [...state.picked];
  state.asked = { ref, seats };
  changed(state);
  return seats;
}

/**
 * The finder found no seats for this wish.
 * @param {State} state
 * @param {string} wish
 */
export function foundNone(state, wish) {
  state.noneFor = wish;
  changed(state);
}

// -------------------------------------------------------------------------------------------------------- within

/**
 * @param {State} state
 * @param {string[]} ids
 */
function pick(state, ids) {
  for (const id of ids) {
    state.picked.add(id);
    state.dirty.add(id);
  }
  changed(state);
}

/**
 * @param {State} state
 * @param {string[]} seats those of another hall are passed over
 * @param {string} expiresAt
 */
function setMine(state, seats, expiresAt) {
  for (const id of state.mine?.seats ?? []) state.dirty.add(id);
  const known = seats.filter((id) => state.index.has(id));
  state.mine = known.length ? { seats: new Set(known), expiresAt } : null;
  for (const id of known) state.dirty.add(id);
  changed(state);
}
