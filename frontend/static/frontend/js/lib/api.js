// The HTTP API: JSON in and out, problems as exceptions that carry the contract's code.

import { gettext } from "./text.js";

/** A refusal (application/problem+json), or code "no_network" when there was no answer at all. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || gettext("The request was refused."));
    Object.assign(this, { status, code: body.code || "refused", seats: body.seats || [], body });
  }
}

/** GET; answers with the body. `options` as fetch has them. Raises Problem. */
export async function get(path, options = {}) {
  return answerOf(await ask(path, { ...options, headers: { Accept: "application/json", ...options.headers } }));
}

/** GET with an ETag: `{etag, body}`, where body is null when nothing changed since `etag`. Raises Problem. */
export async function getIfChanged(path, etag) {
  const headers = { Accept: "application/json", ...(etag ? { "If-None-Match": etag } : {}) };
  // Without no-store the browser's own cache would answer a 304 with its old copy as 200.
  const answer = await ask(path, { headers, cache: "no-store" });
  if (answer.status === 304) return { etag, body: null };
  return { etag: answer.headers.get("ETag"), body: await answerOf(answer) };
}

/** POST of a JSON body as the visitor, with Django's CSRF token. Raises Problem. */
export async function post(path, body, headers = {}) {
  const sent = await ask(path, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": csrfToken(),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return answerOf(sent);
}

/** A key no one else uses. crypto.randomUUID exists only on https and localhost, getRandomValues everywhere. */
export function freshKey() {
  if (globalThis.crypto.randomUUID) return globalThis.crypto.randomUUID();
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The cookie first: after signing in elsewhere it is the newer one. */
function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? cookie.slice("csrftoken=".length) : document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
}

async function ask(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Problem(0, { code: "no_network", detail: gettext("No connection. Check your network and try again.") });
  }
}

async function answerOf(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new Problem(
    response.status,
    body || { code: "unreadable", detail: gettext("The server could not answer. Try again.") },
  );
}
