// Playing notes in: on a MIDI keyboard or the computer's keys, one after another or in time.

import { ComputerKeys } from "../editor_assets/computer_keys.js";
import { Recording } from "../editor_assets/core/recording.js";
import { MidiInput } from "../editor_assets/midi_input.js";
import { pressesOf } from "./played_notes.js";

const BEATS_PER_MINUTE = 90;
const COUNT_IN = 4; // beats
const GRID = 0.25; // quarters
const TICKS = 96; // of a recording, in a quarter

export class PlayIn {
  // handlers: sound(pitch), add(pitch) a single note, addAll(presses), click(seconds from now),
  // light(pitch), say(text).
  constructor(root, handlers) {
    this.root = root;
    this.handlers = handlers;
    this.recording = null;
    const keys = {
      noteOn: (pitch, velocity, time) => this.noteOn(pitch, time),
      noteOff: (pitch, time) => this.recording?.release(pitch, this.tickAt(time)),
    };
    this.midi = new MidiInput({ ...keys, changed: (names) => this.showDevices(names) });
    this.computer = new ComputerKeys({ ...keys, octave: (octave) => handlers.say(`Octave ${octave}`) });
    const keyboard = root.querySelector(".keys");
    keyboard.addEventListener("keydown", (event) => {
      if (this.computer.press(event)) event.preventDefault();
    });
    keyboard.addEventListener("keyup", (event) => this.computer.release(event));
    keyboard.addEventListener("focusout", () => this.computer.releaseAll());
    root.querySelector(".midi").addEventListener("click", () => this.openMidi());
    root.querySelector(".record").addEventListener("click", () => this.toggle());
  }

  async openMidi() {
    try {
      await this.midi.open();
    } catch (problem) {
      this.handlers.say(problem.message);
    }
  }

  showDevices(names) {
    this.handlers.say(names.length ? `Connected: ${names.join(", ")}` : "No MIDI keyboard is connected");
  }

  noteOn(pitch, time) {
    this.handlers.sound(pitch);
    if (this.recording) this.recording.press(pitch, 80, this.tickAt(time));
    else this.handlers.add(pitch);
  }

  // A key of the page's piano while it records.
  tap(pitch) {
    this.recording?.press(pitch, 80, this.tickAt(performance.now()));
    setTimeout(() => this.recording?.release(pitch, this.tickAt(performance.now())), 250);
  }

  tickAt(time) {
    return ((time - this.begins) * BEATS_PER_MINUTE * TICKS) / 60_000;
  }

  toggle() {
    if (this.recording) this.finish();
    else this.start();
  }

  start() {
    const beat = 60_000 / BEATS_PER_MINUTE;
    this.begins = performance.now() + COUNT_IN * beat;
    this.recording = new Recording(0, TICKS / 2);
    let count = 0;
    const tick = () => this.handlers.click(count++ % COUNT_IN === 0);
    tick();
    this.timer = setInterval(tick, beat);
    this.show("Four beats, then play");
  }

  finish() {
    clearInterval(this.timer);
    const played = this.recording.end(this.tickAt(performance.now()));
    this.recording = null;
    const notes = played.map(({ start, duration, pitch }) => {
      return { start: start / TICKS, duration: duration / TICKS, pitch };
    });
    this.handlers.addAll(pressesOf(notes, GRID));
    this.show(notes.length ? `${notes.length} notes played in` : "Nothing was played");
  }

  show(text) {
    const button = this.root.querySelector(".record");
    button.setAttribute("aria-pressed", String(Boolean(this.recording)));
    button.textContent = this.recording ? "Stop recording" : "Record";
    this.handlers.say(text);
  }
}
