// Playback: schedules the notes, the pedal and the metronome of the music a moment ahead, so that
// edits sound at once.

import { secondsAt, tickAt } from "../../player_assets/time_map.js";
import { endOf } from "../core/note.js";

const AHEAD_SECONDS = 0.08; // scheduled; a hidden tab's timers run once a second
const HIDDEN_AHEAD_SECONDS = 1.6;
const TIMER_MS = 20;
const STARTS = "musicgen-playback"; // event of the window: what else plays on the page stops
const START_SECONDS = 0.03; // from the click to the first note

export class Playback {
  // handlers: notes() sorted, pedal() rows, bars(), tempoMap(), range() the [first, last] tick to
  // play, loops(), mixer, changed() when it starts or stops.
  constructor(handlers) {
    this.handlers = handlers;
    this.synth = null;
    this.speed = 1;
    this.metronome = false;
    this.plays = false;
    this.stoppedAt = 0; // tick
    this.anchors = []; // { time, tick, speed }: where the playhead is from a time on
    this.scheduled = 0; // tick up to which notes are scheduled
    this.timer = 0;
    this.clicks = [];
    this.endless = false; // while it records
    this.yieldTo = ({ detail }) => detail !== this && this.stop();
  }

  // Play from a tick, after some bars of the metronome; returns the time of that tick.
  start(synth, tick, countIn = 0) {
    this.synth = synth;
    synth.wake();
    window.dispatchEvent(new CustomEvent(STARTS, { detail: this }));
    window.addEventListener(STARTS, this.yieldTo);
    if (synth.player && synth.player !== this) synth.stopAll(); // what another has just stopped
    synth.player = this;
    synth.setMaster(1);
    const beats = this.handlers.bars().countIn(tick, countIn);
    const tickSeconds = this.seconds(tick, tick + 1); // the tempo of the count-in
    const time = synth.now + START_SECONDS + (beats[0]?.[0] ?? 0) * tickSeconds;
    for (const [before, isAccent] of beats) this.click(time - before * tickSeconds, isAccent);
    this.anchors = [{ time, tick, speed: this.speed }];
    this.scheduled = tick;
    this.plays = true;
    this.setPedals(tick);
    clearInterval(this.timer);
    this.timer = setInterval(() => this.schedule(), TIMER_MS);
    this.schedule();
    this.handlers.changed();
    return time;
  }

  stop() {
    if (!this.plays) return;
    this.stoppedAt = this.now;
    this.plays = false;
    window.removeEventListener(STARTS, this.yieldTo);
    clearInterval(this.timer);
    this.synth.setMaster(0);
    for (const click of this.clicks) click.stop();
    this.clicks = [];
    // What is scheduled already is played silently, then all is ended.
    const ahead = document.hidden ? HIDDEN_AHEAD_SECONDS : AHEAD_SECONDS;
    setTimeout(() => {
      if (this.plays || this.synth.player !== this) return;
      this.synth.stopAll();
      this.synth.setMaster(1);
    }, 1000 * ahead + 60);
    this.handlers.changed();
  }

  seek(tick) {
    const { plays, synth } = this;
    if (plays) {
      this.plays = false;
      clearInterval(this.timer);
      synth.stopAll();
      this.start(synth, tick);
    }
    this.stoppedAt = tick;
  }

  setSpeed(speed) {
    if (this.plays) {
      const last = this.anchors[this.anchors.length - 1];
      const time = this.timeOf(last, this.scheduled);
      this.anchors.push({ time, tick: this.scheduled, speed });
    }
    this.speed = speed;
  }

  // Tick of the playhead.
  get now() {
    if (!this.plays) return this.stoppedAt;
    // It stands at the first tick until that sounds.
    return this.tickOf(Math.max(this.synth.now, this.anchors[0].time));
  }

  // Tick at a time of the audio clock; negative in the count-in of the first bar.
  tickOf(time) {
    let anchor = this.anchors[0];
    for (const later of this.anchors) if (later.time <= time) anchor = later;
    const map = this.handlers.tempoMap();
    const seconds = secondsAt(map, anchor.tick) + (time - anchor.time) * anchor.speed;
    return tickAt(map, seconds);
  }

  timeOf(anchor, tick) {
    const map = this.handlers.tempoMap();
    return anchor.time + (secondsAt(map, tick) - secondsAt(map, anchor.tick)) / anchor.speed;
  }

