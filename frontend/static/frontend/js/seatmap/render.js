// Draws the plan once, and afterwards only the seats it is given. Knows nothing of holds or sockets.
//
// svg[role=grid] > g.view (moved by the camera) > areas, screen, couples, row names, g.row[role=row] > g.seat

import { setText, svg } from "../lib/dom.js";
import { gettext } from "../lib/text.js";
import { rowsOf, screenOf } from "./geometry.js";
import { BODY, HALF, markOf, RING } from "./shapes.js";

/** @import { View } from "./camera.js" */
/** @import { Row, Screen } from "./geometry.js" */
/** @import { Area, Layout, Seat } from "./layout.js" */
/** @import { Look } from "./state.js" */

/** A seat's name for screen readers. @typedef {(seat: Seat, look: Look) => string} NameOf */

/** What a seat is drawn with. @typedef {{group: SVGGElement, mark: SVGPathElement}} Drawn */

const SIZE = 0.4; // half a seat, in pitches
const LONGEST_ROW_NAME = 4; // letters that fit beside a row
export const TIER_COLOURS = 12; // as many as the stylesheet has classes for

export class Renderer {
  /** The one that Tab reaches. @type {SVGGElement | undefined} */
  #tabbable;

  /**
   * @param {Layout} layout
   * @param {number} pitch
   * @param {NameOf} nameOf
   */
  constructor(layout, pitch, nameOf) {
    this.layout = layout;
    this.pitch = pitch;
    this.nameOf = nameOf;
    this.scale = (pitch * SIZE) / HALF;
    /** By seat id. @type {Map<string, Drawn>} */
    this.nodes = new Map();
    /** The numbers that are shown. @type {Map<Seat, SVGTextElement>} */
    this.numbers = new Map();
    this.tiers = new Map(layout.tiers.map((tier, position) => [tier.name, position % TIER_COLOURS]));
    this.view = svg("g", { class: "view" });
    // Without a tabindex Chromium makes the clipped drawing a tab stop of its own, before its seats.
    const named = { "aria-label": gettext("Seats"), "aria-describedby": "map-help" };
    this.root = svg("svg", { class: "map", role: "grid", tabindex: "-1", ...named });
    this.cursor = svg("path", { class: "cursor", d: RING, "aria-hidden": "true", visibility: "hidden" });
    this.rows = rowsOf(layout.seats);
    const { screen, areas } = screenOf(layout, pitch);
    this.screen = screen;
    this.areas = areas;
    this.#draw();
  }

  /**
   * Makes seats look as they are.
   * @param {[Seat, Look][]} looks
   */
  paint(looks) {
    for (const [seat, look] of looks) {
      const { group, mark } = this.#drawn(seat);
      group.setAttribute("class", `seat tier-${this.tiers.get(seat.tier) ?? 0} is-${look}`);
      mark.setAttribute("d", markOf(look, seat));
      setRing(group, look === "mine");
      group.setAttribute("aria-label", this.nameOf(seat, look));
      group.setAttribute("aria-selected", String(look === "picked" || look === "mine"));
      group.setAttribute("aria-disabled", String(!["available", "picked", "mine"].includes(look)));
    }
  }

  /**
   * Moves the plan under the camera.
   * @param {View} camera
   */
  look({ scale, x, y }) {
    this.view.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
  }

  /**
   * Writes the numbers of these seats on them, and no others: the browser lays out every text again whenever the
   * scale changes, so that thousands of them would make zooming stumble.
   * @param {Seat[]} seats
   */
  number(seats) {
    const readable = new Set(seats);
    for (const [seat, node] of this.numbers) {
      if (readable.has(seat)) continue;
      node.remove();
      this.numbers.delete(seat);
    }
    for (const seat of readable) {
      if (this.numbers.has(seat) || seat.wheelchair || seat.companion) continue;
      const node = svg("text", { class: "number", y: 0.5 });
      setText(node, seat.number);
      this.#drawn(seat).group.append(node);
      this.numbers.set(seat, node);
    }
  }

