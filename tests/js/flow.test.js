import assert from "node:assert/strict";
import test from "node:test";

import { bookingMaker } from "../../frontend/static/frontend/js/booking/create.js";
import { Flow } from "../../frontend/static/frontend/js/booking/flow.js";
import { ServerClock } from "../../frontend/static/frontend/js/lib/clock.js";
import { createState, lookOf } from "../../frontend/static/frontend/js/seatmap/state.js";
import { hall, snapshotOf } from "./hall.js";

const PAGE = {
  show: 1,
  open: true,
  most: 4,
  tiers: [],
  paths: { lock: "/lock/", release: "/release/", create: "/create/" },
  bookings: "/bookings/",
};
const SOON = new Date(Date.now() + 300_000).toISOString();

function opened({ connected = true } = {}) {
  const state = createState(hall({ A: 4, B: 4 }));
  const seen = { sentences: [], announced: [], sent: [], resyncs: 0 };
  const connection = {
    send: (message) => connected && seen.sent.push(message) > 0,
    resync: () => (seen.resyncs += 1),
  };
  const flow = new Flow({
    state,
    page: PAGE,
    clock: new ServerClock(),
    connection,
    say: (kind, sentence) => seen.sentences.push(`${kind}: ${sentence}`),
    announce: (sentence) => seen.announced.push(sentence),
  });
  flow.receive(snapshotOf([..."aaaaaaaa"]));
  return { flow, state, seen };
}

test("picking sends nothing; proceeding asks for all picks at once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { flow, seen } = opened();
  flow.choose("A1");
  flow.choose("A2");
  assert.deepEqual(seen.sent, []);
  await flow.proceed();
  assert.deepEqual(
    seen.sent.map(({ type, seats }) => [type, seats]),
    [["hold", ["A1", "A2"]]],
  );
  await flow.proceed(); // an impatient second press
  assert.equal(seen.sent.length, 1);
});

test("Alice loses a pick to Bob and reads which", () => {
  const { flow, state, seen } = opened();
  flow.choose("A1");
  flow.receive({ type: "delta", from: 0, to: 1, changes: { A1: "h" } });
  assert.equal(lookOf(state, "A1"), "held");
  assert.match(seen.sentences.at(-1), /^warn: Seat A1 was just taken/);
});

test("the map showing one's own seat as held before the answer is no loss", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { flow, state, seen } = opened();
  flow.choose("A1");
  await flow.proceed();
  flow.receive({ type: "delta", from: 0, to: 1, changes: { A1: "h" } });
  assert.deepEqual(seen.sentences, []);
  flow.receive({ type: "held", ref: seen.sent[0].ref, seats: ["A1"], expires_at: SOON, token: "secret" });
  assert.equal(lookOf(state, "A1"), "mine");
  assert.match(seen.sentences.at(-1), /^good: Seat A1 is held for you/);
  assert.ok(!JSON.stringify([...seen.sentences, state.mine]).includes("secret"));
});

test("a refusal drops the seats that are gone, keeps the others picked, and says so", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { flow, state, seen } = opened();
  flow.choose("A1");
  flow.choose("A2");
  await flow.proceed();
  flow.receive({ type: "refused", ref: seen.sent[0].ref, code: "seat_unavailable", seats: ["A2"] });
  assert.deepEqual([...state.picked], ["A1"]);
  assert.match(seen.sentences.at(-1), /^bad: Seat A2 was just taken/);
});

test("a refusal for another reason drops nothing", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const code of ["holds_unavailable", "too_many_seats", "leaves_single_seat"]) {
    const { flow, state, seen } = opened();
    flow.choose("A1");
    await flow.proceed();
    flow.receive({ type: "refused", ref: seen.sent[0].ref, code, seats: ["A1"] });
    assert.deepEqual([...state.picked], ["A1"], code);
    assert.equal(state.asked, null);
  }
});

test("no answer for ten seconds: the picks can be asked for again, and the truth is fetched", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { flow, state, seen } = opened();
  flow.choose("A1");
  await flow.proceed();
  t.mock.timers.tick(10_000);
  assert.equal(state.asked, null);
  assert.deepEqual([...state.picked], ["A1"]);
  assert.equal(seen.resyncs, 1);
});

test("a gap asks for the whole map", () => {
  const { flow, seen } = opened();
  flow.receive({ type: "delta", from: 5, to: 6, changes: { A1: "h" } });
  assert.equal(seen.resyncs, 1);
});

