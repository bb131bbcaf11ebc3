import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../frontend/static/frontend/js");
const files = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith(".js"));

test("every import is one that hashed file names can be written into: static, relative, ended by a semicolon", () => {
  for (const name of files) {
    const source = readFileSync(join(ROOT, name), "utf8");
    assert.doesNotMatch(source, /\bimport\s*\(/, `${name} imports dynamically`);
    for (const [statement] of source.matchAll(/^(?:import\b|export\s*[{*])[^;]*?\bfrom\b[^\n]*$/gm)) {
      const [, target] = /from "(\.{1,2}\/[^"]+\.js)";$/.exec(statement) || [];
      assert.ok(target, `${name}: ${statement}`);
      assert.ok(existsSync(resolve(ROOT, dirname(name), target)), `${name} imports ${target}, which is not there`);
    }
  }
});

test("no markup is made from text, and nothing needs an inline style or script", () => {
  for (const name of files) {
    const source = readFileSync(join(ROOT, name), "utf8");
    assert.doesNotMatch(
      source,
      /\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(|setAttribute\("style"/,
      name,
    );
  }
});
