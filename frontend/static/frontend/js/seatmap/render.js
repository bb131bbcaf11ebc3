// Draws the plan once, and afterwards only the seats it is told about. Knows nothing of holds or sockets.
//
// svg[role=grid] > g.view (moved by the camera) > areas, screen, couples, row names, g.row[role=row] > g.seat

import { setText, svg } from "../lib/dom.js";
import { gettext } from "../lib/text.js";
import { rowsOf, screenOf } from "./geometry.js";
import { BODY, HALF, RING, markOf } from "./shapes.js";

const SIZE = 0.4; // half a seat, in pitches
const LONGEST_ROW_NAME = 4; // letters that fit beside a row
const TIER_COLOURS = 12; // as many as the stylesheet has classes for

export class Renderer {
  /** `layout` with its `pitch`; `nameOf(seat, look)` gives a seat's name for screen readers. */
  constructor(layout, pitch, nameOf) {
    Object.assign(this, { layout, pitch, nameOf });
    this.scale = (pitch * SIZE) / HALF;
    this.nodes = new Map(); // seat id → {group, mark}
    this.numbers = new Map(); // seat → its number's text, where one is shown
    this.tiers = new Map(layout.tiers.map((tier, position) => [tier.name, position % TIER_COLOURS]));
    this.view = svg("g", { class: "view" });
    // Without a tabindex Chromium makes the clipped drawing a tab stop of its own, before its seats.
    const named = { "aria-label": gettext("Seats"), "aria-describedby": "map-help" };
    this.root = svg("svg", { class: "map", role: "grid", tabindex: "-1", ...named });
    this.cursor = svg("path", { class: "cursor", d: RING, "aria-hidden": "true", visibility: "hidden" });
    this.#draw();
  }

  /** Makes seats look as they are: `looks` is a list of [seat, look]. */
  paint(looks) {
    for (const [seat, look] of looks) {
      const { group, mark } = this.nodes.get(seat.id);
      group.setAttribute("class", `seat tier-${this.tiers.get(seat.tier) ?? 0} is-${look}`);
      mark.setAttribute("d", markOf(look, seat));
      this.#ring(group, look === "mine");
      group.setAttribute("aria-label", this.nameOf(seat, look));
      group.setAttribute("aria-selected", String(look === "picked" || look === "mine"));
      group.setAttribute("aria-disabled", String(!["available", "picked", "mine"].includes(look)));
    }
  }

  look({ scale, x, y }) {
    this.view.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
  }

  /**
   * Writes the numbers of these seats on them, and no others: the browser lays every text out anew whenever the
   * scale changes, so that thousands of them would make zooming stumble.
   */
  number(seats) {
    const wanted = new Set(seats);
    for (const [seat, node] of this.numbers) {
      if (wanted.has(seat)) continue;
      node.remove();
      this.numbers.delete(seat);
    }
    for (const seat of wanted) {
      if (this.numbers.has(seat) || seat.wheelchair || seat.companion) continue;
      const node = svg("text", { class: "number", y: 0.5 });
      setText(node, seat.number);
      this.nodes.get(seat.id).group.append(node);
      this.numbers.set(seat, node);
    }
  }

