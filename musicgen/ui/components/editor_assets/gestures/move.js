// Gesture: drag notes to another time or pitch; with Alt a copy of them.

import { moveNotes } from "../core/operations.js";

export class MoveGesture {
  constructor(editor, position, note) {
    this.editor = editor;
    this.start = position;
    this.note = note;
    this.before = editor.selectedNotes;
    this.after = null;
    this.semitones = 0;
  }

  move(position, event) {
    const { editor, note } = this;
    const dragged = note.start + position.tick - this.start.tick;
    // The grabbed note snaps; off the grid, it keeps its distance from it.
    const snapped = editor.snap.round(Math.max(0, dragged));
    const isMoved = Math.abs(position.x - this.start.x) > 3;
    const semitones = position.pitch - this.start.pitch;
    this.after = moveNotes(this.before, isMoved ? snapped - note.start : 0, semitones);
    this.copies = event.altKey;
    const hidden = new Set(this.copies ? [] : this.before.map(({ id }) => id));
    editor.showPreview({ hidden, notes: this.after });
    if (semitones !== this.semitones) {
      this.semitones = semitones;
      editor.sound({ ...note, pitch: Math.max(0, Math.min(127, note.pitch + semitones)) });
    }
  }

  end() {
    if (!this.after) return;
    if (this.copies) this.editor.replace("Copy", [], this.after, this.before);
    else this.editor.replace("Move", this.before, this.after);
  }
}
