// Where seats are: how far apart, what the plan's edges are, which seat is under a finger and which is next in
// a direction. Lengths are in the plan's own units, y grows away from the screen. Nothing here draws.

/** @import { Bounds } from "./camera.js" */
/** @import { Area, Layout, Point, Seat } from "./layout.js" */

/** Its seats from left to right. @typedef {{name: string, seats: Seat[]}} Row */
/** Its left end and its width. @typedef {{x: number, y: number, width: number}} Screen */
/** @typedef {"left" | "right" | "up" | "down"} Direction */

const SCREEN_NAME = /^\s*screen\s*$/i;

/**
 * How far apart neighbouring seats are: small among the distances to the nearest neighbour, so none overlap.
 * @param {Seat[]} seats
 */
export function pitchOf(seats) {
  if (seats.length < 2) return 30;
  const nearest = seats.length > 1200 ? sampled(seats, 400) : seats;
  const distances = nearest
    .map((seat) => {
      let best = Infinity;
      for (const other of seats) {
        if (other !== seat) best = Math.min(best, (other.x - seat.x) ** 2 + (other.y - seat.y) ** 2);
      }
      return Math.sqrt(best);
    })
    .filter((distance) => distance > 0.01 && Number.isFinite(distance))
    .sort((a, b) => a - b);
  return distances.length ? distances[Math.floor(distances.length * 0.05)] : 30;
}

/**
 * The rows in the layout's order.
 * @param {Seat[]} seats
 * @returns {Row[]}
 */
export function rowsOf(seats) {
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const seat of seats) {
    const row = rows.get(seat.row);
    if (row) row.seats.push(seat);
    else rows.set(seat.row, { name: seat.row, seats: [seat] });
  }
  for (const row of rows.values()) row.seats.sort((a, b) => a.x - b.x || a.y - b.y);
  return [...rows.values()];
}

/**
 * The screen's place and the areas that are left to draw. A plan that draws its own screen says where it is;
 * otherwise it hangs in front of the seat with the smallest y.
 * @param {Layout} layout
 * @param {number} pitch
 * @returns {{screen: Screen, areas: Area[]}}
 */
export function screenOf(layout, pitch) {
  const drawn = layout.areas.find((area) => SCREEN_NAME.test(area.text?.text || ""));
  const areas = layout.areas.filter((area) => area !== drawn);
  if (drawn?.shape === "rectangle" && drawn.width)
    return { screen: { x: drawn.x, y: drawn.y + drawn.height, width: drawn.width }, areas };
  const seats = edges(layout.seats);
  const width = Math.max((seats.right - seats.left) * 0.84, pitch * 4);
  const left = (seats.left + seats.right - width) / 2;
  const first = Math.min(seats.top, ...areas.map((area) => areaEdges(area).top));
  return { screen: { x: left, y: first - pitch * 1.9, width }, areas };
}

/**
 * The bounds of everything that is drawn, with room for row names at both sides.
 * @param {Seat[]} seats
 * @param {Area[]} areas
 * @param {Screen} screen
 * @param {number} pitch
 * @returns {Bounds}
 */
export function boundsOf(seats, areas, screen, pitch) {
  const boxes = [
    edges(seats),
    ...areas.map(areaEdges),
    { left: screen.x, right: screen.x + screen.width, top: screen.y - pitch, bottom: screen.y },
  ];
  return {
    left: Math.min(...boxes.map((box) => box.left)) - pitch * 1.7,
    right: Math.max(...boxes.map((box) => box.right)) + pitch * 1.7,
    top: Math.min(...boxes.map((box) => box.top)) - pitch * 0.6,
    bottom: Math.max(...boxes.map((box) => box.bottom)) + pitch * 1.1,
  };
}

/**
 * The seat nearest to a point and no further away than `reach`, or null.
 * @param {Seat[]} seats
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 */
export function seatAt(seats, x, y, reach) {
  /** @type {Seat | null} */
  let best = null;
  let closest = reach * reach;
  for (const seat of seats) {
    const distance = (seat.x - x) ** 2 + (seat.y - y) ** 2;
    if (distance <= closest) [best, closest] = [seat, distance];
  }
  return best;
}

