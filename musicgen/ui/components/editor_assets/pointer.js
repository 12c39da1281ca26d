// Pointer: mouse, pen and fingers on the canvas, turned into gestures.

import { PanGesture } from "./gestures/pan.js";
import { isAtEnd, pickGesture } from "./gestures/pick.js";

const DOUBLE_MS = 400;
const DOUBLE_PIXELS = 8;
const HOLD_MS = 500; // a finger that rests so long on a note selects it beside the others

export class Pointer {
  constructor(editor) {
    this.editor = editor;
    this.down = new Map(); // pointer id -> its last event
    this.lastPress = null;
    this.hold = null; // of a finger: { x, y, timer }
    const { canvas, scroller } = editor.view;
    editor.on(canvas, "pointerdown", (event) => this.press(event));
    editor.on(canvas, "pointermove", (event) => this.move(event));
    editor.on(canvas, "pointerup", (event) => this.release(event));
    editor.on(canvas, "pointercancel", (event) => this.cancel(event));
    editor.on(canvas, "contextmenu", (event) => event.preventDefault());
    editor.on(scroller, "scroll", () => editor.draw());
    editor.on(scroller, "focus", () => editor.draw());
    editor.on(scroller, "blur", () => editor.draw());
    editor.on(scroller, "wheel", (event) => this.turn(event), { passive: false });
    // What is in the hand when the tab is closed counts.
    editor.on(window, "pagehide", () => this.end());
  }

  press(event) {
    const { editor } = this;
    if (event.button !== 0) return;
    event.preventDefault();
    editor.view.scroller.focus({ preventScroll: true });
    this.down.set(event.pointerId, event);
    editor.view.canvas.setPointerCapture(event.pointerId);
    this.endHold();
    editor.corner = editor.rectangle = null;
    if (this.down.size === 2) {
      editor.gesture?.cancel?.();
      editor.preview = null;
      editor.gesture = new PanGesture(editor, [...this.down.values()]);
      return;
    }
    if (this.down.size > 2) return;
    const position = editor.view.positionOf(event);
    if (position.zone === "notes") {
      editor.cursor = this.cursorAt(position);
      if (event.pointerType === "touch") this.startHold(event, position);
    }
    editor.gesture = pickGesture(editor, position, event, this.isDouble(event));
    editor.changed();
  }

  // A finger has no Shift: where it rests on a note, the note joins the selection or leaves it.
  startHold({ clientX: x, clientY: y }, { tick, pitch }) {
    const { editor } = this;
    const note = editor.noteAt(tick, pitch);
    if (!note) return;
    const before = new Set(editor.selected);
    const timer = setTimeout(() => {
      editor.gesture?.cancel?.();
      editor.gesture = null;
      editor.preview = null;
      editor.selected = before;
      editor.toggle(note.id);
    }, HOLD_MS);
    this.hold = { x, y, timer };
  }

  endHold() {
    clearTimeout(this.hold?.timer);
    this.hold = null;
  }

  // Whether a press is the second one at a place; pointer events do not count clicks.
  isDouble(event) {
    const { clientX: x, clientY: y, timeStamp: time } = event;
    const last = this.lastPress;
    this.lastPress = { x, y, time };
    if (!last || time - last.time > DOUBLE_MS) return false;
    if (Math.abs(x - last.x) + Math.abs(y - last.y) > DOUBLE_PIXELS) return false;
    this.lastPress = null; // a third press is a first one again
    return true;
  }

  cursorAt(position) {
    return { tick: this.editor.snap.floor(position.tick), pitch: position.pitch };
  }

  move(event) {
    const { editor, hold } = this;
    const { clientX, clientY } = event;
    if (hold && Math.abs(clientX - hold.x) + Math.abs(clientY - hold.y) > DOUBLE_PIXELS) this.endHold();
    if (this.down.has(event.pointerId)) this.down.set(event.pointerId, event);
    if (editor.gesture instanceof PanGesture && this.down.size >= 2) {
      editor.gesture.movePointers([...this.down.values()].slice(0, 2));
      return;
    }
    const position = editor.view.positionOf(event);
    if (editor.gesture && this.down.has(event.pointerId)) editor.gesture.move(position, event);
    else if (event.pointerType === "mouse") this.hover(position);
  }

  // The shape of the mouse's pointer says what a press would do.
  hover(position) {
    const { editor } = this;
    let shape = editor.tool === "draw" ? "copy" : "crosshair";
    if (position.zone === "ruler") shape = "pointer";
    else if (position.zone === "velocity") shape = "ns-resize";
    else if (position.zone === "keys") shape = "pointer";
    else {
      const note = editor.noteAt(position.tick, position.pitch);
      if (note) shape = isAtEnd(editor.view, note, position.x) ? "ew-resize" : "move";
    }
    editor.view.canvas.style.cursor = shape;
  }

  release(event) {
    this.endHold();
    if (!this.down.delete(event.pointerId)) return;
    this.end();
  }

  end() {
    const { editor } = this;
    const gesture = editor.gesture;
    editor.gesture = null;
    gesture?.end();
    editor.preview = null;
    editor.changed();
  }

  cancel(event) {
    const { editor } = this;
    this.endHold();
    this.down.delete(event.pointerId);
    editor.gesture?.cancel?.();
    editor.gesture = null;
    editor.preview = null;
    editor.draw();
  }

  // With Ctrl the wheel zooms along time, with Alt the keys.
  turn(event) {
    if (!event.ctrlKey && !event.altKey) return;
    event.preventDefault();
    const { view } = this.editor;
    const factor = Math.exp(-event.deltaY / 400);
    if (event.altKey) view.zoomKeys(factor);
    else view.zoom(factor, event.clientX - view.canvas.getBoundingClientRect().left);
    this.editor.draw();
  }
}
