// Gesture: drag in the lane below the keys to set the velocity of the notes that begin there; of the
// selected notes, where some are selected.

const REACH_PIXELS = 5;

export class VelocityGesture {
  constructor(editor, position) {
    this.editor = editor;
    this.targets = new Map(); // id -> note with its new velocity
    this.move(position);
  }

  move(position) {
    const { editor } = this;
    const reach = REACH_PIXELS / editor.view.scale;
    const velocity = Math.max(1, editor.view.velocityAt(position.y));
    const { selected, activePart } = editor;
    for (const note of editor.music.index.between(position.tick - reach, position.tick + reach)) {
      const isMeant = selected.size ? selected.has(note.id) : note.part === activePart;
      if (isMeant && Math.abs(note.start - position.tick) <= reach) {
        this.targets.set(note.id, { ...note, velocity });
      }
    }
    editor.showPreview({ hidden: this.targets, notesBetween: () => [...this.targets.values()] });
  }

  end() {
    const before = [...this.targets.keys()].map((id) => this.editor.music.notes.get(id));
    if (before.length) this.editor.replace("Velocity", before, [...this.targets.values()]);
  }
}
