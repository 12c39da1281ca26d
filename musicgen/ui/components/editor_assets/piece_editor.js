// Editor of a piece: what keys and buttons do.

import { replaceParts } from "./core/change.js";
import {
  changeVelocity,
  copyNotes,
  lastEnd,
  moveNotes,
  pasteNotes,
  quantiseNotes,
  setVelocity,
  stretchNotes,
  transposeNotes,
} from "./core/operations.js";
import { noteAt, notesBetween, notesOfPart } from "./core/select.js";
import { Snap } from "./core/snap.js";
import { EditorSelection } from "./editor_selection.js";

let clipboard = { notes: [], resolution: 1 }; // of the page: from one piece to another

export class Editor extends EditorSelection {
  // Leave a part as it is, or let it be edited again.
  toggleLock(part) {
    if (!this.locked.delete(part)) this.locked.add(part);
    this.handlers.locked([...this.locked]);
    this.changed();
  }

  // Notes ---------------------------------------------------------------------

  // Move the selected notes by the grid; with none selected the cursor.
  shift(direction) {
    const notes = this.editedNotes;
    if (!this.selected.size) {
      const { tick, pitch } = this.cursor;
      this.setCursor(this.nextLine(tick, direction), pitch);
      this.announceCursor();
      return;
    }
    if (!notes.length) return;
    const first = notes.reduce((low, note) => Math.min(low, note.start), Infinity);
    const target = this.nextLine(first, direction);
    this.replace("Move", notes, moveNotes(notes, target - first, 0));
    this.view.show(target);
  }

  // Where a key moves a tick: to a line of the grid, or without one by about 20 ms.
  nextLine(tick, direction) {
    const free = Math.max(1, Math.round(this.bars.resolution / 24));
    if (this.snap.name === "off") return Math.max(0, tick + direction * free);
    return direction > 0 ? this.snap.next(tick) : this.snap.previous(tick);
  }

  // Transpose the selected notes; with none selected move the cursor.
  shiftPitch(semitones) {
    const notes = this.editedNotes;
    if (!this.selected.size) {
      this.setCursor(this.cursor.tick, this.cursor.pitch + semitones);
      this.announceCursor();
      return;
    }
    if (!notes.length) return;
    const after = moveNotes(notes, 0, semitones);
    if (notes.length === 1) this.sound(after[0]);
    this.replace("Transpose", notes, after);
  }

  // Transpose the selected notes, or all of pitched parts.
  transpose(semitones) {
    const notes = this.editedOrAll;
    if (notes.length) this.replace("Transpose", notes, transposeNotes(notes, semitones, this.music.parts));
  }

  stretch(direction) {
    const notes = this.editedNotes;
    if (!notes.length) return;
    const step = Math.round(this.snap.name === "off" ? this.bars.resolution / 8 : this.snap.step(notes[0].start));
    const shortest = notes.reduce((least, note) => Math.min(least, note.duration), step);
    this.replace("Stretch", notes, stretchNotes(notes, direction * step, shortest));
  }

  changeVelocity(by) {
    const notes = this.editedNotes;
    if (notes.length) this.replace("Velocity", notes, changeVelocity(notes, by));
    this.lastVelocity = this.selectedNotes[0]?.velocity ?? this.lastVelocity;
  }

  setVelocity(velocity) {
    const notes = this.editedNotes;
    this.lastVelocity = velocity;
    if (notes.length) this.replace("Velocity", notes, setVelocity(notes, velocity));
  }

  quantise() {
    const notes = this.editedOrAll;
    if (notes.length) this.replace("Quantise", notes, quantiseNotes(notes, this.snap));
  }

  deleteSelected() {
    const notes = this.editedNotes;
    if (notes.length) this.replace("Delete", notes, []);
  }

  // Add a note at the cursor, or select the one that is there.
  pressCursor() {
    const { tick, pitch } = this.cursor;
    const there = this.noteAt(tick, pitch);
    if (there) {
      if (this.selected.has(there.id)) this.select([]);
      else this.select([there.id]);
      return;
    }
    const note = this.newNote(tick, pitch);
    this.sound(note);
    this.replace("Add", [], [note]);
    this.cursor = { tick: tick + note.duration, pitch };
    this.select([], false);
  }

  escape() {
    if (this.gesture) {
      this.dropGesture();
    } else {
      this.loop = null;
      this.select([]);
    }
    this.changed();
  }

  announceCursor() {
    const { tick, pitch } = this.cursor;
    const note = noteAt(this.music.sorted, tick, pitch, this.activePart);
    const place = `${this.nameOf(pitch, this.activePart)}, ${this.placeOf(tick)}`;
    this.announce(note ? this.describe(note) : place);
  }

  // Clipboard -------------------------------------------------------------------

  copy() {
    const notes = this.selectedNotes;
    if (!notes.length) return;
    clipboard = { notes: copyNotes(notes, this.snap), resolution: this.bars.resolution };
    this.announce(`${notes.length} notes copied`);
    this.changed();
  }

  cut() {
    this.copy();
    this.deleteSelected();
  }

