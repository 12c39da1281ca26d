// State of the editor: music, selection and view of a piece, and how a change is made.

import { PositionChannel } from "../shared/position_channel.js";
import { Bars } from "./core/bars.js";
import { replaceNotes } from "./core/change.js";
import { Music } from "./core/music.js";
import { rowOf } from "./core/note.js";
import { Snap } from "./core/snap.js";
import { Outbox } from "./outbox.js";
import { Pointer } from "./pointer.js";
import { showText } from "./shown.js";
import { Mixer } from "./sound/mixer.js";
import { Playback } from "./sound/playback.js";
import { RollPainter } from "./view/draw.js";
import { View } from "./view/view.js";

const DEFAULT_VELOCITY = 80;
const MAX_ROWS_IN_ONE_LINE = 50_000;
export const PRINT_RESOLUTION = 24; // ticks of the printed score in a quarter

export class EditorState {
  // handlers: saved(piece id), refused(reason), locked(parts).
  constructor(root, document_, address, soundPath, handlers) {
    this.root = root;
    this.handlers = handlers;
    this.soundPath = soundPath;
    this.names = document_;
    this.music = new Music(document_);
    this.bars = new Bars(document_);
    this.tempoMap = document_.tempoMap;
    this.pedal = document_.pedal;
    this.selected = new Set();
    this.tool = "select";
    this.snap = new Snap(this.bars, this.bars.isPerformance ? "off" : "16");
    this.activePart = 0;
    this.locked = new Set(); // parts that edits leave as they are
    this.cursor = { tick: 0, pitch: 60 };
    this.lastVelocity = DEFAULT_VELOCITY;
    this.preview = null;
    this.rectangle = null;
    this.corner = null; // of a rectangle that the cursor draws
    this.gesture = null;
    this.loop = null; // [first, last] tick of the selected bars, or of notes
    this.loopsNotes = false; // whether it is of notes
    this.loops = false;
    this.closing = new AbortController();
    this.listeners = []; // called when something is to be shown again
    this.outbox = new Outbox(address, document_.id, document_.known, {
      saved: handlers.saved,
      changed: (state) => this.showSaved(state),
      refused: (reason) => {
        this.announce(reason);
        handlers.refused(reason);
      },
    });
    this.view = new View(this.find(".scroller"));
    this.painter = new RollPainter();
    this.mixer = new Mixer();
    this.mixer.setParts(this.music.parts);
    this.playback = new Playback({
      notes: () => this.music.sorted,
      pedal: () => this.pedal,
      bars: () => this.bars,
      tempoMap: () => this.tempoMap,
      range: () => (this.loops && this.loop ? this.loop : [0, this.music.end]),
      loops: () => this.loops,
      mixer: this.mixer,
      changed: () => this.followPlayback(),
    });
    this.channel = new PositionChannel(); // to the printed score
    this.channel.piece = document_.id;
    this.channel.listen({ onRequest: (request) => this.answer(request) }, this.closing.signal);
    this.pointer = new Pointer(this);
    this.resizing = new ResizeObserver(() => this.refreshTheme());
    this.resizing.observe(this.view.scroller);
    this.fit();
    this.showFirstNotes();
    this.showSaved("saved");
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  on(target, event, listener, options = {}) {
    target.addEventListener(event, listener, { ...options, signal: this.closing.signal });
  }

  close() {
    this.gesture?.end?.();
    this.gesture = null;
    this.closing.abort();
    this.resizing.disconnect();
    this.playback.stop();
    cancelAnimationFrame(this.frame);
  }

  // Making changes ----------------------------------------------------------

  // Replace notes, and select the new ones; returns whether anything changed. origins: the notes that
  // the new ones are made of.
  replace(verb, notes, notesAfter, origins = notes) {
    this.dropGesture(); // a key was pressed in the middle of one
    const isFree = (note) => !this.locked.has(note.part);
    const before = notes.filter(isFree);
    const after = notesAfter.filter(isFree);
    if (before.length + after.length === 0 && notes.length + notesAfter.length > 0) {
      this.announce("This part is locked.");
    }
    const count = Math.max(before.length, after.length);
    const name = `${verb} ${count} ${count === 1 ? "note" : "notes"}`;
    const freeOrigins = origins.filter((_, index) => notesAfter[index] && isFree(notesAfter[index]));
    const change = replaceNotes(this.music, name, before, after, freeOrigins);
    this.preview = null;
    if (!change) {
      this.draw();
      return false;
    }
    this.commit(change);
    this.selected = new Set(after.map((note) => this.idOf(note)).filter((id) => id !== null));
    this.changed();
    return true;
  }

  idOf(note) {
    const ids = this.music.idsOfRows.get(rowOf(note).join());
    return ids ? ids[ids.length - 1] : null;
  }

  commit(change) {
    const parts = change.removed.length + change.added.length;
    if (parts > MAX_ROWS_IN_ONE_LINE) {
      this.announce("These are too many notes for one edit.");
      return;
    }
    this.music.make(change);
    this.outbox.add(change);
    this.afterChange(change);
    this.announce(change.name);
  }

  undo() {
    this.travel(this.music.undo(), "Undone");
  }

  redo() {
    this.travel(this.music.redo(), "Redone");
  }

  travel(step, word) {
    if (!step) return;
    this.dropGesture();
    this.outbox.add({ cursor: this.music.cursor });
    this.selected = new Set(step.added);
    this.afterChange(step.change);
    this.announce(`${word}: ${step.change.name}`);
    const first = step.added.map((id) => this.music.notes.get(id))[0];
    if (first) this.view.show(first.start, first.pitch);
    this.changed();
  }

  // Leave the gesture that is in hand: its notes are as before.
  dropGesture() {
    this.gesture?.cancel?.();
    this.gesture = null;
    this.preview = null;
    this.rectangle = this.corner = null;
  }

  afterChange(change) {
    if (change.parts) {
      this.activePart = Math.min(this.activePart, this.music.parts.length - 1);
      this.mixer.setParts(this.music.parts);
    }
    for (const id of this.selected) if (!this.music.notes.has(id)) this.selected.delete(id);
    this.fit();
  }

  // Showing -------------------------------------------------------------------

  showPreview(preview) {
    this.preview = preview;
    this.draw();
  }

  // Redraw, and show buttons and fields again.
  changed() {
    for (const listener of this.listeners) listener();
    this.draw();
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    this.frame = null;
    const { now, plays } = this.playback;
    this.channel.publish((now * PRINT_RESOLUTION) / this.bars.resolution, plays);
    if (!this.view.width) return;
    this.painter.draw({
      view: this.view,
      index: this.music.index,
      bars: this.bars,
      snap: this.snap,
      selected: this.selected,
      preview: this.preview,
      rectangle: this.rectangle,
      cursor: this.cursor,
      focused: this.root.getRootNode().activeElement === this.view.scroller,
      playhead: now,
      loop: this.loop,
      activePart: this.activePart,
      parts: this.music.parts,
      percussion: this.names.percussion,
      colourOf: (part) => this.colourOf(part),
    });
  }

  colourOf(part) {
    return this.names.colours[part % this.names.colours.length];
  }

  fit() {
    const reached = Math.max(this.cursor.tick, this.playback.now);
    this.view.fit(this.bars, this.music.end, reached);
  }

  refreshTheme() {
    this.fit();
    this.draw();
  }

  // Scroll to the pitches of the piece.
  showFirstNotes() {
    const pitches = this.music.sorted.map((note) => note.pitch).sort((a, b) => a - b);
    const [low, high] = [pitches[0] ?? 48, pitches[pitches.length - 1] ?? 72];
    this.cursor.pitch = pitches[pitches.length >> 1] ?? 60;
    this.view.showKeys(low, high);
    this.draw();
  }

  announce(text) {
    this.find(".said").textContent = text; // also where it is the same: it is spoken again
  }

  showSaved(state) {
    const texts = {
      saving: "Saving …",
      saved: "All edits are saved",
      branched: "Saved as a piece of its own: another page has edited this one meanwhile",
      offline: "Not saved yet: the server does not answer",
      deleted: "Not saved yet: the piece was deleted on another page. Restore it from the bin under All pieces",
    };
    showText(this.find(".saved"), texts[state]);
  }
}
