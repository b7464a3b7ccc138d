import assert from "node:assert/strict";
import test from "node:test";
import { contrast, formatColour, inkOn, parseColour, readable, type Rgb } from "../src/contrast";

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

test("contrast is that of WCAG", () => {
  assert.equal(contrast(BLACK, WHITE), 21);
  assert.equal(contrast(WHITE, WHITE), 1);
  assert.ok(Math.abs(contrast([118, 118, 118], WHITE) - 4.54) < 0.01);
});

test("colours are read in both lengths and written back", () => {
  assert.deepEqual(parseColour("#0af"), [0, 170, 255]);
  assert.equal(formatColour(parseColour("22d3ee") ?? BLACK), "#22d3ee");
  for (const wrong of ["", "#12", "red", "#12345g", "#1234567"]) {
    assert.equal(parseColour(wrong), null, wrong);
  }
});

test("any accent becomes readable on any ground", () => {
  const accents: Rgb[] = [BLACK, WHITE, [255, 220, 0], [30, 30, 120], [120, 120, 120]];
  for (const accent of accents) {
    for (const ground of [BLACK, WHITE, [23, 36, 48] as Rgb, [230, 237, 242] as Rgb]) {
      assert.ok(contrast(readable(accent, ground), ground) >= 4.5);
    }
    assert.ok(contrast(inkOn(accent), accent) >= 4.5);
  }
});

test("an accent that reads already stays as it is", () => {
  assert.deepEqual(readable([34, 211, 238], [6, 10, 15]), [34, 211, 238]);
});
