// The bill of a booking, added up from its lines. Amounts are paise; every one of them is the server's own.

import { byId, setText } from "../lib/dom.js";
import { rupees } from "../lib/money.js";

/**
 * One seat of a booking; `base` is its price after the discount.
 * @typedef {Record<"base" | "discount" | "fee" | "cgst" | "sgst" | "fee_cgst" | "fee_sgst", number>} Line
 */

/** What a coupon takes off. @typedef {{code: string, discount: number}} Coupon */

/**
 * A booking as the HTTP API has it.
 * @typedef {object} Booking
 * @property {"pending" | "confirmed" | "cancelled" | "expired"} status
 * @property {Line[]} lines
 * @property {Coupon | null} coupon
 * @property {number} total
 * @property {string} expires_at ISO 8601
 */

/**
 * `{seats, discount, fee, cgst, sgst, total}`; seats are before the discount.
 * @param {Pick<Booking, "lines" | "total">} booking
 */
export function sums({ lines, total }) {
  const add = (/** @type {(keyof Line)[]} */ ...names) =>
    lines.reduce((sum, line) => names.reduce((subtotal, name) => subtotal + line[name], sum), 0);
  return {
    seats: add("base", "discount"),
    discount: add("discount"),
    fee: add("fee"),
    cgst: add("cgst", "fee_cgst"),
    sgst: add("sgst", "fee_sgst"),
    total,
  };
}

/**
 * Writes them onto the page.
 * @param {Booking} booking
 */
export function showBill(booking) {
  const bill = sums(booking);
  for (const [name, paise] of Object.entries(bill)) {
    setText(byId(`bill-${name}`), rupees(name === "discount" ? -paise : paise));
  }
  byId("bill-discount-row").hidden = bill.discount === 0;
}
