// What the shapes and colours mean, drawn by the same paths as the map. Entries that this hall has no seat for
// are left out.

import { findAll, svg } from "../lib/dom.js";
import { onStage } from "./colours.js";
import { BODY, markOf, RING } from "./shapes.js";

/** @import { Layout } from "./layout.js" */
/** @import { Look } from "./state.js" */
/** A flag of a seat. @typedef {"wheelchair" | "companion" | "couple"} Flag */

/**
 * @param {HTMLElement} states a list whose items have data-look and perhaps data-flag
 * @param {HTMLElement} tiers a list whose items have data-tier
 * @param {Layout} layout
 */
export function drawLegend(states, tiers, layout) {
  for (const item of findAll(states, "[data-look]")) {
    const look = /** @type {Look} */ (item.dataset.look);
    const flag = /** @type {Flag | undefined} */ (item.dataset.flag);
    if (flag && !layout.seats.some((seat) => seat[flag])) item.remove();
    else item.prepend(flag === "couple" ? couple() : drawing(look, flag ? { [flag]: true } : {}));
  }
  const colours = new Map(layout.tiers.map((tier) => [tier.name, tier.color]));
  for (const item of findAll(tiers, "[data-tier]")) {
    item.style.setProperty("--tier", onStage(colours.get(item.dataset.tier ?? "") || "#a0aabe"));
  }
}

/**
 * @param {Look} look
 * @param {Partial<Record<Flag, boolean>>} flags
 */
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
