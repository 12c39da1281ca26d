// Gesture: drag notes to another time or pitch; with Alt a copy of them.

import { NoteIndex } from "../core/note_index.js";
import { extentOf, moveWithin, shiftNotes } from "../core/operations.js";

export class MoveGesture {
  constructor(editor, position, note) {
    this.editor = editor;
    this.start = position;
    this.note = note;
    this.before = editor.sortedSelection;
    this.index = new NoteIndex(this.before);
    this.extent = extentOf(this.before);
    this.ids = new Set(this.before.map(({ id }) => id));
    this.by = null; // the move so far
    this.semitones = 0;
  }

  move(position, event) {
    const { editor, note } = this;
    const dragged = note.start + position.tick - this.start.tick;
    // The grabbed note snaps; off the grid, it keeps its distance from it.
    const snapped = editor.snap.round(Math.max(0, dragged));
    const isMoved = Math.abs(position.x - this.start.x) > 3;
    const semitones = position.pitch - this.start.pitch;
    const by = moveWithin(this.extent, isMoved ? snapped - note.start : 0, semitones);
    this.by = by;
    this.copies = event.altKey;
    // Only those in view are moved before the drag ends.
    const notesBetween = (first, last) => shiftNotes(this.index.between(first - by.ticks, last - by.ticks), by);
    editor.showPreview({ hidden: this.copies ? new Set() : this.ids, notesBetween });
    if (semitones !== this.semitones) {
      this.semitones = semitones;
      editor.sound({ ...note, pitch: Math.max(0, Math.min(127, note.pitch + semitones)) });
    }
  }

  end() {
    if (!this.by) return;
    const after = shiftNotes(this.before, this.by);
    if (this.copies) this.editor.replace("Copy", [], after, this.before);
    else this.editor.replace("Move", this.before, after);
  }
}
