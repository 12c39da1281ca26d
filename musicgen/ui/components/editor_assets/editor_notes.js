// Notes of the editor: what keys and buttons do to those that are selected, and the clipboard.

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
import { noteAt } from "./core/select.js";
import { EditorSelection } from "./editor_selection.js";

let clipboard = { notes: [], resolution: 1 }; // of the page: from one piece to another

export class EditorNotes extends EditorSelection {
  // Move the selected notes by the grid; with none selected the cursor.
  shift(direction) {
    const notes = this.editedNotes;
    if (this.movesCursor) {
      const { tick, pitch } = this.cursor;
      this.setCursor(this.nextLine(tick, direction), pitch);
      if (!this.corner) this.announceCursor();
      return;
    }
    if (!notes.length) return;
    const first = notes.reduce((low, note) => Math.min(low, note.start), Infinity);
    const target = this.nextLine(first, direction);
    this.replace("Move", notes, moveNotes(notes, target - first, 0));
    this.view.show(target);
  }

  get movesCursor() {
    return Boolean(this.corner) || !this.selected.size;
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
    if (this.movesCursor) {
      this.setCursor(this.cursor.tick, this.cursor.pitch + semitones);
      if (!this.corner) this.announceCursor();
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
    if (this.corner) {
      this.toggleRectangle();
      return;
    }
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
      this.corner = this.rectangle = null;
      this.select([]);
    }
    this.changed();
  }

  announceCursor() {
    const { tick, pitch } = this.cursor;
    const note = noteAt(this.music.index.between(tick, tick), tick, pitch, this.activePart);
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
}
