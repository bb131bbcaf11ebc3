import assert from "node:assert/strict";
import test from "node:test";

import { hearOfOwnSeats } from "../../frontend/static/frontend/js/booking/windows.js";
import { applySnapshot, granted } from "../../frontend/static/frontend/js/seatmap/changes.js";
import { createState, lookOf } from "../../frontend/static/frontend/js/seatmap/state.js";
import { hall, snapshotOf } from "./hall.js";

const SOON = new Date(Date.now() + 300_000).toISOString();

function opened({ mine = [], busy = false } = {}) {
  const state = createState(hall({ A: 4, B: 4 }));
  applySnapshot(state, snapshotOf([..."aaaaaaaa"]));
  if (mine.length) granted(state, mine, SOON);
  const seen = { sentences: [], links: [], reconnects: 0 };
  const hear = (what, seats, held = null) =>
    hearOfOwnSeats(
      { type: "yours", what, seats, mine: held && { seats: held, expires_at: SOON } },
      {
        state,
        busy,
        bookings: "/bookings/",
        say: (kind, sentence, { link }) => {
          seen.sentences.push(`${kind}: ${sentence}`);
          seen.links.push(link?.href);
        },
        reconnect: () => (seen.reconnects += 1),
      },
    );
  return { state, seen, hear };
}

test("seats held in another window are ours here too", () => {
  const { state, seen, hear } = opened();
  hear("held", ["A1"], ["A1"]);
  assert.equal(lookOf(state, "A1"), "mine");
  assert.match(seen.sentences[0], /^good: Seat A1 is held for you, chosen in another window/);
  hear("held", ["A1"], ["A1"]);
  assert.equal(seen.sentences.length, 1);
});

test("released, paid and run out are different sentences", () => {
  const released = opened({ mine: ["A1", "A2"] });
  released.hear("released", ["A1"], ["A2"]);
  assert.match(released.seen.sentences[0], /^info: Seat A1 was given back in another window/);
  assert.equal(lookOf(released.state, "A2"), "mine");
  assert.notEqual(lookOf(released.state, "A1"), "mine");

  const paid = opened({ mine: ["A1", "A2"] });
  paid.hear("paid", ["A1", "A2"]);
  assert.match(paid.seen.sentences[0], /^good: Seats A1, A2 are paid for|^good: Seats A1 and A2 are paid for/);
  assert.deepEqual(paid.seen.links, ["/bookings/"]);
  assert.equal(paid.state.mine, null);
});

test("what this window asked for itself is said once, by its own answer", () => {
  const { state, seen, hear } = opened({ mine: ["A1"], busy: true });
  hear("released", ["A1"]);
  assert.deepEqual(seen.sentences, []);
  assert.equal(lookOf(state, "A1"), "mine");
});

test("after signing in elsewhere the page comes back as the account", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { seen, hear } = opened({ mine: ["A1"] });
  hear("moved", ["A1"]);
  assert.equal(seen.reconnects, 0);
  t.mock.timers.tick(1000);
  assert.equal(seen.reconnects, 1);
  assert.match(seen.sentences[0], /You have signed in/);
});
