import assert from "node:assert/strict";
import test from "node:test";

import { hello, hold, parse, parseBoard, ping, release } from "../../frontend/static/frontend/js/live/protocol.js";

const NOW = "2026-11-23T10:00:00.123Z";
const GOOD = {
  snapshot: { type: "snapshot", show: 101, epoch: "x1", seq: 4, states: "aahsb", mine: null, viewers: 3, now: NOW },
  snapshotWithHold: {
    type: "snapshot",
    show: 101,
    epoch: "x1",
    seq: 4,
    states: "ha",
    mine: { seats: ["A1"], expires_at: NOW },
    viewers: 3,
    now: NOW,
  },
  delta: { type: "delta", from: 4, to: 6, changes: { B12: "h", "Balcony-A1": "s" } },
  heartbeat: { type: "heartbeat", seq: 6, viewers: 3, now: NOW },
  held: { type: "held", ref: "r", seats: ["B12"], expires_at: NOW, token: "t" },
  heldByUser: { type: "held", ref: 7, seats: ["B12"], expires_at: NOW, token: null },
  refused: { type: "refused", ref: "r", code: "seat_unavailable", seats: ["B12"] },
  released: { type: "released", ref: "r", seats: [] },
  expired: { type: "expired", seats: ["B12"] },
  notice: { type: "notice", code: "show_closed", detail: "Closed." },
  error: { type: "error", code: "bad_message", detail: "What?" },
  pong: { type: "pong", now: NOW },
};

for (const [name, message] of Object.entries(GOOD)) {
  test(`${name} is understood`, () => assert.deepEqual(parse(JSON.stringify(message)), message));
}

test("a field that a newer server adds is no fault", () => {
  assert.notEqual(parse(JSON.stringify({ ...GOOD.delta, why: "new" })), null);
});

test("what is not a message of the contract is nothing, and never an exception", () => {
  const bad = [
    "",
    "null",
    "[]",
    "7",
    '"delta"',
    "{",
    '{"type":"toString"}',
    '{"type":"__proto__"}',
    '{"type":["delta"]}',
    '{"type":"fanfare"}',
  ];
  for (const frame of bad) assert.equal(parse(frame), null, frame);
  assert.equal(parse(undefined), null);
});

test("a message with a missing or wrong field is not understood", () => {
  const wrong = [
    { ...GOOD.snapshot, states: "aax" },
    { ...GOOD.snapshot, seq: -1 },
    { ...GOOD.snapshot, epoch: 3 },
    { ...GOOD.snapshot, mine: { seats: ["A1"], expires_at: "soon" } },
    { ...GOOD.delta, from: "4" },
    { ...GOOD.delta, changes: { B12: "held" } },
    { ...GOOD.delta, changes: ["B12"] },
    { ...GOOD.held, seats: [12] },
    { ...GOOD.held, expires_at: null },
    { ...GOOD.refused, code: undefined },
    { ...GOOD.heartbeat, now: "yesterday, perhaps" },
  ];
  for (const message of wrong) assert.equal(parse(JSON.stringify(message)), null, JSON.stringify(message));
});

test("a viewer says only what the contract has", () => {
  assert.deepEqual(hello(), { type: "hello" });
  assert.deepEqual(hello("x1", 9), { type: "hello", epoch: "x1", seq: 9 });
  assert.deepEqual(hold("r", ["A1"]), { type: "hold", ref: "r", seats: ["A1"], key: "r" });
  assert.deepEqual(release("r", ["A1"]), { type: "release", ref: "r", seats: ["A1"] });
  assert.deepEqual(ping(), { type: "ping" });
});

test("figures of the box office are understood on its own socket only, and only whole", () => {
  const figures = { show: 1, available: 10, held: 2, sold: 3, blocked: 1, lapsed: 2, viewers: 0 };
  const good = JSON.stringify({ type: "figures", shows: [figures] });
  assert.deepEqual(parseBoard(good), JSON.parse(good));
  assert.equal(parse(good), null);
  for (const bad of [{ ...figures, held: "2" }, { ...figures, sold: undefined }, null]) {
    assert.equal(parseBoard(JSON.stringify({ type: "figures", shows: [bad] })), null);
  }
  assert.equal(parseBoard(JSON.stringify(GOOD.heartbeat)), null);
});
