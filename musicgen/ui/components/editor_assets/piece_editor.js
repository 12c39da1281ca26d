// Editor of a piece: what keys and buttons do to its selection, parts, sound and view.

import { replaceParts } from "./core/change.js";
import { lastEnd } from "./core/operations.js";
import { notesBetween, notesOfPart } from "./core/select.js";
import { Snap } from "./core/snap.js";
import { EditorNotes } from "./editor_notes.js";

export class Editor extends EditorNotes {
  // Leave a part as it is, or let it be edited again.
  toggleLock(part) {
    if (!this.locked.delete(part)) this.locked.add(part);
    this.handlers.locked([...this.locked]);
    this.changed();
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
    if (!this.corner) this.announceCursor();
  }

  moveTo(tick) {
    this.setCursor(this.snap.floor(tick), this.cursor.pitch);
    if (!this.corner) this.announceCursor();
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
