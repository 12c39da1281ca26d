// Gesture: drag over the bar numbers to select bars; a click goes to the bar.

export class BarsGesture {
  constructor(editor, position) {
    this.editor = editor;
    this.first = editor.bars.at(position.tick);
    this.last = this.first;
    this.start = position;
    this.isDragged = false;
  }

  move(position) {
    this.isDragged ||= Math.abs(position.x - this.start.x) > 4;
    this.last = this.editor.bars.at(position.tick);
    if (this.isDragged) this.editor.selectBars(this.first, this.last, false);
  }

  end() {
    if (this.isDragged) this.editor.selectBars(this.first, this.last);
    else this.editor.seek(this.editor.snap.floor(this.start.tick));
  }
}
