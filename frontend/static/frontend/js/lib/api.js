// The HTTP API: JSON in and out, problems as exceptions that carry the API's code.

import { gettext, ngettext } from "./text.js";

/**
 * The body of a refusal (application/problem+json, RFC 9457).
 * @typedef {object} ProblemBody
 * @property {string} [code]
 * @property {string} [title]
 * @property {string} [detail]
 * @property {string[]} [seats] the seats that stand in the way
 * @property {number} [retry_after] seconds to wait before it is worth asking again
 * @property {{field: string, message: string}[]} [errors] fields by their path, such as "body.contact.email"
 */

/** A refusal; status 0 and code "no_network" when there was no answer at all. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {ProblemBody} body
   */
  constructor(status, body) {
    super(sentenceOf(body));
    this.status = status;
    this.code = body.code || "refused";
    this.seats = body.seats || [];
    this.body = body;
  }
}

/**
 * What every page says of a refusal. One that any request may meet is in the page's language.
 * @param {ProblemBody} body
 */
function sentenceOf({ code, title, detail, retry_after: seconds }) {
  if (code === "too_many_requests" && seconds) {
    return ngettext(
      "Too many requests came from your network. Wait {count} second, then try again.",
      "Too many requests came from your network. Wait {count} seconds, then try again.",
      seconds,
    );
  }
  return detail || title || gettext("The request was refused.");
}

/**
 * What a `catch` caught, as a Problem: any other error becomes one with status 0, its message and the code "failed".
 * @param {unknown} error
 */
export function problemOf(error) {
  if (error instanceof Problem) return error;
  return new Problem(0, { code: "failed", detail: error instanceof Error ? error.message : String(error) });
}

/**
 * GET; answers with the body, whose type is the caller's to name. `options` as fetch has them. Raises Problem.
 * @template T
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<T>}
 */
export async function get(path, options = {}) {
  return bodyOf(await request(path, { ...options, headers: { Accept: "application/json", ...options.headers } }));
}

/**
 * GET with an ETag; the body is null when nothing changed since `etag`. Raises Problem.
 * @template T
 * @param {string} path
 * @param {string | null} etag
 * @returns {Promise<{etag: string | null, body: T | null}>}
 */
export async function getIfChanged(path, etag) {
  const headers = { Accept: "application/json", ...(etag ? { "If-None-Match": etag } : {}) };
  // Without no-store the browser's own cache would answer a 304 with its old copy as 200.
  const response = await request(path, { headers, cache: "no-store" });
  if (response.status === 304) return { etag, body: null };
  return { etag: response.headers.get("ETag"), body: await bodyOf(response) };
}

/**
 * POST of a JSON body as the visitor, with Django's CSRF token. Raises Problem.
 * @template T
 * @param {string} path
 * @param {object} body
 * @param {Record<string, string>} [headers]
 * @returns {Promise<T>}
 */
export async function post(path, body, headers = {}) {
  const response = await request(path, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": csrfToken(),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return bodyOf(response);
}

/** A key no one else uses. crypto.randomUUID exists only on https and localhost, getRandomValues everywhere. */
export function freshKey() {
  return globalThis.crypto.randomUUID?.() ?? randomHex();
}

function randomHex() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The cookie first: after signing in elsewhere it is the newer one. */
function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  if (cookie) return cookie.slice("csrftoken=".length);
  const input = document.querySelector("[name=csrfmiddlewaretoken]");
  return input instanceof HTMLInputElement ? input.value : "";
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function request(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Problem(0, { code: "no_network", detail: gettext("No connection. Check your network and try again.") });
  }
}

/** @param {Response} response */
async function bodyOf(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new Problem(
    response.status,
    body || { code: "unreadable", detail: gettext("The server could not answer. Try again.") },
  );
}
