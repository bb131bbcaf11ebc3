import assert from "node:assert/strict";
import test from "node:test";

// A page in Hindi, as far as the sentences are concerned.
const TEXTS = {
  "{count} seat": ["{count} सीट", "{count} सीटें"],
  "Row {row} seat {number}": "पंक्ति {row} सीट {number}",
  "couple seat with {partner}": "{partner} के साथ कपल सीट",
  "held for you": "आपके लिए रुकी",
  "{several} and {last}": "{several} और {last}",
};
globalThis.document = {
  documentElement: { lang: "hi" },
  getElementById: (id) => (id === "texts" ? { textContent: JSON.stringify(TEXTS) } : null),
};
const { gettext, listed, ngettext } = await import("../../frontend/static/frontend/js/lib/text.js");
const { describeSeat } = await import("../../frontend/static/frontend/js/seatmap/seatmap.js");

test("a seat's name is read out in the page's language, its row and number as they are", () => {
  const seat = { row: "B", number: "12", tier: "Gold", couple: "B13" };
  assert.equal(describeSeat(seat, "mine", "₹250"), "पंक्ति B सीट 12, Gold, ₹250, B13 के साथ कपल सीट, आपके लिए रुकी");
});

test("none is counted as one is, as Hindi does", () => {
  const counted = [0, 1, 2, 21].map((count) => ngettext("{count} seat", "{count} seats", count));
  assert.deepEqual(counted, ["0 सीट", "1 सीट", "2 सीटें", "21 सीटें"]);
});

test("lists are joined in the page's language, and what has no translation stays English", () => {
  assert.equal(listed(["A1", "A2", "A3"]), "A1, A2 और A3");
  assert.equal(gettext("Not translated {way}", { way: "yet" }), "Not translated yet");
});
