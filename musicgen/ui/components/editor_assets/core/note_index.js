// Index of notes by time: those in view are found without looking at all of a long piece.

import { endOf } from "./note.js";

const BLOCK = 128; // notes

export class NoteIndex {
  // notes: in the order of a score.
  constructor(notes) {
    this.notes = notes;
    this.ends = []; // of each block of notes, the last end
    for (let first = 0; first < notes.length; first += BLOCK) {
      this.ends.push(notes.slice(first, first + BLOCK).reduce((end, note) => Math.max(end, endOf(note)), 0));
    }
  }

  // Notes that begin up to the last tick and end at the first one or later, in their order.
  between(first, last) {
    const found = [];
    for (let block = 0; block < this.ends.length; block++) {
      const start = block * BLOCK;
      if (this.notes[start].start > last) break;
      if (this.ends[block] < first) continue;
      for (const note of this.notes.slice(start, start + BLOCK)) {
        if (note.start <= last && endOf(note) >= first) found.push(note);
      }
    }
    return found;
  }
}
