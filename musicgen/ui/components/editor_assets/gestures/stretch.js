// Gesture: drag the end of notes.

import { endOf } from "../core/note.js";
import { stretchNotes } from "../core/operations.js";

export class StretchGesture {
  constructor(editor, position) {
    this.editor = editor;
    this.start = position;
    this.before = editor.selectedNotes;
    const under = this.before.filter((note) => note.pitch === position.pitch);
    this.note = under.find((note) => endOf(note) >= position.tick) ?? this.before[0];
    this.after = null;
  }

  move(position) {
    const { editor, note } = this;
    const end = editor.snap.round(Math.max(note.start + 1, endOf(note) + position.tick - this.start.tick));
    const shortest = Math.min(editor.snap.step(note.start), note.duration);
    this.after = stretchNotes(this.before, end - endOf(note), shortest);
    editor.showPreview({ hidden: new Set(this.before.map(({ id }) => id)), notes: this.after });
  }

  end() {
    if (this.after) this.editor.replace("Stretch", this.before, this.after);
  }
}
