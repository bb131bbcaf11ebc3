// The checkout page: countdown, pay button, and every way in which this page learns of the payment.

import { showBill } from "../checkout/bill.js";
import { CouponField } from "../checkout/coupon.js";
import { openSheet } from "../checkout/gateway.js";
import { Watch } from "../checkout/waiting.js";
import { post, problemOf } from "../lib/api.js";
import { Countdown, minutesAndSeconds, ServerClock } from "../lib/clock.js";
import { byId, pageData, setText } from "../lib/dom.js";
import { Messages } from "../lib/messages.js";
import { rupees } from "../lib/money.js";
import { gettext } from "../lib/text.js";

/** @import { Problem } from "../lib/api.js" */
/** @import { Booking } from "../checkout/bill.js" */
/** @import { Order, Payment } from "../checkout/gateway.js" */
/** @import { Kind } from "../lib/messages.js" */

/**
 * What the server writes into the page; frontend/views/checkout.py makes it. Times are ISO 8601; `began`: a payment
 * may be under way.
 * @typedef {{booking: string, expires_at: string, now: string, began: boolean,
 *   paths: Record<"initiate" | "verify" | "booking" | "coupon" | "done", string>}} Page
 */

const LAST_MINUTE = 60;

/** @type {Page} */
const page = pageData("checkout-data");
const button = byId("pay");
let label = byId("pay-label").textContent;
const messages = new Messages(byId("messages"));
const say = (/** @type {Kind} */ kind, /** @type {string} */ sentence) =>
  messages.show(kind, sentence, { key: "payment" });
const clock = new ServerClock();
clock.learn(page.now);
let over = false;
let busy = false;

const countdown = new Countdown(clock, {
  onTick: (left) => {
    setText(byId("countdown"), minutesAndSeconds(left));
    byId("timebox").classList.toggle("is-short", left <= LAST_MINUTE);
  },
  onEnd: () => {
    over = true;
    setBusy(false);
    say(
      "warn",
      gettext("The time for paying is over. If you have just paid, stay on this page: we are asking the bank."),
    );
    watch.start();
    watch.ask();
  },
});

const watch = new Watch(page.paths.booking, (booking) => {
  if (booking.status === "confirmed") leave();
  else if (booking.status !== "pending") window.location.reload();
  else if (booking.expires_at && booking.expires_at !== countdown.until && clock.secondsUntil(booking.expires_at)) {
    over = false;
    setBusy(busy);
    countdown.start(booking.expires_at);
  }
});

const coupon = new CouponField(page.paths.coupon, { changed: priced, gone: () => watch.ask() });

/** @param {Booking} booking */
function priced(booking) {
  showBill(booking);
  label = gettext("Pay {total}", { total: rupees(booking.total) });
  setBusy(busy);
}

async function pay() {
  if (busy || over) return;
  setBusy(true);
  messages.clear("payment");
  try {
    /** @type {Order} */
    const order = await post(page.paths.initiate, { booking: page.booking });
    coupon.close();
    if (order.expires_at) countdown.start(order.expires_at);
    await openSheet(order, clock.secondsUntil(order.expires_at || page.expires_at), {
      paid: verify,
      failed: (error) => {
        setBusy(false);
        say(
          "bad",
          gettext("The payment did not go through: {why} Your seats are still held; try again or pay another way.", {
            why: error.description || gettext("the bank refused it."),
          }),
        );
      },
      dismissed: () => {
        setBusy(false);
        say(
          "info",
          gettext(
            "The payment window was closed. Your seats are still held. If you have paid already, stay on this page: we are asking the bank.",
          ),
        );
      },
    });
    watch.start();
  } catch (error) {
    setBusy(false);
    refuse(problemOf(error));
  }
}

/** @param {Payment} payment */
async function verify(payment) {
  setBusy(true, gettext("Confirming your tickets …"));
  say("info", gettext("Thank you. Your payment is being confirmed."));
  const { razorpay_order_id, razorpay_payment_id, razorpay_signature } = payment;
  try {
    /** @type {Booking} */
    const booking = await post(page.paths.verify, { razorpay_order_id, razorpay_payment_id, razorpay_signature });
    if (booking.status === "confirmed") leave();
    else if (booking.status !== "pending") window.location.reload();
  } catch (error) {
    // The gateway informs the server too: what this page could not send arrives there anyway.
    if (problemOf(error).code === "bad_signature")
      say(
        "bad",
        gettext(
          "This payment could not be checked. If money left your account, stay on this page: we are asking the bank.",
        ),
      );
    else
      say(
        "warn",
        gettext(
          "We could not confirm your payment yet. Stay on this page: we are asking the bank, and your tickets will appear here.",
        ),
      );
    setBusy(false);
  }
  watch.start();
}

/** @param {Problem} problem */
function refuse(problem) {
  if (problem.code === "already_paid") leave();
  else if (problem.code === "hold_expired") watch.ask();
  else if (problem.code === "price_changed") window.location.reload();
  say(
    "bad",
    problem.code === "gateway_unavailable"
      ? gettext("The payment service does not answer at the moment. Nothing is lost: try again shortly.")
      : problem.message,
  );
}

function leave() {
  watch.stop();
  countdown.stop();
  window.location.replace(page.paths.done);
}

/**
 * @param {boolean} now
 * @param {string} sentence the button's label while busy
 */
function setBusy(now, sentence = gettext("Opening the payment window …")) {
  busy = now;
  button.setAttribute("aria-disabled", String(now || over));
  button.classList.toggle("is-busy", now);
  setText(byId("pay-label"), now ? sentence : label);
}

button.addEventListener("click", pay);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload(); // from the browser's memory: the booking has moved on since
});
countdown.start(page.expires_at);
if (page.began) watch.start();
