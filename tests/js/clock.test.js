import assert from "node:assert/strict";
import test from "node:test";

import { Countdown, minutesAndSeconds, ServerClock } from "../../frontend/static/frontend/js/lib/clock.js";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const at = (ms) => new Date(NOON + ms).toISOString();

test("a visitor whose clock is wrong sees the server's time", () => {
  let local = NOON - 180_000; // three minutes slow
  const clock = new ServerClock(() => local);
  clock.learn(at(0));
  assert.equal(clock.now(), NOON);
  local += 60_000;
  assert.equal(clock.secondsUntil(at(90_000)), 30);
});

test("of several messages the one that was least late counts", () => {
  let local = NOON;
  const clock = new ServerClock(() => local);
  for (const late of [400, 50, 900]) {
    clock.learn(at(local - NOON));
    local += late;
    clock.learn(at(local - NOON - late));
  }
  assert.equal(clock.now(), local);
});

test("after the clock was set again the old samples are soon forgotten", () => {
  let local = NOON;
  const clock = new ServerClock(() => local);
  clock.learn(at(0));
  local += 3_600_000; // the machine's clock jumps ahead; the server's does not
  for (let beat = 0; beat < 6; beat += 1) clock.learn(at(0));
  assert.equal(clock.now(), NOON);
});

test("what is no time teaches nothing", () => {
  const clock = new ServerClock(() => NOON);
  clock.learn("soon");
  clock.learn(undefined);
  assert.equal(clock.now(), NOON);
});

test("a message that was late a moment does not make five minutes into 5:01, and no time is below zero", () => {
  const clock = new ServerClock(() => NOON);
  assert.equal(clock.secondsUntil(at(300_080)), 300);
  assert.equal(clock.secondsUntil(at(61_000)), 61);
  assert.equal(clock.secondsUntil(at(-5_000)), 0);
});

test("minutes and seconds are written as on a clock", () => {
  assert.equal(minutesAndSeconds(0), "0:00");
  assert.equal(minutesAndSeconds(65), "1:05");
  assert.equal(minutesAndSeconds(3_905), "1:05:05");
});

test("a countdown counts every second down to its end, once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOON });
  const ticks = [];
  let ends = 0;
  const countdown = new Countdown(new ServerClock(), { onTick: (left) => ticks.push(left), onEnd: () => (ends += 1) });
  countdown.start(at(3_000));
  for (let step = 0; step < 40; step += 1) t.mock.timers.tick(250);
  assert.deepEqual(ticks, [3, 2, 1, 0]);
  assert.equal(ends, 1);
});

test("a countdown that is stopped or started again does not end for the old time", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOON });
  let ends = 0;
  const countdown = new Countdown(new ServerClock(), { onTick: () => {}, onEnd: () => (ends += 1) });
  countdown.start(at(1_000));
  countdown.start(at(9_000));
  for (let step = 0; step < 12; step += 1) t.mock.timers.tick(250);
  assert.equal(ends, 0);
  countdown.stop();
  for (let step = 0; step < 40; step += 1) t.mock.timers.tick(250);
  assert.equal(ends, 0);
});
