// The map on the page: the plan drawn in its stage, the camera, the keyboard's place. It shows a state object
// (see state.js) and reports which seat a visitor chooses; what choosing means is decided elsewhere.

import { element } from "../lib/dom.js";
import { gettext } from "../lib/text.js";
import * as camera from "./camera.js";
import { onStage } from "./colours.js";
import { listen } from "./events.js";
import { boundsOf, neighbour, pitchOf, rowEnds, seatAt } from "./geometry.js";
import { Renderer, TIER_COLOURS } from "./render.js";
import { lookOf } from "./state.js";

/** @import { Size, View } from "./camera.js" */
/** @import { Key } from "./events.js" */
/** @import { Layout, Point, Seat } from "./layout.js" */
/** @import { NameOf } from "./render.js" */
/** @import { Look, State } from "./state.js" */

/**
 * @typedef {object} Options
 * @property {NameOf} nameOf
 * @property {(id: string) => void} onChoose called for clicks, taps and Enter
 * @property {() => void} [onNear] called when a tap zoomed in instead of choosing
 */

const FINGER_PX = 22; // seats closer together than this are not tapped but approached
const NUMBER_PX = 25; // seats further apart than this show their numbers
const STEP = 1.35; // one press of a zoom button
const REST_MS = 120; // the camera stands still

export class SeatMap {
  /** @type {number | undefined} */
  #frame;
  #moved = false;
  /** @type {number | undefined} */
  #rest;
  /** @type {Size} */
  #size;

  /**
   * Fills `stage`.
   * @param {HTMLElement} stage
   * @param {Layout} layout
   * @param {State} state
   * @param {Options} options
   */
  constructor(stage, layout, state, { nameOf, onChoose, onNear = () => {} }) {
    this.stage = stage;
    this.layout = layout;
    this.state = state;
    this.nameOf = nameOf;
    this.onChoose = onChoose;
    this.onNear = onNear;
    this.pitch = pitchOf(layout.seats);
    this.renderer = new Renderer(layout, this.pitch, nameOf);
    this.bounds = boundsOf(layout.seats, this.renderer.areas, this.renderer.screen, this.pitch);
    this.byId = new Map(layout.seats.map((seat) => [seat.id, seat]));
    this.here = layout.seats[0];
    for (const [index, { color }] of layout.tiers.entries()) {
      stage.style.setProperty(`--tier-${index % TIER_COLOURS}`, onStage(color));
    }
    const { left, right, top, bottom } = this.bounds;
    stage.style.setProperty("--hall", String((bottom - top) / (right - left))); // a wide hall needs no tall stage
    this.tip = element("div", { class: "seat-tip", "aria-hidden": "true", hidden: true });
    this.renderer.paint(layout.seats.map((seat) => [seat, lookOf(state, seat.id)]));
    this.renderer.place(this.here, false);
    stage.append(this.renderer.root, this.tip);
    this.#size = { width: stage.clientWidth, height: stage.clientHeight };
    this.camera = camera.fit(this.bounds, this.#size, this.pitch);
    this.#listen();
    new ResizeObserver(() => this.#resized()).observe(stage);
    this.#resized();
  }

  /** Shows what changed in the state, in the next frame, however often it is called before. */
  refresh() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      if (this.#moved) this.renderer.look(this.camera);
      this.#moved = false;
      /** @type {[Seat, Look][]} */
      const changed = [];
      for (const id of this.state.dirty) {
        const seat = this.byId.get(id);
        if (seat) changed.push([seat, lookOf(this.state, id)]);
      }
      this.state.dirty.clear();
      this.renderer.paint(changed);
    });
  }

  zoomIn() {
    this.#zoom(STEP, this.#middle());
  }

  zoomOut() {
    this.#zoom(1 / STEP, this.#middle());
  }

  fit() {
    this.#show(camera.fit(this.bounds, this.#size, this.pitch));
  }

  /**
   * Brings seats onto the stage and puts the keyboard's place on the first of them.
   * @param {string[]} ids
   */
  reveal(ids) {
    const seats = ids.flatMap((id) => this.byId.get(id) ?? []);
    if (!seats.length) return;
    this.here = seats[0];
    this.renderer.place(this.here, false);
    for (const seat of seats) this.#show(camera.reveal(this.camera, seat, this.bounds, this.#size));
  }

