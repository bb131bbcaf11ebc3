// What hands do on the map: clicks and taps, dragging, pinching, the wheel, keys. It only reports.

const DRAG_PX = 6; // a finger trembles less than this
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/**
 * Listens on the svg `root` inside `stage`. `on` has: choose(point, id | null, byTouch), pan(dx, dy),
 * zoom(factor, point) → whether anything changed, hover(point | null), and key(name) for
 * "left right up down first last choose in out fit". Points are {x, y} in pixels from the stage's corner.
 */
export function listen(root, stage, on) {
  const fingers = new Map(); // pointer id → its last point
  let dragged = false;
  let pinch = null;
  const pointOf = (event) => {
    const corner = stage.getBoundingClientRect();
    return { x: event.clientX - corner.left, y: event.clientY - corner.top };
  };

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
    if (fingers.size === 2) {
      const now = spread(fingers);
      on.pan(now.middle.x - pinch.middle.x, now.middle.y - pinch.middle.y);
      if (pinch.distance > 0) on.zoom(now.distance / pinch.distance, now.middle);
      pinch = now;
    }
  });
  const lift = (event) => {
    fingers.delete(event.pointerId);
    pinch = spread(fingers);
  };
  root.addEventListener("pointerup", lift);
  root.addEventListener("pointercancel", lift);
  root.addEventListener("pointerleave", () => on.hover(null));
  root.addEventListener("click", (event) => {
    if (dragged) {
      dragged = false;
      return;
    }
    const seat = event.target.closest?.("[data-seat]");
    on.choose(pointOf(event), seat ? seat.dataset.seat : null, event.pointerType === "touch");
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      const factor = Math.exp(-Math.max(-120, Math.min(120, step)) * (event.ctrlKey ? 0.01 : 0.0022));
      // Where the map cannot go further the page scrolls, so that nobody is trapped on it.
      if (on.zoom(factor, pointOf(event))) event.preventDefault();
    },
    { passive: false },
  );
  root.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    on.key(key);
  });
}

function keyOf(event) {
  if (ARROWS[event.key]) return ARROWS[event.key];
  return { Home: "first", End: "last", Enter: "choose", " ": "choose", "+": "in", "=": "in", "-": "out", 0: "fit" }[
    event.key
  ];
}

function spread(fingers) {
  if (fingers.size !== 2) return null;
  const [a, b] = fingers.values();
  return { distance: Math.hypot(a.x - b.x, a.y - b.y), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
}
