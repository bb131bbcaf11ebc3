import assert from "node:assert/strict";
import test from "node:test";

import { sums } from "../../frontend/static/frontend/js/checkout/bill.js";
import { couponRefusal } from "../../frontend/static/frontend/js/checkout/coupon.js";

const line = (more) => ({
  base: 15_001,
  discount: 4_999,
  gst: 2_701,
  cgst: 1_351,
  sgst: 1_350,
  fee: 2_000,
  fee_gst: 361,
  fee_cgst: 181,
  fee_sgst: 180,
  ...more,
});

test("a bill is what its lines add up to, seats before the discount", () => {
  const lines = [line(), line({ base: 20_000, discount: 0, cgst: 1_800, sgst: 1_800 })];
  assert.deepEqual(sums({ lines, total: 45_984 }), {
    seats: 40_000,
    discount: 4_999,
    fee: 4_000,
    cgst: 3_513,
    sgst: 3_510,
    total: 45_984,
  });
});

test("what the seats cost, less the discount, with fee and both taxes, is the total", () => {
  const one = line();
  const bill = sums({ lines: [one], total: one.base + one.gst + one.fee + one.fee_gst });
  assert.equal(bill.seats - bill.discount + bill.fee + bill.cgst + bill.sgst, bill.total);
});

test("every refusal of a coupon has words of its own, and an unknown one the server's", () => {
  const codes = [
    "unknown_coupon",
    "coupon_expired",
    "coupon_not_yet_valid",
    "coupon_used_up",
    "coupon_already_used",
    "coupon_wrong_show",
    "coupon_takes_nothing_off",
    "too_many_guesses",
    "payment_started",
  ];
  const words = codes.map((code) => couponRefusal({ code, message: "server" }));
  assert.equal(new Set(words).size, codes.length);
  assert.ok(!words.includes("server"));
  assert.equal(couponRefusal({ code: "something_new", message: "server" }), "server");
});
