// The map on the page: the plan drawn in its stage, the camera, the keyboard's place. It shows a state object
// (see state.js) and reports which seat a visitor chooses; what choosing means is decided elsewhere.

import { element } from "../lib/dom.js";
import { gettext } from "../lib/text.js";
import * as camera from "./camera.js";
import { onStage } from "./colours.js";
import { listen } from "./events.js";
import { boundsOf, neighbour, pitchOf, rowEnds, seatAt } from "./geometry.js";
import { Renderer } from "./render.js";
import { lookOf } from "./state.js";

const FINGER_PX = 22; // seats closer together than this are not tapped but approached
const NUMBER_PX = 25; // seats further apart than this show their numbers
const STEP = 1.35; // one press of a zoom button
const REST_MS = 120; // the camera stands still

export class SeatMap {
  #frame = null;
  #moved = false;
  #rest = null;
  #size = { width: 0, height: 0 };

  /**
   * Fills `stage`. `nameOf(seat, look)` names a seat for people; `onChoose(id)` hears of clicks, taps and
   * Enter; `onNear()` hears that a tap came closer instead of choosing.
   */
  constructor(stage, layout, state, { nameOf, onChoose, onNear = () => {} }) {
    Object.assign(this, { stage, layout, state, nameOf, onChoose, onNear });
    this.pitch = pitchOf(layout.seats);
    this.renderer = new Renderer(layout, this.pitch, nameOf);
    this.bounds = boundsOf(layout.seats, this.renderer.areas, this.renderer.screen, this.pitch);
    this.byId = new Map(layout.seats.map((seat) => [seat.id, seat]));
    this.here = layout.seats[0];
    layout.tiers.forEach(({ color }, index) => stage.style.setProperty(`--tier-${index % 12}`, onStage(color)));
    const { left, right, top, bottom } = this.bounds;
    stage.style.setProperty("--hall", (bottom - top) / (right - left)); // so that a wide hall needs no tall stage
    this.tip = element("div", { class: "seat-tip", "aria-hidden": "true", hidden: true });
    this.renderer.paint(layout.seats.map((seat) => [seat, lookOf(state, seat.id)]));
    this.renderer.place(this.here, false);
    stage.append(this.renderer.root, this.tip);
    this.#listen();
    new ResizeObserver(() => this.#resized()).observe(stage);
    this.#resized();
  }

  /** Shows what changed in the state, in the next frame, however often it is called before. */
  refresh() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      if (this.#moved) this.renderer.look(this.camera);
      this.#moved = false;
      const changed = [...this.state.dirty].map((id) => [this.byId.get(id), lookOf(this.state, id)]);
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

  /** Brings seats onto the stage and puts the keyboard's place on the first of them. */
  reveal(ids) {
    const seats = ids.map((id) => this.byId.get(id)).filter(Boolean);
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
      const seat = this.byId.get(event.target.dataset?.seat);
      if (seat) this.#go(seat, event.target.matches(":focus-visible"));
    });
    this.renderer.root.addEventListener("focusout", () => this.renderer.place(this.here, false));
  }

  #choose(point, id, byTouch) {
    const seat = this.byId.get(id) || this.#under(point);
    if (!seat) return;
    if (byTouch && this.camera.scale * this.pitch < FINGER_PX) {
      this.#zoom((FINGER_PX * 1.7) / (this.camera.scale * this.pitch), point);
      this.onNear();
      return;
    }
    this.#go(seat, false);
    this.onChoose(seat.id);
  }

  #key(key) {
    if (key === "choose") this.onChoose(this.here.id);
    else if (key === "in") this.#zoom(STEP, camera.toStage(this.camera, this.here));
    else if (key === "out") this.#zoom(1 / STEP, camera.toStage(this.camera, this.here));
    else if (key === "fit") this.fit();
    else {
      const { rows } = this.renderer;
      const ends = { first: 0, last: 1 };
      const next = key in ends ? rowEnds(rows, this.here)[ends[key]] : neighbour(rows, this.here, key, this.pitch);
      if (next) this.renderer.groupOf(next.id).focus({ preventScroll: true });
    }
  }

  #go(seat, visible) {
    this.here = seat;
    this.renderer.place(seat, visible);
    if (visible) this.#show(camera.reveal(this.camera, seat, this.bounds, this.#size));
  }

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

  #under(point) {
    const { x, y } = camera.toPlan(this.camera, point);
    return seatAt(this.layout.seats, x, y, this.pitch * 0.55);
  }

  #zoom(factor, point) {
    const before = this.camera;
    this.#show(camera.zoom(before, factor, point, this.bounds, this.#size, this.pitch));
    return Math.abs(this.camera.scale - before.scale) > before.scale * 1e-6;
  }

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
    const wasWhole = !this.camera || !this.stage.classList.contains("is-close");
    this.#size = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    this.renderer.root.setAttribute("width", this.#size.width);
    this.renderer.root.setAttribute("height", this.#size.height);
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

/** "Row B seat 12, Gold, ₹250, available" with what else there is to know. */
export function describeSeat(seat, look, price) {
  const kinds = {
    available: gettext("available"),
    picked: gettext("picked"),
    mine: gettext("held for you"),
    held: gettext("held by somebody else"),
    sold: gettext("sold"),
    blocked: gettext("not for sale"),
    unknown: gettext("not known yet"),
  };
  return [
    seat.row ? gettext("Row {row} seat {number}", seat) : gettext("Seat {number}", seat),
    seat.tier,
    price,
    seat.wheelchair && gettext("wheelchair place"),
    seat.companion && gettext("companion place"),
    seat.couple && gettext("couple seat with {partner}", { partner: seat.couple }),
    kinds[look],
  ]
    .filter(Boolean)
    .join(", ");
}
