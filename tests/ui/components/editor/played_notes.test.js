// Notes played in time, as presses of the piano.

import assert from "node:assert/strict";
import { test } from "node:test";

const assets = "../../../../musicgen/ui/components/piano_assets/";
const { pressesOf } = await import(new URL(`${assets}played_notes.js`, import.meta.url));

const note = (start, duration, pitch) => ({ start, duration, pitch });
const press = (kind, pitch, quarters, in_chord = false) => ({ kind, pitch, quarters, in_chord });

test("notes come onto the grid, with rests between them", () => {
  assert.deepEqual(pressesOf([note(0.52, 0.4, 60), note(2.03, 0.96, 62)], 0.25), [
    press("rest", 0, 0.5),
    press("note", 60, 0.5),
    press("rest", 0, 1),
    press("note", 62, 1),
  ]);
});

test("keys that are struck together are a chord; a note ends where the next begins", () => {
  assert.deepEqual(pressesOf([note(0.02, 1.4, 64), note(0, 1.5, 60), note(1, 0.1, 67)], 0.25), [
    press("note", 60, 1),
    press("note", 64, 1, true),
    press("note", 67, 0.25),
  ]);
});

test("long notes and rests have the length that a note can have", () => {
  const presses = pressesOf([note(10, 20, 60)], 0.25);
  assert.deepEqual(presses.map(({ kind, quarters }) => [kind, quarters]), [
    ["rest", 8],
    ["rest", 2],
    ["note", 8],
  ]);
});
