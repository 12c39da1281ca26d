// Operations: notes before an edit to notes after it.

import { clamp, endOf, MAX_PITCH, MAX_VELOCITY } from "./note.js";

// Move notes together, as far as all of them stay inside.
export function moveNotes(notes, ticks, semitones) {
  return shiftNotes(notes, moveWithin(extentOf(notes), ticks, semitones));
}

// First tick, lowest and highest pitch of notes.
export function extentOf(notes) {
  const extent = { first: Infinity, low: Infinity, high: -Infinity };
  for (const { start, pitch } of notes) {
    extent.first = Math.min(extent.first, start);
    extent.low = Math.min(extent.low, pitch);
    extent.high = Math.max(extent.high, pitch);
  }
  return extent;
}

// A move of notes of an extent, { ticks, semitones }, as far as they stay inside.
export function moveWithin({ first, low, high }, ticks, semitones) {
  return { ticks: Math.max(ticks, -first), semitones: clamp(semitones, -low, MAX_PITCH - high) };
}

export function shiftNotes(notes, { ticks, semitones }) {
  return notes.map((note) => ({ ...note, start: note.start + ticks, pitch: note.pitch + semitones }));
}

// Transpose the notes of pitched parts together; drums stay.
export function transposeNotes(notes, semitones, parts) {
  const pitched = notes.filter((note) => !parts[note.part].is_drum);
  const drums = notes.filter((note) => parts[note.part].is_drum);
  return [...moveNotes(pitched, 0, semitones), ...drums];
}

// Lengthen or shorten notes; none becomes shorter than `shortest`, if it was not.
export function stretchNotes(notes, ticks, shortest) {
  return notes.map((note) => {
    const least = Math.min(note.duration, shortest);
    return { ...note, duration: Math.max(least, note.duration + ticks) };
  });
}

export function changeVelocity(notes, by) {
  return notes.map((note) => ({ ...note, velocity: clamp(note.velocity + by, 1, MAX_VELOCITY) }));
}

export function setVelocity(notes, velocity) {
  return notes.map((note) => ({ ...note, velocity: clamp(velocity, 1, MAX_VELOCITY) }));
}

// Move the starts of notes onto the grid.
export function quantiseNotes(notes, snap) {
  return notes.map((note) => ({ ...note, start: snap.round(note.start) }));
}

// Notes to paste: relative to the start of the first one, or of the grid before it.
export function copyNotes(notes, snap) {
  const first = notes.reduce((low, note) => Math.min(low, note.start), Infinity);
  const origin = notes.length ? snap.floor(first) : 0;
  return notes.map((note) => ({ ...note, start: note.start - origin }));
}

// Copied notes at a tick; notes of parts that the piece does not have go to `part`. scale: ticks of
// the piece in one of that which they were copied from.
export function pasteNotes(copied, tick, part, parts, scale = 1) {
  return copied.map((note) => ({
    ...note,
    start: tick + Math.round(note.start * scale),
    duration: Math.max(1, Math.round(note.duration * scale)),
    part: note.part < parts.length ? note.part : part,
  }));
}

// End of the last of some notes.
export function lastEnd(notes) {
  return notes.reduce((end, note) => Math.max(end, endOf(note)), 0);
}
