// Synthesizer: SpessaSynth in an audio worklet, with a gain of its own for each MIDI channel.

import { SoundSleep } from "../../shared/sound_sleep.js";

export const DRUM_CHANNEL = 9;
const CHANNELS = 16;
const FADE_SECONDS = 0.015; // of a mute: short enough to be at once, long enough not to click
let loading = null; // promise of the page's one Synth
let loadedPath = ""; // another one where another SoundFont was chosen

// The page's synthesizer; `path` is the address of its scripts and its SoundFont.
export function loadSynth(path) {
  if (loading && path !== loadedPath) {
    loading.then((synth) => synth.close()).catch(() => {});
    loading = null;
  }
  loadedPath = path;
  loading ??= createSynth(path).catch((problem) => {
    loading = null; // another click tries again
    throw problem;
  });
  return loading;
}

async function createSynth(path) {
  if (!window.AudioWorkletNode) throw new Error("This browser plays no sound on an address without https.");
  const address = new URL(path, window.location.href).href;
  const context = new AudioContext({ latencyHint: 0 });
  const [{ WorkletSynthesizer }, response] = await Promise.all([
    import(`${address}/synthesizer.js`),
    fetch(`${address}/soundfont`),
    context.audioWorklet.addModule(`${address}/processor.js`),
  ]);
  if (!response.ok) throw new Error("The SoundFont cannot be loaded.");
  const processor = new WorkletSynthesizer(context, { eventsEnabled: false });
  await processor.isReady;
  await processor.soundBankManager.addSoundBank(await response.arrayBuffer(), "soundfont");
  processor.reset(); // the channels are silent until then
  return new Synth(context, processor);
}

export class Synth {
  constructor(context, processor) {
    this.context = context;
    this.processor = processor;
    this.master = new GainNode(context);
    this.analyser = new AnalyserNode(context, { fftSize: 256 }); // what sounds, for tests
    this.master.connect(this.analyser).connect(context.destination);
    this.player = null; // the playback that started last
    this.held = new Set(); // notes that were begun at once and have not ended
    this.sleep = new SoundSleep(context, () => Boolean(this.player?.plays || this.held.size));
    this.programs = new Array(CHANNELS).fill(null);
    this.gains = Array.from({ length: CHANNELS }, (_, channel) => {
      const gain = new GainNode(context);
      gain.connect(this.master);
      // Each channel's own output, not the common one: that has effects, which come later.
      processor.connectChannel(gain, channel);
      return gain;
    });
  }

  get now() {
    return this.context.currentTime;
  }

  // Let the sound device work for what is played now.
  wake() {
    this.sleep.wake();
  }

  close() {
    this.context.close();
  }

  // Seconds from a note's time to its sound in the ear.
  get latency() {
    return (this.context.baseLatency || 0) + (this.context.outputLatency || 0);
  }

  setProgram(channel, program) {
    if (this.programs[channel] === program) return;
    this.programs[channel] = program;
    this.processor.programChange(channel, program);
  }

  setGain(channel, value) {
    fade(this.gains[channel].gain, value, this.now);
  }

  noteOn(channel, pitch, velocity, time = 0) {
    if (!time) this.held.add(CHANNELS * pitch + channel);
    this.wake();
    this.processor.noteOn(channel, pitch, velocity, time ? { time } : undefined);
  }

  noteOff(channel, pitch, time = 0) {
    this.held.delete(CHANNELS * pitch + channel);
    this.processor.noteOff(channel, pitch, time ? { time } : undefined);
  }

  setPedal(channel, value, time = 0) {
    this.processor.controllerChange(channel, 64, value, time ? { time } : undefined);
  }

  // Fade all out or in; notes that are scheduled already are not heard while it is out.
  setMaster(value) {
    fade(this.master.gain, value, this.now);
  }

  stopAll() {
    this.held.clear();
    this.processor.stopAll(true);
  }

  // A click of the metronome.
  click(time, isAccent) {
    const tone = new OscillatorNode(this.context, { frequency: isAccent ? 1600 : 1000 });
    const gain = new GainNode(this.context, { gain: 0 });
    gain.gain.setValueAtTime(isAccent ? 0.4 : 0.25, time);
    gain.gain.exponentialRampToValueAtTime(0.001, time + 0.05);
    tone.connect(gain).connect(this.master);
    tone.start(time);
    tone.stop(time + 0.06);
    return tone;
  }
}

function fade(parameter, value, now) {
  parameter.cancelScheduledValues(now);
  parameter.setValueAtTime(parameter.value, now);
  parameter.linearRampToValueAtTime(value, now + FADE_SECONDS);
}

// MIDI channel of each part: drums share one; pitched parts have their own as long as there are
// some, then those of one program share one.
export function assignChannels(parts) {
  const pitched = Array.from({ length: CHANNELS }, (_, channel) => channel).filter(
    (channel) => channel !== DRUM_CHANNEL,
  );
  const keys = parts.map((part, index) => (part.is_drum ? "drums" : `part ${index}`));
  const few = new Set(keys.filter((key) => key !== "drums")).size <= pitched.length;
  const channels = new Map();
  return parts.map((part, index) => {
    if (part.is_drum) return DRUM_CHANNEL;
    const key = few ? keys[index] : `program ${part.program}`;
    if (!channels.has(key)) channels.set(key, pitched[channels.size % pitched.length]);
    return channels.get(key);
  });
}
