// The form for name, e-mail and phone: checks what a person can see to be wrong, shows what the server refuses,
// and leaves for the payment when the booking is made.

import { problemOf } from "../lib/api.js";
import { byId, find, inputOf, setText } from "../lib/dom.js";
import { gettext } from "../lib/text.js";

/** @import { Problem } from "../lib/api.js" */
/** @import { Contact } from "./create.js" */

/** @typedef {"name" | "email" | "phone"} Field */

/** @type {Field[]} */
const FIELDS = ["name", "email", "phone"];

/**
 * @param {HTMLFormElement} form
 * @param {object} actions
 * @param {(contact: Contact) => Promise<string>} actions.book makes the booking; answers with its id, or raises Problem
 * @param {(id: string) => void} actions.leave goes on to the payment
 */
export function wireContactForm(form, { book, leave }) {
  let busy = false;
  form.noValidate = true; // our messages stand beside the fields and are read with them
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy || !isComplete(form)) return;
    busy = true;
    showFormError("");
    setBusy(form, true);
    try {
      leave(await book(contactOf(form)));
    } catch (error) {
      showProblem(form, problemOf(error));
      setBusy(form, false);
      busy = false;
    }
  });
  form.addEventListener("input", (event) => {
    const name = event.target instanceof HTMLInputElement ? event.target.name : "";
    if (isField(name)) showError(form, name, "");
  });
  // Back from the payment page the browser may show this page as it was left.
  window.addEventListener("pageshow", () => {
    setBusy(form, false);
    busy = false;
  });
}

/**
 * @param {HTMLFormElement} form
 * @returns {Contact}
 */
function contactOf(form) {
  const contact = { name: inputOf(form, "name").value.trim(), email: inputOf(form, "email").value.trim() };
  const phone = inputOf(form, "phone").value.trim();
  return phone ? { ...contact, phone } : contact;
}

/**
 * Marks what is missing or wrong, and puts the focus on the first of it.
 * @param {HTMLFormElement} form
 */
function isComplete(form) {
  const email = inputOf(form, "email");
  /** @type {Record<Field, string>} */
  const errors = {
    name: inputOf(form, "name").value.trim() ? "" : gettext("Enter the name for the booking."),
    email:
      email.value.trim() && email.validity.valid
        ? ""
        : gettext("Enter an e-mail address such as asha@example.in: your tickets are sent there."),
    phone: /^$|^\+?[0-9 ()-]{7,20}$/.test(inputOf(form, "phone").value.trim())
      ? ""
      : gettext("Enter a phone number such as +91 98765 43210, or leave it out."),
  };
  for (const field of FIELDS) showError(form, field, errors[field]);
  const first = FIELDS.find((field) => errors[field]);
  if (first) inputOf(form, first).focus();
  return !first;
}

/**
 * The API names fields as "body.….email". What belongs to no field stands above the button.
 * @param {HTMLFormElement} form
 * @param {Problem} problem
 */
function showProblem(form, problem) {
  /** @type {Field | undefined} */
  let first;
  for (const { field: path, message } of problem.body.errors ?? []) {
    const field = path.split(".").at(-1) ?? "";
    if (!isField(field)) continue;
    showError(form, field, message);
    first ??= field;
  }
  if (first) inputOf(form, first).focus();
  else showFormError(problem.message);
}

/**
 * @param {HTMLFormElement} form
 * @param {Field} field
 * @param {string} sentence "" where nothing is wrong
 */
function showError(form, field, sentence) {
  setText(byId(`contact-${field}-error`), sentence);
  const input = inputOf(form, field);
  input.setAttribute("aria-invalid", String(Boolean(sentence)));
  input.classList.toggle("is-invalid", Boolean(sentence));
}

/** @param {string} sentence */
function showFormError(sentence) {
  setText(byId("contact-form-error"), sentence);
}

/**
 * @param {string} name
 * @returns {name is Field}
 */
function isField(name) {
  return FIELDS.some((field) => field === name);
}

/**
 * @param {HTMLFormElement} form
 * @param {boolean} busy
 */
function setBusy(form, busy) {
  const button = find(form, "[type=submit]");
  button.setAttribute("aria-disabled", String(busy));
  button.classList.toggle("is-busy", busy);
}
