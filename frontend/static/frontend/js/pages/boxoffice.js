// The staff dashboard: every show's figures as they move. The server renders the first ones; the socket sends the rest.

import { find, findAll, setText } from "../lib/dom.js";
import { parseBoard } from "../live/protocol.js";
import { LiveSocket, socketAddress } from "../live/socket.js";

/** @import { BoardMessage, Figures } from "../live/protocol.js" */
/** @import { SocketStatus } from "../live/socket.js" */

const SIGNED_OUT = 4401;
const WAITS = { first: 1_000, longest: 30_000 }; // this socket may be silent for long: no figure moves at night
/** @type {["available", "held", "sold", "blocked", "lapsed", "viewers"]} */
const NAMES = ["available", "held", "sold", "blocked", "lapsed", "viewers"];

const board = find(document, "[data-board]");
const light = find(document, "[data-light]");
const totals = find(document, "[data-totals]");
const rows = new Map(findAll(board, "[data-show]").map((row) => [Number(row.dataset.show), row]));
const numbers = new Intl.NumberFormat(document.documentElement.lang);

/**
 * @param {HTMLElement} row
 * @param {Figures} figures
 */
function paint(row, figures) {
  for (const name of NAMES) {
    if (row.dataset[name] === String(figures[name])) continue;
    row.dataset[name] = String(figures[name]);
    const cell = find(row, `[data-figure="${name}"]`);
    cell.textContent = numbers.format(figures[name]);
    cell.classList.remove("moved");
    void cell.offsetWidth; // restarts the animation
    cell.classList.add("moved");
  }
  paintBar(row, figures);
}

/**
 * @param {HTMLElement} row
 * @param {Figures} figures
 */
function paintBar(row, { available, held, sold, blocked }) {
  const seats = available + held + sold + blocked;
  let from = 0;
  for (const [name, count] of Object.entries({ sold, held, blocked })) {
    const width = seats ? (100 * count) / seats : 0;
    const bar = find(row, `[data-bar="${name}"]`, SVGRectElement);
    bar.setAttribute("x", String(from));
    bar.setAttribute("width", String(width));
    from += width;
  }
  setText(find(row, "[data-percent]"), seats ? `${Math.floor((100 * sold) / seats)} %` : "–");
}

function paintTotals() {
  for (const name of NAMES) {
    const sum = [...rows.values()].reduce((total, row) => total + Number(row.dataset[name] ?? 0), 0);
    setText(find(totals, `[data-total="${name}"]`), numbers.format(sum));
  }
}

/**
 * @param {SocketStatus} status
 * @param {number} code
 */
function showLight(status, code) {
  if (status === "connecting") return; // what is shown stays true until the attempt has an end
  const state = status === "open" ? "live" : code === SIGNED_OUT ? "signedout" : "lost";
  light.dataset.light = state;
  for (const text of findAll(light, "[data-when]")) text.hidden = text.dataset.when !== state;
}

/** @param {BoardMessage} message */
function receive(message) {
  for (const figures of message.shows) {
    const row = rows.get(figures.show);
    if (row) paint(row, figures);
  }
  paintTotals();
}

new LiveSocket(
  socketAddress(board.dataset.board ?? ""),
  { onMessage: receive, onStatus: showLight },
  { parse: parseBoard, stop: [SIGNED_OUT], waits: WAITS },
).start();
