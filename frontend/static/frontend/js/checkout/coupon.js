// The coupon field of the checkout page: applied, removed, and what is wrong with a code in words.

import { post, problemOf } from "../lib/api.js";
import { announce, byId, setText } from "../lib/dom.js";
import { rupees } from "../lib/money.js";
import { gettext } from "../lib/text.js";

/** @import { Problem } from "../lib/api.js" */
/** @import { Booking, Coupon } from "./bill.js" */

/**
 * `changed` gets every new price, `gone` a booking that can no longer be changed.
 * @typedef {{changed: (booking: Booking) => void, gone: (problem: Problem) => void}} Listeners
 */

/**
 * Why a coupon was refused, in words that say what to do. Codes are the API's.
 * @param {Pick<Problem, "code" | "message">} problem
 */
export function couponRefusal(problem) {
  switch (problem.code) {
    case "unknown_coupon":
    case "invalid_input":
      return gettext("There is no coupon with this code. Check the spelling.");
    case "coupon_expired":
      return gettext("This coupon has expired.");
    case "coupon_not_yet_valid":
      return gettext("This coupon cannot be used yet.");
    case "coupon_used_up":
      return gettext("This coupon has been used up by others.");
    case "coupon_already_used":
      return gettext("You have used this coupon already.");
    case "coupon_wrong_show":
      return gettext("This coupon is not for this show.");
    case "coupon_takes_nothing_off":
      return gettext("This coupon gives no discount on these seats.");
    case "too_many_guesses":
      return gettext("Too many unknown codes were tried. Wait ten minutes, or pay without a coupon.");
    case "payment_started":
      return gettext("Payment has begun: the price can no longer change.");
    default:
      return problem.message;
  }
}

export class CouponField {
  #busy = false;

  /**
   * @param {string} path
   * @param {Listeners} on
   */
  constructor(path, { changed, gone }) {
    this.path = path;
    this.changed = changed;
    this.gone = gone;
    this.form = byId("coupon-form", HTMLFormElement);
    this.input = byId("coupon", HTMLInputElement);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const code = this.input.value.trim();
      if (code) this.#send(code);
      else this.#refuse(gettext("Enter your coupon code."));
    });
    byId("coupon-remove").addEventListener("click", () => this.#send(null));
    this.input.addEventListener("input", () => this.#refuse(""));
  }

  /**
   * Which coupon is on the booking.
   * @param {Coupon | null} coupon
   */
  show(coupon) {
    this.form.hidden = Boolean(coupon);
    byId("coupon-on").hidden = !coupon;
    if (coupon) {
      setText(byId("coupon-code"), coupon.code);
      setText(byId("coupon-saved"), rupees(coupon.discount));
    }
  }

  /** Payment has begun: what is on stays on. */
  close() {
    this.form.hidden = true;
    byId("coupon-remove").hidden = true;
    byId("coupon-box").hidden = byId("coupon-on").hidden;
  }

  /** @param {string | null} code null takes the coupon off */
  async #send(code) {
    if (this.#busy) return;
    this.#busy = true;
    this.form.classList.add("is-busy");
    this.#refuse("");
    try {
      /** @type {Booking} */
      const booking = await post(this.path, { code });
      this.show(booking.coupon);
      this.changed(booking);
      this.#announce(booking);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 409 || problem.status === 410) this.gone(problem);
      this.#refuse(couponRefusal(problem));
    } finally {
      this.#busy = false;
      this.form.classList.remove("is-busy");
    }
  }

  /** @param {Booking} booking */
  #announce({ coupon, total }) {
    const sentence = coupon
      ? gettext("Coupon {code} saves you {saved}. To pay: {total}.", {
          code: coupon.code,
          saved: rupees(coupon.discount),
          total: rupees(total),
        })
      : gettext("The coupon was removed. To pay: {total}.", { total: rupees(total) });
    announce(byId("coupon-said"), sentence);
    this.input.value = "";
    (coupon ? byId("coupon-remove") : this.input).focus(); // the button that was pressed is gone
  }

  /** @param {string} sentence what is wrong with the code, "" for nothing */
  #refuse(sentence) {
    setText(byId("coupon-error"), sentence);
    this.input.classList.toggle("is-invalid", Boolean(sentence));
    if (sentence) {
      this.input.setAttribute("aria-invalid", "true");
      this.input.focus();
    } else this.input.removeAttribute("aria-invalid");
  }
}
