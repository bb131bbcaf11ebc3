// Razorpay's checkout.js: loaded when it is needed, from the address the server names, and opened for an order.

import { gettext } from "../lib/text.js";

/**
 * The answer of POST /api/payments/initiate/; `amount` in paise.
 * @typedef {object} Order
 * @property {string} order_id
 * @property {string} key_id
 * @property {number} amount
 * @property {string} currency
 * @property {string} name
 * @property {string} description
 * @property {{name: string, email: string, contact: string}} prefill
 * @property {string} checkout_js where the script is
 * @property {string} expires_at ISO 8601
 */

/** What must be verified. @typedef {Record<"razorpay_order_id" | "razorpay_payment_id" | "razorpay_signature", string>} Payment */

/** @typedef {{description?: string}} PaymentError */

/**
 * @typedef {object} Listeners
 * @property {(payment: Payment) => void} paid
 * @property {(error: PaymentError) => void} failed
 * @property {() => void} dismissed
 */

/**
 * What we use of Razorpay's own interface.
 * @typedef {object} Sheet
 * @property {(name: "payment.failed", listener: (answer: {error?: PaymentError}) => void) => void} on
 * @property {() => void} open
 */

/** @typedef {new (options: object) => Sheet} Razorpay */

const LOAD_MS = 15_000;
/** By address. @type {Map<string, Promise<Razorpay>>} */
const loading = new Map();

/**
 * Opens the payment sheet. Rejects when the script cannot be loaded.
 * @param {Order} order
 * @param {number} seconds after which the sheet closes
 * @param {Listeners} on
 */
export async function openSheet(order, seconds, on) {
  const Razorpay = await load(order.checkout_js);
  const sheet = new Razorpay({
    key: order.key_id,
    order_id: order.order_id,
    amount: order.amount,
    currency: order.currency,
    name: order.name,
    description: order.description,
    prefill: order.prefill,
    timeout: Math.max(1, seconds),
    retry: { enabled: true },
    handler: (/** @type {Payment} */ payment) => on.paid(payment),
    modal: { ondismiss: () => on.dismissed() },
  });
  sheet.on("payment.failed", (answer) => on.failed(answer.error || {}));
  sheet.open();
}

/**
 * @param {string} address
 * @returns {Promise<Razorpay>}
 */
function load(address) {
  const running = loading.get(address);
  if (running) return running;
  const script = document.createElement("script");
  const loaded = new Promise((resolve, reject) => {
    const fail = () => {
      clearTimeout(timer);
      loading.delete(address); // the next press of the button tries again
      script.remove();
      reject(new Error(gettext("The payment window could not be loaded. Check your connection and try again.")));
    };
    const timer = setTimeout(fail, LOAD_MS);
    script.src = address;
    script.onerror = fail;
    script.onload = () => {
      clearTimeout(timer);
      const Razorpay = razorpay();
      if (Razorpay) resolve(Razorpay);
      else fail();
    };
  });
  loading.set(address, loaded);
  document.head.append(script);
  return loaded;
}

/** What the script has put on the window. */
function razorpay() {
  return /** @type {{Razorpay?: Razorpay}} */ (window).Razorpay;
}
