// Everything that the map's page knows, in one object. No drawing, no network.
//
// What the server sends and what the visitor does (booking/flow.js, booking/waitlist.js) changes it by the functions of
// changes.js and no others; the page subscribes once and draws what the state says (pages/show.js). Ids of seats that
// may look different gather in `dirty`, which the map empties once per frame.

/** @import { Letter } from "../live/protocol.js" */
/** @import { Layout, Seat } from "./layout.js" */

/** How a seat is shown. @typedef {"mine" | "picked" | "available" | "held" | "sold" | "blocked" | "unknown"} Look */

/**
 * Seats that the waitlist holds for this visitor.
 * @typedef {{seats: string[], adjacent: boolean, expires_at: string}} Offer
 */

/**
 * This visitor's place on the waitlist, as GET /api/shows/<id>/waitlist/ has it. `position` 1 is next; null unless
 * the party waits.
 * @typedef {object} Entry
 * @property {"unconfirmed" | "waiting" | "offered" | "taken" | "declined" | "lapsed" | "left" | "closed"} status
 * @property {number} count
 * @property {string | null} tier
 * @property {string} email
 * @property {number | null} position
 * @property {Offer | null} offer
 */

/**
 * @typedef {object} State
 *
 * The hall, which never changes:
 * @property {Seat[]} seats in the order of a snapshot's letters
 * @property {Map<string, number>} index where a seat stands in that order
 *
 * What the server says of the show:
 * @property {Letter[] | null} letters one per seat; null before the first snapshot
 * @property {string | null} epoch which count `seq` belongs to; a new one after Redis has lost its memory
 * @property {number} seq the number of the last change that is in `letters`
 * @property {number} heardSeq the `seq` of the last heartbeat
 * @property {number | null} viewers how many people look at this show
 * @property {boolean} open whether seats are on sale
 *
 * What the server says of this visitor:
 * @property {{seats: Set<string>, expiresAt: string} | null} mine the hold that runs, and its end (ISO 8601)
 * @property {Entry | null} entry the place on the waitlist
 * @property {Offer | null} offer the waitlist's offer while its time runs: seats of `mine` that no contact form is for
 *
 * What this visitor has done, which the server does not know:
 * @property {Set<string>} picked chosen seats; picking holds nothing
 * @property {{ref: string, seats: string[]} | null} asked picks that the server was asked to hold
 * @property {string | null} noneFor the wish for which the finder found no seats (`wishOf` of the waitlist)
 *
 * For drawing:
 * @property {Set<string>} dirty ids of the seats that may look different since the last frame
 * @property {(() => void) | null} listener the one subscriber
 * @property {boolean} notifying whether the subscriber's call is on its way
 */

/** @type {Record<Letter, Look>} */
const NAMES = { a: "available", h: "held", s: "sold", b: "blocked" };

/**
 * The state of a hall before the first snapshot: nothing can be picked yet.
 * @param {Pick<Layout, "seats">} layout
 * @param {{open?: boolean, entry?: Entry | null}} [known] what the page was rendered with
 * @returns {State}
 */
export function createState(layout, { open = true, entry = null } = {}) {
  return {
    seats: layout.seats,
    index: new Map(layout.seats.map((seat, position) => [seat.id, position])),
    letters: null,
    epoch: null,
    seq: 0,
    heardSeq: 0,
    viewers: null,
    open,
    mine: null,
    entry,
    offer: entry?.offer ?? null,
    picked: new Set(),
    asked: null,
    noneFor: null,
    dirty: new Set(),
    listener: null,
    notifying: false,
  };
}

/**
 * Calls `listener` once after all changes of one event, before the browser paints. There is one subscriber.
 * @param {State} state
 * @param {() => void} listener
 */
export function subscribe(state, listener) {
  state.listener = listener;
}

/**
 * Has the subscriber called once the event that is being handled is through.
 * @param {State} state
 */
export function changed(state) {
  if (state.notifying) return;
  state.notifying = true;
  queueMicrotask(() => {
    state.notifying = false;
    state.listener?.();
  });
}

/**
 * How a seat is to be shown ("unknown" before the first snapshot).
 * @param {State} state
 * @param {string} id
 */
export function lookOf(state, id) {
  if (state.mine?.seats.has(id)) return "mine";
  if (state.picked.has(id)) return "picked";
  const letter = letterOf(state, id);
  return letter === undefined ? "unknown" : NAMES[letter];
}

/**
 * Letters by seat id, as the server has them: what a fresh snapshot must equal.
 * @param {State} state
 */
export function truth(state) {
  return Object.fromEntries(state.seats.map((seat, position) => [seat.id, state.letters?.[position]]));
}

/**
 * Picked seats and held ones.
 * @param {State} state
 */
export function chosenCount(state) {
  return state.picked.size + (state.mine?.seats.size ?? 0);
}

/**
 * A seat and, in a couple, its partner: they are only sold together.
 * @param {State} state
 * @param {string} id a seat of this hall
 */
export function together(state, id) {
  const partner = state.seats[state.index.get(id) ?? -1]?.couple;
  return partner && state.index.has(partner) ? [id, partner] : [id];
}

/**
 * Whether a delta took away something we believe to hold: the server must then say whose it is.
 * @param {State} state
 * @param {Record<string, Letter>} changes
 */
export function mineInDoubt(state, changes) {
  return Object.keys(changes).some((id) => state.mine?.seats.has(id) && changes[id] !== "h");
}

/**
 * Whether a seat can be picked: not sold, held, blocked or ours.
 * @param {State} state
 * @param {string} id
 */
export function isFree(state, id) {
  return letterOf(state, id) === "a" && !state.mine?.seats.has(id);
}

/**
 * @param {State} state
 * @param {string} id
 */
function letterOf(state, id) {
  return state.letters?.[state.index.get(id) ?? -1];
}
