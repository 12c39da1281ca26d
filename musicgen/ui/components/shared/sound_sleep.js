// Lets the sound device sleep while nothing is played: it works as long as its context runs.

const SLEEP_MS = 30_000; // after the last sound

export class SoundSleep {
  // context: AudioContext. plays: whether something sounds or will, without another call of `wake`.
  constructor(context, plays = () => false) {
    Object.assign(this, { context, plays, timer: 0 });
  }

  // Let the context run for what is played now.
  wake() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.plays() ? this.wake() : this.context.suspend()), SLEEP_MS);
    if (this.context.state !== "running") this.context.resume();
  }
}
