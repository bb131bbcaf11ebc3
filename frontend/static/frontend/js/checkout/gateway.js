// Razorpay's checkout.js: loaded when it is needed, from the address the server names, and opened for an order.

import { gettext } from "../lib/text.js";

const LOAD_MS = 15_000;
const loading = new Map(); // address → promise

/**
 * Opens the payment sheet. `order` is the answer of /api/payments/initiate/; `on` has paid(answer), with what
 * must be verified, failed(error), and dismissed(). Rejects when the script cannot be loaded.
 */
export async function openSheet(order, seconds, on) {
  await load(order.checkout_js);
  const sheet = new window.Razorpay({
    key: order.key_id,
    order_id: order.order_id,
    amount: order.amount,
    currency: order.currency,
    name: order.name,
    description: order.description,
    prefill: order.prefill,
    timeout: Math.max(1, seconds),
    retry: { enabled: true },
    handler: (answer) => on.paid(answer),
    modal: { ondismiss: () => on.dismissed() },
  });
  sheet.on("payment.failed", (answer) => on.failed(answer.error || {}));
  sheet.open();
}

function load(address) {
  if (!loading.has(address)) {
    loading.set(
      address,
      new Promise((loaded, broken) => {
        const script = document.createElement("script");
        const give = () => {
          loading.delete(address); // the next press of the button tries again
          script.remove();
          broken(new Error(gettext("The payment window could not be loaded. Check your connection and try again.")));
        };
        const timer = setTimeout(give, LOAD_MS);
        script.src = address;
        script.onerror = () => {
          clearTimeout(timer);
          give();
        };
        script.onload = () => {
          clearTimeout(timer);
          if (window.Razorpay) loaded();
          else give();
        };
        document.head.append(script);
      }),
    );
  }
  return loading.get(address);
}
