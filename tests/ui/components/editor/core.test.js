// Core of the editor: literal answers, and all that is done is undone.

import assert from "node:assert/strict";
import { test } from "node:test";

const core = new URL("../../../../musicgen/ui/components/editor_assets/core/", import.meta.url);
const load = (name) => import(new URL(`${name}.js`, core));
const { Music } = await load("music");
const { replaceNotes, replaceParts } = await load("change");
const { Bars } = await load("bars");
const { Snap } = await load("snap");
const operations = await load("operations");
const select = await load("select");
const { NoteIndex } = await load("note_index");

const PIANO = { name: "Piano", program: 0, is_drum: false, track: 0, channel: 0 };
const DRUMS = { name: "Drums", program: 0, is_drum: true, track: 1, channel: 9 };

function musicOf(...rows) {
  return new Music({ rows, parts: [PIANO, DRUMS], changes: [], cursor: 0 });
}

function barsOf(metres, barLines) {
  return new Bars({ barLines, metres, resolution: 24, firstBar: 1, isPerformance: false });
}

test("a change is made, undone and redone", () => {
  const music = musicOf([0, 24, 60, 80, 0], [24, 24, 62, 80, 0]);
  const before = music.rows;
  const notes = music.sorted.slice(0, 1);
  const change = replaceNotes(music, "Move", notes, operations.moveNotes(notes, 48, 2));
  assert.deepEqual(change, {
    name: "Move",
    removed: [[0, 24, 60, 80, 0]],
    added: [[48, 24, 62, 80, 0]],
  });
  const ids = music.make(change);
  assert.equal(music.notes.get(ids[0]).start, 48);
  const after = music.rows;
  assert.equal(music.undo().change, change);
  assert.deepEqual(music.rows, before);
  assert.equal(music.undo(), null);
  music.redo();
  assert.deepEqual(music.rows, after);
  assert.equal(music.redo(), null);
});

test("a note ends where its part strikes the key again", () => {
  const music = musicOf([0, 96, 60, 80, 0], [0, 96, 60, 80, 1]);
  const note = { start: 48, duration: 24, pitch: 60, velocity: 80, part: 0 };
  music.make(replaceNotes(music, "Add", [], [note]));
  assert.deepEqual(music.rows, [
    [0, 48, 60, 80, 0],
    [0, 96, 60, 80, 1],
    [48, 24, 60, 80, 0],
  ]);
});

test("of two notes that begin together the one that was placed stays", () => {
  const music = musicOf([0, 96, 60, 80, 0], [24, 24, 60, 80, 0]);
  const last = music.sorted.slice(1);
  music.make(replaceNotes(music, "Move", last, operations.moveNotes(last, -24, 0)));
  assert.deepEqual(music.rows, [[0, 24, 60, 80, 0]]);
  music.undo();
  assert.equal(music.rows.length, 2);
});

test("overlaps that a piece came with stay, wherever it is edited", () => {
  const rows = [[0, 96, 60, 80, 0], [0, 48, 60, 70, 0], [24, 24, 60, 60, 0]];
  const added = { start: 200, duration: 24, pitch: 60, velocity: 80, part: 0 };
  const edits = [
    [(music) => replaceNotes(music, "Add", [], [added]), [...rows, [200, 24, 60, 80, 0]]],
    [(music) => {
      const first = music.sorted.slice(0, 1);
      return replaceNotes(music, "Velocity", first, operations.setVelocity(first, 99));
    }, [[0, 48, 60, 99, 0], [0, 96, 60, 80, 0], [24, 24, 60, 60, 0]]],
    [(music) => {
      const all = music.sorted;
      return replaceNotes(music, "Move", all, operations.moveNotes(all, 48, 1));
    }, [[48, 48, 61, 70, 0], [48, 96, 61, 80, 0], [72, 24, 61, 60, 0]]],
  ];
  for (const [edit, after] of edits) {
    const music = musicOf(...rows);
    music.make(edit(music));
    assert.deepEqual(new Set(music.rows.map(String)), new Set(after.map(String)));
  }
});

test("notes that are pasted on themselves are no second ones", () => {
  const rows = [[0, 24, 60, 80, 0], [24, 24, 60, 80, 0]];
  const music = musicOf(...rows);
  const copied = operations.copyNotes(music.sorted, new Snap(barsOf([[0, 4, 4]], [0, 96]), "4"));
  const pasted = operations.pasteNotes(copied, 0, 0, music.parts);
  assert.equal(replaceNotes(music, "Paste", [], pasted, copied), null);
  assert.equal(replaceNotes(music, "Copy", [], music.sorted.map((note) => ({ ...note })), music.sorted), null);
});

