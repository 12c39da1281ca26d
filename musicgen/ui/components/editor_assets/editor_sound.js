// Sound of the editor: the synthesizer, notes heard for a moment, and the roll that follows what plays.

import { EditorState, PRINT_RESOLUTION } from "./editor_state.js";
import { loadSynth } from "./sound/synth.js";

const PREVIEW_SECONDS = 0.25; // of a note that is touched

export class EditorSound extends EditorState {
  // The synthesizer, loaded at the first sound; null, with a message, where there is none.
  async synth() {
    try {
      const synth = await loadSynth(this.soundPath);
      if (this.mixer.synth !== synth || this.soundOwner !== synth.owner) {
        this.mixer.connect(synth);
        synth.owner = this.soundOwner = {};
      }
      synth.wake();
      return synth;
    } catch (problem) {
      this.announce(`No sound: ${problem.message}`);
      return null;
    }
  }

  // Take the address of another SoundFont.
  setSoundPath(path) {
    if (path === this.soundPath) return;
    this.soundPath = path;
    this.playback.stop();
    this.recorder?.changeSound();
  }

  // Let a note be heard for a moment.
  async sound({ pitch, velocity, part }) {
    if (this.playback.plays) return;
    const synth = await this.synth();
    if (!synth) return;
    const channel = this.mixer.channels[part];
    synth.noteOn(channel, pitch, velocity);
    synth.noteOff(channel, pitch, synth.now + PREVIEW_SECONDS);
  }

  // Do what the printed score asks for: another position, playing, or nothing but the position.
  answer({ tick, toggles }) {
    if (tick !== undefined) this.seek(Math.round((tick * this.bars.resolution) / PRINT_RESOLUTION));
    if (toggles) this.togglePlay();
    this.draw();
  }

  followPlayback() {
    cancelAnimationFrame(this.followFrame);
    const { playback } = this;
    this.changed();
    if (!playback.plays) return;
    const follow = () => {
      if (playback.now > this.view.end) this.fit();
      this.view.show(playback.now);
      this.drawNow();
      if (playback.plays) this.followFrame = requestAnimationFrame(follow);
    };
    this.followFrame = requestAnimationFrame(follow);
  }
}
