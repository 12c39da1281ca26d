// Gesture: press to add a note, drag to lengthen it.

export class DrawGesture {
  constructor(editor, position) {
    this.editor = editor;
    const start = editor.snap.floor(position.tick);
    this.shortest = Math.max(1, editor.snap.next(start) - start);
    this.note = editor.newNote(start, position.pitch);
    if (editor.snap.name === "off") this.shortest = this.note.duration;
    editor.sound(this.note);
    this.show();
  }

  move(position) {
    const { editor, note, shortest } = this;
    const end = editor.snap.next(position.tick);
    const isLonger = position.tick > note.start + Math.max(shortest, note.duration);
    if (isLonger || this.isDragged) {
      this.isDragged = true;
      this.note = { ...note, duration: Math.max(shortest, end - note.start) };
    }
    this.show();
  }

  show() {
    this.editor.showPreview({ hidden: new Set(), notesBetween: () => [this.note] });
  }

  end() {
    this.editor.replace("Add", [], [this.note]);
  }
}
