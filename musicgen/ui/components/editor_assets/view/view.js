// View of the roll: where ticks and pitches are on the canvas. The scroller scrolls both ways under
// a canvas that stays in view and is redrawn.

import { clamp, MAX_PITCH } from "../core/note.js";

export const RULER = 24; // pixels at the top, for bar numbers
export const GUTTER = 60; // pixels on the left, for names of keys
export const LANE = 60; // pixels at the bottom, for velocities
const INITIAL_BARS = 8; // in view
const EXTRA_BARS = 8; // beyond the end, to write in
const MAX_PIXELS_PER_QUARTER = 480;
const MIN_ROW = 7; // pixels
const INITIAL_ROW = 13;
const MAX_ROW = 26;

export class View {
  constructor(scroller) {
    this.scroller = scroller;
    this.canvas = scroller.querySelector("canvas");
    this.spacer = scroller.querySelector(".spacer");
    this.scale = 0; // pixels per tick
    this.rowHeight = INITIAL_ROW; // pixels per key
    this.end = 0; // ticks that can be scrolled to
    this.colours = {};
    this.place = null; // { left, top } of what is in view, in pixels
    scroller.addEventListener("scroll", () => (this.place = null));
  }

  // Where the scroller is: asking it once a note would take most of a frame.
  get scrolled() {
    this.place ??= { left: this.scroller.scrollLeft, top: this.scroller.scrollTop };
    return this.place;
  }

  scrollTo(left, top) {
    if (left !== null) this.scroller.scrollLeft = left;
    if (top !== null) this.scroller.scrollTop = top;
    this.place = null;
  }

  scrollBy(x, y) {
    this.scrollTo(this.scrolled.left + x, this.scrolled.top + y);
  }

  // Size the canvas and the scrolled area to a piece of this many ticks; the bar at another tick, of
  // the cursor or the playhead, can be scrolled to as well.
  fit(bars, end, reached) {
    const width = this.scroller.clientWidth;
    if (!width) return;
    this.resolution = bars.resolution;
    this.width = width;
    this.height = this.scroller.clientHeight;
    const last = Math.max(bars.at(Math.max(0, end - 1)) + EXTRA_BARS, bars.at(reached));
    this.end = bars.line(last + 1);
    if (!this.scale) this.scale = this.notesWidth / Math.max(1, bars.line(INITIAL_BARS));
    const ratio = window.devicePixelRatio || 1;
    const pixels = [Math.round(width * ratio), Math.round(this.height * ratio)];
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      [this.canvas.width, this.canvas.height] = pixels;
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${this.height}px`;
    }
    this.ratio = ratio;
    this.spacer.style.width = `${Math.ceil(GUTTER + this.end * this.scale)}px`;
    this.spacer.style.height = `${RULER + (MAX_PITCH + 1) * this.rowHeight + LANE}px`;
    this.place = null;
    this.readColours();
  }

  readColours() {
    const style = getComputedStyle(this.scroller);
    const value = (name) => style.getPropertyValue(name) || style.color;
    this.colours = {
      text: value("--st-text-color"),
      background: value("--st-background-color"),
      shade: value("--st-secondary-background-color"),
      accent: value("--st-primary-color"),
      font: `11px ${style.fontFamily}`,
    };
  }

  // A coordinate on the canvas's own pixels: edges between them are slower to draw, and blurred.
  onPixels(coordinate) {
    return Math.round(coordinate * this.ratio) / this.ratio;
  }

  get notesWidth() {
    return Math.max(1, this.scroller.clientWidth - GUTTER);
  }

  get keysBottom() {
    return this.height - LANE;
  }

  xOf(tick) {
    return GUTTER + tick * this.scale - this.scrolled.left;
  }

  tickAt(x) {
    return Math.max(0, (x - GUTTER + this.scrolled.left) / this.scale);
  }

  // Top of a key's row.
  yOf(pitch) {
    return RULER + (MAX_PITCH - pitch) * this.rowHeight - this.scrolled.top;
  }

  pitchAt(y) {
    const row = Math.floor((y - RULER + this.scrolled.top) / this.rowHeight);
    return clamp(MAX_PITCH - row, 0, MAX_PITCH);
  }

  // Ticks and pitches in view.
  get range() {
    return {
      first: this.tickAt(GUTTER),
      last: this.tickAt(this.width),
      low: this.pitchAt(this.keysBottom),
      high: this.pitchAt(RULER),
    };
  }

  velocityAt(y) {
    return Math.round(127 * clamp((this.height - 4 - y) / (LANE - 10), 0, 1));
  }

  // Position of a pointer: pixels, tick, pitch, and the zone of the canvas.
  positionOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    let zone = "notes";
    if (y < RULER) zone = "ruler";
    else if (y > this.keysBottom) zone = "velocity";
    else if (x < GUTTER) zone = "keys";
    return { x, y, tick: this.tickAt(x), pitch: this.pitchAt(y), zone };
  }

  // Zoom along time, around the middle or a pointer's x.
  zoom(factor, x = GUTTER + this.notesWidth / 2) {
    const tick = this.tickAt(x);
    const widest = MAX_PIXELS_PER_QUARTER / this.resolution;
    const narrowest = this.notesWidth / Math.max(1, this.end);
    this.scale = clamp(this.scale * factor, Math.min(narrowest, widest), widest);
    this.spacer.style.width = `${Math.ceil(GUTTER + this.end * this.scale)}px`;
    this.scrollTo(tick * this.scale - (x - GUTTER), null);
  }

  zoomKeys(factor) {
    const pitch = this.pitchAt((this.keysBottom + RULER) / 2);
    this.setRowHeight(this.rowHeight * factor, pitch);
  }

  // Show all keys from low to high, if the rows do not become too low for it.
  showKeys(low, high) {
    if (!this.width) return;
    const rows = high - low + 5;
    const height = (this.keysBottom - RULER) / rows;
    this.setRowHeight(Math.min(height, INITIAL_ROW), (low + high) >> 1);
  }

  // Set the height of a key's row, with a pitch in the middle.
  setRowHeight(height, pitch) {
    this.rowHeight = clamp(height, MIN_ROW, MAX_ROW);
    this.spacer.style.height = `${RULER + (MAX_PITCH + 1) * this.rowHeight + LANE}px`;
    const middle = (this.keysBottom - RULER - this.rowHeight) / 2;
    this.scrollTo(null, (MAX_PITCH - pitch) * this.rowHeight - middle);
  }

  // Scroll so that a tick and, where there is one, a pitch are in view.
  show(tick, pitch = null) {
    const x = this.xOf(tick);
    if (x < GUTTER || x > this.width - 24) {
      this.scrollTo(Math.max(0, tick * this.scale - this.notesWidth * 0.15), null);
    }
    if (pitch === null) return;
    const y = this.yOf(pitch);
    if (y < RULER || y + this.rowHeight > this.keysBottom) {
      const middle = (this.keysBottom - RULER) / 2;
      this.scrollTo(null, (MAX_PITCH - pitch) * this.rowHeight - middle);
    }
  }
}
