// Transport: plays a piece in the browser's synthesizer; where it is, its tempo and its loop.

import { Bars } from "../editor_assets/core/bars.js";
import { Mixer } from "../editor_assets/sound/mixer.js";
import { Playback } from "../editor_assets/sound/playback.js";
import { loadSynth } from "../editor_assets/sound/synth.js";
import { describeKeptTempo } from "../shared/kept_tempo.js";
import { countUpTo } from "./time_map.js";

const WAIT_MS = 300; // of loading, after which it is shown
let playing = null; // the one Transport that sounds

export class Transport {
  // find: first element with a selector. on: adds an event listener.
  // handlers: `changed()` at each frame while it plays, and whenever the position changes;
  // `sought(tick)`; `selection()`, the [first, last] bar that is looped, or null; `say(text)`.
  constructor(find, on, handlers) {
    this.find = find;
    this.handlers = handlers;
    this.piece = null;
    this.loops = false;
    this.loading = false;
    this.frame = 0; // requested animation frame
    this.tempoShare = 1;
    this.mixer = new Mixer();
    this.playback = new Playback({
      notes: () => this.notes,
      pedal: () => this.piece.pedal,
      bars: () => this.bars,
      tempoMap: () => this.piece.tempoMap,
      range: () => this.loopSpan(),
      loops: () => this.loops,
      mixer: this.mixer,
      changed: () => this.animate(),
    });
    on(find(".home"), "click", () => this.seek(this.loopSpan()[0]));
    on(find(".play"), "click", () => this.toggle());
    on(find(".loop"), "click", () => this.setLoop(!this.loops));
    on(find(".tempo"), "input", () => {
      this.setTempo();
      this.handlers.changed();
    });
    on(find(".metronome"), "click", () => this.setMetronome(!this.playback.metronome));
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.playback.stop();
    if (playing === this) playing = null;
  }

  // Take the notes and times of a piece; a new one is at its beginning, and stops what played.
  show(piece, isNew) {
    this.piece = piece;
    this.find(".metronome").hidden = piece.isPerformance;
    if (isNew) {
      this.playback.stop();
      this.playback.stoppedAt = 0;
      const { start, duration, pitch, velocity, part } = piece.notes;
      this.notes = start.map((tick, index) => ({
        start: tick,
        duration: duration[index],
        pitch: pitch[index],
        velocity: velocity[index],
        part: part[index],
      }));
      this.bars = new Bars(piece);
      this.mixer.setParts(piece.instruments);
    }
    for (const selector of [".play", ".home", ".loop", ".tempo"]) {
      this.find(selector).disabled = !this.notes.length;
    }
    this.setTempo();
  }

  get plays() {
    return this.playback.plays;
  }

  // Tick of the playhead.
  get now() {
    return Math.max(0, Math.min(this.piece.end, this.playback.now));
  }

  seek(tick) {
    const inside = Math.max(0, Math.min(this.piece.end, tick));
    this.playback.seek(inside);
    this.handlers.sought(inside);
  }

  toggle() {
    if (!this.notes.length || this.loading) return;
    if (this.plays) this.playback.stop();
    else this.play();
  }

  // Play from the playhead, or from the beginning where that is at the end or outside the loop.
  async play() {
    const synth = await this.load();
    if (!synth) return;
    if (playing !== this) playing?.playback.stop();
    playing = this;
    this.mixer.connect(synth);
    const [start, stop] = this.loopSpan();
    const outside = this.now < start || this.now >= stop;
    const fromStart = outside && (this.loops || this.now >= this.piece.end);
    this.playback.start(synth, fromStart ? start : this.now);
  }

  // The synthesizer, which is loaded at the first sound; null, with a message, without one.
  async load() {
    this.loading = true;
    const shown = setTimeout(() => this.handlers.say("Loading the sound …"), WAIT_MS);
    try {
      const synth = await loadSynth(this.piece.soundAddress);
      this.handlers.say("");
      return synth;
    } catch (problem) {
      this.handlers.say(`No sound: ${problem.message}`);
      return null;
    } finally {
      clearTimeout(shown);
      this.loading = false;
    }
  }

  setLoop(loops) {
    this.loops = loops;
    this.find(".loop").setAttribute("aria-pressed", String(loops));
  }

  setMetronome(isOn) {
    this.playback.metronome = isOn;
    this.find(".metronome").setAttribute("aria-pressed", String(isOn));
  }

  // First and last tick to play: of the selected bars if they are looped, else of the piece.
  loopSpan() {
    const { barLines, end } = this.piece;
    const selection = this.handlers.selection();
    if (!this.loops || !selection) return [0, end];
    const [first, last] = selection;
    return [barLines[first], Math.min(end, barLines[last + 1])];
  }

  setTempo() {
    const percent = Number(this.find(".tempo").value);
    this.tempoShare = percent / 100;
    if (this.playback.speed !== this.tempoShare) this.playback.setSpeed(this.tempoShare);
    this.describeTempo();
  }

  // The tempo at the playhead in quarters a minute; of a performance, the speed in percent.
  describeTempo() {
    const { tempoMap, ticksPerQuarter, isPerformance } = this.piece;
    const { ticksPerSecond, ticks } = tempoMap;
    const rate = ticksPerSecond[Math.max(0, countUpTo(ticks, this.now) - 1)];
    const tempo = Math.round((rate * 60 * this.tempoShare) / ticksPerQuarter);
    const text = isPerformance ? `${Math.round(100 * this.tempoShare)}%` : `♩ = ${tempo}`;
    const output = this.find(".beats");
    if (output.textContent !== text) output.textContent = text;
    const own = isPerformance ? null : Math.round((rate * 60) / ticksPerQuarter);
    const kept = describeKeptTempo(this.tempoShare, own);
    const note = this.find(".kept-tempo");
    if (note.textContent !== kept) note.textContent = kept;
  }

  // Report now, and at each animation frame while the piece plays.
  animate() {
    cancelAnimationFrame(this.frame);
    this.find(".play").setAttribute("aria-label", this.plays ? "Pause" : "Play");
    if (this.plays) this.frame = requestAnimationFrame(() => this.animate());
    this.handlers.changed();
  }
}
