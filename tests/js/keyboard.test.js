import assert from "node:assert/strict";
import test from "node:test";

import { neighbour, pitchOf, rowEnds, rowsOf, seatAt } from "../../frontend/static/frontend/js/seatmap/geometry.js";
import { chance, hall } from "./hall.js";

function walk(layout, from, ...directions) {
  const rows = rowsOf(layout.seats);
  const pitch = pitchOf(layout.seats);
  let here = layout.seats.find((seat) => seat.id === from);
  for (const direction of directions) here = neighbour(rows, here, direction, pitch);
  return here === null ? null : here.id;
}

const PLAIN = hall({ A: 5, B: 5, C: 5 });

test("left and right follow the row", () => {
  assert.equal(walk(PLAIN, "B3", "right"), "B4");
  assert.equal(walk(PLAIN, "B3", "left"), "B2");
});

test("up is towards the screen, down away from it", () => {
  assert.equal(walk(PLAIN, "B3", "up"), "A3");
  assert.equal(walk(PLAIN, "B3", "down"), "C3");
});

test("at the hall's edges there is nowhere to go", () => {
  assert.equal(walk(PLAIN, "A5", "right"), null);
  assert.equal(walk(PLAIN, "A1", "left"), null);
  assert.equal(walk(PLAIN, "A3", "up"), null);
  assert.equal(walk(PLAIN, "C3", "down"), null);
});

test("an aisle is crossed in one step", () => {
  const aisle = hall({ A: 6 }, { A4: { x: 200 }, A5: { x: 230 }, A6: { x: 260 } });
  assert.equal(walk(aisle, "A3", "right"), "A4");
  assert.equal(walk(aisle, "A4", "left"), "A3");
});

test("a row that is numbered from right to left is walked as it is seen", () => {
  const turned = hall({ A: 3 }, { A1: { x: 30 }, A2: { x: 0 }, A3: { x: -30 } });
  assert.equal(walk(turned, "A2", "right"), "A1");
});

test("from the end of a long row a shorter next row is not skipped", () => {
  assert.equal(walk(hall({ A: 11, B: 5, C: 11 }), "C11", "up"), "B5");
});

test("in a curved row the next row is found although its seats lie at other heights", () => {
  const bend = (count, line) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, place) => [
        `${line}${place + 1}`,
        { y: (line === "A" ? 0 : 30) + (place - 4) ** 2 * 4 },
      ]),
    );
  const curved = hall({ A: 9, B: 9 }, { ...bend(9, "A"), ...bend(9, "B") });
  assert.equal(walk(curved, "A1", "down"), "B1");
  assert.equal(walk(curved, "B9", "up"), "A9");
  assert.equal(walk(curved, "A5", "right"), "A6");
});

test("rows of two zones side by side are walked from one into the other", () => {
  const zones = hall(
    { "Left A": 3, "Right A": 3 },
    {
      "Right A1": { x: 90, y: 0 },
      "Right A2": { x: 120, y: 0 },
      "Right A3": { x: 150, y: 0 },
    },
  );
  assert.equal(walk(zones, "Left A3", "right"), "Right A1");
  assert.equal(walk(zones, "Right A1", "left"), "Left A3");
});

test("Home and End are the row's ends", () => {
  const [first, last] = rowEnds(
    rowsOf(PLAIN.seats),
    PLAIN.seats.find((seat) => seat.id === "B3"),
  );
  assert.deepEqual([first.id, last.id], ["B1", "B5"]);
});

test("every seat of any hall can be reached by arrow keys from the first", () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = chance(seed);
    const rows = Object.fromEntries([..."ABCDEFGH"].map((row) => [row, 1 + Math.floor(random() * 12)]));
    const layout = hall(rows);
    for (const seat of layout.seats) seat.y += Math.round((seat.x / 60) ** 2);
    const all = rowsOf(layout.seats);
    const seen = new Set([layout.seats[0].id]);
    const waiting = [layout.seats[0]];
    while (waiting.length) {
      const from = waiting.pop();
      for (const direction of ["left", "right", "up", "down"]) {
        const next = neighbour(all, from, direction, 30);
        if (next && !seen.has(next.id)) {
          seen.add(next.id);
          waiting.push(next);
        }
      }
    }
    assert.equal(seen.size, layout.seats.length, `seed ${seed}`);
  }
});

test("seats are as far apart as neighbours are, whatever the aisles", () => {
  assert.equal(pitchOf(hall({ A: 6 }, { A4: { x: 200 }, A5: { x: 230 }, A6: { x: 260 } }).seats), 30);
  assert.equal(pitchOf(hall({ A: 1 }).seats), 30);
});

test("a finger beside a seat means that seat, between far ones none", () => {
  assert.equal(seatAt(PLAIN.seats, 4, 8, 16).id, "A3");
  assert.equal(seatAt(PLAIN.seats, 0, 400, 16), null);
});
