import assert from "node:assert/strict";
import test from "node:test";

import {
  applyDelta,
  applyHeartbeat,
  applySnapshot,
  ask,
  closeSale,
  dropLost,
  foundNone,
  givenUp,
  granted,
  offerEnded,
  openSale,
  pickOnly,
  refused,
  setEntry,
  toggle,
  unpick,
} from "../../frontend/static/frontend/js/seatmap/changes.js";
import { createState, lookOf, mineInDoubt, subscribe, truth } from "../../frontend/static/frontend/js/seatmap/state.js";
import { chance, hall, snapshotOf } from "./hall.js";

const HALL = hall({ A: 4, B: 4 }, { B1: { couple: "B2" }, B2: { couple: "B1" } });

function shown(letters = "aaaaaaaa", options = {}) {
  const state = createState(HALL);
  assert.equal(applySnapshot(state, snapshotOf([...letters], options)), "applied");
  return state;
}

test("a snapshot and the deltas after it equal a fresh snapshot, whatever happens in between", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = chance(seed);
    const layout = hall({ A: 7, B: 9, C: 5 });
    const server = layout.seats.map(() => "ahsb"[Math.floor(random() * 4)]);
    let seq = Math.floor(random() * 1000);
    const alice = createState(layout);
    applySnapshot(alice, snapshotOf(server, { seq }));
    for (let step = 0; step < 30; step += 1) {
      const from = seq;
      const changes = {};
      const verbs = 1 + Math.floor(random() * 4); // several verbs travel in one delta
      for (let verb = 0; verb < verbs; verb += 1) {
        const place = Math.floor(random() * server.length);
        server[place] = "ahsb"[Math.floor(random() * 4)];
        changes[layout.seats[place].id] = server[place];
        seq += 1;
      }
      const delta = { from, to: seq, changes };
      assert.equal(applyDelta(alice, delta), "applied");
      if (random() < 0.3) assert.equal(applyDelta(alice, delta), "stale");
    }
    const bob = createState(layout);
    applySnapshot(bob, snapshotOf(server, { seq }));
    assert.deepEqual(truth(alice), truth(bob), `seed ${seed}`);
    assert.equal(alice.seq, bob.seq);
  }
});

test("a delta that is already in is stale and changes nothing", () => {
  const state = shown("aaaaaaaa", { seq: 7 });
  assert.equal(applyDelta(state, { from: 5, to: 7, changes: { A1: "s" } }), "stale");
  assert.equal(lookOf(state, "A1"), "available");
  assert.equal(state.seq, 7);
});

test("a delta that begins later or earlier than here is a gap and changes nothing", () => {
  for (const from of [6, 8]) {
    const state = shown("aaaaaaaa", { seq: 7 });
    assert.equal(applyDelta(state, { from, to: 9, changes: { A1: "s" } }), "gap");
    assert.equal(lookOf(state, "A1"), "available");
    assert.equal(state.seq, 7);
  }
});

test("a delta before the first snapshot, or of an unknown seat, is a gap", () => {
  assert.equal(applyDelta(createState(HALL), { from: 0, to: 1, changes: { A1: "h" } }), "gap");
  const state = shown();
  assert.equal(applyDelta(state, { from: 0, to: 1, changes: { A1: "h", Z9: "h" } }), "gap");
  assert.equal(lookOf(state, "A1"), "available");
});

test("a snapshot of another number of seats is not believed", () => {
  const state = createState(HALL);
  assert.equal(applySnapshot(state, snapshotOf(["a", "a"])), "mismatch");
  assert.equal(lookOf(state, "A1"), "unknown");
});

test("only a heartbeat whose changes have not come by the next one means a gap", () => {
  const state = shown("aaaaaaaa", { seq: 3 });
  assert.equal(applyHeartbeat(state, { seq: 5, viewers: 2 }), "current"); // the delta may be on its way
  assert.equal(applyHeartbeat(state, { seq: 5, viewers: 2 }), "gap");
  applyDelta(state, { from: 3, to: 5, changes: { A1: "h" } });
  assert.equal(applyHeartbeat(state, { seq: 5, viewers: 2 }), "current");
});

