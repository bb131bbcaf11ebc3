// Everything the map knows, in one object, and the only functions that change it. No drawing, no network.
//
// `letters` is the truth as the server tells it, one of a h s b per seat; `picked` are this visitor's choices
// that nobody else knows of; `asked` are picks on their way to becoming a hold; `mine` is the hold that runs.
// Ids of seats that may look different now gather in `dirty`, which the renderer empties once per frame.

const NAMES = { a: "available", h: "held", s: "sold", b: "blocked" };

/** The state of a layout (`{seats: [{id, couple, …}]}`) before the first snapshot: nothing can be picked yet. */
export function createState(layout) {
  return {
    seats: layout.seats,
    index: new Map(layout.seats.map((seat, position) => [seat.id, position])),
    letters: null,
    epoch: null,
    seq: 0,
    viewers: null,
    picked: new Set(),
    asked: null, // {ref, seats}
    mine: null, // {seats: Set, expiresAt: ISO 8601}
    dirty: new Set(),
    heard: 0, // the seq of the last heartbeat
  };
}

/** Replaces what is known. "applied", or "mismatch" when the show has another number of seats than the layout. */
export function applySnapshot(state, { epoch, seq, states, viewers, mine }) {
  if (states.length !== state.seats.length) return "mismatch";
  state.seats.forEach((seat, position) => {
    if (state.letters?.[position] !== states[position]) state.dirty.add(seat.id);
  });
  Object.assign(state, { letters: [...states], epoch, seq, heard: seq });
  if (viewers !== undefined) state.viewers = viewers;
  if (mine !== undefined) setMine(state, mine && mine.seats, mine && mine.expires_at);
  return "applied";
}

/**
 * One delta. "applied" when it starts where we are, "stale" when we already have it, and "gap" when something
 * between is missing or it speaks of a seat we do not know: then nothing is changed and a snapshot is needed.
 */
export function applyDelta(state, { from, to, changes }) {
  if (state.letters === null) return "gap";
  if (to <= state.seq) return "stale";
  const entries = Object.entries(changes);
  if (from !== state.seq || entries.some(([id]) => !state.index.has(id))) return "gap";
  for (const [id, letter] of entries) {
    state.letters[state.index.get(id)] = letter;
    state.dirty.add(id);
  }
  state.seq = to;
  return "applied";
}

/**
 * "current", or "gap" when a heartbeat 10 s ago already told of more than has come since. One heartbeat alone
 * proves nothing: changes wait a moment to be sent together.
 */
export function applyHeartbeat(state, { seq, viewers }) {
  if (viewers !== undefined) state.viewers = viewers;
  const missed = state.letters !== null && state.heard > state.seq;
  state.heard = seq;
  return missed ? "gap" : "current";
}

/** How a seat is to be shown: "mine", "picked", or its state's name ("unknown" before the first snapshot). */
export function lookOf(state, id) {
  if (state.mine?.seats.has(id)) return "mine";
  if (state.picked.has(id)) return "picked";
  return state.letters === null ? "unknown" : NAMES[state.letters[state.index.get(id)]];
}

/** Letters by seat id, as the truth stands: what a fresh snapshot must equal. */
export function truth(state) {
  return Object.fromEntries(state.seats.map((seat, position) => [seat.id, state.letters[position]]));
}

export function chosenCount(state) {
  return state.picked.size + (state.mine ? state.mine.seats.size : 0);
}

/** A seat and, in a couple, its partner: they are only sold together. */
export function together(state, id) {
  const partner = state.seats[state.index.get(id)].couple;
  return partner && state.index.has(partner) ? [id, partner] : [id];
}

/**
 * Picks a seat or lets it go, its partner with it. Answers "picked", "dropped", or why not: "mine", "taken",
 * "full" (more than `most`), "waiting" (no snapshot yet, or a hold is being asked for).
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
  for (const seat of seats) {
    state.picked.add(seat);
    state.dirty.add(seat);
  }
  return "picked";
}

/** Lets the old picks go and picks these; "taken" or "full" as `toggle`, and then nothing has changed. */
export function pickOnly(state, ids, most) {
  if (state.letters === null || state.asked) return "waiting";
  const seats = [...new Set(ids.filter((id) => state.index.has(id)).flatMap((id) => together(state, id)))];
  if (!seats.length || !seats.every((seat) => isFree(state, seat))) return "taken";
  if (seats.length + (state.mine ? state.mine.seats.size : 0) > most) return "full";
  unpick(state, [...state.picked]);
  for (const seat of seats) {
    state.picked.add(seat);
    state.dirty.add(seat);
  }
  return "picked";
}

export function unpick(state, ids) {
  for (const id of ids) {
    state.picked.delete(id);
    state.dirty.add(id);
  }
}

/**
 * Drops picks that somebody else has taken meanwhile, partners with them, and answers with their ids. Seats
 * of a hold that is being asked for are left alone: the map may show it as held before the answer is here.
 */
export function dropLost(state) {
  if (state.letters === null) return [];
  const waiting = new Set(state.asked ? state.asked.seats : []);
  const lost = [...state.picked].filter((id) => !waiting.has(id) && !isFree(state, id));
  unpick(
    state,
    lost.flatMap((id) => together(state, id)),
  );
  return lost;
}

/** The picks become a question to the server under `ref`. */
export function ask(state, ref) {
  state.asked = { ref, seats: [...state.picked] };
  return state.asked.seats;
}

/** The server granted a hold of these seats, all of it: they are no longer picks but ours until `expiresAt`. */
export function granted(state, seats, expiresAt) {
  state.asked = null;
  unpick(state, seats);
  setMine(state, seats, expiresAt);
}

/** The question was refused or will not be answered. Picks stay, those in `lost` excepted (with partners). */
export function refused(state, lost = []) {
  state.asked = null;
  const known = lost.filter((id) => state.index.has(id));
  unpick(
    state,
    known.flatMap((id) => together(state, id)).filter((id) => state.picked.has(id)),
  );
}

/** Seats that are no longer ours: given back, or their time ran out. */
export function givenUp(state, seats) {
  if (!state.mine) return;
  const left = [...state.mine.seats].filter((id) => !seats.includes(id));
  setMine(state, left.length ? left : null, state.mine.expiresAt);
}

/** Whether a delta took away something we believe to hold: the server must then say whose it is. */
export function mineInDoubt(state, changes) {
  return state.mine !== null && Object.keys(changes).some((id) => state.mine.seats.has(id) && changes[id] !== "h");
}

function isFree(state, id) {
  return state.letters[state.index.get(id)] === "a" && !state.mine?.seats.has(id);
}

function setMine(state, seats, expiresAt) {
  for (const id of state.mine ? state.mine.seats : []) state.dirty.add(id);
  const known = (seats || []).filter((id) => state.index.has(id));
  state.mine = known.length ? { seats: new Set(known), expiresAt } : null;
  for (const id of known) state.dirty.add(id);
}
