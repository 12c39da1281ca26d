// Playing notes in: on a MIDI keyboard or the computer's keys, one after another or in time.

import { ComputerKeys } from "../editor_assets/computer_keys.js";
import { Recording } from "../editor_assets/core/recording.js";
import { KeptRecording, restoreRecordings } from "../editor_assets/kept_recording.js";
import { MidiInput } from "../editor_assets/midi_input.js";
import { pressesOf } from "./played_notes.js";

const BEATS_PER_MINUTE = 90;
const COUNT_IN = 4; // beats
const GRID = 0.25; // quarters
const TICKS = 96; // of a recording, in a quarter
const PLACES = ["beginning"]; // by which the server keeps a recording

export class PlayIn {
  // handlers: sound(pitch), add(pitch) a single note, addAll(presses, done), click(isAccent), say(text).
  // recordings: address where a recording is sent while it goes on; empty for none.
  constructor(root, handlers, recordings) {
    this.root = root;
    this.handlers = handlers;
    this.recordings = recordings;
    this.recording = null;
    this.closing = new AbortController();
    const keys = {
      noteOn: (pitch, velocity, time) => this.noteOn(pitch, time),
      noteOff: (pitch, time) => this.record((recording) => recording.release(pitch, this.tickAt(time))),
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
    const restore = ({ notes }) => {
      this.add(notes, () => {});
      this.handlers.say("A recording that was cut off is added. Undo takes its notes out.");
    };
    restoreRecordings(recordings, PLACES, restore, this.closing.signal);
  }

  // What was played so far is offered again when there is a piano the next time.
  close() {
    this.closing.abort();
    clearInterval(this.timer);
    this.kept?.stop();
    this.computer.releaseAll();
    this.midi.close();
  }

  // Change the recording, if there is one, and keep it for the next visit.
  record(change) {
    if (!this.recording) return;
    change(this.recording);
    this.kept.keep();
  }

  describe() {
    const notes = this.recording?.until(this.tickAt(performance.now())) ?? [];
    return { places: PLACES, part: 0, quantises: true, notes };
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
    if (this.recording) this.record((recording) => recording.press(pitch, 80, this.tickAt(time)));
    else this.handlers.add(pitch);
  }

  // A key of the page's piano while it records.
  tap(pitch) {
    this.record((recording) => recording.press(pitch, 80, this.tickAt(performance.now())));
    const release = () => this.record((recording) => recording.release(pitch, this.tickAt(performance.now())));
    setTimeout(release, 250);
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
    this.kept = new KeptRecording(this.recordings, () => this.describe());
    let count = 0;
    const tick = () => this.handlers.click(count++ % COUNT_IN === 0);
    tick();
    this.timer = setInterval(tick, beat);
    this.show("Four beats, then play");
  }

  finish() {
    clearInterval(this.timer);
    const { kept } = this;
    const played = this.recording.end(this.tickAt(performance.now()));
    this.recording = null;
    kept.stop();
    this.add(played, () => kept.end());
    this.show(played.length ? `${played.length} notes played in` : "Nothing was played");
  }

  // Add what was played, in ticks, to the notes. done: called when the page has it.
  add(played, done) {
    const notes = played.map(({ start, duration, pitch }) => {
      return { start: start / TICKS, duration: duration / TICKS, pitch };
    });
    this.handlers.addAll(pressesOf(notes, GRID), done);
  }

  show(text) {
    const button = this.root.querySelector(".record");
    button.setAttribute("aria-pressed", String(Boolean(this.recording)));
    button.textContent = this.recording ? "Stop recording" : "Record";
    this.handlers.say(text);
  }
}