test("only seats that may look different are drawn again", () => {
  const state = shown();
  state.dirty.clear();
  applyDelta(state, { from: 0, to: 1, changes: { A3: "h" } });
  assert.deepEqual([...state.dirty], ["A3"]);
  state.dirty.clear();
  applySnapshot(state, snapshotOf([..."aahaaaas"], { seq: 9 }));
  assert.deepEqual([...state.dirty], ["B4"]);
});

test("Alice picks, and lets go again", () => {
  const state = shown();
  assert.equal(toggle(state, "A1", 10), "picked");
  assert.equal(lookOf(state, "A1"), "picked");
  assert.equal(toggle(state, "A1", 10), "dropped");
  assert.equal(lookOf(state, "A1"), "available");
});

test("couple seats come and go together", () => {
  const state = shown();
  toggle(state, "B2", 10);
  assert.deepEqual([...state.picked].sort(), ["B1", "B2"]);
  toggle(state, "B1", 10);
  assert.equal(state.picked.size, 0);
});

test("a couple seat whose partner is taken cannot be picked", () => {
  const state = shown("aaaasaaa");
  assert.equal(toggle(state, "B2", 10), "taken");
  assert.equal(state.picked.size, 0);
});

test("no more seats are picked than a booking may have, held ones included", () => {
  const state = shown("hhaaaaaa", { mine: { seats: ["A1", "A2"], expires_at: "2026-11-23T10:05:00Z" } });
  assert.equal(toggle(state, "A3", 3), "picked");
  assert.equal(toggle(state, "A4", 3), "full");
  const bob = shown();
  assert.equal(toggle(bob, "B1", 1), "full"); // a couple is two
});

test("nothing is picked before the first snapshot", () => {
  assert.equal(toggle(createState(HALL), "A1", 10), "waiting");
});

test("a picked seat that Bob takes is dropped and named", () => {
  const state = shown();
  toggle(state, "A1", 10);
  toggle(state, "A2", 10);
  applyDelta(state, { from: 0, to: 1, changes: { A2: "h" } });
  assert.deepEqual(dropLost(state), ["A2"]);
  assert.deepEqual([...state.picked], ["A1"]);
  assert.deepEqual(dropLost(state), []);
});

test("when one half of a couple is lost the other half is let go too", () => {
  const state = shown();
  toggle(state, "B1", 10);
  applyDelta(state, { from: 0, to: 1, changes: { B2: "s" } });
  assert.deepEqual(dropLost(state), ["B2"]);
  assert.equal(state.picked.size, 0);
});

test("one's own seats shown as held before the answer is here are not taken for lost", () => {
  const state = shown();
  toggle(state, "A1", 10);
  ask(state, "r1");
  applyDelta(state, { from: 0, to: 1, changes: { A1: "h" } });
  assert.deepEqual(dropLost(state), []);
  granted(state, ["A1"], "2026-11-23T10:05:00Z");
  assert.equal(lookOf(state, "A1"), "mine");
  assert.equal(state.picked.size, 0);
});

test("a refusal lets the lost seats go and keeps the others", () => {
  const state = shown();
  toggle(state, "A1", 10);
  toggle(state, "A2", 10);
  ask(state, "r1");
  assert.equal(toggle(state, "A3", 10), "waiting");
  refused(state, ["A2"]);
  assert.deepEqual([...state.picked], ["A1"]);
  assert.equal(toggle(state, "A3", 10), "picked");
});

test("a snapshot brings a running hold back after a reload", () => {
  const state = shown("hhaaaaaa", { mine: { seats: ["A1", "A2"], expires_at: "2026-11-23T10:05:00Z" } });
  assert.equal(lookOf(state, "A1"), "mine");
  assert.equal(state.mine.expiresAt, "2026-11-23T10:05:00Z");
  assert.equal(toggle(state, "A1", 10), "mine");
});

test("a snapshot that cannot know the holder, asked for over HTTP, leaves the hold as it is", () => {
  const state = shown("haaaaaaa", { mine: { seats: ["A1"], expires_at: "2026-11-23T10:05:00Z" } });
  const { mine, ...unknowing } = snapshotOf([..."haaaaaas"], { seq: 4 });
  applySnapshot(state, unknowing);
  assert.equal(lookOf(state, "A1"), "mine");
  assert.equal(lookOf(state, "B4"), "sold");
});

