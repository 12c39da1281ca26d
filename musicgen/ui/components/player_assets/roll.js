// Piano roll: the geometry of notes, bars and keys on the canvas, and their drawing.

const KEYS_HEIGHT = 320; // pixels, of the ruler and the keys
const LANE = 15; // pixels, height of a drum's lane below the keys
const LANE_GAP = 6; // pixels between the keys and the lanes
const KEYS_GUTTER = 40; // pixels on the left, for key names
const DRUMS_GUTTER = 104; // pixels on the left, for names of drums
const RULER = 22; // pixels at the top, for bar numbers
const INITIAL_BARS = 16; // in view
const MIN_ROWS = 24; // keys
const MAX_PIXELS_PER_QUARTER = 480;
const MIN_BAR_NUMBER_PIXELS = 34; // from one bar number to the next
const START_QUARTERS = 1 / 2400; // up to here the player rests at the start, and no note sounds
const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);

// Count the sorted numbers that are at most `value`.
function countUpTo(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The text, or its beginning where it is wider than `width` pixels.
function fitText(context, text, width) {
  let fitting = text;
  while (fitting && context.measureText(fitting).width > width) fitting = fitting.slice(0, -1);
  return fitting === text ? text : `${fitting.slice(0, -1).trimEnd()}…`;
}

class Roll {
  constructor(scroller) {
    this.scroller = scroller; // scrolls sideways, under a canvas that stays in view and is redrawn
    this.canvas = scroller.querySelector("canvas");
    this.spacer = scroller.querySelector(".spacer"); // as wide as the whole piece
    this.piece = null;
    this.scale = 0; // pixels per tick
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
    this.height = KEYS_HEIGHT + (lanes ? LANE_GAP + lanes * LANE : 0);
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
    }
    this.fit();
  }

  // Fit the canvas to the width of the scroller; a piece is drawn at least as wide.
  fit() {
    const width = this.scroller.clientWidth;
    if (!this.piece || !width) return;
    const { barLines } = this.piece;
    const pieceTicks = Math.max(1, barLines[barLines.length - 1]);
    const initialTicks = barLines[Math.min(this.bars, INITIAL_BARS)] || pieceTicks;
    const initialScale = this.viewWidth / initialTicks;
    this.scale = Math.max(this.scale || initialScale, this.viewWidth / pieceTicks);
    this.spacer.style.width = `${Math.floor(this.gutter + pieceTicks * this.scale)}px`;
    this.ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(this.height * this.ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${this.height}px`;
  }

  zoom(factor) {
    const middle = this.tickAt(this.gutter + this.viewWidth / 2);
    this.scale = Math.min(MAX_PIXELS_PER_QUARTER / this.piece.ticksPerQuarter, this.scale * factor);
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
    return RULER + (this.high - row) * this.rowHeight;
  }

  rowAt(y) {
    const lanes = this.piece.drums.length;
    if (y >= this.height - lanes * LANE) return Math.floor((y - this.height) / LANE);
    return Math.max(0, this.high - Math.floor((y - RULER) / this.rowHeight));
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

  // Drawing ----------------------------------------------------------------

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

  drawNotes(context, now) {
    const { notes, colours, primerNotes } = this.piece;
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
      context.globalAlpha = sounds ? 1 : 0.4 + (0.5 * notes.velocity[index]) / 127;
      context.fillRect(...box);
      context.globalAlpha = 1;
      const outline = this.outlines[index];
      if (!outline && !sounds) continue;
      context.strokeStyle = outline ?? this.text;
      context.lineWidth = outline === colours.copied ? 2 : 1;
      context.strokeRect(...box);
    }
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
