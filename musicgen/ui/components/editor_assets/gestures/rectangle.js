// Gesture: drag a rectangle over notes to select them; a click selects none and goes there.

import { notesInRectangle } from "../core/select.js";

export class RectangleGesture {
  constructor(editor, position, adds) {
    this.editor = editor;
    this.start = position;
    this.first = adds ? [...editor.selected] : [];
    this.isDragged = false;
  }

  move(position) {
    const { editor, start } = this;
    const far = Math.abs(position.x - start.x) + Math.abs(position.y - start.y);
    if (!this.isDragged && far < 4) return;
    this.isDragged = true;
    const rectangle = {
      first: Math.min(start.tick, position.tick),
      last: Math.max(start.tick, position.tick),
      low: Math.min(start.pitch, position.pitch),
      high: Math.max(start.pitch, position.pitch),
    };
    const { first, last, low, high } = rectangle;
    const found = notesInRectangle(editor.music.index, first, last, low, high);
    editor.rectangle = rectangle;
    editor.select([...this.first, ...found.map((note) => note.id)], false);
  }

  end() {
    const { editor, start } = this;
    editor.rectangle = null;
    if (!this.isDragged) {
      editor.select(this.first);
      editor.setCursor(editor.snap.floor(start.tick), start.pitch);
    } else {
      editor.announceSelection();
    }
  }

  cancel() {
    this.editor.rectangle = null;
  }
}
