import assert from "node:assert/strict";
import test from "node:test";

import { rupees } from "../../frontend/static/frontend/js/lib/money.js";

test("paise become rupees with the digits grouped as in India", () => {
  const cases = [
    [0, "₹0"],
    [5, "₹0.05"],
    [100, "₹1"],
    [25000, "₹250"],
    [25050, "₹250.50"],
    [99999, "₹999.99"],
    [100000, "₹1,000"],
    [1234567, "₹12,345.67"],
    [10000000, "₹1,00,000"],
    [123456789, "₹12,34,567.89"],
    [1000000000, "₹1,00,00,000"],
    [1234567890100, "₹12,34,56,78,901"],
  ];
  for (const [paise, words] of cases) assert.equal(rupees(paise), words);
});

test("a bill shows its paise even where there are none", () => assert.equal(rupees(25000, { exact: true }), "₹250.00"));

test("money going back has its sign in front", () => assert.equal(rupees(-12345678), "−₹1,23,456.78"));

test("half a paisa is a mistake, not an amount", () => {
  for (const wrong of [0.5, NaN, Infinity, "250", null, undefined]) assert.throws(() => rupees(wrong), TypeError);
});
