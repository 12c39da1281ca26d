// The computer's keys as a piano: the row from A is the white keys, the row above the black ones;
// Z and X go an octave down and up. By the place of the keys, whatever is printed on them.

const OFFSETS = {
  KeyA: 0, KeyW: 1, KeyS: 2, KeyE: 3, KeyD: 4, KeyF: 5, KeyT: 6, KeyG: 7, KeyY: 8, KeyH: 9,
  KeyU: 10, KeyJ: 11, KeyK: 12, KeyO: 13, KeyL: 14, KeyP: 15, Semicolon: 16, Quote: 17,
};
const VELOCITY = 90;

export class ComputerKeys {
  // handlers: noteOn(pitch, velocity, time in ms), noteOff(pitch, time), octave(number).
  constructor(handlers) {
    this.handlers = handlers;
    this.octave = 4;
    this.held = new Map(); // code of a key -> its pitch
  }

  // Handle a keydown; returns whether it was a key of the piano.
  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const by = { KeyZ: -1, KeyX: 1 }[event.code];
    if (by) {
      this.octave = Math.max(0, Math.min(8, this.octave + by));
      this.handlers.octave(this.octave);
      return true;
    }
    const offset = OFFSETS[event.code];
    if (offset === undefined) return false;
    if (this.held.has(event.code)) return true; // the key repeats
    const pitch = 12 * (this.octave + 1) + offset;
    if (pitch > 127) return true;
    this.held.set(event.code, pitch);
    this.handlers.noteOn(pitch, VELOCITY, event.timeStamp);
    return true;
  }

  release(event) {
    const pitch = this.held.get(event.code);
    if (pitch === undefined) return;
    this.held.delete(event.code);
    this.handlers.noteOff(pitch, event.timeStamp);
  }

  releaseAll() {
    for (const pitch of this.held.values()) this.handlers.noteOff(pitch, performance.now());
    this.held.clear();
  }
}