  /**
   * Where the keyboard is: the one seat that Tab reaches; `visible` draws the ring around it.
   * @param {Seat} seat
   * @param {boolean} visible
   */
  place(seat, visible) {
    const { group } = this.#drawn(seat);
    if (this.#tabbable !== group) {
      this.#tabbable?.setAttribute("tabindex", "-1");
      group.setAttribute("tabindex", "0");
      this.#tabbable = group;
    }
    this.cursor.setAttribute("transform", this.#at(seat));
    this.cursor.setAttribute("visibility", visible ? "visible" : "hidden");
  }

  /** @param {Seat} seat */
  groupOf(seat) {
    return this.#drawn(seat).group;
  }

  /** @param {Seat} seat */
  #drawn(seat) {
    const drawn = this.nodes.get(seat.id);
    if (!drawn) throw new TypeError(`not in this hall: ${seat.id}`);
    return drawn;
  }

  #draw() {
    const background = svg("g", { "aria-hidden": "true" });
    background.append(this.#screen(this.screen), ...this.areas.map(drawArea), ...this.#couples(), ...this.#rowNames());
    this.view.append(background, ...this.rows.map((row) => this.#row(row)), this.cursor);
    this.root.append(this.view);
  }

  /** @param {Screen} screen */
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
    return this.layout.seats.flatMap((seat) => {
      const partner = byId.get(seat.couple ?? "");
      return partner && partner.id > seat.id ? [this.#couple(seat, partner)] : []; // each pair once
    });
  }

  /**
   * What joins two seats, from edge to edge.
   * @param {Seat} seat
   * @param {Seat} partner
   */
  #couple(seat, partner) {
    const { x, y } = seat;
    const [dx, dy] = [partner.x - x, partner.y - y];
    const inset = Math.min(0.5, (this.pitch * SIZE) / (Math.hypot(dx, dy) || 1));
    return svg("line", {
      class: `sofa tier-${this.tiers.get(seat.tier) ?? 0}`,
      x1: x + dx * inset,
      y1: y + dy * inset,
      x2: x + dx * (1 - inset),
      y2: y + dy * (1 - inset),
      "stroke-width": this.pitch * 0.4,
    });
  }

  #rowNames() {
    return this.rows.flatMap(({ name, seats }) => {
      const short = name.length > LONGEST_ROW_NAME ? (name.split(" ").at(-1) ?? name) : name;
      const end = (/** @type {Seat} */ seat, /** @type {1 | -1} */ side) => {
        const label = svg("text", {
          class: "row-name",
          x: seat.x + side * this.pitch * 1.05,
          y: seat.y,
          "font-size": this.pitch * 0.42,
        });
        setText(label, short);
        return label;
      };
      return name ? [end(seats[0], -1), end(seats[seats.length - 1], 1)] : [];
    });
  }

  /** @param {Row} row */
  #row({ name, seats }) {
    const row = svg("g", { role: "row", "aria-label": gettext("Row {row}", { row: name }) });
    row.append(...seats.map((seat) => this.#seat(seat)));
    return row;
  }

  /** @param {Seat} seat */
  #seat(seat) {
    const mark = svg("path", { class: "mark" });
    const group = svg("g", { role: "gridcell", tabindex: "-1", "data-seat": seat.id, transform: this.#at(seat) });
    group.append(svg("path", { class: "body", d: BODY }), mark);
    this.nodes.set(seat.id, { group, mark });
    return group;
  }

  /** @param {Seat} seat */
  #at(seat) {
    return `translate(${seat.x} ${seat.y}) scale(${this.scale.toFixed(4)})`;
  }
}

/**
 * Few seats ever have a ring, so only those carry one.
 * @param {SVGGElement} group
 * @param {boolean} present
 */
function setRing(group, present) {
  const ring = group.querySelector(".ring");
  if (present && !ring) group.append(svg("path", { class: "ring", d: RING }));
  else if (!present) ring?.remove();
}

/**
 * One area of the plan: its shape in its place and rotation, with its text.
 * @param {Area} area
 */
function drawArea(area) {
  const { x, y } = area;
  const drawn = svg("g", { class: "area" });
  const shape = shapeOf(area);
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

/** @param {Area} area */
function shapeOf(area) {
  const { x, y } = area;
  switch (area.shape) {
    case "rectangle":
      return svg("rect", { x, y, width: area.width, height: area.height, rx: 2 });
    case "circle":
      return svg("circle", { cx: x, cy: y, r: area.radius });
    case "ellipse":
      return svg("ellipse", { cx: x, cy: y, rx: area.radius_x, ry: area.radius_y });
    case "polygon":
      return svg("polygon", { points: area.points.map((point) => `${point.x},${point.y}`).join(" ") });
    default:
      return null; // text only
  }
}
