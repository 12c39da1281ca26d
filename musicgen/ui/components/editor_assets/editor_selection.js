// Selection of the editor, its cursor, and what is said of notes and places.

import { secondsAt } from "../player_assets/time_map.js";
import { compareNotes } from "./core/note.js";
import { noteAt, notesInRectangle, notesOfPart } from "./core/select.js";
import { EditorSound } from "./editor_sound.js";

export class EditorSelection extends EditorSound {
  get selectedNotes() {
    return [...this.selected].map((id) => this.music.notes.get(id)).filter(Boolean);
  }

  get firstSelected() {
    return this.music.notes.get(this.selected.values().next().value);
  }

  // The selected notes in the order of a score.
  get sortedSelection() {
    if (this.selected.size === this.music.notes.size) return this.music.sorted;
    return this.selectedNotes.sort(compareNotes);
  }

  // The note that a press at a position takes; one that is drawn goes beside notes of other parts.
  noteAt(tick, pitch) {
    const note = noteAt(this.music.index.between(tick, tick), tick, pitch, this.activePart);
    return this.tool === "draw" && note?.part !== this.activePart ? null : note;
  }

  // The selected notes of parts that are not locked.
  get editedNotes() {
    return this.freeOf(this.selectedNotes);
  }

  // These, or where none is selected all notes of parts that are not locked.
  get editedOrAll() {
    return this.freeOf(this.selected.size ? this.selectedNotes : this.music.sorted);
  }

  freeOf(notes) {
    const free = notes.filter((note) => !this.locked.has(note.part));
    if (notes.length && !free.length) this.announce("This part is locked.");
    return free;
  }

  // Tempo of the piece at the cursor, in quarters a minute; null of a performance.
  get tempo() {
    if (this.bars.isPerformance) return null;
    const { tick } = this.cursor;
    return Math.round(60 / ((secondsAt(this.tempoMap, tick + 1) - secondsAt(this.tempoMap, tick)) * this.bars.resolution));
  }

  get notesOfActivePart() {
    return notesOfPart(this.music.sorted, this.activePart);
  }

  select(ids, isDone = true) {
    this.selected = new Set(ids);
    if (isDone) this.announceSelection();
    this.changed();
  }

  toggle(id) {
    if (!this.selected.delete(id)) this.selected.add(id);
    this.announceSelection();
    this.changed();
  }

  announceSelection() {
    const notes = this.selectedNotes;
    if (notes.length === 1) this.announce(this.describe(notes[0]));
    else this.announce(notes.length ? `${notes.length} notes selected` : "No note selected");
  }

  describe(note) {
    const name = this.nameOf(note.pitch, note.part);
    const length = this.lengthOf(note);
    return `${name}, ${this.placeOf(note.start)}, ${length}, velocity ${note.velocity}`;
  }

  // Where a tick is: `bar 3, beat 2`, or of a performance `2.35 s`.
  placeOf(tick) {
    if (!this.bars.isPerformance) return this.bars.label(tick);
    return `${secondsAt(this.tempoMap, tick).toFixed(2)} s`;
  }

  lengthOf({ start, duration }) {
    if (this.bars.isPerformance) {
      const seconds = secondsAt(this.tempoMap, start + duration) - secondsAt(this.tempoMap, start);
      return `${seconds.toFixed(2)} s long`;
    }
    const quarters = Math.round((100 * duration) / this.bars.resolution) / 100;
    return `${quarters} ${quarters === 1 ? "quarter" : "quarters"}`;
  }

  // Name of a key in a part: of a drum, or of a pitch.
  nameOf(pitch, part) {
    if (!this.music.parts[part].is_drum) return this.names.pitches[pitch];
    return this.names.percussion[pitch] ?? `Percussion ${pitch}`;
  }

  setActivePart(part) {
    if (part === this.activePart) return;
    this.activePart = part;
    this.changed();
  }

  setCursor(tick, pitch) {
    this.cursor = { tick: Math.max(0, tick), pitch: Math.max(0, Math.min(127, pitch)) };
    this.fit(); // it may be beyond the end
    this.view.show(this.cursor.tick, this.cursor.pitch);
    if (!this.playback.plays) this.playback.stoppedAt = this.cursor.tick;
    if (this.corner) this.selectToCorner();
    this.changed();
  }

  // Begin a rectangle at the cursor, which then draws it, or end it.
  toggleRectangle() {
    if (this.corner) {
      this.corner = this.rectangle = null;
      this.announceSelection();
      this.changed();
      return;
    }
    this.corner = this.cursor;
    this.selectToCorner();
  }

  // Select the notes in the rectangle from its corner to the cursor.
  selectToCorner() {
    const [one, other] = [this.corner, this.cursor];
    const last = Math.max(one.tick, other.tick);
    this.rectangle = {
      first: Math.min(one.tick, other.tick),
      last: Math.max(last + 1, this.snap.next(last)),
      low: Math.min(one.pitch, other.pitch),
      high: Math.max(one.pitch, other.pitch),
    };
    const { first, last: end, low, high } = this.rectangle;
    this.select(notesInRectangle(this.music.index, first, end, low, high).map((note) => note.id), false);
    this.announce(`${this.selected.size} selected, up to ${this.nameOf(other.pitch, this.activePart)}, ${this.placeOf(other.tick)}`);
  }

  newNote(start, pitch) {
    const duration = this.snap.name === "off" ? this.bars.resolution : this.snap.next(start) - start;
    return { id: 0, start, duration, pitch, velocity: this.lastVelocity, part: this.activePart };
  }
}
