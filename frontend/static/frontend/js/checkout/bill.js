// The bill of a booking, added up from its lines. Amounts are paise; every one of them is the server's own.

import { byId, setText } from "../lib/dom.js";
import { rupees } from "../lib/money.js";

/** `{seats, discount, fee, cgst, sgst, total}` of a booking as the API has it; seats are before the discount. */
export function sums(booking) {
  const add = (...names) =>
    booking.lines.reduce((sum, line) => names.reduce((so_far, name) => so_far + line[name], sum), 0);
  return {
    seats: add("base", "discount"),
    discount: add("discount"),
    fee: add("fee"),
    cgst: add("cgst", "fee_cgst"),
    sgst: add("sgst", "fee_sgst"),
    total: booking.total,
  };
}

/** Writes them onto the page. */
export function showBill(booking) {
  const bill = sums(booking);
  for (const [name, paise] of Object.entries(bill)) {
    setText(byId(`bill-${name}`), rupees(name === "discount" ? -paise : paise));
  }
  byId("bill-discount-row").hidden = bill.discount === 0;
}