/**
 * The seat that an arrow key leads to, or null at the edge. "left" and "right" follow the row, over an aisle
 * too; "up" is towards the screen, into the nearest row there, as straight as it goes.
 * @param {Row[]} rows
 * @param {Seat} from
 * @param {Direction} direction
 * @param {number} pitch
 * @returns {Seat | null}
 */
export function neighbour(rows, from, direction, pitch) {
  if (direction === "left" || direction === "right") return beside(rows, from, direction === "right" ? 1 : -1, pitch);
  const sign = direction === "down" ? 1 : -1;
  /** @type {Seat | null} */
  let best = null;
  let least = Infinity;
  for (const row of rows) {
    if (row.name === from.row) continue;
    const seat = nearestAcross(row.seats, from.x);
    const away = (seat.y - from.y) * sign;
    if (away < pitch * 0.35) continue;
    const cost = away + Math.abs(seat.x - from.x) * 0.3;
    if (cost < least) [best, least] = [seat, cost];
  }
  return best;
}

/**
 * The first and the last seat of a seat's row.
 * @param {Row[]} rows
 * @param {Seat} seat
 */
export function rowEnds(rows, seat) {
  const seats = seatsOfRow(rows, seat.row);
  return [seats[0], seats[seats.length - 1]];
}

/**
 * @param {Row[]} rows
 * @param {string} name
 */
function seatsOfRow(rows, name) {
  return rows.find((row) => row.name === name)?.seats ?? [];
}

/**
 * @param {Row[]} rows
 * @param {Seat} from
 * @param {1 | -1} sign
 * @param {number} pitch
 */
function beside(rows, from, sign, pitch) {
  const ahead = (/** @type {Seat} */ seat) => (seat.x - from.x) * sign > pitch * 0.1;
  const nearest = (/** @type {Seat[]} */ seats) => {
    /** @type {Seat | null} */
    let best = null;
    for (const seat of seats) if (ahead(seat) && (!best || (best.x - seat.x) * sign > 0)) best = seat;
    return best;
  };
  const own = nearest(seatsOfRow(rows, from.row));
  if (own) return own;
  return nearest(rows.flatMap((row) => row.seats).filter((seat) => Math.abs(seat.y - from.y) <= pitch * 0.6));
}

/**
 * @param {Seat[]} seats
 * @param {number} x
 */
function nearestAcross(seats, x) {
  return seats.reduce((best, seat) => (Math.abs(seat.x - x) < Math.abs(best.x - x) ? seat : best));
}

/**
 * @param {Point[]} points
 * @returns {Bounds}
 */
function edges(points) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

/**
 * Edges of an area, turned areas by the circle around them.
 * @param {Area} area
 * @returns {Bounds}
 */
function areaEdges(area) {
  const { x, y } = area;
  if (area.shape === "polygon") return area.points.length ? edges(area.points) : edges([area]);
  if (area.shape === "circle") return around(x, y, area.radius, area.radius);
  if (area.shape === "ellipse") {
    const longest = Math.max(area.radius_x, area.radius_y);
    return area.rotation ? around(x, y, longest, longest) : around(x, y, area.radius_x, area.radius_y);
  }
  if (area.shape === "rectangle" && !area.rotation) {
    return { left: x, top: y, right: x + area.width, bottom: y + area.height };
  }
  if (area.shape === "rectangle") {
    const reach = Math.hypot(area.width, area.height);
    return around(x, y, reach, reach);
  }
  return edges([area]);
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} across
 * @param {number} along
 * @returns {Bounds}
 */
function around(x, y, across, along) {
  return { left: x - across, right: x + across, top: y - along, bottom: y + along };
}

/**
 * @template T
 * @param {T[]} list
 * @param {number} count
 */
function sampled(list, count) {
  const step = Math.max(1, Math.floor(list.length / count));
  return list.filter((_, index) => index % step === 0);
}