  // Paste at the cursor, which goes on to the end of what was pasted.
  paste() {
    const { notes, resolution } = clipboard;
    if (!notes.length) return;
    const { tick, pitch } = this.cursor;
    const scale = this.bars.resolution / resolution;
    const pasted = pasteNotes(notes, tick, this.activePart, this.music.parts, scale);
    this.replace("Paste", [], pasted, notes);
    const end = lastEnd(pasted);
    const onGrid = this.snap.floor(end);
    this.setCursor(onGrid === end ? end : this.snap.next(end), pitch);
  }

  get canPaste() {
    return clipboard.notes.length > 0;
  }

  // Selection -------------------------------------------------------------------

  selectAll() {
    this.select([...this.music.notes.keys()]);
  }

  selectPart(part) {
    this.setActivePart(part);
    this.select(notesOfPart(this.music.sorted, part).map((note) => note.id));
  }

  // Select the notes that begin in some bars, and mark these for the loop.
  selectBars(one, other, isDone = true) {
    const [first, last] = [Math.min(one, other), Math.max(one, other)];
    this.loop = [this.bars.line(first), this.bars.line(last + 1)];
    this.loopsNotes = false;
    const found = notesBetween(this.music.sorted, ...this.loop);
    this.select(found.map((note) => note.id), isDone);
    if (isDone) this.cursor = { ...this.cursor, tick: this.loop[0] };
  }

  selectBarAtCursor(extends_) {
    const bar = this.bars.at(this.cursor.tick);
    const first = extends_ && this.loop ? this.bars.at(this.loop[0]) : bar;
    const last = extends_ && this.loop ? this.bars.at(this.loop[1]) : bar;
    this.selectBars(first, last);
  }

  // Select the next note of the active part, or the one before.
  selectNext(direction, adds) {
    const notes = this.notesOfActivePart;
    if (!notes.length) return;
    const isSelected = (note) => this.selected.has(note.id);
    let edge = direction > 0 ? notes.findLastIndex(isSelected) : notes.findIndex(isSelected);
    if (edge < 0) {
      const later = notes.findIndex((note) => note.start >= this.cursor.tick);
      edge = (later < 0 ? notes.length : later) - (direction > 0 ? 1 : 0);
    }
    const next = notes[Math.max(0, Math.min(notes.length - 1, edge + direction))];
    this.cursor = { tick: next.start, pitch: next.pitch };
    this.view.show(next.start, next.pitch);
    this.sound(next);
    this.select(adds ? [...this.selected, next.id] : [next.id]);
    if (!adds) this.announce(this.describe(next));
  }

  moveByBar(direction) {
    const bar = this.bars.at(this.cursor.tick);
    this.setCursor(this.bars.line(Math.max(0, bar + direction)), this.cursor.pitch);
    this.announceCursor();
  }

  moveTo(tick) {
    this.setCursor(this.snap.floor(tick), this.cursor.pitch);
    this.announceCursor();
  }

  // Parts -----------------------------------------------------------------------

  setPart(index, fields) {
    const parts = this.music.parts.map((part, i) => (i === index ? { ...part, ...fields } : part));
    this.commit(replaceParts(this.music, `Part ${index + 1}`, parts));
    this.changed();
  }

  addPart() {
    const { parts } = this.music;
    const track = 1 + Math.max(...parts.map((part) => part.track));
    const part = { name: "", program: 0, is_drum: false, track, channel: null };
    this.commit(replaceParts(this.music, "Add a part", [...parts, part]));
    this.setActivePart(parts.length);
    this.changed();
  }

  // Sound -----------------------------------------------------------------------

  async togglePlay() {
    const { playback } = this;
    if (playback.plays) {
      this.recorder?.finish();
      playback.stop();
      return;
    }
    const synth = await this.synth();
    if (!synth) return;
    const [first, last] = this.loops && this.loop ? this.loop : [0, this.music.end];
    const outside = playback.stoppedAt < first || playback.stoppedAt >= last;
    playback.start(synth, outside ? first : playback.stoppedAt);
  }

  seek(tick) {
    this.recorder?.finish();
    this.playback.seek(tick);
    this.setCursor(tick, this.cursor.pitch);
  }

  toggleLoop() {
    this.loops = !this.loops;
    const notes = this.selectedNotes;
    if (this.loops && notes.length && (!this.loop || this.loopsNotes)) {
      const first = notes.reduce((low, note) => Math.min(low, note.start), Infinity);
      this.loop = [this.snap.floor(first), lastEnd(notes)];
      this.loopsNotes = true;
    }
    this.changed();
  }

  toggleMetronome() {
    this.playback.metronome = !this.playback.metronome;
    this.changed();
  }

  toggleRecord() {
    this.recorder?.toggle();
  }

  setSpeed(percent) {
    this.playback.setSpeed(percent / 100);
    this.changed();
  }

  // View ------------------------------------------------------------------------

  setTool(tool) {
    this.tool = tool;
    this.changed();
  }

  setSnap(name) {
    this.snap = new Snap(this.bars, name);
    this.changed();
  }

  zoom(factor) {
    this.view.zoom(factor);
    this.draw();
  }
}
