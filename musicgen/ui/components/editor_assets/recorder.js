// Recorder: notes that are played on a MIDI keyboard, the page's piano or the computer's keys, heard
// at once and, while it records, written into the active part.

import { ComputerKeys } from "./computer_keys.js";
import { quantisePlayed, Recording } from "./core/recording.js";
import { KeptRecording, restoreRecordings } from "./kept_recording.js";
import { MidiInput } from "./midi_input.js";
import { PianoKeys } from "./piano_keys.js";

export class Recorder {
  constructor(editor) {
    this.editor = editor;
    editor.recorder = this;
    this.recording = null;
    this.synth = null; // once it is loaded: a key must not wait for a promise
    this.waiting = new Map(); // pitch -> velocity: keys that are held while it loads
    this.sounding = new Map(); // pitch of a held key -> its channel, whatever part is chosen then
    const handlers = {
      noteOn: (pitch, velocity, time) => this.noteOn(pitch, velocity, time),
      noteOff: (pitch, time) => this.noteOff(pitch, time),
    };
    this.midi = new MidiInput({ ...handlers, changed: (names) => this.showDevices(names) });
    this.computer = new ComputerKeys({ ...handlers, octave: (octave) => this.piano.setOctave(octave) });
    this.piano = new PianoKeys(editor.find(".piano-keys"), editor.names.pitches, handlers, editor.closing.signal);
    editor.on(editor.find(".record"), "click", () => this.toggle());
    editor.on(editor.find(".midi"), "click", () => this.openMidi());
    editor.on(editor.find(".play-in"), "toggle", () => this.prepare());
    // What was played so far counts when the tab is closed.
    editor.on(window, "pagehide", () => this.finish(true));
    const panel = editor.find(".play-in-panel");
    editor.on(panel, "keydown", (event) => this.handleKey(event));
    editor.on(panel, "keyup", (event) => this.computer.release(event));
    editor.on(panel, "focusout", () => this.computer.releaseAll());
    editor.closing.signal.addEventListener("abort", () => this.close());
  }

  close() {
    this.finish();
    this.midi.close();
    for (const pitch of [...this.sounding.keys()]) this.noteOff(pitch, performance.now());
  }

  async prepare() {
    this.synth = await this.editor.synth();
    if (!this.synth) return;
    for (const [pitch, velocity] of this.waiting) this.sound(pitch, velocity);
    this.waiting.clear();
  }

  // Load the synthesizer anew where it was loaded: another SoundFont was chosen.
  changeSound() {
    if (!this.synth) return;
    this.synth = null;
    this.prepare();
  }

  async openMidi() {
    await this.prepare();
    try {
      await this.midi.open();
    } catch (problem) {
      this.editor.find(".devices").textContent = problem.message;
    }
  }

  showDevices(names) {
    const text = names.length ? `Connected: ${names.join(", ")}` : "No MIDI keyboard is connected: plug one in";
    this.editor.find(".devices").textContent = text;
  }

  handleKey(event) {
    if (event.target.matches("select, input[type=checkbox]")) return;
    if (this.computer.press(event)) event.preventDefault();
  }

  // Playing ---------------------------------------------------------------------

  noteOn(pitch, velocity, time) {
    if (!this.synth) {
      this.waiting.set(pitch, velocity);
      this.prepare();
      return;
    }
    this.sound(pitch, velocity);
    this.record(time, (tick) => this.recording.press(pitch, velocity, tick));
  }

  sound(pitch, velocity) {
    const { mixer, activePart } = this.editor;
    const channel = mixer.channels[activePart];
    if (this.sounding.has(pitch)) this.synth.noteOff(this.sounding.get(pitch), pitch);
    this.sounding.set(pitch, channel);
    this.synth.noteOn(channel, pitch, velocity);
    this.piano.light(pitch, true);
  }

  noteOff(pitch, time) {
    this.waiting.delete(pitch);
    this.piano.light(pitch, false);
    if (!this.synth || !this.sounding.has(pitch)) return;
    this.synth.noteOff(this.sounding.get(pitch), pitch);
    this.sounding.delete(pitch);
    this.record(time, (tick) => this.recording.release(pitch, tick));
  }

  // Change the recording, if there is one, by what was played at a time in ms; keep it for a reopening.
  record(time, change) {
    if (!this.recording) return;
    change(this.tickAt(time));
    this.kept.keep();
  }

  // What was played so far, and where it is written when it ends.
  describe() {
    const { outbox } = this.editor;
    const notes = this.recording?.until(this.tickAt(performance.now())) ?? [];
    return { places: [outbox.opened, outbox.piece], part: this.part, quantises: this.quantises, notes };
  }

  // Tick that the person heard at a time in ms: what sounds now was scheduled a little earlier.
  tickAt(time) {
    const { synth, editor } = this;
    const passed = Math.max(0, performance.now() - time) / 1000;
    return editor.playback.tickOf(synth.now - passed - synth.latency);
  }

  // Recording -------------------------------------------------------------------

  toggle() {
    if (this.recording) this.finish();
    else this.start();
  }

  async start() {
    const { editor } = this;
    const { playback } = editor;
    if (editor.locked.has(editor.activePart)) {
      editor.announce("This part is locked: unlock it, or write in another one.");
      return;
    }
    await this.prepare();
    if (!this.synth || this.recording) return;
    playback.stop();
    this.part = editor.activePart;
    const first = editor.cursor.tick;
    this.recording = new Recording(first, editor.bars.beatAt(first) / 2);
    this.kept = new KeptRecording(editor.recordings, () => this.describe());
    this.metronome = playback.metronome;
    playback.metronome = true;
    playback.endless = true;
    playback.start(this.synth, first, Number(editor.find(".count-in").value));
    this.show();
  }

  // isClosing: whether the tab is closed, so that nothing can be waited for.
  finish(isClosing = false) {
    const { editor, recording, part, kept } = this;
    const { playback } = editor;
    if (!recording) return;
    const played = recording.end(playback.now);
    this.recording = null;
    playback.endless = false;
    playback.metronome = this.metronome;
    playback.stop();
    playback.stoppedAt = recording.first;
    if (played.length) this.write("Play in", played, part, this.quantises);
    else editor.announce("Nothing was played.");
    kept.stop();
    if (isClosing) kept.end();
    else editor.outbox.afterSaving(() => kept.end());
    this.show();
  }

  get quantises() {
    return this.editor.find(".quantises").checked;
  }

  write(name, played, part, quantises) {
    const notes = quantises ? quantisePlayed(played, this.editor.snap) : played;
    this.editor.replace(name, [], notes.map((note) => ({ id: 0, ...note, part })));
  }

  // Write what was recorded in tabs that were killed. pieces: ids by which the piece was opened.
  restore(pieces) {
    const { editor } = this;
    const insert = async ({ notes, part, quantises }) => {
      while (editor.gesture) await new Promise((resolve) => setTimeout(resolve, 200));
      this.write("Restore a recording", notes, Math.min(part, editor.music.parts.length - 1), quantises);
      editor.announce("A recording that was cut off is written into the piece. Undo takes it out.");
    };
    return restoreRecordings(editor.recordings, pieces, insert, editor.closing.signal);
  }

  show() {
    const button = this.editor.find(".record");
    button.setAttribute("aria-pressed", String(Boolean(this.recording)));
    button.textContent = this.recording ? "Stop recording" : "Record";
    this.editor.changed();
  }
}
