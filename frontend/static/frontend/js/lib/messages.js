// Sentences that the visitor should see and hear: they stand on the page, and a live region reads them out.

import { element, icon } from "./dom.js";
import { gettext } from "./text.js";

const ICONS = { info: "circle-info", good: "circle-check", warn: "triangle-exclamation", bad: "circle-xmark" };
const MOST = 3;
const INFO_MS = 8_000; // good news may go by itself; a loss stays until it is read

export class Messages {
  /** `box` is an element with role="status" that is on the page from the start. */
  constructor(box) {
    this.box = box;
  }

  /** `kind` is info, good, warn or bad; `link` is `{href, label}`; `key` replaces an older message of that key. */
  show(kind, sentence, { link = null, key = null } = {}) {
    if (key) this.clear(key);
    const close = element(
      "button",
      { type: "button", class: "message-close", "aria-label": gettext("Dismiss") },
      icon("xmark"),
    );
    const words = element("p", {}, sentence);
    if (link) words.append(" ", element("a", { href: link.href }, link.label));
    const message = element(
      "div",
      { class: `message message-${kind}`, "data-key": key },
      icon(ICONS[kind]),
      words,
      close,
    );
    close.addEventListener("click", () => message.remove());
    this.box.append(message);
    while (this.box.children.length > MOST) this.box.firstElementChild.remove();
    if (kind === "info" || kind === "good") setTimeout(() => message.remove(), INFO_MS);
  }

  /** Takes away the message of a key, or all of them. */
  clear(key = null) {
    for (const message of [...this.box.children]) {
      if (key === null || message.dataset.key === key) message.remove();
    }
  }
}
