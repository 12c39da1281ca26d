// View of the piano roll: the geometry of notes, bars and keys on the canvas.

import { countUpTo } from "../time_map.js";

export const LANE = 15; // pixels, height of a drum's lane below the keys
export const RULER = 22; // pixels at the top, for bar numbers
export const CHORDS = 18; // pixels below them, for chord symbols where there are some
const KEYS_HEIGHT = 320; // pixels, of the ruler and the keys
const LANE_GAP = 6; // pixels between the keys and the lanes
const KEYS_GUTTER = 40; // pixels on the left, for key names
const DRUMS_GUTTER = 104; // pixels on the left, for names of drums
const INITIAL_BARS = 16; // in view
const NARROW_PIXELS = 420; // of a phone, where half as many bars are in view
const MIN_ROWS = 24; // keys
const MAX_PIXELS_PER_QUARTER = 480;

export class RollView {
  constructor(scroller) {
    this.scroller = scroller; // scrolls sideways, under a canvas that stays in view and is redrawn
    this.canvas = scroller.querySelector("canvas");
    this.spacer = scroller.querySelector(".spacer"); // as wide as the whole piece
    this.piece = null;
    this.scale = 0; // pixels per tick
    this.zoomed = false; // by hand; else the scale follows the width
    this.height = KEYS_HEIGHT;
    this.gutter = KEYS_GUTTER; // pixels on the left, for names
  }

  // Show a piece in the colours of the page; `isNew` scrolls to its start.
  show(piece, isNew) {
    this.piece = piece;
    this.bars = piece.barLines.length - 1;
    const { start, row } = piece.notes;
    const pitches = row.filter((value) => value >= 0);
    const low = pitches.length ? pitches.reduce((a, b) => Math.min(a, b)) : 60;
    const high = pitches.length ? pitches.reduce((a, b) => Math.max(a, b)) : 72;
    const lanes = piece.drums.length;
    this.gutter = lanes ? DRUMS_GUTTER : KEYS_GUTTER;
    this.top = RULER + (piece.chords.length ? CHORDS : 0); // of the keys
    this.height = KEYS_HEIGHT + this.top - RULER + (lanes ? LANE_GAP + lanes * LANE : 0);
    const margin = Math.max(2, Math.ceil((MIN_ROWS - (high - low)) / 2));
    this.low = low - margin;
    this.high = high + margin;
    this.rowHeight = (KEYS_HEIGHT - RULER) / (this.high - this.low + 1);
    this.outlines = new Array(start.length).fill(null); // colour of each note's outline
    const { copied, shared } = piece.colours;
    for (const mark of piece.marks) if (mark.shared) this.outlines.fill(shared, mark.start, mark.stop);
    for (const mark of piece.marks) if (!mark.shared) this.outlines.fill(copied, mark.start, mark.stop);
    this.primerEnd = 0; // ticks
    for (let index = 0; index < piece.primerNotes; index++) {
      this.primerEnd = Math.max(this.primerEnd, start[index] + piece.notes.duration[index]);
    }
    const style = getComputedStyle(this.scroller);
    this.text = style.getPropertyValue("--st-text-color") || style.color;
    this.background = style.getPropertyValue("--st-background-color") || "transparent";
    this.accent = style.getPropertyValue("--st-primary-color") || style.color;
    this.font = `11px ${style.fontFamily}`;
    if (isNew) {
      this.scroller.scrollLeft = 0;
      this.scale = 0;
      this.zoomed = false;
    }
    this.fit();
  }

  // Fit the canvas to the width of the scroller; a piece is drawn at least as wide.
  fit() {
    const width = this.scroller.clientWidth;
    if (!this.piece || !width) return;
    const { barLines } = this.piece;
    const pieceTicks = Math.max(1, barLines[barLines.length - 1]);
    const initialBars = this.viewWidth < NARROW_PIXELS ? INITIAL_BARS / 2 : INITIAL_BARS;
    const upbeat = this.bars > initialBars && this.barNumber(0) === "0" ? 1 : 0;
    const initialTicks = barLines[Math.min(this.bars, initialBars + upbeat)] || pieceTicks;
    const scale = this.zoomed ? this.scale : this.viewWidth / initialTicks;
    const start = this.scale ? this.scroller.scrollLeft / this.scale : 0; // tick, of what is in view
    this.scale = Math.max(scale, this.viewWidth / pieceTicks);
    this.spacer.style.width = `${Math.floor(this.gutter + pieceTicks * this.scale)}px`;
    this.ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(this.height * this.ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.scroller.scrollLeft = start * this.scale;
  }

  zoom(factor) {
    const middle = this.tickAt(this.gutter + this.viewWidth / 2);
    this.scale = Math.min(MAX_PIXELS_PER_QUARTER / this.piece.ticksPerQuarter, this.scale * factor);
    this.zoomed = true;
    this.fit();
    this.scroller.scrollLeft = middle * this.scale - this.viewWidth / 2;
  }

  // Scroll so that a tick is in view.
  keepInView(tick) {
    const x = this.xOf(tick) - this.gutter;
    if (x < 0 || x > this.viewWidth * 0.95) {
      this.scroller.scrollLeft = tick * this.scale - this.viewWidth * 0.1;
    }
  }

  // Geometry ---------------------------------------------------------------

  // Pixels of the scroller without the gutter.
  get viewWidth() {
    return Math.max(1, this.scroller.clientWidth - this.gutter);
  }

  tickAt(x) {
    return (x - this.gutter + this.scroller.scrollLeft) / this.scale;
  }

  xOf(tick) {
    return this.gutter + tick * this.scale - this.scroller.scrollLeft;
  }

  // Top of a row: a pitch, or a lane of drums, -1 for the lowest.
  yOf(row) {
    if (row < 0) return this.height + row * LANE;
    return this.top + (this.high - row) * this.rowHeight;
  }

  rowAt(y) {
    const lanes = this.piece.drums.length;
    if (y >= this.height - lanes * LANE) return Math.floor((y - this.height) / LANE);
    return Math.max(0, this.high - Math.floor((y - this.top) / this.rowHeight));
  }

  // Position of a pointer: tick, row, and whether it is over the bar numbers.
  positionOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const y = event.clientY - box.top;
    return {
      tick: this.tickAt(event.clientX - box.left),
      row: this.rowAt(y),
      overRuler: y < RULER,
    };
  }

  // Index of the note at a position, or -1.
  noteAt({ tick, row }) {
    const { notes } = this.piece;
    return notes.row.findIndex(
      (noteRow, index) =>
        noteRow === row &&
        notes.start[index] <= tick &&
        tick < notes.start[index] + notes.duration[index],
    );
  }

  // Names of the notes that sound, the lowest first: `C3 E4 G4`.
  namesAt(tick) {
    const { start, duration, pitch, labels } = this.piece.notes;
    const started = countUpTo(start, tick);
    const sounding = [];
    for (let index = 0; index < started; index++) {
      if (tick < start[index] + duration[index]) sounding.push(index);
    }
    sounding.sort((a, b) => pitch[a] - pitch[b]);
    return sounding.map((index) => labels[index].split(",")[0]).join(" ");
  }

  barAt(tick) {
    const bar = countUpTo(this.piece.barLines, tick) - 1;
    return Math.max(0, Math.min(this.bars - 1, bar));
  }

  // The number that is printed for a bar; `bar` counts from 0.
  barNumber(bar) {
    return this.piece.lineLabels[bar];
  }

  // `bar 4`, or `upbeat` for the bar that is numbered 0.
  barLabel(bar) {
    const number = this.barNumber(bar);
    return number === "0" ? "upbeat" : `bar ${number}`;
  }
}
