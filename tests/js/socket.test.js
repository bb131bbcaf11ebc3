import assert from "node:assert/strict";
import test from "node:test";

import { parse, parseBoard, ping } from "../../frontend/static/frontend/js/live/protocol.js";
import { backoff, LiveSocket } from "../../frontend/static/frontend/js/live/socket.js";

class FakeSocket {
  static made = [];
  readyState = 0;
  sent = [];

  constructor(address) {
    this.address = address;
    FakeSocket.made.push(this);
  }

  open() {
    this.readyState = 1;
    this.onopen({});
  }

  say(message) {
    this.onmessage({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }

  drop(code) {
    this.readyState = 3;
    this.onclose({ code });
  }

  send(frame) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.readyState = 3;
  }
}

const HEARTBEAT = { type: "heartbeat", seq: 1, viewers: 1, now: "2026-11-23T10:00:00Z" };

const MAP = { parse, ping, silence: 25_000 };
const BOARD = { parse: parseBoard, stop: [4401], waits: { first: 1_000, longest: 30_000 } };

function started(t, options = MAP) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  FakeSocket.made = [];
  const seen = { messages: [], statuses: [] };
  const live = new LiveSocket(
    "ws://hall/ws/shows/1/",
    {
      onMessage: (message) => seen.messages.push(message),
      onStatus: (status, code) => seen.statuses.push([status, code]),
    },
    { Socket: FakeSocket, random: () => 0.5, ...options },
  );
  live.start();
  return { live, seen, tick: (ms) => t.mock.timers.tick(ms) };
}

test("waits are spread over the whole of a cap that doubles and then stays", () => {
  assert.equal(
    backoff(0, 0, () => 0),
    0,
  );
  assert.equal(
    backoff(0, 0, () => 1),
    500,
  );
  assert.equal(
    backoff(3, 0, () => 1),
    4_000,
  );
  assert.equal(
    backoff(50, 0, () => 1),
    20_000,
  );
});

test("a server that asked for room is left in peace longer", () => {
  for (const code of [1013, 4429])
    assert.equal(
      backoff(0, code, () => 1),
      4_000,
    );
});

test("a lost connection is made again", (t) => {
  const { seen, tick } = started(t);
  FakeSocket.made[0].open();
  FakeSocket.made[0].drop(1006);
  tick(250);
  assert.equal(FakeSocket.made.length, 2);
  FakeSocket.made[1].open();
  assert.deepEqual(
    seen.statuses.map(([status]) => status),
    ["connecting", "open", "waiting", "connecting", "open"],
  );
});

for (const code of [1000, 1001, 1006, 1011, 1012, 1013, 4429]) {
  test(`${code} means come back`, (t) => {
    const { tick } = started(t);
    FakeSocket.made[0].open();
    FakeSocket.made[0].drop(code);
    tick(30_000);
    assert.ok(FakeSocket.made.length > 1);
  });
}

for (const code of [4400, 4401, 4404]) {
  test(`${code} means stop`, (t) => {
    const { seen, tick } = started(t);
    FakeSocket.made[0].open();
    FakeSocket.made[0].drop(code);
    tick(600_000);
    assert.equal(FakeSocket.made.length, 1);
    assert.deepEqual(seen.statuses.at(-1), ["stopped", code]);
  });
}

test("a proxy that opens and closes at once does not reset the backoff; a server that speaks does", (t) => {
  const { tick } = started(t);
  for (let round = 0; round < 3; round += 1) {
    FakeSocket.made.at(-1).open();
    FakeSocket.made.at(-1).drop(1006);
    tick(250 * 2 ** round);
    assert.equal(FakeSocket.made.length, round + 2);
  }
  FakeSocket.made.at(-1).open();
  FakeSocket.made.at(-1).say(HEARTBEAT);
  FakeSocket.made.at(-1).drop(1006);
  tick(250);
  assert.equal(FakeSocket.made.length, 5);
});

test("silence of 25 seconds is a broken connection, and its late words are not heard", (t) => {
  const { seen, tick } = started(t);
  const silent = FakeSocket.made[0];
  silent.open();
  tick(20_000);
  silent.say(HEARTBEAT);
  tick(20_000);
  assert.equal(FakeSocket.made.length, 1);
  tick(6_000);
  tick(250);
  assert.equal(FakeSocket.made.length, 2);
  silent.say(HEARTBEAT);
  assert.equal(seen.messages.length, 1);
});

test("frames that mean nothing are passed over", (t) => {
  const { seen } = started(t);
  FakeSocket.made[0].open();
  FakeSocket.made[0].say("nonsense");
  FakeSocket.made[0].say({ type: "delta", from: 0, to: "x", changes: {} });
  assert.deepEqual(seen.messages, []);
});

test("nothing is queued for a socket that is not open", (t) => {
  const { live } = started(t);
  assert.equal(live.send({ type: "ping" }), false);
  FakeSocket.made[0].open();
  assert.equal(live.send({ type: "ping" }), true);
  assert.deepEqual(FakeSocket.made[0].sent, [{ type: "ping" }]);
});

test("a socket that was stopped stays away", (t) => {
  const { live, tick } = started(t);
  FakeSocket.made[0].open();
  live.stop();
  tick(60_000);
  assert.equal(FakeSocket.made.length, 1);
});

test("a socket without heartbeats may be silent for as long as it likes", (t) => {
  const { seen, tick } = started(t, BOARD);
  FakeSocket.made[0].open();
  tick(3_600_000);
  assert.equal(FakeSocket.made.length, 1);
  FakeSocket.made[0].say({ type: "figures", shows: [] });
  assert.deepEqual(seen.messages, [{ type: "figures", shows: [] }]);
});

test("every page has its own waits and its own codes that mean stop", (t) => {
  const { seen, tick } = started(t, BOARD);
  FakeSocket.made[0].open();
  FakeSocket.made[0].drop(4404);
  tick(499);
  assert.equal(FakeSocket.made.length, 1);
  tick(1);
  assert.equal(FakeSocket.made.length, 2);
  FakeSocket.made[1].drop(4401);
  tick(600_000);
  assert.equal(FakeSocket.made.length, 2);
  assert.deepEqual(seen.statuses.at(-1), ["stopped", 4401]);
});

test("coming to the front asks a silent server whether it is there, or connects at once where nothing is connected", (t) => {
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  t.after(() => delete globalThis.document);
  for (const options of [MAP, BOARD]) {
    const { live } = started(t, options);
    FakeSocket.made[0].open();
    document.dispatchEvent(new Event("visibilitychange"));
    assert.deepEqual(FakeSocket.made[0].sent, options.ping ? [{ type: "ping" }] : []);
    FakeSocket.made[0].drop(1006);
    document.dispatchEvent(new Event("visibilitychange"));
    assert.equal(FakeSocket.made.length, 2);
    live.stop();
    t.mock.timers.reset();
  }
});
