// Sentences for people. English is the key; a page may bring a catalogue of another language in
// <script type="application/json" id="texts"> as {"English sentence": "translation" or [one, many]}.
// The names are gettext's, so that `makemessages -d djangojs` finds every sentence. The page brings it with the
// template tag `texts_for_scripts`.

import { pageData } from "./dom.js";

let catalogue = null;
let plurals = null;

/** `gettext("Seat {seat} is taken", {seat: "B12"})` in the page's language. */
export function gettext(sentence, values = {}) {
  return filled([translated(sentence)].flat()[0], values);
}

/** The sentence for one or for many; `{count}` stands for the number in both. */
export function ngettext(one, many, count, values = {}) {
  const forms = [translated(one, [one, many])].flat();
  return filled(isOne(count) ? forms[0] : forms.at(-1), { count, ...values });
}

/** "B1, B2 and B3". */
export function listed(names) {
  if (names.length < 2) return names.join("");
  return gettext("{several} and {last}", { several: names.slice(0, -1).join(", "), last: names.at(-1) });
}

function translated(sentence, otherwise = sentence) {
  catalogue ??= typeof document === "undefined" ? {} : pageData("texts", {});
  return catalogue[sentence] ?? otherwise;
}

/** English says "0 seats" as it says "2 seats", Hindi says it as "1 seat". */
function isOne(count) {
  plurals ??= new Intl.PluralRules(globalThis.document?.documentElement?.lang || "en");
  return plurals.select(count) === "one";
}

function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? String(values[name]) : hole));
}