test("a change of nothing is no change", () => {
  const music = musicOf([0, 24, 60, 80, 0]);
  assert.equal(replaceNotes(music, "Move", music.sorted, music.sorted), null);
});

test("parts are replaced and come back", () => {
  const music = musicOf([0, 24, 60, 80, 0]);
  const flute = { ...PIANO, name: "Flute", program: 73 };
  music.make(replaceParts(music, "Instrument", [flute, DRUMS]));
  assert.equal(music.parts[0].name, "Flute");
  music.undo();
  assert.equal(music.parts[0].name, "Piano");
});

test("notes move together and stay inside", () => {
  const notes = musicOf([24, 24, 2, 80, 0], [48, 24, 120, 80, 0]).sorted;
  const places = (moved) => moved.map(({ start, pitch }) => [start, pitch]);
  assert.deepEqual(places(operations.moveNotes(notes, -100, -5)), [[0, 0], [24, 118]]);
  assert.deepEqual(places(operations.moveNotes(notes, 10, 12)), [[34, 9], [58, 127]]);
});

test("drums are not transposed", () => {
  const music = musicOf([0, 24, 60, 80, 0], [0, 24, 36, 80, 1]);
  const moved = operations.transposeNotes(music.sorted, 12, music.parts);
  assert.deepEqual(moved.map((note) => note.pitch).sort(), [36, 72]);
});

test("velocities and lengths have limits", () => {
  const notes = musicOf([0, 24, 60, 120, 0]).sorted;
  assert.equal(operations.changeVelocity(notes, 20)[0].velocity, 127);
  assert.equal(operations.changeVelocity(notes, -200)[0].velocity, 1);
  assert.equal(operations.stretchNotes(notes, -48, 6)[0].duration, 6);
  assert.equal(operations.stretchNotes(notes, 12, 6)[0].duration, 36);
});

test("copied notes keep their place in the bar and find a part", () => {
  const music = musicOf([30, 24, 60, 80, 0], [54, 24, 36, 80, 1]);
  const snap = new Snap(barsOf([[0, 4, 4]], [0, 96]), "4");
  const copied = operations.copyNotes(music.sorted, snap);
  const pasted = operations.pasteNotes(copied, 96, 0, [PIANO]);
  assert.deepEqual(pasted.map(({ start, part }) => [start, part]), [[102, 0], [126, 0]]);
});

test("copied notes last as long in a piece with other ticks", () => {
  const music = musicOf([0, 24, 60, 80, 0], [24, 8, 62, 80, 0]);
  const copied = operations.copyNotes(music.sorted, new Snap(barsOf([[0, 4, 4]], [0, 96]), "4"));
  const pasted = operations.pasteNotes(copied, 480, 0, [PIANO], 480 / 24);
  assert.deepEqual(pasted.map(({ start, duration }) => [start, duration]), [[480, 480], [960, 160]]);
});

test("of a unison the note of the part that is written in is taken", () => {
  const notes = musicOf([0, 24, 60, 80, 0], [0, 24, 60, 80, 1]).sorted;
  assert.equal(select.noteAt(notes, 12, 60, 0).part, 0);
  assert.equal(select.noteAt(notes, 12, 60, 1).part, 1);
});

test("notes are selected by rectangle, bars and part", () => {
  const music = musicOf([0, 24, 60, 80, 0], [24, 24, 62, 80, 0], [48, 24, 36, 80, 1]);
  const notes = music.sorted;
  const pitches = (found) => found.map((note) => note.pitch);
  assert.deepEqual(pitches(select.notesInRectangle(music.index, 20, 30, 0, 127)), [60, 62]);
  assert.deepEqual(pitches(select.notesInRectangle(music.index, 0, 96, 60, 61)), [60]);
  assert.deepEqual(pitches(select.notesInRectangle(music.index, 24, 48, 0, 127)), [62]);
  assert.deepEqual(pitches(select.notesBetween(notes, 24, 96)), [62, 36]);
  assert.deepEqual(pitches(select.notesOfPart(notes, 1)), [36]);
  assert.equal(select.noteAt(notes, 23, 60).pitch, 60);
  assert.equal(select.noteAt(notes, 24, 60), null);
});

test("the grid follows the metre: a pickup, then 6/8 with beats of three eighths", () => {
  const bars = barsOf([[0, 1, 8], [12, 6, 8]], [0, 12, 84, 156]);
  const beats = new Snap(bars, "beat");
  assert.deepEqual([0, 12, 48, 84, 120, 156, 192].map((tick) => beats.floor(tick + 5)), [
    0, 12, 48, 84, 120, 156, 192,
  ]);
  assert.equal(beats.round(31), 48);
  assert.equal(new Snap(bars, "bar").round(40), 12);
  assert.equal(new Snap(bars, "bar").round(200), 228);
});

