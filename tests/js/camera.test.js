import assert from "node:assert/strict";
import test from "node:test";

import { fit, pan, reveal, toPlan, toStage, zoom } from "../../frontend/static/frontend/js/seatmap/camera.js";

const BOUNDS = { left: -100, top: 0, right: 500, bottom: 400 };
const STAGE = { width: 390, height: 300 };
const PITCH = 30;

function seesEverything(camera) {
  const corner = toStage(camera, { x: BOUNDS.left, y: BOUNDS.top });
  const far = toStage(camera, { x: BOUNDS.right, y: BOUNDS.bottom });
  return corner.x >= -0.01 && corner.y >= -0.01 && far.x <= STAGE.width + 0.01 && far.y <= STAGE.height + 0.01;
}

test("at first the whole hall is seen", () => assert.ok(seesEverything(fit(BOUNDS, STAGE, PITCH))));

test("a tiny hall is not blown up", () => {
  const camera = fit({ left: 0, top: 0, right: 60, bottom: 60 }, { width: 1200, height: 800 }, PITCH);
  assert.ok(camera.scale * PITCH <= 44);
});

test("zooming keeps the point under the finger where it is", () => {
  const before = zoom(fit(BOUNDS, STAGE, PITCH), 2, { x: 195, y: 150 }, BOUNDS, STAGE, PITCH);
  const finger = { x: 120, y: 140 };
  const seat = toPlan(before, finger);
  const after = zoom(before, 1.3, finger, BOUNDS, STAGE, PITCH);
  const now = toStage(after, seat);
  assert.ok(Math.hypot(now.x - finger.x, now.y - finger.y) < 0.01);
});

test("zooming ends at the whole hall and at seats as large as a thumb", () => {
  let camera = fit(BOUNDS, STAGE, PITCH);
  const out = zoom(camera, 0.1, { x: 0, y: 0 }, BOUNDS, STAGE, PITCH);
  assert.deepEqual(out, camera);
  for (let step = 0; step < 50; step += 1) camera = zoom(camera, 1.5, { x: 195, y: 150 }, BOUNDS, STAGE, PITCH);
  assert.ok(Math.abs(camera.scale * PITCH - 64) < 0.01);
});

test("the hall cannot be pushed off the stage", () => {
  const close = zoom(fit(BOUNDS, STAGE, PITCH), 3, { x: 195, y: 150 }, BOUNDS, STAGE, PITCH);
  for (const [dx, dy] of [
    [9999, 0],
    [-9999, 0],
    [0, 9999],
    [0, -9999],
  ]) {
    const moved = pan(close, dx, dy, BOUNDS, STAGE);
    const corner = toStage(moved, { x: BOUNDS.left, y: BOUNDS.top });
    const far = toStage(moved, { x: BOUNDS.right, y: BOUNDS.bottom });
    assert.ok(corner.x <= 0.01 && corner.y <= 0.01 && far.x >= STAGE.width - 0.01 && far.y >= STAGE.height - 0.01);
  }
});

test("a seat the keyboard goes to comes onto the stage", () => {
  const close = zoom(fit(BOUNDS, STAGE, PITCH), 4, { x: 0, y: 0 }, BOUNDS, STAGE, PITCH);
  const seat = { x: 480, y: 380 };
  assert.ok(toStage(close, seat).x > STAGE.width);
  const at = toStage(reveal(close, seat, BOUNDS, STAGE), seat);
  assert.ok(at.x > 0 && at.x < STAGE.width && at.y > 0 && at.y < STAGE.height);
});
