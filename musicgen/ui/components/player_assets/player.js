// Player: sound, playhead, selection of bars. Streamlit calls the default export on every rerun
// and change of theme.

const players = new WeakMap(); // Streamlit's element -> Player
let playing = null; // the one Player that sounds
let lastScrollCount = 0;
const ZOOM_FACTOR = 1.5;
const ROUNDING = 2e-6; // seconds

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".player");
  let player = players.get(parentElement);
  if (player?.root !== root) {
    player?.close();
    player = new Player(root);
    players.set(parentElement, player);
  }
  player.report = setStateValue;
  player.show(...parseMessage(data));
  return () => {
    players.get(parentElement)?.close();
    players.delete(parentElement);
  };
}

// Message of `roll_player`: length of the JSON, JSON, WAV.
function parseMessage(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + size));
  return [JSON.parse(text), bytes.subarray(4 + size)];
}

// `3:07`
function formatTime(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// Seconds at a tick, and the tick at some seconds, through all changes of tempo.
function secondsAt({ ticks, seconds, ticksPerSecond }, tick) {
  const index = Math.max(0, countUpTo(ticks, tick) - 1);
  return seconds[index] + (tick - ticks[index]) / ticksPerSecond[index];
}

function tickAt({ ticks, seconds, ticksPerSecond }, time) {
  const index = Math.max(0, countUpTo(seconds, time) - 1);
  return ticks[index] + (time - seconds[index]) * ticksPerSecond[index];
}

class Player {
  constructor(root) {
    this.root = root;
    this.audio = this.find("audio");
    this.scroller = this.find(".scroller");
    this.roll = new Roll(this.scroller);
    this.piece = null;
    this.selection = null; // [first bar, last bar], indices from 0
    this.anchor = null; // the bar where a drag over bars started
    this.scrubbing = false;
    this.loops = false;
    this.url = null; // of the WAV
    this.frame = 0; // requested animation frame
    this.audio.preservesPitch = true;
    this.closing = new AbortController(); // removes all event listeners
    this.addListeners();
    this.resizing = new ResizeObserver(() => {
      this.roll.fit();
      this.draw();
    });
    this.resizing.observe(this.scroller);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  on(target, event, listener) {
    target.addEventListener(event, listener, { signal: this.closing.signal });
  }

  addListeners() {
    const click = (selector, listener) => this.on(this.find(selector), "click", listener);
    click(".home", () => this.seek(this.loopSpan()[0]));
    click(".play", () => this.toggle());
    click(".loop", () => this.setLoop(!this.loops));
    click(".selection", () => this.select(null));
    click(".zoom-out", () => this.zoom(1 / ZOOM_FACTOR));
    click(".zoom-in", () => this.zoom(ZOOM_FACTOR));
    this.on(this.find(".tempo"), "input", () => this.setTempo());
    for (const event of ["play", "pause", "seeked", "loadedmetadata"]) {
      this.on(this.audio, event, () => this.animate());
    }
    this.on(this.audio, "timeupdate", () => this.repeatLoop());
    this.on(this.audio, "ended", () => this.handleEnd());
    this.on(this.scroller, "scroll", () => this.draw());
    this.on(this.scroller, "keydown", (event) => this.handleKey(event));
    const canvas = this.roll.canvas;
    this.on(canvas, "pointerdown", (event) => this.handlePress(event));
    this.on(canvas, "pointermove", (event) => this.handleMove(event));
    this.on(canvas, "pointerup", () => this.handleRelease());
    this.on(canvas, "pointercancel", () => this.handleRelease());
    this.on(canvas, "pointerleave", () => this.describeNote(-1));
  }

  close() {
    this.closing.abort();
    this.resizing.disconnect();
    cancelAnimationFrame(this.frame);
    this.setSound(new Uint8Array());
    if (playing === this) playing = null;
  }

  // Show a piece, or the same one with other marks or in another theme.
  show(piece, wav) {
    const isNew = this.piece?.id !== piece.id;
    this.piece = piece;
    if (isNew) {
      this.setSound(wav);
      this.selection = null;
    }
    this.roll.show(piece, isNew);
    this.setMarks();
    this.setLegend();
    this.setTempo();
    this.showSelection();
    this.draw();
    if (isNew && piece.plays && this.url) this.audio.play().catch(() => {}); // may be forbidden
    this.scrollIntoView();
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

  setSound(wav) {
    this.audio.pause();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = wav.length ? URL.createObjectURL(new Blob([wav], { type: "audio/wav" })) : null;
    if (this.url) this.audio.src = this.url;
    else this.audio.removeAttribute("src");
    for (const selector of [".play", ".home", ".loop", ".tempo"]) {
      this.find(selector).disabled = !this.url;
    }
  }

  setMarks() {
    const { marks, notes, colours } = this.piece;
    const buttons = marks.map(({ start, label, shared }, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.style.setProperty("--colour", shared ? colours.shared : colours.copied);
      button.addEventListener("click", () => {
        this.seek(notes.start[start] ?? 0);
        this.report("mark", { piece: this.piece.id, mark: index });
      });
      return button;
    });
    const list = this.find(".marks");
    const copied = buttons.filter((_, index) => !marks[index].shared);
    list.replaceChildren(...new Set([...copied, ...buttons])); // copies matter most
    list.hidden = !marks.length;
  }

  setLegend() {
    const { colours, notes, parts, primerNotes, marks } = this.piece;
    const sounding = [...new Set(notes.part)].sort((a, b) => a - b);
    const shown = sounding.length > 1 ? sounding : [];
    const entries = shown.map((part) => [parts[part], colours.parts[part], ""]);
    if (primerNotes) entries.unshift(["beginning", colours.primer, ""]);
    if (marks.some((mark) => mark.shared)) {
      entries.push(["shared, as composers share", colours.shared, "outline"]);
    }
    if (marks.some((mark) => !mark.shared)) entries.push(["copied", colours.copied, "outline"]);
    const items = entries.map(([name, colour, className]) => {
      const item = document.createElement("span");
      const patch = document.createElement("i");
      patch.className = className;
      patch.style.setProperty("--colour", colour);
      item.append(patch, name);
      return item;
    });
    this.find(".legend").replaceChildren(...items);
  }

  // Time -------------------------------------------------------------------

  // Tick of the playhead.
  get now() {
    // Browsers round times down to microseconds, which must not fall short of the tick.
    return Math.min(this.piece.end, tickAt(this.piece.tempoMap, this.audio.currentTime + ROUNDING));
  }

  seek(tick) {
    const inside = Math.max(0, Math.min(this.piece.end, tick));
    if (this.url) this.audio.currentTime = secondsAt(this.piece.tempoMap, inside);
    this.roll.keepInView(inside);
    this.draw();
  }

  toggle() {
    if (!this.url) return;
    if (!this.audio.paused) {
      this.audio.pause();
      return;
    }
    if (playing !== this) playing?.audio.pause();
    playing = this;
    const [start, stop] = this.loopSpan();
    const outside = this.now < start || this.now >= stop;
    if (outside && (this.loops || this.now >= this.piece.end)) this.seek(start);
    this.play();
  }

  play() {
    this.audio.play().catch(() => this.animate()); // paused or replaced before it started
  }

  setLoop(loops) {
    this.loops = loops;
    this.find(".loop").setAttribute("aria-pressed", String(loops));
  }

  // First and last tick to play: of the selected bars if they are looped, else of the piece.
  loopSpan() {
    const { barLines, end } = this.piece;
    if (!this.loops || !this.selection) return [0, end];
    const [first, last] = this.selection;
    return [barLines[first], Math.min(end, barLines[last + 1])];
  }

  repeatLoop() {
    const [start, stop] = this.loopSpan();
    if (this.loops && !this.audio.paused && this.now >= stop) this.seek(start);
  }

  handleEnd() {
    this.seek(this.loopSpan()[0]);
    if (this.loops) this.play();
  }

  setTempo() {
    const percent = Number(this.find(".tempo").value);
    this.audio.defaultPlaybackRate = percent / 100;
    this.audio.playbackRate = percent / 100;
    this.tempoShare = percent / 100;
    this.describeTempo();
  }

  // The tempo at the playhead in quarters a minute; of a performance, the speed in percent.
  describeTempo() {
    const { tempoMap, ticksPerQuarter, isPerformance } = this.piece;
    const { ticksPerSecond, ticks } = tempoMap;
    const rate = ticksPerSecond[Math.max(0, countUpTo(ticks, this.now) - 1)];
    const tempo = Math.round((rate * 60 * this.tempoShare) / ticksPerQuarter);
    const text = isPerformance ? `${Math.round(100 * this.tempoShare)} %` : `♩ = ${tempo}`;
    const output = this.find(".beats");
    if (output.textContent !== text) output.textContent = text;
  }

  // Draw now, and at each animation frame while the piece plays.
  animate() {
    cancelAnimationFrame(this.frame);
    const plays = !this.audio.paused;
    this.root.classList.toggle("playing", plays);
    this.find(".play").setAttribute("aria-label", plays ? "Pause" : "Play");
    if (plays) {
      this.repeatLoop();
      if (!this.scrubbing && this.anchor === null) this.roll.keepInView(this.now);
      this.frame = requestAnimationFrame(() => this.animate());
    }
    this.draw();
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
    const bar = this.roll.barAt(this.now);
    if (!this.selection) {
      this.select([bar, bar]);
      return;
    }
    const [first, last] = this.selection;
    this.select([first, Math.min(this.roll.bars - 1, Math.max(first, last + by))]);
  }

  // Mouse and keyboard -----------------------------------------------------

  handlePress(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.scroller.focus({ preventScroll: true });
    const position = this.roll.positionOf(event);
    this.describeNote(this.roll.noteAt(position)); // a finger does not hover
    if (!event.shiftKey && !position.overRuler) {
      this.scrubbing = true;
      this.seek(position.tick);
    } else if (this.roll.bars > 0) {
      this.anchor = this.roll.barAt(position.tick);
      this.select([this.anchor, this.anchor], false);
    }
    this.roll.canvas.setPointerCapture(event.pointerId);
  }

  handleMove(event) {
    const position = this.roll.positionOf(event);
    if (this.anchor !== null) {
      const bar = this.roll.barAt(position.tick);
      this.select([Math.min(bar, this.anchor), Math.max(bar, this.anchor)], false);
    } else if (this.scrubbing) {
      this.seek(position.tick);
    } else {
      this.describeNote(this.roll.noteAt(position));
    }
  }

  handleRelease() {
    const wasSelecting = this.anchor !== null;
    this.anchor = null;
    this.scrubbing = false;
    if (wasSelecting) this.select(this.selection);
  }

  // Show the name, position and value of a note, by its index; -1 shows none.
  describeNote(index) {
    this.find(".note").textContent = this.piece.notes.labels[index] ?? "";
  }

  handleKey(event) {
    const action = this.actionOf(event);
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  actionOf({ key, shiftKey }) {
    const { ticksPerQuarter, end, barLines } = this.piece;
    const bar = this.roll.barAt(this.now);
    if (shiftKey && key === "ArrowRight") return () => this.extendSelection(1);
    if (shiftKey && key === "ArrowLeft") return () => this.extendSelection(-1);
    return {
      " ": () => this.toggle(),
      l: () => this.setLoop(!this.loops),
      ArrowRight: () => this.seek(this.now + ticksPerQuarter),
      ArrowLeft: () => this.seek(this.now - ticksPerQuarter),
      PageDown: () => this.seek(barLines[bar + 1] ?? end),
      PageUp: () => this.seek(barLines[Math.max(0, bar - 1)]),
      Home: () => this.seek(0),
      End: () => this.seek(end),
      Escape: () => this.select(null),
      "+": () => this.zoom(ZOOM_FACTOR),
      "-": () => this.zoom(1 / ZOOM_FACTOR),
    }[key];
  }

  // Drawing ----------------------------------------------------------------

  zoom(factor) {
    this.roll.zoom(factor);
    this.draw();
  }

  draw() {
    if (!this.piece) return;
    this.roll.draw(this.now, this.selection);
    this.describePosition();
  }

  // Show the position, and describe it to screen readers.
  describePosition() {
    const { tempoMap, end, isPerformance } = this.piece;
    const bar = this.roll.barAt(this.now);
    const length = formatTime(Math.round(secondsAt(tempoMap, end)));
    const time = `${formatTime(secondsAt(tempoMap, this.now))} / ${length}`;
    const place = isPerformance ? time : `${this.roll.barLabel(bar)} · ${time}`;
    const text = end ? place : "no notes";
    this.describeTempo();
    const output = this.find(".position");
    if (output.textContent !== text) output.textContent = text;
    if (!this.audio.paused) return; // a screen reader would talk over the music
    const names = this.roll.namesAt(this.now);
    this.scroller.setAttribute("aria-valuemax", String(Math.max(0, this.roll.bars - 1)));
    this.scroller.setAttribute("aria-valuenow", String(Math.max(0, bar)));
    this.scroller.setAttribute("aria-valuetext", names ? `${text} · ${names}` : text);
  }
}
