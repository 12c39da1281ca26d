// Snap: the grid that gestures move notes on. Each bar has its own, from its bar line.

export const SNAPS = [
  ["bar", "Bar"],
  ["beat", "Beat"],
  ["2", "Half note"],
  ["4", "Quarter"],
  ["8", "Eighth"],
  ["16", "16th"],
  ["32", "32nd"],
  ["4t", "Quarter triplet"],
  ["8t", "Eighth triplet"],
  ["16t", "16th triplet"],
  ["off", "Off"],
];

export class Snap {
  constructor(bars, name) {
    this.bars = bars;
    this.name = name;
  }

  // Distance of the grid's lines in the bar at a tick; at least 1 tick.
  step(tick) {
    const bar = this.bars.at(tick);
    const length = this.bars.line(bar + 1) - this.bars.line(bar);
    return Math.min(length, Math.max(1, this.unit(tick, length)));
  }

  unit(tick, length) {
    if (this.name === "off") return 1;
    if (this.name === "bar") return length;
    if (this.name === "beat") return this.bars.beatAt(tick);
    const value = (4 * this.bars.resolution) / parseInt(this.name, 10);
    return this.name.endsWith("t") ? (value * 2) / 3 : value;
  }

  // The grid's line at or before a tick.
  floor(tick) {
    const inside = Math.max(0, tick);
    const line = this.bars.line(this.bars.at(inside));
    const step = this.step(inside);
    return Math.round(line + Math.floor((inside - line) / step + 1e-9) * step);
  }

  // The next line after a tick.
  next(tick) {
    const line = this.bars.line(this.bars.at(tick) + 1);
    const start = this.bars.line(this.bars.at(tick));
    const step = this.step(tick);
    const count = Math.floor((tick - start) / step + 1e-9) + 1;
    return Math.min(line, Math.round(start + count * step));
  }

  // The last line before a tick; 0 at the beginning.
  previous(tick) {
    return tick <= 0 ? 0 : this.floor(Math.ceil(tick) - 1);
  }

  // The nearest line.
  round(tick) {
    const before = this.floor(tick);
    const after = this.next(before);
    return tick - before < after - tick ? before : after;
  }
}
