// Bars: their lines, beyond the end of the piece as well, and the beats in them.

import { countUpTo } from "../../player_assets/time_map.js";

export class Bars {
  // barLines: ticks of the lines up to the end. metres: [start, numerator, denominator] each.
  constructor({ barLines, metres, resolution, firstBar, isPerformance }) {
    this.lines = barLines;
    this.metres = metres;
    this.resolution = resolution;
    this.firstBar = firstBar;
    this.isPerformance = isPerformance;
    const [, numerator, denominator] = metres[metres.length - 1];
    const written = Math.max(1, Math.floor((4 * resolution * numerator) / denominator));
    const last = barLines.length - 1;
    const played = last > 0 ? barLines[last] - barLines[last - 1] : 4 * resolution;
    this.lastLength = isPerformance ? played : written; // of the bars beyond the end
  }

  // Index of the bar at a tick.
  at(tick) {
    const last = this.lines.length - 1;
    const end = this.lines[last];
    if (tick >= end) return last + Math.floor((tick - end) / this.lastLength);
    return Math.max(0, countUpTo(this.lines, tick) - 1);
  }

  // Start of a bar in ticks.
  line(bar) {
    const last = this.lines.length - 1;
    return bar <= last ? this.lines[bar] : this.lines[last] + (bar - last) * this.lastLength;
  }

  metreAt(tick) {
    const starts = this.metres.map(([start]) => start);
    return this.metres[Math.max(0, countUpTo(starts, tick) - 1)];
  }

  // Length of a beat at a tick: of 6/8, 9/8 and 12/8 three eighths.
  beatAt(tick) {
    if (this.isPerformance) return this.lastLength;
    const [, numerator, denominator] = this.metreAt(tick);
    const unit = (4 * this.resolution) / denominator;
    return denominator >= 8 && numerator > 3 && numerator % 3 === 0 ? 3 * unit : unit;
  }

  // Whether a bar is a pickup: it ends as full bars do, and has no strong beat.
  isPickup(bar) {
    return bar === 0 && this.firstBar === 0;
  }

  // Beats to count before a tick, of some full bars and of what the tick's own bar has before it:
  // [ticks before it, whether a bar begins there] each.
  countIn(tick, bars) {
    const bar = this.at(tick);
    const full = this.isPickup(bar) ? bar + 1 : bar;
    const length = this.line(full + 1) - this.line(full);
    const first = (full > bar ? this.line(full) - length : this.line(bar)) - bars * length;
    const beat = this.beatAt(this.line(full));
    const beats = [];
    for (let at = first; bars && at < tick - 1e-6; at += beat) {
      beats.push([tick - at, (at - first) % length === 0]);
    }
    return beats;
  }

  // `bar 3, beat 2`; a performance has none.
  label(tick) {
    const bar = this.at(tick);
    const beat = Math.floor((tick - this.line(bar)) / this.beatAt(tick)) + 1;
    return `bar ${bar + this.firstBar}, beat ${beat}`;
  }
}
