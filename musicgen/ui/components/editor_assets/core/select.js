// Selection: which notes are in a rectangle, in bars, or of a part.

import { endOf } from "./note.js";

// Notes of an index that sound between two ticks on keys from low to high.
export function notesInRectangle(index, firstTick, lastTick, low, high) {
  return index.between(firstTick, lastTick).filter(
    (note) =>
      note.start < lastTick && endOf(note) > firstTick && note.pitch >= low && note.pitch <= high,
  );
}

// Notes that begin between two ticks.
export function notesBetween(notes, firstTick, lastTick) {
  return notes.filter((note) => note.start >= firstTick && note.start < lastTick);
}

export function notesOfPart(notes, part) {
  return notes.filter((note) => note.part === part);
}

// The note at a position: of several one of the part, if there is one, and the one that begins last.
export function noteAt(notes, tick, pitch, part = null) {
  let found = null;
  for (const note of notes) {
    if (note.start > tick) break;
    if (note.pitch !== pitch || endOf(note) <= tick) continue;
    if (found?.part !== part || note.part === part) found = note;
  }
  return found;
}
