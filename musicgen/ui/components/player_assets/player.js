// Player: the roll, its transport, and the selection of bars. Streamlit calls the default export
// on every rerun and change of theme.

import { onLeftEdits, takeLeftEdits } from "../shared/left_edits.js";
import { PositionChannel } from "../shared/position_channel.js";
import { legendItems, markElements } from "./passages.js";
import { PartsMixer } from "./parts_mixer.js";
import { LinkedView } from "./roll/linked_view.js";
import { noteMarkLabel } from "./roll/note_marks.js";
import { Roll } from "./roll/roll.js";
import { RollPointer } from "./roll_pointer.js";
import { formatTime, secondsAt } from "./time_map.js";
import { Transport } from "./transport.js";

const players = new WeakMap(); // Streamlit's element -> Player
let lastScrollCount = 0;
const ZOOM_FACTOR = 1.5;
const GRID = 24; // ticks of the grid to the quarter

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".player");
  let player = players.get(parentElement);
  if (player?.root !== root) {
    player?.close();
    player = new Player(root);
    players.set(parentElement, player);
  }
  player.report = setStateValue;
  player.show(data);
  return () => {
    players.get(parentElement)?.close();
    players.delete(parentElement);
  };
}

class Player {
  constructor(root) {
    this.root = root;
    this.scroller = this.find(".scroller");
    this.roll = new Roll(this.scroller);
    this.piece = null;
    this.selection = null; // [first bar, last bar], indices from 0
    this.closing = new AbortController(); // removes all event listeners
    this.transport = new Transport(
      (selector) => this.find(selector),
      (...listener) => this.on(...listener),
      {
        changed: () => this.follow(),
        sought: (tick) => {
          this.roll.keepInView(tick);
          this.draw();
        },
        selection: () => this.selection,
        say: (text) => {
          this.find(".said").textContent = text;
        },
      },
    );
    this.parts = new PartsMixer(this.find(".parts"), this.transport.mixer);
    this.channel = new PositionChannel(); // to the printed score
    this.linked = new LinkedView(this.roll, () => this.draw(), this.closing.signal);
    this.addListeners();
    this.pointer = new RollPointer(this);
    this.resizing = new ResizeObserver(() => {
      this.roll.fit();
      this.draw();
    });
    this.resizing.observe(this.scroller);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  on(target, event, listener, options = {}) {
    target.addEventListener(event, listener, { ...options, signal: this.closing.signal });
  }

  addListeners() {
    const click = (selector, listener) => this.on(this.find(selector), "click", listener);
    click(".selection", () => this.select(null));
    click(".zoom-out", () => this.zoom(1 / ZOOM_FACTOR));
    click(".zoom-in", () => this.zoom(ZOOM_FACTOR));
    this.on(this.scroller, "scroll", () => {
      this.draw();
      this.linked.publish();
    });
    this.on(this.scroller, "keydown", (event) => this.handleKey(event));
    onLeftEdits(() => this.reportEdits(), this.closing.signal);
    this.channel.listen({ onRequest: (request) => this.answer(request) }, this.closing.signal);
  }

  // Do what the printed score asks for: another position, playing, or nothing but the position.
  answer({ tick, toggles }) {
    if (tick !== undefined) this.transport.seek((tick * this.piece.ticksPerQuarter) / GRID);
    if (toggles) this.transport.toggle();
    this.draw();
  }

  // Tell the page which piece has the edits of this one that were saved when the editor had left.
  reportEdits() {
    const edits = takeLeftEdits(this.piece?.channel);
    if (edits) this.report("edited", edits);
  }

  close() {
    this.closing.abort();
    this.resizing.disconnect();
    this.transport.close();
  }

  // Show a piece, or the same one with other marks or in another theme.
  show(piece) {
    const isNew = this.piece?.id !== piece.id;
    this.piece = piece;
    this.channel.piece = piece.channel;
    this.linked.group = piece.viewGroup;
    if (isNew) this.selection = null;
    this.transport.show(piece, isNew);
    this.parts.show(piece);
    this.roll.show(piece, isNew);
    this.setMarks();
    this.find(".legend").replaceChildren(...legendItems(piece));
    this.showSelection();
    this.draw();
    this.scrollIntoView();
    this.reportEdits();
  }

  // After a request the player may be out of sight: below the form on a phone, above a long view.
  scrollIntoView() {
    const { scrollCount } = this.piece;
    if (!scrollCount || scrollCount === lastScrollCount) return;
    lastScrollCount = scrollCount;
    const { top, bottom } = this.root.getBoundingClientRect();
    if (top >= 0 && bottom <= window.innerHeight) return;
    this.root.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  setMarks() {
    const { id, marks, notes } = this.piece;
    const list = this.find(".marks");
    const wasOpen = list.querySelector("details")?.open ?? false;
    const elements = markElements(this.piece, (index) => {
      this.transport.seek(notes.start[marks[index].start] ?? 0);
      this.report("mark", { piece: id, mark: index });
    });
    list.replaceChildren(...elements);
    const shared = list.querySelector("details");
    if (shared) shared.open = wasOpen;
    list.hidden = !marks.length;
  }

  // Selecting bars ---------------------------------------------------------

  // Select bars, [first, last] or null; `done`: not in the middle of a drag.
  select(bars, done = true) {
    this.selection = bars;
    this.showSelection();
    this.draw();
    if (done) this.report("bars", { piece: this.piece.id, bars });
  }

  showSelection() {
    const button = this.find(".selection");
    button.hidden = !this.selection;
    if (!this.selection) return;
    const [first, last] = this.selection.map((bar) => this.roll.barNumber(bar));
    const kind = this.piece.isPerformance ? ["From", "From"] : ["Bar", "Bars"];
    const label = first === last ? `${kind[0]} ${first}` : `${kind[1]} ${first} to ${last}`;
    button.textContent = `${label} ✕`;
    button.setAttribute("aria-label", `${label} selected: select none`);
  }

  // Select the bar at the playhead; then one bar more or fewer.
  extendSelection(by) {
    if (this.roll.bars < 1) return;
    const bar = this.roll.barAt(this.transport.now);
    if (!this.selection) {
      this.select([bar, bar]);
      return;
    }
    const [first, last] = this.selection;
    this.select([first, Math.min(this.roll.bars - 1, Math.max(first, last + by))]);
  }

  // Keyboard ----------------------------------------------------------------

  // Show the name, position and value of a note, by its index; -1 shows none.
  describeNote(index) {
    const label = this.piece.notes.labels[index] ?? "";
    this.find(".note").textContent = label + noteMarkLabel(this.piece.noteMarks, index);
  }

  handleKey(event) {
    const action = this.actionOf(event);
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  actionOf({ key, shiftKey }) {
    const { roll, transport } = this;
    const { ticksPerQuarter, end, barLines } = this.piece;
    const bar = roll.barAt(transport.now);
    if (shiftKey && key === "ArrowRight") return () => this.extendSelection(1);
    if (shiftKey && key === "ArrowLeft") return () => this.extendSelection(-1);
    return {
      " ": () => transport.toggle(),
      l: () => transport.setLoop(!transport.loops),
      ArrowRight: () => transport.seek(transport.now + ticksPerQuarter),
      ArrowLeft: () => transport.seek(transport.now - ticksPerQuarter),
      PageDown: () => transport.seek(barLines[bar + 1] ?? end),
      PageUp: () => transport.seek(barLines[Math.max(0, bar - 1)]),
      Home: () => transport.seek(0),
      End: () => transport.seek(end),
      Escape: () => this.select(null),
      "+": () => this.zoom(ZOOM_FACTOR),
      "-": () => this.zoom(1 / ZOOM_FACTOR),
    }[key];
  }

  // Drawing ----------------------------------------------------------------

  zoom(factor) {
    this.roll.zoom(factor);
    this.linked.moved = null; // the scale is another one, although the position may be the same
    this.linked.publish();
    this.draw();
  }

  // Draw what sounds now, and keep it in view while it plays.
  follow() {
    const { plays, now } = this.transport;
    this.root.classList.toggle("playing", plays);
    if (plays && !this.pointer.isDown) this.roll.keepInView(now);
    this.draw();
  }

  draw() {
    if (!this.piece) return;
    this.roll.draw(this.transport.now, this.selection);
    this.describePosition();
  }

  // For tests and other scripts of the page: seconds of the playhead, of the piece, speed.
  reportState(now, plays) {
    const { tempoMap, end, channel } = this.piece;
    const { dataset } = this.root;
    dataset.piece = channel;
    dataset.seconds = secondsAt(tempoMap, now).toFixed(2);
    dataset.length = secondsAt(tempoMap, end).toFixed(2);
    dataset.speed = this.transport.tempoShare;
    dataset.plays = plays;
  }

  // Show the position, and describe it to screen readers.
  describePosition() {
    const { tempoMap, end, isPerformance } = this.piece;
    const { now, plays } = this.transport;
    this.reportState(now, plays);
    this.channel.publish((now * GRID) / this.piece.ticksPerQuarter, plays);
    const bar = this.roll.barAt(now);
    const length = formatTime(secondsAt(tempoMap, end)); // rounded; what has been played is not
    const time = `${formatTime(Math.floor(secondsAt(tempoMap, now)))} / ${length}`;
    const place = isPerformance ? time : `${this.roll.barLabel(bar)} · ${time}`;
    const text = end ? place : "no notes";
    this.transport.describeTempo();
    const output = this.find(".position");
    if (output.textContent !== text) output.textContent = text;
    if (plays) return; // a screen reader would talk over the music
    const names = this.roll.namesAt(now);
    this.scroller.setAttribute("aria-valuemax", String(Math.max(0, this.roll.bars - 1)));
    this.scroller.setAttribute("aria-valuenow", String(Math.max(0, bar)));
    this.scroller.setAttribute("aria-valuetext", names ? `${text} · ${names}` : text);
  }
}
