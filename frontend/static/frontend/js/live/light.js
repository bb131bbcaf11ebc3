// The connection light: an icon and a word, so that a visitor sees when the map is out of date.

import { find, setText } from "../lib/dom.js";
import { gettext } from "../lib/text.js";

/** @import { Status } from "./connection.js" */

/** @type {Record<Status, string>} */
const GLYPHS = {
  connecting: "circle-notch",
  live: "tower-broadcast",
  waiting: "rotate",
  asking: "hourglass-half",
  stopped: "plug-circle-xmark",
};

/**
 * @param {HTMLElement} node holds an <i> and a <span>
 * @param {Status} status
 * @param {number} code the socket's close code where there is one
 */
export function showLight(node, status, code) {
  node.dataset.status = status;
  find(node, "i").className = `fa-solid fa-${GLYPHS[status]}`;
  setText(find(node, "span"), wordsOf(status, code));
}

/**
 * @param {Status} status
 * @param {number} code
 */
function wordsOf(status, code) {
  if (status === "live") return gettext("Live");
  if (status === "connecting") return gettext("Connecting …");
  if (status === "waiting") return gettext("Reconnecting …");
  if (status === "asking") return gettext("Updated every 5 seconds");
  if (code === 4401) return gettext("You were signed out. Load the page again.");
  if (code === 4404) return gettext("This show is no longer there.");
  return gettext("Not connected. Load the page again.");
}
