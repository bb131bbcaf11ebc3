// Amounts are integer paise everywhere; only here do they become something to read.

/**
 * "₹1,23,456.50" with the Indian grouping of lakhs and crores. Whole rupees lose their ".00" unless
 * `exact` asks for it, as a bill does.
 */
export function rupees(paise, { exact = false } = {}) {
  if (!Number.isSafeInteger(paise)) throw new TypeError(`not a whole number of paise: ${paise}`);
  const positive = Math.abs(paise);
  const rest = positive % 100;
  const whole = String((positive - rest) / 100).replace(/(\d)(?=(\d\d)+\d$)/g, "$1,");
  const fraction = exact || rest ? `.${String(rest).padStart(2, "0")}` : "";
  return `${paise < 0 ? "−" : ""}₹${whole}${fraction}`;
}
