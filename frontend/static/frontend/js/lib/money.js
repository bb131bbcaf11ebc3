// Amounts are integer paise everywhere; only here do they become something to read.

const EXACT = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });
const WHOLE = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR", maximumFractionDigits: 0 });

/**
 * "₹1,23,456.50" with the Indian grouping of lakhs and crores. Whole rupees lose their ".00" unless
 * `exact` asks for it, as a bill does. Raises TypeError for anything but a whole number of paise.
 * @param {number} paise
 * @param {{exact?: boolean}} [options]
 */
export function rupees(paise, { exact = false } = {}) {
  if (!Number.isSafeInteger(paise)) throw new TypeError(`not a whole number of paise: ${paise}`);
  const amount = Math.abs(paise) / 100;
  // The sign is ours: Intl writes a hyphen, the templates write a minus.
  return `${paise < 0 ? "−" : ""}${(exact || paise % 100 ? EXACT : WHOLE).format(amount)}`;
}
