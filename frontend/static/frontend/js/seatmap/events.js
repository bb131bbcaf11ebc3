// What hands do on the map: clicks and taps, dragging, pinching, the wheel, keys. It only reports.

/** @import { Point } from "./layout.js" */
/** @import { Direction } from "./geometry.js" */
/** What a key means. @typedef {Direction | "first" | "last" | "choose" | "in" | "out" | "fit"} Key */

/**
 * Points are pixels from the stage's corner; `zoom` answers whether anything changed.
 * @typedef {object} Listeners
 * @property {(point: Point, id: string | null, byTouch: boolean) => void} choose
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, point: Point) => boolean} zoom
 * @property {(point: Point | null) => void} hover
 * @property {(key: Key) => void} key
 */

/** A finger's last point, and where it came down. @typedef {Point & {start: Point}} Finger */
/** Two fingers. @typedef {{distance: number, middle: Point}} Pinch */

const DRAG_PX = 6; // a still finger moves less than this
/** @type {Record<string, Key>} */
const KEYS = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
  Enter: "choose",
  " ": "choose",
  "+": "in",
  "=": "in",
  "-": "out",
  0: "fit",
};

/**
 * Listens on the svg `root` inside `stage`.
 * @param {SVGSVGElement} root
 * @param {HTMLElement} stage
 * @param {Listeners} on
 */
export function listen(root, stage, on) {
  const pointOf = (/** @type {MouseEvent} */ event) => {
    const corner = stage.getBoundingClientRect();
    return { x: event.clientX - corner.left, y: event.clientY - corner.top };
  };
  const wasDragged = listenToPointers(root, pointOf, on);
  root.addEventListener("click", (event) => {
    if (wasDragged()) return;
    const seat = event.target instanceof Element ? event.target.closest("[data-seat]") : null;
    on.choose(pointOf(event), seat ? seat.getAttribute("data-seat") : null, isTouch(event));
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      const factor = Math.exp(-Math.max(-120, Math.min(120, step)) * (event.ctrlKey ? 0.01 : 0.0022));
      // Where the map cannot go further the page scrolls, so that a visitor can always get past it.
      if (on.zoom(factor, pointOf(event))) event.preventDefault();
    },
    { passive: false },
  );
  root.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(KEYS, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    on.key(KEYS[event.key]);
  });
}

/**
 * Dragging, pinching and hovering. Answers with a function that says whether the click that follows ends a drag, and
 * forgets it.
 * @param {SVGSVGElement} root
 * @param {(event: MouseEvent) => Point} pointOf
 * @param {Listeners} on
 */
function listenToPointers(root, pointOf, on) {
  /** By pointer id. @type {Map<number, Finger>} */
  const fingers = new Map();
  let dragged = false;
  let pinch = spread(fingers);
  root.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    if (!fingers.size) dragged = false;
    fingers.set(event.pointerId, { ...pointOf(event), start: pointOf(event) });
    pinch = spread(fingers);
  });
  root.addEventListener("pointermove", (event) => {
    const point = pointOf(event);
    const finger = fingers.get(event.pointerId);
    if (!finger) {
      if (event.pointerType === "mouse") on.hover(point);
      return;
    }
    if (!dragged && Math.hypot(point.x - finger.start.x, point.y - finger.start.y) < DRAG_PX) return;
    if (!dragged) {
      dragged = true;
      on.hover(null);
    }
    // Only once it is a drag: a captured pointer's click would no longer say which seat it was on.
    if (!root.hasPointerCapture(event.pointerId)) root.setPointerCapture(event.pointerId);
    if (fingers.size === 1) on.pan(point.x - finger.x, point.y - finger.y);
    Object.assign(finger, point);
    const now = spread(fingers);
    if (now && pinch) follow(pinch, now, on);
    pinch = now;
  });
  const lift = (/** @type {PointerEvent} */ event) => {
    fingers.delete(event.pointerId);
    pinch = spread(fingers);
  };
  root.addEventListener("pointerup", lift);
  root.addEventListener("pointercancel", lift);
  root.addEventListener("pointerleave", () => on.hover(null));
  return () => {
    const was = dragged;
    dragged = false;
    return was;
  };
}

/**
 * Whether a finger made this click; in Chromium and Safari a click is a PointerEvent, in older browsers it is not.
 * @param {MouseEvent} event
 */
function isTouch(event) {
  return "pointerType" in event && event.pointerType === "touch";
}

/**
 * The map moves and grows with two fingers.
 * @param {Pinch} before
 * @param {Pinch} now
 * @param {Listeners} on
 */
function follow(before, now, on) {
  on.pan(now.middle.x - before.middle.x, now.middle.y - before.middle.y);
  if (before.distance > 0) on.zoom(now.distance / before.distance, now.middle);
}

/**
 * Where two fingers are and how far apart, null for any other number of them.
 * @param {Map<number, Finger>} fingers
 * @returns {Pinch | null}
 */
function spread(fingers) {
  const [a, b, more] = fingers.values();
  if (!a || !b || more) return null;
  return { distance: Math.hypot(a.x - b.x, a.y - b.y), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
}
