// Drawing of the roll on its canvas.

import { endOf } from "../core/note.js";
import { GUTTER, LANE, RULER } from "./view.js";

const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);
const MIN_GRID_PIXELS = 7; // between lines of the grid

// Draw all. scene: { view, notes, bars, snap, selected: ids, preview: { hidden: ids, notes },
// rectangle, cursor, playhead, loop, activePart, parts, colours of parts, percussion names }.
export function drawRoll(scene) {
  const { view } = scene;
  const context = view.canvas.getContext("2d");
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  context.font = view.colours.font;
  context.textBaseline = "middle";
  context.save();
  context.beginPath();
  context.rect(GUTTER, RULER, view.width - GUTTER, view.keysBottom - RULER);
  context.clip();
  drawRows(context, view);
  drawGrid(context, scene);
  drawNotes(context, scene);
  drawCursor(context, scene);
  context.restore();
  drawVelocities(context, scene);
  drawRuler(context, scene);
  drawGutter(context, scene);
  drawPlayhead(context, scene);
}

function drawRows(context, view) {
  const { low, high } = view.range;
  context.fillStyle = view.colours.shade;
  for (let pitch = low; pitch <= high; pitch++) {
    if (BLACK_KEYS.has(pitch % 12)) {
      context.fillRect(GUTTER, view.yOf(pitch), view.width - GUTTER, view.rowHeight);
    }
  }
  context.fillStyle = view.colours.text;
  context.globalAlpha = 0.18;
  for (let pitch = Math.ceil(low / 12) * 12; pitch <= high; pitch += 12) {
    context.fillRect(GUTTER, Math.round(view.yOf(pitch) + view.rowHeight) - 1, view.width, 1);
  }
  context.globalAlpha = 1;
}

function drawGrid(context, { view, bars, snap }) {
  const { first, last } = view.range;
  context.fillStyle = view.colours.text;
  const height = view.keysBottom - RULER;
  const line = (tick, alpha) => {
    context.globalAlpha = alpha;
    context.fillRect(Math.round(view.xOf(tick)), RULER, 1, height);
  };
  for (let bar = bars.at(first); bars.line(bar) <= last; bar++) {
    const [start, stop] = [bars.line(bar), bars.line(bar + 1)];
    for (const [step, alpha] of [[snap.step(start), 0.09], [bars.beatAt(start), 0.16]]) {
      if (step * view.scale < MIN_GRID_PIXELS) continue;
      for (let tick = start + step; tick < stop; tick += step) line(tick, alpha);
    }
    if ((stop - start) * view.scale >= 3) line(start, 0.4);
  }
  context.globalAlpha = 1;
}

function drawNotes(context, scene) {
  const { view, notes, preview, selected } = scene;
  const hidden = preview?.hidden;
  const shown = [];
  // Asking the scroller for its place once a note would take most of a frame.
  const place = { left: view.xOf(0), top: view.yOf(0) };
  for (const note of notes) {
    if (hidden?.has(note.id)) continue;
    if (selected.has(note.id)) shown.push(note);
    else drawNote(context, scene, place, note, false);
  }
  for (const note of shown) drawNote(context, scene, place, note, true);
  for (const note of preview?.notes ?? []) drawNote(context, scene, place, note, true);
  context.globalAlpha = 1;
}

function drawNote(context, { view, parts, activePart, colourOf }, { left, top }, note, isSelected) {
  const x = left + note.start * view.scale;
  if (x > view.width) return;
  const width = Math.max(2, note.duration * view.scale - 1);
  if (x + width < GUTTER) return;
  const y = top - note.pitch * view.rowHeight;
  if (y + view.rowHeight < RULER || y > view.keysBottom) return;
  const others = parts.length > 1 && note.part !== activePart ? 0.75 : 1;
  context.globalAlpha = isSelected ? 1 : others * (0.5 + (0.5 * note.velocity) / 127);
  context.fillStyle = colourOf(note.part);
  context.fillRect(x, y + 1, width, view.rowHeight - 2);
  if (!isSelected) return;
  context.strokeStyle = view.colours.text;
  context.lineWidth = 2;
  context.strokeRect(x + 1, y + 2, Math.max(1, width - 2), view.rowHeight - 4);
}

