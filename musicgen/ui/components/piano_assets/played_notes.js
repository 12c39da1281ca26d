// Notes that were played in time, as presses of the piano: notes, chords and rests on a grid.

const MAX_PRESS_QUARTERS = 8; // of one note or rest

// notes: { start, duration, pitch } in quarters, the beginning at 0. grid: in quarters. Keys that
// are struck together sound as a chord; a note ends where the next one begins.
export function pressesOf(notes, grid) {
  const round = (quarters) => Math.round(quarters / grid) * grid;
  const chords = new Map(); // start -> { pitches, end }
  for (const { start, duration, pitch } of notes) {
    const at = round(start);
    const chord = chords.get(at) ?? { pitches: new Set(), end: at + grid };
    chord.pitches.add(pitch);
    chord.end = Math.max(chord.end, round(start + duration));
    chords.set(at, chord);
  }
  const starts = [...chords.keys()].sort((a, b) => a - b);
  const presses = [];
  let now = 0;
  starts.forEach((start, index) => {
    presses.push(...rests(start - now));
    const { pitches, end } = chords.get(start);
    const quarters = Math.min(end, starts[index + 1] ?? Infinity, start + MAX_PRESS_QUARTERS) - start;
    [...pitches].sort((a, b) => a - b).forEach((pitch, place) => {
      presses.push({ kind: "note", pitch, quarters, in_chord: place > 0 });
    });
    now = start + quarters;
  });
  return presses;
}

function rests(quarters) {
  const presses = [];
  for (let left = quarters; left > 0; left -= MAX_PRESS_QUARTERS) {
    const length = Math.min(left, MAX_PRESS_QUARTERS);
    presses.push({ kind: "rest", pitch: 0, quarters: length, in_chord: false });
  }
  return presses;
}
