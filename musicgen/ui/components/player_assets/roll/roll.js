// Drawing of the piano roll on its canvas.

import { countUpTo } from "../time_map.js";
import { CHANGED, SAME, SAME_OPACITY, drawNoteMark } from "./note_marks.js";
import { CHORDS, LANE, RULER, RollView } from "./view.js";

const MIN_BAR_NUMBER_PIXELS = 34; // from one bar number to the next
const START_QUARTERS = 1 / 2400; // up to here the player rests at the start, and no note sounds
const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);

// The text, or its beginning where it is wider than `width` pixels.
function fitText(context, text, width) {
  let fitting = text;
  while (fitting && context.measureText(fitting).width > width) fitting = fitting.slice(0, -1);
  return fitting === text ? text : `${fitting.slice(0, -1).trimEnd()}…`;
}

export class Roll extends RollView {
  // now: the tick of the playhead; selection: first and last bar, or null.
  draw(now, selection) {
    if (!this.piece || !this.scale) return;
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.scroller.clientWidth, this.height);
    context.font = this.font;
    context.textBaseline = "middle";
    this.drawRows(context);
    this.drawPrimer(context);
    if (selection) this.drawSelection(context, selection);
    this.drawBars(context);
    this.drawChords(context);
    this.drawNotes(context, now);
    context.fillStyle = this.accent;
    context.fillRect(Math.round(this.xOf(now)) - 1, 0, 2, this.height);
    this.drawKeys(context);
  }

  drawRows(context) {
    context.fillStyle = this.text;
    context.globalAlpha = 0.05;
    for (let pitch = this.low; pitch <= this.high; pitch++) {
      if (BLACK_KEYS.has((pitch + 12) % 12)) {
        context.fillRect(this.gutter, this.yOf(pitch), this.viewWidth, this.rowHeight);
      }
    }
    for (let lane = 1; lane <= this.piece.drums.length; lane += 2) {
      context.fillRect(this.gutter, this.yOf(-lane), this.viewWidth, LANE);
    }
    context.globalAlpha = 1;
  }

  // Background of the primer, up to the end of its last note.
  drawPrimer(context) {
    if (!this.primerEnd) return;
    context.fillStyle = this.piece.colours.primer;
    context.globalAlpha = 0.18;
    context.fillRect(this.xOf(0), RULER, this.primerEnd * this.scale, this.height - RULER);
    context.globalAlpha = 0.8;
    context.fillRect(Math.round(this.xOf(this.primerEnd)) - 1, RULER, 2, this.height - RULER);
    context.globalAlpha = 1;
  }

  drawSelection(context, [first, last]) {
    const left = this.xOf(this.piece.barLines[first]);
    const width = this.xOf(this.piece.barLines[last + 1]) - left;
    context.fillStyle = this.accent;
    context.globalAlpha = 0.16;
    context.fillRect(left, 0, width, this.height);
    context.globalAlpha = 1;
    context.fillRect(left, 0, width, 3);
  }

  drawBars(context) {
    const { barLines } = this.piece;
    const from = Math.max(0, countUpTo(barLines, this.tickAt(this.gutter)) - 1);
    const to = countUpTo(barLines, this.tickAt(this.gutter + this.viewWidth));
    const barWidth = this.viewWidth / Math.max(1, to - from);
    let interval = 1; // bars from one number to the next
    while (interval * barWidth < MIN_BAR_NUMBER_PIXELS) interval *= 2;
    context.fillStyle = this.text;
    context.textAlign = "left";
    for (let bar = from; bar < to; bar++) {
      const x = this.xOf(barLines[bar]);
      const numbered = bar % interval === 0;
      context.globalAlpha = numbered ? 0.4 : 0.15;
      if (numbered || interval < 8) context.fillRect(Math.round(x), RULER, 1, this.height - RULER);
      context.globalAlpha = 0.8;
      if (numbered && bar < this.bars) context.fillText(this.barNumber(bar), x + 3, RULER / 2);
    }
    context.globalAlpha = 1;
  }

  // Chord symbols at their ticks; one that would touch the symbol before it is left out.
  drawChords(context) {
    context.fillStyle = this.text;
    context.textAlign = "left";
    let free = this.gutter; // pixels up to which there is text
    for (const [tick, symbol] of this.piece.chords) {
      const x = this.xOf(tick) + 3;
      if (x < free) continue;
      if (x > this.gutter + this.viewWidth) break;
      context.fillText(symbol, x, RULER + CHORDS / 2);
      free = x + context.measureText(symbol).width + 4;
    }
  }

  drawNotes(context, now) {
    const { notes, colours, primerNotes } = this.piece;
    const differences = this.piece.noteMarks?.differences;
    const count = countUpTo(notes.start, this.tickAt(this.gutter + this.viewWidth));
    const firstTick = this.tickAt(this.gutter);
    const startTicks = START_QUARTERS * this.piece.ticksPerQuarter;
    const keyHeight = Math.max(2, Math.round(this.rowHeight) - 1); // whole pixels have sharp edges
    for (let index = 0; index < count; index++) {
      const start = notes.start[index];
      const end = start + notes.duration[index];
      if (end < firstTick) continue;
      const sounds = now > startTicks && start <= now && now < end;
      const row = notes.row[index];
      const box = [
        this.xOf(start),
        Math.round(this.yOf(row)) + (row < 0 ? 2 : 0),
        Math.max(row < 0 ? 3 : 1.5, notes.duration[index] * this.scale - 1),
        row < 0 ? LANE - 4 : keyHeight,
      ];
      context.fillStyle = index < primerNotes ? colours.primer : colours.parts[notes.part[index]];
      const opacity = differences?.[index] === SAME ? SAME_OPACITY : 0.4 + (0.5 * notes.velocity[index]) / 127;
      context.globalAlpha = sounds ? 1 : opacity;
      context.fillRect(...box);
      context.globalAlpha = 1;
      if (differences?.[index] >= CHANGED) drawNoteMark(context, box, differences[index], this.text);
      const outline = this.outlines[index];
      if (outline === colours.shared) this.drawShared(context, box);
      else if (outline) this.drawOutline(context, box, outline, 2);
      if (sounds && outline !== colours.copied) this.drawOutline(context, box, this.text, 1);
    }
  }

  // A line below a note that training pieces have too: half of a piece may have one, and it leaves
  // the colours of the parts as they are.
  drawShared(context, [x, y, width, height]) {
    context.fillStyle = this.text;
    context.fillRect(x, y + height - 1, width, 1.5);
  }

  drawOutline(context, box, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(...box);
  }

  // Names of the Cs, in a gutter that does not scroll.
  drawKeys(context) {
    context.clearRect(0, 0, this.gutter, this.height);
    context.fillStyle = this.background;
    context.fillRect(0, 0, this.gutter, this.height);
    context.fillStyle = this.text;
    context.globalAlpha = 0.8;
    context.textAlign = "right";
    for (let pitch = Math.ceil(this.low / 12) * 12; pitch <= this.high; pitch += 12) {
      context.fillText(`C${pitch / 12 - 1}`, this.gutter - 6, this.yOf(pitch) + this.rowHeight / 2);
    }
    this.piece.drums.forEach((name, index) => {
      const text = fitText(context, name, this.gutter - 12);
      context.fillText(text, this.gutter - 6, this.yOf(-1 - index) + LANE / 2);
    });
    context.fillRect(this.gutter - 1, 0, 1, this.height);
    context.globalAlpha = 1;
  }
}
