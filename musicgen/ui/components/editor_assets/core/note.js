// Notes: { id, start, duration, pitch, velocity, part }, in ticks. A note never changes; an edit
// replaces it. Rows are the notes of files and requests: [start, duration, pitch, velocity, part].

export const MAX_PITCH = 127;
export const MAX_VELOCITY = 127;

export function rowOf(note) {
  return [note.start, note.duration, note.pitch, note.velocity, note.part];
}

export function noteOf(row, id) {
  const [start, duration, pitch, velocity, part] = row;
  return { id, start, duration, pitch, velocity, part };
}

export function endOf(note) {
  return note.start + note.duration;
}

// The order of a score: by start, pitch, part and duration.
export function compareNotes(a, b) {
  return (
    a.start - b.start ||
    a.pitch - b.pitch ||
    a.part - b.part ||
    a.duration - b.duration ||
    a.velocity - b.velocity
  );
}

export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
