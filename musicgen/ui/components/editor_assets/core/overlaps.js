// Overlaps: where an edit lets a part strike a key that it still holds, the held note ends. Pieces of
// a person's own may have such notes; an edit leaves those that it does not touch.

import { endOf } from "./note.js";

// Notes of one key and part, without the overlaps that an edit makes: a note ends where the next one
// begins; of several that begin together a placed one stays, the longest of them.
// placed: notes after the edit -> those that they are made of, or undefined. copies: whether these
// stay. Returns [note, note after the cut, or null where it is left out] for each.
export function cutOverlaps(notes, placed, copies = false) {
  const rank = (note) => (placed.has(note) ? 1 : 0);
  const order = [...notes].sort(
    (a, b) => a.start - b.start || rank(b) - rank(a) || b.duration - a.duration,
  );
  const dropped = new Set();
  return order.map((note, index) => {
    if (dropped.has(note)) return [note, null];
    for (let later = index + 1; order[later]?.start < endOf(note); later++) {
      const other = order[later];
      if (dropped.has(other) || !isNew(note, other, placed, copies)) continue;
      if (other.start > note.start) return [note, { ...note, duration: other.start - note.start }];
      dropped.add(other);
    }
    return [note, note];
  });
}

// Whether the overlap of two notes comes from the edit: else they were as far apart, and overlapped.
function isNew(one, other, placed, copies) {
  const count = placed.has(one) + placed.has(other);
  if (count < 2 && (count === 0 || copies)) return count > 0;
  const [a, b] = [one, other].map((note) => (placed.has(note) ? placed.get(note) : note));
  if (!a || !b || a.part !== b.part || a.pitch !== b.pitch) return true;
  const overlapped = a.start < endOf(b) && b.start < endOf(a);
  return !overlapped || b.start - a.start !== other.start - one.start;
}
