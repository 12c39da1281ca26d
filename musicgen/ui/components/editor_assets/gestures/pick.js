// Which gesture a press on the canvas begins.

import { endOf } from "../core/note.js";
import { BarsGesture } from "./bars.js";
import { DrawGesture } from "./draw.js";
import { KeyGesture } from "./key.js";
import { MoveGesture } from "./move.js";
import { RectangleGesture } from "./rectangle.js";
import { StretchGesture } from "./stretch.js";
import { VelocityGesture } from "./velocity.js";

// Of a note's end, by which it is stretched; at most a third of the note.
const EDGE_PIXELS = { mouse: 8, pen: 12, touch: 22 };

export function pickGesture(editor, position, event, isDouble) {
  if (position.zone === "ruler") return new BarsGesture(editor, position);
  if (position.zone === "keys") return new KeyGesture(editor, position);
  if (position.zone === "velocity") return new VelocityGesture(editor, position);
  const note = editor.noteAt(position.tick, position.pitch);
  if (!note) {
    if (editor.tool === "draw" || isDouble) return new DrawGesture(editor, position);
    return new RectangleGesture(editor, position, event.shiftKey);
  }
  if (event.shiftKey) {
    editor.toggle(note.id);
    return null;
  }
  if (!editor.selected.has(note.id)) editor.select([note.id]);
  editor.setActivePart(note.part);
  editor.sound(note);
  const isEdge = isAtEnd(editor.view, note, position.x, event.pointerType);
  return isEdge ? new StretchGesture(editor, position) : new MoveGesture(editor, position, note);
}

// Whether a pointer is over the end of a note.
export function isAtEnd(view, note, x, pointerType = "mouse") {
  const width = note.duration * view.scale;
  return view.xOf(endOf(note)) - x <= Math.min(EDGE_PIXELS[pointerType] ?? EDGE_PIXELS.mouse, width / 3);
}