  seconds(first, last) {
    const map = this.handlers.tempoMap();
    return (secondsAt(map, last) - secondsAt(map, first)) / this.speed;
  }

  schedule() {
    const ahead = document.hidden ? HIDDEN_AHEAD_SECONDS : AHEAD_SECONDS;
    const horizon = this.synth.now + ahead;
    while (this.plays) {
      const anchor = this.anchors[this.anchors.length - 1];
      if (horizon <= anchor.time) return;
      const [first, last] = this.handlers.range();
      const map = this.handlers.tempoMap();
      const reached = tickAt(
        map,
        secondsAt(map, anchor.tick) + (horizon - anchor.time) * anchor.speed,
      );
      const end = this.endless ? Infinity : Math.max(last, this.handlers.loops() ? first + 1 : 0);
      const stop = this.scheduled >= end && !this.handlers.loops() ? this.scheduled : end;
      const to = Math.min(reached, stop);
      this.play(anchor, this.scheduled, to);
      this.scheduled = Math.max(this.scheduled, to);
      if (to < stop) return;
      // A loop that was chosen behind the playhead begins now, without what it would have played.
      const isBehind = this.scheduled > stop;
      const time = isBehind ? this.synth.now + START_SECONDS : this.timeOf(anchor, stop);
      if (this.handlers.loops()) {
        this.anchors = [...this.anchors.slice(-2), { time, tick: first, speed: this.speed }];
        this.scheduled = first;
        this.setPedals(first, time);
        continue;
      }
      if (this.synth.now >= time) this.finish(first);
      return;
    }
  }

  finish(first) {
    this.plays = false;
    window.removeEventListener(STARTS, this.yieldTo);
    clearInterval(this.timer);
    this.stoppedAt = first;
    this.handlers.changed();
  }

  // Schedule what begins from one tick up to another.
  play(anchor, from, to) {
    if (to <= from) return;
    const notes = this.handlers.notes();
    const { mixer } = this.handlers;
    // Of a note that is longer than the loop the end would come in a later round.
    const last = this.handlers.loops() && !this.endless ? this.handlers.range()[1] : Infinity;
    for (let index = firstFrom(notes, from); index < notes.length; index++) {
      const note = notes[index];
      if (note.start >= to) break;
      if (mixer.isSilent(note.part) && this.sharesChannel(note.part)) continue;
      const channel = mixer.channels[note.part];
      const time = this.timeOf(anchor, note.start);
      this.synth.noteOn(channel, note.pitch, note.velocity, time);
      const end = this.timeOf(anchor, Math.min(endOf(note), last));
      this.synth.noteOff(channel, note.pitch, Math.max(time + 0.01, end - 0.003));
    }
    for (const [start, value, part] of this.handlers.pedal()) {
      if (start < from || start >= to) continue;
      this.synth.setPedal(mixer.channels[part], value, this.timeOf(anchor, start));
    }
    if (this.metronome) this.scheduleClicks(anchor, from, to);
  }

  sharesChannel(part) {
    const { channels } = this.handlers.mixer;
    return channels.filter((channel) => channel === channels[part]).length > 1;
  }

  scheduleClicks(anchor, from, to) {
    const bars = this.handlers.bars();
    if (bars.isPerformance) return;
    for (let bar = bars.at(from); bars.line(bar) < to; bar++) {
      const step = bars.beatAt(bars.line(bar));
      for (let tick = bars.line(bar); tick < bars.line(bar + 1); tick += step) {
        if (tick < from || tick >= to) continue;
        const isAccent = tick === bars.line(bar) && !bars.isPickup(bar);
        this.click(this.timeOf(anchor, tick), isAccent);
      }
    }
  }

  click(time, isAccent) {
    this.clicks = [...this.clicks.slice(-32), this.synth.click(time, isAccent)];
  }

  // The pedals as they are at a tick, from a time on.
  setPedals(tick, time = 0) {
    const values = new Map();
    for (const [start, value, part] of this.handlers.pedal()) {
      if (start <= tick || !values.has(part)) values.set(part, start <= tick ? value : 0);
    }
    for (const [part, value] of values) {
      this.synth.setPedal(this.handlers.mixer.channels[part], value, time);
    }
  }
}

// Index of the first note that begins at a tick or later.
function firstFrom(notes, tick) {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle].start < tick) low = middle + 1;
    else high = middle;
  }
  return low;
}
