// Piano on the page, as wide as there is room: by mouse, touch and keyboard.

const BLACK = new Set([1, 3, 6, 8, 10]);
const WHITE_PIXELS = 26; // least width of a white key
const TOUCH_VELOCITY = 90;

export class PianoKeys {
  // names: of all pitches. handlers: noteOn(pitch, velocity, time in ms), noteOff(pitch, time).
  constructor(root, names, handlers, signal) {
    this.root = root;
    this.names = names;
    this.handlers = handlers;
    this.octaves = 0;
    this.lowest = 4; // octave
    this.held = new Map(); // pointer id, or "key" of the computer's keyboard -> pitch
    const on = (event, listener) => root.addEventListener(event, listener, { signal });
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.slide(event));
    for (const event of ["pointerup", "pointercancel", "pointerleave"]) on(event, (e) => this.release(e));
    on("keydown", (event) => this.handleKey(event));
    on("keyup", (event) => {
      if (event.key === " " || event.key === "Enter") this.release(event, "key");
    });
    on("focusout", (event) => this.release(event, "key"));
    this.sizing = new ResizeObserver(() => this.fit());
    this.sizing.observe(root);
    signal.addEventListener("abort", () => this.sizing.disconnect());
  }

  // As many octaves as there is room for, around the middle of the keyboard.
  fit() {
    const octaves = Math.max(1, Math.min(8, Math.floor(this.root.clientWidth / (7 * WHITE_PIXELS))));
    if (octaves === this.octaves || !this.root.clientWidth) return;
    this.octaves = octaves;
    this.setOctave(Math.max(0, 4 - (octaves >> 1)));
  }

  // Show the keys from an octave on, or so that it is among them.
  setOctave(octave) {
    const isShown = octave >= this.first && octave < this.first + this.octaves;
    if (!isShown || !this.root.children.length) this.first = Math.min(octave, 9 - this.octaves);
    const low = 12 * (this.first + 1);
    const keys = [];
    for (let pitch = low; pitch <= low + 12 * this.octaves && pitch <= 127; pitch++) keys.push(this.key(pitch));
    this.root.replaceChildren(...keys);
    const middle = keys.find((key) => Number(key.dataset.pitch) === 60) ?? keys[0];
    middle.tabIndex = 0;
  }

  key(pitch) {
    const key = document.createElement("button");
    const octave = Math.floor(pitch / 12) - 1;
    const name = BLACK.has(pitch % 12) ? this.names[pitch] : `${"C D EF G A B"[pitch % 12]}${octave}`;
    Object.assign(key, { type: "button", tabIndex: -1, className: BLACK.has(pitch % 12) ? "black" : "white" });
    key.dataset.pitch = pitch;
    key.setAttribute("aria-label", name.replace("#", " sharp ").replace("b", " flat "));
    if (pitch % 12 === 0) key.textContent = name;
    return key;
  }

  light(pitch, isOn) {
    this.root.querySelector(`[data-pitch="${pitch}"]`)?.classList.toggle("on", isOn);
  }

  pitchAt(event) {
    const element = this.root.getRootNode().elementFromPoint(event.clientX, event.clientY);
    const pitch = element?.closest("[data-pitch]")?.dataset.pitch;
    return pitch === undefined ? null : Number(pitch);
  }

  press(event) {
    const pitch = this.pitchAt(event);
    if (pitch === null) return;
    event.target.releasePointerCapture?.(event.pointerId); // so that a finger slides to other keys
    this.held.set(event.pointerId, pitch);
    this.handlers.noteOn(pitch, TOUCH_VELOCITY, event.timeStamp);
  }

  slide(event) {
    if (!this.held.has(event.pointerId)) return;
    const pitch = this.pitchAt(event);
    if (pitch === null || pitch === this.held.get(event.pointerId)) return;
    this.release(event);
    this.press(event);
  }

  release(event, holder = event.pointerId) {
    const pitch = this.held.get(holder);
    if (pitch === undefined) return;
    this.held.delete(holder);
    this.handlers.noteOff(pitch, event.timeStamp);
  }

  handleKey(event) {
    const key = event.target.closest("[data-pitch]");
    if (!key || event.repeat) return;
    const pitch = Number(key.dataset.pitch);
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      this.release(event, "key");
      this.held.set("key", pitch);
      this.handlers.noteOn(pitch, TOUCH_VELOCITY, event.timeStamp);
      return;
    }
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 12, ArrowDown: -12 }[event.key];
    const next = by && this.root.querySelector(`[data-pitch="${pitch + by}"]`);
    if (!next) return;
    event.preventDefault();
    key.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
