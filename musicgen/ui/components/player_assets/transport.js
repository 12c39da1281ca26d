// Transport: the sound of a piece, where it is, its tempo and its loop.

import { countUpTo, secondsAt, tickAt } from "./time_map.js";

const ROUNDING = 2e-6; // seconds
let playing = null; // the one Transport that sounds

export class Transport {
  // find: first element with a selector. on: adds an event listener.
  // handlers: `changed()` at each frame while it plays, and whenever the position changes;
  // `sought(tick)`; `selection()`, the [first, last] bar that is looped, or null.
  constructor(find, on, handlers) {
    this.find = find;
    this.handlers = handlers;
    this.audio = find("audio");
    this.piece = null;
    this.loops = false;
    this.url = null; // of the WAV
    this.frame = 0; // requested animation frame
    this.tempoShare = 1;
    this.audio.preservesPitch = true;
    on(find(".home"), "click", () => this.seek(this.loopSpan()[0]));
    on(find(".play"), "click", () => this.toggle());
    on(find(".loop"), "click", () => this.setLoop(!this.loops));
    on(find(".tempo"), "input", () => this.setTempo());
    for (const event of ["play", "pause", "seeked", "loadedmetadata"]) {
      on(this.audio, event, () => this.animate());
    }
    on(this.audio, "timeupdate", () => this.repeatLoop());
    on(this.audio, "ended", () => this.handleEnd());
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.setSound(new Uint8Array());
    if (playing === this) playing = null;
  }

  // Times of a piece; `wav` replaces the sound where the piece is new.
  show(piece, isNew, wav) {
    this.piece = piece;
    if (isNew) this.setSound(wav);
    this.setTempo();
  }

  setSound(wav) {
    this.audio.pause();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = wav.length ? URL.createObjectURL(new Blob([wav], { type: "audio/wav" })) : null;
    if (this.url) this.audio.src = this.url;
    else this.audio.removeAttribute("src");
    for (const selector of [".play", ".home", ".loop", ".tempo"]) {
      this.find(selector).disabled = !this.url;
    }
  }

  get plays() {
    return !this.audio.paused;
  }

  // Tick of the playhead.
  get now() {
    // Browsers round times down to microseconds, which must not fall short of the tick.
    return Math.min(this.piece.end, tickAt(this.piece.tempoMap, this.audio.currentTime + ROUNDING));
  }

  seek(tick) {
    const inside = Math.max(0, Math.min(this.piece.end, tick));
    if (this.url) this.audio.currentTime = secondsAt(this.piece.tempoMap, inside);
    this.handlers.sought(inside);
  }

  toggle() {
    if (!this.url) return;
    if (this.plays) {
      this.audio.pause();
      return;
    }
    if (playing !== this) playing?.audio.pause();
    playing = this;
    const [start, stop] = this.loopSpan();
    const outside = this.now < start || this.now >= stop;
    if (outside && (this.loops || this.now >= this.piece.end)) this.seek(start);
    this.play();
  }

  play() {
    this.audio.play().catch(() => this.animate()); // paused or replaced before it started
  }

  // Play a new piece unasked; the browser may forbid it.
  autoplay() {
    if (this.url) this.audio.play().catch(() => {});
  }

  setLoop(loops) {
    this.loops = loops;
    this.find(".loop").setAttribute("aria-pressed", String(loops));
  }

  // First and last tick to play: of the selected bars if they are looped, else of the piece.
  loopSpan() {
    const { barLines, end } = this.piece;
    const selection = this.handlers.selection();
    if (!this.loops || !selection) return [0, end];
    const [first, last] = selection;
    return [barLines[first], Math.min(end, barLines[last + 1])];
  }

  repeatLoop() {
    const [start, stop] = this.loopSpan();
    if (this.loops && this.plays && this.now >= stop) this.seek(start);
  }

  handleEnd() {
    this.seek(this.loopSpan()[0]);
    if (this.loops) this.play();
  }

  setTempo() {
    const percent = Number(this.find(".tempo").value);
    this.audio.defaultPlaybackRate = percent / 100;
    this.audio.playbackRate = percent / 100;
    this.tempoShare = percent / 100;
    this.describeTempo();
  }

  // The tempo at the playhead in quarters a minute; of a performance, the speed in percent.
  describeTempo() {
    const { tempoMap, ticksPerQuarter, isPerformance } = this.piece;
    const { ticksPerSecond, ticks } = tempoMap;
    const rate = ticksPerSecond[Math.max(0, countUpTo(ticks, this.now) - 1)];
    const tempo = Math.round((rate * 60 * this.tempoShare) / ticksPerQuarter);
    const text = isPerformance ? `${Math.round(100 * this.tempoShare)} %` : `♩ = ${tempo}`;
    const output = this.find(".beats");
    if (output.textContent !== text) output.textContent = text;
  }

  // Report now, and at each animation frame while the piece plays.
  animate() {
    cancelAnimationFrame(this.frame);
    this.find(".play").setAttribute("aria-label", this.plays ? "Pause" : "Play");
    if (this.plays) {
      this.repeatLoop();
      this.frame = requestAnimationFrame(() => this.animate());
    }
    this.handlers.changed();
  }
}
