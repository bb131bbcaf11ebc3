// A hall's layout, as GET /api/shows/<id>/layout/ has it. Lengths are in the plan's own units, y grows away from the
// screen, every position is absolute.

import { get } from "../lib/api.js";

/**
 * @typedef {object} Seat
 * @property {string} id
 * @property {string} row
 * @property {string} number
 * @property {number} x
 * @property {number} y
 * @property {string} tier
 * @property {boolean} wheelchair
 * @property {boolean} companion
 * @property {string | null} couple the partner's id: these two are only sold together
 */

/** A price and its colour on the plan. @typedef {{name: string, color: string}} LayoutTier */

/** @typedef {{x: number, y: number, text: string, size: number, color: string}} AreaText */

/** @typedef {{x: number, y: number}} Point */

/**
 * What else stands in the hall; `rotation` is in degrees clockwise around (x, y).
 * @typedef {{x: number, y: number, rotation: number, color: string, border_color: string, text: AreaText | null} & (
 *   {shape: "rectangle", width: number, height: number} | {shape: "circle", radius: number} |
 *   {shape: "ellipse", radius_x: number, radius_y: number} | {shape: "polygon", points: Point[]} |
 *   {shape: "text"})} Area
 */

/**
 * @typedef {object} Layout
 * @property {Seat[]} seats in the order of a snapshot's letters
 * @property {LayoutTier[]} tiers
 * @property {Area[]} areas
 * @property {{width: number, height: number}} size
 */

/**
 * Raises Problem.
 * @param {string} path
 * @returns {Promise<Layout>}
 */
export function fetchLayout(path) {
  return get(path);
}
