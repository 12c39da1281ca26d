// Changes from notes before and after an edit.

import { rowOf } from "./note.js";
import { cutOverlaps } from "./overlaps.js";

// The change that replaces some notes of the music by others, with the notes that these overlap cut.
// origins: what each of the others is made of, if of anything. Returns null where nothing changes.
export function replaceNotes(music, name, before, after, origins = before) {
  const gone = new Set(before.map((note) => note.id));
  const keys = new Set(after.map(keyOf));
  const placed = new Map(after.map((note, index) => [note, origins[index]]));
  const sharing = new Map([...keys].map((key) => [key, []])); // notes of each key that is touched
  for (const note of music.notes.values()) {
    if (!gone.has(note.id)) sharing.get(keyOf(note))?.push(note);
  }
  for (const note of after) sharing.get(keyOf(note)).push(note);
  const removed = before.map(rowOf);
  const added = [];
  for (const notes of sharing.values()) {
    for (const [note, cut] of cutOverlaps(notes, placed, !before.length)) {
      if (placed.has(note)) {
        if (cut) added.push(rowOf(cut));
      } else if (cut !== note) {
        removed.push(rowOf(note));
        if (cut) added.push(rowOf(cut));
      }
    }
  }
  return withoutSame(name, removed, added);
}

// The change that replaces the parts, and moves notes between them.
export function replaceParts(music, name, parts, before = [], after = []) {
  const change = replaceNotes(music, name, before, after) ?? { name, removed: [], added: [] };
  return { ...change, parts: { before: music.parts, after: parts } };
}

function keyOf(note) {
  return note.part * 128 + note.pitch;
}

// Rows that are removed and added again are neither.
function withoutSame(name, removed, added) {
  const counts = new Map();
  for (const row of removed) counts.set(row.join(), (counts.get(row.join()) ?? 0) + 1);
  const fresh = added.filter((row) => {
    const count = counts.get(row.join()) ?? 0;
    if (count) counts.set(row.join(), count - 1);
    return !count;
  });
  const gone = removed.filter((row) => {
    const count = counts.get(row.join()) ?? 0;
    if (count) counts.set(row.join(), count - 1);
    return count;
  });
  return gone.length || fresh.length ? { name, removed: gone, added: fresh } : null;
}
