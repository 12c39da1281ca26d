// Gesture: two fingers scroll and zoom the roll.

export class PanGesture {
  constructor(editor, pointers) {
    this.editor = editor;
    this.last = summary(pointers);
  }

  movePointers(pointers) {
    const now = summary(pointers);
    const { view } = this.editor;
    view.scrollBy(this.last.x - now.x, this.last.y - now.y);
    if (this.last.spread > 40 && now.spread > 40) view.zoom(now.spread / this.last.spread);
    this.last = now;
    this.editor.draw();
  }

  move() {}

  end() {}
}

// Middle of two pointers and how far apart they are, in pixels.
function summary(pointers) {
  const [a, b] = pointers;
  return {
    x: (a.clientX + b.clientX) / 2,
    y: (a.clientY + b.clientY) / 2,
    spread: Math.abs(a.clientX - b.clientX),
  };
}
