// What the shapes and colours mean, drawn by the same paths as the map. Entries that this hall has no seat for
// are left out.

import { svg } from "../lib/dom.js";
import { onStage } from "./colours.js";
import { BODY, RING, markOf } from "./shapes.js";

/** `states` is a list whose items have data-look and perhaps data-flag; `tiers` one whose items have data-tier. */
export function drawLegend(states, tiers, layout) {
  for (const item of states.querySelectorAll("[data-look]")) {
    const { look, flag } = item.dataset;
    if (flag && !layout.seats.some((seat) => seat[flag])) item.remove();
    else item.prepend(flag === "couple" ? couple() : drawing(look, flag ? { [flag]: true } : {}));
  }
  const colours = new Map(layout.tiers.map((tier) => [tier.name, tier.color]));
  for (const item of tiers.querySelectorAll("[data-tier]")) {
    item.style.setProperty("--tier", onStage(colours.get(item.dataset.tier) || "#a0aabe"));
  }
}

function drawing(look, flags) {
  const seat = svg(
    "g",
    { class: `seat is-${look}` },
    svg("path", { class: "body", d: BODY }),
    svg("path", { class: "mark", d: markOf(look, flags) }),
  );
  if (look === "mine") seat.append(svg("path", { class: "ring", d: RING }));
  return svg("svg", { class: "map key", viewBox: "-14 -14 28 28", "aria-hidden": "true" }, seat);
}

function couple() {
  const halves = [-12, 12].map((x) =>
    svg("g", { class: "seat is-available", transform: `translate(${x} 0)` }, svg("path", { class: "body", d: BODY })),
  );
  const sofa = svg("line", { class: "sofa", x1: -2, x2: 2, y1: 0, y2: 0, "stroke-width": 10 });
  return svg("svg", { class: "map key key-wide", viewBox: "-26 -14 52 28", "aria-hidden": "true" }, sofa, ...halves);
}