test("a delta that takes away a held seat puts the hold in doubt, any other does not", () => {
  const state = shown("haaaaaaa", { mine: { seats: ["A1"], expires_at: "2026-11-23T10:05:00Z" } });
  assert.equal(mineInDoubt(state, { A1: "a" }), true);
  assert.equal(mineInDoubt(state, { A1: "h", A2: "h" }), false);
  givenUp(state, ["A1"]);
  assert.equal(state.mine, null);
  assert.equal(mineInDoubt(state, { A1: "a" }), false);
});

test("a proposal replaces the picks, couples whole, or changes nothing", () => {
  const state = shown();
  toggle(state, "A1", 10);
  assert.equal(pickOnly(state, ["B1"], 10), "picked");
  assert.deepEqual([...state.picked].sort(), ["B1", "B2"]);
  applyDelta(state, { from: 0, to: 1, changes: { A3: "s" } });
  assert.equal(pickOnly(state, ["A2", "A3"], 10), "taken");
  assert.deepEqual([...state.picked].sort(), ["B1", "B2"]);
});

const OFFER = { seats: ["A1"], adjacent: true, expires_at: "2026-11-23T10:05:00Z" };
const ENTRY = { status: "offered", count: 1, tier: null, email: "alice@example.in", position: null, offer: OFFER };

test("the subscriber is called once for all the changes of one event", async () => {
  const state = shown();
  await Promise.resolve();
  let calls = 0;
  subscribe(state, () => {
    calls += 1;
  });
  toggle(state, "A1", 10);
  applyDelta(state, { from: 0, to: 1, changes: { A1: "s" } });
  dropLost(state);
  assert.equal(calls, 0);
  await Promise.resolve();
  assert.equal(calls, 1);
  toggle(state, "A2", 10);
  await Promise.resolve();
  assert.equal(calls, 2);
});

test("every change calls the subscriber", async () => {
  const mine = { mine: { seats: ["A1", "A2"], expires_at: "2026-11-23T10:05:00Z" } };
  const changes = {
    applySnapshot: (state) => applySnapshot(state, snapshotOf([..."aaaaaaaa"], { seq: 1 })),
    applyDelta: (state) => applyDelta(state, { from: 0, to: 1, changes: { B4: "s" } }),
    applyHeartbeat: (state) => applyHeartbeat(state, { seq: 0, viewers: 9 }),
    openSale,
    closeSale,
    granted: (state) => granted(state, ["A3"], "2026-11-23T10:05:00Z"),
    refused,
    givenUp: (state) => givenUp(state, ["A1"]),
    setEntry: (state) => setEntry(state, ENTRY),
    offerEnded,
    toggle: (state) => toggle(state, "A3", 10),
    pickOnly: (state) => pickOnly(state, ["A3"], 10),
    unpick: (state) => unpick(state, ["A3"]),
    ask: (state) => ask(state, "r1"),
    foundNone: (state) => foundNone(state, "2 "),
  };
  for (const [name, change] of Object.entries(changes)) {
    const state = shown("hhaaaaaa", mine);
    await Promise.resolve();
    let calls = 0;
    subscribe(state, () => {
      calls += 1;
    });
    change(state);
    await Promise.resolve();
    assert.equal(calls, 1, name);
  }
});

test("an offer whose time is over is gone at once, the place on the list when the server says so", () => {
  const state = createState(HALL, { entry: ENTRY });
  assert.equal(state.offer, OFFER);
  offerEnded(state);
  assert.equal(state.offer, null);
  assert.equal(state.entry.status, "offered");
  setEntry(state, { ...ENTRY, status: "lapsed", offer: null });
  assert.equal(state.entry.status, "lapsed");
});

test("when the sale closes the picks are let go", () => {
  const state = shown();
  toggle(state, "A1", 10);
  state.dirty.clear();
  closeSale(state);
  assert.equal(state.open, false);
  assert.equal(state.picked.size, 0);
  assert.deepEqual([...state.dirty], ["A1"]);
});
