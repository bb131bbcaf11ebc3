/* The payment sheet with the interface of Razorpay's checkout.js: new Razorpay({...}).open(), .close(), .on(name, f).

   It must work under `default-src 'self'; style-src 'self'` (so no inline style, no inline script), and must not know
   where it is served: everything it calls lies beside this file, whatever prefix a proxy put in front. The sheet is a
   modal <dialog> in a shadow root. `silent` closes it like a tab that was closed: the handler is not called. */
(() => {
  // biome-ignore lint/suspicious/noRedundantUseStrict: a classic script, as Razorpay's is, and no module
  "use strict";
  /** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

  /**
   * The options of Razorpay's that this sheet knows. Amounts are paise.
   * @typedef {object} Options
   * @property {string} key
   * @property {string} order_id
   * @property {number | string} [amount]
   * @property {string} [name]
   * @property {string} [description]
   * @property {object} [notes]
   * @property {{email?: string, contact?: string, method?: string, vpa?: string}} [prefill]
   * @property {number} [timeout] seconds
   * @property {boolean | {enabled?: boolean, max_count?: number} | null} [retry]
   * @property {{escape?: boolean, backdropclose?: boolean, ondismiss?: (reason: string) => void}} [modal]
   * @property {(payment: Payment) => void} [handler]
   * @property {string} [callback_url]
   * @property {boolean} [redirect]
   */

  /** @typedef {Record<"razorpay_payment_id" | "razorpay_order_id" | "razorpay_signature", string>} Payment */
  /** @typedef {{code: string, description: string}} PaymentError */
  /** `refused`: no payment was made. @typedef {{refused: boolean, error?: PaymentError} & Partial<Payment>} Answer */
  /** @typedef {(answer: {error: PaymentError}) => void} Listener */

  const script = document.currentScript || document.querySelector('script[src*="checkout.js"]');
  const base = new URL(".", script instanceof HTMLScriptElement ? script.src : document.baseURI);
  const rupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });
  const BACKEND_SECONDS = 15;

  /**
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {Attributes} attributes
   * @param {...(Node | string)} children
   */
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      node.setAttribute(name, value === true ? "" : String(value));
    }
    node.append(...children);
    return node;
  }

  /**
   * @param {string} id
   * @param {string} label
   * @param {Attributes} attributes
   * @param {string} hint
   */
  function field(id, label, attributes, hint) {
    const input = make("input", { id, "aria-describedby": `${id}-hint`, ...attributes });
    const words = make("p", { class: "hint", id: `${id}-hint` }, hint);
    return make("div", { class: "field" }, make("label", { for: id }, label), input, words);
  }

  /**
   * @param {string} value
   * @param {string} label
   * @param {boolean} checked
   */
  function methodChoice(value, label, checked) {
    return make("label", {}, make("input", { type: "radio", name: "method", value, checked }), label);
  }

  /**
   * @param {string} outcome
   * @param {string} label
   */
  function outcomeButton(outcome, label) {
    return make("button", { type: "button", "data-outcome": outcome }, label);
  }

  /**
   * @param {string} price
   * @param {string} vpa
   * @param {boolean} hidden
   */
  function upiForm(price, vpa, hidden) {
    const plain = { autocomplete: "off", autocapitalize: "none", spellcheck: "false" };
    const hint = "success@razorpay pays, failure@razorpay fails.";
    return make(
      "form",
      { "data-method": "upi", novalidate: true, hidden },
      field("upi-id", "UPI ID", { name: "vpa", value: vpa, ...plain }, hint),
      make("button", { class: "pay" }, `Pay ${price}`),
    );
  }

  /**
   * @param {string} price
   * @param {boolean} hidden
   */
  function cardForm(price, hidden) {
    const number = { name: "card_number", value: "4100 2800 0000 1007", inputmode: "numeric", autocomplete: "off" };
    return make(
      "form",
      { "data-method": "card", novalidate: true, hidden },
      field("card-number", "Card number", number, "The test card pays; every other card is declined."),
      make("button", { class: "pay" }, `Pay ${price} by card`),
    );
  }

  function outcomes() {
    return make(
      "fieldset",
      { class: "outcomes" },
      make("legend", {}, "Or choose what happens"),
      make(
        "div",
        {},
        outcomeButton("success", "Succeed"),
        outcomeButton("failure", "Fail"),
        outcomeButton("late", "Fail, then pay late"),
        outcomeButton("silent", "Pay, tell nobody"),
        make("button", { class: "cancel", type: "button", "data-dismiss": true }, "Cancel"),
      ),
    );
  }

  /** @param {Options} options */
  function sheetFor(options) {
    const price = Number.isFinite(Number(options.amount)) ? rupees.format(Number(options.amount) / 100) : "";
    const prefill = options.prefill || {};
    const card = prefill.method === "card";
    const close = { class: "close", type: "button", "data-dismiss": true, "aria-label": "Close without paying" };
    return make(
      "dialog",
      { "aria-labelledby": "merchant", "aria-describedby": "amount mode" },
      make(
        "header",
        {},
        make("h2", { id: "merchant" }, options.name || "Payment"),
        options.description ? make("p", { class: "what" }, options.description) : "",
        make("p", { class: "amount", id: "amount" }, price),
        make("p", { class: "mode", id: "mode" }, "Test mode: no money moves."),
        make("button", close, "\u00d7"),
      ),
      make(
        "div",
        { class: "body" },
        make("p", { class: "message", role: "alert" }),
        make(
          "fieldset",
          {},
          make("legend", {}, "Pay with"),
          make("div", { class: "methods" }, methodChoice("upi", "UPI", !card), methodChoice("card", "Card", card)),
        ),
        upiForm(price, prefill.vpa || "success@razorpay", card),
        cardForm(price, !card),
        outcomes(),
      ),
    );
  }

  function stylesheet() {
    const link = make("link", { rel: "stylesheet", href: new URL("checkout.css", base).href });
    // Shown only with its styles; but a stylesheet that does not load must not prevent paying.
    const ready = new Promise((resolve) => {
      link.addEventListener("load", resolve);
      link.addEventListener("error", resolve);
      setTimeout(resolve, 3000);
    });
    return { link, ready };
  }

  /**
   * @param {object} body
   * @returns {Promise<Answer>}
   */
  async function send(body) {
    const answer = await fetch(new URL("_test/pay", base), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(BACKEND_SECONDS * 1000),
    });
    return { refused: !answer.ok, ...(await answer.json()) };
  }

  /** @returns {Answer} */
  function noAnswer() {
    const description = "The payment sandbox does not answer. Is it running? Try again.";
    const cause = { source: "internal", step: "payment_initiation", reason: "server_error", metadata: {} };
    return { refused: true, error: { code: "SERVER_ERROR", description, ...cause } };
  }

  class Razorpay {
    /** @param {Options} options */
    constructor(options) {
      if (!options || typeof options !== "object") throw new TypeError("Razorpay: give the options of the payment.");
      for (const [name, value] of Object.entries({ key: options.key, order_id: options.order_id })) {
        if (!value) throw new TypeError(`Razorpay: the option ${name} is missing.`);
      }
      this.options = options;
      /** @type {Record<string, Listener[]>} */
      this.listeners = {};
      this.failures = 0;
      this.busy = false;
      /** On the page while the sheet is open. @type {HTMLElement | null} */
      this.host = null;
      this.sheet = sheetFor(options);
      /** @type {number | undefined} */
      this.closing = undefined;
    }

    /**
     * @param {string} name
     * @param {Listener} listener
     */
    on(name, listener) {
      this.listeners[name] = [...(this.listeners[name] ?? []), listener];
      return this;
    }

    async open() {
      if (this.host) return;
      this.host = document.createElement("div");
      this.host.className = "razorpay-container";
      const root = this.host.attachShadow({ mode: "open" });
      const { link, ready } = stylesheet();
      this.sheet = sheetFor(this.options);
      root.append(link, this.sheet);
      document.body.append(this.host);
      this.listen();
      await ready;
      if (!this.host) return;
      this.sheet.showModal();
      const input = this.sheet.querySelector("form:not([hidden]) input");
      if (input instanceof HTMLElement) input.focus();
      const seconds = Number(this.options.timeout);
      if (seconds > 0) this.closing = setTimeout(() => this.dismiss("timeout"), seconds * 1000);
    }

    /* Takes the sheet away. As with Razorpay, the page hears nothing: only the customer's own leaving dismisses. */
    close() {
      if (!this.host) return;
      clearTimeout(this.closing);
      if (this.sheet.open) this.sheet.close();
      this.host.remove();
      this.host = null;
    }

    /** @param {string} reason */
    dismiss(reason) {
      if (!this.host) return;
      this.close();
      const { ondismiss } = this.options.modal || {};
      if (typeof ondismiss === "function") ondismiss(reason);
    }

    listen() {
      const { sheet } = this;
      const modal = this.options.modal || {};
      sheet.addEventListener("cancel", (event) => {
        event.preventDefault();
        if (modal.escape !== false && !this.busy) this.dismiss("user");
      });
      // Chromium closes a dialog on a second Escape, even when "cancel" was prevented.
      sheet.addEventListener("close", () => {
        if (this.host && this.sheet === sheet) this.dismiss("user");
      });
      sheet.addEventListener("click", ({ target }) => {
        if (target === sheet && modal.backdropclose === true && !this.busy) return this.dismiss("user");
        const button = target instanceof Element ? target.closest("button") : null;
        if (button?.hasAttribute("data-dismiss")) this.dismiss("user");
        if (button?.dataset.outcome) this.pay({ outcome: button.dataset.outcome });
      });
      sheet.addEventListener("change", ({ target }) => {
        if (!(target instanceof HTMLInputElement) || target.name !== "method") return;
        for (const form of sheet.querySelectorAll("form")) form.hidden = form.dataset.method !== target.value;
      });
      sheet.addEventListener("submit", (event) => {
        event.preventDefault();
        const form = event.target;
        if (!(form instanceof HTMLFormElement)) return;
        this.pay({ method: form.dataset.method, ...Object.fromEntries(new FormData(form)) });
      });
    }

    /** @param {{outcome?: string, method?: string}} choice with the fields of the form, as they are */
    async pay(choice) {
      if (this.busy) return;
      this.setBusy(true);
      const { key, order_id, amount, description, notes, prefill = {} } = this.options;
      const { email, contact } = prefill;
      const sum = amount === undefined ? {} : { amount: Number(amount) };
      const body = { key, order_id, description, notes, email, contact, ...choice, ...sum };
      /** @type {Answer} */
      let answer;
      try {
        answer = await send(body);
      } catch {
        answer = noAnswer();
      }
      this.setBusy(false);
      // The customer may have left: then the answer goes nowhere, as with a closed tab.
      if (!this.host) return;
      if (answer.error) this.failed(answer.error, answer.refused);
      else if (choice.outcome === "silent") this.dismiss("silent");
      else this.succeeded(answer);
    }

    /** @param {boolean} busy */
    setBusy(busy) {
      this.busy = busy;
      this.sheet.setAttribute("aria-busy", String(busy));
      this.say(busy ? "Paying\u2026" : "", false);
    }

    /**
     * @param {string} text
     * @param {boolean} bad
     */
    say(text, bad) {
      for (const message of this.sheet.querySelectorAll(".message")) {
        message.classList.toggle("bad", bad);
        message.textContent = text;
      }
    }

    /**
     * @param {PaymentError} error
     * @param {boolean} refused
     */
    failed(error, refused) {
      this.say(error.description, true);
      if (refused) return; // no payment was made: the customer corrects what they typed
      this.failures += 1;
      const { retry } = this.options;
      const rules = typeof retry === "object" && retry ? retry : { enabled: retry };
      const enabled = rules.enabled !== false;
      const most = "max_count" in rules && rules.max_count !== undefined ? Number(rules.max_count) : Infinity;
      if (!enabled || this.failures > most) this.close();
      for (const listener of this.listeners["payment.failed"] || []) listener({ error });
    }

    /** @param {Partial<Payment>} answer */
    succeeded({ razorpay_payment_id = "", razorpay_order_id = "", razorpay_signature = "" }) {
      const result = { razorpay_payment_id, razorpay_order_id, razorpay_signature };
      const { handler, callback_url, redirect } = this.options;
      this.close();
      if (callback_url && (redirect || typeof handler !== "function")) postTo(callback_url, result);
      else if (typeof handler === "function") handler(result);
    }
  }

  /**
   * @param {string} address
   * @param {Payment} values
   */
  function postTo(address, values) {
    const form = make("form", { method: "post", action: address, hidden: true });
    for (const [name, value] of Object.entries(values)) form.append(make("input", { type: "hidden", name, value }));
    document.body.append(form);
    form.submit();
  }

  Object.assign(window, { Razorpay });
})();
