// Music that is edited: notes, parts, and the changes that made them, which can be undone.
//
// A change is { name, removed: rows, added: rows, parts?: { before, after } }. Lines for the server's
// log are changes and { cursor }: how many changes are in force after an undo or a redo.

import { compareNotes, noteOf, rowOf } from "./note.js";
import { NoteIndex } from "./note_index.js";

export class Music {
  constructor({ rows, parts, changes, cursor }) {
    this.notes = new Map(); // id -> note
    this.idsOfRows = new Map(); // text of a row -> ids of its notes
    this.parts = parts;
    this.changes = [...changes];
    this.cursor = cursor;
    this.nextId = 1;
    this.order = null; // notes in the order of a score
    this.byTime = null; // their index
    for (const row of rows) this.insert(row);
  }

  // Notes in the order of a score; the same array until the next change.
  get sorted() {
    this.order ??= [...this.notes.values()].sort(compareNotes);
    return this.order;
  }

  // Index of the notes by time; the same until the next change.
  get index() {
    this.byTime ??= new NoteIndex(this.sorted);
    return this.byTime;
  }

  get end() {
    let end = 0;
    for (const note of this.notes.values()) end = Math.max(end, note.start + note.duration);
    return end;
  }

  get rows() {
    return this.sorted.map(rowOf);
  }

  // Make a change; what was undone cannot be redone after it. Returns the ids of the new notes.
  make(change) {
    const added = this.apply(change.removed, change.added);
    if (change.parts) this.parts = change.parts.after;
    this.changes.length = this.cursor;
    this.changes.push(change);
    this.cursor += 1;
    return added;
  }

  // Undo the last change; returns { change, added: ids }, or null where there is none.
  undo() {
    if (!this.cursor) return null;
    const change = this.changes[--this.cursor];
    if (change.parts) this.parts = change.parts.before;
    return { change, added: this.apply(change.added, change.removed) };
  }

  redo() {
    if (this.cursor >= this.changes.length) return null;
    const change = this.changes[this.cursor++];
    if (change.parts) this.parts = change.parts.after;
    return { change, added: this.apply(change.removed, change.added) };
  }

  apply(removed, added) {
    this.order = this.byTime = null;
    for (const row of removed) this.remove(row);
    return added.map((row) => this.insert(row));
  }

  insert(row) {
    const id = this.nextId++;
    const key = row.join();
    this.notes.set(id, noteOf(row, id));
    const ids = this.idsOfRows.get(key);
    if (ids) ids.push(id);
    else this.idsOfRows.set(key, [id]);
    return id;
  }

  remove(row) {
    const key = row.join();
    const ids = this.idsOfRows.get(key);
    if (!ids) throw new Error(`there is no note ${key}`);
    this.notes.delete(ids.pop());
    if (!ids.length) this.idsOfRows.delete(key);
  }
}
