// The player: sound, playhead, choice of bars. Streamlit calls the default export on every
// rerun and change of theme.

const players = new WeakMap(); // the element that Streamlit gives -> its Player
let sounding = null; // one player sounds at a time
let lastTurn = 0; // what was asked for last, and brought into view

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".player");
  let player = players.get(parentElement);
  if (player?.root !== root) {
    player?.close();
    player = new Player(root);
    players.set(parentElement, player);
  }
  player.tell = setStateValue;
  player.show(...unpacked(data));
  return () => {
    players.get(parentElement)?.close();
    players.delete(parentElement);
  };
}

// The length of the JSON, the JSON, the WAV.
function unpacked(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + size));
  return [JSON.parse(text), bytes.subarray(4 + size)];
}

function minutes(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

class Player {
  constructor(root) {
    this.root = root;
    this.audio = this.find("audio");
    this.stage = this.find(".stage");
    this.roll = new Roll(this.stage);
    this.piece = null;
    this.selection = null; // [first bar, last bar], indices from 0
    this.anchor = null; // the bar where a choice of bars began
    this.scrubbing = false;
    this.loops = false;
    this.url = null; // of the sound
    this.frame = 0;
    this.audio.preservesPitch = true;
    this.closing = new AbortController();
    this.listen();
    this.resizing = new ResizeObserver(() => {
      this.roll.fit();
      this.draw();
    });
    this.resizing.observe(this.stage);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  on(target, event, act) {
    target.addEventListener(event, act, { signal: this.closing.signal });
  }

  listen() {
    const click = (selector, act) => this.on(this.find(selector), "click", act);
    click(".home", () => this.seek(this.loopSpan()[0]));
    click(".play", () => this.toggle());
    click(".loop", () => this.setLoop(!this.loops));
    click(".chosen", () => this.choose(null));
    click(".wider", () => this.zoom(1 / 1.5));
    click(".closer", () => this.zoom(1.5));
    this.on(this.find(".tempo"), "input", () => this.setSpeed());
    for (const event of ["play", "pause", "seeked", "loadedmetadata"]) {
      this.on(this.audio, event, () => this.follow());
    }
    this.on(this.audio, "timeupdate", () => this.loopOver());
    this.on(this.audio, "ended", () => this.atEnd());
    this.on(this.stage, "scroll", () => this.draw());
    this.on(this.stage, "keydown", (event) => this.key(event));
    const canvas = this.roll.canvas;
    this.on(canvas, "pointerdown", (event) => this.press(event));
    this.on(canvas, "pointermove", (event) => this.move(event));
    this.on(canvas, "pointerup", () => this.release());
    this.on(canvas, "pointercancel", () => this.release());
    this.on(canvas, "pointerleave", () => this.hover(-1));
  }

  close() {
    this.closing.abort();
    this.resizing.disconnect();
    cancelAnimationFrame(this.frame);
    this.setSound(new Uint8Array());
    if (sounding === this) sounding = null;
  }

  // A new piece, or the same again: with other marks, or in another theme.
  show(piece, wav) {
    const anew = this.piece?.id !== piece.id;
    this.piece = piece;
    if (anew) {
      this.setSound(wav);
      this.selection = null;
    }
    this.roll.show(piece, anew);
    this.setMarks();
    this.setLegend();
    this.setSpeed();
    this.showSelection();
    this.draw();
    if (anew && piece.plays && this.url) this.audio.play().catch(() => {}); // may be forbidden
    this.comeIntoView();
  }

  // On a phone what was asked for lies below the form; elsewhere it may lie above a view of it.
  comeIntoView() {
    const { turn } = this.piece;
    if (!turn || turn === lastTurn) return;
    lastTurn = turn;
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
        this.tell("mark", { piece: this.piece.id, mark: index });
      });
      return button;
    });
    const list = this.find(".marks");
    const copied = buttons.filter((_, index) => !marks[index].shared);
    list.replaceChildren(...new Set([...copied, ...buttons])); // what matters most comes first
    list.hidden = !marks.length;
  }

  setLegend() {
    const { colours, primer, marks } = this.piece;
    const parts = colours.parts.length > 1 ? colours.parts : [];
    const entries = parts.map((colour, part) => [`part ${part + 1}`, colour, ""]);
    if (primer) entries.unshift(["given", colours.primer, ""]);
    if (marks.some((mark) => mark.shared)) {
      entries.push(["shared, as composers share", colours.shared, "outline"]);
    }
    if (marks.some((mark) => !mark.shared)) entries.push(["copied", colours.copied, "outline"]);
    const items = entries.map(([name, colour, kind]) => {
      const item = document.createElement("span");
      const patch = document.createElement("i");
      patch.className = kind;
      patch.style.setProperty("--colour", colour);
      item.append(patch, name);
      return item;
    });
    this.find(".legend").replaceChildren(...items);
  }

  // Time ------------------------------------------------------------------

  get now() {
    // Browsers cut times to whole microseconds: do not fall short of a tick for that.
    return Math.min(this.piece.end, this.audio.currentTime * this.piece.ticksPerSecond + 0.001);
  }

  seek(tick) {
    const inside = Math.max(0, Math.min(this.piece.end, tick));
    if (this.url) this.audio.currentTime = inside / this.piece.ticksPerSecond;
    this.roll.keepInView(inside);
    this.draw();
  }

  toggle() {
    if (!this.url) return;
    if (!this.audio.paused) {
      this.audio.pause();
      return;
    }
    if (sounding !== this) sounding?.audio.pause();
    sounding = this;
    const [start, stop] = this.loopSpan();
    const outside = this.now < start || this.now >= stop;
    if (outside && (this.loops || this.now >= this.piece.end)) this.seek(start);
    this.play();
  }

  play() {
    this.audio.play().catch(() => this.follow()); // paused or replaced before it began
  }

  setLoop(loops) {
    this.loops = loops;
    this.find(".loop").setAttribute("aria-pressed", String(loops));
  }

  // The ticks between which to loop: the chosen bars, or all.
  loopSpan() {
    const { lines, end } = this.piece;
    if (!this.loops || !this.selection) return [0, end];
    return [lines[this.selection[0]], Math.min(end, lines[this.selection[1] + 1])];
  }

  loopOver() {
    const [start, stop] = this.loopSpan();
    if (this.loops && !this.audio.paused && this.now >= stop) this.seek(start);
  }

  atEnd() {
    this.seek(this.loopSpan()[0]);
    if (this.loops) this.play();
  }

  setSpeed() {
    const percent = Number(this.find(".tempo").value);
    this.audio.defaultPlaybackRate = percent / 100;
    this.audio.playbackRate = percent / 100;
    const quarters = Math.round((this.piece.tempo * percent) / 100);
    this.find(".beats").textContent = `♩ = ${quarters}`;
  }

  // Draw, and go on drawing while it sounds.
  follow() {
    cancelAnimationFrame(this.frame);
    const playing = !this.audio.paused;
    this.root.classList.toggle("playing", playing);
    this.find(".play").setAttribute("aria-label", playing ? "Pause" : "Play");
    if (playing) {
      this.loopOver();
      if (!this.scrubbing && this.anchor === null) this.roll.keepInView(this.now);
      this.frame = requestAnimationFrame(() => this.follow());
    }
    this.draw();
  }

  // Choosing bars ---------------------------------------------------------

  choose(bars, done = true) {
    this.selection = bars;
    this.showSelection();
    this.draw();
    if (done) this.tell("selection", { piece: this.piece.id, bars });
  }

  showSelection() {
    const button = this.find(".chosen");
    button.hidden = !this.selection;
    if (!this.selection) return;
    const [first, last] = this.selection.map((bar) => this.roll.barName(bar));
    const words = first === last ? `Bar ${first}` : `Bars ${first} to ${last}`;
    button.textContent = `${words} ✕`;
    button.setAttribute("aria-label", `${words} chosen: choose none`);
  }

  // Begin with the bar at the playhead; then one bar more, or one fewer.
  extend(by) {
    if (this.roll.bars < 1) return;
    const bar = this.roll.barAt(this.now);
    if (!this.selection) {
      this.choose([bar, bar]);
      return;
    }
    const [first, last] = this.selection;
    this.choose([first, Math.min(this.roll.bars - 1, Math.max(first, last + by))]);
  }

  // Hands -----------------------------------------------------------------

  press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.stage.focus({ preventScroll: true });
    const place = this.roll.placeOf(event);
    this.hover(this.roll.noteAt(place)); // a finger does not hover
    if (!event.shiftKey && !place.overRuler) {
      this.scrubbing = true;
      this.seek(place.tick);
    } else if (this.roll.bars > 0) {
      this.anchor = this.roll.barAt(place.tick);
      this.choose([this.anchor, this.anchor], false);
    }
    this.roll.canvas.setPointerCapture(event.pointerId);
  }

  move(event) {
    const place = this.roll.placeOf(event);
    if (this.anchor !== null) {
      const bar = this.roll.barAt(place.tick);
      this.choose([Math.min(bar, this.anchor), Math.max(bar, this.anchor)], false);
    } else if (this.scrubbing) {
      this.seek(place.tick);
    } else {
      this.hover(this.roll.noteAt(place));
    }
  }

  release() {
    const chose = this.anchor !== null;
    this.anchor = null;
    this.scrubbing = false;
    if (chose) this.choose(this.selection);
  }

  // Say which note is under the pointer; -1 is none.
  hover(note) {
    this.find(".note").textContent = this.piece.notes.words[note] ?? "";
  }

  key(event) {
    const act = this.actionOf(event);
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  actionOf({ key, shiftKey }) {
    const { quarter, end, lines } = this.piece;
    const bar = this.roll.barAt(this.now);
    if (shiftKey && key === "ArrowRight") return () => this.extend(1);
    if (shiftKey && key === "ArrowLeft") return () => this.extend(-1);
    return {
      " ": () => this.toggle(),
      l: () => this.setLoop(!this.loops),
      ArrowRight: () => this.seek(this.now + quarter),
      ArrowLeft: () => this.seek(this.now - quarter),
      PageDown: () => this.seek(lines[bar + 1] ?? end),
      PageUp: () => this.seek(lines[Math.max(0, bar - 1)]),
      Home: () => this.seek(0),
      End: () => this.seek(end),
      Escape: () => this.choose(null),
      "+": () => this.zoom(1.5),
      "-": () => this.zoom(1 / 1.5),
    }[key];
  }

  // Sight -----------------------------------------------------------------

  zoom(factor) {
    this.roll.zoom(factor);
    this.draw();
  }

  draw() {
    if (!this.piece) return;
    this.roll.draw(this.now, this.selection);
    this.say();
  }

  // Where we are, for eyes and for screen readers.
  say() {
    const { ticksPerSecond, end } = this.piece;
    const bar = this.roll.barAt(this.now);
    const time = `${minutes(this.now / ticksPerSecond)} / ${minutes(Math.round(end / ticksPerSecond))}`;
    const words = end ? `${this.roll.barWords(bar)} · ${time}` : "no notes";
    const place = this.find(".place");
    if (place.textContent !== words) place.textContent = words;
    if (!this.audio.paused) return; // nobody wants to be talked to while it plays
    const names = this.roll.namesAt(this.now);
    this.stage.setAttribute("aria-valuemax", String(Math.max(0, this.roll.bars - 1)));
    this.stage.setAttribute("aria-valuenow", String(Math.max(0, bar)));
    this.stage.setAttribute("aria-valuetext", names ? `${words} · ${names}` : words);
  }
}