test("a hold that another tab gave back is asked about, not guessed", () => {
  const { flow, state, seen } = opened();
  flow.receive(snapshotOf([..."haaaaaaa"], { seq: 1, mine: { seats: ["A1"], expires_at: SOON } }));
  flow.receive({ type: "delta", from: 1, to: 2, changes: { A1: "a" } });
  assert.equal(seen.resyncs, 1);
  assert.equal(lookOf(state, "A1"), "mine");
  flow.receive(snapshotOf([..."aaaaaaaa"], { seq: 2 }));
  assert.equal(lookOf(state, "A1"), "available");
});

test("a hold that ran out is announced and its seats can be picked again", () => {
  const { flow, state, seen } = opened();
  flow.receive(snapshotOf([..."haaaaaaa"], { seq: 1, mine: { seats: ["A1"], expires_at: SOON } }));
  flow.receive({ type: "delta", from: 1, to: 2, changes: { A1: "a" } });
  flow.receive({ type: "expired", seats: ["A1"] });
  assert.equal(state.mine, null);
  assert.match(seen.sentences.at(-1), /^warn: Your time for seat A1 has run out/);
  flow.choose("A1");
  assert.equal(lookOf(state, "A1"), "picked");
});

test("when the show closes nothing can be picked any more", () => {
  const { flow, state, seen } = opened();
  flow.choose("A1");
  flow.receive({ type: "notice", code: "show_closed", detail: "The sale for this show has ended." });
  assert.equal(state.picked.size, 0);
  flow.choose("A2");
  assert.equal(state.picked.size, 0);
  assert.ok(seen.sentences.includes("warn: The sale for this show has ended."));
});

test("an answer to an older question is not taken for the new one's", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { flow, state } = opened();
  flow.choose("A1");
  await flow.proceed();
  flow.receive({ type: "refused", ref: "older", code: "seat_unavailable", seats: ["A1"] });
  assert.notEqual(state.asked, null);
});

test("without a socket seats are held over HTTP", async (t) => {
  const { flow, state } = opened({ connected: false });
  t.mock.method(globalThis, "fetch", async (path, options) => {
    assert.equal(path, "/lock/");
    const { key, ...rest } = JSON.parse(options.body);
    assert.deepEqual(rest, { show: 1, seats: ["A1"] });
    assert.ok(key.length > 8 && key.length <= 64);
    return new Response(JSON.stringify({ hold: "x", token: "t", show: 1, seats: ["A1"], expires_at: SOON, price: 1 }), {
      status: 201,
    });
  });
  globalThis.document = { cookie: "csrftoken=abc", querySelector: () => null, getElementById: () => null };
  t.after(() => delete globalThis.document);
  flow.choose("A1");
  await flow.proceed();
  assert.equal(lookOf(state, "A1"), "mine");
});

test("a booking is tried again under the same key while its words are the same, under a new one otherwise", async (t) => {
  const keys = [];
  const book = bookingMaker({ page: PAGE, say: () => {}, resync: () => {} });
  t.mock.method(globalThis, "fetch", async (_path, options) => {
    keys.push(options.headers["Idempotency-Key"]);
    throw new TypeError("network");
  });
  globalThis.document = { cookie: "csrftoken=abc", querySelector: () => null, getElementById: () => null };
  t.after(() => delete globalThis.document);
  const alice = { name: "Alice", email: "alice@example.in" };
  await assert.rejects(book(alice), { code: "no_network" });
  await assert.rejects(book({ ...alice }), { code: "no_network" });
  await assert.rejects(book({ ...alice, name: "Alice B" }), { code: "no_network" });
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[1], keys[2]);
});

test("seats that a booking could not be made of are named, and the map is asked for", async (t) => {
  const sentences = [];
  let resyncs = 0;
  const book = bookingMaker({
    page: PAGE,
    say: (kind, sentence) => sentences.push(`${kind}: ${sentence}`),
    resync: () => {
      resyncs += 1;
    },
  });
  t.mock.method(globalThis, "fetch", async () => {
    return new Response(JSON.stringify({ code: "seat_unavailable", seats: ["A1"], detail: "Taken." }), { status: 409 });
  });
  globalThis.document = { cookie: "csrftoken=abc", querySelector: () => null, getElementById: () => null };
  t.after(() => delete globalThis.document);
  await assert.rejects(book({ name: "Alice", email: "alice@example.in" }), { code: "seat_unavailable" });
  assert.match(sentences.at(-1), /^bad: Seat A1 was just taken/);
  assert.equal(resyncs, 1);
});
