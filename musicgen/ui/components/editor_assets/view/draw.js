// Drawing of the roll on its canvas.

import { drawNotes, drawSelectedNotes, drawVelocities } from "./notes.js";
import { GUTTER, LANE, RULER } from "./view.js";

const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);
const MIN_GRID_PIXELS = 7; // between lines of the grid

// Painter of the roll. What lies still while something is dragged or played is painted once, on a
// canvas of its own; each frame copies it and adds what moves.
export class RollPainter {
  constructor() {
    this.still = document.createElement("canvas");
    this.painted = null; // what the still canvas shows
  }

  // scene: { view, index of notes, bars, snap, selected: ids, preview: { hidden: ids, notesBetween },
  // rectangle, cursor, focused, playhead, loop, activePart, parts, percussion names, colourOf }.
  draw(scene) {
    const { view } = scene;
    const { canvas } = view;
    this.drawStill(scene);
    const context = canvas.getContext("2d", { alpha: false });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.still, 0, 0);
    context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    context.font = view.colours.font;
    drawMoving(context, scene);
  }

  drawStill(scene) {
    const { view } = scene;
    const shown = describeStill(scene);
    if (this.painted?.every((value, index) => value === shown[index])) return;
    this.painted = shown;
    const { width, height } = view.canvas;
    if (this.still.width !== width || this.still.height !== height) Object.assign(this.still, { width, height });
    const context = this.still.getContext("2d", { alpha: false });
    context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    context.fillStyle = view.colours.background;
    context.fillRect(0, 0, view.width, view.height);
    context.font = view.colours.font;
    context.textBaseline = "middle";
    drawStillScene(context, scene);
  }
}

// All that the still part of a scene depends on.
function describeStill({ view, index, bars, snap, preview, loop, activePart, parts }) {
  const { left, top } = view.scrolled;
  const { width, height, ratio, scale, rowHeight, colours } = view;
  const hidden = preview?.hidden;
  const colour = Object.values(colours).join();
  const place = [left, top, width, height, ratio, scale, rowHeight, colour];
  return [...place, index, hidden, hidden?.size, bars, snap, loop?.[0], loop?.[1], activePart, parts];
}

function drawStillScene(context, scene) {
  const { view, index, preview } = scene;
  const { first, last } = view.range;
  const hidden = preview?.hidden;
  const inView = index.between(first, last);
  const notes = hidden?.size ? inView.filter((note) => !hidden.has(note.id)) : inView;
  clipTo(context, view, "notes", () => {
    drawRows(context, view);
    drawGrid(context, scene);
    drawNotes(context, scene, notes);
  });
  drawLane(context, view);
  drawVelocities(context, scene, notes, false);
  drawRuler(context, scene);
  drawGutter(context, scene);
}

function drawMoving(context, scene) {
  const { view, index, preview, selected } = scene;
  const { first, last } = view.range;
  const hidden = preview?.hidden;
  const isShown = (note) => selected.has(note.id) && !hidden?.has(note.id);
  const notes = selected.size ? index.between(first, last).filter(isShown) : [];
  if (preview) notes.push(...preview.notesBetween(first, last));
  clipTo(context, view, "notes", () => {
    drawSelectedNotes(context, scene, notes);
    drawCursor(context, scene);
  });
  clipTo(context, view, "lane", () => drawVelocities(context, scene, notes, true));
  drawPlayhead(context, scene);
}

// Draw within the keys or the lane of velocities.
function clipTo(context, view, zone, draw) {
  const [top, bottom] = zone === "notes" ? [RULER, view.keysBottom] : [view.keysBottom, view.height];
  context.save();
  context.beginPath();
  context.rect(GUTTER, top, view.width - GUTTER, bottom - top);
  context.clip();
  draw();
  context.restore();
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

function drawLane(context, view) {
  context.fillStyle = view.colours.background;
  context.fillRect(0, view.keysBottom, view.width, LANE);
  context.fillStyle = view.colours.text;
  context.globalAlpha = 0.3;
  context.fillRect(0, view.keysBottom, view.width, 1);
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
