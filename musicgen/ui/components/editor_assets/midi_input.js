// MIDI keyboards through Web MIDI: which keys are pressed and released, and when.

export class MidiInput {
  // handlers: noteOn(pitch, velocity, time in ms), noteOff(pitch, time), changed(names of devices).
  constructor(handlers) {
    this.handlers = handlers;
    this.access = null;
  }

  // Ask the browser for access; throws an Error with a reason for the person.
  async open() {
    if (!navigator.requestMIDIAccess) {
      throw new Error("This browser has no access to MIDI devices (Chrome, Edge and Firefox have).");
    }
    try {
      this.access = await navigator.requestMIDIAccess();
    } catch {
      throw new Error("The browser was not allowed to use MIDI devices: see the settings of this site.");
    }
    this.access.onstatechange = () => this.listen();
    this.listen();
  }

  listen() {
    const names = [];
    for (const input of this.access.inputs.values()) {
      input.onmidimessage = (event) => this.handle(event);
      names.push(input.name || "MIDI device");
    }
    this.handlers.changed(names);
  }

  handle({ data, timeStamp }) {
    const [status, pitch, velocity] = data;
    const kind = status & 0xf0;
    const time = timeStamp || performance.now();
    if (kind === 0x90 && velocity > 0) this.handlers.noteOn(pitch, velocity, time);
    else if (kind === 0x80 || kind === 0x90) this.handlers.noteOff(pitch, time);
  }

  close() {
    if (!this.access) return;
    this.access.onstatechange = null;
    for (const input of this.access.inputs.values()) input.onmidimessage = null;
  }
}