test("a count-in has full bars, and the beats before a pickup or in the bar", () => {
  const bars = new Bars({
    barLines: [0, 24, 120],
    metres: [[0, 1, 4], [24, 4, 4]],
    resolution: 24,
    firstBar: 0,
    isPerformance: false,
  });
  const accents = (tick, count) => bars.countIn(tick, count).map(([, isAccent]) => isAccent);
  assert.deepEqual(accents(0, 1), [true, false, false, false, true, false, false]);
  assert.equal(bars.countIn(0, 1)[0][0], 168); // ticks before the pickup
  assert.deepEqual(accents(24, 1), [true, false, false, false]);
  assert.deepEqual(accents(72, 1), [true, false, false, false, true, false]);
  assert.deepEqual(accents(72, 0), []);
});

test("triplets divide the quarter by three", () => {
  const snap = new Snap(barsOf([[0, 4, 4]], [0, 96]), "8t");
  assert.deepEqual([0, 1, 2, 3].map((count) => snap.round(count * 8 + 3)), [0, 8, 16, 24]);
  assert.equal(snap.next(8), 16);
  assert.equal(snap.previous(8), 0);
});

test("without snap every tick is a line", () => {
  const snap = new Snap(barsOf([[0, 4, 4]], [0, 96]), "off");
  assert.equal(snap.round(7), 7);
  assert.equal(snap.next(95), 96);
});

// Pseudo-random numbers: the same ones on every run.
function randomNumbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomChange(music, random) {
  const notes = music.sorted;
  const from = random(notes.length + 1);
  const chosen = notes.slice(from, from + 1 + random(6));
  const edits = [
    () => operations.moveNotes(chosen, random(97) - 48, random(13) - 6),
    () => operations.stretchNotes(chosen, random(49) - 24, 6),
    () => operations.changeVelocity(chosen, random(41) - 20),
    () => [],
    () => [...chosen, ...operations.moveNotes(chosen, 24 * random(9), 0)],
  ];
  return replaceNotes(music, "random", chosen, edits[random(edits.length)]());
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`500 random changes are undone and redone (seed ${seed})`, () => {
    const random = randomNumbers(seed);
    const rows = Array.from({ length: 60 }, (_, index) => [12 * index, 24, 50 + random(20), 80, random(2)]);
    const music = musicOf(...rows);
    const before = JSON.stringify(music.rows);
    let made = 0;
    for (let count = 0; count < 500; count++) {
      const change = music.notes.size ? randomChange(music, random) : null;
      if (change) music.make(change), made++;
    }
    const after = JSON.stringify(music.rows);
    for (let count = 0; count < made; count++) assert.ok(music.undo());
    assert.equal(JSON.stringify(music.rows), before);
    for (let count = 0; count < made; count++) assert.ok(music.redo());
    assert.equal(JSON.stringify(music.rows), after);
  });
}

test("what is played becomes notes, on the grid or as played", async () => {
  const { quantisePlayed, Recording } = await load("recording");
  const recording = new Recording(96, 12);
  recording.press(60, 70, 50); // in the count-in
  recording.release(60, 60);
  recording.press(62, 80, 90); // a little early
  recording.release(62, 118);
  recording.press(64, 90, 121.4);
  const notes = recording.end(148);
  assert.deepEqual(notes, [
    { start: 96, duration: 22, pitch: 62, velocity: 80 },
    { start: 121, duration: 27, pitch: 64, velocity: 90 },
  ]);
  const snap = new Snap(barsOf([[0, 4, 4]], [0, 96]), "8");
  assert.deepEqual(quantisePlayed(notes, snap).map(({ start, duration }) => [start, duration]), [
    [96, 24],
    [120, 24],
  ]);
});

test("an index finds the notes of a time, also long ones that began much earlier", () => {
  const rows = [[0, 9000, 40, 80, 0], ...Array.from({ length: 1000 }, (_, n) => [6 * n, 6, 60 + (n % 12), 80, 0])];
  const { sorted } = musicOf(...rows);
  const index = new NoteIndex(sorted);
  const starts = (first, last) => index.between(first, last).map((note) => note.start);
  assert.deepEqual(starts(3000, 3006), [0, 2994, 3000, 3006]);
  assert.deepEqual(starts(8000, 9000), [0]);
  assert.deepEqual(starts(9001, 9002), []);
  assert.equal(index.between(0, Infinity).length, 1001);
  assert.deepEqual(new NoteIndex([]).between(0, 10), []);
});
