// The live map's page: fetches the hall, and joins state, map, panel and connection. Wiring only.

import { Flow } from "../booking/flow.js";
import { wireContactForm } from "../booking/contact.js";
import { wireFinder } from "../booking/finder.js";
import { Panel } from "../booking/panel.js";
import { Waitlist } from "../booking/waitlist.js";
import { get } from "../lib/api.js";
import { Countdown, ServerClock } from "../lib/clock.js";
import { announce, byId, pageData, setText } from "../lib/dom.js";
import { Messages } from "../lib/messages.js";
import { rupees } from "../lib/money.js";
import { gettext, ngettext } from "../lib/text.js";
import { Connection } from "../live/connection.js";
import { showLight } from "../live/light.js";
import { drawLegend } from "../seatmap/legend.js";
import { SeatMap, describeSeat } from "../seatmap/seatmap.js";
import { createState, givenUp } from "../seatmap/state.js";

const ANNOUNCED = [120, 60, 30, 10]; // seconds left of a hold that are read out

const page = pageData("show-data");
const messages = new Messages(byId("messages"));
const say = (kind, sentence, options) => messages.show(kind, sentence, options);
const murmur = (sentence) => announce(byId("murmur"), sentence);

async function begin() {
  const layout = await get(page.paths.layout);
  const state = createState(layout);
  const clock = new ServerClock();
  clock.learn(page.now);
  const prices = new Map(page.tiers.map((tier) => [tier.name, rupees(tier.price)]));
  const map = new SeatMap(byId("stage"), layout, state, {
    nameOf: (seat, look) => describeSeat(seat, look, prices.get(seat.tier)),
    onChoose: (id) => flow.choose(id),
    onNear: () => murmur(gettext("Closer now. Tap a seat to pick it.")),
  });
  const panel = new Panel(page, layout, {
    proceed: () => flow.proceed(),
    letGo: (ids) => flow.letGo(ids),
    giveBack: (ids) => flow.giveBack(ids),
  });
  const countdown = new Countdown(clock, {
    onTick: (left) => {
      panel.tick(left);
      if (ANNOUNCED.includes(left))
        murmur(ngettext("{count} second left.", "{count} seconds left for your seats.", left));
    },
    onEnd: () => flow.timeIsUp(),
  });
  const connection = new Connection(
    page.paths,
    layout.seats.map((seat) => seat.id),
    () => state,
    {
      message: (message) => {
        flow.receive(message);
        if (message.type === "expired" || message.code === "seats_offered") heardOfSeats(waitlist, connection);
      },
      status: (status, code) => {
        showLight(byId("light"), status, code);
        byId("asking-note").hidden = status !== "asking";
        if (status !== "live") flow.connectionLost();
      },
    },
  );
  const changed = () => {
    map.refresh();
    waitlist.show(state, flow.open); // before the panel, which shows an offer's seats differently
    panel.show(state, flow.open);
    byId("finder").hidden = !flow.open;
    const until = state.mine && flow.open ? state.mine.expiresAt : null;
    if (until === null) {
      countdown.stop();
      panel.tick(null);
    } else if (until !== countdown.until) countdown.start(until);
    setText(
      byId("viewers"),
      state.viewers ? ngettext("{count} person looking", "{count} people looking", state.viewers) : "",
    );
  };
  const flow = new Flow({ state, page, clock, connection, changed, say, murmur });
  const leave = (id) => window.location.assign(page.paths.checkout.replace("BOOKING", encodeURIComponent(id)));
  const letGo = (ids) => givenUp(state, ids);
  const resync = () => connection.resync();
  const waitlist = new Waitlist(page, { clock, finder: byId("finder"), on: { changed, say, leave, letGo, resync } });

  wireContactForm(byId("contact"), { book: (contact) => flow.book(contact), leave });
  wireFinder(byId("finder"), {
    path: page.paths.best,
    propose: (ids) => flow.propose(ids),
    found: (ids) => map.reveal(ids),
    foundNone: () => waitlist.foundNone(),
    say,
  });
  byId("finder").addEventListener("change", changed);
  drawLegend(byId("legend-states"), byId("legend-tiers"), layout);
  byId("zoom-in").addEventListener("click", () => map.zoomIn());
  byId("zoom-out").addEventListener("click", () => map.zoomOut());
  byId("zoom-fit").addEventListener("click", () => map.fit());
  byId("stage").classList.add("is-ready");
  changed();
  connection.start();
  if (page.opens_at) openLater(page.opens_at, clock, flow, changed);
}

/** Seats were offered, or their time ran out: whose they are now is for the server to say. */
function heardOfSeats(waitlist, connection) {
  waitlist.refresh();
  connection.resync();
}

/** The sale begins while people look: nobody has to load the page again for it. */
function openLater(moment, clock, flow, changed) {
  const sale = new Countdown(clock, {
    onTick: () => {},
    onEnd: () => {
      flow.open = true;
      byId("sale-later")?.remove();
      say("good", gettext("The sale has begun. Choose your seats."), { key: "closed" });
      changed();
    },
  });
  sale.start(moment);
}

// A page from the browser's memory shows old seats and an old countdown.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

begin().catch((problem) => {
  byId("stage").classList.add("is-broken");
  say("bad", gettext("The hall could not be loaded: {why}", { why: problem.message }), {
    link: { href: window.location.href, label: gettext("Try again") },
  });
  throw problem;
});
