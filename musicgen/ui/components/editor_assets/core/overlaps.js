// Overlaps: within a part a key cannot sound twice at once, as no MIDI file could say so.

import { endOf } from "./note.js";

// Notes of one key and part, without overlaps: a note ends where the next one begins; of several
// that begin together the first of `preferred` stays, else the longest. Returns [note, note after
// the cut, or null where it is left out] for each.
export function cutOverlaps(notes, preferred) {
  const rank = (note) => (preferred.has(note) ? 1 : 0);
  const order = [...notes].sort(
    (a, b) => a.start - b.start || rank(b) - rank(a) || b.duration - a.duration,
  );
  const result = [];
  let last = null;
  for (const note of order) {
    if (last && last[0].start === note.start) {
      result.push([note, null]);
      continue;
    }
    if (last && endOf(last[1]) > note.start) {
      last[1] = { ...last[1], duration: note.start - last[1].start };
    }
    last = [note, note];
    result.push(last);
  }
  return result;
}
