// The form for name, e-mail and phone: checks what a person can see to be wrong, shows what the server refuses,
// and leaves for the payment when the booking is made.

import { byId, setText } from "../lib/dom.js";
import { gettext } from "../lib/text.js";

const FIELDS = ["name", "email", "phone"];

/** `book(contact)` makes the booking and answers with its id, or raises Problem; `leave(id)` goes on. */
export function wireContactForm(form, { book, leave }) {
  let busy = false;
  form.noValidate = true; // our messages stand beside the fields and are read with them
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy || !check(form)) return;
    busy = true;
    show(form, "form", "");
    setBusy(form, true);
    try {
      leave(await book(contactOf(form)));
    } catch (problem) {
      showProblem(form, problem);
      setBusy(form, false);
      busy = false;
    }
  });
  form.addEventListener("input", (event) => show(form, event.target.name, ""));
  // Back from the payment page the browser may show this page as it was left.
  window.addEventListener("pageshow", () => {
    setBusy(form, false);
    busy = false;
  });
}

function contactOf(form) {
  const contact = { name: form.elements.name.value.trim(), email: form.elements.email.value.trim() };
  const phone = form.elements.phone.value.trim();
  return phone ? { ...contact, phone } : contact;
}

function check(form) {
  const { name, email, phone } = form.elements;
  const wrong = {
    name: name.value.trim() ? "" : gettext("Enter the name for the booking."),
    email:
      email.value.trim() && email.validity.valid
        ? ""
        : gettext("Enter an e-mail address such as asha@example.in: your tickets are sent there."),
    phone: /^$|^\+?[0-9 ()-]{7,20}$/.test(phone.value.trim())
      ? ""
      : gettext("Enter a phone number such as +91 98765 43210, or leave it out."),
  };
  for (const field of FIELDS) show(form, field, wrong[field]);
  const first = FIELDS.find((field) => wrong[field]);
  if (first) form.elements[first].focus();
  return !first;
}

/** The API names fields as "body.….email". What belongs to no field stands above the button. */
function showProblem(form, problem) {
  const errors = problem.body?.errors || [];
  const named = errors
    .map(({ field, message }) => [field.split(".").at(-1), message])
    .filter(([field]) => FIELDS.includes(field));
  for (const [field, message] of named) show(form, field, message);
  if (named.length) form.elements[named[0][0]].focus();
  else show(form, "form", problem.message);
}

function show(form, field, sentence) {
  setText(byId(`contact-${field}-error`), sentence);
  const input = FIELDS.includes(field) ? form.elements[field] : null;
  input?.setAttribute("aria-invalid", String(Boolean(sentence)));
  input?.classList.toggle("is-invalid", Boolean(sentence));
}

function setBusy(form, busy) {
  const button = form.querySelector("[type=submit]");
  button.setAttribute("aria-disabled", String(busy));
  button.classList.toggle("is-busy", busy);
}
