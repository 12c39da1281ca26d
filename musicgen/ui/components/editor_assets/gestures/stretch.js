// Gesture: drag the end of notes.

import { endOf } from "../core/note.js";
import { NoteIndex } from "../core/note_index.js";
import { stretchNotes } from "../core/operations.js";

export class StretchGesture {
  constructor(editor, position) {
    this.editor = editor;
    this.start = position;
    this.before = editor.sortedSelection;
    this.index = new NoteIndex(this.before);
    this.hidden = new Set(this.before.map(({ id }) => id));
    const under = this.before.filter((note) => note.pitch === position.pitch);
    this.note = under.find((note) => endOf(note) >= position.tick) ?? this.before[0];
    this.stretch = null; // of some notes
  }

  move(position) {
    const { editor, note } = this;
    const end = editor.snap.round(Math.max(note.start + 1, endOf(note) + position.tick - this.start.tick));
    const shortest = Math.min(editor.snap.step(note.start), note.duration);
    const ticks = end - endOf(note);
    this.stretch = (notes) => stretchNotes(notes, ticks, shortest);
    // Only those in view are stretched before the drag ends.
    const notesBetween = (first, last) => this.stretch(this.index.between(first - Math.max(0, ticks), last));
    editor.showPreview({ hidden: this.hidden, notesBetween });
  }

  end() {
    if (this.stretch) this.editor.replace("Stretch", this.before, this.stretch(this.before));
  }
}