  #listen() {
    listen(this.renderer.root, this.stage, {
      choose: (point, id, byTouch) => this.#choose(point, id, byTouch),
      pan: (dx, dy) => this.#show(camera.pan(this.camera, dx, dy, this.bounds, this.#size)),
      zoom: (factor, point) => this.#zoom(factor, point),
      hover: (point) => this.#hover(point),
      key: (key) => this.#key(key),
    });
    this.renderer.root.addEventListener("focusin", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const seat = this.byId.get(target?.getAttribute("data-seat") ?? "");
      if (seat && target) this.#go(seat, target.matches(":focus-visible"));
    });
    this.renderer.root.addEventListener("focusout", () => this.renderer.place(this.here, false));
  }

  /**
   * @param {Point} point
   * @param {string | null} id the seat that was hit, null for a click between seats
   * @param {boolean} byTouch
   */
  #choose(point, id, byTouch) {
    const seat = this.byId.get(id ?? "") || this.#under(point);
    if (!seat) return;
    if (byTouch && this.camera.scale * this.pitch < FINGER_PX) {
      this.#zoom((FINGER_PX * 1.7) / (this.camera.scale * this.pitch), point);
      this.onNear();
      return;
    }
    this.#go(seat, false);
    this.onChoose(seat.id);
  }

  /** @param {Key} key */
  #key(key) {
    switch (key) {
      case "choose":
        return this.onChoose(this.here.id);
      case "in":
        return this.#zoom(STEP, camera.toStage(this.camera, this.here));
      case "out":
        return this.#zoom(1 / STEP, camera.toStage(this.camera, this.here));
      case "fit":
        return this.fit();
      case "first":
        return this.#focus(rowEnds(this.renderer.rows, this.here)[0]);
      case "last":
        return this.#focus(rowEnds(this.renderer.rows, this.here)[1]);
      default:
        return this.#focus(neighbour(this.renderer.rows, this.here, key, this.pitch));
    }
  }

  /** @param {Seat | null} seat */
  #focus(seat) {
    if (seat) this.renderer.groupOf(seat).focus({ preventScroll: true });
  }

  /**
   * @param {Seat} seat
   * @param {boolean} visible whether the keyboard's place is shown
   */
  #go(seat, visible) {
    this.here = seat;
    this.renderer.place(seat, visible);
    if (visible) this.#show(camera.reveal(this.camera, seat, this.bounds, this.#size));
  }

  /** @param {Point | null} point */
  #hover(point) {
    const seat = point && this.#under(point);
    this.tip.hidden = !seat;
    if (!seat) return;
    this.tip.textContent = this.nameOf(seat, lookOf(this.state, seat.id));
    const at = camera.toStage(this.camera, seat);
    const half = this.tip.offsetWidth / 2 + 6;
    const x = Math.min(this.#size.width - half, Math.max(half, at.x));
    const gap = this.pitch * this.camera.scale * 0.6;
    const y = at.y - gap - this.tip.offsetHeight > 4 ? at.y - gap - this.tip.offsetHeight : at.y + gap;
    this.tip.style.transform = `translate(${x - this.tip.offsetWidth / 2}px, ${y}px)`;
  }

  /** @param {Point} point */
  #under(point) {
    const { x, y } = camera.toPlan(this.camera, point);
    return seatAt(this.layout.seats, x, y, this.pitch * 0.55);
  }

  /**
   * Whether anything changed.
   * @param {number} factor
   * @param {Point} point
   */
  #zoom(factor, point) {
    const before = this.camera;
    this.#show(camera.zoom(before, factor, point, this.bounds, this.#size, this.pitch));
    return Math.abs(this.camera.scale - before.scale) > before.scale * 1e-6;
  }

  /** @param {View} next */
  #show(next) {
    this.camera = next;
    this.tip.hidden = true;
    this.#moved = true;
    this.refresh();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.renderer.number(this.#readable()), REST_MS);
    const all = camera.fit(this.bounds, this.#size, this.pitch).scale;
    // While everything is in view a finger's stroke scrolls the page; closer, it moves the map.
    this.stage.classList.toggle("is-close", next.scale > all * 1.01);
  }

  #resized() {
    const wasWhole = !this.stage.classList.contains("is-close");
    this.#size = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    this.renderer.root.setAttribute("width", String(this.#size.width));
    this.renderer.root.setAttribute("height", String(this.#size.height));
    if (wasWhole) this.fit();
    else this.#show(camera.pan(this.camera, 0, 0, this.bounds, this.#size));
  }

  /** Seats that are on the stage and large enough for a number. */
  #readable() {
    if (this.camera.scale * this.pitch < NUMBER_PX) return [];
    const { width, height } = this.#size;
    return this.layout.seats.filter((seat) => {
      const { x, y } = camera.toStage(this.camera, seat);
      return x > -NUMBER_PX && y > -NUMBER_PX && x < width + NUMBER_PX && y < height + NUMBER_PX;
    });
  }

  #middle() {
    return { x: this.#size.width / 2, y: this.#size.height / 2 };
  }
}

/**
 * "Row B seat 12, Gold, ₹250, available" with what else there is to know.
 * @param {Seat} seat
 * @param {Look} look
 * @param {string | undefined} price
 */
export function describeSeat(seat, look, price) {
  const { row, number } = seat;
  const parts = [
    row ? gettext("Row {row} seat {number}", { row, number }) : gettext("Seat {number}", { number }),
    seat.tier,
    price,
    seat.wheelchair && gettext("wheelchair place"),
    seat.companion && gettext("companion place"),
    seat.couple && gettext("couple seat with {partner}", { partner: seat.couple }),
    nameOfLook(look),
  ];
  return parts.filter(Boolean).join(", ");
}

/** @param {Look} look */
function nameOfLook(look) {
  switch (look) {
    case "available":
      return gettext("available");
    case "picked":
      return gettext("picked");
    case "mine":
      return gettext("held for you");
    case "held":
      return gettext("held by somebody else");
    case "sold":
      return gettext("sold");
    case "blocked":
      return gettext("not for sale");
    case "unknown":
      return gettext("not known yet");
  }
}
