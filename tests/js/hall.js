// Small halls and a repeatable source of chance, for the tests beside this file.

export const SCRIPTS = "../../frontend/static/frontend/js";

/** `rows` as {A: 10, B: 12}: plain rows, a pitch of 30 apart, each centred on x = 0. */
export function hall(rows, changes = {}) {
  const seats = Object.entries(rows).flatMap(([row, count], line) =>
    Array.from({ length: count }, (_, place) => ({
      id: `${row}${place + 1}`,
      row,
      number: String(place + 1),
      x: (place - (count - 1) / 2) * 30,
      y: line * 30,
      tier: "Gold",
      wheelchair: false,
      companion: false,
      couple: null,
      ...changes[`${row}${place + 1}`],
    })),
  );
  return { seats, tiers: [{ name: "Gold", color: "#d9b24c" }], areas: [], size: { width: 600, height: 400 } };
}

/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function snapshotOf(letters, { epoch = "e1", seq = 0, mine = null, viewers = 1 } = {}) {
  return {
    type: "snapshot",
    show: 1,
    epoch,
    seq,
    states: letters.join(""),
    mine,
    viewers,
    now: "2026-11-23T10:00:00.000Z",
  };
}
