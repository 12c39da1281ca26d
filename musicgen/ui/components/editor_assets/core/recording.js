// Recording: keys pressed and released, as notes.

export class Recording {
  // first: tick at which it begins; what is played a little before counts as played there.
  constructor(first, earliest) {
    this.first = first;
    this.earliest = earliest; // ticks before `first` that count
    this.open = new Map(); // pitch -> { start, velocity }
    this.notes = []; // { start, duration, pitch, velocity }
  }

  press(pitch, velocity, tick) {
    this.release(pitch, tick);
    if (tick < this.first - this.earliest) return;
    this.open.set(pitch, { start: Math.max(this.first, Math.round(tick)), velocity });
  }

  release(pitch, tick) {
    const pressed = this.open.get(pitch);
    if (!pressed) return;
    this.open.delete(pitch);
    const duration = Math.max(1, Math.round(tick) - pressed.start);
    this.notes.push({ start: pressed.start, duration, pitch, velocity: pressed.velocity });
  }

  // The notes so far, as if all keys were released at a tick.
  until(tick) {
    const held = [...this.open].map(([pitch, { start, velocity }]) => {
      return { start, duration: Math.max(1, Math.round(tick) - start), pitch, velocity };
    });
    return [...this.notes, ...held];
  }

  // End it at a tick; returns the notes.
  end(tick) {
    for (const pitch of [...this.open.keys()]) this.release(pitch, tick);
    return this.notes;
  }
}

// Played notes on a grid: starts and ends on its lines, none shorter than a step.
export function quantisePlayed(notes, snap) {
  return notes.map((note) => {
    const start = snap.round(note.start);
    const end = Math.max(snap.next(start), snap.round(note.start + note.duration));
    return { ...note, start, duration: end - start };
  });
}