  /** Where the keyboard is: the one seat that Tab reaches; `visible` draws the ring around it. */
  place(seat, visible) {
    const { group } = this.nodes.get(seat.id);
    if (this.tabbable !== group) {
      this.tabbable?.setAttribute("tabindex", "-1");
      group.setAttribute("tabindex", "0");
      this.tabbable = group;
    }
    this.cursor.setAttribute("transform", this.#at(seat));
    this.cursor.setAttribute("visibility", visible ? "visible" : "hidden");
  }

  groupOf(id) {
    return this.nodes.get(id).group;
  }

  #draw() {
    const { screen, areas } = screenOf(this.layout, this.pitch);
    Object.assign(this, { screen, areas, rows: rowsOf(this.layout.seats) });
    const background = svg("g", { "aria-hidden": "true" });
    background.append(this.#screen(screen), ...areas.map(drawArea), ...this.#couples(), ...this.#rowNames());
    this.view.append(background, ...this.rows.map((row) => this.#row(row)), this.cursor);
    this.root.append(this.view);
  }

  #screen({ x, y, width }) {
    const bend = Math.min(width * 0.06, this.pitch * 0.9);
    const line = `M${x} ${y}Q${x + width / 2} ${y - bend * 2} ${x + width} ${y}`;
    const glow = `${line}L${x + width * 0.94} ${y + this.pitch}Q${x + width / 2} ${y + this.pitch - bend} ${x + width * 0.06} ${y + this.pitch}Z`;
    const name = svg("text", {
      class: "screen-name",
      x: x + width / 2,
      y: y + this.pitch * 0.42 - bend / 3,
      "font-size": this.pitch * 0.42,
    });
    setText(name, gettext("SCREEN"));
    return svg(
      "g",
      { class: "screen" },
      svg("path", { class: "glow", d: glow }),
      svg("path", { class: "line", d: line, "stroke-width": this.pitch * 0.16 }),
      name,
    );
  }

  #couples() {
    const byId = new Map(this.layout.seats.map((seat) => [seat.id, seat]));
    return this.layout.seats
      .filter((seat) => seat.couple > seat.id && byId.has(seat.couple)) // each pair once
      .map((seat) => {
        const partner = byId.get(seat.couple);
        const apart = Math.hypot(partner.x - seat.x, partner.y - seat.y) || 1;
        const inset = Math.min(0.5, (this.pitch * SIZE) / apart); // from edge to edge, not from centre to centre
        const along = (share) => [seat.x + (partner.x - seat.x) * share, seat.y + (partner.y - seat.y) * share];
        const [[x1, y1], [x2, y2]] = [along(inset), along(1 - inset)];
        const way = { x1, y1, x2, y2, "stroke-width": this.pitch * 0.4 };
        return svg("line", { class: `sofa tier-${this.tiers.get(seat.tier) ?? 0}`, ...way });
      });
  }

  #rowNames() {
    return this.rows.flatMap(({ name, seats }) => {
      const short = name.length > LONGEST_ROW_NAME ? name.split(" ").at(-1) : name;
      const end = (seat, side) => {
        const label = svg("text", {
          class: "row-name",
          x: seat.x + side * this.pitch * 1.05,
          y: seat.y,
          "font-size": this.pitch * 0.42,
        });
        setText(label, short);
        return label;
      };
      return name ? [end(seats[0], -1), end(seats.at(-1), 1)] : [];
    });
  }

  #row({ name, seats }) {
    const row = svg("g", { role: "row", "aria-label": gettext("Row {row}", { row: name }) });
    row.append(...seats.map((seat) => this.#seat(seat)));
    return row;
  }

  #seat(seat) {
    const mark = svg("path", { class: "mark" });
    const group = svg("g", { role: "gridcell", tabindex: "-1", "data-seat": seat.id, transform: this.#at(seat) });
    group.append(svg("path", { class: "body", d: BODY }), mark);
    this.nodes.set(seat.id, { group, mark });
    return group;
  }

  /** Few seats ever have a ring, so only those carry one. */
  #ring(group, wanted) {
    const ring = group.querySelector(".ring");
    if (wanted && !ring) group.append(svg("path", { class: "ring", d: RING }));
    else if (!wanted) ring?.remove();
  }

  #at(seat) {
    return `translate(${seat.x} ${seat.y}) scale(${this.scale.toFixed(4)})`;
  }
}

/** One area of the plan: its shape in its own place and turn, its text upon it. */
function drawArea(area) {
  const { x, y } = area;
  const drawn = svg("g", { class: "area" });
  const shape = {
    rectangle: () => svg("rect", { x, y, width: area.width, height: area.height, rx: 2 }),
    circle: () => svg("circle", { cx: x, cy: y, r: area.radius }),
    ellipse: () => svg("ellipse", { cx: x, cy: y, rx: area.radius_x, ry: area.radius_y }),
    polygon: () => svg("polygon", { points: area.points.map((point) => `${point.x},${point.y}`).join(" ") }),
  }[area.shape]?.();
  if (shape) {
    shape.setAttribute("fill", area.color);
    shape.setAttribute("stroke", area.border_color);
    drawn.append(shape);
  }
  if (area.rotation) drawn.setAttribute("transform", `rotate(${area.rotation} ${x} ${y})`);
  if (area.text?.text) {
    const words = svg("text", { x: area.text.x, y: area.text.y, "font-size": area.text.size || 16 });
    setText(words, area.text.text);
    drawn.append(words);
  }
  return drawn;
}
