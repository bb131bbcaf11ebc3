// The plan's colours were chosen for white paper; on the dark stage they are lightened until they can be seen.

/** Red, green, blue, each from 0 to 255. @typedef {number[]} Rgb */

const STAGE = [18, 15, 24]; // the stage's ground, as show.css has it
const ENOUGH = 4.5; // contrast by WCAG 2.2, so that row names and numbers in this colour can be read

/**
 * "#7ba6c7" or any colour the browser knows → "rgb(…)" with enough contrast on the stage.
 * @param {string} colour
 * @param {(colour: string) => Rgb | null} parse
 */
export function onStage(colour, parse = browserParse) {
  let rgb = parse(colour) || [160, 170, 190];
  for (let step = 0; step < 20 && contrast(rgb, STAGE) < ENOUGH; step += 1) {
    rgb = rgb.map((part) => Math.round(part + (255 - part) * 0.12));
  }
  return `rgb(${rgb.join(" ")})`;
}

/**
 * The contrast of two colours by WCAG 2.2, from 1 to 21.
 * @param {Rgb} one
 * @param {Rgb} other
 */
export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * "#abc" or "#aabbcc" → [r, g, b]; anything else → null.
 * @param {string} colour
 * @returns {Rgb | null}
 */
export function hex(colour) {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  if (short) return short.slice(1).map((digit) => parseInt(digit + digit, 16));
  return long ? long.slice(1).map((digits) => parseInt(digits, 16)) : null;
}

/** @param {string} colour */
function browserParse(colour) {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return hex(colour);
  context.fillStyle = colour; // a name or rgb() comes back as #rrggbb
  return hex(String(context.fillStyle));
}

/** @param {Rgb} rgb */
function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
