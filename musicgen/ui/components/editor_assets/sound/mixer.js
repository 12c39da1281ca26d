// Mixer: volume, mute and solo of the parts.

import { assignChannels } from "./synth.js";

export class Mixer {
  constructor() {
    this.strips = []; // { volume, mute, solo } of each part
    this.channels = [];
    this.synth = null;
    this.parts = [];
  }

  // Take the parts of a piece; settings of parts that were there stay.
  setParts(parts) {
    this.parts = parts;
    this.channels = assignChannels(parts);
    while (this.strips.length < parts.length) {
      this.strips.push({ volume: 1, mute: false, solo: false });
    }
    this.apply();
  }

  connect(synth) {
    this.synth = synth;
    this.apply();
  }

  set(part, settings) {
    Object.assign(this.strips[part], settings);
    this.apply();
  }

  // How loud a part is, 0 to 1.
  gainOf(part) {
    const { volume, mute, solo } = this.strips[part];
    const isSoloed = this.strips.slice(0, this.parts.length).some((strip) => strip.solo);
    return mute || (isSoloed && !solo) ? 0 : volume;
  }

  // Parts that share a channel share its gain; a silent one among them is left out when it is played.
  apply() {
    if (!this.synth) return;
    const gains = new Map();
    this.parts.forEach((part, index) => {
      const channel = this.channels[index];
      gains.set(channel, Math.max(gains.get(channel) ?? 0, this.gainOf(index)));
      this.synth.setProgram(channel, part.program);
    });
    for (const [channel, gain] of gains) this.synth.setGain(channel, gain);
  }

  isSilent(part) {
    return this.gainOf(part) === 0;
  }
}