function drawCursor(context, { view, rectangle, cursor, snap, focused }) {
  if (rectangle) {
    const [x, y] = [view.xOf(rectangle.first), view.yOf(rectangle.high)];
    const width = view.xOf(rectangle.last) - x;
    const height = view.yOf(rectangle.low) + view.rowHeight - y;
    context.fillStyle = view.colours.accent;
    context.globalAlpha = 0.15;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    context.strokeStyle = view.colours.accent;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, width, height);
  }
  if (!focused) return;
  const width = Math.max(6, snap.step(cursor.tick) * view.scale);
  context.strokeStyle = view.colours.accent;
  context.lineWidth = 2;
  context.setLineDash([3, 2]);
  context.strokeRect(view.xOf(cursor.tick), view.yOf(cursor.pitch), width, view.rowHeight);
  context.setLineDash([]);
}

function drawVelocities(context, { view, notes, preview, selected, colourOf, activePart }) {
  context.fillStyle = view.colours.background;
  context.fillRect(0, view.keysBottom, view.width, LANE);
  context.fillStyle = view.colours.text;
  context.globalAlpha = 0.3;
  context.fillRect(0, view.keysBottom, view.width, 1);
  const hidden = preview?.hidden;
  const left = view.xOf(0);
  const bar = (note, isOn) => {
    const x = left + note.start * view.scale;
    if (x < GUTTER - 3 || x > view.width) return;
    const height = (note.velocity / 127) * (LANE - 10);
    context.globalAlpha = isOn ? 1 : note.part === activePart ? 0.6 : 0.2;
    context.fillStyle = colourOf(note.part);
    context.fillRect(x, view.height - 4 - height, isOn ? 4 : 3, height);
  };
  for (const note of notes) if (!hidden?.has(note.id)) bar(note, selected.has(note.id));
  for (const note of preview?.notes ?? []) bar(note, true);
  context.globalAlpha = 1;
}

function drawRuler(context, { view, bars, loop }) {
  context.fillStyle = view.colours.background;
  context.fillRect(0, 0, view.width, RULER);
  if (loop) {
    context.fillStyle = view.colours.accent;
    context.globalAlpha = 0.35;
    context.fillRect(view.xOf(loop[0]), 0, view.xOf(loop[1]) - view.xOf(loop[0]), RULER);
    context.globalAlpha = 1;
  }
  const { first, last } = view.range;
  context.fillStyle = view.colours.text;
  context.textAlign = "left";
  let free = GUTTER - 1; // pixels up to which there is text
  for (let bar = bars.at(first); bars.line(bar) <= last; bar++) {
    const x = view.xOf(bars.line(bar));
    if (x < free) continue;
    const text = bars.isPerformance ? `${2 * bar} s` : String(bar + bars.firstBar);
    context.fillText(text, x + 4, RULER / 2);
    context.fillRect(Math.round(x), RULER - 6, 1, 6);
    free = x + context.measureText(text).width + 14;
  }
  context.globalAlpha = 0.3;
  context.fillRect(0, RULER - 1, view.width, 1);
  context.globalAlpha = 1;
}

// Names of the keys, or of the drums where the active part is one of drums.
function drawGutter(context, { view, parts, activePart, percussion }) {
  context.fillStyle = view.colours.background;
  context.fillRect(0, 0, GUTTER, view.height);
  const isDrum = parts[activePart]?.is_drum;
  const { low, high } = view.range;
  context.save();
  context.beginPath();
  context.rect(0, RULER, GUTTER - 1, view.keysBottom - RULER);
  context.clip();
  context.textAlign = "right";
  for (let pitch = low; pitch <= high; pitch++) {
    const y = view.yOf(pitch);
    context.fillStyle = view.colours.text;
    if (BLACK_KEYS.has(pitch % 12) && !isDrum) {
      context.globalAlpha = 0.5;
      context.fillRect(GUTTER - 16, y, 15, view.rowHeight - 1);
    }
    context.globalAlpha = 0.9;
    const name = isDrum ? percussion[pitch] : pitch % 12 === 0 && `C${pitch / 12 - 1}`;
    if (name) context.fillText(name, GUTTER - (isDrum ? 4 : 20), y + view.rowHeight / 2, GUTTER - 8);
  }
  context.restore();
  context.fillStyle = view.colours.text;
  context.textAlign = "left";
  context.fillText("velocity", 6, view.keysBottom + LANE / 2);
  context.globalAlpha = 0.4;
  context.fillRect(GUTTER - 1, 0, 1, view.height);
  context.globalAlpha = 1;
}

function drawPlayhead(context, { view, playhead }) {
  const x = view.xOf(playhead);
  if (x < GUTTER - 1 || x > view.width) return;
  context.fillStyle = view.colours.accent;
  context.fillRect(Math.round(x), 0, 2, view.height);
}
