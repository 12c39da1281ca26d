// The roll: where notes, bars and keys are on the canvas, and how they are drawn.

const HEIGHT = 320; // pixels
const GUTTER = 40; // pixels on the left, for the names of keys
const RULER = 22; // pixels on top, for the numbers of bars
const BARS_IN_VIEW = 16; // at first
const FEWEST_KEYS = 24; // rows
const MOST_PIXELS_A_TICK = 20;
const BEGUN = 0.01; // ticks: at rest at the beginning no note sounds
const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);

// How many of the sorted numbers are at most `value`.
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

class Roll {
  constructor(stage) {
    this.stage = stage; // scrolls sideways; the canvas stays in view and is drawn anew
    this.canvas = stage.querySelector("canvas");
    this.length = stage.querySelector(".length"); // as wide as the whole piece
    this.piece = null;
    this.scale = 0; // pixels a tick
  }

  // Take a piece and the colours of the page; `anew` begins at its beginning.
  show(piece, anew) {
    this.piece = piece;
    this.bars = piece.lines.length - 1;
    const { start, pitch } = piece.notes;
    const low = start.length ? pitch.reduce((a, b) => Math.min(a, b)) : 60;
    const high = start.length ? pitch.reduce((a, b) => Math.max(a, b)) : 72;
    const spare = Math.max(2, Math.ceil((FEWEST_KEYS - (high - low)) / 2));
    this.low = low - spare;
    this.high = high + spare;
    this.row = (HEIGHT - RULER) / (this.high - this.low + 1);
    this.marked = new Array(start.length).fill(null); // the colour of its outline
    const { copied, shared } = piece.colours;
    for (const mark of piece.marks) if (mark.shared) this.marked.fill(shared, mark.start, mark.stop);
    for (const mark of piece.marks) if (!mark.shared) this.marked.fill(copied, mark.start, mark.stop);
    this.given = 0; // the tick where all has ended that was given
    for (let index = 0; index < piece.primer; index++) {
      this.given = Math.max(this.given, start[index] + piece.notes.duration[index]);
    }
    const style = getComputedStyle(this.stage);
    this.text = style.getPropertyValue("--st-text-color") || style.color;
    this.paper = style.getPropertyValue("--st-background-color") || "transparent";
    this.accent = style.getPropertyValue("--st-primary-color") || style.color;
    this.font = `11px ${style.fontFamily}`;
    if (anew) {
      this.stage.scrollLeft = 0;
      this.scale = 0;
    }
    this.fit();
  }

