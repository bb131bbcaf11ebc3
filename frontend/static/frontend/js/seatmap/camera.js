// What part of the plan is seen. A camera is {scale, x, y}: screen = plan × scale + (x, y), in CSS pixels.
// Every function answers with a new camera.

/** @import { Point } from "./layout.js" */

/** @typedef {{scale: number, x: number, y: number}} View */
/** Of the plan, in its units. @typedef {{left: number, top: number, right: number, bottom: number}} Bounds */
/** Of the stage, in CSS pixels. @typedef {{width: number, height: number}} Size */

const CLOSEST_PITCH = 64; // CSS pixels between seats at the closest
const FURTHEST = 1; // times the scale at which everything fits

/**
 * The whole plan, in the middle of the stage, but no larger than seats `largest` pixels apart.
 * @param {Bounds} bounds
 * @param {Size} stage
 * @param {number} pitch
 */
export function fit(bounds, stage, pitch, largest = 44) {
  const width = bounds.right - bounds.left;
  const height = bounds.bottom - bounds.top;
  const scale = Math.min(stage.width / width, stage.height / height, largest / pitch);
  return centred(bounds, stage, scale);
}

/**
 * `factor` closer, with the stage's point (x, y) staying where it is.
 * @param {View} camera
 * @param {number} factor
 * @param {Point} point
 * @param {Bounds} bounds
 * @param {Size} stage
 * @param {number} pitch
 */
export function zoom(camera, factor, point, bounds, stage, pitch) {
  const least = fit(bounds, stage, pitch).scale * FURTHEST;
  const most = Math.max(CLOSEST_PITCH / pitch, least);
  const scale = Math.min(most, Math.max(least, camera.scale * factor));
  const ratio = scale / camera.scale;
  const next = { scale, x: point.x - (point.x - camera.x) * ratio, y: point.y - (point.y - camera.y) * ratio };
  return kept(next, bounds, stage);
}

/**
 * Moved by (dx, dy) pixels, as far as the plan allows.
 * @param {View} camera
 * @param {number} dx
 * @param {number} dy
 * @param {Bounds} bounds
 * @param {Size} stage
 */
export function pan(camera, dx, dy, bounds, stage) {
  return kept({ scale: camera.scale, x: camera.x + dx, y: camera.y + dy }, bounds, stage);
}

/**
 * Moves no more than needed to have a point of the plan on the stage, `margin` pixels from its edge.
 * @param {View} camera
 * @param {Point} point
 * @param {Bounds} bounds
 * @param {Size} stage
 */
export function reveal(camera, point, bounds, stage, margin = 48) {
  const at = toStage(camera, point);
  const shift = (/** @type {number} */ value, /** @type {number} */ size) => {
    const edge = Math.min(margin, size / 2);
    return value < edge ? edge - value : Math.min(0, size - edge - value);
  };
  return pan(camera, shift(at.x, stage.width), shift(at.y, stage.height), bounds, stage);
}

/**
 * @param {View} camera
 * @param {Point} point
 */
export function toStage(camera, point) {
  return { x: point.x * camera.scale + camera.x, y: point.y * camera.scale + camera.y };
}

/**
 * @param {View} camera
 * @param {Point} point
 */
export function toPlan(camera, point) {
  return { x: (point.x - camera.x) / camera.scale, y: (point.y - camera.y) / camera.scale };
}

/**
 * @param {Bounds} bounds
 * @param {Size} stage
 * @param {number} scale
 */
function centred(bounds, stage, scale) {
  return {
    scale,
    x: (stage.width - (bounds.left + bounds.right) * scale) / 2,
    y: (stage.height - (bounds.top + bounds.bottom) * scale) / 2,
  };
}

/**
 * The plan cannot be pushed off the stage; where it is smaller than the stage it stays in the middle.
 * @param {View} camera
 * @param {Bounds} bounds
 * @param {Size} stage
 */
function kept({ scale, x, y }, bounds, stage) {
  return {
    scale,
    x: keptAlong(x, bounds.left * scale, bounds.right * scale, stage.width),
    y: keptAlong(y, bounds.top * scale, bounds.bottom * scale, stage.height),
  };
}

/**
 * @param {number} position
 * @param {number} from
 * @param {number} to
 * @param {number} size
 */
function keptAlong(position, from, to, size) {
  if (to - from <= size) return (size - (from + to)) / 2;
  return Math.min(-from, Math.max(size - to, position));
}
