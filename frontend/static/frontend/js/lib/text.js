// Sentences for people. English is the key; a page may bring a catalogue of another language in
// <script type="application/json" id="texts"> as {"English sentence": "translation" or [one, many]}.
// The names are gettext's, so that `makemessages -d djangojs` finds every sentence. The page brings it with the
// template tag `texts_for_scripts`.

import { pageData } from "./dom.js";

/** What fills the holes of a sentence. @typedef {Record<string, string | number>} Values */

/** @type {Record<string, string | string[]> | undefined} */
let catalogue;
/** @type {Intl.PluralRules | undefined} */
let plurals;

/**
 * `gettext("Seat {seat} is taken", {seat: "B12"})` in the page's language.
 * @param {string} sentence
 * @param {Values} [values]
 */
export function gettext(sentence, values = {}) {
  return filled(forms(sentence, [sentence])[0], values);
}

/**
 * The sentence for one or for many; `{count}` stands for the number in both.
 * @param {string} one
 * @param {string} many
 * @param {number} count
 * @param {Values} [values]
 */
export function ngettext(one, many, count, values = {}) {
  const [first, second = first] = forms(one, [one, many]);
  return filled(isOne(count) ? first : second, { count, ...values });
}

/**
 * "B1, B2 and B3".
 * @param {string[]} names
 */
export function listed(names) {
  if (names.length < 2) return names.join("");
  return gettext("{several} and {last}", { several: names.slice(0, -1).join(", "), last: names[names.length - 1] });
}

/**
 * A sentence's translations, or `otherwise` where it has none.
 * @param {string} sentence
 * @param {string[]} otherwise
 */
function forms(sentence, otherwise) {
  catalogue ??= typeof document === "undefined" ? {} : pageData("texts", {});
  return [catalogue[sentence] ?? otherwise].flat();
}

/**
 * English says "0 seats" as it says "2 seats", Hindi says it as "1 seat".
 * @param {number} count
 */
function isOne(count) {
  plurals ??= new Intl.PluralRules(globalThis.document?.documentElement?.lang || "en");
  return plurals.select(count) === "one";
}

/**
 * @param {string} sentence
 * @param {Values} values
 */
function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? String(values[name]) : hole));
}
