import assert from "node:assert/strict";
import test from "node:test";

import { freeFor, partOf } from "../../frontend/static/frontend/js/booking/waitlist.js";
import { applySnapshot } from "../../frontend/static/frontend/js/seatmap/changes.js";
import { createState } from "../../frontend/static/frontend/js/seatmap/state.js";
import { hall, snapshotOf } from "./hall.js";

function showing(letters, change = () => {}) {
  const layout = hall({ A: 4, B: 4 });
  change(layout.seats);
  const state = createState(layout);
  applySnapshot(state, snapshotOf([...letters]));
  return state;
}

test("a party counts on free seats of its tier, never on wheelchair or companion places", () => {
  assert.equal(freeFor(showing("aahsbaaa")), 5);
  assert.equal(freeFor(showing("aahsbaaa", (seats) => (seats[0].wheelchair = seats[1].companion = true))), 3);
  const tiers = (seats) => {
    for (const seat of seats) seat.tier = seat.id[0] === "A" ? "Classic" : "Prime";
  };
  assert.equal(freeFor(showing("aahsbaaa", tiers), "Classic"), 2);
  assert.equal(freeFor(showing("aahsbaaa", tiers), "Prime"), 3);
});

test("half a couple's place is no place", () => {
  const couple = (seats) =>
    Object.assign(seats[0], { couple: seats[1].id }) && Object.assign(seats[1], { couple: seats[0].id });
  assert.equal(freeFor(showing("ahssssss", couple)), 0);
  assert.equal(freeFor(showing("aassssss", couple)), 2);
});

test("the card shows the offer while its time lasts, then the place in the queue, and the form when seats are short", () => {
  const usual = { open: true, joinable: true, short: false, secondsLeft: 60 };
  assert.equal(partOf({ status: "offered" }, usual), "offer");
  assert.equal(partOf({ status: "offered" }, { ...usual, secondsLeft: 0 }), null);
  assert.equal(partOf({ status: "waiting" }, { ...usual, short: true }), "waiting");
  assert.equal(partOf({ status: "unconfirmed" }, usual), "unconfirmed");
  assert.equal(partOf(null, usual), null);
  assert.equal(partOf(null, { ...usual, short: true }), "form");
  assert.equal(partOf({ status: "lapsed" }, { ...usual, short: true }), "form");
});

test("about to begin, nobody joins any more, and an offer stays good; a closed sale shows nothing", () => {
  const late = { open: true, joinable: false, short: true, secondsLeft: 60 };
  assert.equal(partOf(null, late), null);
  assert.equal(partOf({ status: "offered" }, late), "offer");
  assert.equal(partOf({ status: "offered" }, { ...late, open: false }), null);
});
