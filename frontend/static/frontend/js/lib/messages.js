// Sentences that the visitor should see and hear: they stand on the page, and a live region reads them out.

import { element, icon } from "./dom.js";
import { gettext } from "./text.js";

/** @typedef {"info" | "good" | "warn" | "bad"} Kind */

/**
 * @typedef {object} Options
 * @property {{href: string, label: string} | null} [link] a link after the sentence
 * @property {string} [key] the message replaces an older one of the same key
 */

/** Shows a message; `Messages.show` of a page's box. @typedef {(kind: Kind, sentence: string, options?: Options) => void} Show */

/** @type {Record<Kind, string>} */
const ICONS = { info: "circle-info", good: "circle-check", warn: "triangle-exclamation", bad: "circle-xmark" };
const MOST = 3;
const INFO_MS = 8_000; // good news disappears by itself; a loss stays until it is read

export class Messages {
  /** @param {HTMLElement} box an element with role="status" that is on the page from the start */
  constructor(box) {
    this.box = box;
  }

  /** @type {Show} */
  show(kind, sentence, { link = null, key } = {}) {
    if (key) this.clear(key);
    const close = element(
      "button",
      { type: "button", class: "message-close", "aria-label": gettext("Dismiss") },
      icon("xmark"),
    );
    const text = element("p", {}, sentence);
    if (link) text.append(" ", element("a", { href: link.href }, link.label));
    const message = element(
      "div",
      { class: `message message-${kind}`, "data-key": key },
      icon(ICONS[kind]),
      text,
      close,
    );
    close.addEventListener("click", () => message.remove());
    this.box.append(message);
    while (this.box.children.length > MOST) this.box.firstElementChild?.remove();
    if (kind === "info" || kind === "good") setTimeout(() => message.remove(), INFO_MS);
  }

  /**
   * Takes away the message of a key.
   * @param {string} key
   */
  clear(key) {
    for (const message of [...this.box.children]) {
      if (message.getAttribute("data-key") === key) message.remove();
    }
  }
}
