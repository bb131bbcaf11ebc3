import assert from "node:assert/strict";
import test from "node:test";

import { refusal } from "../../frontend/static/frontend/js/booking/refusals.js";
import { Problem } from "../../frontend/static/frontend/js/lib/api.js";
import { gettext, listed, ngettext } from "../../frontend/static/frontend/js/lib/text.js";
import { contrast, hex, onStage } from "../../frontend/static/frontend/js/seatmap/colours.js";
import { describeSeat } from "../../frontend/static/frontend/js/seatmap/seatmap.js";
import { hall } from "./hall.js";

test("a seat's name says row, number, tier, price and state", () => {
  const [seat] = hall({ B: 1 }, { B1: { number: "12" } }).seats;
  assert.equal(describeSeat(seat, "available", "₹250"), "Row B seat 12, Gold, ₹250, available");
});

test("a seat's name says what is special about it", () => {
  const [first, second] = hall({ L: 2 }, { L1: { couple: "L2" }, L2: { wheelchair: true } }).seats;
  assert.equal(describeSeat(first, "mine", "₹700"), "Row L seat 1, Gold, ₹700, couple seat with L2, held for you");
  assert.equal(describeSeat(second, "sold", "₹700"), "Row L seat 2, Gold, ₹700, wheelchair place, sold");
});

test("every refusal of the contract has words of its own", () => {
  const codes = [
    "seat_unavailable",
    "too_many_seats",
    "leaves_single_seat",
    "unknown_seat",
    "show_closed",
    "hold_expired",
    "holds_unavailable",
    "too_many_requests",
  ];
  const sentences = codes.map((code) => refusal(code, ["A1"], { most: 10 }));
  assert.equal(new Set(sentences).size, codes.length);
  for (const sentence of sentences) assert.doesNotMatch(sentence, /[{}]|undefined/);
  assert.match(refusal("a_new_code", [], { most: 10 }), /a_new_code/);
});

test("a rate that is used up says how long to wait, whatever the server wrote", () => {
  const answer = { code: "too_many_requests", detail: "English of the API", retry_after: 42 };
  assert.match(new Problem(429, answer).message, /Wait 42 seconds/);
  assert.match(new Problem(429, { ...answer, retry_after: 1 }).message, /Wait 1 second,/);
  assert.equal(new Problem(409, { code: "not_sold_out", detail: "There are seats." }).message, "There are seats.");
});

test("values are put in, holes without a value stay visible", () => {
  assert.equal(gettext("Seat {seat} of {hall}", { seat: "B12" }), "Seat B12 of {hall}");
  assert.equal(ngettext("{count} seat", "{count} seats", 1), "1 seat");
  assert.equal(ngettext("{count} seat", "{count} seats", 0), "0 seats");
  assert.equal(listed(["A1", "A2", "A3"]), "A1, A2 and A3");
  assert.equal(listed([]), "");
});

test("every colour of a plan can be read on the dark stage", () => {
  for (const colour of ["#000000", "#7ba6c7", "#123", "#c86a9a", "#ffffff", "#00f"]) {
    const rgb = onStage(colour, hex).match(/\d+/g).map(Number);
    assert.ok(contrast(rgb, [18, 15, 24]) >= 4.5, colour);
  }
});
