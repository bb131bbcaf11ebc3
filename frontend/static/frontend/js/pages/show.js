// The live map's page: fetches the hall, and joins state, map, panel and connection. Wiring only.

import { wireContactForm } from "../booking/contact.js";
import { bookingMaker } from "../booking/create.js";
import { wireFinder } from "../booking/finder.js";
import { Flow } from "../booking/flow.js";
import { readPage } from "../booking/page.js";
import { Panel } from "../booking/panel.js";
import { Waitlist } from "../booking/waitlist.js";
import { Countdown, ServerClock } from "../lib/clock.js";
import { announce, byId, setText } from "../lib/dom.js";
import { Messages } from "../lib/messages.js";
import { rupees } from "../lib/money.js";
import { gettext, ngettext } from "../lib/text.js";
import { Connection } from "../live/connection.js";
import { showLight } from "../live/light.js";
import { openSale } from "../seatmap/changes.js";
import { fetchLayout } from "../seatmap/layout.js";
import { drawLegend } from "../seatmap/legend.js";
import { describeSeat, SeatMap } from "../seatmap/seatmap.js";
import { createState, subscribe } from "../seatmap/state.js";

/** @import { Show } from "../lib/messages.js" */
/** @import { Status } from "../live/connection.js" */
/** @import { ServerMessage } from "../live/protocol.js" */
/** @import { State } from "../seatmap/state.js" */

const ANNOUNCED = [120, 60, 30, 10]; // seconds left of a hold that are read out

const page = readPage();
const messages = new Messages(byId("messages"));
/** @type {Show} */
const say = (kind, sentence, options) => messages.show(kind, sentence, options);
const clock = new ServerClock();
clock.learn(page.now);
const prices = new Map(page.tiers.map((tier) => [tier.name, rupees(tier.price)]));
const leave = (/** @type {string} */ id) =>
  window.location.assign(page.paths.checkout.replace("BOOKING", encodeURIComponent(id)));
const readOut = (/** @type {string} */ sentence) => announce(byId("murmur"), sentence);

async function begin() {
  const layout = await fetchLayout(page.paths.layout);
  const state = createState(layout, { open: page.open, entry: page.waitlist });
  const finder = byId("finder", HTMLFormElement);
  drawLegend(byId("legend-states"), byId("legend-tiers"), layout);
  const map = new SeatMap(byId("stage"), layout, state, {
    nameOf: (seat, look) => describeSeat(seat, look, prices.get(seat.tier)),
    onChoose: (id) => flow.choose(id),
    onNear: () => readOut(gettext("Closer now. Tap a seat to pick it.")),
  });
  const panel = new Panel(page, layout, {
    proceed: () => flow.proceed(),
    letGo: (ids) => flow.letGo(ids),
    giveBack: (ids) => flow.giveBack(ids),
  });
  const connection = new Connection(
    page.paths,
    layout.seats.map((seat) => seat.id),
    () => state,
    {
      message: (message) => receive(message, flow, waitlist, connection),
      status: (status, code) => showStatus(status, code, flow),
    },
  );
  const resync = () => connection.resync();
  const flow = new Flow({ state, page, clock, connection, say, announce: readOut });
  const waitlist = new Waitlist(page, { state, clock, finder, say, resync, leave });
  const showCountdown = holdCountdown(state, panel, () => flow.timeIsUp());
  const draw = () => {
    map.refresh();
    waitlist.show();
    panel.show(state);
    finder.hidden = !state.open;
    showCountdown();
    setText(byId("viewers"), viewersOf(state));
  };

  wireContactForm(byId("contact", HTMLFormElement), { book: bookingMaker({ page, say, resync }), leave });
  wireControls(finder, map, flow, waitlist, draw);
  byId("stage").classList.add("is-ready");
  subscribe(state, draw);
  draw();
  connection.start();
  if (page.opens_at) openLater(page.opens_at, state);
}

/**
 * A message of the socket. Who has the seats after an offer, or after a hold has ended, the server must say.
 * @param {ServerMessage} message
 * @param {Flow} flow
 * @param {Waitlist} waitlist
 * @param {Connection} connection
 */
function receive(message, flow, waitlist, connection) {
  flow.receive(message);
  const code = message.type === "notice" ? message.code : "";
  if (code === "waitlist_confirmed") waitlist.refresh();
  if (message.type === "expired" || code === "seats_offered") {
    waitlist.refresh();
    connection.resync();
  }
}

/**
 * @param {Status} status
 * @param {number} code the socket's close code where there is one
 * @param {Flow} flow
 */
function showStatus(status, code, flow) {
  showLight(byId("light"), status, code);
  byId("asking-note").hidden = status !== "asking";
  if (status !== "live") flow.connectionLost();
}

/**
 * The finder and the zoom buttons. The waitlist's card asks how many seats are looked for.
 * @param {HTMLFormElement} finder
 * @param {SeatMap} map
 * @param {Flow} flow
 * @param {Waitlist} waitlist
 * @param {() => void} draw
 */
function wireControls(finder, map, flow, waitlist, draw) {
  wireFinder(finder, {
    path: page.paths.best,
    propose: (ids) => flow.propose(ids),
    found: (ids) => map.reveal(ids),
    foundNone: () => waitlist.foundNone(),
    say,
  });
  finder.addEventListener("change", draw);
  byId("zoom-in").addEventListener("click", () => map.zoomIn());
  byId("zoom-out").addEventListener("click", () => map.zoomOut());
  byId("zoom-fit").addEventListener("click", () => map.fit());
}

/**
 * The countdown of the hold that runs; answers with what shows it as the state says.
 * @param {State} state
 * @param {Panel} panel
 * @param {() => void} onEnd
 */
function holdCountdown(state, panel, onEnd) {
  const countdown = new Countdown(clock, {
    onTick: (left) => {
      panel.tick(left);
      if (ANNOUNCED.includes(left)) {
        readOut(ngettext("{count} second left.", "{count} seconds left for your seats.", left));
      }
    },
    onEnd,
  });
  return () => {
    const until = state.mine && state.open ? state.mine.expiresAt : null;
    if (until === null) {
      countdown.stop();
      panel.tick(null);
    } else if (until !== countdown.until) countdown.start(until);
  };
}

/** @param {State} state */
function viewersOf({ viewers }) {
  return viewers ? ngettext("{count} person looking", "{count} people looking", viewers) : "";
}

/**
 * The sale may begin while the page is open: it need not be loaded again.
 * @param {string} moment
 * @param {State} state
 */
function openLater(moment, state) {
  const sale = new Countdown(clock, {
    onTick: () => {},
    onEnd: () => {
      openSale(state);
      document.getElementById("sale-later")?.remove();
      say("good", gettext("The sale has begun. Choose your seats."), { key: "closed" });
    },
  });
  sale.start(moment);
}

// A page from the browser's memory shows old seats and an old countdown.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

begin().catch((error) => {
  byId("stage").classList.add("is-broken");
  say("bad", gettext("The hall could not be loaded: {why}", { why: error.message }), {
    link: { href: window.location.href, label: gettext("Try again") },
  });
  throw error;
});