  // Take the width that there is; a piece is never narrower than that.
  fit() {
    const width = this.stage.clientWidth;
    if (!this.piece || !width) return;
    const { lines } = this.piece;
    const whole = Math.max(1, lines[lines.length - 1]);
    const atFirst = lines[Math.min(this.bars, BARS_IN_VIEW)] || whole;
    this.scale = Math.max(this.scale || this.view / atFirst, this.view / whole);
    this.length.style.width = `${Math.floor(GUTTER + whole * this.scale)}px`;
    this.ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(HEIGHT * this.ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${HEIGHT}px`;
  }

  zoom(factor) {
    const middle = this.tickAt(GUTTER + this.view / 2);
    this.scale = Math.min(MOST_PIXELS_A_TICK, this.scale * factor);
    this.fit();
    this.stage.scrollLeft = middle * this.scale - this.view / 2;
  }

  keepInView(tick) {
    const x = this.xOf(tick) - GUTTER;
    if (x < 0 || x > this.view * 0.95) {
      this.stage.scrollLeft = tick * this.scale - this.view * 0.1;
    }
  }

  // Places ----------------------------------------------------------------

  get view() {
    return Math.max(1, this.stage.clientWidth - GUTTER);
  }

  tickAt(x) {
    return (x - GUTTER + this.stage.scrollLeft) / this.scale;
  }

  xOf(tick) {
    return GUTTER + tick * this.scale - this.stage.scrollLeft;
  }

  yOf(pitch) {
    return RULER + (this.high - pitch) * this.row;
  }

  // Where a pointer is: its tick, its key, and whether it is over the bar numbers.
  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const y = event.clientY - box.top;
    return {
      tick: this.tickAt(event.clientX - box.left),
      pitch: this.high - Math.floor((y - RULER) / this.row),
      overRuler: y < RULER,
    };
  }

  noteAt({ tick, pitch }) {
    const { notes } = this.piece;
    return notes.pitch.findIndex(
      (each, at) =>
        each === pitch && notes.start[at] <= tick && tick < notes.start[at] + notes.duration[at],
    );
  }

  // The names of the notes that sound, the lowest first: `C3 E4 G4`.
  namesAt(tick) {
    const { start, duration, pitch, words } = this.piece.notes;
    const begun = countUpTo(start, tick);
    const sounding = [];
    for (let at = 0; at < begun; at++) {
      if (tick < start[at] + duration[at]) sounding.push(at);
    }
    sounding.sort((a, b) => pitch[a] - pitch[b]);
    return sounding.map((at) => words[at].split(",")[0]).join(" ");
  }

  barAt(tick) {
    const bar = countUpTo(this.piece.lines, tick) - 1;
    return Math.max(0, Math.min(this.bars - 1, bar));
  }

  barName(bar) {
    return String(bar + this.piece.firstBar);
  }

  // As it is said: a bar before the first whole one is numbered 0.
  barWords(bar) {
    const number = bar + this.piece.firstBar;
    return number ? `bar ${number}` : "upbeat";
  }

  // Drawing ---------------------------------------------------------------

  // now: the tick of the playhead; selection: first and last bar, or null.
  draw(now, selection) {
    if (!this.piece || !this.scale) return;
    const ink = this.canvas.getContext("2d");
    ink.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ink.clearRect(0, 0, this.stage.clientWidth, HEIGHT);
    ink.font = this.font;
    ink.textBaseline = "middle";
    this.drawRows(ink);
    this.drawGiven(ink);
    if (selection) this.drawSelection(ink, selection);
    this.drawBars(ink);
    this.drawNotes(ink, now);
    ink.fillStyle = this.accent;
    ink.fillRect(Math.round(this.xOf(now)) - 1, 0, 2, HEIGHT);
    this.drawKeys(ink);
  }

  drawRows(ink) {
    ink.fillStyle = this.text;
    ink.globalAlpha = 0.05;
    for (let pitch = this.low; pitch <= this.high; pitch++) {
      if (BLACK_KEYS.has((pitch + 12) % 12)) {
        ink.fillRect(GUTTER, this.yOf(pitch), this.view, this.row);
      }
    }
    ink.globalAlpha = 1;
  }

  // One ground under all that was given, up to where it ends.
  drawGiven(ink) {
    if (!this.given) return;
    ink.fillStyle = this.piece.colours.primer;
    ink.globalAlpha = 0.18;
    ink.fillRect(this.xOf(0), RULER, this.given * this.scale, HEIGHT - RULER);
    ink.globalAlpha = 0.8;
    ink.fillRect(Math.round(this.xOf(this.given)) - 1, RULER, 2, HEIGHT - RULER);
    ink.globalAlpha = 1;
  }

  drawSelection(ink, [first, last]) {
    const left = this.xOf(this.piece.lines[first]);
    const width = this.xOf(this.piece.lines[last + 1]) - left;
    ink.fillStyle = this.accent;
    ink.globalAlpha = 0.16;
    ink.fillRect(left, 0, width, HEIGHT);
    ink.globalAlpha = 1;
    ink.fillRect(left, 0, width, 3);
  }

  drawBars(ink) {
    const { lines } = this.piece;
    const from = Math.max(0, countUpTo(lines, this.tickAt(GUTTER)) - 1);
    const to = countUpTo(lines, this.tickAt(GUTTER + this.view));
    const width = this.view / Math.max(1, to - from);
    let every = 1; // bars from one number to the next
    while (every * width < 34) every *= 2;
    ink.fillStyle = this.text;
    ink.textAlign = "left";
    for (let bar = from; bar < to; bar++) {
      const x = this.xOf(lines[bar]);
      const numbered = bar % every === 0;
      ink.globalAlpha = numbered ? 0.4 : 0.15;
      if (numbered || every < 8) ink.fillRect(Math.round(x), RULER, 1, HEIGHT - RULER);
      ink.globalAlpha = 0.8;
      if (numbered && bar < this.bars) ink.fillText(this.barName(bar), x + 3, RULER / 2);
    }
    ink.globalAlpha = 1;
  }

  drawNotes(ink, now) {
    const { notes, colours, primer } = this.piece;
    const count = countUpTo(notes.start, this.tickAt(GUTTER + this.view));
    const first = this.tickAt(GUTTER);
    const height = Math.max(2, Math.round(this.row) - 1); // whole pixels have sharp edges
    for (let index = 0; index < count; index++) {
      const start = notes.start[index];
      const end = start + notes.duration[index];
      if (end < first) continue;
      const sounds = now > BEGUN && start <= now && now < end;
      const box = [
        this.xOf(start),
        Math.round(this.yOf(notes.pitch[index])),
        Math.max(1.5, notes.duration[index] * this.scale - 1),
        height,
      ];
      ink.fillStyle = index < primer ? colours.primer : colours.parts[notes.part[index]];
      ink.globalAlpha = sounds ? 1 : 0.4 + (0.5 * notes.velocity[index]) / 127;
      ink.fillRect(...box);
      ink.globalAlpha = 1;
      const mark = this.marked[index];
      if (!mark && !sounds) continue;
      ink.strokeStyle = mark ?? this.text;
      ink.lineWidth = mark === colours.copied ? 2 : 1;
      ink.strokeRect(...box);
    }
  }

  // The names of the Cs, over all that scrolls beneath.
  drawKeys(ink) {
    ink.clearRect(0, 0, GUTTER, HEIGHT);
    ink.fillStyle = this.paper;
    ink.fillRect(0, 0, GUTTER, HEIGHT);
    ink.fillStyle = this.text;
    ink.globalAlpha = 0.8;
    ink.textAlign = "right";
    for (let pitch = Math.ceil(this.low / 12) * 12; pitch <= this.high; pitch += 12) {
      ink.fillText(`C${pitch / 12 - 1}`, GUTTER - 6, this.yOf(pitch) + this.row / 2);
    }
    ink.fillRect(GUTTER - 1, 0, 1, HEIGHT);
    ink.globalAlpha = 1;
  }
}
