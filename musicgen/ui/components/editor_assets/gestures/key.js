// Gesture: press the names of the keys to hear them.

export class KeyGesture {
  constructor(editor, position) {
    this.editor = editor;
    this.pitch = null;
    this.move(position);
  }

  move(position) {
    if (position.pitch === this.pitch) return;
    this.pitch = position.pitch;
    this.editor.sound({ pitch: this.pitch, velocity: 90, part: this.editor.activePart });
  }

  end() {}
}
