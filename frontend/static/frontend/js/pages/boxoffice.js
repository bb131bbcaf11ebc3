// The staff dashboard: every show's figures as they move. The server renders the first ones; the socket sends the rest.
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const LOGIN_AGAIN = 4401;
const NAMES = ["available", "held", "sold", "blocked", "viewers"];

const board = document.querySelector("[data-board]");
const light = document.querySelector("[data-light]");
const totals = document.querySelector("[data-totals]");
const rows = new Map([...board.querySelectorAll("[data-show]")].map((row) => [Number(row.dataset.show), row]));
const numbers = new Intl.NumberFormat(document.documentElement.lang);
let attempts = 0;

function figuresOf(row) {
  return Object.fromEntries(NAMES.map((name) => [name, Number(row.dataset[name] ?? 0)]));
}

function paint(row, figures) {
  for (const name of NAMES) {
    const cell = row.querySelector(`[data-figure="${name}"]`);
    if (row.dataset[name] === String(figures[name])) continue;
    row.dataset[name] = figures[name];
    cell.textContent = numbers.format(figures[name]);
    cell.classList.remove("moved");
    void cell.offsetWidth; // starts the animation anew
    cell.classList.add("moved");
  }
  paintBar(row, figures);
}

function paintBar(row, { available, held, sold, blocked }) {
  const seats = available + held + sold + blocked;
  let from = 0;
  for (const [name, count] of [
    ["sold", sold],
    ["held", held],
    ["blocked", blocked],
  ]) {
    const width = seats ? (100 * count) / seats : 0;
    const bar = row.querySelector(`[data-bar="${name}"]`);
    bar.setAttribute("x", from);
    bar.setAttribute("width", width);
    from += width;
  }
  row.querySelector("[data-percent]").textContent = seats ? `${Math.floor((100 * sold) / seats)} %` : "–";
}

function paintTotals() {
  const sums = Object.fromEntries(NAMES.map((name) => [name, 0]));
  for (const row of rows.values()) {
    const figures = figuresOf(row);
    for (const name of NAMES) sums[name] += figures[name];
  }
  for (const name of NAMES) totals.querySelector(`[data-total="${name}"]`).textContent = numbers.format(sums[name]);
}

function show(state) {
  light.dataset.light = state;
  for (const text of light.querySelectorAll("[data-when]")) text.hidden = text.dataset.when !== state;
}

function receive(event) {
  const message = JSON.parse(event.data);
  if (message.type !== "figures") return;
  for (const figures of message.shows) {
    const row = rows.get(figures.show);
    if (row) paint(row, figures);
  }
  paintTotals();
  attempts = 0;
}

function comeBack() {
  // Full jitter: after a restart not everybody knocks in the same moment.
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempts);
  attempts += 1;
  window.setTimeout(connect, Math.random() * ceiling);
}

function connect() {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${window.location.host}${board.dataset.board}`);
  socket.addEventListener("open", () => show("live"));
  socket.addEventListener("message", receive);
  socket.addEventListener("close", ({ code }) => {
    show(code === LOGIN_AGAIN ? "signedout" : "lost");
    if (code !== LOGIN_AGAIN) comeBack();
  });
}

connect();
