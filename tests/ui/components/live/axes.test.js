// Ticks of the axes of curves.

import assert from "node:assert/strict";
import { test } from "node:test";

const assets = new URL("../../../../musicgen/ui/components/live_assets/", import.meta.url);
const { linearTicks } = await import(new URL("axes.js", assets));

test("ticks are round, and at most one more than asked for", () => {
  assert.deepEqual(linearTicks([0, 5000], 8), [0, 1000, 2000, 3000, 4000, 5000]);
  assert.deepEqual(linearTicks([0, 1], 2), [0, 0.5, 1]);
});

test("what is counted has no ticks between whole numbers", () => {
  assert.deepEqual(linearTicks([0.99, 2.01], 8, 1), [1, 2]);
  assert.deepEqual(linearTicks([0.9, 40.1], 8, 1), [5, 10, 15, 20, 25, 30, 35, 40]);
});
